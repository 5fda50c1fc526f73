import pytest

from enphase_tray.analysis.daylight import SLOT_SECONDS, UsualHours, UsualShare, sun_elevation, sun_over
from tests.alerts.story import utc

NOON = utc("2025-06-21T12:00:00").timestamp()


@pytest.mark.parametrize(
    ("latitude", "longitude", "at", "degrees"),
    [
        (51.48, 0.0, "2025-06-21T12:02:00", 61.96),
        (51.48, 0.0, "2025-12-21T11:58:00", 15.08),
        (0.0, 0.0, "2025-03-20T12:07:00", 89.9),
        (-33.87, 151.21, "2025-12-21T01:53:00", 79.5),
        (51.48, 0.0, "2025-06-21T00:02:00", -15.1),
    ],
)
def test_sun_elevation_is_right_within_half_a_degree(
    latitude: float, longitude: float, at: str, degrees: float
) -> None:
    assert sun_elevation(latitude, longitude, utc(at)) == pytest.approx(degrees, abs=0.5)


@pytest.mark.parametrize(("day", "noon"), [("2025-02-11", "12:14:14"), ("2025-11-03", "11:43:36")])
def test_the_sun_is_over_greenwich_at_its_noon_which_is_up_to_a_quarter_hour_from_the_clock_s(
    day: str, noon: str
) -> None:
    assert sun_over(utc(f"{day}T{noon}").timestamp())[1] == pytest.approx(0.0, abs=0.25)


def lived(days: int, first: float, slots: range) -> UsualHours:
    hours = UsualHours()
    for day in range(days):
        for slot in slots:
            start = first + day * 86400 + slot * SLOT_SECONDS
            hours.mark(start, start + SLOT_SECONDS - 1)
        for slot in range(-24, 24):
            hours.close(int(first + day * 86400 + slot * SLOT_SECONDS) // SLOT_SECONDS, learn=True)
    return hours


def test_one_day_makes_hours_usual_and_the_edges_are_not_core() -> None:
    hours = lived(1, NOON, range(-4, 4))
    tomorrow = NOON + 86400
    assert hours.knows(tomorrow)
    assert hours.core(tomorrow)
    assert not hours.core(tomorrow + 3 * SLOT_SECONDS)
    assert hours.core_seconds(tomorrow) == 4 * SLOT_SECONDS
    assert hours.core_seconds(tomorrow + 6 * SLOT_SECONDS) == 0


def test_a_dark_day_does_not_undo_regular_ones_but_two_do() -> None:
    hours = lived(4, NOON, range(-4, 4))
    for day, still in ((4, True), (5, False)):
        hours.close(int(NOON + day * 86400) // SLOT_SECONDS, learn=True)
        assert hours.core(NOON + 6 * 86400) is still


def test_hours_survive_packing() -> None:
    hours = lived(2, NOON, range(-4, 4))
    again = UsualHours(hours.packed())
    assert again.core(NOON)
    assert again.packed() == hours.packed()
    assert not UsualHours("00").knows(NOON)


def test_a_share_that_falls_is_learned_sooner_than_one_that_grows() -> None:
    share = UsualShare()
    assert share.at(NOON) is None
    share.learn(NOON, NOON + 60, 1.0)
    share.learn(NOON, NOON + 60, 0.0)
    assert share.at(NOON) == pytest.approx(0.7)
    share.learn(NOON, NOON + 60, 1.0)
    assert share.at(NOON) == pytest.approx(0.73)
    assert UsualShare(share.packed()).at(NOON) == pytest.approx(0.73)
