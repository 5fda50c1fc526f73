"""Which state an inverter is in, given its track and the sky. Nothing here remembers anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.sky import Sky
from enphase_tray.analysis.track import LIT_WATTS, InverterTrack
from enphase_tray.model.readings import InverterState

_HELD_SECONDS = 3600.0
_FIRST_REPORTS = 2.2
"""Of a long interval, so much may pass after waking until the first report, one being lost."""
_HELD_UNKNOWN_SECONDS = 10_800.0
_NOTHING_SECONDS = 1800.0
_STRONG_WATTS = 60.0
_HIGH_WATTS = 150.0
"""So much does not fall to nothing within minutes, even in the tropics at dusk."""
_DULL_WATTS = 30.0
_AWAKE_SECONDS = 12 * 3600.0
_ALL_SILENT_SECONDS = 4500.0
"""All may be silent for an hour because they were told to report once an hour from now on."""
_COLD_MONTHS = frozenset({1, 2, 3, 4, 11, 12})
"""Months in which snow may keep a whole array dark for days, north of the equator where most arrays are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What all verdicts of one poll share. `now` is the gateway's time, epoch seconds."""

    now: float
    cadence: Cadence
    sky: Sky
    judging: bool
    """Whether anybody may be found wrong now (not quiet, not cut off, the sun not known to be low)."""
    forenoon_seconds: float = 0.0
    """Before noon, seconds since the small hours: what worked since then has no evening to go to yet. Otherwise 0."""


def state_of(track: InverterTrack, moment: Moment) -> InverterState:
    """The state of one inverter that is not retired."""
    if track.age is None:
        return track.state if track.faulty else InverterState.UNKNOWN
    if track.fresh:
        return _reporting(track, moment)
    if track.faulty:
        return track.state
    if track.proof_since is None and not moment.sky.lit and not track.hours.core(moment.now):
        return InverterState.ASLEEP
    if moment.judging and _is_silent(track, moment):
        return InverterState.SILENT
    if track.state is InverterState.REPORTING and track.age > moment.cadence.patience_seconds:
        return InverterState.UNKNOWN
    return track.state


def collapsed(tracks: Sequence[InverterTrack], levels: Sequence[float], moment: Moment) -> bool:
    """Whether all inverters that were well stand still by day: no neighbour is left to prove it.

    `levels` are the middle watts of those that made power at the last polls with news, the latest last; small at dusk.
    """
    if not moment.judging or moment.sky.lit:
        return False
    well = [track for track in tracks if not track.faulty and track.age is not None]
    if not well or any(track.fresh and not track.makes_nothing for track in well):
        return False
    worked = [track.working_at for track in well if track.working_at is not None]
    if not worked:
        return False
    elapsed = moment.now - max(worked)
    if _never_woke(well, elapsed, moment):
        return True
    if not levels or _darkens(levels) or elapsed > _AWAKE_SECONDS:
        return False
    interval = moment.cadence.interval
    reporting = sum(1 for track in well if track.makes_nothing)
    saying_nothing = 2 * reporting >= len(well)
    wait = max(_NOTHING_SECONDS, 2.2 * interval) if saying_nothing else max(_ALL_SILENT_SECONDS, 3 * interval)
    chance = moment.cadence.lossy_patience(well[0].lost) if len(well) == 1 else 0.0
    if elapsed < max(wait, chance):
        return False
    if elapsed < moment.forenoon_seconds:
        return True
    known = [track for track in well if track.hours.knows(moment.now)]
    if known:
        usual = sum(1 for track in known if _usual_since(track, max(worked), moment))
        return 2 * usual >= len(known)
    no_evening = min(levels) >= (_STRONG_WATTS if levels[-1] >= 0.9 * levels[0] else _HIGH_WATTS)
    return no_evening and interval <= 900.0 and elapsed < _HELD_UNKNOWN_SECONDS


def _darkens(levels: Sequence[float]) -> bool:
    """Whether so little was made at last, or it fell so fast, that by now it may be nothing."""
    falling = len(levels) > 1 and 2 * levels[-1] <= levels[-2]
    return levels[-1] < (_STRONG_WATTS if falling else _DULL_WATTS)


def _usual_since(track: InverterTrack, worked_at: float, moment: Moment) -> bool:
    """Whether all the time since `worked_at` lies in its usual hours, so that no evening lies between."""
    return track.hours.core(moment.now, margin=2) and track.hours.core_seconds(moment.now) >= moment.now - worked_at


def _never_woke(well: Sequence[InverterTrack], elapsed: float, moment: Moment) -> bool:
    """Nobody has worked since yesterday though the day is far on; in cold months snow gets four days' grace."""
    cold = datetime.fromtimestamp(moment.now, UTC).month in _COLD_MONTHS
    if elapsed < (96 if cold else 26) * 3600.0:
        return False
    if any(track.watts and track.age is not None and track.age < elapsed / 2 for track in well):
        return False  # a watt or two on a dark day is a sign of life
    return all(
        track.hours.core(moment.now) and track.hours.core_seconds(moment.now) >= _HELD_UNKNOWN_SECONDS for track in well
    )


def _reporting(track: InverterTrack, moment: Moment) -> InverterState:
    if track.state is InverterState.STOPPED:
        recovered = track.watts is not None and track.watts >= LIT_WATTS
        return InverterState.REPORTING if recovered else InverterState.STOPPED
    if track.state is InverterState.SILENT and track.makes_nothing:
        return InverterState.SILENT
    if moment.judging and track.zero_reports >= 2 and _usually_works(track, moment):
        nothing_for = (track.report_at or 0.0) - (track.zero_since or 0.0) + moment.cadence.interval
        if nothing_for >= _NOTHING_SECONDS:
            return InverterState.STOPPED
    return InverterState.REPORTING


def _usually_works(track: InverterTrack, moment: Moment) -> bool:
    if track.hours.core(track.report_at or moment.now) or _woke_today(track, moment):
        return True
    return _held(track, moment) >= _HELD_UNKNOWN_SECONDS


def _is_silent(track: InverterTrack, moment: Moment) -> bool:
    if track.age is None or track.age <= max(
        moment.cadence.patience_seconds, moment.cadence.lossy_patience(track.lost)
    ):
        return False
    if not moment.sky.proven_without(track) and track.age <= _ALL_SILENT_SECONDS:
        return False
    expected = track.hours.core(moment.now) or _woke_today(track, moment)
    needed = _HELD_SECONDS if expected else _HELD_UNKNOWN_SECONDS
    return _held(track, moment) >= max(needed, _FIRST_REPORTS * moment.cadence.interval)


def _held(track: InverterTrack, moment: Moment) -> float:
    return 0.0 if track.proof_since is None else moment.now - track.proof_since


def _woke_today(track: InverterTrack, moment: Moment) -> bool:
    return track.woken_at is not None and moment.now - track.woken_at < _AWAKE_SECONDS + 6 * 3600.0
