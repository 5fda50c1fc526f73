"""Makes the small window when it is first wanted, and puts it beside the icon."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication

from enphase_tray.history.reader import HistoryReader
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.placing import place
from enphase_tray.ui.desktop.ways import Ways
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live

if TYPE_CHECKING:
    from enphase_tray.ui.glance.glance import Glance

_FOCUS_MS = 500
"""A click on the icon takes the focus away first, which closes the window: it must not open it again."""


class GlanceKeeper(QObject):
    """At most one small window; none of its code is in memory before."""

    open_asked = Signal()
    alert_asked = Signal(str)
    shown = Signal()
    closed = Signal()

    def __init__(
        self,
        live: Live,
        history: Callable[[], HistoryReader],
        wording: Wording,
        attention: Attention,
        ways: Ways,
        icon: Callable[[], QRect],
        unread: Callable[[], tuple[str, ...]] = lambda: (),
        parent: QObject | None = None,
    ) -> None:
        """`icon` says where the tray icon is, empty where that is not known; `unread` what no notification told."""
        super().__init__(parent)
        self._live = live
        self._history = history
        self._wording = wording
        self._attention = attention
        self._ways = ways
        self._icon = icon
        self._unread = unread
        self._glance: Glance | None = None
        self._just_closed = QTimer(self, singleShot=True, interval=_FOCUS_MS)

    @Slot()
    def toggle(self) -> None:
        """The icon was clicked."""
        if self._glance is not None and self._glance.isVisible():
            self._glance.hide()
        elif not self._just_closed.isActive():
            self._show(at_pointer=True)

    @Slot()
    def show(self) -> None:
        """It was chosen in the menu, whose lines are beneath the pointer."""
        self._show(at_pointer=False)

    @Slot()
    def close(self) -> None:
        """Take it off the screen for good."""
        glance, self._glance = self._glance, None
        if glance is not None:
            glance.hide()
            glance.deleteLater()

    def restyle(self) -> None:
        """Follow the chosen appearance, once there is something to dress."""
        if self._glance is not None:
            self._dress()

    def _show(self, *, at_pointer: bool) -> None:
        glance = self._window()
        glance.refill()
        if self._ways.places_windows:
            self._place(glance, at_pointer=at_pointer)
        glance.show()
        glance.raise_()
        glance.activateWindow()
        self.shown.emit()

    def _place(self, glance: "Glance", *, at_pointer: bool) -> None:
        icon, pointer = self._icon(), QCursor.pos()
        where = icon.center() if not icon.isEmpty() else pointer
        screen = QGuiApplication.screenAt(where) or QGuiApplication.primaryScreen()
        if screen is not None:
            known = pointer if at_pointer else None
            glance.move(place(glance.size(), screen.geometry(), screen.availableGeometry(), icon, known))

    def _window(self) -> "Glance":
        if self._glance is None:
            self._dress()
            from enphase_tray.ui.glance.glance import Glance

            self._glance = Glance(self._live, self._history, self._wording, self._attention, self._unread)
            self._glance.open_asked.connect(self.open_asked)
            self._glance.alert_asked.connect(self.alert_asked)
            self._glance.closed.connect(self._just_closed.start)
            self._glance.closed.connect(self.closed)
        return self._glance

    def _dress(self) -> None:
        from enphase_tray.ui.look.theme import apply_appearance

        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_appearance(app, self._live.settings.appearance)
