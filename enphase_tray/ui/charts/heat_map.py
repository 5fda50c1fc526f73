"""The heat map: inverters down, days across, the colour of a cell is its energy against the median of its group."""

from collections.abc import Iterator
from datetime import date, timedelta

from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.dates import dated
from enphase_tray.model.history import Provenance
from enphase_tray.model.language import mark, tr
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.charting.chart import Chart, Jump, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._heat_canvas import Cell, HeatCanvas
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.heat import HeatMap, heat_map, on_calendar
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.serials import short_names
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.wellness import concerned_serials

_LEAST_DAYS = 14
_NOON = 12
_HEADER = ("serial", "date", "watt_hours", "provenance", "group_median_watt_hours", "share_of_median")
_HINT = mark("Point at a cell, or use the arrow keys; a click or Enter opens that inverter's day")


class HeatMapChart(Chart):
    """Arrow keys move over the cells, Home and End go to the first and last day."""

    NAME = mark("Heat map")
    SPANS = (Span.LAST_30, Span.LAST_90, Span.LAST_365)

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self.heat: HeatMap | None = None
        self.rows: tuple[str, ...] = ()
        self._names: dict[str, str] = {}
        self._concerned: frozenset[str] = frozenset()
        self._wording = Wording()
        self._cell: Cell | None = None
        self.order = Choice()
        self.order.addItems([tr("Weakest first"), tr("By serial")])
        self.order.setCurrentIndex(1 if choices.get("order") == "serial" else 0)
        self.order.setAccessibleName(tr("Order of the inverters"))
        self.order.currentIndexChanged.connect(self._reorder)
        self.cells = HeatCanvas()
        self.cells.hovered.connect(self._hover)
        self.cells.clicked.connect(self._click)
        self.cells.left.connect(self._leave)
        self.put_canvas(self.cells)

    @property
    def cell(self) -> tuple[str, date] | None:
        """The serial and the day under the cursor."""
        if self.heat is None or self._cell is None:
            return None
        return self.rows[self._cell[0]], self.heat.days[self._cell[1]]

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        period = sight.period
        before = self.cell
        days = reader.inverter_days(sight.site, period.first, period.last)
        if not days.energy:
            return tr("The energy of each inverter by days will stand here once the gateway has told any.")
        result = sight.shown.result
        self._concerned = frozenset() if result is None else concerned_serials(result.active)
        self._wording = sight.wording
        # A young history is shown larger.
        first = max(period.first, min(days.days[0], period.last - timedelta(days=_LEAST_DAYS - 1)))
        self.heat = heat_map(on_calendar(days, first, min(period.last, sight.today)), _unfinished(sight))
        self._arrange(before)
        return ""

    def let_go(self) -> None:
        self.heat = None
        self.cells.forget()

    def tools(self) -> tuple[QWidget, ...]:
        return (self.order,)

    def twin(self) -> Twin:
        heat, rows, wording = self.heat, self.rows, self._wording
        if heat is None:
            return Twin((), 0, lambda row, column: "")
        newest = len(heat.days) - 1

        def cell(row: int, column: int) -> str:
            serial = rows[row]
            if column == 0:
                return clean(serial)
            if column == 1:
                share = heat.recent_share(serial)
                return UNKNOWN if share is None else wording.number(share, 2)
            return _short_words(heat, serial, newest + 2 - column, wording)

        heads = (
            tr("Serial"),
            tr("Of the median, two weeks"),
            *(dated("{wkd} {day} {mon}", day) for day in reversed(heat.days)),
        )
        return Twin(heads, len(rows), cell)

    def sheet(self) -> Sheet:
        return Sheet(_HEADER, () if self.heat is None else _sheet_rows(self.heat, self.rows))

    def restyle(self) -> None:
        self.cells.restyle()

    def select(self, serial: str) -> None:
        if serial in self.rows and (self._cell is None or self.rows[self._cell[0]] != serial):
            column = len(self.heat.days) - 1 if self.heat is not None and self._cell is None else 0
            self._point((self.rows.index(serial), column if self._cell is None else self._cell[1]))

    def open_row(self, row: int) -> None:
        if self.heat is not None:
            self._open((row, len(self.heat.days) - 1 if self._cell is None else self._cell[1]))

    def step(self, by: int) -> None:
        self._move(0, by)

    def across(self, by: int) -> None:
        self._move(by, 0)

    def edge(self, which: int) -> None:
        if self.heat is not None and self.rows:
            row = 0 if self._cell is None else self._cell[0]
            self._point((row, 0 if which < 0 else len(self.heat.days) - 1))

    def enter(self) -> None:
        if self._cell is not None:
            self._open(self._cell)

    def escape(self) -> bool:
        there = self._cell is not None
        self._point(None)
        return there

    @Slot(int)
    def _reorder(self, place: int) -> None:
        self.choices.put("order", "serial" if place else "")
        if self.heat is not None:
            self._arrange(self.cell)

    def _arrange(self, keep: tuple[str, date] | None) -> None:
        """Put the rows in order and draw; the cursor stays at serial and day of `keep` where both are still there."""
        heat = self.heat
        if heat is None:
            return
        self.rows = heat.order(self.order.currentIndex() == 0, self._concerned)
        self._names = short_names(self.rows)
        self.cells.put_map(heat, self.rows, self._names, self._concerned, self._wording)
        there = keep is not None and keep[0] in self.rows and keep[1] in heat.days
        self._point((self.rows.index(keep[0]), heat.days.index(keep[1])) if keep is not None and there else None)

    def _move(self, rows: int, columns: int) -> None:
        heat = self.heat
        if heat is None or not self.rows:
            return
        if self._cell is None:
            self._point((0, len(heat.days) - 1))
            return
        row = min(max(self._cell[0] + rows, 0), len(self.rows) - 1)
        self._point((row, min(max(self._cell[1] + columns, 0), len(heat.days) - 1)))

    def _point(self, cell: Cell | None) -> None:
        self._cell = cell
        self.cells.put_cell(cell)
        if self.heat is None or cell is None:
            self.readout.emit(tr(_HINT))
        else:
            serial = self.rows[cell[0]]
            self.readout.emit(cell_words(self.heat, serial, cell[1], self._names[serial], self._wording))

    def _open(self, cell: Cell) -> None:
        if self.heat is not None:
            self.jump.emit(Jump("panel", Span.DAY, self.heat.days[cell[1]], self.rows[cell[0]]))

    @Slot(QPointF)
    def _hover(self, place: QPointF) -> None:
        found = self.cells.cell_at(place)
        if found is not None and found != self._cell:
            self._point(found)

    @Slot(QPointF)
    def _click(self, place: QPointF) -> None:
        found = self.cells.cell_at(place)
        if found is not None:
            self._point(found)
            self._open(found)

    @Slot()
    def _leave(self) -> None:
        if not self.hasFocus():
            self._point(None)


