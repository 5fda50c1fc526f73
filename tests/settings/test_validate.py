import pytest

from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.validate import (
    check_cloud_username,
    check_gateway,
    check_host,
    check_refresh_seconds,
    check_serial,
    check_settings,
    check_text,
    check_username,
)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "envoy.local",
        "envoy",
        "Envoy-2.fritz.box.",
        "my_envoy",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.9:8443",
        "100.64.1.1",
        "127.0.0.1:49152",
        "169.254.9.9",
        "::1",
        "fd00::12",
        "fe80::1%eth0",
        "[fe80::1]:443",
    ],
)
def test_hosts_that_are_fine(host: str) -> None:
    assert check_host(host) is None


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("http://envoy.local", "without http"),
        ("envoy.local/home", "without http"),
        ("8.8.8.8", "public"),
        ("172.32.0.1", "public"),
        ("2606:4700::1", "public"),
        ("[2606:4700::1]:443", "public"),
        ("0.0.0.0", "no single device"),
        ("224.0.0.251", "no single device"),
        ("255.255.255.255", "no single device"),
        ("192.168.1", "neither"),
        ("192.168.1.256", "neither"),
        ("my envoy", "neither"),
        ("-envoy", "neither"),
        ("me@envoy", "neither"),
        ("envoy..local", "neither"),
        ("x" * 64, "neither"),
        ("envoy:0", "port"),
        ("envoy:99999", "port"),
        ("envoy:", "port"),
        ("envoy:https", "port"),
    ],
)
def test_hosts_that_are_not(host: str, word: str) -> None:
    assert word in (check_host(host) or "")


@pytest.mark.parametrize(
    ("serial", "fine"),
    [
        ("", True),
        ("122000000001", True),
        ("12200000001", False),
        ("12200000000A", False),
        ("１２２００００００００１", False),
    ],
)
def test_serials(serial: str, fine: bool) -> None:
    assert (check_serial(serial) is None) is fine


@pytest.mark.parametrize(("seconds", "fine"), [(59, False), (60, True), (3600, True), (3601, False)])
def test_refresh(seconds: int, fine: bool) -> None:
    assert (check_refresh_seconds(seconds) is None) is fine


def test_texts() -> None:
    assert check_text("My house – ü") is None
    assert check_text("two\nlines")
    assert check_text("x" * 201)
    assert check_username("envoy") is None
    assert check_username("")
    assert check_username("a:b")
    assert check_cloud_username("") is None
    assert check_cloud_username("me@example.org") is None
    assert check_cloud_username("me@example")
    assert check_cloud_username("me example.org")


def test_all_at_once() -> None:
    assert check_gateway(GatewaySettings()) == {}
    wrong = GatewaySettings(
        serial="1", host="8.8.8.8", refresh_seconds=0, username="", cloud_username="x", site_name="\0"
    )
    assert set(check_gateway(wrong)) == {"serial", "host", "refresh_seconds", "username", "cloud_username", "site_name"}
    assert set(check_settings(Settings(gateway=GatewaySettings(host="a b")))) == {"gateway.host"}
