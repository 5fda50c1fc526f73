"""The sun's place against almanac figures, and what clouds may do."""

from datetime import UTC, datetime

import pytest

from enphase_tray.simulator.config import PanelGroup
from enphase_tray.simulator.sun import clear_sky, clearness, cloud_factor, sun_position


@pytest.mark.parametrize(
    ("latitude", "longitude", "moment", "elevation", "azimuth"),
    [
        (50.85, 4.35, datetime(2026, 6, 21, 11, 44, tzinfo=UTC), 62.6, 180.0),
        (50.85, 4.35, datetime(2026, 12, 21, 11, 41, tzinfo=UTC), 15.7, 180.0),
        (0.0, 0.0, datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 90.0, None),
        (-33.87, 151.21, datetime(2026, 12, 21, 1, 53, tzinfo=UTC), 79.6, None),
    ],
)
def test_the_sun_at_noon_stands_where_the_almanac_says(
    latitude: float, longitude: float, moment: datetime, elevation: float, azimuth: float | None
) -> None:
    position = sun_position(latitude, longitude, moment.timestamp())
    assert position.elevation == pytest.approx(elevation, abs=0.5)
    if azimuth is not None:
        assert position.azimuth == pytest.approx(azimuth, abs=2.0)


def test_the_sun_rises_and_sets_at_the_known_minutes() -> None:
    rise = datetime(2026, 6, 21, 3, 29, tzinfo=UTC).timestamp()
    fall = datetime(2026, 6, 21, 20, 0, tzinfo=UTC).timestamp()
    assert sun_position(50.85, 4.35, rise).elevation == pytest.approx(-0.8, abs=0.5)
    assert sun_position(50.85, 4.35, fall).elevation == pytest.approx(-0.8, abs=0.5)


def test_east_panels_lead_in_the_morning_and_night_gives_nothing() -> None:
    east, west = PanelGroup(35.0, 90.0), PanelGroup(35.0, 270.0)
    morning = sun_position(50.85, 4.35, datetime(2026, 6, 21, 6, 0, tzinfo=UTC).timestamp())
    night = sun_position(50.85, 4.35, datetime(2026, 6, 21, 23, 0, tzinfo=UTC).timestamp())
    assert clear_sky(morning, east) > 3 * clear_sky(morning, west) > 0
    assert clear_sky(night, east) == 0.0


def test_clouds_follow_the_seed_and_stay_in_bounds() -> None:
    days = [clearness(5, day) for day in range(400)]
    assert days == [clearness(5, day) for day in range(400)]
    assert days != [clearness(6, day) for day in range(400)]
    assert 0.2 <= min(days) < 0.4
    assert 0.9 < max(days) <= 0.97
    factors = [cloud_factor(5, 1e9 + 60.0 * minute, 0.5) for minute in range(2000)]
    assert 0.15 <= min(factors) < 0.5 < max(factors) <= 1.0
