"""Digits for very small pictures, drawn as strokes that end on whole pixels.

A font's digits blur at 16 px and need the font database in memory; these stay crisp at every size and are always there.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

DIGITS = frozenset("0123456789")
MARKS = frozenset(".,")


@dataclass(frozen=True, slots=True)
class Measure:
    """Sizes of one line of figures in px: digit width and height, stroke, gap and dot."""

    width: int
    height: int
    stroke: int
    gap: int
    dot: int

    def text_width(self, text: str) -> int:
        return sum(self._width_of(char) for char in text) + self.gap * (len(text) - 1)

    def _width_of(self, char: str) -> int:
        return self.dot if char in MARKS else self.width


def drawable(text: str) -> bool:
    """Whether `text` is one to three digits, with at most one decimal mark."""
    digits = sum(char in DIGITS for char in text)
    marks = sum(char in MARKS for char in text)
    return 1 <= digits <= 3 and marks <= 1 and digits + marks == len(text)


def measure(text: str, box_width: int, box_height: int) -> Measure:
    """The largest digits with which `text` fits the box."""
    digits = sum(char in DIGITS for char in text)
    dots = len(text) - digits
    gap = max(1, box_width // 14)
    dot = max(1, min(round(box_width / 7), round(box_height / 4)))
    room = box_width - gap * (len(text) - 1) - dot * dots
    width = max(3, min(room // digits, round(box_height * 0.68)))
    stroke = max(1, min(round(box_height / 5), (width - 1) // 2))
    return Measure(width, box_height, stroke, gap, min(dot, stroke + 1))


def draw_figure(painter: QPainter, text: str, box: QRectF, colour: QColor) -> None:
    """Draw `text` centred in `box` as large as it fits; whole pixels in `box` give crisp stems."""
    sizes = measure(text, int(box.width()), int(box.height()))
    pen = QPen(colour, sizes.stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
    x = box.left() + (int(box.width()) - sizes.text_width(text)) // 2
    for char in text:
        if char in MARKS:
            _draw_mark(painter, char, x, box.top(), sizes, colour)
            x += sizes.dot + sizes.gap
            continue
        painter.strokePath(_digit(char, x, box.top(), sizes), pen)
        x += sizes.width + sizes.gap


def _draw_mark(painter: QPainter, char: str, x: float, top: float, sizes: Measure, colour: QColor) -> None:
    height = sizes.dot if char == "." else sizes.dot + max(1, sizes.dot // 2)
    painter.fillRect(QRectF(x, top + sizes.height - height, sizes.dot, height), colour)


class _Box:
    """The skeleton's frame of one digit: middle lines of its outer strokes, and the corner radius."""

    def __init__(self, x: float, top: float, sizes: Measure) -> None:
        half = sizes.stroke / 2
        self.left, self.right = x + half, x + sizes.width - half
        self.top, self.bottom = top + half, top + sizes.height - half
        self.middle = top + (sizes.height - sizes.stroke) // 2 + half
        self.radius = min((self.right - self.left) / 2, (self.middle - self.top) / 2)
        self.half = half

    def flipped(self, y: float) -> float:
        return self.top + self.bottom - y


def _digit(char: str, x: float, top: float, sizes: Measure) -> QPainterPath:
    return _SHAPES[char](_Box(x, top, sizes))


def _ring(path: QPainterPath, box: _Box, top: float, bottom: float) -> None:
    rect = QRectF(box.left, top, box.right - box.left, bottom - top)
    path.addRoundedRect(rect, box.radius, box.radius)


def _zero(box: _Box) -> QPainterPath:
    path = QPainterPath()
    _ring(path, box, box.top, box.bottom)
    return path


def _one(box: _Box) -> QPainterPath:
    stem = box.right - round((box.right - box.left) / 4)
    path = QPainterPath(QPointF(stem, box.bottom + box.half))
    path.lineTo(stem, box.top - box.half)
    path.moveTo(box.left - box.half / 2, box.top + (box.middle - box.top) * 0.62)
    path.lineTo(stem, box.top)
    return path


