"""The door of a chart: what a page asks of it and what it tells. The files on the shelf `charts` fill it in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import ClassVar

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.periods import Period, Span
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown

_FRAME = 2


@dataclass(frozen=True, slots=True)
class Sight:
    """What a chart is to show: which gateway (its serial), which days, and what is known of now."""

    site: str
    period: Period
    today: date
    shown: Shown

    @property
    def wording(self) -> Wording:
        return self.shown.wording

    @property
    def zone(self) -> tzinfo | None:
        """The gateway's zone, `None` for the computer's own."""
        return self.shown.wording.zone

    @property
    def live(self) -> bool:
        """Whether today is in sight, so that new results belong to it."""
        return self.today in self.period


@dataclass(frozen=True, slots=True)
class Twin:
    """The chart's figures as a table: heads, number of rows, and the text of a cell (row, column) when it is needed."""

    heads: tuple[str, ...]
    count: int
    cell: Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The chart's figures for a spreadsheet: whole figures, ISO dates and times, `None` for unknown."""

    header: Sequence[str]
    rows: Iterable[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Jump:
    """Where a click leads: to another page (by its name; empty: the one that shows the span), period, inverter."""

    page: str = ""
    span: Span | None = None
    day: date | None = None
    serial: str = ""


class Chart(QWidget):
    """One chart. It draws and tells; date bar, table, copying and remembering are the page's.

    Keys are turned into the methods `step`, `edge`, `across`, `enter`, `escape`, `zoom` and `show_whole`; a chart
    overrides those that mean something for it.
    """

    NAME: ClassVar[str]
    """What a screen reader calls it."""
    SPANS: ClassVar[tuple[Span, ...]]
    """Spans that it can show, the first one unless another was remembered."""
    ELSEWHERE: ClassVar[tuple[Span, ...]] = ()
    """Spans that stand in its date bar too, but lead to another page."""
    ZOOMS: ClassVar[bool] = False
    """Whether `zoom` and `show_whole` have buttons."""

    LONG_TOOLS: ClassVar[bool] = False
    """Whether its tools leave no room beside them, so that the readout needs a line of its own."""

    remark = ""
    """Words about all that it shows, for the page around it, once `load` has read it."""

    readout = Signal(str)
    """What stands under the cursor, in a sentence."""
    jump = Signal(object)
    """A click or key leads elsewhere (a `Jump`)."""
    picked = Signal(str)
    """An inverter was chosen in the chart (its serial), or none (empty)."""
    changed = Signal()
    """Something was chosen in the chart's own tools that needs other data: load it again."""

    def __init__(self, choices: Choices) -> None:
        """`choices` is where the chart finds and keeps what the user chose in it."""
        super().__init__()
        self.choices = choices
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr(self.NAME))

    def put_canvas(self, canvas: QWidget) -> None:
        """Last line of a chart's `__init__`: `canvas` fills it, and from now on it follows the palette."""
        self.canvas = canvas
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_FRAME, _FRAME, _FRAME, _FRAME)
        layout.addWidget(canvas)
        self.restyle()

    @property
    def zoomable(self) -> bool:
        """Whether its buttons for zooming mean anything for what is in sight now."""
        return self.ZOOMS

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        """Read what is in sight and draw it; why there is nothing to see, or an empty text. Raises HistoryError."""
        raise NotImplementedError

    def grow(self, reader: HistoryReader, sight: Sight) -> str:
        """A new result while the same period with today is in sight; as `load`."""
        return self.load(reader, sight)

    def let_go(self) -> None:
        """The window was closed: forget what takes room and can be read again. `load` comes before it is next seen."""

    def tools(self) -> tuple[QWidget, ...]:
        """Widgets of the chart's own, in the row beneath it."""
        return ()

    def twin(self) -> Twin:
        """The same figures as a table."""
        raise NotImplementedError

    def sheet(self) -> Sheet:
        """The same figures for a spreadsheet."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the colours of the palette in use."""

    def select(self, serial: str) -> None:
        """Bring one inverter out (empty: none)."""

    def open_row(self, row: int) -> None:
        """A row of the table was opened: as a click on what it stands for."""

    def step(self, by: int) -> None:
        """Left and right: the cursor goes one place on (1) or back (-1)."""

    def edge(self, which: int) -> None:
        """Home and End: the cursor goes to the first (-1) or last (1) place."""

    def across(self, by: int) -> None:
        """Up and down."""

    def enter(self) -> None:
        """Enter: as a click at the cursor."""

    def escape(self) -> bool:
        """Escape: undo what `enter` or `across` chose; `False` where there is nothing to undo."""
        return False

    def zoom(self, factor: float) -> None:
        """Show `factor` times the present span of time."""

    def show_whole(self) -> None:
        """Back to all of the period."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        steps: dict[int, Callable[[], object]] = {
            keys.Key_Left: lambda: self.step(-1),
            keys.Key_Right: lambda: self.step(1),
            keys.Key_Home: lambda: self.edge(-1),
            keys.Key_End: lambda: self.edge(1),
            keys.Key_Up: lambda: self.across(-1),
            keys.Key_Down: lambda: self.across(1),
            keys.Key_Return: self.enter,
            keys.Key_Enter: self.enter,
            keys.Key_Plus: lambda: self.zoom(0.5),
            keys.Key_Equal: lambda: self.zoom(0.5),
            keys.Key_Minus: lambda: self.zoom(2.0),
            keys.Key_0: self.show_whole,
        }
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        do = steps.get(event.key()) if plain else None
        if do is not None:
            do()
        elif event.key() != keys.Key_Escape or not self.escape():
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.layout() is not None:
            self.restyle()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QColor(self.palette().color(QPalette.ColorRole.Highlight)))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), _FRAME, _FRAME)
            painter.end()
