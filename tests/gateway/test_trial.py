"""The connection test: each step told, failures as steps, certificates asked about."""

import pytest

from enphase_tray.gateway.trial import try_connection
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, StepOutcome, TrialStep, Trust
from enphase_tray.model.errors import CertificateUnknown, LoginRefused, TokenMissing, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.gateway.transport_support import MemoryState, serving

NEW = HouseConfig(firmware="8.3.5289", inverters=2)


def test_whole_trial(manual_clock: ManualClock) -> None:
    state = MemoryState()
    with SimulatedGateway(NEW, manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port, token=Secret(gateway.token()))
        steps = list(try_connection(connection, state, state, Trust(first_use=True), manual_clock))
    titles = [step.title for step in steps]
    assert titles[:4] == ["Find the gateway", "Check its certificate", "Ask who it is", "Log in"]
    assert steps[3].outcome is StepOutcome.WARNING  # a simulated token is not signed by Enphase
    assert "/production.json?details=1" in titles
    assert {step.outcome for step in steps} <= {StepOutcome.OK, StepOutcome.ABSENT, StepOutcome.WARNING}


def test_unknown_certificate_is_a_step_and_then_asked(manual_clock: ManualClock) -> None:
    state = MemoryState()
    steps: list[TrialStep] = []
    with SimulatedGateway(NEW, manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port)
        with pytest.raises(CertificateUnknown) as caught:
            steps.extend(try_connection(connection, state, state, Trust(), manual_clock))
    assert caught.value.serial == gateway.serial


def test_bad_log_in_is_the_last_step(manual_clock: ManualClock) -> None:
    state = MemoryState()
    steps: list[TrialStep] = []
    with SimulatedGateway(NEW, manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port, token=Secret("nonsense"))
        with pytest.raises(TokenMissing):
            steps.extend(try_connection(connection, state, state, Trust(first_use=True), manual_clock))
    assert (steps[-1].title, steps[-1].outcome) == ("Log in", StepOutcome.FAILED)
    assert "nonsense" not in steps[-1].detail


def test_closed_port_is_the_only_step(manual_clock: ManualClock) -> None:
    state = MemoryState()
    with serving(lambda head, connection: None) as server:
        pass
    connection = Connection(host="127.0.0.1", port=server.port)
    steps: list[TrialStep] = []
    with pytest.raises(Unreachable):
        steps.extend(try_connection(connection, state, state, Trust(), manual_clock))
    assert [(step.title, step.outcome) for step in steps] == [("Find the gateway", StepOutcome.FAILED)]


def test_a_wrong_password_fails_the_trial_though_some_figures_are_open(manual_clock: ManualClock) -> None:
    state = MemoryState()
    steps: list[TrialStep] = []
    with SimulatedGateway(HouseConfig(firmware="5.0.62", inverters=2), manual_clock) as gateway:
        connection = Connection(host=gateway.host, port=gateway.port, password=Secret("not-the-password"))
        with pytest.raises(LoginRefused, match="user name or password"):
            steps.extend(try_connection(connection, state, state, Trust(), manual_clock))
    assert (steps[-1].title, steps[-1].outcome) == ("Log in", StepOutcome.FAILED)
    assert "not-the-password" not in str(steps)
