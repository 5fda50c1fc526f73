"""Reading a gateway poll by poll over real sockets: what is asked when, what is remembered, what ends a poll."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.gateway.reader import Reader
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, StepOutcome, Trust
from enphase_tray.model.errors import LoginRefused, NotUnderstood, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.model.readings import Login, ProblemKind, RelayState, Snapshot
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.message import Response
from enphase_tray.simulator.recorded import RecordedCapture
from tests.gateway.captured import recorded
from tests.gateway.transport_support import MemoryState

METERED = HouseConfig(seed=1, firmware="8.3.5289", inverters=4, phases=3, batteries=1)
STANDARD = HouseConfig(seed=2, firmware="7.6.175", inverters=4, meters=Meters.NONE)
OLD = HouseConfig(seed=3, firmware="5.0.62", inverters=4, meters=Meters.NONE)
PAGE_ONLY = HouseConfig(seed=4, firmware="3.7.0", inverters=4, meters=Meters.NONE)
PRODUCTION = "/production.json?details=1"

Start = Callable[..., tuple[SimulatedGateway, Reader]]


@pytest.fixture
def start(manual_clock: ManualClock) -> Iterator[Start]:
    """A simulated gateway and a reader for it."""
    with ExitStack() as stack:

        def start(source: Any, timings: Timings | None = None, **more: Any) -> tuple[SimulatedGateway, Reader]:
            gateway = stack.enter_context(SimulatedGateway(source, manual_clock))
            state = MemoryState()
            told = {"host": "127.0.0.1", "port": gateway.port, "token": Secret(gateway.token()), **more}
            reader = Reader(Connection(**told), state, state, Trust(first_use=True), manual_clock, timings=timings)
            stack.callback(reader.close)
            return gateway, reader

        yield start


def _targets(gateway: SimulatedGateway) -> list[str]:
    return [record.target for record in gateway.requests]


def test_every_recorded_gateway_over_real_sockets(capture: Path, start: Start) -> None:
    """The same figures as without any network in between: log-in, statuses and bodies do not get in the way."""
    gateway, reader = start(RecordedCapture(capture))
    got, expected = reader.read(), recorded(capture)
    assert replace(got, at=expected.at, login=expected.login) == expected
    assert got.login is (Login.NONE if got.gateway.firmware.numbers[:2] == (3, 7) else expected.login)
    assert gateway.max_in_flight == 1
    assert {record.method for record in gateway.requests} == {"GET"}


@pytest.mark.parametrize("house", [METERED, STANDARD, OLD, PAGE_ONLY], ids=lambda house: house.firmware)
def test_figures_of_a_house_of_each_family(house: HouseConfig, start: Start) -> None:
    gateway, reader = start(house)
    got = reader.read()
    assert got.production is not None
    assert got.production.watts_now is not None
    assert got.production.watts_now > 100
    assert got.production.watt_hours_lifetime is not None
    assert got.metered is (house is METERED)
    assert (got.consumption is not None, got.net is not None) == (house is METERED, house is METERED)
    assert len(got.phases) == (3 if house is METERED else 0)
    if house is not PAGE_ONLY:
        assert [inverter.state for inverter in got.inverters] == ["reporting"] * 4
        assert got.production.watts_now == pytest.approx(
            sum(inverter.last_report_watts or 0 for inverter in got.inverters), rel=0.2
        )
    assert [problem for problem in got.problems if problem.kind is not ProblemKind.ABSENT] == []
    assert gateway.max_in_flight == 1


def test_steady_polls_ask_little_and_miss_nothing(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    first = reader.read()
    assert len(gateway.requests) > 8
    asked: set[str] = set()
    for _ in range(12):
        manual_clock.advance(300)
        gateway.forget()
        got = reader.read()
        assert len(gateway.requests) <= 3
        assert _targets(gateway)[0] == PRODUCTION
        asked |= set(_targets(gateway))
        assert [inverter.state for inverter in got.inverters] == ["reporting"] * 4
        assert got.timezone == first.timezone == "Europe/Brussels"
        assert len(got.relays) == len(first.relays) > 0
        assert [battery.watts_now is None for battery in got.batteries] == [False]
        assert got.gateway_at is not None
    assert {"/inventory.json", "/ivp/meters/readings", "/ivp/ensemble/power"} <= asked
    assert "/api/v1/production" not in asked


def test_an_open_relay_is_read_within_two_polls(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    reader.read()
    for _ in range(6):
        gateway.inject(Fault(FaultKind.RELAY_OPEN, manual_clock.now()))
        opened = _after(reader, manual_clock, polls=2)
        gateway.repair(FaultKind.RELAY_OPEN)
        closed = _after(reader, manual_clock, polls=2)
        for got, state in ((closed, RelayState.CLOSED), (opened, RelayState.OPEN)):
            assert [relay.relay for relay in got.relays if relay.kind == "iq_relay"] == [state]


def _after(reader: Reader, clock: ManualClock, polls: int) -> Snapshot:
    for _ in range(polls - 1):
        clock.advance(300)
        reader.read()
    clock.advance(300)
    return reader.read()


def test_what_is_absent_is_not_asked_again_for_a_day(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(STANDARD)
    first = reader.read()
    absent = {problem.path for problem in first.problems if problem.kind is ProblemKind.ABSENT}
    gateway.forget()
    for _ in range(6):
        manual_clock.advance(300)
        got = reader.read()
    assert absent
    assert not absent & set(_targets(gateway))
    assert {problem.path for problem in got.problems} == absent
    manual_clock.advance(86_500)
    for _ in range(4):
        manual_clock.advance(300)
        reader.read()
    assert absent & set(_targets(gateway))
    assert "/info" in _targets(gateway)


def test_polls_in_a_hurry_ask_only_what_can_have_changed(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    reader.read()
    gateway.forget()
    manual_clock.advance(10)
    reader.read()
    assert _targets(gateway) == [PRODUCTION]


def test_live_reading_asks_the_meters_alone(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    assert reader.read_live() is None
    before = reader.read()
    gateway.forget()
    manual_clock.advance(60)
    live = reader.read_live()
    assert _targets(gateway) == ["/ivp/meters/readings"]
    assert live is not None
    assert live.at == before.at + timedelta(seconds=60)
    assert live.inverters == before.inverters
    assert live.production is not None
    assert before.production is not None
    assert live.production.watt_hours_today == before.production.watt_hours_today
    assert live.production.watts_now is not None
    assert live.consumption is not None
    assert live.consumption.watts_now is not None
    assert live.net is not None
    assert live.net.watts_now == pytest.approx(live.consumption.watts_now - live.production.watts_now)
    assert [phase.net_watts is None for phase in live.phases] == [False] * 3


def test_no_live_reading_without_meters(start: Start) -> None:
    _, reader = start(STANDARD)
    reader.read()
    assert reader.read_live() is None


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (FaultKind.STATUS, "500/production.json"),
        (FaultKind.TRUNCATED, "/production.json"),
        (FaultKind.HTML_INSTEAD, "/production.json"),
    ],
)
def test_one_endpoint_failing_costs_only_its_own_figures(
    kind: FaultKind, target: str, start: Start, manual_clock: ManualClock
) -> None:
    gateway, reader = start(METERED)
    before = reader.read()
    gateway.inject(Fault(kind, manual_clock.now(), target=target))
    manual_clock.advance(300)
    got = reader.read()
    assert [problem.path for problem in got.problems if problem.kind is ProblemKind.FAILED] == [PRODUCTION]
    assert len(got.inverters) == len(before.inverters) == 4
    assert [relay.relay for relay in got.relays] == [relay.relay for relay in before.relays]
    # What it told before is not shown as if it were of now: the meters' own counters stand in.
    assert got.production is not None
    assert got.production.watts_now is not None
    assert got.production.watt_hours_seven_days is None
    gateway.repair(kind)
    manual_clock.advance(300)
    assert [problem for problem in reader.read().problems if problem.kind is ProblemKind.FAILED] == []


def test_a_gateway_that_answers_nothing_is_an_error_and_comes_back(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    reader.read()
    for kind, error in ((FaultKind.UNREACHABLE, Unreachable), (FaultKind.STATUS, NotUnderstood)):
        gateway.inject(Fault(kind, manual_clock.now()))
        manual_clock.advance(300)
        with pytest.raises(error):
            reader.read()
        gateway.repair(kind)
        manual_clock.advance(300)
        assert reader.read().production is not None


def test_a_hanging_gateway_ends_after_two_requests(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED, Timings(connect=0.5, first=0.5, total=0.3))
    reader.read()
    gateway.forget()
    gateway.inject(Fault(FaultKind.HANG, manual_clock.now()))
    with pytest.raises(Unreachable):
        reader.read()
    assert len(gateway.requests) <= 4


def test_restart_shows_no_zeros_and_keeps_the_inverters(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(STANDARD)
    before = reader.read()
    gateway.inject(Fault(FaultKind.RESTART, manual_clock.now()))
    manual_clock.advance(20)
    starting = reader.read()
    manual_clock.advance(120)
    zeros = reader.read()
    for got in (starting, zeros):
        assert got.starting_up
        assert got.production is None
        assert [one.serial for one in got.inverters] == [one.serial for one in before.inverters]
    manual_clock.advance(1200)
    after = reader.read()
    assert not after.starting_up
    assert after.production is not None


def test_a_gateway_that_is_just_starting_says_so(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(STANDARD)
    gateway.inject(Fault(FaultKind.STATUS, manual_clock.now(), target="503"))
    with pytest.raises(Unreachable, match="starting up"):
        reader.read()


def test_firmware_upgrade_across_7_is_followed(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(OLD)
    assert reader.read().login is Login.DIGEST
    gateway.inject(Fault(FaultKind.FIRMWARE_UPGRADE, manual_clock.now()))
    manual_clock.advance(300)
    got = reader.read()
    assert (got.login, str(got.gateway.firmware)) == (Login.TOKEN, "8.3.5289")
    assert len(got.inverters) == 4


def test_firmware_upgrade_is_noticed_by_the_next_day_at_the_latest(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(STANDARD)
    assert str(reader.read().gateway.firmware) == "7.6.175"
    gateway.inject(Fault(FaultKind.FIRMWARE_UPGRADE, manual_clock.now(), target="8.3.5289"))
    manual_clock.advance(86_500)
    gateway.forget()
    got = reader.read()
    assert str(got.gateway.firmware) == "8.3.5289"
    assert "/ivp/pdm/device_data" in _targets(gateway)
    assert got.inverters[0].watt_hours_today is not None


def test_expired_token_is_said_and_one_locked_endpoint_is_not_an_expired_token(
    start: Start, manual_clock: ManualClock
) -> None:
    gateway, reader = start(METERED)
    gateway.inject(Fault(FaultKind.STATUS, manual_clock.now(), target="401/inventory.json"))
    got = reader.read()
    locked = {problem.path for problem in got.problems if problem.kind is ProblemKind.ABSENT}
    assert "/inventory.json" in locked
    assert got.production is not None
    # Presence is all that is known of a relay without the inventory.
    assert [relay.relay for relay in got.relays if relay.kind == "iq_relay"] == [RelayState.UNKNOWN]
    manual_clock.advance(300)
    gateway.inject(Fault(FaultKind.TOKEN_EXPIRED, manual_clock.now()))
    manual_clock.advance(300)
    with pytest.raises(LoginRefused):
        reader.read()


def test_wrong_digest_password_costs_only_the_inverters(start: Start) -> None:
    _, reader = start(OLD, password=Secret("wrong"))
    got = reader.read()
    assert got.production is not None
    assert got.production.watts_now is not None
    refused = next(problem for problem in got.problems if problem.path == "/api/v1/production/inverters")
    assert (refused.kind, refused.title) == (ProblemKind.FAILED, "Inverter reports: the log-in is refused")
    assert refused.login_refused


def test_open_relay_is_read_from_an_edited_recording(captures_dir: Path, start: Start) -> None:
    folder = captures_dir / "7.6.175_relays"
    if not folder.is_dir():
        pytest.skip("7.6.175_relays is not at hand")
    body = (folder / "inventory.json").read_bytes()
    body = body.replace(b'"relay": "closed"', b'"relay": "open"', 1)
    body = body.replace(b'"line1-connected": true', b'"line1-connected": false', 1)
    body = body.replace(b'"reason": "ok"', b'"reason": "grid out of range"', 1)
    _, reader = start(RecordedCapture(folder, {"/inventory.json": body}))
    one = next(relay for relay in reader.read().relays if relay.serial == "999999968177")
    assert (one.relay, one.open_lines, one.reason) == (RelayState.OPEN, (1,), "grid out of range")


def test_stand_ins_for_absent_endpoints(captures_dir: Path, start: Start) -> None:
    folder = captures_dir / "8.3.5169_ACB_inventory"
    if not folder.is_dir():
        pytest.skip("8.3.5169_ACB_inventory is not at hand")
    gone = Response(404, b"", "text/html")
    _, reader = start(RecordedCapture(folder, {"/inventory.json": gone, PRODUCTION: gone, "/home.json": gone}))
    got = reader.read()
    assert [inverter.device.producing for inverter in got.inverters] == [False] * 3
    assert got.production is not None
    assert got.production.watts_now == -4.174  # the short form, a few seconds from the long one
    assert got.timezone == "Europe/London"


def test_verdicts_tell_of_every_endpoint_that_was_asked(start: Start) -> None:
    gateway, reader = start(STANDARD)
    assert reader.verdicts() == ()
    reader.read()
    verdicts = {verdict.path: verdict.outcome for verdict in reader.verdicts()}
    asked = {target for target in _targets(gateway) if target not in {"/info", "/auth/check_jwt"}}
    assert set(verdicts) == asked
    assert verdicts["/api/v1/production"] is StepOutcome.OK
    assert reader.token_facts is not None
    assert not reader.token_renews_itself


def test_abort_frees_a_hanging_read_at_once(start: Start, manual_clock: ManualClock) -> None:
    gateway, reader = start(METERED)
    reader.read()
    gateway.forget()
    gateway.inject(Fault(FaultKind.HANG, manual_clock.now()))
    raised: list[float] = []

    def run() -> None:
        with pytest.raises(Unreachable):
            reader.read()
        raised.append(time.perf_counter())

    thread = threading.Thread(target=run)
    thread.start()
    for _ in range(500):
        if gateway.requests or gateway.max_in_flight:
            break
        time.sleep(0.01)
    began = time.perf_counter()
    reader.abort()
    thread.join(5)
    assert raised[0] - began < 0.05
    with pytest.raises(Unreachable, match="stopped"):
        reader.read()
    with pytest.raises(Unreachable, match="stopped"):
        reader.read_live()


def test_abort_before_the_first_read(start: Start) -> None:
    _, reader = start(STANDARD)
    reader.abort()
    with pytest.raises(Unreachable, match="stopped"):
        reader.read()
