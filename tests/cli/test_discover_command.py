"""`discover`: how announced gateways are printed."""

from typing import Any

import pytest

from enphase_tray.model.errors import Unreachable
from enphase_tray.model.identity import FirmwareVersion, FoundGateway
from tests.cli.conftest import Terminal

FOUND = FoundGateway(
    "123456789012", "envoy", ("192.168.1.20", "fe80::1%2"), 80, FirmwareVersion.parse("8.3.5289")
)  # fmt: skip


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[FoundGateway]:
    """What is announced on the network of this test: nothing beyond loopback may be asked."""
    gateways: list[FoundGateway] = []
    monkeypatch.setattr("enphase_tray.cli.discover.look", lambda seconds: list(gateways))
    return gateways


def test_found_gateways(heard: list[FoundGateway], terminal: Terminal) -> None:
    heard.append(FOUND)
    said = terminal("discover", "--json", "--seconds", "0.5")
    assert said.status == 0
    assert said.document["schema"] == 1
    (gateway,) = said.document["gateways"]
    assert gateway["serial"] == "123456789012"
    assert gateway["addresses"] == ["192.168.1.20", "fe80::1%2"]
    assert gateway["firmware"].endswith("8.3.5289")
    assert "192.168.1.20, fe80::1%2" in terminal("discover").out


def test_nothing_found_is_no_error(heard: list[FoundGateway], terminal: Terminal) -> None:
    assert terminal("discover", "--json").document == {"schema": 1, "gateways": []}
    said = terminal("discover")
    assert (said.status, said.err) == (0, "")
    assert "--host" in said.out


def test_no_network(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*arguments: Any, **more: Any) -> None:
        raise RuntimeError("No interfaces to listen on")

    monkeypatch.setattr("zeroconf.Zeroconf", no_network)
    said = terminal("discover", "--json")
    assert said.status == 3
    assert said.document["error"]["kind"] == Unreachable.kind
