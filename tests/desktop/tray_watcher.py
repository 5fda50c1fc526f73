"""A minimal tray for tests: owns org.kde.StatusNotifierWatcher on the session bus until it is ended.

Run as `python -m tests.desktop.tray_watcher`. It says `ready`, then `item <bus name><path>` for each icon.
"""
# No `from __future__ import annotations` here: dbus-fast reads D-Bus signatures from the annotations.

import asyncio

from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, dbus_signal, method

NAME = "org.kde.StatusNotifierWatcher"


class TrayWatcher(ServiceInterface):
    """Takes down who has an icon to show; shows nothing itself."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self._items: list[str] = []

    @method()
    def RegisterStatusNotifierItem(self, service: "s"):  # noqa: F821
        print(f"item {service}", flush=True)
        if service not in self._items:
            self._items.append(service)
        self.StatusNotifierItemRegistered(service)

    @method()
    def RegisterStatusNotifierHost(self, service: "s"):  # noqa: F821
        return

    @dbus_property(access=PropertyAccess.READ)
    def RegisteredStatusNotifierItems(self) -> "as":  # noqa: F722
        return self._items

    @dbus_property(access=PropertyAccess.READ)
    def IsStatusNotifierHostRegistered(self) -> "b":  # noqa: F821
        return True

    @dbus_property(access=PropertyAccess.READ)
    def ProtocolVersion(self) -> "i":  # noqa: F821
        return 0

    @dbus_signal()
    def StatusNotifierItemRegistered(self, service: str) -> "s":  # noqa: F821
        return service

    @dbus_signal()
    def StatusNotifierItemUnregistered(self, service: str) -> "s":  # noqa: F821
        return service

    def forget(self, owner: str) -> None:
        """The program with this bus name has gone."""
        for item in [item for item in self._items if item.partition("/")[0] == owner]:
            self._items.remove(item)
            self.StatusNotifierItemUnregistered(item)


async def main() -> None:
    bus = await MessageBus().connect()
    watcher = TrayWatcher()
    bus.export("/StatusNotifierWatcher", watcher)
    introspection = await bus.introspect("org.freedesktop.DBus", "/org/freedesktop/DBus")
    daemon = bus.get_proxy_object("org.freedesktop.DBus", "/org/freedesktop/DBus", introspection)
    names = daemon.get_interface("org.freedesktop.DBus")
    names.on_name_owner_changed(lambda name, _old, new: None if new else watcher.forget(name))
    await bus.request_name(NAME)
    print("ready", flush=True)
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main())
