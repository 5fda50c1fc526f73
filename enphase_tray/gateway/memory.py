"""What is remembered of a gateway between runs, through `GatewayState`: addresses and the lowest family accepted."""

from contextlib import suppress

from enphase_tray.model.connection import GatewayState
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.identity import Family, GatewayInfo, Pin

_ADDRESSES = "addresses"
_FLOOR = "firmware_floor"
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
