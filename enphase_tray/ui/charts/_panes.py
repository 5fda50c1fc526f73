"""Two plots over one time axis, with cursor, point and label: everything that is drawn, nothing that is meant."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPen

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._axes import TimeAxis, WattAxis
from enphase_tray.ui.charts._plotting import pg
from enphase_tray.ui.day_curves import Curve
from enphase_tray.ui.theme import Colours, note_font

_LEAST_SPAN = 1800.0
_AXIS_WIDTH = 52


class Panes(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Above the sum (and the meter, dotted), beneath one line for each inverter."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        self.above = self._plot(0)
        self.beneath = self._plot(1)
        layout = self.ci.layout
        layout.setRowStretchFactor(0, 2)
        layout.setRowStretchFactor(1, 3)
        layout.setContentsMargins(0, 4, 8, 0)
        layout.setVerticalSpacing(6)
        self.above.setXLink(self.beneath)
        self.above.getAxis("bottom").setStyle(showValues=False)
        self._titles = [self._title(self.above), self._title(self.beneath)]
        self.total = pg.PlotCurveItem(connect="finite", fillLevel=0)
        self.meter = pg.PlotCurveItem(connect="finite")
        self.above.addItem(self.total)
        self.above.addItem(self.meter)
        self._lines = [self._upright(self.above), self._upright(self.beneath)]
        self._dot = pg.ScatterPlotItem(size=8)
        self._dot.setZValue(30)
        self._label = pg.TextItem(anchor=(0, 1))
        self._label.setZValue(31)
        for item in (self._dot, self._label):
            self.beneath.addItem(item, ignoreBounds=True)
        self._label.setVisible(False)

    def put_day(self, start: float, end: float, wording: Wording) -> None:
        """Let the axes speak of this day and keep the view within it."""
        for plot in (self.above, self.beneath):
            plot.getAxis("bottom").put_day(start, wording)
            plot.getAxis("left").put_wording(wording)
            plot.vb.setLimits(xMin=start, xMax=end, minXRange=_LEAST_SPAN, yMin=0)

    def put_titles(self, above: str, beneath: str) -> None:
        """What the two plots show, in their upper left corners."""
        for title, text in zip(self._titles, (above, beneath), strict=True):
            title.setText(text)

    def put_heights(self, above: float, beneath: float) -> None:
        """The highest values; both plots start at 0 and leave room for their titles."""
        self.above.setYRange(0, max(above, 10.0) * 1.3, padding=0)
        self.beneath.setYRange(0, max(beneath, 10.0) * 1.2, padding=0)

    def new_curve(self) -> Any:
        """Another line beneath."""
        curve = pg.PlotCurveItem(connect="finite")
        self.beneath.addItem(curve)
        return curve

    def point_at(self, place: QPointF) -> tuple[QPointF, bool] | None:
        """The plot's coordinates (epoch seconds, W) of a place in the scene, and whether it is beneath."""
        for plot in (self.above, self.beneath):
            if plot.vb.sceneBoundingRect().contains(place):
                return plot.vb.mapSceneToView(place), plot is self.beneath
        return None

    def height_of(self, moment: float, watts: float) -> float:
        """The scene's y of a point beneath."""
        return float(self.beneath.vb.mapViewToScene(QPointF(moment, watts)).y())

    def move_cursor(self, moment: float | None) -> None:
        """Put the upright lines at `moment`, or take them away."""
        for line in self._lines:
            line.setVisible(moment is not None)
            if moment is not None:
                line.setPos(moment)

    def mark_point(self, moment: float, watts: float, text: str, tones: Colours) -> None:
        """Mark a point beneath, with `text` beside it on the side that has room."""
        low, high = self.beneath.vb.viewRange()[0]
        self._dot.setData([moment], [watts])
        self._dot.setBrush(tones.selected)
        self._label.setText(text, color=tones.text)
        self._label.fill = pg.mkBrush(tones.base)
        self._label.setAnchor((1.05 if moment > low + (high - low) * 0.6 else -0.05, 1.25))
        self._label.setPos(moment, watts)
        self._label.setVisible(True)

    def unmark_point(self) -> None:
        """Take mark and text away."""
        self._dot.setData([], [])
        self._label.setVisible(False)

    def restyle(self, tones: Colours, font: QFont) -> None:
        """Take other colours."""
        self.setBackground(tones.base)
        small = note_font(font)
        for plot in (self.above, self.beneath):
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(QPen(tones.grid))
                axis.setTextPen(QPen(tones.note))
                axis.setTickFont(small)
        soft = QColor(tones.production)
        soft.setAlphaF(0.18)
        self.total.setPen(thin(tones.production))
        self.total.setBrush(soft)
        self.meter.setPen(thin(tones.text, Qt.PenStyle.DotLine))
        for line in self._lines:
            line.setPen(thin(blend(tones.note, tones.base, 0.6)))
        for title in self._titles:
            title.setColor(tones.note)
            title.setFont(small)
        self._label.setFont(small)
        self._dot.setPen(thin(tones.base))

    def _plot(self, place: int) -> Any:
        plot = self.addPlot(row=place, col=0, axisItems={"bottom": TimeAxis(), "left": WattAxis()})
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=True, y=False)
        plot.showGrid(x=False, y=True, alpha=0.15)
        plot.getAxis("left").setWidth(_AXIS_WIDTH)
        plot.vb.disableAutoRange()
        return plot

    def _title(self, plot: Any) -> Any:
        title = pg.TextItem()
        title.setParentItem(plot.vb)
        title.setPos(2, -2)
        return title

    def _upright(self, plot: Any) -> Any:
        line = pg.InfiniteLine(angle=90, movable=False)
        line.setVisible(False)
        plot.addItem(line, ignoreBounds=True)
        return line


def thin(colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine, width: int = 1) -> QPen:
    """A pen as wide at any zoom: one pixel, since anything wider costs several times as much to draw."""
    pen = QPen(colour, width, style)
    pen.setCosmetic(True)
    return pen


def blend(front: QColor, back: QColor, share: float) -> QColor:
    """`share` of `front` on `back`, without transparency, which costs time for many lines."""
    parts = ((f * share + b * (1 - share)) for f, b in (
        (front.red(), back.red()), (front.green(), back.green()), (front.blue(), back.blue())
    ))  # fmt: skip
    return QColor(*(round(part) for part in parts))


def arrays(curve: Curve) -> tuple[Any, Any]:
    """A curve as arrays of epoch seconds and W, with not-a-number in its gaps."""
    times, watts = curve.with_gaps()
    return np.array(times, dtype=float), np.array(watts, dtype=float)
