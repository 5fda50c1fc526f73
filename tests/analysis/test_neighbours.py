from datetime import UTC, datetime

import pytest

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.moment import Moment
from enphase_tray.analysis.neighbours import follow_neighbours
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import look
from enphase_tray.analysis.track import InverterTrack
from enphase_tray.model.readings import InverterReading
from tests.alerts.story import Array, utc

NOON = utc("2025-06-03T12:00:00")
SNAPSHOT = Array(1).snapshot(NOON)
INTERVAL = 300.0


def heard(track: InverterTrack, watts: float, now: float, reported: float) -> InverterTrack:
    reading = InverterReading("1", last_report_watts=watts, last_report_at=datetime.fromtimestamp(reported, UTC))
    track.take(reading, now, 2 * INTERVAL + 60.0, INTERVAL)
    return track


def others(now: float, *watts: float) -> list[InverterTrack]:
    return [heard(InverterTrack(), watt, now, now - 60.0) for watt in watts]


def moment(now: float, tracks: list[InverterTrack], seconds: float = INTERVAL) -> Moment:
    return Moment(now, seconds, Cadence(), look(tracks, SNAPSHOT), True, Whereabouts(), -90.0)


def at_work() -> InverterTrack:
    """One that was at work at noon, and is known to make about as much as the others."""
    now = NOON.timestamp()
    track = heard(heard(InverterTrack(), 150.0, now - 900.0, now - 900.0), 150.0, now, now)
    track.share.learn(now - 3600.0, now + 6 * 3600.0, 1.0)
    return track


def test_what_is_missed_adds_up_over_light_only_and_ends_with_a_report() -> None:
    track, now = at_work(), NOON.timestamp()
    missed = []
    for step, watts in enumerate((200.0, 200.0, 2.0, 2.0, 200.0), start=1):
        now = NOON.timestamp() + step * INTERVAL
        follow_neighbours(track, False, moment(now, [track, *others(now, watts, watts, watts, watts)]))
        missed.append(track.missed)
    assert missed == [300.0, 600.0, 600.0, 600.0, 900.0], "a cloud interrupts, it does not begin anew"
    heard(track, 150.0, now, now)
    assert track.missed == 0.0


def test_nobody_is_missed_while_nobody_watched() -> None:
    track, now = at_work(), NOON.timestamp() + INTERVAL
    follow_neighbours(track, False, moment(now, [track, *others(now, 200.0, 200.0, 200.0)], seconds=0.0))
    assert track.proven
    assert track.missed == 0.0


def test_hours_at_which_it_was_never_seen_at_work_count_less() -> None:
    now = NOON.timestamp()
    track = heard(InverterTrack(), 2.0, now, now - 20 * 3600.0)
    track.share.learn(now - 3600.0, now + 3600.0, 1.0)
    follow_neighbours(track, False, moment(now, [track, *others(now, 200.0, 200.0, 200.0)]))
    assert track.missed == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("watts", "idle"),
    [
        ((200.0,) * 8, 300.0),
        ((200.0,) * 6 + (0.0,) * 2, 120.0),
        ((200.0,) * 4 + (0.0,) * 4, 0.0),
        ((20.0,) * 8, 0.0),
    ],
    ids=["all others work", "a quarter says nothing too", "half say nothing too", "all are dull"],
)
def test_a_report_of_nothing_is_held_against_what_others_say_of_the_same_time(
    watts: tuple[float, ...], idle: float
) -> None:
    track, now = at_work(), NOON.timestamp() + INTERVAL
    heard(track, 0.0, now, now)
    follow_neighbours(track, True, moment(now, [track, *others(now, *watts)]))
    assert track.idle == pytest.approx(idle)


def test_a_report_of_nothing_waits_for_neighbours_that_speak_of_its_time() -> None:
    track, before = at_work(), NOON.timestamp() + INTERVAL
    bright = others(before, 200.0, 200.0, 200.0, 200.0)
    now = before + 2 * INTERVAL
    heard(track, 0.0, now, now)
    follow_neighbours(track, True, moment(now, [track, *bright]))
    assert track.idle == 0.0, "they were bright, but that was ten minutes ago"
    later = now + 60.0
    follow_neighbours(track, False, moment(later, [track, *others(later, 2.0, 2.0, 2.0, 2.0)]))
    assert track.idle == 0.0
    assert track.nothing_at is None


