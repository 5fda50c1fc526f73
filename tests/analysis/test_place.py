import math
from datetime import UTC, datetime

import pytest

from enphase_tray.analysis.daylight import sun_elevation
from enphase_tray.analysis.days import Days
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.snow import Snow
from enphase_tray.analysis.track import InverterTrack
from tests.alerts.story import utc

DAY = 86400.0


def seconds(text: str) -> float:
    return utc(text).timestamp()


def day_of(latitude: float, longitude: float, day: str, height: float = 4.0) -> tuple[float, float]:
    """From when until when the sun is higher than that there, degrees."""
    noon = seconds(f"{day}T12:00:00") - longitude * 240.0
    lit = [
        noon + 60.0 * minute
        for minute in range(-720, 720)
        if sun_elevation(latitude, longitude, datetime.fromtimestamp(noon + 60.0 * minute, UTC)) > height
    ]
    return lit[0], lit[-1]


def test_nothing_is_known_without_place_zone_or_days() -> None:
    place = Whereabouts()
    assert not place.known
    assert place.heights(seconds("2025-06-21T12:00:00")) == (-90.0, 90.0)


def test_a_given_place_is_exact_and_a_zone_has_room() -> None:
    noon = seconds("2025-06-21T12:00:00")
    exact = Whereabouts(latitude=50.9, longitude=4.4).heights(noon)
    zone = Whereabouts()
    zone.use_zone("Europe/Brussels")
    low, high = zone.heights(noon)
    assert exact[1] - exact[0] < 2.0
    assert low <= exact[0] <= exact[1] <= high
    assert low > 50.0
    assert zone.heights(seconds("2025-06-21T23:30:00"))[1] < 0.0


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(51.0, 5.0), (-34.0, 151.0), (1.0, 104.0), (60.0, -150.0), (-45.0, 170.0)]
)
def test_the_array_s_own_days_tell_where_it_stands(latitude: float, longitude: float) -> None:
    place = Whereabouts()
    for day in ("2025-01-10", "2025-02-20", "2025-05-01", "2025-06-20"):
        place.learn_day(*day_of(latitude, longitude, day))
    again = Whereabouts(place.memory())
    for text in ("2025-01-15T00:00:00", "2025-07-01T06:00:00", "2025-07-01T12:00:00", "2025-03-20T18:00:00"):
        low, high = again.heights(seconds(text))
        true = sun_elevation(latitude, longitude, utc(text))
        assert low - 1.0 <= true <= high + 1.0
        assert high - low < 45.0


def test_inverters_far_north_that_wake_with_the_sun_do_not_seem_to_stand_in_the_south() -> None:
    """There the sun climbs so slowly that a degree more or less is half an hour of the day."""
    place = Whereabouts()
    for day in ("2025-09-23", "2025-09-29", "2025-10-07", "2025-10-15"):
        place.learn_day(*day_of(65.8, 24.6, day, height=1.0))
    assert place.snow_may_lie(seconds("2025-10-27T10:00:00"))
    assert place.heights(seconds("2025-10-27T10:00:00"))[0] < 10.0


def test_a_zone_that_was_never_set_does_not_outweigh_the_days() -> None:
    place = Whereabouts()
    place.use_zone("America/Los_Angeles")
    for month in range(1, 8):
        place.learn_day(*day_of(51.0, 5.0, f"2025-0{month}-10"))
    assert place.heights(seconds("2025-07-15T11:40:00"))[0] > 40.0


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [("Europe/Stockholm", "2025-01-20", "2025-07-20"), ("Pacific/Auckland", "2025-07-20", "2025-01-20")],
)
def test_snow_follows_the_hemisphere(zone: str, winter: str, summer: str) -> None:
    place = Whereabouts()
    place.use_zone(zone)
    assert place.snow_may_lie(seconds(f"{winter}T12:00:00"))
    assert not place.snow_may_lie(seconds(f"{summer}T12:00:00"))


def test_there_is_no_snow_in_the_tropics() -> None:
    place = Whereabouts()
    place.use_zone("Asia/Singapore")
    assert not any(place.snow_may_lie(seconds("2025-01-01T12:00:00") + day * DAY) for day in range(365))


def lived(working_at: float | None) -> InverterTrack:
    return InverterTrack({"state": "reporting", "working_at": working_at, "report_at": working_at})


def test_a_day_is_known_only_if_both_its_ends_were_watched() -> None:
    for gap, known in ((300.0, True), (7200.0, False)):
        days, found = Days(), []
        at, dawn, dusk = 0.0, 6 * 3600.0, 18 * 3600.0
        while at < DAY:
            worked = 0.0 if at < dawn else min(at, dusk)
            found += [day] if (day := days.follow(at, worked)) is not None else []
            at += gap if math.isclose(at, dusk, abs_tol=200.0) or at < dawn else 300.0
        assert bool(found) is known
        if known:
            assert found == [(dawn, dusk)]


def test_late_risers_lie_under_snow_until_they_wake_and_only_where_it_may_snow() -> None:
    evening, noon = 10 * DAY + 16 * 3600.0, 11 * DAY + 12 * 3600.0
    for possible in (True, False):
        snow = Snow()
        tracks = {str(n): lived(evening) for n in range(6)}
        snow.follow(evening, evening, tracks, possible, 60.0)
        tracks["0"].working_at = noon
        snow.follow(noon, noon, tracks, possible, 60.0)
        snow.follow(noon + 2 * 3600.0, noon, tracks, possible, 60.0)
        assert [snow.covers(str(n)) for n in range(6)] == [False, *[possible] * 5]
        tracks["3"].working_at = tracks["5"].working_at = noon + 3 * 3600.0
        tracks["3"].watts, tracks["5"].watts = 60.0, 4.0
        again = Snow(snow.memory())
        again.follow(noon + 3 * 3600.0, noon + 3 * 3600.0, tracks, possible, 60.0)
        assert again.covers("4") is again.covers("5") is possible
        assert not again.covers("3")


def test_one_that_does_not_wake_with_the_others_is_not_snow() -> None:
    evening, morning = 10 * DAY + 16 * 3600.0, 11 * DAY + 8 * 3600.0
    snow = Snow()
    tracks = {str(n): lived(evening) for n in range(6)}
    snow.follow(evening, evening, tracks, True, 60.0)
    for number in range(5):
        tracks[str(number)].working_at = morning
    for step in range(12):
        snow.follow(morning + 900.0 * step, morning, tracks, True, 60.0)
    assert not snow.covers("5")
