"""Keeps one status true: a new one with every result, and while data ages with every minute that changes its words."""

from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from enphase_tray.monitor.result import PollResult
from enphase_tray.status.status import Status, describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.polling.live import Live

_FIRST_CHANGE_SECONDS = 45.0
_HOURLY_WORDS_SECONDS = 90 * 60.0
_SLOW_STEP_SECONDS = 600.0


class StatusFeed(QObject):
    """Emits `changed` with a `Status` only when it differs from the one before."""

    changed = Signal(object)
    refreshed = Signal()
    """It was looked at the clock, whether that changed anything or not."""

    def __init__(
        self,
        live: Live,
        wording: Callable[[], Wording],
        parent: QObject | None = None,
        unheard: Callable[[PollResult | None], Collection[str]] = lambda result: (),
    ) -> None:
        """`unheard` gives the ids of alerts that the user does not want to hear of, see `describe`."""
        super().__init__(parent)
        self._live = live
        self._wording = wording
        self._unheard = unheard
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.refresh)
        self.status = describe(live.latest, live.clock.now(), wording(), unheard(live.latest))
        live.result.connect(self._on_result)

    @Slot()
    def refresh(self) -> None:
        """Word the latest result as it is true now."""
        self.refreshed.emit()
        now = self._live.clock.now()
        result = self._live.latest
        status: Status = describe(result, now, self._wording(), self._unheard(result))
        if status != self.status:
            self.status = status
            self.changed.emit(status)
        if result is not None and result.snapshot is not None:
            age = max(0.0, (now - result.snapshot.at).total_seconds())
            wait = self._live.clock.real_seconds(next_change_seconds(age))
            self._timer.start(max(1000, int(wait * 1000)))

    @Slot(object)
    def _on_result(self, result: PollResult) -> None:
        self.refresh()


def next_change_seconds(age: float) -> float:
    """How long the words for an age (seconds) stay true: they change in the middle of a minute, later slowly."""
    if age < _FIRST_CHANGE_SECONDS:
        return _FIRST_CHANGE_SECONDS - age
    if age < _HOURLY_WORDS_SECONDS:
        return 60.0 - (age - 30.0) % 60.0 + 0.5
    return _SLOW_STEP_SECONDS
