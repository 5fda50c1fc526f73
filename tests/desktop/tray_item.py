"""Reads a tray icon back over D-Bus, as a desktop's panel would, and clicks it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"


@dataclass(frozen=True)
class MenuEntry:
    """One line of the icon's menu; `depth` 0 is the menu itself, 1 a sub-menu."""

    id: int
    label: str
    enabled: bool
    visible: bool
    separator: bool
    depth: int


@dataclass(frozen=True)
class ToolTip:
    title: str
    text: str


class TrayItem:
    """One icon in the tray of the bus at `bus_address`; `address` is as the watcher names it."""

    def __init__(self, bus_address: str, address: str) -> None:
        self._bus_address = bus_address
        self.owner, _, path = address.partition("/")
        self.path = f"/{path or 'StatusNotifierItem'}"

    @property
    def title(self) -> str:
        return str(self._get("Title"))

    @property
    def status(self) -> str:
        """`Active`, `Passive` or `NeedsAttention`."""
        return str(self._get("Status"))

    @property
    def tooltip(self) -> ToolTip:
        _, _, title, text = self._get("ToolTip")
        return ToolTip(title, text)

    @property
    def icon(self) -> dict[tuple[int, int], bytes]:
        """Width and height -> ARGB bytes in network order."""
        return {(width, height): bytes(data) for width, height, data in self._get("IconPixmap")}

    @property
    def menu(self) -> list[MenuEntry]:
        """The menu from top to bottom, with sub-menus in their places."""
        menu = self._get("Menu")
        # A desktop says that it is about to show the menu; texts may be made only then.
        self._call(menu, MENU, "AboutToShow", "i", [0])
        _, root = self._call(menu, MENU, "GetLayout", "iias", [0, -1, []])
        entries: list[MenuEntry] = []
        _collect(root[2], 0, entries)
        return entries

    def choose(self, label: str) -> None:
        """Click the menu entry whose label starts with `label`."""
        entries = self.menu
        for entry in entries:
            if entry.label.startswith(label):
                body = [entry.id, "clicked", Variant("i", 0), 0]
                self._call(self._get("Menu"), MENU, "Event", "isvu", body)
                return
        raise AssertionError(f"no menu entry {label!r} in {[entry.label for entry in entries]}")

    def left_click(self) -> None:
        self._call(self.path, ITEM, "Activate", "ii", [0, 0])

    def middle_click(self) -> None:
        self._call(self.path, ITEM, "SecondaryActivate", "ii", [0, 0])

    def _get(self, name: str) -> Any:
        return self._call(self.path, PROPERTIES, "Get", "ss", [ITEM, name])[0].value

    def _call(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> list[Any]:
        message = Message(
            destination=self.owner, path=path, interface=interface, member=member, signature=signature, body=body
        )
        return call(self._bus_address, message)


def tray_items(bus_address: str) -> list[TrayItem]:
    """The icons that are in the tray now; empty where there is no tray."""
    message = Message(
        destination=WATCHER,
        path="/StatusNotifierWatcher",
        interface=PROPERTIES,
        member="Get",
        signature="ss",
        body=[WATCHER, "RegisteredStatusNotifierItems"],
    )
    try:
        addresses = call(bus_address, message)[0].value
    except BusError:
        return []
    return [TrayItem(bus_address, address) for address in addresses]


class BusError(Exception):
    """The other side answered with an error."""


def call(bus_address: str, message: Message) -> list[Any]:
    """Send one message and return the body of its answer."""

    async def send(bus: MessageBus) -> list[Any]:
        reply = await bus.call(message)
        if reply.message_type is MessageType.ERROR:
            raise BusError(reply.error_name, reply.body)
        return list(reply.body)

    return on_bus(bus_address, send)


def on_bus(bus_address: str, work: Callable[[MessageBus], Awaitable[list[Any]]], seconds: float = 10.0) -> list[Any]:
    """Run `work` on a connection of its own to that bus."""

    async def run() -> list[Any]:
        bus = await MessageBus(bus_address=bus_address).connect()
        try:
            return await asyncio.wait_for(work(bus), seconds)
        finally:
            bus.disconnect()
            await bus.wait_for_disconnect()

    return asyncio.run(run())


def _collect(children: list[Variant], depth: int, entries: list[MenuEntry]) -> None:
    for child in children:
        number, properties, below = child.value
        values = {name: variant.value for name, variant in properties.items()}
        entries.append(
            MenuEntry(
                id=number,
                label=values.get("label", "").replace("_", ""),
                enabled=values.get("enabled", True),
                visible=values.get("visible", True),
                separator=values.get("type") == "separator",
                depth=depth,
            )
        )
        _collect(below, depth + 1, entries)
