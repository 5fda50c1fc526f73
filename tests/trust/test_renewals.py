"""The yearly renewal of a certificate, where the user chose that it needs no word; and all that is no such thing."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.pin import certificate_facts
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, Trust
from enphase_tray.model.errors import CertificateChanged, CertificateRenewed, WrongGateway
from enphase_tray.model.identity import Pin, Secret
from enphase_tray.monitor.connecting import renewals_agreed
from enphase_tray.settings.settings import GatewaySettings
from enphase_tray.settings.state import TrustEvent
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.simulator.tokens import TokenMint
from tests.gateway.transport_support import MemoryState, RawServer, always, http, info
from tests.stories.home import Home, rules_of

SERIAL = "123456789012"
NAME = f"envoy-{SERIAL}"
NEARLY_A_YEAR = timedelta(days=298)
AGREED = Trust(renewals=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A gateway whose certificate is soon to be renewed, read a moment ago; the user wants no question about that."""
    one = Home(tmp_path / "profile", accept_expected_renewals=True, live_meters=False)
    one.live(6)
    one.clock.advance(NEARLY_A_YEAR.total_seconds())
    one.live(6)
    one.results.clear()
    yield one
    one.close()


def show(home: Home, certificate: Certificate) -> None:
    """The gateway's server starts anew with it, which takes longer than a poll waits."""
    home.gateway.set_certificate(certificate)
    home.fault(FaultKind.UNREACHABLE, minutes=6)
    home.gateway.forget()


def test_a_renewal_is_told_and_then_agreed_to_without_a_question(home: Home) -> None:
    before = home.gateway.fingerprint
    show(home, home.gateway.new_certificate(same_key=False))
    told = home.live(20)
    assert home.last.failure is None
    assert rules_of(told) == [("raised", "certificate_changed"), ("cleared", "certificate_changed")]
    assert "as you chose" in told[0].alert.body
    assert [result.certificate for result in home.results] == [None] * len(home.results), "nobody is asked"
    log = home.profile().state.trust_log()[-2:]
    assert [(entry.event, entry.by, entry.previous) for entry in log] == [
        (TrustEvent.REFUSED, "", before),
        (TrustEvent.PINNED, "renewal", before),
    ]


def test_nothing_is_sent_before_it_was_told(home: Home) -> None:
    show(home, home.gateway.new_certificate(same_key=False))
    while not any(result.failure and result.failure.kind == "certificate_changed" for result in home.results):
        assert home.gateway.requests == ()
        home.live(0.05)


def test_what_is_no_renewal_waits_for_the_user_all_the_same(home: Home) -> None:
    show(home, home.gateway.new_certificate(common_name="printer"))
    home.live(60)
    assert home.last.certificate is not None
    assert home.last.certificate.expected_renewal is False
    assert home.gateway.requests == ()


def test_the_choice_is_for_one_gateway() -> None:
    gateway = GatewaySettings(serial=SERIAL, accept_expected_renewals=True)
    assert renewals_agreed(gateway, Connection(serial=SERIAL))
    assert not renewals_agreed(gateway, Connection(serial="122000000099"))
    assert not renewals_agreed(replace(gateway, accept_expected_renewals=False), Connection(serial=SERIAL))


# ----------------------------------------------------------------------------------- several that say to be the gateway


class Street:
    """A known gateway nobody has met for a while, and servers with certificates that look like its renewal."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.state = MemoryState()
        old = make_certificate(NAME, new_key(), clock.now() - NEARLY_A_YEAR)
        facts = certificate_facts(ssl.PEM_cert_to_DER_cert(old.certificate_pem.decode()))
        self.state.set_pin(Pin(SERIAL, facts, clock.now() - NEARLY_A_YEAR, "user", clock.now() - timedelta(hours=2)))
        self.servers: list[RawServer] = []

    def renewed(self, serial: str = SERIAL) -> RawServer:
        shown = make_certificate(NAME, new_key(), self.clock.now() - timedelta(hours=1))
        self.servers.append(RawServer(always(http(info(serial))), shown))
        return self.servers[-1]

    def reach(self, host: RawServer | None, *announced: RawServer) -> None:
        spots = tuple(f"127.0.0.1:{server.port}" for server in announced)
        where = Connection(
            serial=SERIAL,
            host=None if host is None else f"127.0.0.1:{host.port}",
            token=Secret(TokenMint(self.clock).token(SERIAL, "owner", None, 0.0)),
        )
        connect(where, self.state, self.state, AGREED, self.clock, locate=lambda serial: spots).close()

    @property
    def pinned(self) -> str:
        return self.state.pins[SERIAL].pinned_by


@pytest.fixture
def street(manual_clock: ManualClock) -> Iterator[Street]:
    made = Street(manual_clock)
    yield made
    for server in made.servers:
        server.stop()


def test_the_only_one_at_a_known_address_is_taken_the_second_time(street: Street) -> None:
    gateway = street.renewed()
    with pytest.raises(CertificateRenewed):
        street.reach(gateway)
    assert gateway.received == b""
    street.reach(gateway)
    assert street.pinned == "renewal"


def test_of_two_renewals_none_is_taken(street: Street) -> None:
    gateway, rival = street.renewed(), street.renewed()
    for _ in range(3):
        with pytest.raises(CertificateChanged):
            street.reach(gateway, rival)
    assert (street.pinned, gateway.received, rival.received) == ("user", b"", b"")


def test_one_that_is_merely_announced_is_not_taken(street: Street) -> None:
    stranger = street.renewed()
    for _ in range(3):
        with pytest.raises(CertificateChanged):
            street.reach(None, stranger)
    assert (street.pinned, stranger.received) == ("user", b"")


def test_one_that_says_another_serial_gets_no_token(street: Street) -> None:
    gateway = street.renewed("122000000001")
    with pytest.raises(CertificateRenewed):
        street.reach(gateway)
    with pytest.raises(WrongGateway):
        street.reach(gateway)
    assert street.pinned == "user"
    assert b"Bearer" not in gateway.received
    assert b"/info" in gateway.received


# ------------------------------------------------------------------------------------------ somebody else's address


def test_a_stranger_at_the_old_address_brings_no_question_while_the_gateway_is_found(home: Home) -> None:
    """The gateway moved and another device got its address: that one is only passed by."""
    old_port = home.gateway.port
    home.move()
    other = make_certificate("printer.local", new_key(), home.clock.now())
    stranger = RawServer(always(http(b"")), other, spot=("127.0.0.1", old_port))
    told = home.live(12)
    stranger.stop()
    assert rules_of(told) == []
    assert [result.certificate for result in home.results] == [None] * len(home.results)
    assert home.last.failure is None
    assert stranger.connections
    assert stranger.received == b""
