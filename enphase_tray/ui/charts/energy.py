"""Energy in bars: days of a week or month, months of a year, years; beside them the year before."""

from PySide6.QtWidgets import QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.dates import dated
from enphase_tray.model.language import mark, tr
from enphase_tray.status.words import UNKNOWN
from enphase_tray.ui.charting.chart import Chart, Jump, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._bars import Bars, Column
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.energy_bars import Bar, Quantity, bars_of, offered, total_between
from enphase_tray.ui.figures.energy_days import EnergyDays
from enphase_tray.ui.figures.energy_words import all_words, bar_words, known_words, left_out_words, totals_line
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.when import day_bounds
from enphase_tray.ui.look.widgets import ElidedLabel, column

_NARROWER = {Span.YEAR: Span.MONTH, Span.MONTH: Span.DAY, Span.WEEK: Span.DAY, Span.ALL: Span.YEAR}
_WIDER = {Span.WEEK: Span.MONTH, Span.MONTH: Span.YEAR, Span.YEAR: Span.ALL}


class EnergyChart(Chart):
    """Left and right go from bar to bar; Enter, + or a click opens what the bar stands for, - shows more time."""

    NAME = mark("Energy")
    SPANS = (Span.MONTH, Span.WEEK, Span.YEAR, Span.ALL)
    ELSEWHERE = (Span.DAY,)

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self._energy = EnergyDays()
        self._sight: Sight | None = None
        self._quantity = _quantity(choices.get("quantity"))
        self.bars: tuple[Bar, ...] = ()
        self.totals = ElidedLabel()
        self.view = Bars()
        self.quantity = Choice()
        self.quantity.setAccessibleName(tr("What is shown"))
        self.quantity.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        self.quantity.currentIndexChanged.connect(self._chosen)
        self.quantity.setVisible(False)
        self.view.pointed.connect(self._point)
        self.view.opened.connect(self._open)
        canvas = QWidget()
        body = column(canvas, GRID, GRID)
        body.addWidget(self.totals)
        body.addWidget(self.view, 1)
        self.put_canvas(canvas)

    @property
    def shown(self) -> Quantity:
        """What the bars count: the chosen quantity, or production where that is not measured."""
        return self._quantity if self.quantity.findData(self._quantity) >= 0 else Quantity.PRODUCTION

    def tools(self) -> tuple[QWidget, ...]:
        return (self.quantity,)

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        before = None if self._sight is None else self._sight.period
        self._energy.load(reader, sight.site, sight.period, sight.today)
        if before != sight.period:
            self.view.put_cursor(-1)
        return self._show(sight)

    def grow(self, reader: HistoryReader, sight: Sight) -> str:
        self._energy.refresh(reader, sight.site, sight.today)
        return self._show(sight)

    def let_go(self) -> None:
        self._energy = EnergyDays()

    def twin(self) -> Twin:
        sight, bars = self._sight, self.bars
        wording = None if sight is None else sight.wording
        head = {Span.MONTH: tr("Month"), Span.YEAR: tr("Year")}.get(bars[0].span if bars else Span.DAY, tr("Day"))

        def cell(row: int, place: int) -> str:
            bar = bars[row]
            if wording is None or place == 0:
                return bar.name
            if place == 1:
                return wording.energy(None if bar.total is None else bar.total.watt_hours)
            if place == 2:
                return known_words(bar.total)
            if place == 3:
                return UNKNOWN if bar.total is None else tr("{days} of {total}", days=bar.total.days, total=bar.over)
            if place == 4:
                before = bar.before or bar.before_until
                return wording.energy(None if before is None else before.watt_hours)
            return self._left_out(bar)

        heads = (head, self.shown.words, tr("How known"), tr("Days known"), tr("A year before"), tr("Not believed"))
        return Twin(heads, sum(1 for bar in bars if bar.over), cell)

    def sheet(self) -> Sheet:
        zone = None if self._sight is None else self._sight.zone
        names = [(quantity, f"{quantity.value}_watt_hours", f"{quantity.value}_provenance") for quantity in Quantity]
        header = ("first_day", "last_day", "start_utc", "end_utc", "days_known")
        rows = []
        for bar in (bar for bar in self.bars if bar.over):
            start, end = day_bounds(bar.first, zone)[0], day_bounds(bar.last, zone)[1]
            totals = [total_between(self._energy.days, bar.first, bar.last, quantity) for quantity, *_ in names]
            cells: list[object] = [bar.first, bar.last, start, end, bar.total.days if bar.total is not None else 0]
            for total in totals:
                cells += [None, None] if total is None else [total.watt_hours, total.provenance.word]
            rows.append(cells)
        return Sheet((*header, *(name for _, *both in names for name in both)), rows)

    def restyle(self) -> None:
        self.view.update()

    def open_row(self, row: int) -> None:
        self._open(row)

    def step(self, by: int) -> None:
        last = sum(1 for bar in self.bars if bar.over) - 1
        at = self.view.at
        self._point(max(0, min(last, last if at < 0 else at + by)))

    def edge(self, which: int) -> None:
        self._point(0 if which < 0 else sum(1 for bar in self.bars if bar.over) - 1)

    def enter(self) -> None:
        self._open(self.view.at)

    def escape(self) -> bool:
        known = self.view.at >= 0
        self._point(-1)
        return known

    def zoom(self, factor: float) -> None:
        sight, at = self._sight, self.view.at
        if sight is None:
            return
        day = self.bars[at].first if at >= 0 else min(sight.period.last, sight.today)
        wanted = (_NARROWER if factor < 1 else _WIDER).get(sight.period.span)
        if wanted is not None:
            self.jump.emit(Jump(span=wanted, day=day))

    def _show(self, sight: Sight) -> str:
        self._sight = sight
        days, today = self._energy.days, sight.today
        self._fill_choice(offered(days, Quantity.PRODUCTION))
        self.bars = bars_of(days, sight.period, self.shown, today)
        if all(bar.total is None for bar in self.bars):
            return _why_empty(sight)
        self.totals.say(totals_line(days, self.shown, today, sight.shown.snapshot, sight.wording))
        columns = [
            Column(
                dated("{wkd} {day}", bar.first) if sight.period.span is Span.WEEK else bar.label,
                None if bar.total is None else bar.total.watt_hours,
                0.0 if bar.total is None else bar.total.unsure,
                None if (before := bar.before or bar.before_until) is None else before.watt_hours,
                blank=bar.over == 0,
                strong=bar.first <= today <= bar.last,
            )
            for bar in self.bars
        ]
        self.view.put_columns(columns, self.shown.value, self._legend(sight), sight.wording)
        self._say()
        return ""

    def _legend(self, sight: Sight) -> tuple[str, str]:
        period = sight.period
        if period.span is Span.ALL:
            return self.shown.words, tr("{year}, up to this day", year=sight.today.year - 1)
        return f"{self.shown.words}, {period.words}", tr("a year before")

    def _fill_choice(self, known: tuple[Quantity, ...]) -> None:
        if [self.quantity.itemData(place) for place in range(self.quantity.count())] != list(known):
            self.quantity.blockSignals(True)
            self.quantity.clear()
            for quantity in known:
                self.quantity.addItem(quantity.words, quantity)
            self.quantity.blockSignals(False)
        self.quantity.blockSignals(True)
        self.quantity.setCurrentIndex(max(0, self.quantity.findData(self.shown)))
        self.quantity.blockSignals(False)
        self.quantity.setVisible(len(known) > 1)

    def _chosen(self, place: int) -> None:
        self._quantity = Quantity(self.quantity.itemData(place))
        self.choices.put("quantity", self._quantity.value)
        self.changed.emit()

    def _point(self, place: int) -> None:
        self.view.put_cursor(place)
        self._say()

    def _open(self, place: int) -> None:
        if 0 <= place < len(self.bars) and self.bars[place].over:
            self.jump.emit(Jump(span=self.bars[place].span, day=self.bars[place].first))

    def _say(self) -> None:
        sight, at = self._sight, self.view.at
        if sight is not None and self.bars:
            if at < 0:
                parts = [all_words(self.bars, sight.period, sight.wording)]
            else:
                parts = [bar_words(self.bars[at], sight.wording), self._left_out(self.bars[at])]
            self.readout.emit(" · ".join(part for part in parts if part))

    def _left_out(self, bar: Bar) -> str:
        return left_out_words(self._energy.rejections, bar, self.shown)


def _why_empty(sight: Sight) -> str:
    if sight.period.span is Span.ALL or sight.live:
        return tr("The energy of each day appears here from the first day on that the gateway is read.")
    return tr("Nothing is known of {words}.", words=sight.period.words)


def _quantity(word: str) -> Quantity:
    return next((quantity for quantity in Quantity if quantity.value == word), Quantity.PRODUCTION)


CHART = EnergyChart
