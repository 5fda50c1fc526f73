"""Small multiples: one tiny curve for each inverter, all to the same scale, the pack's middle in grey behind each."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from enphase_tray.ui.charts._canvas import Canvas, blended, words
from enphase_tray.ui.look.marks import Mark, draw_mark, mark_colour
from enphase_tray.ui.look.theme import GRID

_LEAST_WIDE = 24.0 * GRID
_LEAST_TALL = 15.0 * GRID
_TALLEST = 44.0 * GRID
_SPACE = 2.0 * GRID
_LEAST_PEAK = 10.0


@dataclass(frozen=True, slots=True)
class Small:
    """One cell: W on the common grid of time (`None` where unknown), its name, and whether it is to be looked at."""

    serial: str
    name: str
    watts: Sequence[float | None]
    concerned: bool = False


class Multiples(QScrollArea):
    """Lays the cells out in as many columns as there is room for, and scrolls where they do not fit."""

    pointed = Signal(str)
    """The serial that the mouse is over, empty beside the cells."""
    clicked = Signal(str)
    opened = Signal(str)
    """A double click."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.canvas = Canvas()
        self.canvas.paint = self._paint
        self.canvas.hovered.connect(lambda place: self.pointed.emit(self._serial_at(place)))
        self.canvas.left.connect(lambda: self.pointed.emit(""))
        self.canvas.clicked.connect(lambda place: self.clicked.emit(self._serial_at(place)))
        self.canvas.double_clicked.connect(lambda place: self.opened.emit(self._serial_at(place)))
        self.setWidget(self.canvas)
        self._cells: tuple[Small, ...] = ()
        self._middle: Sequence[float | None] = ()
        self._peak = _LEAST_PEAK
        self._selected = ""
        self._columns, self._tall = 1, _LEAST_TALL
        self._behind: list[QPolygonF] = []
        self._curves: list[list[QPolygonF]] = []

    @property
    def columns(self) -> int:
        """How many cells stand beside each other."""
        return self._columns

    def put(self, cells: Sequence[Small], middle: Sequence[float | None], peak: float) -> None:
        """Show `cells` in their order; `peak` (W) is the height of each."""
        self._cells, self._middle, self._peak = tuple(cells), middle, max(peak, _LEAST_PEAK)
        self._lay_out()
        self.canvas.update()

    def select(self, serial: str) -> None:
        """Put the frame around one cell and bring it into sight."""
        self._selected = serial
        place = next((place for place, cell in enumerate(self._cells) if cell.serial == serial), None)
        if place is not None:
            box = self._box(place)
            self.ensureVisible(round(box.center().x()), round(box.center().y()), 0, round(box.height() / 2))
        self.canvas.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """As many columns as needed for all to be seen at once, as long as the cells stay wide enough."""
        room, count = self.viewport().size(), max(1, len(self._cells))
        most = max(1, int(room.width() // _LEAST_WIDE))
        fitting = (n for n in range(1, most + 1) if -(-count // n) * _LEAST_TALL <= room.height())
        self._columns = min(max(next(fitting, most), min(count, 4)), most)
        rows = -(-count // self._columns)
        self._tall = min(max(room.height() / rows, _LEAST_TALL), _TALLEST)
        self.canvas.setMinimumHeight(round(rows * self._tall))
        # All curves as points once, not for each repaint: the mouse moves more often than the window is resized.
        plot = self._plot()
        self._behind = self._runs(plot, self._middle)
        self._curves = [self._runs(plot, cell.watts) for cell in self._cells]

    def _box(self, place: int) -> QRectF:
        wide = self.viewport().width() / self._columns
        row, column = divmod(place, self._columns)
        return QRectF(column * wide, row * self._tall, wide - _SPACE, self._tall - _SPACE / 2)

    def _serial_at(self, place: QPointF) -> str:
        return next((cell.serial for n, cell in enumerate(self._cells) if self._box(n).contains(place)), "")

    def _plot(self) -> QRectF:
        """Where the curve is within a cell; its name stands beneath."""
        box, line = self._box(0), self.canvas.note_metrics().height()
        return QRectF(2, 3, box.width() - 4, box.height() - line - 4)

    def _paint(self, painter: QPainter) -> None:
        tones, plot = self.canvas.tones, self._plot()
        behind = QPen(blended(tones.note, tones.base, 0.5), 1)
        for place, cell in enumerate(self._cells):
            box, chosen = self._box(place), cell.serial == self._selected
            if chosen:
                painter.fillRect(box, blended(tones.selected, tones.base, 0.12))
            painter.translate(box.topLeft())
            painter.setPen(QPen(tones.grid, 1))
            painter.drawLine(plot.bottomLeft(), plot.bottomRight())
            tone = tones.fault if cell.concerned else tones.selected if chosen else tones.production
            for pen, runs in ((behind, self._behind), (QPen(tone, 1), self._curves[place])):
                painter.setPen(pen)
                for run in runs:
                    painter.drawPolyline(run)
            self._name(painter, QRectF(0, plot.bottom(), box.width(), box.height() - plot.bottom()), cell, chosen)
            painter.translate(-box.topLeft())
            if chosen:
                painter.setPen(QPen(tones.selected, 1))
                painter.drawRect(box)

    def _name(self, painter: QPainter, line: QRectF, cell: Small, chosen: bool) -> None:
        tones, left = self.canvas.tones, line.adjusted(2, 0, 0, 0)
        if cell.concerned:
            size = line.height() * 0.75
            mark = QRectF(1, line.center().y() - size / 2, size, size)
            draw_mark(painter, mark, Mark.LOOK, mark_colour(Mark.LOOK, tones))
            left.setLeft(size + GRID)
        tone = tones.text if chosen or cell.concerned else tones.note
        words(painter, left, cell.name, tone, Qt.AlignmentFlag.AlignLeft, bold=chosen)

    def _runs(self, plot: QRectF, watts: Sequence[float | None]) -> list[QPolygonF]:
        """A curve in its pieces between gaps; the whole width is the whole grid of time."""
        step, scale = plot.width() / max(1, len(watts) - 1), plot.height() / self._peak
        runs: list[QPolygonF] = []
        run: list[QPointF] = []
        for place, value in enumerate((*watts, None)):
            if value is not None:
                run.append(QPointF(plot.left() + place * step, plot.bottom() - value * scale))
            elif run:
                runs.append(QPolygonF(run))
                run = []
        return runs