def test_where_polls_keep_step_with_reports_the_neighbour_s_next_one_is_waited_for_across_polls() -> None:
    """Its neighbour reports just over half an interval before each of its own, and again only after the poll."""
    track, noon = at_work(), NOON.timestamp()
    for number in range(1, 8):
        own = noon + number * INTERVAL
        heard(track, 0.0, own + 100.0, own)
        neighbour = others(own - INTERVAL / 2 + 59.0, 200.0)
        follow_neighbours(track, True, moment(own + 100.0, [track, *neighbour]))
    assert track.idle >= 4 * INTERVAL


def test_a_neighbour_speaks_for_no_more_than_the_time_of_its_report() -> None:
    """Three reports of nothing under a storm, and the only neighbour silent: its first report in the sun comes late."""
    track, noon = at_work(), NOON.timestamp()
    for number in range(1, 4):
        own = noon + number * INTERVAL
        heard(track, 0.0, own + 10.0, own)
        follow_neighbours(track, True, moment(own + 10.0, [track, *others(noon, 200.0)]))
    assert track.idle == 0.0
    sunny = noon + 3.5 * INTERVAL
    follow_neighbours(track, False, moment(sunny + 10.0, [track, *others(sunny, 80.0)]))
    assert 0.0 < track.idle <= 1.5 * INTERVAL


def test_neighbours_that_hardly_work_say_the_same_as_one_that_rounds_to_nothing() -> None:
    """A cloud over half of a large array: 5 W of the usual 80 W is no light that it should have used."""
    for watts, counts in (((4.0, 5.0, 5.0, 80.0, 90.0, 90.0), False), ((40.0, 50.0, 50.0, 80.0, 90.0, 90.0), True)):
        track, now = at_work(), NOON.timestamp() + INTERVAL
        heard(track, 0.0, now, now - 60.0)
        neighbours = others(now, *watts)
        for one in neighbours:
            one.share.learn(now - 3600.0, now + 3600.0, 1.0)
        follow_neighbours(track, True, moment(now, [track, *neighbours]))
        assert (track.idle > 0.0) is counts


def test_who_makes_more_than_the_others_at_this_hour_is_missed_though_they_are_dim() -> None:
    """The east side at dawn: most of the others make 20 W, and it twice as much."""
    now = NOON.timestamp() + INTERVAL
    east, middling = at_work(), at_work()
    east.share.learn(now - 3600.0, now + 3600.0, 2.0)
    for _ in range(40):
        east.share.learn(now - 3600.0, now + 3600.0, 2.0)
    for track in (east, middling):
        follow_neighbours(track, False, moment(now, [track, *others(now, 20.0, 20.0, 20.0, 20.0)]))
    assert east.missed == 300.0
    assert middling.missed == pytest.approx(60.0)


def test_what_comes_through_the_snow_is_not_its_usual_share() -> None:
    now = NOON.timestamp() + INTERVAL
    free, covered = at_work(), at_work()
    covered.covered = True
    for track in (free, covered):
        heard(track, 10.0, now, now)
        follow_neighbours(track, True, moment(now, [track, *others(now, 200.0, 200.0, 200.0)]))
    assert [track.share.at(now) for track in (free, covered)] == [pytest.approx(0.715), pytest.approx(1.0)]


def test_dim_light_counts_a_little_so_that_a_dark_winter_hides_nobody_for_weeks() -> None:
    missed = []
    for watts in (200.0, 15.0, 6.0):
        track, now = at_work(), NOON.timestamp() + INTERVAL
        follow_neighbours(track, False, moment(now, [track, *others(now, watts, watts, watts)]))
        missed.append(track.missed)
    assert missed == pytest.approx([300.0, 60.0, 0.0])
