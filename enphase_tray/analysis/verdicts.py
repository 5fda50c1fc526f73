"""Which state an inverter is in, given its track and the sky. Nothing here remembers anything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import Sky
from enphase_tray.analysis.track import LIT_WATTS, InverterTrack
from enphase_tray.model.alerts import DaylightProof
from enphase_tray.model.readings import InverterState

_HELD_SECONDS = 3600.0
_FIRST_REPORTS = 2.2
"""Of a long interval, so much may pass after waking until the first report, one being lost."""
_HELD_UNKNOWN_SECONDS = 10_800.0
_NOTHING_SECONDS = 1800.0
_SNOWING_WATTS = 15.0
_BRIGHT_WATTS = 20.0
_ALL_NOTHING_SECONDS = 3000.0
"""Under the blackest of thunderclouds all may report nothing for a while."""
_STRONG_WATTS = 40.0
_HIGH_WATTS = 150.0
"""So much does not fall to nothing within minutes, even in the tropics at dusk."""
_AWAKE_SECONDS = 12 * 3600.0
_ALL_SILENT_SECONDS = 4500.0
"""All may be silent for an hour because they were told to report once an hour from now on."""
_DULL_SECONDS = 7200.0
"""Where little was made before, so long a time without anything is more than a cloud."""
_SAYS_NOTHING_SECONDS, _SNOWY_NOTHING_SECONDS = 9000.0, 16_200.0
"""Where nobody knows what was made before, inverters may round a dark day to nothing for a while."""
HIGH_SUN, _UP_SUN = 25.0, 12.0
"""Heights, degrees: here panels make power under any cloud; here no evening has begun."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What all verdicts of one poll share. `now` is the gateway's time, epoch seconds."""

    now: float
    cadence: Cadence
    sky: Sky
    judging: bool
    """Whether anybody may be found wrong now (not quiet, not cut off, the sun not known to be low)."""
    place: Whereabouts
    height: float
    """The least height that the sun may have now, degrees."""
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


def proof_of(sky: Sky, tracks: Sequence[InverterTrack], moment: Moment) -> DaylightProof | None:
    """The best proof that it is day."""
    if sky.lit and sky.proven:
        return DaylightProof.NEIGHBOURS
    usual = any(track.hours.core(moment.now) for track in tracks)
    if sky.meter and usual:
        return DaylightProof.METER
    if moment.height >= _UP_SUN:
        return DaylightProof.SUN
    return DaylightProof.HOURS if usual else None


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
    if _never_woke(well, elapsed, moment) or _says_nothing(well, moment):
        return True
    if not levels or elapsed > _AWAKE_SECONDS or elapsed < _patience_with_all(well, levels, moment):
        return False
    return _no_night_since(well, max(worked), levels, moment)


def _patience_with_all(well: Sequence[InverterTrack], levels: Sequence[float], moment: Moment) -> float:
    """For how long all may make nothing before it is more than weather, seconds."""
    interval = moment.cadence.interval
    strong = max(levels) >= _STRONG_WATTS
    saying_nothing = 2 * sum(1 for track in well if track.makes_nothing) >= len(well)
    fading = levels[-1] < _SNOWING_WATTS or 2 * levels[-1] < max(levels)
    if not strong and fading and not saying_nothing and moment.place.snow_may_lie(moment.now):
        return math.inf  # snow falls from dark clouds
    if not strong:
        wait = max(_DULL_SECONDS, 3.2 * interval)
    elif saying_nothing:
        wait = max(_ALL_NOTHING_SECONDS, 2.2 * interval)
    else:
        wait = max(_ALL_SILENT_SECONDS, 3 * interval)
    chance = moment.cadence.lossy_patience(well[0].lost) if len(well) == 1 and not saying_nothing else 0.0
    return max(wait, chance)


