"""The model of a house: the same for the same seed, energy that is the integral of power, nights as real ones."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from enphase_tray.simulator.config import HouseConfig, PanelGroup
from enphase_tray.simulator.faults import FaultPlan
from enphase_tray.simulator.house import House
from enphase_tray.simulator.outages import Outages

NOON = datetime(2026, 6, 21, 11, 30, tzinfo=UTC).timestamp()


def house(**changes: object) -> House:
    config = HouseConfig(**changes)  # type: ignore[arg-type]
    return House(config, Outages(config, FaultPlan()))


def test_the_same_seed_makes_the_same_house_whatever_was_asked_before() -> None:
    fresh, used = house(seed=7), house(seed=7)
    for hour in range(0, 240, 7):
        used.energy(hour % 12, NOON - 3600.0 * hour)
    assert [fresh.energy(i, NOON) for i in range(12)] == [used.energy(i, NOON) for i in range(12)]
    assert fresh.grid(NOON) == used.grid(NOON)
    assert fresh.energy(0, NOON) != house(seed=8).energy(0, NOON)


def test_energy_is_the_integral_of_power() -> None:
    site = house()
    start = NOON - 3600.0 * 5
    summed = sum(site.power(2, start + 10.0 * step + 5.0) * 10.0 / 3600.0 for step in range(360 * 5))
    assert site.energy(2, start + 18000.0) - site.energy(2, start) == pytest.approx(summed, rel=1e-3)


def test_energy_never_falls_over_two_weeks_with_a_clock_change() -> None:
    site = house(installed=date(2026, 3, 1))
    start = datetime(2026, 3, 22, tzinfo=UTC).timestamp()
    values = [site.energy(0, start + 900.0 * step) for step in range(14 * 96)]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(values))
    assert values[-1] - values[0] > 5000


def test_summer_days_give_what_panels_give() -> None:
    site = house(inverters=10, groups=(PanelGroup(35.0, 180.0),))
    days = [datetime(2026, 6, number, tzinfo=UTC).timestamp() for number in (1, 29)]
    per_day = sum(site.energy(i, days[1]) - site.energy(i, days[0]) for i in range(10)) / 28.0
    best = max(site.power(0, NOON + 86400.0 * back) for back in range(-20, 8))
    assert 6000 < per_day < 20000
    assert 180 < best < 340


def test_what_is_used_made_and_exchanged_fits_together() -> None:
    site = house(installed=date(2026, 5, 1))
    midnights = [site.midnight(date(2026, 6, day)) for day in (10, 13)]
    before, after = (site.grid(moment) for moment in midnights)
    made = sum(site.energy(i, midnights[1]) - site.energy(i, midnights[0]) for i in range(12))
    net = (after.imported - before.imported) - (after.exported - before.exported)
    assert net == pytest.approx(after.used - before.used - made, abs=1.0)
    assert after.imported > before.imported
    assert after.exported > before.exported


def test_inverters_fall_asleep_and_wake_one_after_another() -> None:
    site = house()
    day = site.day_at(NOON)
    wakes = sorted(awake[0] for awake in day.awake if awake is not None)
    sleeps = sorted(awake[1] for awake in day.awake if awake is not None)
    assert len(wakes) == 12
    assert 600 < wakes[-1] - wakes[0] < 3600
    assert 600 < sleeps[-1] - sleeps[0] < 3600


def test_reports_are_spread_over_the_interval_and_stop_at_night() -> None:
    site = house(report_seconds=900)
    ages = [NOON - (site.last_report(i, NOON) or 0.0) for i in range(12)]
    assert all(0 <= age < 901 for age in ages)
    assert len({int(age // 60) for age in ages}) > 5
    midnight = site.midnight(date(2026, 6, 22)) + 3600.0
    evening = [site.last_report(i, midnight) for i in range(12)]
    assert all(report is not None and midnight - report > 7200 for report in evening)
    assert evening == [site.last_report(i, midnight + 3600.0) for i in range(12)]


def test_in_the_polar_night_the_last_report_is_months_old() -> None:
    site = house(latitude=78.2, longitude=15.6, timezone="Arctic/Longyearbyen", inverters=2)
    midwinter = datetime(2026, 12, 21, 11, tzinfo=UTC).timestamp()
    report = site.last_report(0, midwinter)
    assert report is not None
    assert timedelta(days=40) < timedelta(seconds=midwinter - report) < timedelta(days=90)
    assert site.power(0, midwinter) == 0.0


def test_the_grid_counters_agree_with_the_power_over_some_days() -> None:
    site = house()
    first, last = site.midnight(date(2026, 6, 1)), site.midnight(date(2026, 6, 15))
    drawn = given = 0.0
    for step in range(int((last - first) / 600.0)):
        moment = first + 600.0 * step + 300.0
        net = site.use(moment) - sum(site.power(i, moment) for i in range(12))
        drawn += max(net, 0.0) / 6.0
        given += max(-net, 0.0) / 6.0
    before, after = site.grid(first), site.grid(last)
    assert after.imported - before.imported == pytest.approx(drawn, rel=0.15)
    assert after.exported - before.exported == pytest.approx(given, rel=0.15)
