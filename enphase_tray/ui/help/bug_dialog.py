"""Shows a fault of the program with what is needed to report it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from enphase_tray.model.language import mark, tr
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.widgets import Label, Role, button, column, row

_TITLE = mark("The program made a mistake")
_WORDS = mark(
    "It goes on working: polls, history and alerts are not touched by it. Please report the text "
    "below; passwords, tokens, serial numbers and addresses have been taken out of it."
)


class BugDialog(QDialog):
    """The report as text, with a button that copies it. The program goes on meanwhile."""

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr(_TITLE))
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Report"))
        self.copy = button(tr("&Copy the report"), Role.MAIN)
        self.copied = Label(role=Role.NOTE)
        self.close_button = button(tr("Close"))
        self._compose()
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.reject)

    def _compose(self) -> None:
        body = column(self, 5 * GRID, 3 * GRID)
        head = row(spacing=3 * GRID)
        head.addWidget(MarkWidget(Mark.LOOK, 24), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(None, 0, GRID)
        texts.addWidget(Label(tr(_TITLE), Role.TITLE))
        texts.addWidget(Label(tr(_WORDS), wrap=True))
        head.addLayout(texts, 1)
        body.addLayout(head)
        body.addWidget(self.text, 1)
        buttons = row()
        buttons.addWidget(self.copied, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.copy)
        body.addLayout(buttons)
        self.copy.setDefault(True)
        self.copy.setFocus()
        open_at(self, 640, 440)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copied.say(tr("It is on the clipboard."))
