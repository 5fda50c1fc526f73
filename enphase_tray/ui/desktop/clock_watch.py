"""Notices when the computer's clock was set, or time has passed while nothing ran."""

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.clock import Clock

_LEAST_SECONDS = 120.0


class ClockWatch(QObject):
    """Compares the wall clock with the monotonic one whenever it is asked to; it wakes up for nothing by itself.

    On systems whose monotonic clock stands still in sleep this is how sleep is noticed too.
    """

    jumped = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._offset = self._now()

    @Slot()
    def look(self) -> None:
        """Emit `jumped` where the clocks have moved apart by more than two minutes since the last look."""
        before, self._offset = self._offset, self._now()
        if abs(self._offset - before) > _LEAST_SECONDS:
            self.jumped.emit()

    @Slot()
    def accept(self) -> None:
        """The jump, if there was one, is known."""
        self._offset = self._now()

    def _now(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
