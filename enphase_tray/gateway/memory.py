"""What is remembered of a gateway between runs, through `GatewayState`: addresses, the lowest family, its token."""

import hashlib
from contextlib import suppress
from typing import Any

from enphase_tray.gateway.decode import epoch
from enphase_tray.gateway.token import inspect_token
from enphase_tray.model.connection import GatewayState
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.identity import Family, GatewayInfo, Pin, Secret, TokenFacts

_ADDRESSES = "addresses"
_FLOOR = "firmware_floor"
_RENEWAL = "renewal"
_TOKEN = "token"  # noqa: S105 - the name of a fact
_MOST_ADDRESSES = 4


def remember(state: GatewayState, info: GatewayInfo, address: str) -> None:
    """Note where the gateway answered, and that it is never again taken for older than its family."""
    facts = dict(state.facts(info.serial))
    facts[_ADDRESSES] = [address, *(item for item in remembered_addresses(state, info.serial) if item != address)]
    facts[_ADDRESSES] = facts[_ADDRESSES][:_MOST_ADDRESSES]
    if info.family is Family.TOKEN:
        facts[_FLOOR] = 7
    if facts != dict(state.facts(info.serial)):
        # A state that cannot be written must not stop reading; only pins insist.
        with suppress(SettingsError):
            state.set_facts(info.serial, facts)


def remembered_addresses(state: GatewayState, serial: str) -> tuple[str, ...]:
    """Addresses (`HOST` or `HOST:PORT`) where the gateway has answered, the last one first."""
    addresses = state.facts(serial).get(_ADDRESSES)
    return tuple(item for item in addresses if isinstance(item, str)) if isinstance(addresses, list | tuple) else ()


def only_tls(state: GatewayState, serial: str) -> bool:
    """Whether the gateway was seen with firmware 7 or newer, so that plain HTTP would be a downgrade."""
    floor = state.facts(serial).get(_FLOOR)
    return isinstance(floor, int) and floor >= 7


def pins_at(state: GatewayState, address: str) -> tuple[Pin, ...]:
    """The pins of all gateways that have answered at `address`."""
    known = (serial for serial in state.pinned_serials() if address in remembered_addresses(state, serial))
    return tuple(pin for pin in map(state.pin, known) if pin is not None)


def told_of_renewal(state: GatewayState, serial: str, fingerprint: str) -> bool:
    """Whether the renewal of the gateway's certificate to this one was met before; from now on it was."""
    facts = state.facts(serial)
    if facts.get(_RENEWAL) == fingerprint:
        return True
    state.set_facts(serial, {**facts, _RENEWAL: fingerprint})
    return False


def known_token(state: GatewayState, serial: str, token: Secret) -> TokenFacts:
    """What a token says of itself. Raises `TokenMissing`.

    The last token's facts are remembered beside its SHA-256: reading them anew needs libraries that take more memory
    than all the rest of a log-in.
    """
    mark = hashlib.sha256(token.reveal().encode()).hexdigest()
    kept = state.facts(serial).get(_TOKEN)
    if isinstance(kept, dict) and kept.get("sha256") == mark:
        return _remembered_facts(kept)
    facts = inspect_token(token.reveal())
    told = {
        "sha256": mark,
        "serial": facts.serial,
        "role": facts.role,
        "issued_at": None if facts.issued_at is None else facts.issued_at.timestamp(),
        "expires_at": None if facts.expires_at is None else facts.expires_at.timestamp(),
        "signature": facts.signature,
    }
    with suppress(SettingsError):
        state.set_facts(serial, {**state.facts(serial), _TOKEN: told})
    return facts


def _remembered_facts(kept: dict[str, Any]) -> TokenFacts:
    serial, role = kept.get("serial"), kept.get("role")
    return TokenFacts(
        serial=serial if isinstance(serial, str) else None,
        role=role if isinstance(role, str) else None,
        issued_at=epoch(kept.get("issued_at")),
        expires_at=epoch(kept.get("expires_at")),
        signature=str(kept.get("signature")),
    )
