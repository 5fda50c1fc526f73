"""The sockets: who speaks what, in what manner answers fail, what is counted, how fast it stops."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
import requests

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.simulator.support import MIDSUMMER_NOON, session

OLD, NEW = HouseConfig(firmware="5.0.62"), HouseConfig(firmware="8.3.5289")


def shown_fingerprint(gateway: SimulatedGateway) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((gateway.host, gateway.port), timeout=5) as plain,
        context.wrap_socket(plain) as secured,
    ):
        return sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()


def test_https_keeps_its_connection_and_http_closes_it() -> None:
    with SimulatedGateway(NEW, ManualClock(MIDSUMMER_NOON)) as gateway, session(gateway) as client:
        for _ in range(3):
            client.get(gateway.url + "/api/v1/production", timeout=5)
        assert gateway.connections == 1
    with SimulatedGateway(OLD, ManualClock(MIDSUMMER_NOON)) as gateway, session() as client:
        answers = [client.get(gateway.url + "/api/v1/production", timeout=5) for _ in range(3)]
        assert {answer.headers["Connection"] for answer in answers} == {"close"}
        assert gateway.connections == 3


def test_a_client_of_the_other_protocol_is_reset() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock) as gateway, session() as client:
        with pytest.raises(requests.ConnectionError):
            client.get(f"http://{gateway.host}:{gateway.port}/info", timeout=5)
        assert gateway.requests == ()
    with SimulatedGateway(OLD, clock) as gateway, session() as client, pytest.raises(requests.ConnectionError):
        client.get(f"https://{gateway.host}:{gateway.port}/info", timeout=5)


def test_the_fingerprint_is_that_of_the_certificate_shown() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock) as gateway:
        first = gateway.fingerprint
        assert shown_fingerprint(gateway) == first
        gateway.set_certificate(gateway.new_certificate(same_key=False, common_name="intruder"))
        assert shown_fingerprint(gateway) == gateway.fingerprint != first
        gateway.set_certificate(None)
        assert shown_fingerprint(gateway) == first
        gateway.inject(Fault(FaultKind.CERTIFICATE_RENEWED, clock.now() + timedelta(days=1)))
        assert shown_fingerprint(gateway) == first
        clock.advance(86400)
        renewed = shown_fingerprint(gateway)
        assert renewed == gateway.fingerprint != first
        gateway.inject(Fault(FaultKind.CERTIFICATE_REPLACED, clock.now()))
        assert shown_fingerprint(gateway) not in (first, renewed)
    with SimulatedGateway(OLD, clock) as gateway:
        assert gateway.fingerprint is None


def test_a_renewed_certificate_keeps_its_key_and_a_replaced_one_does_not() -> None:
    from cryptography import x509

    gateway = SimulatedGateway(NEW, ManualClock(MIDSUMMER_NOON))
    own, renewed, other = gateway.certificate, gateway.new_certificate(), gateway.new_certificate(same_key=False)
    assert own is not None
    first, second, third = (x509.load_pem_x509_certificate(made.certificate_pem) for made in (own, renewed, other))
    assert first.public_key() == second.public_key() != third.public_key()
    assert first.subject.rfc4514_string() == f"CN=envoy-{gateway.serial}"
    assert first.not_valid_after_utc - first.not_valid_before_utc == timedelta(days=365)
    assert second.not_valid_before_utc > first.not_valid_before_utc


def test_an_upgrade_across_7_turns_http_into_https_on_the_same_port() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    upgrade = Fault(FaultKind.FIRMWARE_UPGRADE, MIDSUMMER_NOON + timedelta(hours=1), None, "8.3.5289")
    with SimulatedGateway(OLD, clock, [upgrade]) as gateway, session() as client:
        assert gateway.url.startswith("http:")
        assert b"<software>D5.0.62</software>" in client.get(gateway.url + "/info", timeout=5).content
        port = gateway.port
        clock.advance(3600)
        with pytest.raises(requests.ConnectionError):
            client.get(f"http://127.0.0.1:{port}/info", timeout=5)
        assert gateway.url == f"https://127.0.0.1:{port}"
        assert b"<software>D8.3.5289</software>" in client.get(gateway.url + "/info", timeout=5).content
        assert client.get(gateway.url + "/production.json", timeout=5).status_code == 401


def test_unreachable_resets_connections_until_it_is_over() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock) as gateway, session(gateway) as client:
        assert client.get(gateway.url + "/home", timeout=5).status_code == 200
        gateway.inject(Fault(FaultKind.UNREACHABLE, clock.now(), clock.now() + timedelta(seconds=60)))
        with pytest.raises(requests.ConnectionError):
            client.get(gateway.url + "/home", timeout=5)
        clock.advance(61)
        assert client.get(gateway.url + "/home", timeout=5).status_code == 200


def test_a_truncated_body_is_shorter_than_announced() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    fault = Fault(FaultKind.TRUNCATED, MIDSUMMER_NOON, None, "/production.json")
    with SimulatedGateway(NEW, clock, [fault]) as gateway, session(gateway) as client:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            client.get(gateway.url + "/production.json", timeout=5)
        assert client.get(gateway.url + "/home", timeout=5).json()["timezone"] == "Europe/Brussels"


def test_a_slow_answer_takes_its_time_and_a_dripping_one_arrives() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock) as gateway, session(gateway) as client:
        gateway.inject(Fault(FaultKind.SLOW, clock.now(), clock.now() + timedelta(seconds=1), "0.3"))
        begin = time.monotonic()
        assert client.get(gateway.url + "/home", timeout=5).status_code == 200
        assert time.monotonic() - begin >= 0.3
        clock.advance(2)
        gateway.inject(Fault(FaultKind.DRIP, clock.now(), None, "0.0001"))
        answer = client.get(gateway.url + "/api/v1/production", timeout=5)
        assert set(answer.json()) == {"wattHoursToday", "wattHoursSevenDays", "wattHoursLifetime", "wattsNow"}


@pytest.mark.parametrize("config", [OLD, NEW], ids=["http", "https"])
def test_stopping_during_a_hang_is_fast_and_leaves_no_thread(
    config: HouseConfig, wait_until: Callable[..., None]
) -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    before = threading.active_count()
    gateway = SimulatedGateway(config, clock, [Fault(FaultKind.HANG, MIDSUMMER_NOON)])
    gateway.start()
    failed = threading.Event()

    def ask() -> None:
        with session() as client:
            try:
                client.get(gateway.url + "/info", timeout=30)
            except requests.RequestException:
                failed.set()

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: gateway.in_flight == 1)
    begin = time.monotonic()
    gateway.stop()
    assert time.monotonic() - begin < 0.2
    asking.join(5)
    assert failed.is_set()
    assert threading.active_count() == before


def test_concurrent_requests_are_counted() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock, [Fault(FaultKind.SLOW, MIDSUMMER_NOON, None, "0.5")]) as gateway:

        def ask() -> None:
            with session(gateway) as client:
                client.get(gateway.url + "/home", timeout=5)

        ask()
        assert gateway.max_in_flight == 1
        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(10)
        assert gateway.max_in_flight > 1
        assert len(gateway.requests) == 4
        gateway.forget()
        assert (gateway.max_in_flight, len(gateway.requests), gateway.received) == (0, 0, b"")


def test_what_clients_send_is_kept_for_tests_to_look_at() -> None:
    with SimulatedGateway(NEW, ManualClock(MIDSUMMER_NOON)) as gateway:
        with session() as client:
            client.get(gateway.url + "/info", timeout=5)
        assert b"GET /info" in gateway.received
        assert b"Bearer" not in gateway.received
        with session(gateway) as client:
            client.get(gateway.url + "/home", timeout=5)
        assert b"Bearer " in gateway.received
        seen = [(record.method, record.target, record.had_authorization, record.status) for record in gateway.requests]
        assert seen == [("GET", "/info", False, 200), ("GET", "/home", True, 200)]


def test_it_starts_again_on_its_port_and_says_when_one_is_taken() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    gateway = SimulatedGateway(OLD, clock)
    gateway.start()
    port = gateway.port
    with pytest.raises(OSError, match=r".+"):
        SimulatedGateway(OLD, clock, port=port).start()
    gateway.stop()
    gateway.stop()
    gateway.start()
    assert gateway.port == port
    gateway.stop()


def test_nonsense_on_the_wire_harms_nobody() -> None:
    with SimulatedGateway(OLD, ManualClock(MIDSUMMER_NOON)) as gateway:
        for data in (b"hello\r\n\r\n", b"\r\n\r\n", b"x" * 70000, b""):
            with socket.create_connection((gateway.host, gateway.port), timeout=5) as raw:
                raw.sendall(data)
                raw.shutdown(socket.SHUT_WR)
                try:
                    assert raw.recv(100) == b""
                except ConnectionResetError:
                    continue
        with session() as client:
            assert client.get(gateway.url + "/info", timeout=5).status_code == 200


def test_a_client_that_gives_up_on_a_hang_is_no_longer_in_flight(wait_until: Callable[..., None]) -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(NEW, clock, [Fault(FaultKind.HANG, MIDSUMMER_NOON)]) as gateway, session(gateway) as client:
        for _ in range(2):
            with pytest.raises(requests.Timeout):
                client.get(gateway.url + "/home", timeout=0.3)
            wait_until(lambda: gateway.in_flight == 0)
        assert gateway.max_in_flight == 1


def test_a_handshake_that_never_comes_does_not_delay_the_stop(wait_until: Callable[..., None]) -> None:
    gateway = SimulatedGateway(NEW, ManualClock(MIDSUMMER_NOON))
    gateway.start()
    with socket.create_connection((gateway.host, gateway.port), timeout=5) as raw:
        raw.sendall(b"\x16\x03\x01")
        wait_until(lambda: gateway.connections == 1)
        begin = time.monotonic()
        gateway.stop()
        assert time.monotonic() - begin < 0.2


def test_an_announcement_is_heard_on_the_loopback_interface() -> None:
    zeroconf = pytest.importorskip("zeroconf")
    with SimulatedGateway(NEW, ManualClock(MIDSUMMER_NOON)) as gateway:
        gateway.announce()
        listener = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
        try:
            info = listener.get_service_info("_enphase-envoy._tcp.local.", "envoy._enphase-envoy._tcp.local.", 3000)
        finally:
            listener.close()
    assert info is not None
    assert info.properties[b"serialnum"].decode() == gateway.serial
    assert info.properties[b"protovers"] == b"8.3.5289"
    assert info.port == gateway.port
