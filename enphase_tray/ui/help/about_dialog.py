"""What this program is: its version, its licence, and the libraries it runs on with theirs."""

import platform

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, qVersion
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from enphase_tray import __version__
from enphase_tray.model.language import mark, tr
from enphase_tray.ui.help.libraries import Library, libraries
from enphase_tray.ui.look.tables import fit_columns, table_view
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.widgets import Card, Label, Role, button, column, row
from enphase_tray.ui.resources import app_icon_file

Index = QModelIndex | QPersistentModelIndex
_HEADS = (mark("Library"), mark("Version"), mark("Licence"))
_WHAT = mark("Watches an Enphase solar system from the system tray, over the gateway's local API.")
_FREE = mark(
    "Free software under the MIT licence, without any warranty. It is not made or supported by "
    "Enphase; “Enphase” and “Envoy” are marks of Enphase Energy, Inc."
)


class LibraryTable(QAbstractTableModel):
    """The libraries, one a row."""

    def __init__(self, listed: tuple[Library, ...]) -> None:
        super().__init__()
        self._rows = [(clean(one.name), clean(one.version), clean(one.licence) or tr("not told")) for one in listed]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(_HEADS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if index.isValid() and role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._rows[index.row()][index.column()]
        return None


class AboutDialog(QDialog):
    """One card of words, one table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("About Enphase Tray"))
        self.version = Label(tr("Version {version}", version=__version__))
        runs_on = f"Python {platform.python_version()} · Qt {qVersion()} · {platform.platform()}"
        self.runs_on = Label(runs_on, Role.NOTE, wrap=True)
        for label in (self.version, self.runs_on):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.view = table_view(tr("Libraries"), tr("Libraries that the program runs on, with version and licence"))
        self.view.setModel(LibraryTable(libraries()))
        self.copy = button(tr("C&opy"), name=tr("Copy versions and licences as text"))
        self.close_button = button(tr("&Close"))
        self._compose()
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.reject)

    def _compose(self) -> None:
        body = column(self, 5 * GRID, 3 * GRID)
        head = row(spacing=4 * GRID)
        picture = QLabel()
        picture.setPixmap(QIcon(str(app_icon_file())).pixmap(12 * GRID, 12 * GRID))
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = column(None, 0, GRID)
        words.addWidget(Label("Enphase Tray", Role.TITLE))
        words.addWidget(self.version)
        words.addWidget(Label(tr(_WHAT), wrap=True))
        words.addWidget(Label(tr(_FREE), Role.NOTE, wrap=True))
        words.addWidget(self.runs_on)
        head.addLayout(words, 1)
        body.addLayout(head)
        card = Card(2 * GRID, 0)
        card.body.addWidget(self.view)
        body.addWidget(card, 1)
        buttons = row()
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        body.addLayout(buttons)
        self.close_button.setDefault(True)
        open_at(self, 600, 540)
        fit_columns(self.view, last_gives_way=True)

    def _copy(self) -> None:
        model = self.view.model()
        rows = range(model.rowCount())
        lines = ["  ".join(str(model.index(at, place).data()) for place in range(len(_HEADS))) for at in rows]
        head = [f"Enphase Tray {__version__}", self.runs_on.text(), ""]
        QApplication.clipboard().setText("\n".join((*head, *lines, "")))
