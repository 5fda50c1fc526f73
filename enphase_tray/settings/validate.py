"""Is what the user typed usable? Each check gives `None`, or a sentence that says what to type instead."""

import ipaddress
import re

from enphase_tray.model.alerts import Limits
from enphase_tray.model.language import tr
from enphase_tray.settings.settings import (
    LIMIT_RANGES,
    MAX_PRICE_PER_KWH,
    MAX_REFRESH_SECONDS,
    MIN_REFRESH_SECONDS,
    GatewaySettings,
    Settings,
)

_SERIAL = re.compile(r"\d{12}", re.ASCII)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
_NAME_LENGTH = 253
_TEXT_LENGTH = 200
_CURRENCY_LENGTH = 8
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHARED = ipaddress.ip_network("100.64.0.0/10")


def check_serial(text: str) -> str | None:
    """The gateway's serial number; empty is allowed."""
    if not text or _SERIAL.fullmatch(text):
        return None
    return tr("The serial number has 12 digits; it is on the gateway's label and in the Enphase app.")


def check_host(text: str) -> str | None:
    """A name or a private address, with or without a port; empty (found by mDNS) is allowed."""
    if not text:
        return None
    if "://" in text or "/" in text:
        return tr("Type only the name or the address, without http:// and without a path.")
    host, port_problem = _split_port(text)
    if port_problem is not None:
        return port_problem
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _check_name(host)
    if address.is_loopback:
        return None
    if address.is_unspecified or address.is_multicast or address.is_reserved:
        return tr("This address belongs to no single device; type the gateway's own.")
    if address.is_private or address.is_link_local or address in _SHARED:
        return None
    return tr("This is a public address; a gateway is reached within your own network, for example 192.168.1.20.")


def check_refresh_seconds(seconds: int) -> str | None:
    """The time between two polls."""
    if MIN_REFRESH_SECONDS <= seconds <= MAX_REFRESH_SECONDS:
        return None
    return tr(
        "Choose between {least} and {most} seconds (1 minute to 1 hour).",
        least=MIN_REFRESH_SECONDS,
        most=MAX_REFRESH_SECONDS,
    )


def check_username(text: str) -> str | None:
    """The user name of a gateway below firmware 7."""
    if not text:
        return tr("Type a user name; gateways below version 7 know “envoy”.")
    if ":" in text:
        return tr("A user name of the gateway has no colon.")
    return check_text(text)


def check_cloud_username(text: str) -> str | None:
    """The e-mail address of the Enphase account; empty is allowed."""
    if not text or (_MAIL.fullmatch(text) and len(text) <= _TEXT_LENGTH and text.isprintable()):
        return None
    return tr("Type the e-mail address that you log into the Enphase app with.")


def check_text(text: str) -> str | None:
    """Any other line of text."""
    if len(text) > _TEXT_LENGTH:
        return tr("Use at most {most} characters.", most=_TEXT_LENGTH)
    return None if text.isprintable() or not text else tr("Use only printable characters, in one line.")


def check_price(price: float | None) -> str | None:
    """What a kWh is worth; `None` (not known) is allowed."""
    if price is None or 0.0 < price <= MAX_PRICE_PER_KWH:
        return None
    return tr(
        "Type a price above 0 and up to {most}, or leave it empty.",
        most=f"{MAX_PRICE_PER_KWH:g}",
    )


def check_currency(text: str) -> str | None:
    """The short name or sign of a currency; empty is allowed."""
    if len(text) > _CURRENCY_LENGTH:
        return tr("Use at most {most} characters, for example EUR.", most=_CURRENCY_LENGTH)
    return check_text(text)


def check_limits(limits: Limits) -> dict[str, str]:
    """All that is wrong with the thresholds of rules, by field name."""
    return {
        name: tr("Choose a whole number from {least} to {most}.", least=least, most=most)
        for name, (least, most) in LIMIT_RANGES.items()
        if not least <= getattr(limits, name) <= most
    }


def check_gateway(gateway: GatewaySettings) -> dict[str, str]:
    """All that is wrong with a gateway's settings, by field name."""
    found = {
        "serial": check_serial(gateway.serial),
        "host": check_host(gateway.host),
        "refresh_seconds": check_refresh_seconds(gateway.refresh_seconds),
        "username": check_username(gateway.username),
        "cloud_username": check_cloud_username(gateway.cloud_username),
        "site_name": check_text(gateway.site_name),
    }
    return {name: sentence for name, sentence in found.items() if sentence is not None}


def check_settings(settings: Settings) -> dict[str, str]:
    """All that is wrong, by dotted key as in the settings file."""
    rest = {"price_per_kwh": check_price(settings.price_per_kwh), "currency": check_currency(settings.currency)}
    return {
        **{f"gateway.{name}": sentence for name, sentence in check_gateway(settings.gateway).items()},
        **{f"limits.{name}": sentence for name, sentence in check_limits(settings.limits).items()},
        **{name: sentence for name, sentence in rest.items() if sentence is not None},
    }


def _split_port(text: str) -> tuple[str, str | None]:
    """The host alone and, if the port is none, a sentence. `[::1]:443` has a port, `::1` has none."""
    bracketed = re.fullmatch(r"\[([^\]]*)\](?::(.*))?", text)
    if bracketed is not None:
        host, port = bracketed.group(1), bracketed.group(2)
    elif text.count(":") == 1:
        host, port = text.split(":")
    else:
        host, port = text, None
    if port is not None and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        return host, tr("The port after the colon is a number from 1 to 65535; leave it out if you do not know it.")
    return host, None


def _check_name(host: str) -> str | None:
    labels = host.removesuffix(".").split(".")
    if len(host) <= _NAME_LENGTH and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit():
        return None
    return tr("This is neither a name nor an address; examples: envoy.local, 192.168.1.20.")
