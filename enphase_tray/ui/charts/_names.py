"""Names of lines, written beside them and kept apart from each other while the view moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont

from enphase_tray.ui.charts._plotting import pg
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.look.theme import Colours

_BESIDE = 4.0
_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Name:
    """Words that belong to a point of the plot (epoch seconds, W).

    They stand beside it, or hang below: below the point, or all of the `curve` where one is given.
    """

    words: str
    tone: QColor
    moment: float
    watts: float
    below: bool = False
    curve: Curve | None = None


class Names:
    """The texts live in the pixels of the view box, so that they can be put beside each other."""

    def __init__(self, box: Any) -> None:
        """`box` is pyqtgraph's view box."""
        self._box = box
        self._items: list[Any] = []
        self._names: tuple[Name, ...] = ()
        self._font = QFont()
        self._ground = QColor()
        box.sigRangeChanged.connect(self.arrange)
        box.sigResized.connect(self.arrange)

    def put(self, names: Sequence[Name]) -> None:
        """Write these instead of what was there."""
        while len(self._items) < len(names):
            item = pg.TextItem()
            item.setParentItem(self._box)
            item.setZValue(40)
            self._items.append(item)
        self._names = tuple(names)
        for place, item in enumerate(self._items):
            item.setVisible(place < len(names))
            if place < len(names):
                item.setFont(self._font)
                item.setText(names[place].words, color=names[place].tone)
                item.fill = pg.mkBrush(self._ground)
        self.arrange()

    def restyle(self, tones: Colours, font: QFont) -> None:
        """Take other colours; the names' own come with them."""
        self._font, self._ground = font, QColor(tones.base)
        self._ground.setAlphaF(0.75)
        self.put(self._names)

    def arrange(self, *_told: object) -> None:
        """Put each text to the right of its point or below it, within the box, none upon another."""
        room = self._box.rect()
        if room.width() <= 1 or room.height() <= 1:
            return
        low, high = self._box.viewRange()[0]
        placed: list[tuple[float, float, float, Any]] = []
        for name, item in zip(self._names, self._items, strict=False):
            item.setVisible(low <= name.moment <= high)
            if item.isVisible():
                size = item.boundingRect()
                point = self._box.mapFromView(QPointF(name.moment, name.watts))
                left = min(point.x() + _BESIDE, room.right() - size.width())
                foot = self._foot(name, left, left + size.width()) if name.below else float(point.y())
                top = foot + (_BESIDE if name.below else -size.height() / 2)
                placed.append((top, left, size.height(), item))
        tops, heights = [place[0] for place in placed], [place[2] for place in placed]
        for (_, left, _, item), top in zip(placed, spread(tops, heights, room.top(), room.bottom()), strict=True):
            item.setPos(left, top)

    def _foot(self, name: Name, left: float, right: float) -> float:
        """The lowest pixel of what the words must not cover, between two pixels across."""
        low, high = (self._box.mapToView(QPointF(x, 0.0)).x() for x in (left, right))
        moments = (low + (high - low) * step / _SAMPLES for step in range(_SAMPLES + 1))
        curve = name.curve
        drawn = [] if curve is None else [watts for at in moments if (watts := curve.between(at)) is not None]
        return float(self._box.mapFromView(QPointF(name.moment, min(drawn, default=name.watts))).y())


def spread(tops: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Where to put boxes so that none covers another, each as near to its own place as that allows, in their order.

    Boxes that do not fit between `low` and `high` go beyond `low`.
    """
    order = sorted(range(len(tops)), key=lambda place: tops[place])
    found = list(tops)
    free = low
    for place in order:
        found[place] = max(found[place], free)
        free = found[place] + heights[place]
    end = high
    for place in reversed(order):
        found[place] = min(found[place], end - heights[place])
        end = found[place]
    return found
