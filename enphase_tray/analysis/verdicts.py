"""Which state an inverter is in, given its track and the sky. Nothing here remembers anything."""

import math
from collections.abc import Sequence

from enphase_tray.analysis.moment import HIGH_SUN, UP_SUN, Moment, woke_today
from enphase_tray.analysis.sky import Sky
from enphase_tray.analysis.stillness import Stillness
from enphase_tray.analysis.track import LIT_WATTS, InverterTrack
from enphase_tray.model.alerts import DaylightProof
from enphase_tray.model.readings import InverterState

_ASLEEP_SECONDS = 3600.0
_FIRST_REPORTS = 2.2
"""Of a long interval, so much may pass after waking until the first report, one being lost."""
_HELD_UNKNOWN_SECONDS = 10_800.0
_NOTHING_SECONDS, _NOTHING_REPORTS = 1700.0, 1.9
"""Half an hour and two reports, with tolerance for what is late."""
_CLEAR = 0.4
"""What so much of a clear sky's light came through was no snow cloud."""
_ALL_NOTHING_SECONDS = 4200.0
"""Under the blackest of thunderclouds all may report nothing for a while."""
_STRONG_WATTS = 40.0
_HIGH_WATTS = 150.0
"""So much does not fall to nothing within minutes, even in the tropics at dusk."""
_AWAKE_SECONDS = 12 * 3600.0
_ALL_SILENT_SECONDS = 4500.0
"""All may be silent for an hour because they were told to report once an hour from now on."""
_DULL_SECONDS = 7200.0
"""Where little was made before, so long a time without anything is more than a cloud."""
_SAYS_NOTHING_SECONDS, _SNOWY_NOTHING_SECONDS = 7200.0, 36_000.0
"""Where nobody knows what was made before, inverters may round a dark day to nothing for a while."""
_SUNNY_HOURS, _DAY_HOURS = 1.0, 3.0
"""So many hours of full sun were missed: enough where the sun stands high, and where it does not."""
_DULL_DAYS_SECONDS, _SNOW_SECONDS = 50 * 3600.0, 240 * 3600.0
"""Where the sun stands low, two dark days are no fault; where snow may lie, ten."""


def state_of(track: InverterTrack, moment: Moment) -> InverterState:
    """The state of one inverter that is not retired."""
    if track.age is None:
        return track.state if track.faulty else InverterState.UNKNOWN
    if track.fresh:
        return _reporting(track, moment)
    if track.faulty:
        return track.state
    if not track.proven and not moment.sky.lit and not track.hours.core(moment.now):
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
    if moment.height >= UP_SUN:
        return DaylightProof.SUN
    return DaylightProof.HOURS if usual else None


def collapsed(tracks: Sequence[InverterTrack], levels: Sequence[float], still: Stillness, moment: Moment) -> bool:
    """Whether all inverters that were well stand still by day: no neighbour is left to prove it.

    `levels` are the middle watts of those that made power at the last polls with news, the latest last; small at dusk.
    """
    if not moment.judging or moment.sky.lit:
        return False
    well = [track for track in tracks if not track.faulty and track.age is not None]
    if not well or any(track.fresh and track.watts for track in well):
        return False  # a single watt is a sign of life
    worked = [track.working_at for track in well if track.working_at is not None]
    if not worked:
        return False
    elapsed = moment.now - max(worked)
    if _never_woke(well, elapsed, still, moment) or _says_nothing(well, elapsed, still, moment):
        return True
    if not levels or elapsed > _AWAKE_SECONDS or elapsed < _patience_with_all(well, elapsed, levels, still, moment):
        return False
    return _no_night_since(well, max(worked), levels, moment)


def _patience_with_all(
    well: Sequence[InverterTrack], elapsed: float, levels: Sequence[float], still: Stillness, moment: Moment
) -> float:
    """For how long all may make nothing before it is more than weather, seconds."""
    interval = moment.cadence.interval
    strong = max(levels) >= _STRONG_WATTS
    saying_nothing = 2 * sum(1 for track in well if track.says_zero) >= len(well)
    if not strong and _snow_may_lie(elapsed, still, moment):
        return math.inf  # snow falls from dark clouds
    if not strong:
        wait = max(_DULL_SECONDS, 3.2 * interval)
    elif saying_nothing:
        wait = max(_ALL_NOTHING_SECONDS, 2.2 * interval)
    else:
        wait = max(_ALL_SILENT_SECONDS, 3 * interval)
    return wait if saying_nothing else max(wait, _chance(well, moment))


def _snow_may_lie(elapsed: float, still: Stillness, moment: Moment) -> bool:
    """Whether it is the season, and it was not under today's clear sky that they worked last."""
    clear = still.clearness >= _CLEAR and elapsed <= _AWAKE_SECONDS
    return not clear and moment.place.snow_may_lie(moment.now)


