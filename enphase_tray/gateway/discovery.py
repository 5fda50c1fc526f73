"""Gateways that announce themselves on the network by mDNS. An announcement is a hint and proves nothing."""

import ipaddress
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from enphase_tray.gateway.address import is_private
from enphase_tray.gateway.decode import clean
from enphase_tray.model.clock import SystemClock
from enphase_tray.model.errors import Unreachable
from enphase_tray.model.identity import FirmwareVersion, FoundGateway
from enphase_tray.model.language import tr

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

_SERVICE = "_enphase-envoy._tcp.local."
_MOST = 20
_MOST_NAMES = 100
"""Also the most that are heard of who all say to be the wanted gateway."""
_MOST_ADDRESSES = 8
_LOOKUP_SECONDS = 3.0
_ASK_MILLISECONDS = 1500
_LISTEN_ON_SECONDS = 0.7
"""After the first who says to be the wanted gateway others may say so too: whoever is first is not yet the one."""


def discover(seconds: float, *, interfaces: Sequence[str] | None = None) -> list[FoundGateway]:
    """The gateways heard within `seconds` (real ones), by serial, at most 20. Raises `Unreachable` without a network.

    `interfaces` are addresses of this computer to listen on; all of them by default.
    """
    return sorted(_browse(seconds, None, interfaces), key=lambda found: found.serial)


def locate(serial: str | None, *, interfaces: Sequence[str] | None = None) -> tuple[str, ...]:
    """All addresses at which the gateway `serial` is announced; without a serial, those of the only gateway there.

    Empty if it is not heard of within some seconds. Raises `Unreachable` where there are several to choose from.
    """
    found = _browse(_LOOKUP_SECONDS, serial, interfaces)
    if serial is None and len({gateway.serial for gateway in found}) > 1:
        names = ", ".join(sorted(gateway.serial for gateway in found))
        raise Unreachable(
            tr("There are several gateways on the network: {names}", names=names),
            tr("Choose one by its serial or address"),
        )
    return tuple(dict.fromkeys(address for gateway in found for address in gateway.addresses))


def _browse(seconds: float, wanted: str | None, interfaces: Sequence[str] | None) -> list[FoundGateway]:
    """Listen until the time is up, or a little longer than until the wanted serial has been heard."""
    from zeroconf import InterfaceChoice, ServiceBrowser, Zeroconf

    clock = SystemClock()
    until = clock.monotonic() + seconds
    names: SimpleQueue[str] = SimpleQueue()

    def heard(**event: Any) -> None:
        names.put(str(event["name"]))

    try:
        network = Zeroconf(interfaces=InterfaceChoice.All if interfaces is None else list(interfaces))
    except (OSError, RuntimeError) as error:
        # A RuntimeError where no interface is up.
        raise Unreachable(
            tr("The network cannot be searched for gateways"), tr("Check the network connection")
        ) from error
    found: dict[str, FoundGateway] = {}
    asked: set[str] = set()
    browser = ServiceBrowser(network, _SERVICE, handlers=[heard])
    most = _MOST if wanted is None else _MOST_NAMES
    try:
        while (left := until - clock.monotonic()) > 0 and len(found) < most and len(asked) < _MOST_NAMES:
            try:
                name = names.get(timeout=left)
            except Empty:
                break
            asked.add(name)
            gateway = _ask(network, name, min(left * 1000, _ASK_MILLISECONDS))
            if gateway is not None and wanted in (None, gateway.serial):
                key = f"{gateway.serial} {name}"
                found[key] = _both(found.get(key), gateway)
                if wanted is not None:
                    until = min(until, clock.monotonic() + _LISTEN_ON_SECONDS)
    finally:
        browser.cancel()
        network.close()
    return list(found.values())


def _both(before: FoundGateway | None, now: FoundGateway) -> FoundGateway:
    """With the addresses of before: a stranger that uses a gateway's own name must not make its address vanish."""
    if before is None:
        return now
    addresses = dict.fromkeys((*now.addresses, *before.addresses))
    return replace(now, addresses=tuple(sorted(addresses, key=_rank))[:_MOST_ADDRESSES])


def _ask(network: "Zeroconf", name: str, milliseconds: float) -> FoundGateway | None:
    from zeroconf import BadTypeInNameException, ServiceInfo

    try:
        service = ServiceInfo(_SERVICE, name)
        if not service.request(network, milliseconds):
            return None
    except (BadTypeInNameException, OSError):
        return None
    return _gateway(service)


def _gateway(service: "ServiceInfo") -> FoundGateway | None:
    """The gateway of an announcement; `None` if it names no serial or no address on a local network."""
    texts = {key: value for key, value in service.decoded_properties.items() if value}
    serial = clean(texts.get("serialnum") or "", 40)
    addresses = tuple(item for item in service.parsed_scoped_addresses() if is_private(item))
    if len(serial) <= 6 or not addresses:
        return None
    firmware = clean(texts.get("protovers") or "", 40)
    name = service.name.removesuffix(f".{_SERVICE}")
    return FoundGateway(
        serial=serial,
        name=clean(name, 60),
        addresses=tuple(sorted(addresses, key=_rank))[:_MOST_ADDRESSES],
        port=service.port or 80,
        firmware=FirmwareVersion.parse(firmware) if firmware else None,
    )


def _rank(address: str) -> tuple[bool, bool]:
    """Link-local addresses last, IPv4 before IPv6."""
    with suppress(ValueError):
        parsed = ipaddress.ip_address(address.partition("%")[0])
        return parsed.is_link_local, parsed.version == 6
    return True, True
