"""The icon in the system tray: there only while a tray is there, told only what has changed."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from enphase_tray.settings.settings import IconShows, IconStyle
from enphase_tray.status.status import Status
from enphase_tray.ui.tray.icon import IconKey, IconPainter

WATCHER = "org.kde.StatusNotifierWatcher"
QUICK_LOOKS = 60
QUICK_LOOK_MS = 1000
SLOW_LOOK_MS = 10_000
MISSING_MS = 10_000
"""How long a tray may be absent before that counts: panels start late at log-in, and restart."""
DOUBLE_CLICK_MS = 150
SETTLE_MS = 400


@dataclass(frozen=True, slots=True)
class Look:
    """How the icon is to look, beside the status; see `IconKey`. `away`: it is not wanted now."""

    style: IconStyle = IconStyle.COLOUR
    shows: IconShows = IconShows.FIGURE
    share: int | None = None
    badge: bool = False
    away: bool = False


class TrayHost(QObject):
    """Owns the `QSystemTrayIcon`.

    Qt decides when the object is made which kind of tray it speaks to, and never again: an icon made before the
    panel stays invisible for good. So it is made when a tray is there, and deleted when the tray goes.
    """

    toggled = Signal()
    opened = Signal()
    """A double click."""
    middle_clicked = Signal()
    appeared = Signal()
    missing = Signal()
    """There has been no tray for a while (emitted once per absence)."""
    message_clicked = Signal()

    def __init__(
        self,
        menu: QMenu,
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        parent: QObject | None = None,
        *,
        missing_ms: int = MISSING_MS,
    ) -> None:
        super().__init__(parent)
        self._menu = menu
        self._is_available = available
        self._painter = IconPainter()
        self._tray: QSystemTrayIcon | None = None
        self._available = False
        self._away = False
        self._key: tuple[IconKey, float] | None = None
        self._icon = QIcon()
        self._tooltip = ""
        self._looks = 0
        self._look = QTimer(self)
        self._look.timeout.connect(self._look_for_tray)
        self._missing = QTimer(self, singleShot=True, interval=missing_ms)
        self._missing.timeout.connect(self.missing)
        self._click = QTimer(self, singleShot=True, interval=DOUBLE_CLICK_MS)
        self._click.timeout.connect(self._on_click_settled)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._watcher: QObject | None = None

    @property
    def present(self) -> bool:
        """Whether there is a tray now, with the icon in it unless that is not wanted."""
        return self._available

    @property
    def geometry(self) -> QRect:
        """Where the icon is on the screen; empty where the desktop does not tell."""
        return QRect() if self._tray is None else self._tray.geometry()

    def start(self) -> None:
        """Look for a tray now and go on looking."""
        self._missing.start()
        self._watch_bus()
        self._look_for_tray()
        self._look.start(QUICK_LOOK_MS)

    def stop(self) -> None:
        """Take the icon away."""
        for timer in (self._look, self._missing, self._click, self._settle):
            timer.stop()
        self._remove()
        self._available = False

    def show_status(self, status: Status, look: Look) -> None:
        """Show a status; only what differs from the last one is sent to the desktop."""
        key = IconKey(status.icon, status.figure, look.style, look.shows, look.share, look.badge)
        if (key, _scale()) != self._key:
            self._key = key, _scale()
            self._icon = self._painter.icon(*self._key)
            # Black, for systems that tint it as their panel needs it.
            self._icon.setIsMask(look.style is IconStyle.MONO)
            if self._tray is not None:
                self._tray.setIcon(self._icon)
        if status.tooltip != self._tooltip:
            self._tooltip = status.tooltip
            if self._tray is not None:
                self._tray.setToolTip(self._tooltip)
        self._away = look.away
        self._follow()

    def show_message(self, title: str, body: str, urgency: int) -> bool:
        """Say something in a balloon at the icon (`urgency` 0 to 2); `False` where there is no icon."""
        if self._tray is None:
            return False
        icons = QSystemTrayIcon.MessageIcon
        icon = {0: icons.Information, 1: icons.Warning}.get(urgency, icons.Critical)
        self._tray.showMessage(title, body, icon, 10_000)
        return True

    def _watch_bus(self) -> None:
        """Look at once when a tray's watcher comes or goes, rather than at the next tick."""
        if not sys.platform.startswith("linux"):
            return
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

        bus = QDBusConnection.sessionBus()
        if bus.isConnected():
            watcher = QDBusServiceWatcher(WATCHER, bus, QDBusServiceWatcher.WatchModeFlag.WatchForOwnerChange, self)
            watcher.serviceRegistered.connect(self._on_bus_change)
            watcher.serviceUnregistered.connect(self._on_bus_change)
            self._watcher = watcher

    @Slot(str)
    def _on_bus_change(self, _service: str) -> None:
        self._look_quickly()
        # Qt hears of the change through the same bus, perhaps after us.
        QTimer.singleShot(200, self, self._look_for_tray)

    def _look_quickly(self) -> None:
        self._looks = 0
        self._look.start(QUICK_LOOK_MS)

    @Slot()
    def _look_for_tray(self) -> None:
        self._looks += 1
        if self._looks == QUICK_LOOKS:
            self._look.start(SLOW_LOOK_MS)
        before, self._available = self._available, self._is_available()
        self._follow()
        if self._available and not before:
            self._missing.stop()
            self.appeared.emit()
        elif before and not self._available:
            self._missing.start()
            self._look_quickly()
        if self._available and self._watcher is not None and self._looks > 2:
            # The bus will tell; nothing needs to wake up for it.
            self._look.stop()

    def _follow(self) -> None:
        """An icon is there exactly while a tray is and it is wanted."""
        wanted = self._available and not self._away
        if wanted and self._tray is None:
            self._create()
        elif not wanted and self._tray is not None:
            self._remove()

    def _create(self) -> None:
        tray = QSystemTrayIcon(self._icon, self)
        # The menu is full before it is attached: some shells read it once.
        tray.setContextMenu(self._menu)
        tray.setToolTip(self._tooltip)
        tray.activated.connect(self._on_activated)
        tray.messageClicked.connect(self.message_clicked)
        tray.show()
        self._tray = tray

    def _remove(self) -> None:
        tray, self._tray = self._tray, None
        if tray is not None:
            tray.hide()
            tray.deleteLater()

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        reasons = QSystemTrayIcon.ActivationReason
        if reason is reasons.MiddleClick:
            self.middle_clicked.emit()
        elif sys.platform == "darwin":  # there every click opens the menu
            return
        elif reason is reasons.DoubleClick:
            self._click.stop()
            self._settle.start()
            self.opened.emit()
        elif reason is reasons.Trigger:
            # A double click arrives as one or two clicks, depending on the desktop: it must not toggle twice.
            self._click.start()

    @Slot()
    def _on_click_settled(self) -> None:
        if not self._settle.isActive():
            self._settle.start()
            self.toggled.emit()


def _scale() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
