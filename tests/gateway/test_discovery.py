"""mDNS on loopback: real announcements are found, odd ones do no harm."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from enphase_tray.gateway.discovery import discover, locate
from enphase_tray.model.errors import Unreachable

LOOPBACK = ["127.0.0.1"]
SERVICE = "_enphase-envoy._tcp.local."


@pytest.fixture
def announce() -> Iterator[Any]:
    from zeroconf import ServiceInfo, Zeroconf

    network = Zeroconf(interfaces=LOOPBACK)

    def announce(name: str, addresses: list[str], **texts: str) -> None:
        service = ServiceInfo(
            SERVICE, f"{name}.{SERVICE}", port=80, parsed_addresses=addresses, properties=texts, server=f"{name}.local."
        )
        network.register_service(service)

    yield announce
    network.unregister_all_services()
    network.close()


@pytest.fixture
def serials() -> list[str]:
    """Serials of this run only: other programs may announce on the same loopback."""
    return [f"{secrets.randbelow(10**12):012d}" for _ in range(3)]


def test_gateways_are_found_with_all_their_addresses(announce: Any, serials: list[str]) -> None:
    first, second, _ = serials
    announce(f"envoy-{second}", ["192.168.7.2"], serialnum=second, protovers="8.3.5289")
    addresses = ["169.254.120.1", "fd00::7", "192.168.7.1"]
    announce(f"envoy-{first}", addresses, serialnum=first, protovers="4.10.35")
    everything = discover(2.0, interfaces=LOOPBACK)
    assert everything == sorted(everything, key=lambda gateway: gateway.serial)
    found = {gateway.serial: gateway for gateway in everything}
    assert found[first].addresses == ("192.168.7.1", "fd00::7", "169.254.120.1")
    assert (found[first].name, found[first].port) == (f"envoy-{first}", 80)
    assert str(found[first].firmware) == "4.10.35"
    assert found[second].addresses == ("192.168.7.2",)


def test_strangers_are_left_out_and_texts_cleaned(announce: Any, serials: list[str]) -> None:
    own, public, _ = serials
    announce(f"envoy-{own}-a", ["192.168.7.3"])
    announce(f"envoy-{own}-b", ["8.8.8.8"], serialnum=public)
    announce(f"envoy-{own}-c", ["192.168.7.4"], serialnum=f"{own}<b>\x1b4", protovers="x" * 200)
    found = [gateway for gateway in discover(2.0, interfaces=LOOPBACK) if own in gateway.name]
    assert [gateway.serial for gateway in found] == [f"{own}<b> 4"]
    assert len(str(found[0].firmware)) <= 40


def test_serial_is_located(announce: Any, serials: list[str]) -> None:
    first, second, unheard = serials
    announce(f"envoy-{first}", ["192.168.7.5"], serialnum=first)
    announce(f"envoy-{second}", ["192.168.7.6"], serialnum=second)
    assert locate(second, interfaces=LOOPBACK) == ("192.168.7.6",)
    assert locate(unheard, interfaces=LOOPBACK) == ()
    with pytest.raises(Unreachable, match=first):
        locate(None, interfaces=LOOPBACK)
