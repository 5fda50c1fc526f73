"""A stand-in for the desktop's settings portal: light until it is sent SIGUSR1, dark from then on.

python -m tests.desktop.portal
"""

import asyncio
import signal

from dbus_fast import PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method
from dbus_fast.service import signal as dbus_signal

_APPEARANCE = "org.freedesktop.appearance"
_DARK, _LIGHT = 1, 2


class _Settings(ServiceInterface):
    """What desktops tell programs about their looks."""

    def __init__(self) -> None:
        super().__init__("org.freedesktop.portal.Settings")
        self.scheme = _LIGHT

    @method()
    def ReadAll(self, _namespaces: "as") -> "a{sa{sv}}":  # type: ignore[name-defined,valid-type]  # noqa: F722
        return {_APPEARANCE: {"color-scheme": Variant("u", self.scheme)}}

    @method()
    def Read(self, _namespace: "s", _key: "s") -> "v":  # type: ignore[name-defined]  # noqa: F821
        return Variant("v", Variant("u", self.scheme))

    @method()
    def ReadOne(self, _namespace: "s", _key: "s") -> "v":  # type: ignore[name-defined]  # noqa: F821
        return Variant("u", self.scheme)

    @dbus_signal()
    def SettingChanged(self) -> "ssv":  # type: ignore[name-defined]  # noqa: F821
        return [_APPEARANCE, "color-scheme", Variant("u", self.scheme)]  # type: ignore[return-value]

    @dbus_property(access=PropertyAccess.READ)
    def version(self) -> "u":  # type: ignore[name-defined]  # noqa: F821
        return 2  # type: ignore[return-value]

    def darken(self) -> None:
        self.scheme = _DARK
        self.SettingChanged()


async def _run() -> None:
    settings = _Settings()
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/portal/desktop", settings)
    await bus.request_name("org.freedesktop.portal.Desktop")
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, settings.darken)
    print("ready", flush=True)
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(_run())
