"""Logging in: digest that survives odd challenges, tokens that are checked, confirmed and renewed."""

import hashlib
import re
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.gateway.digest import Challenge, answer_challenge, parse_challenge
from enphase_tray.gateway.identify import connect
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import CloudAccount, Connection, GatewayVersion, Trust
from enphase_tray.model.errors import LoginRefused, TokenExpired, TokenMissing, TokenWrongGateway, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.cloud import CloudTrouble, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from tests.gateway.transport_support import MemoryState, http, info, serving

INVERTERS = "/api/v1/production/inverters"
ACCOUNT = CloudAccount("owner@example.com", Secret("sunshine"))
CHALLENGE = 'WWW-Authenticate: Digest realm="enphaseenergy.com", qop="auth", nonce="{}"\r\n'
REFUSED = b"<html><body><h2>401 Unauthorized</h2></body></html>"


@pytest.fixture
def state() -> MemoryState:
    return MemoryState()


@pytest.fixture
def new(manual_clock: ManualClock) -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(firmware="8.3.5289", inverters=2), manual_clock) as gateway:
        yield gateway


@pytest.fixture
def old(manual_clock: ManualClock) -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(firmware="5.0.62", inverters=2), manual_clock) as gateway:
        yield gateway


@pytest.fixture
def cloud(new: SimulatedGateway, manual_clock: ManualClock) -> Iterator[SimulatedCloud]:
    with SimulatedCloud(new.mint, manual_clock, secure=False) as cloud:
        yield cloud


@pytest.fixture
def log_in(
    state: MemoryState, manual_clock: ManualClock, request: pytest.FixtureRequest
) -> Callable[..., GatewayClient]:
    def log_in(port: int, hosts: SimulatedCloud | None = None, /, **more: Any) -> GatewayClient:
        def factory() -> CloudClient:
            assert hosts is not None
            return CloudClient(hosts.enlighten_url, hosts.entrez_url)

        connection = Connection(host="127.0.0.1", port=port, **more)
        client = connect(connection, state, state, Trust(first_use=True), manual_clock, cloud_factory=factory)
        request.addfinalizer(client.close)
        return client

    return log_in


def old_connection(**more: Any) -> dict[str, Any]:
    return {"version": GatewayVersion.BELOW_7, **more}


# ------------------------------------------------------------------------------------------------------------ digest


def test_default_password_is_the_end_of_the_serial(old: SimulatedGateway, log_in: Any) -> None:
    client = log_in(old.port, **old_connection())
    assert client.get(INVERTERS).status == 200
    assert client.get("/api/v1/production").status == 200
    assert client.refused_paths == frozenset()
    # The password answers a challenge; what is open is asked without.
    assert [(r.target, r.had_authorization) for r in old.requests][1:] == [
        (INVERTERS, False), (INVERTERS, True), ("/api/v1/production", False),
    ]  # fmt: skip


def test_known_nonce_is_used_again_and_a_stale_one_replaced(
    old: SimulatedGateway, log_in: Any, manual_clock: ManualClock
) -> None:
    client = log_in(old.port, **old_connection())
    assert client.get(INVERTERS).status == 200
    before = len(old.requests)
    assert client.get(INVERTERS).status == 200
    assert len(old.requests) == before + 1
    manual_clock.advance(86400)
    assert client.get(INVERTERS).status == 200
    assert client.refused_paths == frozenset()


def test_wrong_password_is_said_for_the_path_and_not_repeated(
    old: SimulatedGateway, log_in: Any, manual_clock: ManualClock
) -> None:
    client = log_in(old.port, **old_connection(password=Secret("wrong")))
    assert client.get(INVERTERS).status == 401
    assert client.refused_paths == {INVERTERS}
    before = sum(record.had_authorization for record in old.requests)
    assert client.get(INVERTERS).status == 401
    assert sum(record.had_authorization for record in old.requests) == before == 1
    assert client.get("/api/v1/production").status == 200
    assert client.confirm_login() is False
    manual_clock.advance(3601)
    assert client.refused_paths == frozenset()


def test_own_user_and_password(old: SimulatedGateway, log_in: Any) -> None:
    client = log_in(old.port, **old_connection(username="envoy", password=Secret(old.password)))
    assert client.get(INVERTERS).status == 200


def test_each_request_has_its_own_connection(log_in: Any) -> None:
    def handle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(http(info(software="R3.18.10", web_tokens=False)))

    with serving(handle) as server:
        client = log_in(server.port, **old_connection())
        client.get("/info")
        client.get("/info")
        assert server.connections == 3
        assert server.received.count(b"Connection: close") == 3


