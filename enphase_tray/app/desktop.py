"""Runs the tray application: builds the Qt side around a profile, and ends it in good order."""

import logging
import os
import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import QMessageLogContext, QStandardPaths, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication, QMessageBox

from enphase_tray.app.bug_reports import fit_to_send
from enphase_tray.app.compose import Profile
from enphase_tray.app.language import speak, translate_qt
from enphase_tray.app.log_file import logging_to
from enphase_tray.model.errors import EnphaseTrayError, Retry
from enphase_tray.model.language import code as language_in_use
from enphase_tray.model.language import tr
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Language, Settings
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.autostart import Autostart
from enphase_tray.ui.desktop.desktop_memory import DesktopMemory
from enphase_tray.ui.desktop.login_entry import entry_for
from enphase_tray.ui.desktop.signals import SignalWatch
from enphase_tray.ui.desktop.single_instance import SingleInstance
from enphase_tray.ui.desktop.ways import ways_of
from enphase_tray.ui.polling.bugs import BugWatch
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.resources import APP_ID
from enphase_tray.ui.shell import Shell

log = logging.getLogger(__name__)

_FOCUS = "XDG_ACTIVATION_TOKEN"


def start(profile: Profile, *, hidden: bool) -> int:
    """Run the program on the user's own profile; returns the exit status.

    Raises `EnphaseTrayError` where it cannot start, after the desktop has said so: most people start it from a menu.
    """
    speak(Language.SYSTEM)  # for what goes wrong before the settings are read
    try:
        profile.paths.prepare()
        return run(profile, profile.store.load(), hidden=hidden)
    except EnphaseTrayError as error:
        _tell_why_not(error)
        raise


def run(profile: Profile, settings: Settings, *, hidden: bool, note: str = "") -> int:
    """Run until the user quits; returns the exit status. Raises `EnphaseTrayError` where it cannot start.

    `note` marks a demo: it stands in the window, and log-in is left alone.
    """
    refuse_broken_bindings(PySide6.__version__, sys.version_info[:2])
    app = _application()
    locale = speak(settings.language)
    translate_qt(app, language_in_use())
    instance = SingleInstance(profile.paths.run_dir)
    if not instance.claim(os.environ.get(_FOCUS, "")):
        return 0
    redactor = profile.redactor
    with logging_to(profile.paths.log_file, redactor):
        qInstallMessageHandler(_on_qt_message)
        try:
            bugs = BugWatch(log.error, redactor.scrub, fit_to_send=fit_to_send)
            wording = Wording(locale.decimalPoint(), locale.groupSeparator(), settings.units.value)
            status, live = _run(app, profile, settings, wording, instance, bugs, hidden=hidden, note=note)
        finally:
            qInstallMessageHandler(None)
            instance.release()
    if not live.stop():
        # A thread inside a keyring prompt or a name look-up cannot be freed, and Qt aborts the process when a running
        # QThread is destroyed. Nothing is lost: each poll is committed to the history before its result is shown.
        sys.stderr.flush()
        os._exit(status)
    return status


def refuse_broken_bindings(pyside: str, python: tuple[int, int]) -> None:
    """Raise where PySide6 6.12 would lose references to `None` and end the program after some hours."""
    if python < (3, 12) and pyside.split(".")[:2] == ["6", "12"]:
        raise EnphaseTrayError(
            tr(
                "PySide6 {pyside} does not work with Python {python}",
                pyside=pyside,
                python=".".join(str(part) for part in python),
            ),
            tr("Install PySide6-Essentials below 6.12, or use Python 3.12 or newer"),
            Retry.NEVER,
        )


def start_command(paths: ProfilePaths, argv0: str, executable: str, appimage: str | None, *, frozen: bool) -> list[str]:
    """How to start this very program again, hidden: absolute path first."""
    program = Path(argv0)
    if appimage:
        command = [appimage]
    elif frozen:
        command = [executable]
    elif program.stem == "enphase-tray" and program.is_file():
        command = [str(program.resolve())]
    else:
        command = [executable, "-m", "enphase_tray"]
    command.append("--hidden")
    if paths.directory != ProfilePaths.default().directory:
        command += ["--profile", str(paths.directory)]
    return command


def _run(
    app: QApplication,
    profile: Profile,
    settings: Settings,
    wording: Wording,
    instance: SingleInstance,
    bugs: BugWatch,
    *,
    hidden: bool,
    note: str,
) -> tuple[int, Live]:
    """The exit status, and the connection (kept, because its thread must not be destroyed while it runs)."""
    bugs.install()
    live = Live(profile.service(settings), profile.clock)
    autostart = None if note else _autostart(profile.paths)
    memory = DesktopMemory(profile.paths.state_file.with_name("desktop.json"))
    shell = Shell(
        live,
        profile.history_reader,
        wording,
        autostart,
        memory,
        note=note,
        attention=profile.attention,
        ways=ways_of(sys.platform, os.environ.get("XDG_CURRENT_DESKTOP", ""), app.platformName()),
        reports=profile.paths.reports_dir,
        log_file=profile.paths.log_file,
    )
    signals = SignalWatch()
    live.bug.connect(bugs.tell)
    live.hung.connect(_on_hung)
    bugs.found.connect(shell.windows.tell_bug)
    shell.messenger.activated.connect(_may_take_focus)
    instance.show_requested.connect(_may_take_focus)
    instance.show_requested.connect(shell.windows.open)
    signals.quit_requested.connect(app.quit)
    shell.quit_asked.connect(app.quit)
    app.commitDataRequest.connect(_on_session_end)
    signals.install()
    try:
        shell.start(hidden=hidden)
        status = app.exec()
    finally:
        shell.close()
        signals.remove()
        bugs.remove()
    return status, live


def _tell_why_not(error: EnphaseTrayError) -> None:
    """A box that stays until it is read."""
    translate_qt(_application(), language_in_use())
    box = QMessageBox(QMessageBox.Icon.Critical, "Enphase Tray", error.title, QMessageBox.StandardButton.Close)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(error.advice)
    box.exec()


def _application() -> QApplication:
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("enphase-tray")
    app.setApplicationDisplayName("Enphase Tray")
    app.setDesktopFileName(APP_ID)
    return app


def _autostart(paths: ProfilePaths) -> Autostart | None:
    config = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    command = start_command(
        paths,
        sys.argv[0],
        sys.executable,
        os.environ.get("APPIMAGE"),
        frozen=bool(getattr(sys, "frozen", False)),
    )
    entry = entry_for(Path(config), Path.home(), command)
    return None if entry is None else Autostart(entry)


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }
    logging.getLogger("enphase_tray.qt").log(levels.get(kind, logging.ERROR), "%s", message)


def _on_session_end(manager: QSessionManager) -> None:
    """Log-in starts the program by its own entry; the session must not start it a second time."""
    manager.setRestartHint(QSessionManager.RestartHint.RestartNever)


def _may_take_focus(token: str) -> None:
    """On Wayland a window comes to the front only with leave; Qt looks for it here when it next shows one."""
    if token:
        os.environ[_FOCUS] = token


def _on_hung() -> None:
    log.warning("the poller was not heard of for too long; its request was ended and it starts anew")
