"""Addresses of gateways: as typed, as remembered, as found; and which of them may be talked to at all."""

import ipaddress
import re
import socket
from dataclasses import dataclass

from enphase_tray.gateway.line import Aborted, Breaker, resolve
from enphase_tray.model.errors import Unreachable
from enphase_tray.model.language import tr

_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\](?::(\d{1,5}))?")
_NAMED = re.compile(r"([\w.-]+)(?::(\d{1,5}))?", re.ASCII)
_SHARED = ipaddress.ip_network("100.64.0.0/10")


@dataclass(frozen=True, slots=True)
class Address:
    """A scheme, an address literal (IPv6 bare, with its scope where needed) and a port."""

    tls: bool
    host: str
    port: int

    @property
    def url(self) -> str:
        """Without a trailing slash; the scope of an IPv6 address stays out, only the socket needs it."""
        host = self.host.partition("%")[0]
        host = f"[{host}]" if ":" in host else host
        port = "" if self.port == (443 if self.tls else 80) else f":{self.port}"
        return f"{'https' if self.tls else 'http'}://{host}{port}"

    @property
    def shown(self) -> str:
        """As the user would write it."""
        return self.url.partition("//")[2]


def split(text: str) -> tuple[str, int | None]:
    """Host and port of `HOST`, `HOST:PORT`, `[IPv6]:PORT` or an IPv6 address. Raises `Unreachable` for all else."""
    text = text.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    match = _BRACKETED.fullmatch(text) or _NAMED.fullmatch(text)
    port = int(match.group(2)) if match and match.group(2) else None
    if match is None or (port is not None and not 0 < port < 65536):
        raise Unreachable(
            tr("The address of the gateway cannot be used"), tr("Type a name or an IP address, such as 192.168.1.20")
        )
    return match.group(1), port


def join(host: str, port: int | None) -> str:
    """The opposite of `split`."""
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def lookup(host: str, seconds: float, breaker: Breaker) -> tuple[str, ...]:
    """The private addresses of a name or literal, IPv4 first. Raises `Unreachable` (also where all are public)."""
    try:
        found = resolve(host, 0, seconds, breaker)
    except Aborted:
        raise Unreachable(tr("Reading was stopped"), tr("It goes on when the program does")) from None
    except (OSError, UnicodeError) as error:
        raise Unreachable(
            tr("The name {host} is not known on this network", host=host), tr("Check the address in the settings")
        ) from error
    ordered = sorted(found, key=lambda item: item[0] != socket.AF_INET)
    literals = dict.fromkeys(_literal(family, address) for family, address in ordered)
    private = tuple(literal for literal in literals if is_private(literal))
    if not private:
        raise Unreachable(
            tr("{host} is not an address of a local network", host=host),
            tr("Gateways are only read on the local network, never over the internet"),
        )
    return private


def is_private(literal: str) -> bool:
    """Whether an address belongs to a local network: private, shared (100.64/10), link-local, loopback, ULA."""
    try:
        address = ipaddress.ip_address(literal.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        networks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
        local = any(address in ipaddress.ip_network(network) for network in networks) or address in _SHARED
    else:
        local = address in ipaddress.ip_network("fc00::/7")
    return local or address.is_loopback or address.is_link_local


def _literal(family: int, address: tuple[str | int, ...]) -> str:
    host = str(address[0])
    scope = address[3] if family == socket.AF_INET6 and len(address) > 3 else 0
    return f"{host}%{scope}" if scope and "%" not in host else host
