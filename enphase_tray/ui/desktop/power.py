"""Hears when the computer goes to sleep and wakes up (systemd-logind)."""

import sys

from PySide6.QtCore import SLOT, QObject, Signal, Slot

_SERVICE = "org.freedesktop.login1"
_PATH = "/org/freedesktop/login1"
_INTERFACE = "org.freedesktop.login1.Manager"


class SleepWatch(QObject):
    """Emits `woke` after sleep. Where there is no system bus it simply never does."""

    woke = Signal()

    def start(self) -> bool:
        """Begin to listen; `False` where that is not possible."""
        if not sys.platform.startswith("linux"):
            return False
        from PySide6.QtDBus import QDBusConnection

        bus = QDBusConnection.systemBus()
        if not bus.isConnected():
            return False
        slot = SLOT("on_sleep(bool)")
        return bool(bus.connect(_SERVICE, _PATH, _INTERFACE, "PrepareForSleep", self, slot))  # type: ignore[call-overload]  # the stubs want bytes

    @Slot(bool)
    def on_sleep(self, falling_asleep: bool) -> None:
        """`PrepareForSleep`: true before sleep, false after it."""
        if not falling_asleep:
            self.woke.emit()
