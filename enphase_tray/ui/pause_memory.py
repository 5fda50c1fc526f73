"""Carries a pause of notifications over a restart."""

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from enphase_tray.ui.desktop.desktop_memory import DesktopMemory
from enphase_tray.ui.notices.notifier import Notifier
from enphase_tray.ui.tray.tray_menu import Pause


class PauseMemory(QObject):
    """Follows the notifier and writes down what it does."""

    def __init__(self, notifier: Notifier, memory: DesktopMemory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notifier = notifier
        self._memory = memory
        notifier.paused_changed.connect(self._remember)

    def resume(self) -> None:
        """Go on with the pause of the last run, unless it is over."""
        known = self._memory.known
        if known.pause in set(Pause):
            self._notifier.resume_pause(Pause(known.pause), known.until)

    @Slot()
    def _remember(self) -> None:
        pause, until = self._notifier.pause_now
        words = "" if pause is None else pause.value
        until_words = "" if until is None else until.isoformat()
        self._memory.remember(replace(self._memory.known, pause=words, paused_until=until_words))
