"""Screens that are unplugged: windows that stood on them come back to where they can be seen."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

from enphase_tray.ui.desktop.placing import back_on_screen

_SETTLE_MS = 400
"""Screens change in several steps, and window managers move windows too: look when all have done."""


class ScreenWatch(QObject):
    """Looks after the visible windows whenever a screen goes or changes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch."""
        app = QGuiApplication.instance()
        if not isinstance(app, QGuiApplication):
            return
        app.screenRemoved.connect(self._changed)
        app.screenAdded.connect(self._added)
        app.primaryScreenChanged.connect(self._changed)
        for screen in app.screens():
            self._added(screen)

    @Slot()
    def look(self) -> None:
        """Bring back what cannot be reached any more."""
        rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and not window.isMinimized() and not window.isFullScreen():
                _bring_back(window, [room for room in rooms if not room.isEmpty()])

    @Slot(QScreen)
    def _added(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._changed)
        self._settle.start()

    @Slot()
    def _changed(self) -> None:
        self._settle.start()


def _bring_back(window: QWidget, rooms: Sequence[QRect]) -> None:
    frame = window.frameGeometry()
    there = back_on_screen(frame, rooms)
    if there == frame:
        return
    window.resize(window.size() - (frame.size() - there.size()))
    window.move(there.topLeft())
