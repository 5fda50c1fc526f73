"""The ring of the tray icon, production now against the best of this hour, and the dot for what is unread."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

_TILE = "#26364d"
_TRACK = "#51637f"
_ARC = "#ffb52e"
_LOOK = "#ffd166"
_BADGE_EDGE = "#0b3a66"
_BADGE = "#ffffff"
_FAINT = 0.38
_WHOLE = 360 * 16
_TOP = 90 * 16


def draw_ring(painter: QPainter, size: int, share: float, tone: str | None, *, look: bool) -> None:
    """A ring filled by `share` (0 to 1) clockwise from the top, in a square of `size` px; `look`: with a triangle.

    In one `tone` there is no tile, and what is not filled is the tone made faint.
    """
    unit = size / 16
    stroke = max(2.0, round(2.6 * unit))
    inset = round((0 if tone else 1.2) * unit) + stroke / 2
    if tone is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_TILE))
        painter.drawRoundedRect(QRectF(0, 0, size, size), 3 * unit, 3 * unit)
    box = QRectF(inset, inset, size - 2 * inset, size - 2 * inset)
    track = QColor(tone or _TRACK)
    if tone is not None:
        track.setAlphaF(_FAINT)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    filled = round(share * _WHOLE)
    for colour, start, span in ((track, _TOP - filled, filled - _WHOLE), (QColor(tone or _ARC), _TOP, -filled)):
        if span:
            painter.setPen(QPen(colour, stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawArc(box, start, span)
    if look:
        _draw_triangle(painter, size, QColor(tone or _LOOK))


def draw_badge(painter: QPainter, size: int, tone: str | None) -> None:
    """A dot in the upper right corner, apart from what is beneath it; light within dark, to be seen on all of them."""
    unit = size / 16
    centre = QPointF(size - 3.0 * unit, 3.0 * unit)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.drawEllipse(centre, 4.2 * unit, 4.2 * unit)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    painter.setBrush(QColor(tone or _BADGE_EDGE))
    painter.drawEllipse(centre, 3.0 * unit, 3.0 * unit)
    if tone is None:
        painter.setBrush(QColor(_BADGE))
        painter.drawEllipse(centre, 1.7 * unit, 1.7 * unit)


def _draw_triangle(painter: QPainter, size: int, colour: QColor) -> None:
    """In the middle of the ring, its base on a whole pixel."""
    unit = size / 16
    half, top, base = 3.1 * unit, 4.9 * unit, round(10.2 * unit)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    middle = size / 2
    points = [QPointF(middle, top), QPointF(middle + half, base), QPointF(middle - half, base)]
    painter.drawPolygon(QPolygonF(points))
