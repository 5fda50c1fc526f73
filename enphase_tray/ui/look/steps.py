"""A list of steps that have been taken, each with its shape, its title and a sentence, growing at its end."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Label, Role, column, row


@dataclass(frozen=True, slots=True)
class Step:
    """`said` is what the shape means, for those who do not see it."""

    mark: Mark
    said: str
    title: str
    detail: str = ""


class StepList(QScrollArea):
    """The steps so far, newest at the end and in sight."""

    def __init__(self, name: str) -> None:
        """`name` is what a screen reader calls the list."""
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self._sheet = QWidget()
        self._sheet.setProperty("role", "sheet")
        self._column = column(self._sheet, 0, 2 * GRID)
        self._column.addStretch(1)
        self.setWidget(self._sheet)
        self.viewport().setAutoFillBackground(False)
        self.lines: list[StepLine] = []
        self.verticalScrollBar().rangeChanged.connect(self._to_end)

    def clear(self) -> None:
        """Take all steps away."""
        for line in self.lines:
            self._column.removeWidget(line)
            line.deleteLater()
        self.lines = []

    def put(self, step: Step) -> None:
        """Show another step."""
        line = StepLine(step)
        self._column.insertWidget(len(self.lines), line)
        self.lines.append(line)

    @Slot(int, int)
    def _to_end(self, _low: int, high: int) -> None:
        self.verticalScrollBar().setValue(high)


class StepLine(QWidget):
    """One step: its shape, its title, its sentence."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
        self.title = Label(step.title, wrap=True)
        self.detail = Label(step.detail, Role.NOTE, wrap=True)
        self.detail.setVisible(bool(step.detail))
        line = row(self, 0, 2 * GRID)
        line.addWidget(MarkWidget(step.mark, 16), 0, Qt.AlignmentFlag.AlignTop)
        texts = column(None, 0, 0)
        texts.addWidget(self.title)
        texts.addWidget(self.detail)
        line.addLayout(texts, 1)
        self.setAccessibleName(f"{self.title.text()}: {step.said}. {self.detail.text()}")
