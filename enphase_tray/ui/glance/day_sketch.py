"""A small picture of the day: today's power over yesterday's, drawn without the charts' libraries."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.figures.day_compare import Compared
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.day_words import clock
from enphase_tray.ui.figures.site_day import span_to_show
from enphase_tray.ui.glance.glance_day import curve_words
from enphase_tray.ui.look.theme import GRID, colours, note_font

_LEAST_TOP_WATTS = 100.0
_FILL_ALPHA = 56
_HEIGHT = GRID * 22
_DOT = 3.0


class DaySketch(QWidget):
    """The curve of production from first to last light; its words are its accessible description."""

    def __init__(self) -> None:
        super().__init__()
        self._compared: Compared | None = None
        self._wording = Wording()
        self.setFont(note_font(self.font()))
        self.setAccessibleName(tr("Power of the day"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_day(self, compared: Compared | None, wording: Wording) -> None:
        """Draw a day; `None` where nothing is known of it."""
        self._compared, self._wording = compared, wording
        self.setAccessibleDescription(curve_words(compared, wording))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(GRID * 60, _HEIGHT + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tones = colours(self.palette())
        compared = self._compared
        line = self.fontMetrics().height()
        field = QRectF(0, _DOT, self.width(), self.height() - line - _DOT)
        if compared is None or not (compared.day.production.times or compared.before is not None):
            painter.setPen(tones.note)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, curve_words(compared, self._wording))
            painter.end()
            return
        view = _View(compared, field)
        painter.setPen(QPen(tones.grid, 1))
        painter.drawLine(field.bottomLeft(), field.bottomRight())
        if compared.before is not None:
            offset = compared.apart(compared.before)
            _stroke(painter, view, compared.before.production, tones.expected, offset, filled=False)
        today = compared.day.production
        _stroke(painter, view, today, tones.production, 0.0, filled=True)
        if today.times:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tones.production)
            painter.drawEllipse(view.point(today.times[-1], today.watts[-1]), _DOT, _DOT)
        self._label(painter, view, tones.note, QRectF(0, field.bottom(), self.width(), line))
        painter.end()

    def _label(self, painter: QPainter, view: "_View", ink: QColor, foot: QRectF) -> None:
        painter.setPen(ink)
        ends = ((view.start, Qt.AlignmentFlag.AlignLeft), (view.end, Qt.AlignmentFlag.AlignRight))
        for moment, side in ends:
            painter.drawText(foot, side | Qt.AlignmentFlag.AlignBottom, clock(moment, self._wording))
        if view.compared.before is not None:
            painter.drawText(
                foot, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, tr("thin line: yesterday")
            )


class _View:
    """Where a moment and a power lie in the picture."""

    def __init__(self, compared: Compared, field: QRectF) -> None:
        self.compared = compared
        self.field = field
        others = () if compared.before is None else (compared.before,)
        self.start, self.end = span_to_show(compared.day, others)
        heights = [max(curves.production.watts, default=0.0) for curves in (compared.day, *others)]
        self._top = max(_LEAST_TOP_WATTS, *heights)

    def point(self, moment: float, watts: float) -> QPointF:
        share = (moment - self.start) / (self.end - self.start)
        height = max(0.0, watts) / self._top
        return QPointF(
            self.field.left() + share * self.field.width(), self.field.bottom() - height * self.field.height()
        )


def _stroke(painter: QPainter, view: _View, curve: Curve, tone: QColor, offset: float, *, filled: bool) -> None:
    for times, watts in _unbroken(curve):
        points = [view.point(at + offset, power) for at, power in zip(times, watts, strict=True)]
        if filled:
            base = view.field.bottom()
            ground = QColor(tone)
            ground.setAlpha(_FILL_ALPHA)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawPolygon(QPolygonF([QPointF(points[0].x(), base), *points, QPointF(points[-1].x(), base)]))
        painter.setPen(QPen(tone, 1.5 if filled else 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))


def _unbroken(curve: Curve) -> Iterator[tuple[list[float], list[float]]]:
    """The stretches between gaps."""
    breaks = [place + 1 for place, (one, two) in enumerate(pairwise(curve.times)) if two - one > curve.hold]
    for first, last in pairwise([0, *breaks, len(curve.times)]):
        if last > first:
            yield curve.times[first:last], curve.watts[first:last]
