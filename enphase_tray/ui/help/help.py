"""Where to turn when something is not as it should be: what is wrong, the log, and what this program is."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from enphase_tray.model.language import tr
from enphase_tray.settings.settings import Appearance

if TYPE_CHECKING:
    from enphase_tray.ui.polling.live import Live

Opener = Callable[[Path], bool]


def open_file(path: Path) -> bool:
    """Show a file with the desktop's own program; `False` where it has none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Help(QObject):
    """Makes each of its windows when it is asked for, one of each at a time. Its slots serve any menu."""

    failed = Signal(str, str)
    """Nothing could be shown: title and advice."""

    def __init__(
        self,
        live: "Live",
        open_settings: Callable[[], None],
        log_file: Path | None = None,
        parent: QObject | None = None,
        *,
        opener: Opener = open_file,
    ) -> None:
        """Without `log_file` (a window of its own, a test) there is no log to open."""
        super().__init__(parent)
        self._live = live
        self._open_settings = open_settings
        self._opener = opener
        self.log_file = log_file
        self._open: dict[str, QDialog] = {}

    @Slot()
    def show_trouble(self) -> None:
        """What is wrong with the connection, step by step."""
        from enphase_tray.ui.help.trouble_dialog import TroubleDialog

        self._show("trouble", lambda owner: TroubleDialog(self._live, self._open_settings, owner))

    @Slot()
    def show_about(self) -> None:
        """Versions and licences."""
        from enphase_tray.ui.help.about_dialog import AboutDialog

        self._show("about", AboutDialog)

    @Slot()
    def open_log(self) -> None:
        """Show the log with the desktop's own program."""
        if self.log_file is None or not self.log_file.exists():
            self.failed.emit(tr("There is no log yet"), tr("The program writes one while it runs from the tray."))
        elif not self._opener(self.log_file):
            self.failed.emit(
                tr("The desktop has no program to show the log"), tr("It lies at {log_file}.", log_file=self.log_file)
            )

    def fill(self, menu: QMenu) -> None:
        """Add the ways of this object to a menu."""
        menu.addAction(tr("What is &wrong?"), self.show_trouble)
        log = menu.addAction(tr("Open the &log"), self.open_log)
        log.setVisible(self.log_file is not None)
        menu.addSeparator()
        menu.addAction(tr("&About Enphase Tray"), self.show_about)

    def close(self) -> None:
        """Take its windows away."""
        for dialog in tuple(self._open.values()):
            dialog.close()

    def _show(self, name: str, make: Callable[[QWidget | None], QDialog]) -> None:
        dialog = self._open.get(name)
        if dialog is None:
            self._dress()
            window = QApplication.activeWindow()
            dialog = make(window if window is not None and window.isVisible() else None)
            self._open[name] = dialog
            dialog.finished.connect(lambda: self._open.pop(name, None))
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _dress(self) -> None:
        """Opened from the tray it may be the first window of all."""
        from enphase_tray.ui.look.theme import apply_appearance

        app = QApplication.instance()
        appearance: Appearance = self._live.settings.appearance
        if isinstance(app, QApplication):
            apply_appearance(app, appearance)
