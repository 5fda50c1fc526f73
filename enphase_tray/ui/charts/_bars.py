"""Bars painted by hand: one for each part of the time, a slim grey one beside it for comparison."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import Canvas, blended, words
from enphase_tray.ui.look.theme import GRID, Colours, readable, to_font

_LEFT = 14.0 * GRID
_ABOVE = 6.0 * GRID
_BELOW = 5.0 * GRID
_WIDEST = 16.0 * GRID
_SLOT_FOR_VALUES = 9.0 * GRID
_FIGURE_ROOM = 4.0 * GRID
_SWATCH = 10.0
_UNITS = (("Wh", 1.0), ("kWh", 1e3), ("MWh", 1e6), ("GWh", 1e9))
_RIGHT_EDGE = Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: Wh (`None`: not known), of which `unsure` are hatched; `beside` is the grey one.

    `blank` says that there is nothing to know yet, so that an unknown one is not marked.
    """

    label: str
    watt_hours: float | None
    unsure: float = 0.0
    beside: float | None = None
    blank: bool = False
    strong: bool = False


class Bars(Canvas):
    """Paints columns and tells which one the mouse is at."""

    pointed = Signal(int)
    """The column under the mouse, -1 for none."""
    opened = Signal(int)
    """A column was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: tuple[Column, ...] = ()
        self.at = -1
        self._legend: tuple[str, str] = ("", "")
        self._tone = "production"
        self._wording = Wording()
        self.paint = self._paint
        self.hovered.connect(self._on_hover)
        self.left.connect(lambda: self.pointed.emit(-1))
        self.clicked.connect(self._on_click)

    def put_columns(self, columns: Sequence[Column], tone: str, legend: tuple[str, str], wording: Wording) -> None:
        """Show these; `tone` is a colour's meaning, `legend` says what the bars and the grey ones are."""
        self.columns, self._tone, self._legend, self._wording = tuple(columns), tone, legend, wording
        self.at = self.at if self.at < len(columns) else -1
        self.update()

    def put_cursor(self, place: int) -> None:
        """Bring out one column, -1 for none."""
        if place != self.at:
            self.at = place
            self.update()

    def column_at(self, point: QPointF) -> int:
        """The column at a place of the widget, -1 for none."""
        area = self._area()
        if not self.columns or not area.left() <= point.x() < area.right():
            return -1
        return int((point.x() - area.left()) / area.width() * len(self.columns))

    def _paint(self, painter: QPainter) -> None:
        tones, area = self.tones, self._area()
        values = [value for column in self.columns for value in (column.watt_hours, column.beside) if value is not None]
        highest = max(values, default=0.0)
        step = nice_step(highest, max(2.0, area.height() / (12.0 * GRID)))
        # Above the highest bar stands its figure.
        top = max(highest * area.height() / max(area.height() - to_font(_FIGURE_ROOM), 1.0), step)
        self._paint_scale(painter, area, top, step)
        self._paint_legend(painter, area)
        slot = area.width() / max(1, len(self.columns))
        for place, column in enumerate(self.columns):
            box = QRectF(area.left() + place * slot, area.top(), slot, area.height())
            if place == self.at:
                painter.fillRect(box, blended(tones.note, tones.base, 0.12))
            self._paint_column(painter, box, column, top)
        for place in self._labelled(slot):
            box = QRectF(area.left() + (place - 1) * slot, area.bottom(), 3 * slot, to_font(_BELOW))
            bold = place == self.at or self.columns[place].strong
            words(painter, box, self.columns[place].label, tones.text if bold else tones.note, _CENTRE, bold=bold)

    def _paint_scale(self, painter: QPainter, area: QRectF, top: float, step: float) -> None:
        tones = self.tones
        unit, size = _unit(top)
        decimals = max(0, -math.floor(math.log10(step / size) + 1e-9))
        ticks = math.floor(top / step + 1e-9)
        for tick in range(ticks + 1):
            y = area.bottom() - tick * step / top * area.height()
            painter.setPen(QPen(tones.grid if tick == 0 else blended(tones.grid, tones.base, 0.6), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            text = self._wording.number(tick * step / size, decimals)
            last = tick == ticks
            box = QRectF(0, y - 10, to_font(_LEFT) - 2 * GRID, 20)
            words(painter, box, f"{text} {unit}" if last else text, tones.note, _RIGHT_EDGE)

    def _paint_column(self, painter: QPainter, box: QRectF, column: Column, top: float) -> None:
        tones = self.tones
        tone: QColor = getattr(tones, self._tone)
        paired = any(other.beside is not None for other in self.columns)
        wide = min(_WIDEST, box.width() * (0.5 if paired else 0.66))
        slim = min(wide * 0.5, box.width() * 0.24) if paired else 0.0
        left = box.center().x() - (wide + slim) / 2
        if column.beside is not None:
            _outlined(painter, _upright(box, left, slim, column.beside / top), tones)
        if column.watt_hours is not None:
            whole = _upright(box, left + slim, wide, column.watt_hours / top)
            painter.fillRect(whole, tone)
            if column.unsure > 0:
                hatched = QRectF(whole.left(), whole.top(), wide, box.height() * column.unsure / top)
                _hatch(painter, hatched, tone, tones)
            if box.width() >= _SLOT_FOR_VALUES and column.watt_hours > 0:
                self._paint_value(painter, whole, box, self._in_unit(column.watt_hours, top))
        elif not column.blank:
            words(painter, QRectF(box.left(), box.bottom() - 16, box.width(), 16), "–", tones.note, _CENTRE)

    def _paint_value(self, painter: QPainter, bar: QRectF, box: QRectF, text: str) -> None:
        wide = painter.fontMetrics().horizontalAdvance(text)
        if wide <= box.width():
            place = QRectF(bar.center().x() - wide, bar.top() - 17, 2 * wide, 16)
            words(painter, place, text, self.tones.note, _CENTRE)

    def _in_unit(self, watt_hours: float, top: float) -> str:
        """Three significant figures in the unit of the scale."""
        value = watt_hours / _unit(top)[1]
        return self._wording.number(value, 0 if value >= 99.95 else 1 if value >= 9.995 else 2)

    def _paint_legend(self, painter: QPainter, area: QRectF) -> None:
        tones = self.tones
        tone: QColor = getattr(tones, self._tone)
        parts = [(self._legend[0], "whole")]
        if any(column.beside is not None for column in self.columns):
            parts.append((self._legend[1], "beside"))
        if any(column.unsure > 0 for column in self.columns):
            parts.append((tr("filled in later or estimated"), "hatched"))
        x = area.left()
        for text, kind in parts:
            swatch = QRectF(x, (to_font(_ABOVE) - to_font(_SWATCH)) / 2 - 2, to_font(_SWATCH), to_font(_SWATCH))
            if kind == "hatched":
                painter.fillRect(swatch, tone)
                _hatch(painter, swatch, tone, tones)
            elif kind == "whole":
                painter.fillRect(swatch, tone)
            else:
                _outlined(painter, swatch, tones)
            wide = painter.fontMetrics().horizontalAdvance(text)
            box = QRectF(x + to_font(_SWATCH) + GRID, swatch.top() - 5, wide + 4, to_font(_SWATCH) + 10)
            words(painter, box, text, tones.note, Qt.AlignmentFlag.AlignLeft)
            x = box.right() + 4 * GRID

    def _area(self) -> QRectF:
        return QRectF(
            to_font(_LEFT),
            to_font(_ABOVE),
            max(1.0, self.width() - to_font(_LEFT) - 2 * GRID),
            max(1.0, self.height() - to_font(_ABOVE) - to_font(_BELOW)),
        )

    def _labelled(self, slot: float) -> list[int]:
        """The columns that have room for their label: first those that matter, then each so many'th of the rest."""
        widest = max((self.note_metrics().horizontalAdvance(column.label) for column in self.columns), default=0)
        every = max(1, math.ceil((widest + 2 * GRID) / slot))
        strong = [place for place, column in enumerate(self.columns) if column.strong]
        taken: list[int] = []
        for place in (self.at, *strong, *range(0, len(self.columns), every)):
            if place >= 0 and all(abs(place - other) >= every for other in taken):
                taken.append(place)
        return taken

    @Slot(QPointF)
    def _on_hover(self, point: QPointF) -> None:
        self.pointed.emit(self.column_at(point))

    @Slot(QPointF)
    def _on_click(self, point: QPointF) -> None:
        place = self.column_at(point)
        if place >= 0:
            self.opened.emit(place)


def nice_step(highest: float, ticks: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that leads to `highest` in about `ticks` steps; at least 1 Wh."""
    rough = max(highest / ticks, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= rough * (1 - 1e-9))


def _unit(top: float) -> tuple[str, float]:
    return next((pair for pair in reversed(_UNITS) if top >= pair[1]), _UNITS[0])


def _upright(box: QRectF, left: float, wide: float, share: float) -> QRectF:
    tall = box.height() * max(0.0, share)
    return QRectF(left, box.bottom() - tall, wide, tall)


def _outlined(painter: QPainter, box: QRectF, tones: Colours) -> None:
    """What is only compared with: quiet, but with an edge that is seen."""
    painter.fillRect(box, blended(tones.expected, tones.base, 0.35))
    painter.setPen(QPen(tones.expected, 1))
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))


def _hatch(painter: QPainter, box: QRectF, tone: QColor, tones: Colours) -> None:
    """Stripes and an outline: what is not measured is told by more than a shade."""
    painter.fillRect(box, blended(tone, tones.base, 0.25))
    painter.fillRect(box, QBrush(readable(tone, tones.base, 4.5), Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(readable(tone, tones.base, 4.5), 1))
    painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
