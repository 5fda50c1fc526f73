"""The plots of a day: power above, exchange with the grid beneath where it is measured. Drawn, nothing meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintEvent

from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import blended
from enphase_tray.ui.charts._labels import Name, View, places_for
from enphase_tray.ui.charts._pane import Lone, Pane, arrays, soft, thin
from enphase_tray.ui.charts._plotting import np, pg
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.look.theme import Colours, note_font, readable

LEAST_SPAN = 1800.0
_LEAST_WATTS = 100.0
_GROUND = 0.7
"""Names stay readable where a curve runs through them, and the curve can still be seen."""
_SMOOTH_POINTS = 600
"""Smoothed edges cost time with each point; a day of minutes is dense enough without."""


@dataclass(frozen=True, slots=True)
class Line:
    """A curve to draw: its name, the tone of its meaning, moved by `shift` seconds.

    `filled` softly down to 0.
    """

    curve: Curve
    name: str
    tone: str
    shift: float = 0.0
    filled: bool = False

    @property
    def end(self) -> float:
        """The epoch second at which it ends."""
        return self.curve.times[-1] + self.shift if self.curve.times else 0.0

    def height(self, moment: float) -> float | None:
        """W of the drawn line at `moment`, `None` in a gap."""
        return self.curve.between(moment - self.shift)


class DayPlot(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Takes lines and marks; tells what is in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        layout = self.ci.layout
        layout.setContentsMargins(0, 4, 8, 0)
        layout.setHorizontalSpacing(0)
        layout.setVerticalSpacing(0)
        self.power = Pane(self, 0)
        self.power.watts.unit = True
        self.grid: Pane | None = None
        self._lines: tuple[Line, ...] = ()
        self._items: list[Any] = []
        self._names: list[Any] = []
        self._marks: list[Any] = []
        self._exchange: tuple[Any, ...] = ()
        self._given = pg.TextItem()
        self._dot = pg.ScatterPlotItem(size=8)
        self._dot.setZValue(30)
        self._lone = Lone()
        self.power.view.addItem(self._lone, ignoreBounds=True)
        self.power.view.addItem(self._dot, ignoreBounds=True)
        self._wide = 0.0
        self._unfit = False
        self._tones: Colours | None = None
        self._font = QFont()
        self.power.view.sigXRangeChanged.connect(self._settle)
        self.power.view.sigResized.connect(self._outgrown)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._unfit:
            self._unfit = False
            self._fit_height()
        super().paintEvent(event)

    @property
    def span(self) -> tuple[float, float]:
        """First and last epoch second in sight."""
        low, high = self.power.view.viewRange()[0]
        return float(low), float(high)

    @property
    def names(self) -> tuple[str, ...]:
        """What is written at the lines."""
        return tuple(name.toPlainText() for name in self._names if name.isVisible())

    def put_day(self, start: float, end: float, wording: Wording, *, grid: bool) -> None:
        """Let the axes speak of this day and keep the view within it; `grid` for the plot beneath."""
        if grid != (self.grid is not None):
            self._add_grid() if grid else self._drop_grid()
        for pane in self._panes():
            pane.clock.put_day(start, wording)
            pane.watts.put_wording(wording)
            pane.view.setLimits(xMin=start, xMax=end, minXRange=LEAST_SPAN)
        self.power.view.setLimits(yMin=0)

    def put_lines(self, lines: Sequence[Line]) -> None:
        """Draw these instead of those before, the last one on top."""
        for item in self._items:
            self.power.view.removeItem(item)
        self._lines = tuple(lines)
        self._items = [self.power.curve(line.curve, line.shift, filled=line.filled) for line in lines]
        for item, line in zip(self._items, lines, strict=True):
            item.opts["antialias"] = len(line.curve.times) <= _SMOOTH_POINTS
        # Names and marks are used again: pyqtgraph's texts hear of each painting until they are collected.
        for _ in range(len(self._names), len(lines)):
            self._names.append(pg.TextItem(anchor=(0, 1)))
            self._names[-1].setZValue(20)
            self.power.view.addItem(self._names[-1], ignoreBounds=True)
        for name, line in zip(self._names, lines, strict=False):
            name.setText(line.name)
            name.setVisible(True)
        for name in self._names[len(lines) :]:
            name.setVisible(False)
        self._dress()
        self._outgrown()

    def put_exchange(self, net: Curve) -> None:
        """Draw what comes from the grid above the line in the plot beneath, what goes to it below."""
        grid = self.grid
        if grid is None:
            return
        times, watts = arrays(net)
        if not self._exchange:
            self._exchange = tuple(pg.PlotCurveItem(connect="finite", fillLevel=0) for _ in range(2))
            for item in self._exchange:
                grid.view.addItem(item)
        drawn, given = self._exchange
        drawn.setData(times, np.maximum(watts, 0.0))
        given.setData(times, np.minimum(watts, 0.0))
        high, low = max([_LEAST_WATTS, *net.watts]), min([-_LEAST_WATTS, *net.watts])
        room = (high - low) * 0.22
        grid.view.setYRange(low - room, high + room, padding=0)
        self._dress()

    def put_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Upright lines with words at the top: before noon to their right, after it to their left."""
        low, high = self.power.view.state["limits"]["xLimits"]
        for _ in range(len(self._marks), len(marks)):
            self._marks.append(pg.InfiniteLine(angle=90, label="", labelOpts={"position": 1.0}))
            self.power.view.addItem(self._marks[-1], ignoreBounds=True)
        for line, (moment, text) in zip(self._marks, marks, strict=False):
            side = (0.0, 0.0) if moment < (low + high) / 2 else (1.0, 0.0)
            line.setVisible(True)  # first: hidden ones take no words
            line.label.anchors = [side, side]
            line.setValue(moment)
            line.label.setFormat(text)
        for line in self._marks[len(marks) :]:
            line.setVisible(False)
        self._dress()

    def put_cursor(self, moment: float | None, watts: float | None) -> None:
        """Put the upright lines at `moment` and a dot at `watts`, or take them away."""
        for pane in self._panes():
            pane.cursor.setVisible(moment is not None)
            if moment is not None:
                pane.cursor.setPos(moment)
        self._dot.setData(*(([], []) if moment is None or watts is None else ([moment], [watts])))

    def moment_at(self, place: QPointF) -> float | None:
        """The epoch second of a place in the scene, `None` outside the plots."""
        for pane in self._panes():
            if pane.view.sceneBoundingRect().contains(place):
                return float(pane.view.mapSceneToView(place).x())
        return None

    def look(self, low: float, high: float) -> None:
        """Show that much time."""
        self.power.view.setXRange(low, high, padding=0)

    def restyle(self, tones: Colours, font: QFont) -> None:
        """Take other colours."""
        self._tones, self._font = tones, note_font(font)
        self.setBackground(tones.base)
        for pane in self._panes():
            pane.restyle(tones, self._font)
        self._dress()
        self._outgrown()

    def put_names(self) -> None:
        """Find a place for each name at its line."""
        low, high = self.span
        bottom, top = self.power.view.viewRange()[1]
        view = View(low, high, bottom, top, self.power.view.width(), self.power.view.height())
        self._wide = high - low
        metrics = QFontMetricsF(self._font)
        named = [place for place, line in enumerate(self._lines) if line.name]
        sizes = [
            Name(n, metrics.horizontalAdvance(line.name) + 8, metrics.height() + 2, line.end)
            for n, line in enumerate(self._lines)
            if line.name
        ]
        found = places_for(sizes, [line.height for line in self._lines], view)
        for name in self._names:
            name.setVisible(False)
        for number, place in zip(named, found, strict=True):
            if place is not None:
                self._names[number].setPos(*place)
                self._names[number].setVisible(True)

    @Slot()
    def _outgrown(self, *_: object) -> None:
        """Heights and names are fitted before the next painting: once, however often the size changes till then."""
        self._unfit = True
        self.viewport().update()

    def _fit_height(self) -> None:
        """Leave room above the highest curve for its name and, over that, for the words of the upright lines."""
        peak = max([_LEAST_WATTS, *(max(line.curve.watts, default=0.0) for line in self._lines)])
        tall = self.power.view.height()
        room = 3.3 * QFontMetricsF(self._font).height()
        self.power.view.setYRange(0, peak * (tall / (tall - room) if tall > 2 * room else 2.0), padding=0)
        self.put_names()

    def _panes(self) -> tuple[Pane, ...]:
        return (self.power,) if self.grid is None else (self.power, self.grid)

    def _add_grid(self) -> None:
        self.grid = pane = Pane(self, 1)
        self.ci.layout.setRowStretchFactor(0, 5)
        self.ci.layout.setRowStretchFactor(2, 2)
        self.ci.layout.setRowSpacing(1, 6)
        pane.view.setXLink(self.power.view)
        pane.watts.unsigned = pane.watts.unit = True
        pane.title.setText(tr("from grid"))
        self._given.setText(tr("to grid"))
        self._given.setParentItem(pane.view)
        pane.view.sigResized.connect(self._settle_given)
        self.power.clock.setStyle(showValues=False)
        if self._tones is not None:
            pane.restyle(self._tones, self._font)

    def _drop_grid(self) -> None:
        pane = self.grid
        if pane is None:
            return
        self._given.setParentItem(None)
        for item in (pane.view, pane.watts, pane.clock):
            self.removeItem(item)
        self.grid, self._exchange = None, ()
        self.ci.layout.setRowStretchFactor(2, 0)
        self.ci.layout.setRowSpacing(1, 0)
        self.power.clock.setStyle(showValues=True)

    def _dress(self) -> None:
        """Pens and brushes for what is drawn, in the tones of the palette."""
        tones = self._tones
        if tones is None:
            return
        for item, name, line in zip(self._items, self._names, self._lines, strict=False):
            tone: QColor = getattr(tones, line.tone)
            item.setPen(thin(tone))
            item.setBrush(soft(tone) if line.filled else None)
            name.setColor(readable(tone, tones.base, 4.5))
            name.setFont(self._font)
            name.fill = pg.mkBrush(soft(tones.base, _GROUND))
        self._lone.put((line.curve, line.shift, getattr(tones, line.tone)) for line in self._lines)
        for mark in self._marks:
            mark.setPen(thin(blended(tones.note, tones.base, 0.5), Qt.PenStyle.DotLine))
            mark.label.setColor(tones.note)
            mark.label.setFont(self._font)
        for item, tone in zip(self._exchange, (tones.imported, tones.exported), strict=False):
            item.setPen(thin(tone))
            item.setBrush(soft(tone, 0.25))
        if self.grid is not None:
            self.grid.title.setColor(readable(tones.imported, tones.base, 4.5))
            self._given.setColor(readable(tones.exported, tones.base, 4.5))
            self.grid.title.fill = self._given.fill = pg.mkBrush(tones.base)
            self._given.setFont(self._font)
        self._dot.setBrush(tones.text)
        self._dot.setPen(thin(tones.base))

    @Slot()
    def _settle(self, *_: object) -> None:
        """Names stay where they are while the view slides; at another zoom they look for a new place."""
        low, high = self.span
        gone = any(name.isVisible() and not low <= name.pos().x() <= high for name in self._names)
        if gone or abs((high - low) - self._wide) > 1.0:
            self.put_names()

    @Slot()
    def _settle_given(self, *_: object) -> None:
        if self.grid is not None:
            self._given.setPos(2, self.grid.view.height() - self._given.boundingRect().height() + 2)
