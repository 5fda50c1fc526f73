"""What a screen reader finds: the tree of a running program, read over AT-SPI on the accessibility bus."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from jeepney import DBusAddress, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.desktop.bench import Desktop, wait_until

_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_STATUS = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
_DEEPEST = 40
_VISIBLE = 30
"""Which bit of the states says that a thing is not hidden."""


class Found(NamedTuple):
    """One thing in the tree: how deep, its role in words, its name and description."""

    depth: int
    role: str
    name: str
    description: str

    def __str__(self) -> str:
        return f"{'  ' * self.depth}{self.role} {self.name!r} {self.description!r}"


def launcher() -> Path | None:
    """The program that brings the accessibility bus; `None` where it is not installed."""
    return next((Path(name) for name in _LAUNCHERS if Path(name).exists()), None)


def start_bus(desktop: Desktop) -> DBusConnection:
    """Bring up the accessibility bus as a session with a screen reader does; a connection to it."""
    program = launcher()
    assert program is not None
    desktop.environment.pop("NO_AT_BRIDGE", None)
    desktop.start(program, "--launch-immediately", "--a11y=1", "--screen-reader=1")
    with open_dbus_connection(desktop.bus_address) as session:

        def address() -> str:
            reply = session.send_and_get_reply(new_method_call(_STATUS, "GetAddress"), timeout=5)
            return reply.body[0] if reply.header.message_type.name == "method_return" else ""

        def owned() -> bool:
            return bool(session.send_and_get_reply(message_bus.NameHasOwner("org.a11y.Bus"), timeout=5).body[0])

        wait_until(owned, what="accessibility bus")
        return open_dbus_connection(wait_until(address, what="its address"))


def programs(bus: DBusConnection) -> list[tuple[str, str]]:
    """Bus name and path of each program that speaks AT-SPI."""
    return _children(bus, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")


def tree(bus: DBusConnection, name: str, path: str, depth: int = 0) -> Iterator[Found]:
    """All of a program from there on but what is hidden or has gone meanwhile. Tables and menus speak as a whole."""
    role = _call(bus, name, path, "GetRoleName")
    states = _call(bus, name, path, "GetState") or [0]
    if role is None or (depth > 1 and not states[0] >> _VISIBLE & 1):
        return
    found = Found(depth, role, _told(bus, name, path, "Name"), _told(bus, name, path, "Description"))
    yield found
    if depth >= _DEEPEST or role in {"table", "list", "combo box", "spin button", "menu", "calendar"}:
        return
    for owner, child in _children(bus, name, path):
        yield from tree(bus, owner, child, depth + 1)


def _children(bus: DBusConnection, name: str, path: str) -> list[tuple[str, str]]:
    return _call(bus, name, path, "GetChildren") or []


def _told(bus: DBusConnection, name: str, path: str, what: str) -> str:
    address = DBusAddress(path, bus_name=name, interface="org.freedesktop.DBus.Properties")
    reply = bus.send_and_get_reply(new_method_call(address, "Get", "ss", (_ACCESSIBLE, what)), timeout=10)
    return str(reply.body[0][1]) if reply.header.message_type.name == "method_return" else ""


def _call(bus: DBusConnection, name: str, path: str, method: str):  # type: ignore[no-untyped-def]
    address = DBusAddress(path, bus_name=name, interface=_ACCESSIBLE)
    reply = bus.send_and_get_reply(new_method_call(address, method), timeout=10)
    return reply.body[0] if reply.header.message_type.name == "method_return" else None
