"""A panel that makes only a part: of each day, or at some hours of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan, parse_fault
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.house import House
from enphase_tray.simulator.outages import Outages
from tests.simulator.support import MIDSUMMER_NOON, Asker

DAY = timedelta(days=1)
MORNING = datetime(2026, 6, 20, 22, tzinfo=UTC)
"""Midnight of the day at the house."""


def house(*faults: str) -> House:
    config = HouseConfig(timezone="Europe/Brussels")
    return House(config, Outages(config, FaultPlan(parse_fault(fault, MORNING) for fault in faults)))


def made(site: House, panel: int, begin: datetime, hours: float = 24.0) -> float:
    return site.energy(panel, (begin + timedelta(hours=hours)).timestamp()) - site.energy(panel, begin.timestamp())


def test_it_makes_its_part_from_then_on_and_the_others_theirs() -> None:
    well, site = house(), house("weak@+86400:3=0.6")
    for panel, part in ((2, 0.6), (0, 1.0), (3, 1.0)):
        assert made(site, panel, MORNING) == pytest.approx(made(well, panel, MORNING))
        assert made(site, panel, MORNING + DAY) == pytest.approx(part * made(well, panel, MORNING + DAY))
        noon = (MORNING + 1.5 * DAY).timestamp()
        assert site.power(panel, noon) == pytest.approx(part * well.power(panel, noon))


def test_it_ends_when_it_ends() -> None:
    well, site = house(), house("weak@+0/86400:3=.5")
    assert made(site, 2, MORNING) == pytest.approx(0.5 * made(well, 2, MORNING))
    assert made(site, 2, MORNING + DAY) == pytest.approx(made(well, 2, MORNING + DAY))


def test_a_shadow_comes_at_its_hours_each_day() -> None:
    well, site = house(), house("weak@+0:3=0.3,14-16.5")
    for day in (0, 1, 5):
        begin = MORNING + day * DAY
        for hour, length, part in ((0, 14, 1.0), (14, 2.5, 0.3), (16.5, 7.5, 1.0)):
            since = begin + timedelta(hours=hour)
            assert made(site, 2, since, length) == pytest.approx(part * made(well, 2, since, length), abs=1e-6)
        for hour, part in ((13.9, 1.0), (14.1, 0.3), (16.4, 0.3), (16.6, 1.0)):
            moment = (begin + timedelta(hours=hour)).timestamp()
            assert site.power(2, moment) == pytest.approx(part * well.power(2, moment))


def test_energy_stays_the_integral_of_power_with_an_outage_within_the_shadow() -> None:
    site = house("weak@+0:3=0.4,10-15", "inverter_stops@+43200/3600:3")
    values = [site.energy(2, MORNING.timestamp() + 60.0 * step) for step in range(1441)]
    assert all(later >= earlier - 1e-6 for earlier, later in pairwise(values))
    summed = sum(site.power(2, MORNING.timestamp() + 10.0 * step + 5.0) * 10.0 / 3600.0 for step in range(8640))
    assert values[-1] - values[0] == pytest.approx(summed, rel=2e-3)
    assert made(site, 2, MORNING + timedelta(hours=12), 1.0) == pytest.approx(0.0, abs=1e-6)


def test_a_later_one_replaces_an_earlier_one() -> None:
    well, site = house(), house("weak@+0:3=0.5", "weak@+86400:3=0.9")
    assert made(site, 2, MORNING + DAY) == pytest.approx(0.9 * made(well, 2, MORNING + DAY))


def test_what_is_missing_is_drawn_from_the_grid() -> None:
    well, site = house(), house("weak@+0:3=0.5")
    end = (MORNING + DAY).timestamp()
    lost = made(well, 2, MORNING) - made(site, 2, MORNING)
    assert lost > 100.0
    assert site.grid(end).imported - well.grid(end).imported == pytest.approx(lost)


def test_the_gateway_reports_it_and_says_nothing_about_it() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    asker = Asker(SimulatedGateway(HouseConfig(), clock, [Fault(FaultKind.WEAK, MORNING, None, "2=0.5")]))
    well = Asker(SimulatedGateway(HouseConfig(), clock))
    serial, other = asker.gateway.source_serials[1], asker.gateway.source_serials[2]
    part = asker.inverters()[serial]["lastReportWatts"] / well.inverters()[serial]["lastReportWatts"]
    assert part == pytest.approx(0.5, abs=0.02)
    assert asker.inverters()[other]["lastReportWatts"] == well.inverters()[other]["lastReportWatts"]
    device = asker.inventory("PCU")[serial]
    assert (device["device_status"], device["producing"]) == (["envoy.global.ok"], True)


@pytest.mark.parametrize("target", ["3=", "3=1.5", "3=0.5,14", "3=0.5,14-27", "3=0.5,16-14", "three four", "=0.5"])
def test_a_weak_panel_that_is_not_understood_is_refused_at_once(target: str) -> None:
    with pytest.raises(ValueError, match="weak panel"):
        parse_fault(f"weak@+0:{target}", MORNING)
