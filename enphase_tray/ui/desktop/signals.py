"""Ends the program in good order when the system asks it to by a signal."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class SignalWatch(QObject):
    """Emits `quit_requested` for SIGINT, SIGTERM and SIGHUP, with no timer that wakes up to look for them."""

    quit_requested = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)
        self._previous_fd = -1
        self._previous: dict[signal.Signals, object] = {}

    def install(self) -> None:
        """From now on signals arrive here; main thread only."""
        self._previous_fd = signal.set_wakeup_fd(self._far.fileno())
        for name in _NAMES:
            number = getattr(signal.Signals, name, None)
            if number is not None:
                self._previous[number] = signal.signal(number, _ignore)

    def remove(self) -> None:
        """Put back what was there before."""
        self._notifier.setEnabled(False)
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what `signal.signal` itself returned
        self._previous.clear()
        signal.set_wakeup_fd(self._previous_fd)
        self._near.close()
        self._far.close()

    @Slot()
    def _on_signal(self) -> None:
        try:
            numbers = self._near.recv(64)
        except BlockingIOError:
            return
        if any(number in self._previous for number in numbers):
            self.quit_requested.emit()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Python only writes to the wake-up descriptor for signals that have a handler of its own."""
