"""The shapes that say a state without colour: tick, triangle, octagon, clock, moon, slash, padlock, dash."""

import math
from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from enphase_tray.ui.look.theme import Colours, colours, to_font


class Mark(StrEnum):
    """What a shape says."""

    NONE = "none"
    WELL = "well"
    LOOK = "look"
    FAULT = "fault"
    STALE = "stale"
    ASLEEP = "asleep"
    NO_LINK = "no link"
    LOCKED = "certificate"
    UNKNOWN = "unknown"
    NOTE = "note"


def mark_colour(mark: Mark, tones: Colours) -> QColor:
    """The colour that goes with a shape."""
    return {
        Mark.WELL: tones.well,
        Mark.LOOK: tones.look,
        Mark.FAULT: tones.fault,
        Mark.STALE: tones.look,
        Mark.NO_LINK: tones.fault,
        Mark.LOCKED: tones.look,
        Mark.ASLEEP: tones.asleep,
    }.get(mark, tones.note)


class MarkWidget(QWidget):
    """One shape beside a text. It has no words of its own: the text says the same."""

    def __init__(self, mark: Mark = Mark.NONE, size: int = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setFixedSize(to_font(size), to_font(size))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setVisible(mark is not Mark.NONE)

    @property
    def mark(self) -> Mark:
        return self._mark

    def set_mark(self, mark: Mark) -> None:
        """Show another shape; `NONE` takes no room."""
        if mark is not self._mark:
            self._mark = mark
            self.setVisible(mark is not Mark.NONE)
            self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_mark(painter, QRectF(self.rect()), self._mark, mark_colour(self._mark, colours(self.palette())))
        painter.end()


def mark_icon(mark: Mark, tones: Colours, size: int = 14) -> QIcon:
    """The shape as an icon for tables."""
    return _icon(mark, mark_colour(mark, tones).name(), to_font(size))


@lru_cache(maxsize=64)
def _icon(mark: Mark, colour: str, size: int) -> QIcon:
    icon = QIcon()
    for scale in (1, 2):
        pixmap = QPixmap(size * scale, size * scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw_mark(painter, QRectF(0, 0, size * scale, size * scale), mark, QColor(colour))
        painter.end()
        pixmap.setDevicePixelRatio(scale)
        icon.addPixmap(pixmap)
        icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def draw_mark(painter: QPainter, box: QRectF, mark: Mark, colour: QColor) -> None:
    """Paint `mark` into the square `box`."""
    if mark is Mark.NONE:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / 16.0, box.height() / 16.0)
    pen = QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    _SHAPES[mark](painter, colour)
    painter.restore()


def _tick(painter: QPainter, _colour: QColor) -> None:
    painter.drawPolyline(QPolygonF([QPointF(3, 8.5), QPointF(6.5, 12), QPointF(13, 4.5)]))


def _triangle(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(8, 2.5), QPointF(14, 13), QPointF(2, 13)]))
    _bang(painter, colour, 6.2, 9.0, 11.2)


def _octagon(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    turns = [math.pi / 8 + n * math.pi / 4 for n in range(8)]
    painter.drawPolygon(QPolygonF([QPointF(8 + 6.2 * math.cos(t), 8 + 6.2 * math.sin(t)) for t in turns]))
    _bang(painter, colour, 4.6, 8.6, 11.4)


def _bang(painter: QPainter, colour: QColor, top: float, end: float, dot: float) -> None:
    inside = QColor("#ffffff") if colour.lightness() < 140 else QColor("#16181b")
    painter.setPen(QPen(inside, 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(8, top), QPointF(8, end))
    painter.drawPoint(QPointF(8, dot))


def _clock(painter: QPainter, _colour: QColor) -> None:
    painter.drawEllipse(QPointF(8, 8), 6, 6)
    painter.drawPolyline(QPolygonF([QPointF(8, 4.5), QPointF(8, 8), QPointF(10.5, 9.5)]))


def _moon(painter: QPainter, colour: QColor) -> None:
    disc, bite = QPainterPath(), QPainterPath()
    disc.addEllipse(QPointF(7.5, 8), 6, 6)
    bite.addEllipse(QPointF(10.8, 6), 5.4, 5.4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(disc.subtracted(bite), colour)


def _slash(painter: QPainter, _colour: QColor) -> None:
    painter.drawEllipse(QPointF(8, 8), 6, 6)
    painter.drawLine(QPointF(3.8, 12.2), QPointF(12.2, 3.8))


def _padlock(painter: QPainter, colour: QColor) -> None:
    painter.drawArc(QRectF(4.8, 1.8, 6.4, 8), 0, 180 * 16)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(3, 7.2, 10, 6.6), 1, 1)


def _dash(painter: QPainter, _colour: QColor) -> None:
    painter.drawLine(QPointF(4, 8), QPointF(12, 8))


def _dot(painter: QPainter, colour: QColor) -> None:
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(8, 8), 2.2, 2.2)


_SHAPES = {
    Mark.WELL: _tick,
    Mark.LOOK: _triangle,
    Mark.FAULT: _octagon,
    Mark.STALE: _clock,
    Mark.ASLEEP: _moon,
    Mark.NO_LINK: _slash,
    Mark.LOCKED: _padlock,
    Mark.UNKNOWN: _dash,
    Mark.NOTE: _dot,
}
