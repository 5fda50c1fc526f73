"""One plot of power over time, made of the lightest parts there are."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPen

from enphase_tray.ui.charts._axes import TimeAxis, WattAxis
from enphase_tray.ui.charts._canvas import blended
from enphase_tray.ui.charts._plotting import np, pg
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.look.theme import Colours, to_font

_AXIS_WIDTH = 52


class Pane:
    """A plot of power over time without the menus and buttons of a ready-made one, which cost most of its making."""

    def __init__(self, owner: Any, place: int) -> None:
        """`owner` is the layout widget; the plot takes its rows `2 * place` and the next."""
        self.view = pg.ViewBox(enableMenu=False)
        self.view.setMouseEnabled(x=True, y=False)
        self.view.disableAutoRange()
        self.watts, self.clock = WattAxis(), TimeAxis()
        self.watts.setWidth(to_font(_AXIS_WIDTH))
        owner.addItem(self.watts, row=2 * place, col=0)
        owner.addItem(self.view, row=2 * place, col=1)
        owner.addItem(self.clock, row=2 * place + 1, col=1)
        for axis in (self.watts, self.clock):
            axis.linkToView(self.view)
            axis.setZValue(-1)
        self.watts.setGrid(40)
        self.title = pg.TextItem()
        self.title.setParentItem(self.view)
        self.title.setPos(2, -2)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.setVisible(False)
        self.view.addItem(self.cursor, ignoreBounds=True)

    def curve(self, curve: Curve, shift: float = 0.0, *, filled: bool = False) -> Any:
        """Another curve in it."""
        times, watts = arrays(curve)
        item = pg.PlotCurveItem(times + shift, watts, connect="finite", **({"fillLevel": 0} if filled else {}))
        self.view.addItem(item)
        return item

    def restyle(self, tones: Colours, small: QFont) -> None:
        """Take other colours."""
        for axis in (self.watts, self.clock):
            axis.setPen(QPen(tones.grid))
            axis.setTextPen(QPen(tones.note))
            axis.setTickFont(small)
        self.title.setColor(tones.note)
        self.title.setFont(small)
        self.cursor.setPen(thin(blended(tones.note, tones.base, 0.6)))


def thin(colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen of one pixel at any zoom: anything wider costs several times as much to draw."""
    pen = QPen(colour, 1, style)
    pen.setCosmetic(True)
    return pen


def soft(colour: QColor, share: float = 0.16) -> QColor:
    """`colour`, mostly transparent, for areas."""
    shade = QColor(colour)
    shade.setAlphaF(share)
    return shade


def arrays(curve: Curve) -> tuple[Any, Any]:
    """A curve as arrays of epoch seconds and W, with not-a-number in its gaps."""
    times, watts = np.array(curve.times, dtype=float), np.array(curve.watts, dtype=float)
    behind = np.flatnonzero(np.diff(times) > curve.hold) + 1
    return np.insert(times, behind, times[behind - 1] + 1.0), np.insert(watts, behind, np.nan)


class Lone(pg.ScatterPlotItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Dots for curves without a line in them, such as the first reading of all: nothing else would be seen."""

    def __init__(self) -> None:
        super().__init__(size=5, pen=None)

    def put(self, curves: Iterable[tuple[Curve, float, QColor]]) -> None:
        """Show those of these curves, each moved by so many seconds, in its tone."""
        spots = []
        for curve, shift, tone in curves:
            if (np.diff(np.array(curve.times, dtype=float)) > curve.hold).all():
                points = zip(curve.times, curve.watts, strict=True)
                spots += [{"pos": (at + shift, watts), "brush": tone} for at, watts in points]
        self.setData(spots)
