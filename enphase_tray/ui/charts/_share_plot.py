"""Two small plots side by side, painted by hand: shares of the group by days, and the mean day against the group."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPen, QPolygonF

from enphase_tray.model.dates import dated
from enphase_tray.model.health import ShareDay
from enphase_tray.model.language import tr, trn
from enphase_tray.status.mean_day import MeanDay
from enphase_tray.status.report_charts import USUAL_BAND, lost_strips, nice_step, runs
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._canvas import Canvas, blended, words
from enphase_tray.ui.look.theme import GRID, to_font

_LEFT, _ABOVE, _BELOW = 10.0 * GRID, 6.0 * GRID, 5.0 * GRID
_BETWEEN = 4.0 * GRID
_HIGHEST = 1.25
_LABEL_WIDE = 14.0 * GRID
_RIGHT_EDGE = Qt.AlignmentFlag.AlignRight
_LEFT_EDGE = Qt.AlignmentFlag.AlignLeft
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class SharePlot(Canvas):
    """Its places are the days, then the half hours with light; the cursor goes through all of them in one row."""

    pointed = Signal(int)
    """The place under the mouse, -1 for none."""

    def __init__(self) -> None:
        super().__init__()
        self.days: tuple[ShareDay, ...] = ()
        self.mean: MeanDay | None = None
        self.at = -1
        self._usual: float | None = None
        self._why_no_mean = ""
        self._wording = Wording()
        self.paint = self._paint
        self.hovered.connect(self._on_hover)
        self.left.connect(lambda: self.pointed.emit(-1))
        self.clicked.connect(self._on_hover)

    def put(
        self, days: Sequence[ShareDay], usual: float | None, mean: MeanDay | None, why_not: str, wording: Wording
    ) -> None:
        """Show these; `why_not` says why there is no mean day where there is none."""
        self.days, self._usual, self.mean, self._wording = tuple(days), usual, mean, wording
        self._why_no_mean = why_not
        self.at = self.at if self.at < self.count else -1
        self.update()

    @property
    def slots(self) -> range:
        """The half hours in sight."""
        return range(0) if self.mean is None else range(*self.mean.lit)

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.days) + len(self.slots)

    def put_cursor(self, place: int) -> None:
        """Bring out one place, -1 for none."""
        if place != self.at:
            self.at = place
            self.update()

    def place_at(self, point: QPointF) -> int:
        """The place under a point of the widget, -1 for none."""
        first, second = self._areas()
        for area, offset, count in ((first, 0, len(self.days)), (second, len(self.days), len(self.slots))):
            if count and area.left() <= point.x() < area.right():
                return offset + int((point.x() - area.left()) / area.width() * count)
        return -1

    def _areas(self) -> tuple[QRectF, QRectF]:
        """Where the days and where the mean day are drawn."""
        wide = max(1.0, (self.width() - 2 * to_font(_LEFT) - _BETWEEN - 2 * GRID) / 2)
        tall = max(1.0, self.height() - to_font(_ABOVE) - to_font(_BELOW))
        return QRectF(to_font(_LEFT), to_font(_ABOVE), wide, tall), QRectF(
            2 * to_font(_LEFT) + wide + _BETWEEN, to_font(_ABOVE), wide, tall
        )

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, second = self._areas()
        self._paint_days(painter, first)
        self._paint_mean(painter, second)

    def _paint_days(self, painter: QPainter, area: QRectF) -> None:
        tones = self.tones
        self._paint_title(
            painter,
            area,
            tr("Share of its group by days · band: as usual"),
            tr("Share of its group by days"),
            tr("Share by days"),
        )
        top = max([_HIGHEST, *(day.share for day in self.days if day.share is not None)])

        def up(share: float) -> float:
            return area.bottom() - area.height() * max(0.0, share) / top

        if self._usual is not None:
            low, high = up(self._usual - USUAL_BAND), up(self._usual + USUAL_BAND)
            painter.fillRect(QRectF(area.left(), high, area.width(), low - high), blended(tones.note, tones.base, 0.16))
        slot = area.width() / max(1, len(self.days))
        if 0 <= self.at < len(self.days):
            box = QRectF(area.left() + self.at * slot, area.top(), slot, area.height())
            painter.fillRect(box, blended(tones.note, tones.base, 0.3))
        for share in (0.0, 0.5, 1.0):
            painter.setPen(QPen(tones.note if share == 1.0 else tones.grid, 1))
            painter.drawLine(QPointF(area.left(), up(share)), QPointF(area.right(), up(share)))
            text = f"{self._wording.number(share * 100, 0)} %"
            words(painter, QRectF(0, up(share) - 8, to_font(_LEFT) - GRID, 16), text, tones.note, _RIGHT_EDGE)
        size = min(4.0, max(1.6, slot * 0.35))
        for place, day in enumerate(self.days):
            if day.share is not None:
                middle = QPointF(area.left() + slot * (place + 0.5), up(day.share))
                painter.setPen(QPen(tones.production if day.usable else tones.expected, 1.2))
                painter.setBrush(tones.production if day.usable else tones.base)
                painter.drawEllipse(middle, size, size)
        self._paint_labels(painter, area, [dated("{day} {mon}", day.day) for day in self.days])

    def _paint_mean(self, painter: QPainter, area: QRectF) -> None:
        tones, mean, slots = self.tones, self.mean, self.slots
        if mean is None or not slots:
            self._paint_title(painter, area, self._why_no_mean, tr("Nothing to compare with"))
            return
        short = trn("Mean of {count} day, W", "Mean of {count} days, W", mean.days)
        group, least = tr("{title} · dashed: its group", title=short), tr("W · dashed: its group")
        self._paint_title(painter, area, tr("{title} · shaded: lost", title=group), group, least, short)
        highest = max(watts for watts in (*mean.own, *mean.group) if watts is not None)
        step = nice_step(highest, max(2, int(area.height() / (9 * GRID))))
        top, slot = max(highest * 1.05, step), area.width() / len(slots)

        def spot(place: int, watts: float) -> QPointF:
            x = area.left() + slot * (place + 0.5 - slots.start)
            return QPointF(x, area.bottom() - area.height() * watts / top)

        if self.at >= len(self.days):
            box = QRectF(area.left() + (self.at - len(self.days)) * slot, area.top(), slot, area.height())
            painter.fillRect(box, blended(tones.note, tones.base, 0.3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blended(tones.imported, tones.base, 0.3))
        for strip in lost_strips(mean, slots):
            there = [spot(place, high) for place, high, _ in strip]
            painter.drawPolygon(QPolygonF([*there, *(spot(place, low) for place, _, low in strip[::-1])]))
        for tick in range(int(top / step) + 1):
            y = area.bottom() - area.height() * tick * step / top
            painter.setPen(QPen(tones.grid, 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            text = self._wording.number(tick * step, 0)
            box = QRectF(area.left() - to_font(_LEFT), y - 8, to_font(_LEFT) - GRID, 16)
            words(painter, box, text, tones.note, _RIGHT_EDGE)
        dashed, solid = Qt.PenStyle.DashLine, Qt.PenStyle.SolidLine
        for curve, tone, style in ((mean.group, tones.expected, dashed), (mean.own, tones.production, solid)):
            painter.setPen(QPen(tone, 1.5, style))
            for run in runs([watts if place in slots else None for place, watts in enumerate(curve)]):
                painter.drawPolyline(QPolygonF([spot(place, watts) for place, watts in run]))
        self._paint_hours(painter, area)

    def _paint_title(self, painter: QPainter, area: QRectF, *texts: str) -> None:
        """The longest of `texts` that there is room for, else as much of the last as fits."""
        metrics, room = painter.fontMetrics(), area.width() + GRID
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        shown = next(fitting, metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, int(room)))
        words(painter, QRectF(area.left(), 0, room, to_font(_ABOVE) - GRID), shown, self.tones.note, _LEFT_EDGE)

    def _paint_labels(self, painter: QPainter, area: QRectF, labels: Sequence[str]) -> None:
        if not labels:
            return
        slot = area.width() / len(labels)
        every = max(1, -int(-to_font(_LABEL_WIDE) // slot))
        for place in range(every // 2, len(labels), every):
            middle = area.left() + slot * (place + 0.5)
            box = QRectF(
                middle - to_font(_LABEL_WIDE), area.bottom() + 2, 2 * to_font(_LABEL_WIDE), to_font(_BELOW) - 2
            )
            words(painter, box, labels[place], self.tones.note, _CENTRE)

    def _paint_hours(self, painter: QPainter, area: QRectF) -> None:
        """Whole hours, so many apart that they have room."""
        slots = self.slots
        slot = area.width() / len(slots)
        apart = next((hours for hours in (1, 2, 3, 4, 6) if 2 * hours * slot >= to_font(10 * GRID)), 12)
        for hour in range(0, 24, apart):
            if 2 * hour in slots:
                # The half hour that begins then has its middle a quarter later.
                x = area.left() + slot * (2 * hour - slots.start)
                box = QRectF(x - to_font(_LABEL_WIDE), area.bottom() + 2, 2 * to_font(_LABEL_WIDE), to_font(_BELOW) - 2)
                words(painter, box, f"{hour:02d}:00", self.tones.note, _CENTRE)

    @Slot(QPointF)
    def _on_hover(self, point: QPointF) -> None:
        self.pointed.emit(self.place_at(point))