CHART = HeatMapChart


def cell_words(heat: HeatMap, serial: str, place: int, name: str, wording: Wording) -> str:
    """One cell in a sentence: `…0011, Tue 3 Mar: 812 Wh, 0.71 of the median (estimated)`."""
    day, energy = heat.days[place], heat.energy[serial][place]
    start = f"{name}, {dated('{wkd} {day} {mon}', day)}"
    if energy is None:
        return tr("{start}: not known", start=start)
    sure = "" if energy.provenance is Provenance.MEASURED else f" ({energy.provenance.word})"
    share, middle = heat.shares[serial][place], heat.median(serial, place)
    said = f"{start}: {wording.energy(energy.watt_hours)}"
    if share is not None:
        return tr("{said}, {number} of the median{sure}", said=said, number=wording.number(share, 2), sure=sure)
    if day == heat.unfinished:
        return tr("{said} so far, compared when the day is over{sure}", said=said, sure=sure)
    if middle is None:
        return tr("{said}, nothing to compare with{sure}", said=said, sure=sure)
    return tr(
        "{said}{sure}; the median was {energy}, too little light to compare",
        said=said,
        sure=sure,
        energy=wording.energy(middle),
    )


def _unfinished(sight: Sight) -> date | None:
    """Today, until it is proven dark after noon."""
    result = sight.shown.result
    afternoon = sight.shown.now.astimezone(sight.zone).hour >= _NOON
    over = afternoon and result is not None and result.assessment.daylight is False
    return None if over else sight.today


def _short_words(heat: HeatMap, serial: str, place: int, wording: Wording) -> str:
    energy, share = heat.energy[serial][place], heat.shares[serial][place]
    if energy is None:
        return UNKNOWN
    said = wording.energy(energy.watt_hours)
    said = said if share is None else f"{said} ({wording.number(share, 2)})"
    return said if energy.provenance is Provenance.MEASURED else f"{said}, {energy.provenance.word}"


def _sheet_rows(heat: HeatMap, rows: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    for serial in rows:
        for place, day in enumerate(heat.days):
            energy = heat.energy[serial][place]
            told = (None, None) if energy is None else (energy.watt_hours, energy.provenance.word)
            yield serial, day, *told, heat.median(serial, place), heat.shares[serial][place]


def _day(day: date) -> str:
    return dated("{day} {mon}", day)