def _chance(well: Sequence[InverterTrack], moment: Moment) -> float:
    """For how long the only inverter may be silent because its reports get lost, seconds."""
    return moment.cadence.lossy_patience(well[0].lost) if len(well) == 1 else 0.0


def _says_nothing(well: Sequence[InverterTrack], elapsed: float, still: Stillness, moment: Moment) -> bool:
    """Whether most have reported again and again, by day, that they make nothing: in the dark they would be mute."""
    if 2 * sum(1 for track in well if track.says_zero) < len(well):
        return False
    wait = _SNOWY_NOTHING_SECONDS if _snow_may_lie(elapsed, still, moment) else _SAYS_NOTHING_SECONDS
    return still.nothing_seconds >= max(wait, 2.2 * moment.cadence.interval)


def _no_night_since(well: Sequence[InverterTrack], worked_at: float, levels: Sequence[float], moment: Moment) -> bool:
    """Whether all the time since `worked_at` was day: by the clock, the sun, the usual hours, or what was made last."""
    elapsed = moment.now - worked_at
    if elapsed < moment.forenoon_seconds:
        return True
    if moment.height >= UP_SUN and moment.place.least_height(worked_at) >= UP_SUN:
        return True
    known = [track for track in well if track.hours.knows(moment.now)]
    if known:
        return 2 * sum(1 for track in known if _usual_since(track, worked_at, moment)) >= len(known)
    no_evening = min(levels) >= (_STRONG_WATTS if levels[-1] >= 0.9 * levels[0] else _HIGH_WATTS)
    return no_evening and moment.cadence.interval <= 900.0 and elapsed < _HELD_UNKNOWN_SECONDS


def _usual_since(track: InverterTrack, worked_at: float, moment: Moment) -> bool:
    """Whether all the time since `worked_at` lies in its usual hours, so that no evening lies between."""
    return track.hours.core(moment.now, margin=2) and track.hours.core_seconds(moment.now) >= moment.now - worked_at


def _never_woke(well: Sequence[InverterTrack], elapsed: float, still: Stillness, moment: Moment) -> bool:
    """Nobody works though the day is far on, here and by the sun; where snow may lie it gets ten days' grace."""
    if any(track.watts and track.age is not None and track.age < elapsed / 2 for track in well):
        return False  # a watt or two on a dark day is a sign of life
    if any(
        track.makes_nothing and moment.now - (track.nothing_since or moment.now) < _enough(moment) for track in well
    ):
        return False  # its first reports of the day come so late: it is light enough only now
    snow = _snow_may_lie(elapsed, still, moment)
    needed = _SUNNY_HOURS if moment.height >= HIGH_SUN else _DAY_HOURS
    patient = elapsed >= max(_ALL_SILENT_SECONDS, 3.2 * moment.cadence.interval, _chance(well, moment))
    day = moment.height >= UP_SUN or not moment.place.known
    if day and not snow and patient and still.sun_hours >= needed and still.longer_than_usual():
        return 2 * sum(1 for track in well if track.hours.core(moment.now)) >= len(well)
    if elapsed < (_SNOW_SECONDS if snow else _DULL_DAYS_SECONDS):
        return False
    return all(
        track.hours.core(moment.now) and track.hours.core_seconds(moment.now) >= _HELD_UNKNOWN_SECONDS for track in well
    )


def _reporting(track: InverterTrack, moment: Moment) -> InverterState:
    if track.state is InverterState.STOPPED:
        recovered = track.watts is not None and track.watts >= LIT_WATTS
        return InverterState.REPORTING if recovered else InverterState.STOPPED
    if moment.judging and not track.covered and track.makes_nothing and track.idle >= _enough(moment):
        return InverterState.STOPPED
    return InverterState.REPORTING


def _enough(moment: Moment) -> float:
    """For how long reports must have said nothing before it means anything, seconds."""
    return max(_NOTHING_SECONDS, _NOTHING_REPORTS * moment.cadence.interval)


def _is_silent(track: InverterTrack, moment: Moment) -> bool:
    if track.covered or track.age is None or not track.proven:
        return False
    if not moment.sky.proven_without(track) and track.age <= _ALL_SILENT_SECONDS:
        return False
    chance = moment.cadence.lossy_patience(track.lost)
    # The first of the reports that would all have to be lost is due an interval after the last one, or when it wakes.
    needed = max(moment.cadence.patience_seconds, chance - moment.cadence.interval)
    if not woke_today(track, moment):
        needed = max(needed, _ASLEEP_SECONDS, _FIRST_REPORTS * moment.cadence.interval)
    return track.age > max(needed, chance) and track.missed >= needed
