"""Longer stories by the real polls: what may not be told, and what must be told once."""

from datetime import timedelta

import pytest

from enphase_tray.model.readings import InverterState
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultKind
from tests.stories.conftest import Homes
from tests.stories.home import MORNING, rules_of

SEEDS = (31, 32)


def test_a_first_evening_and_morning_at_fifteen_minutes_with_the_reset_between(home: Homes) -> None:
    for seed in SEEDS:
        one = home(house=HouseConfig(seed=seed, report_seconds=900), start=MORNING.replace(hour=16))
        one.fault(FaultKind.NIGHTLY_RESET)
        assert not one.live(16 * 60)
        assert set(one.last.assessment.states.values()) == {InverterState.REPORTING}


def test_a_site_with_one_inverter_sleeps_and_wakes_without_a_word(home: Homes) -> None:
    one = home(house=HouseConfig(seed=33, inverters=1, meters=Meters.NONE), start=MORNING.replace(hour=17))
    assert not one.live(14 * 60)


def test_a_restart_of_the_program_at_dusk_and_at_dawn_is_quiet(home: Homes) -> None:
    one = home(house=HouseConfig(seed=34, report_seconds=900), start=MORNING.replace(hour=17))
    assert not one.live(180)
    one.restart_program()
    assert not one.live(7 * 60)
    one.restart_program()
    assert not one.live(4 * 60)


@pytest.mark.parametrize("report_seconds", [300, 900])
def test_two_inverters_stop_at_once_on_the_first_day(home: Homes, report_seconds: int) -> None:
    one = home(house=HouseConfig(seed=35, report_seconds=report_seconds), start=MORNING)
    assert not one.live(60)
    one.fault(FaultKind.INVERTER_STOPS, target="1")
    one.fault(FaultKind.INVERTER_STOPS, target="3")
    told = [event for event in one.live(150) if event.change.value == "raised"]
    assert [(event.alert.rule, len(event.alert.serials)) for event in told] in (
        [("inverter_stopped", 2)],
        [("inverter_stopped", 1)],
    )
    assert {s for alert in one.last.active for s in alert.serials} == {
        HouseConfig(seed=35).inverter_serials[n] for n in (0, 2)
    }


def test_one_that_goes_silent_on_the_first_day_is_told(home: Homes) -> None:
    one = home(house=HouseConfig(seed=36), start=MORNING)
    assert not one.live(90)
    one.fault(FaultKind.INVERTER_SILENT)
    assert rules_of(one.live(75)) == [("raised", "inverter_silent")]


def test_all_silent_at_noon_is_one_message(home: Homes) -> None:
    house = HouseConfig(seed=37, inverters=4)
    one = home(house=house, start=MORNING)
    assert not one.live(120)
    for number in range(1, 5):
        one.fault(FaultKind.INVERTER_SILENT, target=str(number))
    assert rules_of(one.live(120)) == [("raised", "site_stopped")]


@pytest.mark.parametrize("hour", [8, 22])
def test_one_line_of_a_relay_opens(home: Homes, hour: int) -> None:
    one = home(house=HouseConfig(seed=38, phases=3), start=MORNING.replace(hour=hour))
    assert not one.live(30)
    one.fault(FaultKind.RELAY_LINE_OPEN, minutes=90, target="2")
    told = one.live(11)
    assert rules_of(told) == [("raised", "relay_open")]
    assert told[0].alert.title.startswith("Line 2 of relay ")
    assert not one.live(75), "the inverters on that line are the relay's consequence"
    assert rules_of(one.live(45)) == [("cleared", "relay_open")]


def test_the_grid_is_gone_at_noon(home: Homes) -> None:
    one = home(house=HouseConfig(seed=39), start=MORNING)
    assert not one.live(60)
    one.fault(FaultKind.GRID_GONE, minutes=60)
    told = one.live(55)
    assert {event.alert.rule for event in told} == {"relay_open"}
    assert len(told) == len(HouseConfig(seed=39).relay_serials)
    assert {event.change.value for event in one.live(90)} == {"cleared"}


def test_resuming_at_night_from_a_sleep_that_began_by_day_is_quiet(home: Homes) -> None:
    one = home(house=HouseConfig(seed=40, report_seconds=900), start=MORNING.replace(hour=12))
    one.live(60)
    one.clock.advance(timedelta(hours=9).total_seconds())
    one.service.resumed()
    assert not one.live(14 * 60)
