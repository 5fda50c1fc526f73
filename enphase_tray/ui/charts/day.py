"""The day: what the site makes and uses, with the day before and the best of the last month behind it."""

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.dates import dated
from enphase_tray.model.language import mark, tr
from enphase_tray.status.csv import local_text, utc_text
from enphase_tray.status.words import UNKNOWN
from enphase_tray.ui.charting.chart import Chart, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._day_plot import DayPlot, Line
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.day_compare import Compared, DayShelf, light_words
from enphase_tray.ui.figures.day_words import moment_words, total_words, why_empty
from enphase_tray.ui.figures.site_day import SiteDayCurves, next_time, span_to_show
from enphase_tray.ui.look.theme import colours

_STEPS_ACROSS = 200
_COLUMNS = ("time_utc", "time_local", "production_watts", "consumption_watts", "net_watts")


class DayChart(Chart):
    """Left and right move the cursor from reading to reading, Home and End to the first and last one."""

    NAME = mark("Power over the day")
    SPANS = (Span.DAY,)
    ELSEWHERE = (Span.WEEK, Span.MONTH, Span.YEAR)
    ZOOMS = True

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self._shelf = DayShelf()
        self._sight: Sight | None = None
        self._compared: Compared | None = None
        self._cursor: float | None = None
        self._whole = (0.0, 0.0)
        self.plot = DayPlot()
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.put_canvas(self.plot)

    @property
    def compared(self) -> Compared | None:
        """What is shown."""
        return self._compared

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        day = sight.period.first
        moved = self._compared is None or self._compared.day.day != day
        compared = self._shelf.compare(reader, sight.site, sight.zone, day, sight.today)
        self._sight, self._compared = sight, compared
        if sight.live and sight.shown.snapshot is not None:
            compared.day.append(sight.shown.snapshot)
        if compared.day.empty:
            return why_empty(compared, sight)
        if moved:
            self._cursor = None
        self._draw(compared, sight, whole=moved)
        return ""

    def grow(self, reader: HistoryReader, sight: Sight) -> str:
        compared, shot = self._compared, sight.shown.snapshot
        if compared is None or compared.day.empty:
            return self.load(reader, sight)
        self._sight = sight
        if shot is not None and compared.day.append(shot):
            self._draw(compared, sight, whole=False)
        return ""

    def let_go(self) -> None:
        self._shelf = DayShelf()

    def twin(self) -> Twin:
        times, curves = self._columns()
        wording = None if self._sight is None else self._sight.wording
        heads = {"production": tr("Production"), "consumption": tr("Consumption"), "net": tr("Grid")}

        def cell(row: int, column: int) -> str:
            at = times[len(times) - 1 - row]
            if wording is None:
                return UNKNOWN
            if column == 0:
                moment = datetime.fromtimestamp(at, UTC)
                return wording.clock(moment, moment)
            name, values = curves[column - 1]
            watts = values.get(at)
            if name != "net" or watts is None:
                return wording.watts(watts)
            return f"{wording.watts(abs(watts))} {'in' if watts >= 0 else 'out'}"

        shown = tuple(heads[name] for name, _ in curves)
        return Twin((tr("Time"), *shown), len(times), cell)

    def sheet(self) -> Sheet:
        times, _ = self._columns()
        zone = None if self._sight is None else self._sight.zone
        day = None if self._compared is None else self._compared.day
        known: list[dict[float, float]] = [{}, {}, {}]
        if day is not None:
            curves = (day.production, day.consumption, day.net)
            known = [dict(zip(curve.times, curve.watts, strict=True)) for curve in curves]
        moments = [(at, datetime.fromtimestamp(at, UTC)) for at in times]
        rows = [
            (utc_text(moment), local_text(moment, zone), *(values.get(at) for values in known))
            for at, moment in moments
        ]
        return Sheet(_COLUMNS, rows)

    def restyle(self) -> None:
        self.plot.restyle(colours(self.palette()), self.font())

    def step(self, by: int) -> None:
        times = [] if self._compared is None else self._compared.day.times
        if not times:
            return
        low, high = self.plot.span
        at = self._cursor
        target = times[-1] if at is None else next_time(times, at, by, (high - low) / _STEPS_ACROSS)
        self._move(at if target is None else target)

    def edge(self, which: int) -> None:
        times = [] if self._compared is None else self._compared.day.times
        if times:
            self._move(times[0] if which < 0 else times[-1])

    def escape(self) -> bool:
        known = self._cursor is not None
        self._move(None)
        return known

    def zoom(self, factor: float) -> None:
        low, high = self.plot.span
        at = self._cursor
        middle = at if at is not None and low <= at <= high else (low + high) / 2
        self.plot.look(middle - (middle - low) * factor, middle + (high - middle) * factor)

    def show_whole(self) -> None:
        compared = self._compared
        if compared is not None:
            self.plot.look(*span_to_show(compared.day, compared.others))
            self._whole = self.plot.span

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._move(None)

    def _draw(self, compared: Compared, sight: Sight, *, whole: bool) -> None:
        day, words = compared.day, sight.wording
        stood = whole or self.plot.span == self._whole
        self.plot.put_day(day.start, day.end, words, grid=bool(day.net.times))
        self.plot.put_exchange(day.net)
        self.plot.put_marks(light_words(compared, words, live=sight.live))
        if stood:
            self.show_whole()
        self.plot.put_lines(_lines(compared, sight))
        self._say()

    def _columns(self) -> tuple[list[float], list[tuple[str, dict[float, float]]]]:
        """All moments, and the values of each curve that there is by moment."""
        if self._compared is None:
            return [], []
        day = self._compared.day
        curves = (("production", day.production), ("consumption", day.consumption), ("net", day.net))
        known = [(name, dict(zip(curve.times, curve.watts, strict=True))) for name, curve in curves if curve.times]
        return sorted({at for _, values in known for at in values}), known

    def _move(self, moment: float | None) -> None:
        if moment is None and self._cursor is None:
            return
        self._cursor = moment
        if moment is not None:
            low, high = self.plot.span
            if not low <= moment <= high:
                self.plot.look(moment - (high - low) / 2, moment + (high - low) / 2)
        self._say()

    def _say(self) -> None:
        compared, sight, at = self._compared, self._sight, self._cursor
        if compared is None or sight is None:
            return
        self.plot.put_cursor(at, None if at is None else compared.day.production.between(at))
        self.readout.emit(total_words(compared, sight) if at is None else moment_words(compared, at, sight))

    def _hover(self, place: QPointF) -> None:
        self._move(self.plot.moment_at(place))

    def _click(self, event: Any) -> None:
        if event.button() is Qt.MouseButton.LeftButton and event.double():
            self.show_whole()


def _lines(compared: Compared, sight: Sight) -> list[Line]:
    """What is drawn, from back to front."""
    day, before, best = compared.day, compared.before, compared.best
    lines = []
    if best is not None and best is not before:
        name = tr("best: {day}, {energy}", day=dated("{day} {mon}", best.day), energy=_made(compared, sight, best))
        lines.append(Line(best.production, name, "expected", compared.apart(best)))
    if before is not None:
        name = tr("yesterday") if sight.live else tr("the day before")
        if best is before:
            name += tr(", the best of 30 days: {energy}", energy=_made(compared, sight, best))
        lines.append(Line(before.production, name, "note", compared.apart(before)))
    lines.append(Line(day.production, tr("production"), "production", filled=True))
    if day.consumption.times:
        lines.append(Line(day.consumption, tr("consumption"), "consumption"))
    return lines


def _made(compared: Compared, sight: Sight, curves: SiteDayCurves) -> str:
    made = compared.made(curves)
    return sight.wording.energy(None if made is None else made.watt_hours)


CHART = DayChart
