"""Files that the user asks for: where they go, and showing them."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from enphase_tray.settings.files import translate


class Saver:
    """Asks for a place, writes there, and opens what was written with the desktop's own program."""

    def __init__(self, reports: Path | None = None) -> None:
        """`reports` is the folder of the reports that are written by themselves."""
        self.reports = reports

    def ask(self, parent: QWidget, title: str, name: str, kind: str) -> Path | None:
        """Where the user wants a file that would be called `name`; `None` where not at all."""
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path(documents) / name), kind)
        return Path(chosen) if chosen else None

    def write(self, path: Path, content: bytes) -> None:
        """Put the file there. Raises SettingsError."""
        try:
            path.write_bytes(content)
        except OSError as error:
            raise translate(error, path) from error

    def show(self, path: Path) -> None:
        """Open a file or folder."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
