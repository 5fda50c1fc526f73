from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.status.words import Wording

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("watts", "text"),
    [
        (None, "–"),
        (0.0, "0 W"),
        (-0.3, "0 W"),
        (-4.2, "-4 W"),
        (850.4, "850 W"),
        (3421.0, "3,421 W"),
        (9999.4, "9,999 W"),
        (9999.6, "10.0 kW"),
        (12_345.0, "12.3 kW"),
    ],
)
def test_watts_stay_watts_up_to_ten_kilowatts(watts: float | None, text: str) -> None:
    assert Wording().watts(watts) == text


def test_the_chosen_unit_is_kept() -> None:
    assert Wording(units="watts").watts(12_345.0) == "12,345 W"
    assert Wording(units="kilowatts").watts(850.0) == "0.85 kW"


@pytest.mark.parametrize(
    ("watt_hours", "text"),
    [
        (None, "–"),
        (0.0, "0 Wh"),
        (999.4, "999 Wh"),
        (999.6, "1.00 kWh"),
        (12_345.0, "12.3 kWh"),
        (99_960.0, "100 kWh"),
        (133_000_000.0, "133 MWh"),
    ],
)
def test_energy_has_three_significant_figures(watt_hours: float | None, text: str) -> None:
    assert Wording().energy(watt_hours) == text


def test_separators_are_those_of_the_language() -> None:
    wording = Wording(decimal=",", group=".")
    assert wording.watts(3421.0) == "3.421 W"
    assert wording.energy(12_345.0) == "12,3 kWh"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (44, "just now"),
        (46, "1 min ago"),
        (125, "2 min ago"),
        (5000, "83 min ago"),
        (7200, "2 h ago"),
        (200_000, "2 days ago"),
    ],
)
def test_ages(seconds: float, text: str) -> None:
    assert Wording().age(seconds) == text


def test_a_time_of_another_day_names_its_day() -> None:
    wording = Wording(zone=UTC)
    assert wording.clock(NOON, NOON + timedelta(hours=3)) == "12:00"
    assert wording.clock(NOON, NOON + timedelta(days=1)) == "21 Jun 12:00"
    assert wording.clock(NOON, NOON + timedelta(days=400)) == "21 Jun 2026 12:00"
