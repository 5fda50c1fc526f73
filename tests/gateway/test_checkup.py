"""The check-up of the way to a gateway: what it makes of certificates and accounts, and that it keeps nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.gateway.approach import Approach
from enphase_tray.gateway.checkup import check_gateway
from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.checkup import CheckStep, StepVerdict, first_failure
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import CloudAccount, Connection, Trust
from enphase_tray.model.errors import Unreachable
from enphase_tray.model.identity import FoundGateway, Secret
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.gateway.transport_support import MemoryState

NEW = HouseConfig(firmware="8.3.5289", inverters=2)


def nobody(seconds: float) -> list[FoundGateway]:
    return []


def checked(
    connection: Connection,
    state: MemoryState,
    clock: ManualClock,
    trust: Trust | None = None,
    discover: Callable[[float], list[FoundGateway]] = nobody,
) -> dict[str, CheckStep]:
    approach = Approach(connection, state, trust or Trust(), clock, Breaker(), Timings())
    return {step.name: step for step in check_gateway(approach, state, discover)}


def test_an_expected_renewal_is_told_from_another_device() -> None:
    clock = ManualClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
    state = MemoryState()
    with SimulatedGateway(NEW, clock) as gateway:
        connection = Connection(
            serial=gateway.serial, host=gateway.host, port=gateway.port, token=Secret(gateway.token(expires_in=9e7))
        )
        connect(connection, state, state, Trust(first_use=True), clock).close()
        clock.advance(timedelta(days=300).total_seconds())
        for same_key in (True, False):
            gateway.set_certificate(gateway.new_certificate(same_key=same_key))
            step = checked(connection, state, clock)["certificate"]
            assert (step.verdict, step.kind) == (StepVerdict.FAILED, "certificate_changed")
            assert step.details["expected_renewal"] is True
        gateway.set_certificate(gateway.new_certificate(common_name="somebody-else"))
        assert checked(connection, state, clock)["certificate"].details["expected_renewal"] is False
        # Once its fingerprint is named, it is no fault any more.
        named = Trust(fingerprint=gateway.fingerprint)
        assert checked(connection, state, clock, named)["certificate"].verdict is StepVerdict.OK


def test_nothing_is_kept_and_nothing_secret_said(manual_clock: ManualClock) -> None:
    state = MemoryState()
    with SimulatedGateway(NEW, manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port, token=Secret(gateway.token()))
        steps = checked(connection, state, manual_clock, Trust(first_use=True))
        assert first_failure(steps.values()) is None
        assert b"Authorization" not in gateway.received
        assert gateway.max_in_flight == 1
    assert (state.writes, state.pins, state.tokens) == (0, {}, {})


@pytest.mark.parametrize(
    ("password", "verdict"), [(Secret("canary"), StepVerdict.ATTENTION), (None, StepVerdict.FAILED)]
)
def test_an_account_that_brings_tokens_is_not_asked(
    password: Secret | None, verdict: StepVerdict, manual_clock: ManualClock
) -> None:
    state = MemoryState()
    with SimulatedGateway(NEW, manual_clock) as gateway:
        cloud = CloudAccount("jane@x.example", password)
        connection = Connection(host=gateway.host, port=gateway.port, cloud=cloud)
        step = checked(connection, state, manual_clock, Trust(first_use=True))["log_in"]
    assert step.verdict is verdict
    assert "canary" not in str(step)


def test_a_network_that_cannot_be_searched_is_no_fault_where_the_address_is_known(manual_clock: ManualClock) -> None:
    def broken(seconds: float) -> list[FoundGateway]:
        raise Unreachable("The network cannot be searched for gateways", "Check the network connection")

    state = MemoryState()
    with SimulatedGateway(NEW, manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port, token=Secret(gateway.token()))
        steps = checked(connection, state, manual_clock, Trust(first_use=True), broken)
    assert steps["find"].verdict is StepVerdict.ATTENTION
    assert steps["log_in"].kind is None
    assert checked(Connection(), state, manual_clock, discover=broken)["find"].kind == "unreachable"
