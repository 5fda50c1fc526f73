"""The heat map as it is drawn: one picture of indexed colours, the names beside it, a frame around one cell."""

from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from enphase_tray.model.dates import dated
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import Canvas, words
from enphase_tray.ui.charts._heat_scale import class_colours, draw_scale, unknown_brush
from enphase_tray.ui.figures.heat import HeatMap
from enphase_tray.ui.look.marks import Mark, draw_mark, mark_colour
from enphase_tray.ui.look.theme import GRID, to_font

_TALLEST = 36.0
_WIDEST = 72.0
_GAP_FROM = 6.0
_DAY_ROOM = 52.0
_MONTH_ROOM = 28.0
_BY_DAYS = 100
_MARK = 10.0

Cell = tuple[int, int]
"""Row and column."""


class HeatCanvas(Canvas):
    """Knows where its cells are; what they mean is the chart's."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(60 * GRID, 30 * GRID)
        self.paint = self._paint
        self._heat: HeatMap | None = None
        self._rows: tuple[str, ...] = ()
        self._names: dict[str, str] = {}
        self._concerned: frozenset[str] = frozenset()
        self._wording = Wording()
        self._cell: Cell | None = None
        self._image = QImage()

    def put_map(
        self,
        heat: HeatMap,
        rows: tuple[str, ...],
        names: dict[str, str],
        concerned: frozenset[str],
        wording: Wording,
    ) -> None:
        """Draw `heat` with its inverters in the order of `rows`, marking those concerned."""
        self._heat, self._rows, self._names = heat, rows, names
        self._concerned, self._wording = concerned, wording
        wide = len(heat.days)
        cells = b"".join(heat.classes[serial] for serial in rows)
        # Qt only looks at the bytes that it is given, so the copy must own its.
        self._image = QImage(cells, wide, len(rows), wide, QImage.Format.Format_Indexed8).copy() if cells else QImage()
        self.restyle()

    def forget(self) -> None:
        """Draw nothing until there is another map."""
        self._heat = None

    def put_cell(self, cell: Cell | None) -> None:
        """Put the frame around another cell."""
        self._cell = cell
        self.update()

    def restyle(self) -> None:
        """Take the colours of the palette in use."""
        if not self._image.isNull():
            self._image.setColorTable([shade.rgba() for shade in class_colours(self.tones)])
        self.update()

    def cell_at(self, place: QPointF) -> Cell | None:
        """The cell at a place of the canvas."""
        area, heat = self.area(), self._heat
        if heat is None or not area.contains(place):
            return None
        row = int((place.y() - area.top()) / area.height() * len(self._rows))
        column = int((place.x() - area.left()) / area.width() * len(heat.days))
        return min(row, len(self._rows) - 1), min(column, len(heat.days) - 1)

    def cell_box(self, cell: Cell) -> QRectF:
        """Where a cell is."""
        area = self.area()
        wide, tall = area.width() / max(1, self._image.width()), area.height() / max(1, len(self._rows))
        return QRectF(area.left() + cell[1] * wide, area.top() + cell[0] * tall, wide, tall)

    def area(self) -> QRectF:
        """Where all cells are."""
        heat, metrics = self._heat, self.note_metrics()
        if heat is None or not self._rows or not heat.days:
            return QRectF()
        left = max(metrics.horizontalAdvance(name) for name in self._names.values()) + to_font(_MARK) + 4 * GRID
        top = metrics.height() + GRID
        bottom = self.height() - metrics.height() - 5 * GRID
        wide = min(self.width() - left - 2 * GRID, to_font(_WIDEST) * len(heat.days))
        tall = min(bottom - top, to_font(_TALLEST) * len(self._rows))
        return QRectF(left, top, max(wide, 1.0), max(tall, 1.0))

    def _paint(self, painter: QPainter) -> None:
        heat = self._heat
        if heat is None or self._image.isNull():
            return
        area = self.area()
        painter.fillRect(area, unknown_brush(self.tones))
        painter.drawImage(area, self._image)
        self._gaps(painter, area, len(heat.days))
        self._row_names(painter, area)
        self._day_names(painter, area, heat.days)
        bottom = self.height() - painter.fontMetrics().height() - 4 * GRID
        draw_scale(painter, QRectF(area.left(), bottom, self.width() - area.left(), 1), self.tones, self._wording)
        if self._cell is not None:
            box = self.cell_box(self._cell).adjusted(-1, -1, 1, 1)
            for tone, width in ((self.tones.base, 3.0), (self.tones.text, 1.5)):
                painter.setPen(QPen(tone, width))
                painter.drawRect(box)

    def _gaps(self, painter: QPainter, area: QRectF, days: int) -> None:
        """Thin lines between the cells, where these are large enough."""
        painter.setPen(QPen(self.tones.base, 1))
        wide, tall = area.width() / days, area.height() / len(self._rows)
        for row in range(1, len(self._rows)) if tall >= _GAP_FROM else ():
            y = round(area.top() + row * tall)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        for column in range(1, days) if wide >= _GAP_FROM else ():
            x = round(area.left() + column * wide)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _row_names(self, painter: QPainter, area: QRectF) -> None:
        """As many names as there is room for, in any case that of the row with the cursor."""
        tall, high = area.height() / len(self._rows), painter.fontMetrics().height() * 0.8
        every = max(1, -int(-high // tall))
        chosen = None if self._cell is None else self._cell[0]
        for row, serial in enumerate(self._rows):
            crowded = chosen is not None and abs(row - chosen) < every
            if row != chosen and (row % every or crowded):
                continue
            middle = area.top() + (row + 0.5) * tall
            box = QRectF(0, middle - high, area.left() - 2 * GRID, 2 * high)
            tone = self.tones.text if row == chosen else self.tones.note
            words(painter, box, self._names[serial], tone, Qt.AlignmentFlag.AlignRight, bold=row == chosen)
        for row, serial in enumerate(self._rows):
            if serial in self._concerned:
                middle = area.top() + (row + 0.5) * tall
                mark = QRectF(GRID / 2, middle - to_font(_MARK) / 2, to_font(_MARK), to_font(_MARK))
                draw_mark(painter, mark, Mark.LOOK, mark_colour(Mark.LOOK, self.tones))

    def _day_names(self, painter: QPainter, area: QRectF, days: tuple[date, ...]) -> None:
        """Mondays where few days are in sight, else the first of each month."""
        wide, by_days = area.width() / len(days), len(days) <= _BY_DAYS
        free = area.left()
        for column, day in enumerate(days):
            left = area.left() + column * wide
            stands = day.weekday() == 0 if by_days else day.day == 1
            text = (
                dated("{day} {mon}", day)
                if by_days
                else dated("{mon} {year}", day)
                if day.month == 1
                else dated("{mon}", day)
            )
            if not stands or left < free or left + painter.fontMetrics().horizontalAdvance(text) > self.width():
                continue
            box = QRectF(left, 0, 2 * to_font(_DAY_ROOM), area.top() - GRID / 2)
            words(painter, box, text, self.tones.note, Qt.AlignmentFlag.AlignLeft)
            free = left + (to_font(_MONTH_ROOM) if len(text) == 3 else to_font(_DAY_ROOM))
