"""The tray application as a whole: ties tray, menu, notifications and windows to one live connection."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.status.status import Status
from enphase_tray.status.words import Wording
from enphase_tray.ui.attention import Attention
from enphase_tray.ui.autostart import Autostart
from enphase_tray.ui.desktop_memory import Choices, DesktopMemory
from enphase_tray.ui.desktop_notes import DesktopNotes, Note
from enphase_tray.ui.live import Live
from enphase_tray.ui.notifier import BalloonNotes, Notes, Notifier
from enphase_tray.ui.power import SleepWatch
from enphase_tray.ui.saving import Saver
from enphase_tray.ui.status_feed import StatusFeed
from enphase_tray.ui.tray import TrayHost
from enphase_tray.ui.tray_menu import Pause, TrayMenu
from enphase_tray.ui.weekly import WeeklyReports
from enphase_tray.ui.windows import Windows


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
        available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        """Without `autostart` (demo) log-in is left alone.

        `note` stands in the window all the time; `attention` keeps what is muted; `reports` is where
        weekly reports go; `available` says whether there is a tray.
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
        )
        if reports is not None:
            self.weekly = WeeklyReports(reports, lambda: live.settings, history, lambda: wording, self)
            live.result.connect(self.weekly.tell)
        self.menu = TrayMenu(self)
        self.tray = TrayHost(self.menu.menu, available, self)
        self.feed = StatusFeed(live, lambda: wording, self, self.attention.unheard)
        self._balloons = BalloonNotes(self.tray.show_message)
        self._desktop_notes = DesktopNotes(parent=self) if sys.platform.startswith("linux") else None
        notes: Notes = self._desktop_notes or self._balloons
        self.notifier = Notifier(notes, lambda: live.settings, live.clock, self.attention, lambda: wording, parent=self)
        self._sleep = SleepWatch(self)
        self._connect_tray()
        self._connect_live()
        self._connect_notes()

    def start(self, *, hidden: bool) -> None:
        """Show the icon and begin to poll. `hidden` holds back the window, provided a tray turns up."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setQuitOnLastWindowClosed(False)
        self._show_status(self.feed.status)
        self._resume_pause()
        self.tray.start()
        self._sleep.woke.connect(self._live.resumed)
        self._sleep.start()
        self._live.start()
        if not hidden:
            self.windows.open()

    def close(self) -> bool:
        """End everything. `False` where the worker could not be freed in time."""
        self.windows.close()
        self.tray.stop()
        stopped = self._live.stop()
        if self._desktop_notes is not None:
            self._desktop_notes.close()
        return stopped

    def _connect_tray(self) -> None:
        tray, menu, windows = self.tray, self.menu, self.windows
        tray.toggled.connect(windows.toggle)
        tray.middle_clicked.connect(self._live.poll_now)
        tray.appeared.connect(self._on_tray_appeared)
        tray.missing.connect(self._on_tray_missing)
        tray.message_clicked.connect(windows.open)
        menu.open_asked.connect(windows.open)
        menu.concern_asked.connect(self._on_concern)
        menu.poll_asked.connect(self._live.poll_now)
        menu.pause_asked.connect(self.notifier.pause)
        menu.settings_asked.connect(windows.open_settings)
        menu.quit_asked.connect(self.quit_asked)
        self.feed.changed.connect(self._show_status)
        self.attention.changed.connect(self.feed.refresh)

    def _connect_live(self) -> None:
        self._live.result.connect(self.notifier.tell)
        self._live.result.connect(self.windows.ask_about_certificate)
        self._live.applied.connect(self._on_applied)

    def _connect_notes(self) -> None:
        self.notifier.show_requested.connect(self.windows.show_alert)
        self.notifier.paused_changed.connect(self.menu.show_paused)
        self.notifier.paused_changed.connect(self._remember_pause)
        if self._desktop_notes is not None:
            self._desktop_notes.show_asked.connect(self.notifier.show_alert)
            self._desktop_notes.mute_asked.connect(self.notifier.mute)
            self._desktop_notes.failed.connect(self._on_note_failed)

    @Slot(object)
    def _show_status(self, status: Status) -> None:
        self.menu.show_status(status)
        self.tray.show_status(status, self._live.settings.icon_style)

    def _resume_pause(self) -> None:
        known = self._memory.known
        if known.pause in set(Pause):
            self.notifier.resume_pause(Pause(known.pause), known.until)

    @Slot()
    def _remember_pause(self) -> None:
        pause, until = self.notifier.pause_now
        self._memory.remember(
            replace(
                self._memory.known,
                pause="" if pause is None else pause.value,
                paused_until="" if until is None else until.isoformat(),
            )
        )

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
        if self._autostart is not None and self._autostart.enabled != settings.start_at_login:
            try:
                self._autostart.set(settings.start_at_login)
            except EnphaseTrayError as trouble:
                self.windows.tell_error(trouble)

    @Slot(object)
    def _on_note_failed(self, note: Note) -> None:
        self._balloons.show(note)
