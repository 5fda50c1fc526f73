"""Hears when the network comes back."""

import sys

from PySide6.QtCore import SLOT, QObject, Signal, Slot

_MANAGER = "org.freedesktop.NetworkManager"
_MANAGER_PATH = "/org/freedesktop/NetworkManager"
_LEAST_CONNECTED = 50
"""`NM_STATE_CONNECTED_LOCAL`: the gateway is in the house, so a network without the internet will do."""
_CONNECTING = range(30, 50)


class NetworkWatch(QObject):
    """Emits `back` when the computer has a network after it had none. Where nobody tells it never does.

    On Linux NetworkManager is listened to: Qt's own way would load three back ends, one of them with a library of 4 MB,
    to say the same. Without it the next poll comes as it would have come anyway.
    """

    back = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connected = True

    def start(self) -> bool:
        """Begin to listen; `False` where that is not possible."""
        if not sys.platform.startswith("linux"):
            return self._listen_to_qt()
        from PySide6.QtDBus import QDBusConnection

        bus = QDBusConnection.systemBus()
        if not bus.isConnected():
            return False
        slot = SLOT("on_state(uint)")
        return bool(bus.connect(_MANAGER, _MANAGER_PATH, _MANAGER, "StateChanged", self, slot))  # type: ignore[call-overload]  # the stubs want bytes

    @Slot("uint")
    def on_state(self, state: int) -> None:
        """`StateChanged` of NetworkManager; on the way to a connection there is neither one nor none."""
        if state not in _CONNECTING:
            self.on_connected(state >= _LEAST_CONNECTED)

    @Slot(bool)
    def on_connected(self, connected: bool) -> None:
        """Whether there is a network now."""
        before, self._connected = self._connected, connected
        if connected and not before:
            self.back.emit()

    def _listen_to_qt(self) -> bool:
        from PySide6.QtNetwork import QNetworkInformation

        if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Reachability):
            return False
        gone = QNetworkInformation.Reachability.Disconnected
        QNetworkInformation.instance().reachabilityChanged.connect(lambda level: self.on_connected(level != gone))
        return True
