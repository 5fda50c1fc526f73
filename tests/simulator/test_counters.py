"""Faults of counters: what a gateway tells of its energies while they last, and afterwards."""

import itertools
from datetime import timedelta

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.simulator.support import MIDSUMMER_NOON, Asker

HOUR = timedelta(hours=1)


def at_noon(meters: Meters = Meters.BOTH) -> tuple[Asker, ManualClock]:
    clock = ManualClock(MIDSUMMER_NOON)
    return Asker(SimulatedGateway(HouseConfig(inverters=6, meters=meters), clock)), clock


def meter(asker: Asker) -> dict[str, float]:
    """The production meter's entry."""
    entries: list[dict[str, float]] = asker.json("/production.json")["production"]
    return entries[1]


def device(asker: Asker, serial: str) -> dict[str, dict[str, float]]:
    rows = (row for row in asker.json("/ivp/pdm/device_data").values() if isinstance(row, dict))
    channel: dict[str, dict[str, float]] = next(row["channels"][0] for row in rows if row["sn"] == serial)
    return channel


def test_a_jump_is_told_while_it_lasts() -> None:
    asker, clock = at_noon()
    before = meter(asker)
    asker.gateway.inject(Fault(FaultKind.COUNTER_JUMP, clock.now(), clock.now() + HOUR, "7000"))
    assert meter(asker)["whLifetime"] == pytest.approx(before["whLifetime"] + 7000)
    assert meter(asker)["whToday"] == before["whToday"]
    clock.advance(3600)
    assert 0 < meter(asker)["whLifetime"] - before["whLifetime"] < 2000


def test_zeros_are_told_in_place_of_all_energies_of_the_site() -> None:
    asker, clock = at_noon()
    asker.gateway.inject(Fault(FaultKind.COUNTER_ZERO, clock.now()))
    told = meter(asker)
    assert (told["whToday"], told["whLastSevenDays"], told["whLifetime"]) == (0, 0, 0)
    assert told["wNow"] > 0
    assert asker.json("/ivp/meters/readings")[1]["actEnergyDlvd"] == 0
    assert device(asker, asker.gateway.source_serials[0])["lifetime"]["joulesProduced"] > 0


@pytest.mark.parametrize("meters", [Meters.BOTH, Meters.NONE])
def test_a_frozen_counter_stands_still_and_then_catches_up(meters: Meters) -> None:
    asker, clock = at_noon(meters)
    before = asker.json("/api/v1/production")
    clock.advance(900)
    asker.gateway.inject(Fault(FaultKind.COUNTER_FROZEN, clock.now(), clock.now() + 2 * HOUR))
    frozen = asker.json("/api/v1/production")["wattHoursLifetime"]
    clock.advance(3600)
    assert asker.json("/api/v1/production")["wattHoursLifetime"] == frozen > before["wattHoursLifetime"]
    assert all(entry["wNow"] > 0 for entry in asker.json("/production.json")["production"])
    clock.advance(3700)
    assert asker.json("/api/v1/production")["wattHoursLifetime"] > frozen + 500


def test_a_reset_counter_goes_on_from_zero_and_so_do_its_days() -> None:
    asker, clock = at_noon()
    asker.gateway.inject(Fault(FaultKind.COUNTER_RESET, clock.now()))
    assert meter(asker)["whLifetime"] == 0
    clock.advance(3600)
    told = meter(asker)
    assert 100 < told["whLifetime"] == told["whToday"] == told["whLastSevenDays"] < 2000
    clock.advance(86400)
    told = meter(asker)
    assert told["whToday"] < told["whLifetime"] == told["whLastSevenDays"]


def test_a_lost_baseline_makes_today_a_lifetime() -> None:
    asker, clock = at_noon()
    before = meter(asker)
    asker.gateway.inject(Fault(FaultKind.BASELINE_LOST, clock.now()))
    told = meter(asker)
    assert told["whToday"] == told["whLastSevenDays"] == told["whLifetime"] == before["whLifetime"]


def test_a_replaced_unit_leaves_its_energy_behind_and_the_new_one_counts_from_zero() -> None:
    asker, clock = at_noon(Meters.NONE)
    old, house = asker.gateway.source_serials[2], HouseConfig(inverters=6)
    new = house.spare_serials[2]
    lost = device(asker, old)["lifetime"]["joulesProduced"] / 3600
    before = asker.json("/api/v1/production")["wattHoursLifetime"]
    asker.gateway.inject(Fault(FaultKind.INVERTER_REPLACED, clock.now(), None, "3"))
    assert asker.json("/api/v1/production")["wattHoursLifetime"] == pytest.approx(before - lost, abs=2)
    clock.advance(3600)
    assert old not in asker.inventory("PCU")
    assert new in asker.inventory("PCU")
    energies = device(asker, new)
    assert 20 < energies["wattHours"]["today"] < 400
    assert energies["lifetime"]["joulesProduced"] / 3600 == pytest.approx(energies["wattHours"]["today"], abs=1)
    assert energies["wattHours"]["yesterday"] == 0
    assert len({row["channels"][0]["chanEid"] for row in _pcus(asker)}) == len(_pcus(asker)) == 7


def test_an_old_aggregate_wraps_by_itself() -> None:
    """Firmware 7.6 keeps the inverters' lifetime modulo 2^32 J; a big roof passes that within a year."""
    clock = ManualClock(MIDSUMMER_NOON)
    house = HouseConfig(inverters=20, firmware="7.6.114", meters=Meters.DISABLED)
    asker = Asker(SimulatedGateway(house, clock))
    told = []
    for _ in range(300):
        told.append(asker.json("/production.json")["production"][0]["whLifetime"])
        clock.advance(86400)
    falls = [after - before for before, after in itertools.pairwise(told) if after < before]
    assert falls
    assert all(fall == pytest.approx(-(2**32) / 3600, rel=0.06) for fall in falls)


def _pcus(asker: Asker) -> list[dict[str, list[dict[str, int]]]]:
    rows = asker.json("/ivp/pdm/device_data").values()
    return [row for row in rows if isinstance(row, dict) and row["devName"] == "pcu"]
