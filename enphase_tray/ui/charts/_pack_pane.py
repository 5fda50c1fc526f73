"""One plot of a day: the pack as a band with its middle, single inverters as lines with their names beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import blended
from enphase_tray.ui.charts._names import Name, Names
from enphase_tray.ui.charts._pane import Lone, Pane, arrays, thin
from enphase_tray.ui.charts._plotting import np, pg
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.pack import Envelope
from enphase_tray.ui.look.theme import Colours, note_font

_LEAST_SPAN = 1800.0
_LEAST_WATTS = 10.0
_TITLE_LINES = 1.3
_NAMED_HEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """One inverter's curve: its tone, width in pixels, and the words beside it (none: no name)."""

    curve: Curve
    tone: QColor
    words: str = ""
    width: int = 1
    stray: bool = False
    """Whether it runs below the pack, so that there is room for its words beneath it."""
    named_at: float | None = None
    """Epoch seconds of the point that the words belong to; unless given, late in the day."""


class Band(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """The area between two lines, in pieces where either of them has a gap."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._brush = QColor()

    def put(self, times: Sequence[float], low: Sequence[float | None], high: Sequence[float | None]) -> None:
        """Fill between `low` and `high`."""
        path = QPainterPath()
        points = zip(times, low, high, strict=True)
        for known, run in groupby(points, key=lambda point: point[1] is not None and point[2] is not None):
            piece = list(run)
            if known and len(piece) > 1:
                path.moveTo(piece[0][0], piece[0][1] or 0.0)
                for at, bottom, _ in piece[1:]:
                    path.lineTo(at, bottom or 0.0)
                for at, _, top in reversed(piece):
                    path.lineTo(at, top or 0.0)
                path.closeSubpath()
        self.prepareGeometryChange()
        self._path = path
        self.update()

    def put_colour(self, colour: QColor) -> None:
        """Take another colour."""
        self._brush = colour
        self.update()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect()

    def paint(self, painter: QPainter, *_: Any) -> None:
        painter.fillPath(self._path, self._brush)


class PackPane(pg.GraphicsLayoutWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Draws what it is given; what is meant by it, and which line is which, is the chart's."""

    def __init__(self, middle: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        """`middle` tells the pack's middle from single lines where their names do not."""
        super().__init__()
        self._dashes = middle
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        self._pane = Pane(self, 0)
        self.ci.layout.setContentsMargins(0, 4, 4, 0)
        self.ci.layout.setSpacing(0)
        self._band = Band()
        self._middle = pg.PlotCurveItem(connect="finite")
        self._lines: list[Any] = []
        self._dot = pg.ScatterPlotItem(size=8)
        self._dot.setZValue(30)
        self._lone = Lone()
        for item in (self._band, self._middle, self._lone, self._dot):
            self._pane.view.addItem(item, ignoreBounds=True)
        self._names = Names(self._pane.view)
        self._whole: tuple[float, float] | None = None
        self._peak = _LEAST_WATTS
        self._font = QFont()
        self._pane.view.sigResized.connect(self._fit_height)

    @property
    def span(self) -> tuple[float, float]:
        """First and last epoch second in sight."""
        low, high = self._pane.view.viewRange()[0]
        return float(low), float(high)

    def put_day(self, start: float, end: float, wording: Wording) -> None:
        """Let the axes speak of this day and keep the view within it."""
        self._pane.clock.put_day(start, wording)
        self._pane.watts.put_wording(wording)
        self._pane.view.setLimits(xMin=start, xMax=end, minXRange=_LEAST_SPAN, yMin=0)

    def put_title(self, text: str) -> None:
        """What is shown, in the upper left corner."""
        self._pane.title.setText(text)

    def put_pack(self, envelope: Envelope | None) -> None:
        """Draw the pack behind the lines, or nothing."""
        if envelope is None:
            self._band.put((), (), ())
            self._middle.setData([], [])
        else:
            self._band.put(envelope.times, envelope.low, envelope.high)
            self._middle.setData(np.array(envelope.times, dtype=float), np.array(envelope.middle, dtype=float))

    def put_lines(self, lines: Sequence[Line]) -> None:
        """Draw these, the last one on top."""
        while len(self._lines) < len(lines):
            item = pg.PlotCurveItem(connect="finite")
            self._lines.append(item)
            self._pane.view.addItem(item, ignoreBounds=True)
        names = []
        for place, item in enumerate(self._lines):
            item.setVisible(place < len(lines))
            if place < len(lines):
                line = lines[place]
                item.setData(*arrays(line.curve))
                pen = thin(line.tone)
                pen.setWidth(line.width)
                item.setPen(pen)
                item.setZValue(5 + place)
                if line.words:
                    names.append(
                        Name(
                            line.words,
                            line.tone,
                            *_name_point(line),
                            line.stray,
                            line.curve if line.named_at is None else None,
                        )
                    )
        self._names.put(names)
        self._lone.put((line.curve, 0.0, line.tone) for line in lines)

    @property
    def zoomed(self) -> bool:
        """Whether the user looks at another span than the whole, by keys, buttons or the wheel."""
        return self._whole is not None and self.span != self._whole

    def put_whole(self, low: float, high: float) -> None:
        """Show this span of time as the whole."""
        self.put_view(low, high)
        self._whole = self.span

    def put_view(self, low: float, high: float) -> None:
        """Show this span of time."""
        self._pane.view.setXRange(low, high, padding=0)

    def zoom(self, factor: float, around: float | None) -> None:
        """Show `factor` times the present span, around a moment if that is in sight."""
        low, high = self.span
        middle = around if around is not None and low <= around <= high else (low + high) / 2
        self.put_view(middle - (middle - low) * factor, middle + (high - middle) * factor)

    def put_height(self, peak: float) -> None:
        """The highest value; the plot starts at 0 and leaves room for its title."""
        if isfinite(peak):
            self._peak = max(peak, _LEAST_WATTS)
            self._fit_height()

    def point_at(self, place: QPointF) -> QPointF | None:
        """The plot's coordinates (epoch seconds, W) of a place in the scene."""
        inside = self._pane.view.sceneBoundingRect().contains(place)
        return self._pane.view.mapSceneToView(place) if inside else None

    @property
    def watts_a_pixel(self) -> float:
        """How much power a pixel of height stands for."""
        return float(self._pane.view.viewPixelSize()[1])

    def move_cursor(self, moment: float | None, watts: float | None = None) -> None:
        """Put the upright line at `moment` and a dot at `watts`, or take them away."""
        self._pane.cursor.setVisible(moment is not None)
        if moment is not None:
            self._pane.cursor.setPos(moment)
        self._dot.setData([] if moment is None or watts is None else [moment], [] if watts is None else [watts])

    def restyle(self, tones: Colours, font: QFont) -> None:
        """Take other colours."""
        self._font = small = note_font(font)
        self.setBackground(tones.base)
        self._pane.restyle(tones, small)
        self._band.put_colour(blended(tones.expected, tones.base, 0.28))
        self._middle.setPen(thin(tones.expected, self._dashes))
        self._dot.setBrush(tones.selected)
        self._dot.setPen(thin(tones.base))
        self._names.restyle(tones, small)

    @Slot()
    def _fit_height(self, *_: object) -> None:
        tall, room = self._pane.view.height(), _TITLE_LINES * QFontMetricsF(self._font).height()
        self._pane.view.setYRange(0, self._peak * (tall / (tall - room) if tall > 2 * room else 2.0), padding=0)


def _name_point(line: Line) -> tuple[float, float]:
    """The point that a line's name belongs to: where it last stood well above the ground, so near its end."""
    curve = line.curve
    if line.named_at is not None:
        # The words of one that stopped have room where it fell.
        return line.named_at, (curve.between(line.named_at) or 0.0) * _NAMED_HEIGHT
    half = max(curve.watts) * _NAMED_HEIGHT
    place = next((place for place in reversed(range(len(curve.watts))) if curve.watts[place] >= half), -1)
    return curve.times[place], curve.watts[place]