def test_real_unreadable_challenge(captures_dir: Path, log_in: Any, manual_clock: ManualClock) -> None:
    with SimulatedGateway(RecordedCapture(captures_dir / "3.9.36_bad_auth"), manual_clock) as gateway:
        client = log_in(gateway.port)
        answer = client.get(INVERTERS)
        assert (answer.status, client.refused_paths) == (401, {INVERTERS})
        assert client.get("/api/v1/production").status == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "WWW-Authenticate: \u00d8\u00c9\u00c6A\r\n",
        "WWW-Authenticate: Basic realm=x\r\n",
        "WWW-Authenticate: Digest\r\n",
        'WWW-Authenticate: Digest realm="x", nonce="y", algorithm=SHA-512-256\r\n',
        'WWW-Authenticate: Digest realm="x", nonce="y", qop="auth-int"\r\n',
        CHALLENGE.format("always-stale"),
    ],
)
def test_hopeless_challenges_end_in_two_requests(header: str, log_in: Any) -> None:
    def handle(head: bytes, connection: socket.socket) -> None:
        if b"GET /info " in head:
            connection.sendall(http(info(software="R4.10.35", web_tokens=False)))
        else:
            answer = f"HTTP/1.1 401 No\r\nContent-Length: {len(REFUSED)}\r\n{header}\r\n"
            connection.sendall(answer.encode("latin-1") + REFUSED)

    with serving(handle) as server:
        client = log_in(server.port, **old_connection(password=Secret("s3cret-canary")))
        assert client.get(INVERTERS).status == 401
        assert server.received.count(INVERTERS.encode() + b" HTTP") <= 2
    assert b"s3cret-canary" not in server.received
    assert b"Basic" not in server.received


def test_a_nonce_that_has_just_ended_is_answered_once_more(log_in: Any) -> None:
    answered: list[bytes] = []

    def handle(head: bytes, connection: socket.socket) -> None:
        if b"GET /info " in head:
            connection.sendall(http(info(software="R4.10.35", web_tokens=False)))
            return
        answered.extend(line for line in head.split(b"\r\n") if line.startswith(b"Authorization"))
        if answered and b'nonce="n1"' in answered[-1]:
            connection.sendall(http(b"[]"))
            return
        stale = ", stale=TRUE" if answered else ""
        challenge = f'WWW-Authenticate: Digest realm="x", nonce="n{len(answered)}", qop="auth"{stale}\r\n'
        connection.sendall(http(REFUSED, "401 No", challenge))

    with serving(handle) as server:
        client = log_in(server.port, **old_connection())
        assert client.get(INVERTERS).status == 200
    assert len(answered) == 2


@pytest.mark.parametrize(
    "header",
    [
        'Digest realm="d", nonce="n", qop="auth", Digest realm="s", nonce="m", algorithm=SHA-256, qop="auth"',
        'Digest realm="s", nonce="m", algorithm=SHA-256, qop="auth", Digest realm="d", nonce="n", qop="auth"',
        'Basic realm="b", Digest realm="d", nonce="n", qop="auth"',
        'Digest realm="d", nonce="n", qop="auth", Basic realm="b, Digest nonce=x"',
        'digest  realm="d",nonce="n",qop=auth,algorithm=md5',
    ],
)
def test_the_challenge_that_can_be_answered_is_found_among_others(header: str) -> None:
    assert parse_challenge(header) == Challenge("d", "n", None, True)


def test_digest_answer_is_what_the_standard_says() -> None:
    challenge = parse_challenge('Digest realm="enphaseenergy.com", qop="auth,auth-int", nonce="16", opaque="5c"')
    assert challenge == Challenge("enphaseenergy.com", "16", "5c", True)
    header = answer_challenge(challenge, "envoy", "030548", INVERTERS, 2)
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', header.removeprefix("Digest ")))

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    ha1, ha2 = md5("envoy:enphaseenergy.com:030548"), md5(f"GET:{INVERTERS}")
    assert fields["response"] == md5(f"{ha1}:16:00000002:{fields['cnonce']}:auth:{ha2}")
    assert (fields["nc"], fields["uri"], fields["opaque"]) == ("00000002", INVERTERS, "5c")


def test_digest_without_qop_and_with_odd_names() -> None:
    header = answer_challenge(Challenge("r", "n", None, False), 'a"b\r\nX: y', "p", "/x", 1)
    assert "nc=" not in header
    assert 'username="a\\"bX: y"' in header
    assert parse_challenge('Digest realm="a\r\n b", nonce="c"') is None


# ------------------------------------------------------------------------------------------------------------- token


def test_pasted_token_is_sent_as_bearer(new: SimulatedGateway, log_in: Any) -> None:
    client = log_in(new.port, token=Secret(f" {new.token()}\n"))
    assert client.get(INVERTERS).status == 200
    assert client.token_facts.role == "owner"
    assert not client.token_renews_itself
    assert client.confirm_login() is False


def test_kept_token_is_used_where_none_is_pasted(new: SimulatedGateway, state: MemoryState, log_in: Any) -> None:
    state.tokens[new.serial] = Secret(new.token())
    assert log_in(new.port).get(INVERTERS).status == 200


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda gateway: None, TokenMissing),
        (lambda gateway: Secret("<html>no token</html>"), TokenMissing),
        (lambda gateway: Secret(gateway.token(expires_in=-60.0)), TokenExpired),
        (lambda gateway: Secret(gateway.token(serial="999999999999")), TokenWrongGateway),
        (lambda gateway: Secret(gateway.token(serial="un-commissioned")), TokenWrongGateway),
    ],
    ids=["none", "html", "expired", "other gateway", "un-commissioned"],
)
def test_bad_tokens_are_never_sent(make: Any, kind: type[Exception], new: SimulatedGateway, log_in: Any) -> None:
    with pytest.raises(kind):
        log_in(new.port, token=make(new))
    assert not any(record.had_authorization for record in new.requests)


