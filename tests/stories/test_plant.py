"""Stories of the plant: what the user is told when something happens on the roof, and when nothing does."""

from datetime import timedelta

from enphase_tray.model.readings import InverterState
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import FaultKind
from tests.stories.conftest import Homes
from tests.stories.home import MORNING, rules_of


def test_a_relay_opens_and_closes(home: Homes) -> None:
    one = home()
    assert not one.live(60)
    one.fault(FaultKind.RELAY_OPEN, minutes=40)
    told = one.live(11)
    assert rules_of(told) == [("raised", "relay_open")]
    assert told[0].alert.serials == HouseConfig().relay_serials
    assert not one.live(28), "the inverters without grid are the relay's consequence, not news"
    assert rules_of(one.live(60)) == [("cleared", "relay_open")]


def test_a_relay_opens_at_night(home: Homes) -> None:
    one = home(start=MORNING.replace(hour=21))
    one.live(60)
    one.fault(FaultKind.RELAY_OPEN, minutes=60)
    assert rules_of(one.live(11)) == [("raised", "relay_open")]


def test_an_inverter_stops_at_noon(home: Homes) -> None:
    one = home(start=MORNING.replace(hour=7))
    assert not one.live(180)
    one.fault(FaultKind.INVERTER_STOPS, minutes=240)
    told = one.live(60)
    assert rules_of(told) == [("raised", "inverter_stopped")]
    assert len(told[0].alert.serials) == 1
    stopped = {i.serial for i in one.last.snapshot.inverters if i.state is InverterState.STOPPED}
    assert stopped == set(told[0].alert.serials)
    assert not one.live(150), "one episode is told once"
    assert rules_of(one.live(120)) == [("cleared", "inverter_stopped")]


def test_it_is_not_told_again_after_a_restart_of_the_program(home: Homes) -> None:
    one = home(start=MORNING.replace(hour=7))
    one.live(180)
    one.fault(FaultKind.INVERTER_STOPS)
    assert rules_of(one.live(60)) == [("raised", "inverter_stopped")]
    one.restart_program()
    assert not one.live(90)
    assert [alert.rule for alert in one.last.active] == ["inverter_stopped"]


def test_sunset_night_and_sunrise_pass_without_a_word(home: Homes) -> None:
    for house in (HouseConfig(seed=5), HouseConfig(seed=6, inverters=1, report_seconds=900)):
        one = home(house=house, start=MORNING.replace(hour=14))
        one.fault(FaultKind.NIGHTLY_RESET)
        assert not one.live(22 * 60)
        states = {state for result in one.results for state in result.assessment.states.values()}
        assert InverterState.ASLEEP in states
        assert InverterState.REPORTING in states


def test_the_gateway_restarts(home: Homes) -> None:
    one = home()
    one.live(120)
    lifetime = one.last.snapshot.production.watt_hours_lifetime
    one.fault(FaultKind.RESTART, minutes=12)
    assert not one.live(60)
    production = one.last.snapshot.production
    assert production.watt_hours_lifetime > lifetime
    seen = [r.snapshot.production for r in one.results if r.snapshot and r.snapshot.production]
    assert all(p.watt_hours_lifetime != 0 for p in seen), "the zeros of a restart are not data"


def test_resuming_from_sleep_is_quiet(home: Homes) -> None:
    one = home()
    one.live(60)
    one.clock.advance(9 * 3600)
    one.service.resumed()
    assert not one.live(90)
    assert one.last.failure is None
    assert one.last.snapshot.at - MORNING > timedelta(hours=10)
