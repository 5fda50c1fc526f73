"""The heat map's colours: blue for less than the group, orange for more, which every kind of eye tells apart."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from enphase_tray.model.language import mark, tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import blended, words
from enphase_tray.ui.figures.heat import CLASSES, LIMITS, SAME_CLASS
from enphase_tray.ui.look.theme import GRID, Colours, contrast, to_font

_LIGHT = ("#004a80", "#eceef1", "#c96f00")
_DARK = ("#74c6ff", "#3a4047", "#ffab1a")
_SWATCH = 7 * GRID
_TITLE = mark("of the median")
_UNKNOWN = mark("not known")
_DIM = mark("too dim, or not over")


def class_colours(tones: Colours) -> list[QColor]:
    """One colour a class, then that of the unknown (transparent) and of days too dim to compare (as the ground)."""
    less, same, more = (QColor(tone) for tone in (_DARK if contrast(tones.base, QColor("#ffffff")) > 4.5 else _LIGHT))
    below = [blended(less, same, 1.0 - place / (SAME_CLASS + 0.2)) for place in range(SAME_CLASS)]
    above = [blended(more, same, place / (CLASSES - 1 - SAME_CLASS)) for place in range(1, CLASSES - SAME_CLASS)]
    return [*below, same, *above, QColor(0, 0, 0, 0), tones.base]


def unknown_brush(tones: Colours) -> QBrush:
    """What stands where nothing is known: hatching, which no share looks like."""
    return QBrush(blended(tones.note, tones.base, 0.45), Qt.BrushStyle.BDiagPattern)


def draw_scale(painter: QPainter, box: QRectF, tones: Colours, wording: Wording) -> None:
    """The legend in one line: every class with the numbers between them, unknown and dim as far as there is room."""
    metrics = painter.fontMetrics()
    height, half = float(GRID * 2), metrics.height() / 2
    top = box.top() + GRID / 2
    shades = class_colours(tones)
    for place in range(CLASSES):
        painter.fillRect(
            QRectF(box.left() + place * to_font(_SWATCH), top, to_font(_SWATCH) - 1, height), shades[place]
        )
    for place, limit in enumerate(LIMITS, 1):
        text = wording.number(limit, 2).rstrip("0").removesuffix(wording.decimal)
        middle = box.left() + place * to_font(_SWATCH) - 0.5
        under = QRectF(middle - to_font(_SWATCH) / 2, top + height, to_font(_SWATCH), 2 * half)
        words(painter, under, text, tones.note, Qt.AlignmentFlag.AlignHCenter)
    left = box.left() + CLASSES * to_font(_SWATCH) + GRID
    line = QRectF(left, top + height / 2 - half, box.right() - left, 2 * half)
    words(painter, line, tr(_TITLE), tones.note, Qt.AlignmentFlag.AlignLeft)
    left += metrics.horizontalAdvance(tr(_TITLE)) + 4 * GRID
    for brush, text in ((unknown_brush(tones), tr(_UNKNOWN)), (QBrush(tones.base), tr(_DIM))):
        needed = 5 * GRID + metrics.horizontalAdvance(text)
        if left + needed > box.right():
            return
        swatch = QRectF(left, top, 4 * GRID, height)
        painter.setPen(QPen(blended(tones.note, tones.base, 0.45), 1))
        painter.fillRect(swatch, brush)
        painter.drawRect(swatch)
        beside = QRectF(left + 5 * GRID, line.top(), needed, line.height())
        words(painter, beside, text, tones.note, Qt.AlignmentFlag.AlignLeft)
        left += needed + 4 * GRID