def test_token_that_runs_out_is_not_sent_any_more(
    new: SimulatedGateway, log_in: Any, manual_clock: ManualClock
) -> None:
    client = log_in(new.port, token=Secret(new.token(expires_in=3600.0)))
    assert client.get(INVERTERS).status == 200
    manual_clock.advance(3601)
    asked = len(new.requests)
    with pytest.raises(TokenExpired):
        client.get(INVERTERS)
    assert len(new.requests) == asked


def test_refused_token_is_confirmed_and_said(new: SimulatedGateway, log_in: Any, manual_clock: ManualClock) -> None:
    client = log_in(new.port, token=Secret(new.token(issued_ago=60.0)))
    new.inject(Fault(FaultKind.TOKEN_EXPIRED, manual_clock.now()))
    assert client.get(INVERTERS).status == 401
    with pytest.raises(LoginRefused):
        client.confirm_login()


def test_refused_token_is_renewed_once(
    new: SimulatedGateway, cloud: SimulatedCloud, state: MemoryState, log_in: Any, manual_clock: ManualClock
) -> None:
    first = Secret(new.token(issued_ago=60.0))
    client = log_in(new.port, cloud, token=first, cloud=ACCOUNT)
    new.inject(Fault(FaultKind.TOKEN_EXPIRED, manual_clock.now() - timedelta(seconds=1)))
    assert client.get(INVERTERS).status == 401
    assert client.confirm_login() is True
    assert client.get(INVERTERS).status == 200
    assert state.tokens[new.serial] != first


def test_token_is_fetched_and_kept_where_there_is_none(
    new: SimulatedGateway, cloud: SimulatedCloud, state: MemoryState, log_in: Any
) -> None:
    client = log_in(new.port, cloud, cloud=ACCOUNT)
    assert client.get(INVERTERS).status == 200
    assert client.token_renews_itself
    assert new.serial in state.tokens
    asked = len(cloud.requests)
    assert log_in(new.port, cloud, cloud=ACCOUNT).get(INVERTERS).status == 200
    assert len(cloud.requests) == asked
    assert b"sunshine" not in new.received


def test_token_is_renewed_before_its_end(
    new: SimulatedGateway, cloud: SimulatedCloud, log_in: Any, manual_clock: ManualClock
) -> None:
    client = log_in(new.port, cloud, token=Secret(new.token(expires_in=40 * 86400.0)), cloud=ACCOUNT)
    client.get(INVERTERS)
    assert cloud.requests == []
    manual_clock.advance(11 * 86400)
    assert client.get(INVERTERS).status == 200
    assert client.token_facts.expires_at > manual_clock.now() + timedelta(days=300)


def test_failing_renewal_never_stops_reading_and_is_tried_four_times_a_day(
    new: SimulatedGateway, cloud: SimulatedCloud, log_in: Any, manual_clock: ManualClock
) -> None:
    cloud.enlighten_trouble = CloudTrouble.SERVER_ERROR
    client = log_in(new.port, cloud, token=Secret(new.token(expires_in=10 * 86400.0)), cloud=ACCOUNT)
    for _ in range(288):
        assert client.get(INVERTERS).status == 200
        manual_clock.advance(300)
    assert len(cloud.requests) == 4
    # A restart does not begin to count anew.
    again = log_in(new.port, cloud, token=Secret(new.token(expires_in=9 * 86400.0)), cloud=ACCOUNT)
    again.get(INVERTERS)
    assert len(cloud.requests) <= 5


def test_retry_after_is_honoured(
    new: SimulatedGateway, cloud: SimulatedCloud, log_in: Any, manual_clock: ManualClock
) -> None:
    cloud.enlighten_trouble = CloudTrouble.TOO_MANY
    with pytest.raises(Unreachable):
        log_in(new.port, cloud, cloud=ACCOUNT)
    cloud.enlighten_trouble = None
    manual_clock.advance(100)
    with pytest.raises(Unreachable, match="next try"):
        log_in(new.port, cloud, cloud=ACCOUNT)
    assert len(cloud.requests) == 1
    manual_clock.advance(900)
    assert log_in(new.port, cloud, cloud=ACCOUNT).get(INVERTERS).status == 200


def test_wrong_password_is_tried_once_until_another_is_typed(
    new: SimulatedGateway, cloud: SimulatedCloud, state: MemoryState, log_in: Any, manual_clock: ManualClock
) -> None:
    wrong = CloudAccount("owner@example.com", Secret("rain"))
    for _ in range(3):
        with pytest.raises((LoginRefused, TokenMissing)):
            log_in(new.port, cloud, cloud=wrong)
        manual_clock.advance(86400)
    assert len(cloud.requests) == 1
    assert "rain" not in repr(state.known)
    assert log_in(new.port, cloud, cloud=ACCOUNT).get(INVERTERS).status == 200
