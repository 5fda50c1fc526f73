"""Makes the program's windows when they are first wanted: until then none of their code is in memory."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.autostart import Autostart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.desktop.placing import bring_to_front
from enphase_tray.ui.help.help import Help
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.resources import app_icon_file

if TYPE_CHECKING:
    from enphase_tray.ui.notices.unread_banner import UnreadBanner
    from enphase_tray.ui.settings.settings_dialog import SettingsDialog
    from enphase_tray.ui.setup.setup import SetupWizard
    from enphase_tray.ui.window.window import MainWindow

_FOCUS_MS = 500
"""Clicking the tray may take the focus away first: a window that had it this recently was in front."""

NO_TRAY_TITLE = mark("No system tray found")
NO_TRAY_TEXT = mark(
    "Enphase Tray found no place for its icon, so it stays in this window: closing the window ends the program. "
    "On GNOME the extension “AppIndicator and KStatusNotifierItem Support” adds a tray. "
    "As soon as there is one, the icon appears by itself."
)


class Windows(QObject):
    """The main window, settings, set-up and questions of one live connection."""

    main_shown = Signal()
    main_closed = Signal()
    """The user closed the main window, as its title bar's button does."""
    unread_seen = Signal()
    """The user knows what no notification told."""

    def __init__(
        self,
        live: Live,
        history: Callable[[], HistoryReader],
        wording: Wording,
        parent: QObject | None = None,
        *,
        note: str = "",
        choices: Choices | None = None,
        attention: Attention | None = None,
        saver: Saver | None = None,
        log_file: Path | None = None,
        autostart: Autostart | None = None,
    ) -> None:
        """`note` stands in the main window all the time; `choices` keeps what was looked at in it.

        `attention` knows what is muted; without it nothing of that outlives the program. `saver` puts files where the
        user wants them; `log_file` is the program's log, where it keeps one; `autostart` tells what log-in really does.
        """
        super().__init__(parent)
        self._attention = attention or Attention(lambda: live.settings, live.clock, parent=self)
        self._note = note
        self._choices = choices
        self._live = live
        self._saver = saver
        self._autostart = autostart
        self._history = history
        self._wording = wording
        self.help = Help(live, self.open_settings, log_file, self)
        self.help.failed.connect(self.tell)
        self._main: MainWindow | None = None
        self._settings: SettingsDialog | None = None
        self._setup: SetupWizard | None = None
        self._made_for = QFont()
        self._notices: list[QWidget] = []
        self._unread: tuple[str, ...] = ()
        self._unread_banner: UnreadBanner | None = None
        self._asked: set[str] = set()
        self._in_front = QTimer(self, singleShot=True, interval=_FOCUS_MS)

    @property
    def any_visible(self) -> bool:
        return any(window is not None and window.isVisible() for window in (self._main, self._setup))

    @Slot()
    def open(self) -> None:
        """Show the main window in front; without a gateway the set-up instead."""
        if self._live.settings.configured:
            bring_to_front(self._main_window())
        else:
            self._open_setup()

    @Slot()
    def toggle(self) -> None:
        """Hide the main window if it is the one in front, otherwise bring it there."""
        main = self._main
        if main is None or not main.isVisible() or main.isMinimized():
            self.open()
        elif main.isActiveWindow() or self._in_front.isActive():
            main.hide()
        else:
            bring_to_front(main)

    @Slot(str)
    def show_alert(self, alert_id: str) -> None:
        """Bring the main window to the front at what an alert is about."""
        main = self._main_window()
        bring_to_front(main)
        main.show_event(alert_id)

    @Slot()
    def open_settings(self) -> None:
        """Show the settings, one dialog at a time."""
        if not self._live.settings.configured:
            self._open_setup()
            return
        if self._settings is None:
            self._prepare()
            from enphase_tray.ui.settings.settings_dialog import SettingsDialog

            parent = self._main if self._main is not None and self._main.isVisible() else None
            self._settings = SettingsDialog(self._live, parent, self._attention)
            if self._autostart is not None:
                # What the system does counts, not what was once chosen: the entry may be gone.
                self._settings.program.start.setChecked(self._autostart.enabled)
            self._settings.finished.connect(self._on_settings_closed)
        bring_to_front(self._settings)

    @Slot()
    def tell_no_tray(self) -> None:
        """Open a window, since nothing else can be seen of the program, and say why."""
        self.open()
        self.tell(tr(NO_TRAY_TITLE), tr(NO_TRAY_TEXT))

    @Slot(str, str)
    def tell(self, title: str, text: str) -> None:
        """Say something in a box that blocks nothing."""
        box = QMessageBox(QMessageBox.Icon.Information, title, title, QMessageBox.StandardButton.Ok)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(text)
        # Its own width breaks a paragraph into a tall column.
        box.setStyleSheet("QLabel#qt_msgbox_informativelabel { min-width: 400px; }")
        self._keep(box)

    def tell_unread(self, titles: tuple[str, ...]) -> None:
        """Keep these at the top of the main window: notifications that the desktop did not show."""
        self._unread = titles
        if self._main is None or (self._unread_banner is None and not titles):
            return
        if self._unread_banner is None:
            from enphase_tray.ui.notices.unread_banner import UnreadBanner

            self._unread_banner = UnreadBanner()
            self._unread_banner.seen.connect(self.unread_seen)
            self._main.setMenuWidget(self._unread_banner)
        self._unread_banner.say(titles)

    def tell_error(self, error: EnphaseTrayError) -> None:
        self.tell(error.title, error.advice)

    @Slot(str)
    def tell_bug(self, report: str) -> None:
        """Show a fault of the program; one at a time, the log has all of them."""
        from enphase_tray.ui.help.bug_dialog import BugDialog

        if not any(isinstance(notice, BugDialog) and notice.isVisible() for notice in self._notices):
            self._keep(BugDialog(report))

    @Slot(object)
    def ask_about_certificate(self, result: PollResult) -> None:
        """Ask once about each certificate that waits for the user's word."""
        question = result.certificate
        if question is None or question.certificate.fingerprint in self._asked or self._setup is not None:
            return
        self._asked.add(question.certificate.fingerprint)
        # Not from within the signal: the dialog runs an event loop of its own.
        QTimer.singleShot(0, self, lambda: self._ask(result))

    def restyle(self) -> None:
        """Follow the chosen appearance, once there is something to dress."""
        if self._main is not None or self._settings is not None or self._setup is not None:
            self._prepare()

    def close(self) -> None:
        """Close everything at once."""
        self.help.close()
        for window in (self._settings, self._setup, self._main, *self._notices):
            if window is not None:
                window.hide()
                window.deleteLater()
        self._settings = self._setup = self._main = self._unread_banner = None
        self._notices.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember when the main window lost the focus; tell when it opens and when the user closes it."""
        kind = event.type()
        if kind is QEvent.Type.WindowDeactivate:
            self._in_front.start()
        elif kind is QEvent.Type.Show:
            self.main_shown.emit()
        elif kind is QEvent.Type.Close and event.spontaneous():
            self.main_closed.emit()
        elif kind is QEvent.Type.ApplicationFontChange:
            QTimer.singleShot(0, self, self._renew)
        return super().eventFilter(watched, event)

    def _main_window(self) -> "MainWindow":
        if self._main is None:
            self._prepare()
            from enphase_tray.ui.window.window import MainWindow

            self._main = MainWindow(
                self._live,
                self._history,
                self._wording,
                open_settings=self.open_settings,
                note=self._note,
                choices=self._choices,
                attention=self._attention,
                saver=self._saver,
                helper=self.help,
            )
            self._made_for = QApplication.font()
            self._main.installEventFilter(self)
            self.tell_unread(self._unread)
        return self._main

    @Slot()
    def _renew(self) -> None:
        """Another font on the desktop: fonts and sizes are chosen when a window is made, so it is made again."""
        old = self._main
        if old is None or self._made_for == QApplication.font():
            return
        self._main = self._unread_banner = None
        if old.isVisible():
            new = self._main_window()
            new.setGeometry(old.geometry())
            new.tabs.setCurrentIndex(old.tabs.currentIndex())
            new.show()
        old.deleteLater()

    def _open_setup(self) -> None:
        if self._setup is None:
            self._prepare()
            from enphase_tray.ui.setup.setup import SetupWizard

            self._setup = SetupWizard(self._live)
            self._setup.accepted.connect(self.open)
            self._setup.finished.connect(self._on_setup_closed)
        bring_to_front(self._setup)

    def _ask(self, result: PollResult) -> None:
        question = result.certificate
        if question is None:
            return
        self._prepare()
        from enphase_tray.ui.login.certificate_dialog import ask_about_certificate

        host = self._live.settings.gateway.host
        parent = self._main if self._main is not None and self._main.isVisible() else None
        if ask_about_certificate(question, host, parent):
            self._live.trust(question)

    def _prepare(self) -> None:
        """What only matters once a window is seen: colours and the window icon."""
        from enphase_tray.ui.look.theme import apply_appearance

        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_appearance(app, self._live.settings.appearance)
            if app.windowIcon().isNull():
                app.setWindowIcon(QIcon(str(app_icon_file())))

    def _keep(self, notice: QWidget) -> None:
        self._prepare()
        self._notices = [old for old in self._notices if old.isVisible()]
        self._notices.append(notice)
        bring_to_front(notice)

    @Slot()
    def _on_settings_closed(self) -> None:
        if self._settings is not None:
            self._settings.deleteLater()
            self._settings = None

    @Slot()
    def _on_setup_closed(self) -> None:
        if self._setup is not None:
            self._setup.deleteLater()
            self._setup = None
