"""Log-ins: digest with stale nonces, tokens of the right and the wrong kind."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from requests.auth import HTTPDigestAuth

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.tokens import TokenMint
from tests.simulator.support import MIDSUMMER_NOON, session

INVERTERS = "/api/v1/production/inverters"


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def test_digest_takes_the_last_six_of_the_serial_and_refuses_others() -> None:
    config = HouseConfig(firmware="5.0.62", serial="121938119871")
    with SimulatedGateway(config, ManualClock(MIDSUMMER_NOON)) as gateway, session() as client:
        assert (gateway.username, gateway.password) == ("envoy", "119871")
        for password, status in (("119871", 200), ("wrong", 401)):
            client.auth = HTTPDigestAuth("envoy", password)
            assert client.get(gateway.url + INVERTERS, timeout=5).status_code == status
        client.auth = HTTPDigestAuth("installer", "119871")
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 401


def test_the_challenge_reads_like_a_real_one() -> None:
    gateway = SimulatedGateway(HouseConfig(firmware="3.9.36"), ManualClock(MIDSUMMER_NOON))
    answer = gateway.respond("GET", INVERTERS)
    assert answer.status == 401
    challenge = dict(answer.headers)["WWW-Authenticate"]
    assert challenge == f'Digest qop="auth", realm="enphaseenergy.com", nonce="{int(MIDSUMMER_NOON.timestamp())}"'
    assert json.loads(answer.body)["info"] == "Authentication required"


def test_an_old_nonce_is_stale_and_the_next_one_works() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with SimulatedGateway(HouseConfig(firmware="5.0.62"), clock) as gateway, session(gateway) as client:
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 200
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 200
        assert [record.status for record in gateway.requests] == [401, 200, 200]
        clock.advance(3600)
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 200
        assert [record.status for record in gateway.requests][3:] == [401, 200]
        gateway.spoil_nonces()
        used = client.get(gateway.url + INVERTERS, timeout=5)
        assert "stale=true" in used.history[0].headers["WWW-Authenticate"]


def test_an_own_password_and_a_changed_one() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    with (
        SimulatedGateway(HouseConfig(firmware="5.0.62", password="mine"), clock) as gateway,
        session(gateway) as client,
    ):
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 200
        gateway.inject(Fault(FaultKind.PASSWORD_CHANGED, clock.now(), None, "newer"))
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 401
        client.auth = HTTPDigestAuth("envoy", "newer")
        assert client.get(gateway.url + INVERTERS, timeout=5).status_code == 200


def test_a_token_says_what_real_ones_say() -> None:
    gateway = SimulatedGateway(HouseConfig(), ManualClock(MIDSUMMER_NOON))
    owner, installer = claims(gateway.token()), claims(gateway.token(role="installer"))
    header = json.loads(base64.urlsafe_b64decode(gateway.token().split(".")[0] + "=="))
    assert set(header) == {"kid", "typ", "alg"}
    assert (header["alg"], header["typ"]) == ("ES256", "JWT")
    assert (owner["aud"], owner["iss"], owner["enphaseUser"]) == (gateway.serial, "Entrez", "owner")
    assert owner["exp"] - owner["iat"] == 365 * 86400
    assert installer["exp"] - installer["iat"] == 43200


def test_tokens_are_checked_for_signature_gateway_and_date() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    gateway = SimulatedGateway(HouseConfig(), clock)

    def status(token: str, path: str = "/auth/check_jwt") -> int:
        return gateway.respond("GET", path, {"Authorization": f"Bearer {token}"}).status

    good = gateway.token(expires_in=100)
    assert status(good) == 200
    assert status(gateway.token(serial="999999999999")) == 401
    assert status(gateway.token(expires_in=-1)) == 401
    assert status(TokenMint(clock).token(gateway.serial)) == 401
    assert status("not a token") == 401
    assert status(good[:-4] + "AAAA") == 401
    clock.advance(101)
    assert status(good) == 401
    assert status(gateway.token(), "/ivp/peb/devstatus") == 401
    assert status(gateway.token(role="installer"), "/ivp/peb/devstatus") == 404


def test_check_jwt_gives_the_words_and_a_session() -> None:
    gateway = SimulatedGateway(HouseConfig(), ManualClock(MIDSUMMER_NOON))
    answer = gateway.respond("GET", "/auth/check_jwt", {"Authorization": f"Bearer {gateway.token()}"})
    assert answer.body == b"<!DOCTYPE html><h2>Valid token.</h2>\n"
    assert len(answer.body) == 37
    assert dict(answer.headers)["Set-Cookie"].startswith("sessionId=")
    refused = gateway.respond("GET", "/auth/check_jwt", {})
    assert (refused.status, refused.content_type) == (401, "text/html")


def test_a_token_refused_by_fault_is_replaced_by_a_newer_one() -> None:
    clock = ManualClock(MIDSUMMER_NOON)
    gateway = SimulatedGateway(HouseConfig(), clock)
    old = gateway.token()
    clock.advance(60)
    gateway.inject(Fault(FaultKind.TOKEN_EXPIRED, clock.now()))
    clock.advance(timedelta(seconds=1).total_seconds())
    statuses = [
        gateway.respond("GET", "/home", {"Authorization": f"Bearer {token}"}).status for token in (old, gateway.token())
    ]
    assert statuses == [401, 200]


def test_the_public_key_verifies_the_tokens() -> None:
    import jwt

    gateway = SimulatedGateway(HouseConfig(), ManualClock(MIDSUMMER_NOON))
    options = {"verify_exp": False, "verify_iat": False}
    key = gateway.mint.public_key_pem
    decoded = jwt.decode(gateway.token(), key, algorithms=["ES256"], audience=gateway.serial, options=options)  # type: ignore[arg-type]
    assert decoded["iss"] == "Entrez"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(TokenMint(ManualClock(MIDSUMMER_NOON)).token("1"), key, algorithms=["ES256"], audience="1")
