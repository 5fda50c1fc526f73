"""The page with the day's chart: which day, which inverter, zoom, and the table twin."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.ui.choices import Choice, DateChoice
from enphase_tray.ui.day_curves import DayCurves
from enphase_tray.ui.day_table import DayTable
from enphase_tray.ui.header import Shown
from enphase_tray.ui.tables import fit_columns, table_view
from enphase_tray.ui.text import clean
from enphase_tray.ui.theme import GRID
from enphase_tray.ui.wellness import concerned_serials
from enphase_tray.ui.when import day_bounds, local_day, zone_of
from enphase_tray.ui.widgets import Card, Label, Role, button, empty_state, row

ALL = "All inverters"


class TodayPage(Card):
    """`selected` carries a serial chosen here, or an empty text. Raises HistoryError where nothing can be read."""

    selected = Signal(str)

    def __init__(self, history: Callable[[], HistoryReader]) -> None:
        super().__init__(2 * GRID, 2 * GRID)
        # Loaded only now: pyqtgraph and numpy cost memory that a tray without a window should not need.
        from enphase_tray.ui.charts.inverter_day import InverterDayChart

        self._history = history
        self._shown: Shown | None = None
        self._zone: tzinfo | None = None
        self._site = ""
        self._day: date | None = None
        self._follow = True
        self._outdated = False
        self._usual_first: datetime | None = None
        self.curves: DayCurves | None = None
        self.chart = InverterDayChart()
        self.table = DayTable()
        self.table_view = table_view("Output over the day", "The chart's figures: times down, inverters across")
        self.table_view.setModel(self.table)
        self.readout = Label(role=Role.NOTE)
        self.empty = empty_state("")
        self._make_bar()
        self._compose()
        self.chart.readout.connect(self.readout.say)
        self.chart.picked.connect(self._picked)

    @property
    def day(self) -> date | None:
        """The day that is shown."""
        return self._day

    def show_moment(self, shown: Shown) -> None:
        """Follow the newest snapshot: another gateway or a new day loads, the same day grows."""
        self._shown = shown
        snapshot = shown.snapshot
        zone = zone_of(snapshot)
        site = "" if snapshot is None else snapshot.gateway.serial
        today = local_day(shown.now, zone)
        moved = site != self._site or zone != self._zone or self.curves is None
        if moved or (self._follow and (self._outdated or self._day != today)):
            self._site, self._zone = site, zone
            self._go(today)
        elif self._outdated and self._day is not None:
            self._go(self._day)
        elif snapshot is not None:
            self._grow()
        self._limits(today)

    def forget(self) -> None:
        """Results came that were not shown here: load the day anew next time."""
        self._outdated = True

    def isolate(self, serial: str) -> None:
        """Show one inverter alone, or all (empty)."""
        place = max(0, self.only.findData(serial))
        self.only.setCurrentIndex(place)

    def select(self, serial: str) -> None:
        """Light one inverter's curve."""
        self.chart.select(serial)

    def _make_bar(self) -> None:
        self.earlier = button("◂", Role.QUIET, "The day before")
        self.later = button("▸", Role.QUIET, "The day after")
        self.today = button("To&day")
        self.date = DateChoice()
        self.date.setDisplayFormat("ddd d MMM yyyy")
        self.date.setAccessibleName("Day shown")
        self.only = Choice()
        self.only.setAccessibleName("Inverters shown")
        self.only.setMinimumContentsLength(12)
        self.only.addItem(ALL, "")
        self.as_table = button("&Table")
        self.as_table.setCheckable(True)
        self.as_table.setAccessibleDescription("Show the chart's figures as a table")
        self.closer = button("+", Role.QUIET, "Zoom in")
        self.farther = button("−", Role.QUIET, "Zoom out")
        self.whole = button("&Whole day", Role.QUIET)
        self.earlier.clicked.connect(self._earlier)
        self.later.clicked.connect(self._later)
        self.today.clicked.connect(self._today)
        self.date.dateChanged.connect(self._dated)
        self.only.currentIndexChanged.connect(self._isolated)
        self.as_table.toggled.connect(self._switch)
        self.closer.clicked.connect(self._zoom_in)
        self.farther.clicked.connect(self._zoom_out)
        self.whole.clicked.connect(self.chart.show_whole)

    def _compose(self) -> None:
        bar = row(spacing=GRID)
        for widget in (self.earlier, self.date, self.later, self.today):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.only)
        bar.addWidget(self.as_table)
        under = row(spacing=GRID)
        under.addWidget(self.readout, 1)
        for widget in (self.closer, self.farther, self.whole):
            under.addWidget(widget)
        owner = QWidget()
        self._stack = QStackedLayout(owner)
        for page in (self.chart, self.table_view, self.empty):
            self._stack.addWidget(page)
        self.body.addLayout(bar)
        self.body.addWidget(owner, 1)
        self.body.addLayout(under)

    def _go(self, day: date) -> None:
        """Load and show `day`."""
        shown = self._shown
        if shown is None:
            return
        self._day, self._outdated = day, False
        self._follow = day == local_day(shown.now, self._zone)
        curves = DayCurves(day, self._zone)
        start, end = day_bounds(day, self._zone)
        if self._site:
            reader = self._history()
            curves.load(reader.inverter_series(self._site, start, end), reader.site_series(self._site, start, end))
            self._usual_first = self._first_report(reader, day) if curves.empty else None
        if shown.snapshot is not None and self._follow:
            if curves.empty:
                curves.append(shown.snapshot)
            curves.remember(shown.snapshot.inverters)
        self.curves = curves
        self._fill_choice()
        self.chart.show_day(curves, shown.wording, self._concerned())
        self._present()
        self._limits(local_day(shown.now, self._zone))

    def _grow(self) -> None:
        shown, curves = self._shown, self.curves
        if shown is None or curves is None or shown.snapshot is None or not self._follow:
            return
        before = len(curves.production.times), len(curves.inverters)
        grown = curves.append(shown.snapshot)
        if not grown and before == (len(curves.production.times), len(curves.inverters)):
            return
        self.chart.grow(grown, self._concerned())
        if len(curves.inverters) != before[1]:
            self._fill_choice()
        self._present()

    def _present(self) -> None:
        curves, shown = self.curves, self._shown
        if curves is None or shown is None:
            return
        if curves.empty:
            self.empty.say(self._why_empty(shown))
            self._stack.setCurrentWidget(self.empty)
        elif self.as_table.isChecked():
            self.table.show_day(curves, shown.wording, self.only.currentData() or "")
            fit_columns(self.table_view)
            self._stack.setCurrentWidget(self.table_view)
        else:
            self._stack.setCurrentWidget(self.chart)
        usable = not curves.empty and not self.as_table.isChecked()
        for widget in (self.closer, self.farther, self.whole):
            widget.setVisible(usable)
        self.readout.setVisible(usable)
        self.as_table.setEnabled(not curves.empty)

    def _why_empty(self, shown: Shown) -> str:
        if shown.snapshot is None:
            return "The curves of the day appear here once the gateway has been read."
        if not self._follow:
            return "Nothing was recorded on this day."
        usual = self._usual_first
        if usual is None:
            return "No inverter has reported yet today."
        at = shown.wording.clock(usual, usual)
        return f"No inverter has reported yet today. Yesterday the first one did at {at}."

    def _first_report(self, reader: HistoryReader, day: date) -> datetime | None:
        start, end = day_bounds(day - timedelta(days=1), self._zone)
        times = reader.inverter_series(self._site, start, end).times
        return datetime.fromtimestamp(times[0], UTC) if times else None

    def _concerned(self) -> frozenset[str]:
        result = None if self._shown is None else self._shown.result
        return frozenset() if result is None or not self._follow else concerned_serials(result.active)

    def _fill_choice(self) -> None:
        curves = self.curves
        serials = [] if curves is None else list(curves.inverters)
        chosen = self.only.currentData() or ""
        self.only.blockSignals(True)
        self.only.clear()
        self.only.addItem(ALL, "")
        for serial in serials:
            self.only.addItem(clean(serial), serial)
        self.only.setCurrentIndex(max(0, self.only.findData(chosen)))
        self.only.blockSignals(False)

    def _limits(self, today: date) -> None:
        self.date.blockSignals(True)
        self.date.setMaximumDate(QDate(today.year, today.month, today.day))
        if self._day is not None:
            self.date.setDate(QDate(self._day.year, self._day.month, self._day.day))
        self.date.blockSignals(False)
        self.later.setEnabled(self._day is not None and self._day < today)
        self.today.setEnabled(self._day != today)

    @Slot()
    def _earlier(self) -> None:
        if self._day is not None:
            self._go(self._day - timedelta(days=1))

    @Slot()
    def _later(self) -> None:
        if self._day is not None:
            self._go(self._day + timedelta(days=1))

    @Slot()
    def _today(self) -> None:
        if self._shown is not None:
            self._go(local_day(self._shown.now, self._zone))

    @Slot(QDate)
    def _dated(self, day: QDate) -> None:
        self._go(date(day.year(), day.month(), day.day()))

    @Slot(int)
    def _isolated(self, _place: int) -> None:
        serial = self.only.currentData() or ""
        self.chart.isolate(serial)
        self._present()
        self.selected.emit(serial)

    @Slot(bool)
    def _switch(self, _table: bool) -> None:
        self._present()

    @Slot()
    def _zoom_in(self) -> None:
        self.chart.zoom(0.5)

    @Slot()
    def _zoom_out(self) -> None:
        self.chart.zoom(2.0)

    @Slot(str)
    def _picked(self, serial: str) -> None:
        if not serial:
            self.only.setCurrentIndex(0)
        self.selected.emit(serial)
