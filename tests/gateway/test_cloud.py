"""The token hosts: both flows, each failure in words, and nothing sent to a host that cannot prove itself."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enphase_tray.gateway.cloud import CloudBusy, CloudClient
from enphase_tray.gateway.token import inspect_token
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import CloudAccount
from enphase_tray.model.errors import LoginRefused, NotUnderstood, Retry, TokenMissing, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.certificates import make_certificate, new_key
from enphase_tray.simulator.cloud import CloudTrouble, CloudUser, SimulatedCloud
from enphase_tray.simulator.tokens import TokenMint
from tests.gateway.transport_support import always, http, serving

SERIAL = "123456789012"
ACCOUNT = CloudAccount("owner@example.com", Secret("sunshine"), "My Home")
USERS = (
    CloudUser(),
    CloudUser("mfa@example.com", "sunshine", multi_factor=True),
    CloudUser("none@example.com", serials=()),
)


@pytest.fixture
def cloud(manual_clock: ManualClock) -> Iterator[SimulatedCloud]:
    with SimulatedCloud(TokenMint(manual_clock), manual_clock, USERS) as cloud:
        yield cloud


@pytest.fixture
def client(cloud: SimulatedCloud, tmp_path: Path) -> Iterator[CloudClient]:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(cloud.ca_pem or b"")
    client = CloudClient(cloud.enlighten_url, cloud.entrez_url, ca_file=str(authority))
    yield client
    client.close()


def test_first_flow(client: CloudClient, cloud: SimulatedCloud) -> None:
    token = client.fetch_token(ACCOUNT, SERIAL)
    assert inspect_token(token.reveal()).serial == SERIAL
    assert [(method, target) for _, method, target in cloud.requests] == [
        ("POST", "/login/login.json"), ("POST", "/tokens"),
    ]  # fmt: skip


@pytest.mark.parametrize("trouble", [CloudTrouble.REFUSED, CloudTrouble.NOT_ACCEPTABLE])
def test_second_flow_is_tried_where_the_first_gives_no_token(
    trouble: CloudTrouble, client: CloudClient, cloud: SimulatedCloud
) -> None:
    cloud.entrez_trouble = trouble
    assert inspect_token(client.fetch_token(ACCOUNT, SERIAL).reveal()).serial == SERIAL
    assert [target for _, _, target in cloud.requests] == [
        "/login/login.json", "/tokens", "/login", "/entrez_tokens",
    ]  # fmt: skip


def test_form_alone_gives_a_token(client: CloudClient) -> None:
    assert inspect_token(client._form(ACCOUNT, SERIAL).reveal()).serial == SERIAL


def test_wrong_password_is_one_try(client: CloudClient, cloud: SimulatedCloud) -> None:
    with pytest.raises(LoginRefused) as caught:
        client.fetch_token(CloudAccount("owner@example.com", Secret("rain")), SERIAL)
    assert caught.value.retry is Retry.NEVER
    assert len(cloud.requests) == 1
    assert "rain" not in str(caught.value)


def test_multi_factor_account_is_led_to_pasting(client: CloudClient, cloud: SimulatedCloud) -> None:
    with pytest.raises(TokenMissing, match="multi-factor") as caught:
        client.fetch_token(CloudAccount("mfa@example.com", Secret("sunshine")), SERIAL)
    assert "paste" in caught.value.advice
    assert len(cloud.requests) == 1


def test_account_without_the_gateway(client: CloudClient) -> None:
    with pytest.raises(TokenMissing, match=SERIAL):
        client.fetch_token(CloudAccount("none@example.com", Secret("sunshine")), SERIAL)


def test_page_without_a_token(client: CloudClient, cloud: SimulatedCloud) -> None:
    cloud.entrez_trouble = CloudTrouble.NO_TOKEN
    with pytest.raises(TokenMissing):
        client.fetch_token(ACCOUNT, SERIAL)


@pytest.mark.parametrize("oddity", ["<![foo bar]]>", "<![%x;["])
def test_a_page_that_the_parser_gives_up_on(oddity: str) -> None:
    page = http(f"<html>{oddity}<p>".encode(), headers="Set-Cookie: SESSION=s\r\nConnection: close\r\n")
    with serving(always(page)) as server:
        url = f"http://127.0.0.1:{server.port}"
        client = CloudClient(url, url)
        with pytest.raises(TokenMissing):
            client._form(ACCOUNT, SERIAL)
        client.close()


@pytest.mark.parametrize("where", ["enlighten", "entrez"])
def test_busy_server(where: str, client: CloudClient, cloud: SimulatedCloud) -> None:
    setattr(cloud, f"{where}_trouble", CloudTrouble.TOO_MANY)
    with pytest.raises(CloudBusy) as caught:
        client.fetch_token(ACCOUNT, SERIAL)
    assert (caught.value.wait_seconds, caught.value.retry, caught.value.kind) == (120.0, Retry.LATER, "unreachable")
    setattr(cloud, f"{where}_trouble", CloudTrouble.SERVER_ERROR)
    with pytest.raises(CloudBusy) as caught:
        client.fetch_token(ACCOUNT, SERIAL)
    assert caught.value.wait_seconds is None


def test_hanging_server_can_be_aborted(
    client: CloudClient, cloud: SimulatedCloud, wait_until: Callable[..., None]
) -> None:
    cloud.enlighten_trouble = CloudTrouble.HANG
    ended: list[float] = []

    def run() -> None:
        with pytest.raises(Unreachable):
            client.fetch_token(ACCOUNT, SERIAL)
        ended.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    wait_until(lambda: cloud.received)
    tripped = time.monotonic()
    client.abort()
    thread.join(5)
    assert ended[0] - tripped < 0.05


def test_host_that_cannot_prove_itself_gets_no_byte(manual_clock: ManualClock, cloud: SimulatedCloud) -> None:
    fake = make_certificate("enlighten.enphaseenergy.com", new_key(), manual_clock.now(), host="127.0.0.1")
    with serving(always(http(b'{"session_id": "x"}')), fake) as server:
        url = f"https://127.0.0.1:{server.port}"
        client = CloudClient(url, url)
        with pytest.raises(Unreachable):
            client.fetch_token(ACCOUNT, SERIAL)
        client.close()
    assert server.connections == 1
    assert server.received == b""


def test_redirect_is_not_followed() -> None:
    with serving(always(http(b"trap"))) as trap:
        moved = http(b"", "302 Found", f"Location: http://127.0.0.1:{trap.port}/\r\n")
        with serving(always(moved)) as server:
            url = f"http://127.0.0.1:{server.port}"
            client = CloudClient(url, url)
            with pytest.raises(NotUnderstood):
                client.fetch_token(ACCOUNT, SERIAL)
            client.close()
        assert trap.connections == 0


@pytest.mark.parametrize("url", ["http://enlighten.enphaseenergy.com", "ftp://127.0.0.1", "nonsense"])
def test_plain_http_is_for_loopback_only(url: str) -> None:
    with pytest.raises(ValueError, match="HTTPS"):
        CloudClient(url, url)


def test_environment_cannot_change_the_authorities(
    cloud: SimulatedCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(cloud.ca_pem or b"")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(authority))
    client = CloudClient(cloud.enlighten_url, cloud.entrez_url)
    with pytest.raises(Unreachable):
        client.fetch_token(ACCOUNT, SERIAL)
    client.close()
    assert cloud.requests == []
