"""What its neighbours' reports say for or against one inverter: whether it should have reported, and made power.

Evidence is added up over daylight that they prove, so that nights, clouds and gaps between polls only interrupt it. It
ends with the inverter's next sign of life.
"""

from enphase_tray.analysis.moment import HIGH_SUN, Moment, woke_today
from enphase_tray.analysis.sky import LIT_PROOF_WATTS
from enphase_tray.analysis.track import InverterTrack

_MIN_EXPECTED_WATTS = 30.0
_UNSEEN_SHARE = 0.3
"""Taken for the share of an inverter that was never seen at this hour with its neighbours at work."""
_MIN_SHARE_WATTS = 20.0
_DIM = 0.2
"""How much a time counts at which it would make little: on days of winter there is no better."""
_UNUSUAL = 1 / 3
"""How much a time counts at which it was not seen at work before: those that sleep late are no fault."""
_FEW, _MANY = 0.25, 0.5
_HARDLY = 0.1
_PASSING = 0.4
"""How much a report of nothing counts if from a quarter to a half of the neighbours say the same: a cloud may pass."""


def follow_neighbours(track: InverterTrack, new_report: bool, moment: Moment) -> None:
    """Add up for how long it has been missed, or has made nothing, by proven daylight, and learn its share."""
    sky, now = moment.sky, moment.now
    track.proven = False
    if track.nothing_at is not None:
        _weigh_nothing(track, moment)
    if not sky.lit and not sky.meter:
        return
    others_work, median = sky.without(track)
    bright = True
    if others_work:
        expected = _expected(track, median, now)
        track.proven = expected >= LIT_PROOF_WATTS
        bright = expected >= _MIN_EXPECTED_WATTS or moment.height >= HIGH_SUN
    elif sky.meter:
        track.proven = track.hours.core(now)
    if track.proven and not new_report:
        weight = (1.0 if bright else _DIM) * (1.0 if _usual(track, now, moment) else _UNUSUAL)
        track.missed += moment.seconds * weight
    if not (new_report and track.watts and track.fresh) or track.report_at is None:
        return
    if track.faulty or track.covered:
        return  # what it makes now is not its usual share
    if min(sky.median, median) >= _MIN_SHARE_WATTS:
        track.share.learn(track.report_at - moment.cadence.interval, track.report_at, track.watts / median)


def _weigh_nothing(track: InverterTrack, moment: Moment) -> None:
    """Hold its last report of nothing against what the others said of the same time, once enough have said it."""
    interval, at = moment.cadence.interval, track.nothing_at
    if at is None:
        return
    heard = moment.sky.heard_since(at - interval / 2, track)
    if not heard:
        return
    track.nothing_at = None
    median = heard[len(heard) // 2][0]
    expected = _expected(track, median, at)
    nothing = sum(1 for watts, other in heard if _hardly_works(watts, other, median, at)) / len(heard)
    if expected < _MIN_EXPECTED_WATTS or nothing >= _MANY:
        return
    weight = _PASSING if nothing >= _FEW else 1.0
    track.idle += track.nothing_for * weight * (1.0 if _usual(track, at, moment) else _UNUSUAL)


def _hardly_works(watts: float, other: InverterTrack, median: float, at: float) -> bool:
    """Whether it makes next to nothing of what it usually makes beside the others: some round that down to nothing."""
    return watts <= max(1.0, _HARDLY * _expected(other, median, at))


def _expected(track: InverterTrack, median: float, at: float) -> float:
    """What it would make at that moment, where the middle of the others makes so much."""
    share = track.share.at(at)
    return median * (_UNSEEN_SHARE if share is None else share)


def _usual(track: InverterTrack, at: float, moment: Moment) -> bool:
    """Whether nothing keeps it asleep then: its usual hours, or work done today, or a high sun."""
    return track.hours.core(at) or woke_today(track, moment) or moment.height >= HIGH_SUN