def _two(box: _Box) -> QPainterPath:
    radius = box.radius
    path = QPainterPath(QPointF(box.left, box.top + radius + box.half))
    path.lineTo(box.left, box.top + radius)
    path.quadTo(box.left, box.top, box.left + radius, box.top)
    path.lineTo(box.right - radius, box.top)
    path.quadTo(box.right, box.top, box.right, box.top + radius)
    path.lineTo(box.right, box.middle - radius * 0.6)
    path.lineTo(box.left, box.bottom - box.half)
    path.moveTo(box.left - box.half, box.bottom)
    path.lineTo(box.right + box.half, box.bottom)
    return path


def _three(box: _Box) -> QPainterPath:
    radius = box.radius
    path = QPainterPath(QPointF(box.left - box.half, box.top))
    path.lineTo(box.right - radius, box.top)
    _round_corner(path, box, box.top, box.middle)
    path.lineTo(box.left + (box.right - box.left) / 4, box.middle)
    path.moveTo(box.right - radius, box.middle)
    _round_corner(path, box, box.middle, box.bottom)
    path.lineTo(box.left - box.half, box.bottom)
    return path


def _round_corner(path: QPainterPath, box: _Box, top: float, bottom: float) -> None:
    """From the upper edge round the right side to the lower edge."""
    path.quadTo(box.right, top, box.right, top + box.radius)
    path.lineTo(box.right, bottom - box.radius)
    path.quadTo(box.right, bottom, box.right - box.radius, bottom)


def _four(box: _Box) -> QPainterPath:
    stem = box.right - (box.half if box.right - box.left > 5 else 0)
    stem = round(stem - box.half) + box.half
    bar = box.middle + round((box.bottom - box.middle) / 3)
    path = QPainterPath(QPointF(stem, box.bottom + box.half))
    path.lineTo(stem, box.top - box.half)
    path.moveTo(box.left + (stem - box.left) * 0.45, box.top - box.half)
    path.lineTo(box.left, bar)
    path.lineTo(box.right + box.half, bar)
    return path


def _five(box: _Box) -> QPainterPath:
    path = QPainterPath(QPointF(box.right + box.half, box.top))
    path.lineTo(box.left, box.top)
    path.lineTo(box.left, box.middle)
    path.lineTo(box.right - box.radius, box.middle)
    _round_corner(path, box, box.middle, box.bottom)
    path.lineTo(box.left - box.half, box.bottom)
    return path


def _six(box: _Box) -> QPainterPath:
    path = QPainterPath()
    _ring(path, box, box.middle, box.bottom)
    path.moveTo(box.left, box.bottom - box.radius)
    path.lineTo(box.left, box.top + box.radius)
    path.quadTo(box.left, box.top, box.left + box.radius, box.top)
    path.lineTo(box.right, box.top)
    return path


def _seven(box: _Box) -> QPainterPath:
    path = QPainterPath(QPointF(box.left - box.half, box.top))
    path.lineTo(box.right, box.top)
    path.lineTo(box.right, box.top + box.half)
    path.lineTo(box.left + (box.right - box.left) * 0.3, box.bottom + box.half)
    return path


def _eight(box: _Box) -> QPainterPath:
    path = QPainterPath()
    _ring(path, box, box.top, box.middle)
    _ring(path, box, box.middle, box.bottom)
    return path


def _nine(box: _Box) -> QPainterPath:
    middle = box.flipped(box.middle)
    path = QPainterPath()
    _ring(path, box, box.top, middle)
    path.moveTo(box.right, box.top + box.radius)
    path.lineTo(box.right, box.bottom - box.radius)
    path.quadTo(box.right, box.bottom, box.right - box.radius, box.bottom)
    path.lineTo(box.left, box.bottom)
    return path


_SHAPES = {
    "0": _zero,
    "1": _one,
    "2": _two,
    "3": _three,
    "4": _four,
    "5": _five,
    "6": _six,
    "7": _seven,
    "8": _eight,
    "9": _nine,
}