def _says_nothing(well: Sequence[InverterTrack], moment: Moment) -> bool:
    """Whether most have reported again and again, by day, that they make nothing: in the dark they would be mute."""
    starts = sorted(track.nothing_since for track in well if track.makes_nothing and track.nothing_since is not None)
    if 2 * len(starts) < len(well) or not starts:
        return False
    start = starts[len(starts) // 2]
    wait = _SNOWY_NOTHING_SECONDS if moment.place.snow_may_lie(moment.now) else _SAYS_NOTHING_SECONDS
    if moment.now - start < max(wait, 2.2 * moment.cadence.interval):
        return False
    if moment.height >= _UP_SUN and moment.place.least_height(moment.now - _DULL_SECONDS) >= _UP_SUN / 2:
        return True
    return all(
        track.hours.core(moment.now, margin=2) and track.hours.core_seconds(moment.now) >= moment.now - start
        for track in well
    )


def _no_night_since(well: Sequence[InverterTrack], worked_at: float, levels: Sequence[float], moment: Moment) -> bool:
    """Whether all the time since `worked_at` was day: by the clock, the sun, the usual hours, or what was made last."""
    elapsed = moment.now - worked_at
    if elapsed < moment.forenoon_seconds:
        return True
    if moment.height >= _UP_SUN and moment.place.least_height(worked_at) >= _UP_SUN:
        return True
    known = [track for track in well if track.hours.knows(moment.now)]
    if known:
        return 2 * sum(1 for track in known if _usual_since(track, worked_at, moment)) >= len(known)
    no_evening = min(levels) >= (_STRONG_WATTS if levels[-1] >= 0.9 * levels[0] else _HIGH_WATTS)
    return no_evening and moment.cadence.interval <= 900.0 and elapsed < _HELD_UNKNOWN_SECONDS


def _usual_since(track: InverterTrack, worked_at: float, moment: Moment) -> bool:
    """Whether all the time since `worked_at` lies in its usual hours, so that no evening lies between."""
    return track.hours.core(moment.now, margin=2) and track.hours.core_seconds(moment.now) >= moment.now - worked_at


def _never_woke(well: Sequence[InverterTrack], elapsed: float, moment: Moment) -> bool:
    """Nobody has worked since yesterday though the day is far on; where snow may lie it gets ten days' grace."""
    snow = moment.place.snow_may_lie(moment.now)
    sunny = (
        not snow
        and moment.height >= HIGH_SUN
        and moment.place.least_height(moment.now - _HELD_UNKNOWN_SECONDS) >= _UP_SUN
    )
    if elapsed < (240 * 3600.0 if snow else _HELD_UNKNOWN_SECONDS if sunny else 26 * 3600.0):
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
    if moment.judging and not track.covered and track.zero_reports >= 2 and _usually_works(track, moment):
        nothing_for = (track.report_at or 0.0) - (track.zero_since or 0.0) + moment.cadence.interval
        if nothing_for >= _NOTHING_SECONDS and _others_still_work(track, moment):
            return InverterState.STOPPED
    return InverterState.REPORTING


def _others_still_work(track: InverterTrack, moment: Moment) -> bool:
    """Whether what the others reported since it last did shows light, so that no cloud came over all between."""
    median = moment.sky.median_since((track.report_at or 0.0) - moment.cadence.interval / 2, track)
    return median is not None and median >= _BRIGHT_WATTS


def _usually_works(track: InverterTrack, moment: Moment) -> bool:
    if track.hours.core(track.report_at or moment.now) or _woke_today(track, moment):
        return True
    return _held(track, moment) >= _HELD_UNKNOWN_SECONDS


def _is_silent(track: InverterTrack, moment: Moment) -> bool:
    if (
        track.covered
        or track.age is None
        or track.age <= max(moment.cadence.patience_seconds, moment.cadence.lossy_patience(track.lost))
    ):
        return False
    if track.proven_at != moment.now:
        return False
    if not moment.sky.proven_without(track) and track.age <= _ALL_SILENT_SECONDS:
        return False
    expected = track.hours.core(moment.now) or _woke_today(track, moment) or moment.height >= HIGH_SUN
    needed = _HELD_SECONDS if expected else _HELD_UNKNOWN_SECONDS
    return _held(track, moment) >= max(needed, _FIRST_REPORTS * moment.cadence.interval)


def _held(track: InverterTrack, moment: Moment) -> float:
    return 0.0 if track.proof_since is None else moment.now - track.proof_since


def _woke_today(track: InverterTrack, moment: Moment) -> bool:
    return track.woken_at is not None and moment.now - track.woken_at < _AWAKE_SECONDS + 6 * 3600.0
