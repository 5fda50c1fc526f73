"""The tray application as a whole: ties tray, menu, notifications and windows to one live connection."""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.settings.settings import TrayClick
from enphase_tray.status.status import Status
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.autostart import Autostart
from enphase_tray.ui.desktop.desktop_memory import Choices, DesktopMemory
from enphase_tray.ui.desktop.manners import Manners
from enphase_tray.ui.desktop.registry import user_registry
from enphase_tray.ui.desktop.ways import Ways
from enphase_tray.ui.glance.glance_keeper import GlanceKeeper
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.look.when import zone_of
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.messenger import Messenger
from enphase_tray.ui.pause_memory import PauseMemory
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.polling.status_feed import StatusFeed
from enphase_tray.ui.tray.icon_choice import IconChoice
from enphase_tray.ui.tray.panel_tone import DesktopTone, taskbar_is_dark
from enphase_tray.ui.tray.tray import TrayHost
from enphase_tray.ui.tray.tray_menu import TrayMenu
from enphase_tray.ui.weekly import WeeklyReports
from enphase_tray.ui.windows import Windows

log = logging.getLogger(__name__)


class Shell(QObject):
    """One program on one desktop. `start` shows it, `close` takes it away within a second."""

    quit_asked = Signal()

    def __init__(
        self,
        live: Live,
        history: Callable[[], HistoryReader],
        wording: Wording,
        autostart: Autostart | None,
        memory: DesktopMemory,
        parent: QObject | None = None,
        *,
        note: str = "",
        attention: AttentionStore | None = None,
        reports: Path | None = None,
        log_file: Path | None = None,
        ways: Ways | None = None,
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        """Without `autostart` (demo) log-in is left alone.

        `note` stands in the window all the time; `attention` keeps what is muted; `reports` is where
        weekly reports go, `log_file` the program's log; `ways` is what the desktop does with trays; `available` says
        whether there is one.
        """
        super().__init__(parent)
        self._live = live
        self._wording = wording
        self._autostart = autostart
        self._memory = memory
        self.attention = Attention(lambda: live.settings, live.clock, attention, self)
        self.windows = Windows(
            live,
            history,
            wording,
            self,
            note=note,
            choices=Choices(memory),
            attention=self.attention,
            saver=Saver(reports),
            log_file=log_file,
            autostart=autostart,
        )
        self.weekly = None if reports is None else self._weekly(reports, history)
        self._make_tray(history, ways or Ways(), available)
        self.manners = Manners(live, self)
        self.feed = StatusFeed(live, self._words, self, self.attention.unheard)
        # After the feed: a balloon needs the icon, which may come with what it tells.
        self.messenger = Messenger(live, self.attention, wording, ways or Ways(), self.tray.show_message, self)
        self.notifier = self.messenger.notifier
        self._pause = PauseMemory(self.notifier, memory, self)
        self._connect_tray()
        self._connect_rest()

    def start(self, *, hidden: bool) -> None:
        """Show the icon and begin to poll. `hidden` holds back the window, provided a tray turns up."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setQuitOnLastWindowClosed(False)
        self._show_status(self.feed.status)
        self._pause.resume()
        self.tray.start()
        self._repair_autostart()
        self.manners.start()
        self._live.start()
        if not hidden:
            self.windows.open()

    def close(self) -> bool:
        """End everything. `False` where the worker could not be freed in time."""
        self.glance.close()
        self.windows.close()
        self.tray.stop()
        stopped = self._live.stop()
        self.messenger.close()
        return stopped

    def _weekly(self, folder: Path, history: Callable[[], HistoryReader]) -> WeeklyReports:
        made = WeeklyReports(folder, lambda: self._live.settings, history, lambda: self._wording, self)
        self._live.result.connect(made.tell)
        return made

    def _words(self) -> Wording:
        """Times are the gateway's own, as in the window."""
        latest = self._live.latest
        return self._wording.with_zone(zone_of(None if latest is None else latest.snapshot))

    def _make_tray(self, history: Callable[[], HistoryReader], ways: Ways, available: Callable[[], bool]) -> None:
        registry = user_registry()
        self.menu = TrayMenu(self, glance=ways.click_opens_menu)
        self.tray = TrayHost(self.menu.menu, available, self)
        self._choice = IconChoice(history, ways, DesktopTone().is_dark, lambda: taskbar_is_dark(registry))
        self.glance = GlanceKeeper(
            self._live,
            history,
            self._wording,
            self.attention,
            ways,
            lambda: self.tray.geometry,
            self._unread_titles,
            self,
        )
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def _connect_tray(self) -> None:
        tray, menu, windows = self.tray, self.menu, self.windows
        tray.toggled.connect(self._on_click)
        tray.opened.connect(windows.open)
        tray.middle_clicked.connect(self._live.poll_now)
        tray.appeared.connect(self._on_tray_appeared)
        tray.missing.connect(self._on_tray_missing)
        tray.message_clicked.connect(windows.open)
        menu.open_asked.connect(windows.open)
        menu.unread_asked.connect(self._show_unread)
        menu.glance_asked.connect(self.glance.show)
        self.glance.open_asked.connect(windows.open)
        self.glance.alert_asked.connect(windows.show_alert)
        windows.main_shown.connect(self.glance.close)
        windows.main_closed.connect(self._on_window_closed)
        menu.concern_asked.connect(self._on_concern)
        menu.poll_asked.connect(self._live.poll_now)
        menu.pause_asked.connect(self.notifier.pause)
        menu.settings_asked.connect(windows.open_settings)
        windows.help.fill(menu.help)
        menu.quit_asked.connect(self.quit_asked)
        self.feed.changed.connect(self._show_status)
        self.feed.refreshed.connect(self.manners.clock.look)
        self.attention.changed.connect(self.feed.refresh)

    def _connect_rest(self) -> None:
        self._live.result.connect(self.windows.ask_about_certificate)
        self._live.applied.connect(self._on_applied)
        self.notifier.show_requested.connect(self.windows.show_alert)
        self.notifier.paused_changed.connect(self.menu.show_paused)
        self.messenger.not_told.connect(self.windows.tell)
        self.messenger.unread.changed.connect(self._on_unread)
        self.windows.unread_seen.connect(self.messenger.unread.clear)
        self.glance.closed.connect(self.messenger.unread.clear)

    @Slot(object)
    def _show_status(self, status: Status) -> None:
        self.menu.show_status(status)
        latest = self._live.latest
        snapshot = None if latest is None else latest.snapshot
        unread = bool(self.messenger.unread.notes)
        self.tray.show_status(status, self._choice.look(status, snapshot, self._live.settings, unread=unread))

    @Slot()
    def _on_scheme(self) -> None:
        self._show_status(self.feed.status)

    @Slot()
    def _on_click(self) -> None:
        settings = self._live.settings
        if settings.tray_click is TrayClick.GLANCE and settings.configured:
            self.glance.toggle()
        else:
            self.windows.toggle()

    @Slot()
    def _on_tray_appeared(self) -> None:
        self._quit_with_window(False)
        self._memory.remember(replace(self._memory.known, told_no_tray=False))

    @Slot()
    def _on_tray_missing(self) -> None:
        """Never run unseen: without a tray the window is the program."""
        self._quit_with_window(True)
        if not self._memory.known.told_no_tray:
            self._memory.remember(replace(self._memory.known, told_no_tray=True))
            self.windows.tell_no_tray()
        elif not self.windows.any_visible:
            self.windows.open()

    def _quit_with_window(self, wanted: bool) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setQuitOnLastWindowClosed(wanted)

    @Slot()
    def _on_concern(self) -> None:
        """Open at the gravest alert; trouble with the connection stands in the window anyway."""
        result = self._live.latest
        order = {"critical": 0, "warning": 1, "information": 2}
        unheard = self.attention.unheard(result)
        heard = [alert for alert in result.active if alert.id not in unheard] if result is not None else []
        alerts = sorted(heard, key=lambda alert: order[alert.severity])
        if alerts:
            self.windows.show_alert(alerts[0].id)
        else:
            self.windows.open()

    @Slot(object)
    def _on_applied(self, error: EnphaseTrayError | None) -> None:
        """New settings are in force: follow those that concern the desktop."""
        if error is not None:
            return
        settings = self._live.settings
        self._wording.units = settings.units.value
        self.feed.refresh()
        self._show_status(self.feed.status)
        self.windows.restyle()
        self.glance.restyle()
        if self._autostart is not None and self._autostart.enabled != settings.start_at_login:
            try:
                self._autostart.set(settings.start_at_login)
            except EnphaseTrayError as trouble:
                self.windows.tell_error(trouble)

    def _unread_titles(self) -> tuple[str, ...]:
        return tuple(note.title for note in self.messenger.unread.notes)

    @Slot()
    def _show_unread(self) -> None:
        """To the events, which have all of them; the latest one is selected where it is about an alert."""
        notes = self.messenger.unread.notes
        if notes:
            self.windows.show_alert(notes[-1].id)

    @Slot(int)
    def _on_unread(self, count: int) -> None:
        self.menu.show_unread(count)
        self.windows.tell_unread(self._unread_titles())
        self._show_status(self.feed.status)

    @Slot()
    def _on_window_closed(self) -> None:
        """Closing the window does not end the program: say so, once."""
        if self.tray.present and not self._memory.known.told_closed:
            self._memory.remember(replace(self._memory.known, told_closed=True))
            self.messenger.tell_closed(icon_away=self._live.settings.icon_only_when_wrong)

    def _repair_autostart(self) -> None:
        if self._autostart is None or not self._live.settings.start_at_login:
            return
        try:
            self._autostart.repair()
        except EnphaseTrayError as error:
            log.warning("%s: %s", error.title, error.advice)
