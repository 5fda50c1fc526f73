"""The log-in hosts: both flows, and every way in which they fail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.cloud import CloudTrouble, CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.simulator.support import MIDSUMMER_NOON, session

OWNER = CloudUser()
SECRET_KEEPER = CloudUser("mfa@example.com", "rain", multi_factor=True)
GATEWAY = SimulatedGateway(HouseConfig(), ManualClock(MIDSUMMER_NOON))


@pytest.fixture
def cloud() -> Iterator[SimulatedCloud]:
    with SimulatedCloud(GATEWAY.mint, ManualClock(MIDSUMMER_NOON), (OWNER, SECRET_KEEPER), secure=False) as running:
        yield running


@pytest.fixture
def client() -> Iterator[requests.Session]:
    with session() as plain:
        yield plain


def log_in(cloud: SimulatedCloud, client: requests.Session, user: str, password: str) -> requests.Response:
    form = {"user[email]": user, "user[password]": password}
    return client.post(f"{cloud.enlighten_url}/login/login.json", data=form, timeout=5)


def ask_token(cloud: SimulatedCloud, client: requests.Session) -> requests.Response:
    identity = log_in(cloud, client, OWNER.username, OWNER.password).json()["session_id"]
    body = {"session_id": identity, "serial_num": GATEWAY.serial, "username": OWNER.username}
    return client.post(f"{cloud.entrez_url}/tokens", json=body, timeout=5)


def accepted(token: str) -> bool:
    return GATEWAY.respond("GET", "/home", {"Authorization": f"Bearer {token}"}).status == 200


def test_flow_1_gives_a_token_that_the_gateway_takes(cloud: SimulatedCloud, client: requests.Session) -> None:
    answer = ask_token(cloud, client)
    assert answer.status_code == 200
    assert accepted(answer.text)
    assert cloud.requests == [("enlighten", "POST", "/login/login.json"), ("entrez", "POST", "/tokens")]


def test_flow_1b_gives_one_for_the_cookie(cloud: SimulatedCloud, client: requests.Session) -> None:
    log_in(cloud, client, OWNER.username, OWNER.password)
    answer = client.get(f"{cloud.enlighten_url}/entrez-auth-token?serial_num={GATEWAY.serial}", timeout=5).json()
    assert accepted(answer["token"])
    assert answer["expires_at"] - answer["generation_time"] == 31536000


def test_flow_2_gives_one_in_a_text_area(cloud: SimulatedCloud, client: requests.Session) -> None:
    form = {"username": OWNER.username, "password": OWNER.password}
    assert client.post(f"{cloud.entrez_url}/login", data=form, timeout=5).cookies["SESSION"]
    page = client.post(f"{cloud.entrez_url}/entrez_tokens", data={"serialNum": GATEWAY.serial}, timeout=5).text
    found = re.search(r'<textarea[^>]*id="JWTToken"[^>]*>([^<]*)</textarea>', page)
    assert found is not None
    assert accepted(found[1].strip())


def test_wrong_and_multi_factor_logins(cloud: SimulatedCloud, client: requests.Session) -> None:
    assert log_in(cloud, client, OWNER.username, "wrong").status_code == 401
    half = log_in(cloud, client, SECRET_KEEPER.username, SECRET_KEEPER.password)
    assert half.json() == {"success": True, "isBlocked": False}
    assert "login_otp_nonce" in half.cookies
    page = client.post(f"{cloud.entrez_url}/entrez_tokens", data={"serialNum": GATEWAY.serial}, timeout=5).text
    assert ">\n  Error" in page


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (CloudTrouble.REFUSED, 401),
        (CloudTrouble.NOT_ACCEPTABLE, 406),
        (CloudTrouble.SERVER_ERROR, 500),
        (CloudTrouble.TOO_MANY, 429),
        (CloudTrouble.NO_TOKEN, 200),
    ],
)
def test_entrez_in_trouble(cloud: SimulatedCloud, client: requests.Session, trouble: CloudTrouble, status: int) -> None:
    cloud.entrez_trouble = trouble
    answer = ask_token(cloud, client)
    assert answer.status_code == status
    assert not accepted(answer.text)
    assert answer.headers.get("Retry-After") == ("120" if status == 429 else None)


def test_enlighten_in_trouble(cloud: SimulatedCloud, client: requests.Session) -> None:
    cloud.enlighten_trouble = CloudTrouble.SERVER_ERROR
    assert log_in(cloud, client, OWNER.username, OWNER.password).status_code == 500
    cloud.enlighten_trouble = CloudTrouble.HANG
    with pytest.raises(requests.Timeout):
        client.post(f"{cloud.enlighten_url}/login/login.json", data={}, timeout=0.2)


def test_a_gateway_of_somebody_else_is_refused(client: requests.Session) -> None:
    stranger = CloudUser(serials=("000000000000",))
    with SimulatedCloud(GATEWAY.mint, ManualClock(MIDSUMMER_NOON), (stranger,), secure=False) as cloud:
        assert ask_token(cloud, client).status_code == 401


def test_https_is_verified_by_its_own_authority(tmp_path: Path) -> None:
    with SimulatedCloud(GATEWAY.mint, ManualClock(MIDSUMMER_NOON)) as cloud, session() as client:
        assert cloud.ca_pem is not None
        (tmp_path / "ca.pem").write_bytes(cloud.ca_pem)
        client.verify = str(tmp_path / "ca.pem")
        assert cloud.enlighten_url.startswith("https://")
        assert accepted(ask_token(cloud, client).text)
        client.verify = True
        with pytest.raises(requests.exceptions.SSLError):
            client.get(cloud.entrez_url, timeout=5)
