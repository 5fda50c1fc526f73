import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.moment import Moment
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import look
from enphase_tray.analysis.stillness import Stillness
from enphase_tray.analysis.track import InverterTrack
from enphase_tray.analysis.tracker import SiteTracker
from enphase_tray.model.readings import InverterReading, InverterState, Snapshot
from tests.alerts.story import Array, outcomes, utc

HOUR = 3600.0
PLACE = Whereabouts(None, 50.9, 4.4)
DUSK = utc("2025-06-03T19:00:00").timestamp()
SNAPSHOT = Array(1).snapshot(utc("2025-06-03T12:00:00"))


def track(reported: float, watts: float = 4.0) -> InverterTrack:
    one = InverterTrack()
    reading = InverterReading("1", last_report_watts=watts, last_report_at=datetime.fromtimestamp(reported, UTC))
    one.take(reading, reported, 660.0, 300.0)
    return one


def follow(still: Stillness, one: InverterTrack, start: float, end: float, worked_at: float) -> None:
    """Polls every five minutes."""
    for now in range(int(start), int(end), 300):
        still.follow([one], worked_at, moment(float(now), one))


def moment(now: float, one: InverterTrack, seconds: float = 300.0) -> Moment:
    return Moment(now, seconds, Cadence(), look([one], SNAPSHOT), True, PLACE, PLACE.heights(now)[0])


def test_nights_do_not_count_and_a_high_sun_counts_most() -> None:
    still, one = Stillness(), track(DUSK)
    follow(still, one, DUSK, DUSK + 9 * HOUR, DUSK)
    assert still.sun_hours == 0.0
    follow(still, one, DUSK + 9 * HOUR, DUSK + 13 * HOUR, DUSK)
    morning = still.sun_hours
    follow(still, one, DUSK + 13 * HOUR, DUSK + 17 * HOUR, DUSK)
    assert 0.5 < morning < 2.0
    assert still.sun_hours - morning > 1.5 * morning


def test_light_that_nobody_watched_counts_only_if_nothing_was_heard_meanwhile() -> None:
    noon = DUSK + 17 * HOUR
    still, one = Stillness(), track(DUSK)
    follow(still, one, DUSK, DUSK + HOUR, DUSK)
    again = Stillness(json.loads(json.dumps(still.memory())))
    still.follow([one], DUSK, moment(noon, one, seconds=0.0))
    assert still.sun_hours > 3.0
    heard = track(noon - HOUR)
    again.follow([heard], DUSK, moment(noon, heard, seconds=0.0))
    assert 0.0 < again.sun_hours < math.sin(math.radians(65.0)) * 1.1


def test_what_ends_by_itself_is_learned_and_what_nobody_watched_is_not() -> None:
    noon = DUSK + 17 * HOUR
    one = track(DUSK)
    watched, unwatched = Stillness(), Stillness()
    follow(watched, one, DUSK, DUSK + 13 * HOUR, DUSK)
    follow(unwatched, one, DUSK, DUSK + HOUR, DUSK)
    unwatched.follow([one], DUSK, moment(noon, one, seconds=0.0))
    for still in (watched, unwatched):
        still.follow([track(noon, 100.0)], noon, moment(noon, one))
        assert still.sun_hours == 0.0
    follow(watched, one, noon + 300, noon + 1.2 * HOUR, noon)
    follow(unwatched, one, noon + 300, noon + 1.2 * HOUR, noon)
    assert unwatched.longer_than_usual()
    assert not watched.longer_than_usual()


def test_the_time_between_two_reports_is_no_pause_however_long() -> None:
    morning, last = DUSK + 14 * HOUR, DUSK + 17 * HOUR
    hourly, paused = Stillness(), Stillness()
    for still, interval in ((hourly, HOUR), (paused, 300.0)):
        cadence = Cadence({"interval": interval})
        for now in range(int(morning), int(last + 1.5 * HOUR), 300):
            heard = min(last, morning + (now - morning) // HOUR * HOUR)
            one = track(heard, 200.0)
            still.follow([one], heard, Moment(float(now), 300.0, cadence, look([one], SNAPSHOT), True, PLACE, 50.0))
    assert hourly.longer_than_usual()
    assert not paused.longer_than_usual()


@pytest.mark.parametrize(("watts", "clear"), [(250.0, True), (60.0, False)])
def test_how_clear_it_was_is_known_from_the_best_at_that_height_of_the_sun(watts: float, clear: bool) -> None:
    still = Stillness()
    still.learn_level(300.0, 60.0)
    still.learn_level(watts, 50.0)
    assert (still.clearness >= 0.4) is clear
    still.learn_level(watts, 5.0)
    assert still.clearness == 0.0, "dusk says nothing of clouds"


@pytest.mark.parametrize("how", ["silent", "stopped"])
def test_the_only_inverter_of_a_house_that_does_not_wake_is_found_the_same_morning(how: str) -> None:
    """It worked until dusk; no neighbour, no meter: the sun and its own habits are all there is."""
    stop = utc("2025-06-06T22:00:00")
    broken, well = Array(1, dead={0: (stop, how, None)}), Array(1)
    states = []
    for array in (broken, well):
        tracker = SiteTracker()
        polls = outcomes(array, utc("2025-06-03T12:00:00"), utc("2025-06-07T10:30:00"))
        assessments = [tracker.observe(*poll) for poll in polls]
        states.append(assessments[-1].states[array.serial(0)])
    assert states == [InverterState(how), InverterState.REPORTING]


@pytest.mark.parametrize(("watts", "state"), [(0.0, InverterState.STOPPED), (1.0, InverterState.REPORTING)])
def test_a_whole_array_at_one_watt_is_a_black_day_and_at_none_it_stands(watts: float, state: InverterState) -> None:
    black = utc("2025-06-05T09:00:00")

    def darken(at: datetime, snapshot: Snapshot) -> Snapshot:
        if at < black:
            return snapshot
        return replace(snapshot, inverters=tuple(replace(one, last_report_watts=watts) for one in snapshot.inverters))

    tracker = SiteTracker()
    polls = outcomes(Array(4), utc("2025-06-03T12:00:00"), utc("2025-06-05T12:30:00"), darken)
    assessments = [tracker.observe(*poll) for poll in polls]
    assert set(assessments[-1].states.values()) == {state}
