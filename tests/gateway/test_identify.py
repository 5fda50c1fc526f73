"""From a connection to an identified gateway: schemes, pins, serials, addresses; and what is never sent."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.gateway.address import Address, is_private, join, lookup, split
from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.info import parse_info
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, GatewayVersion, Trust
from enphase_tray.model.errors import (
    CertificateChanged,
    CertificateContested,
    CertificateUnknown,
    EnphaseTrayError,
    NotUnderstood,
    Unreachable,
    WrongGateway,
)
from enphase_tray.model.identity import Family, Secret
from enphase_tray.model.readings import Login
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from tests.gateway.transport_support import MemoryState, always, http, info, serving

FIRST = Trust(first_use=True)
NEW = HouseConfig(seed=1, firmware="8.3.5289", inverters=2)
OLD = HouseConfig(seed=2, firmware="5.0.62", inverters=2)


@pytest.fixture
def state() -> MemoryState:
    return MemoryState()


@pytest.fixture
def reach(
    state: MemoryState, manual_clock: ManualClock, request: pytest.FixtureRequest
) -> Callable[..., GatewayClient]:
    """Connect to a simulated gateway with its own token."""

    def reach(gateway: SimulatedGateway, trust: Trust = FIRST, locate: Any = None, **more: Any) -> GatewayClient:
        more = {"host": "127.0.0.1", "port": gateway.port, "token": Secret(gateway.token()), **more}
        client = connect(Connection(**more), state, state, trust, manual_clock, locate=locate)
        request.addfinalizer(client.close)
        return client

    return reach


def test_token_gateway_is_reached_and_pinned(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        client = reach(gateway)
        answer = client.get("/production.json?details=1")
        client.close()
    assert (client.info.serial, client.info.family, client.login) == (gateway.serial, Family.TOKEN, Login.TOKEN)
    assert (answer.status, answer.at) == (200, manual_clock.now())
    assert client.base == gateway.url
    pin = state.pins[gateway.serial]
    assert (pin.certificate.fingerprint, pin.pinned_by) == (gateway.fingerprint, "first use")
    known = state.known[gateway.serial]
    assert (known["addresses"], known["firmware_floor"]) == ([f"127.0.0.1:{gateway.port}"], 7)
    assert gateway.token() not in str(known)


def test_info_is_asked_without_credentials_and_data_with(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        client = reach(gateway)
        client.get("/api/v1/production/inverters")
        client.refresh_info()
        client.get("/info")
        asked = [(record.target, record.had_authorization) for record in gateway.requests]
    assert asked == [("/info", False), ("/api/v1/production/inverters", True), ("/info", False), ("/info", False)]


def test_known_gateway_costs_one_handshake_and_no_state_write(
    reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        token = Secret(gateway.token())
        reach(gateway, token=token).close()
        writes = state.writes
        again = reach(gateway, Trust(), serial=gateway.serial, token=token)
        again.get("/production.json?details=1")
    assert state.writes == writes


@pytest.mark.parametrize("trust", [Trust(), Trust(fingerprint="ab" * 32), Trust(first_use=True, fingerprint="junk")])
def test_unknown_certificate_is_shown_and_asked_for(
    trust: Trust, reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        with pytest.raises(CertificateUnknown) as caught:
            reach(gateway, trust)
        assert not any(record.had_authorization for record in gateway.requests)
    error = caught.value
    assert (error.serial, error.certificate.fingerprint) == (gateway.serial, gateway.fingerprint)
    assert str(gateway.fingerprint) in error.title
    assert error.certificate.pairing_code in error.advice
    assert "8.3.5289" in error.advice
    assert state.pins == {}


def test_given_fingerprint_is_pinned(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        written = ":".join(str(gateway.fingerprint)[i : i + 2].upper() for i in range(0, 64, 2))
        reach(gateway, Trust(fingerprint=written))
    assert state.pins[gateway.serial].pinned_by == "fingerprint"


@pytest.mark.parametrize("by_serial", [True, False], ids=["serial given", "address only"])
def test_changed_certificate_gets_nothing(
    by_serial: bool, reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        pins = dict(state.pins)
        gateway.set_certificate(gateway.new_certificate(same_key=False))
        asked = len(gateway.requests)
        received = gateway.received
        with pytest.raises(CertificateChanged) as caught:
            reach(gateway, FIRST, serial=gateway.serial if by_serial else None)
        assert len(gateway.requests) == asked
        assert gateway.received == received
    assert caught.value.serial == gateway.serial
    assert not caught.value.expected_renewal
    assert state.pins == pins


def test_changed_certificate_of_a_serial_at_a_new_address(
    reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    """Only `/info` can tell whose it is; the known serial then has another pin."""
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
    with SimulatedGateway(NEW, manual_clock) as other:
        other.set_certificate(other.new_certificate(same_key=False))
        with pytest.raises(CertificateChanged):
            reach(other)
    assert state.pins[gateway.serial].certificate.fingerprint != other.fingerprint


def test_change_during_a_conversation_is_noticed(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        client = reach(gateway)
        client.get("/production.json?details=1")
        client.close()
        gateway.set_certificate(gateway.new_certificate(common_name="other"))
        with pytest.raises(CertificateChanged):
            client.get("/production.json?details=1")


def test_yearly_renewal_is_told_from_another_device(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        manual_clock.advance(timedelta(days=300).total_seconds())
        state.pins[gateway.serial] = replace(
            state.pins[gateway.serial], last_good_at=manual_clock.now() - timedelta(minutes=5)
        )
        gateway.set_certificate(gateway.new_certificate(same_key=False))
        with pytest.raises(CertificateChanged) as renewal:
            reach(gateway, serial=gateway.serial)
        gateway.set_certificate(gateway.new_certificate(common_name="another-device"))
        with pytest.raises(CertificateChanged) as other:
            reach(gateway, serial=gateway.serial)
    assert renewal.value.expected_renewal
    assert not other.value.expected_renewal


def test_typed_fingerprint_agrees_to_a_changed_certificate(
    reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        gateway.set_certificate(gateway.new_certificate(same_key=False))
        reach(gateway, Trust(fingerprint=gateway.fingerprint), serial=gateway.serial)
        assert state.pins[gateway.serial].certificate.fingerprint == gateway.fingerprint


def test_wrong_serial_is_another_gateway(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway, pytest.raises(WrongGateway) as caught:
        reach(gateway, serial="999999999999")
    assert gateway.serial in caught.value.title
    assert "999999999999" in caught.value.title
    assert state.pins == {}


def test_digest_gateway_is_found_on_the_same_port(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(OLD, manual_clock) as gateway:
        started = time.monotonic()
        client = reach(gateway)
        assert time.monotonic() - started < 1.5
        answer = client.get("/api/v1/production/inverters")
    assert (client.login, answer.status) == (Login.DIGEST, 200)
    assert client.base == f"http://127.0.0.1:{gateway.port}"


def test_version_below_7_asks_no_tls(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(OLD, manual_clock) as gateway:
        reach(gateway, version=GatewayVersion.BELOW_7)
        assert gateway.received.startswith(b"GET /info")


def test_version_from_7_never_speaks_http(reach: Any, manual_clock: ManualClock) -> None:
    with serving(always(http(info()))) as server, pytest.raises(Unreachable):
        connect(
            Connection(host="127.0.0.1", port=server.port, version=GatewayVersion.FROM_7),
            MemoryState(), MemoryState(), FIRST, manual_clock, timings=Timings(0.5, 0.5, 0.5),
        )  # fmt: skip
    assert b"GET" not in server.received


def test_gateway_once_seen_new_is_never_taken_for_old(
    reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        serial = gateway.serial
    downgraded = http(info(serial, "D5.0.62", web_tokens=False))
    with serving(always(downgraded)) as server:
        quick = Timings(0.5, 0.5, 0.5, 0.2)
        for known in (serial, None):
            with pytest.raises((Unreachable, WrongGateway)) as caught:
                connect(
                    Connection(host="127.0.0.1", port=server.port, serial=known),
                    state, state, FIRST, manual_clock, timings=quick,
                )  # fmt: skip
        assert isinstance(caught.value, WrongGateway)
    assert b"Authorization" not in server.received


def test_upgrade_below_7_to_7_is_followed(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(OLD, manual_clock) as gateway:
        assert reach(gateway, serial=gateway.serial).login is Login.DIGEST
        gateway.inject(Fault(FaultKind.FIRMWARE_UPGRADE, manual_clock.now()))
        assert reach(gateway, serial=gateway.serial).login is Login.TOKEN


def test_address_change_is_followed_by_serial(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    asked: list[str | None] = []
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        with serving(lambda head, connection: connection.close()) as closed:
            pass

        def locate(serial: str | None) -> tuple[str, ...]:
            asked.append(serial)
            return (f"127.0.0.1:{gateway.port}",)

        state.known.clear()
        client = reach(gateway, Trust(), locate, host=f"127.0.0.1:{closed.port}", serial=gateway.serial)
        assert client.base == gateway.url
        # Remembered from now on: nobody has to be asked.
        reach(gateway, Trust(), locate, host=f"127.0.0.1:{closed.port}", serial=gateway.serial)
    assert asked == [gateway.serial]


def test_announced_stranger_gets_nothing_and_the_real_one_is_read(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway, SimulatedGateway(NEW, manual_clock) as spoof:
        spoof.set_certificate(spoof.new_certificate(same_key=False))
        reach(gateway).close()
        spots = (f"127.0.0.1:{spoof.port}", f"127.0.0.1:{gateway.port}")
        client = reach(gateway, Trust(), lambda serial: spots, host=spots[0], serial=gateway.serial)
        assert client.base == gateway.url
        assert spoof.requests == ()
        assert spoof.received == b"" or b"GET" not in spoof.received


def test_two_that_claim_one_serial_are_both_refused(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway, SimulatedGateway(NEW, manual_clock) as other:
        other.set_certificate(other.new_certificate(same_key=False))
        spots = (f"127.0.0.1:{other.port}", f"127.0.0.1:{gateway.port}")
        for trust in (FIRST, Trust()):
            with pytest.raises(CertificateContested) as caught:
                reach(gateway, trust, lambda serial: spots, host=None, serial=gateway.serial)
        assert {shown.fingerprint for shown in caught.value.certificates} == {gateway.fingerprint, other.fingerprint}
        assert all(shown.pairing_code in caught.value.advice for shown in caught.value.certificates)
        assert not any(record.had_authorization for record in (*gateway.requests, *other.requests))
        assert state.pins == {}
        chosen = Trust(fingerprint=gateway.fingerprint)
        client = reach(gateway, chosen, lambda serial: spots, host=None, serial=gateway.serial)
        assert client.base == gateway.url
        assert not any(record.had_authorization for record in other.requests)


def test_the_only_one_that_is_announced_is_trusted_at_first_use(
    reach: Any, state: MemoryState, manual_clock: ManualClock
) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        spot = f"127.0.0.1:{gateway.port}"
        reach(gateway, FIRST, lambda serial: (spot, spot), host=None, serial=gateway.serial)
    assert state.pins[gateway.serial].certificate.fingerprint == gateway.fingerprint


def test_a_suspension_and_its_end_are_logged(reach: Any, state: MemoryState, manual_clock: ManualClock) -> None:
    """The old certificate seen again goes on by itself; both are told to the trust log."""
    with SimulatedGateway(NEW, manual_clock) as gateway:
        reach(gateway).close()
        own, other = gateway.certificate, gateway.new_certificate(same_key=False)
        gateway.set_certificate(other)
        for _ in range(2):
            with pytest.raises(CertificateChanged):
                reach(gateway, serial=gateway.serial)
        gateway.set_certificate(own)
        reach(gateway, Trust(), serial=gateway.serial)
        reach(gateway, Trust(), serial=gateway.serial)
    assert own is not None
    assert state.trust_log[-2:] == [
        ("refused", gateway.serial, other.fingerprint),
        ("returned", gateway.serial, own.fingerprint),
    ]


def test_page_that_is_no_gateway_is_not_understood(manual_clock: ManualClock) -> None:
    quick = Timings(0.5, 0.5, 0.5, 0.2)
    where = Connection(host="127.0.0.1", port=0)
    with serving(always(http(b"<html><body>Router</body></html>"))) as server, pytest.raises(NotUnderstood):
        connect(replace(where, port=server.port), MemoryState(), MemoryState(), FIRST, manual_clock, timings=quick)


@pytest.mark.parametrize("connection", [Connection(), Connection(serial="123456789012")])
def test_nothing_known_is_said(connection: Connection, manual_clock: ManualClock) -> None:
    with pytest.raises(Unreachable):
        connect(connection, MemoryState(), MemoryState(), FIRST, manual_clock)


def test_abort_during_connecting(manual_clock: ManualClock) -> None:
    breaker = Breaker()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended: list[float] = []

        def run() -> None:
            with pytest.raises(Unreachable):
                connect(
                    Connection(host="127.0.0.1", port=listener.getsockname()[1], version=GatewayVersion.BELOW_7),
                    MemoryState(), MemoryState(), FIRST, manual_clock, breaker=breaker,
                )  # fmt: skip
            ended.append(time.monotonic())

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(0.1)
        tripped = time.monotonic()
        breaker.trip()
        thread.join(5)
    assert ended[0] - tripped < 0.05


def test_every_recorded_gateway_is_identified(capture: Path, reach: Any, manual_clock: ManualClock) -> None:
    expected = parse_info((capture / "info").read_bytes())
    with SimulatedGateway(RecordedCapture(capture), manual_clock) as gateway:
        client = reach(gateway)
        assert client.get("/info").status == 200
    assert client.info == expected
    older = client.info.firmware.numbers[0] < 7
    assert client.info.family is (Family.DIGEST if older else Family.TOKEN)
    if expected.firmware.numbers[:2] == (3, 7):
        assert client.login is Login.NONE


# ---------------------------------------------------------------------------------------------- /info and addresses


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>x</body></html>",
        b"<envoy_info><device><sn>1</sn></device></envoy_info>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><envoy_info/>',
        "<?xml version='1.0' encoding='utf-16'?><envoy_info/>".encode("utf-16"),
        b"<?xml version='1.0' encoding='nonsense'?><envoy_info/>",
        b"<envoy_info>" + b"<a>" * 100_000,
        b"{}",
    ],
    ids=["empty", "html", "no software", "doctype", "utf-16", "encoding", "deep", "json"],
)
def test_info_refuses_what_it_is_not(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        parse_info(body)


def test_info_with_little_in_it() -> None:
    got = parse_info(
        b'\n<?xml version="1.0" encoding="utf-8"?>\n\t<envoy_info><device><software>R3.9.36</software><sn>ab12cd</sn>'
        b"</device></envoy_info>"
    )
    assert (got.serial, got.firmware.numbers, got.family) == ("ab12cd", (3, 9, 36), Family.DIGEST)
    assert (got.metering_hardware, got.clock_at, got.part_number) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.20", ("192.168.1.20", None)),
        (" envoy.local:8080 ", ("envoy.local", 8080)),
        ("https://192.168.1.20/", ("192.168.1.20", None)),
        ("[fd00::1]:443", ("fd00::1", 443)),
        ("fe80::1%eth0", ("fe80::1%eth0", None)),
    ],
)
def test_addresses_are_read_as_typed(text: str, expected: tuple[str, int | None]) -> None:
    assert split(text) == expected
    assert split(join(*expected)) == expected


@pytest.mark.parametrize("text", ["", "a b", "host:99999", "user@host", "host/path", "[::1", "a:b:c"])
def test_unusable_addresses_are_refused(text: str) -> None:
    with pytest.raises(Unreachable):
        lookup(split(text)[0], 5, Breaker())


@pytest.mark.parametrize(
    ("literal", "private"),
    [
        ("10.0.0.1", True), ("172.16.0.1", True), ("172.31.255.1", True), ("192.168.0.9", True), ("127.0.0.1", True),
        ("169.254.120.1", True), ("100.64.0.1", True), ("::1", True), ("fe80::1%eth0", True), ("fd12::1", True),
        ("::ffff:192.168.1.1", True),
        ("8.8.8.8", False), ("172.32.0.1", False), ("100.128.0.1", False), ("192.169.0.1", False), ("0.0.0.0", False),
        ("224.0.0.251", False), ("255.255.255.255", False), ("2001:db8::1", False), ("2606:4700::1", False),
        ("::", False), ("ff02::1", False), ("::ffff:8.8.8.8", False), ("192.0.2.1", False), ("nonsense", False),
        ("240.0.0.1", False), ("64:ff9b::c0a8:101", False), ("2002:c0a8:101::1", False), ("2001::c0a8:101", False),
        ("::ffff:100.128.0.1", False), ("1.1.1.1", False), ("fe80::1", True), ("10.255.255.254", True),
    ],
)  # fmt: skip
def test_only_local_addresses_are_talked_to(literal: str, private: bool) -> None:
    assert is_private(literal) is private


def test_public_address_is_refused_before_a_packet() -> None:
    with pytest.raises(Unreachable, match="local network"):
        lookup("8.8.8.8", 1, Breaker())


def test_urls_of_addresses() -> None:
    assert Address(True, "fe80::1%eth0", 443).url == "https://[fe80::1]"
    assert Address(False, "192.168.1.2", 80).url == "http://192.168.1.2"
    assert Address(True, "127.0.0.1", 8443).shown == "127.0.0.1:8443"


def test_ipv6_loopback_is_reached(manual_clock: ManualClock) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 on this machine")

    def serve() -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(http(info(software="R4.10.35", web_tokens=False)))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = connect(
        Connection(host="::1", port=listener.getsockname()[1], version=GatewayVersion.BELOW_7),
        MemoryState(), MemoryState(), FIRST, manual_clock,
    )  # fmt: skip
    assert client.get("/info").status == 200
    thread.join(5)
    listener.close()


def test_errors_name_no_secret(reach: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(NEW, manual_clock) as gateway:
        token = gateway.token(expires_in=-5.0)
        with pytest.raises(EnphaseTrayError) as caught:
            reach(gateway, token=Secret(token))
        assert not any(record.had_authorization for record in gateway.requests)
    assert token not in repr(caught.value) + str(caught.value)


def test_digest_gateway_needs_neither_jwt_nor_cryptography() -> None:
    """Loading them costs more than reading such a gateway."""
    script = (
        "import sys\n"
        "from enphase_tray.gateway import identify, trial, discovery\n"
        "print(sorted({'jwt', 'cryptography', 'zeroconf', 'PySide6', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
