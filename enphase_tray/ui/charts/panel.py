"""One inverter: its day against the group, its energy over any time, and all that is known of it."""

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.language import mark, tr
from enphase_tray.ui.charting.chart import Chart, Jump, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._bars import Bars, Column
from enphase_tray.ui.charts._panel_day import PanelDay
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.group_past import GroupPast
from enphase_tray.ui.figures.pack_day import day_of
from enphase_tray.ui.figures.pack_words import day_sheet, day_twin
from enphase_tray.ui.figures.panel_energy import Bar, bars_of
from enphase_tray.ui.figures.panel_past import PanelPast, known_serials, past_of
from enphase_tray.ui.figures.panel_words import bar_labels, bar_words, bars_sheet, bars_twin, facts_of, whole_words
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.facts_list import FactsList
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import colours
from enphase_tray.ui.look.wellness import concerned_serials
from enphase_tray.ui.look.widgets import row

_NONE = mark("Each inverter has its page here once the gateway has named any.")


class PanelChart(Chart):
    """Left and right move over the bars or through the day, up and down through the inverters."""

    NAME = mark("One inverter")
    SPANS = (Span.DAY, Span.WEEK, Span.MONTH, Span.YEAR, Span.ALL)
    ZOOMS = True
    LONG_TOOLS = True

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self.serial = choices.get("serial")
        self.bars: tuple[Bar, ...] = ()
        self._sight: Sight | None = None
        self._reader: HistoryReader | None = None
        self._past: PanelPast | None = None
        self._group = GroupPast()
        self.which = Choice()
        self.which.setAccessibleName(tr("Inverter shown"))
        self.which.setMinimumContentsLength(14)
        self.which.setVisible(False)
        self.which.currentIndexChanged.connect(self._chosen)
        self.day = PanelDay()
        self.energy = Bars()
        self.facts = FactsList(tr("What is known of this inverter"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.day.pane)
        self._stack.addWidget(self.energy)
        self._rest = QTimer(self, singleShot=True, interval=0)
        self._rest.timeout.connect(self._read_on)
        self.day.moved.connect(self._say)
        self.energy.pointed.connect(self._point)
        self.energy.opened.connect(self._open)
        owner = QWidget()
        beside = row(owner)
        beside.addWidget(self._stack, 1)
        beside.addWidget(self.facts)
        self.put_canvas(owner)

    @property
    def by_day(self) -> bool:
        """Whether a day's curve is in sight, not bars."""
        return self._sight is None or self._sight.period.span is Span.DAY

    @property
    def zoomable(self) -> bool:
        return self.by_day

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        if self._sight is None or self._sight.period != sight.period:
            self.energy.put_cursor(-1)
        self._reader, self._sight = reader, sight
        day = day_of(reader, sight) if self.by_day else None
        serials = known_serials(reader, sight, self.serial)
        self.which.setVisible(bool(serials))
        if not serials:
            return tr(_NONE)
        result = sight.shown.result
        concerned = frozenset[str]() if result is None else concerned_serials(result.active)
        if self.serial not in serials:
            self.serial = next((serial for serial in serials if serial in concerned), serials[0])
        self._fill(serials, concerned)
        self._past = past_of(reader, sight, self.serial)
        if day is not None:
            self.day.put(day, self.serial, sight.wording)
        if sight.period.span is not Span.ALL:
            for year in self._years():
                self._group.read(reader, sight.site, year, sight.today)
        self._stack.setCurrentWidget(self.day.pane if self.by_day else self.energy)
        self._draw()
        # Ten years of a whole group are too much for one go: they come year by year while the window lives on.
        if self._group.missing(sight.site, self._years()):
            self._rest.start()
        return ""

    def let_go(self) -> None:
        self._rest.stop()
        self._reader, self._past, self._group = None, None, GroupPast()

    def tools(self) -> tuple[QWidget, ...]:
        return (self.which,)

    def twin(self) -> Twin:
        if self._sight is None or self.by_day:
            return day_twin(self.day.own, self.day.pack, self.day.wording)
        return bars_twin(self.bars, self._sight.wording)

    def sheet(self) -> Sheet:
        if self._sight is None or self.by_day:
            return day_sheet(self.day.own, self.day.wording.zone)
        return bars_sheet(self.serial, self.bars)

    def restyle(self) -> None:
        self.energy.update()
        self._draw()

    def select(self, serial: str) -> None:
        if serial and serial != self.serial:
            self.serial = serial
            self.choices.put("serial", serial)
            self.changed.emit()

    def open_row(self, row: int) -> None:
        if not self.by_day:
            self._open(len(self.bars) - 1 - row)

    def step(self, by: int) -> None:
        if self.by_day:
            self.day.step(by)
        elif self._newest >= 0:
            at = self.energy.at
            self._point(self._newest if at < 0 else min(max(at + by, 0), self._newest))

    def edge(self, which: int) -> None:
        if self.by_day:
            self.day.edge(which)
        elif self._newest >= 0:
            self._point(0 if which < 0 else self._newest)

    def across(self, by: int) -> None:
        if self.which.count():
            self.which.setCurrentIndex((self.which.currentIndex() + by) % self.which.count())

    def enter(self) -> None:
        if self.energy.at >= 0 and not self.by_day:
            self._open(self.energy.at)

    def escape(self) -> bool:
        there = self.day.moment is not None if self.by_day else self.energy.at >= 0
        if self.by_day:
            self.day.point(None)
        else:
            self._point(-1)
        return there

    def zoom(self, factor: float) -> None:
        if self.by_day:
            self.day.zoom(factor)

    def show_whole(self) -> None:
        if self.by_day:
            self.day.show_whole()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.escape()

    def _years(self) -> range:
        """The years whose medians are wanted."""
        sight, past = self._sight, self._past
        if sight is None or past is None:
            return range(0)
        first, last = min(past.scope.first, sight.period.first), max(past.scope.last, sight.period.last)
        return range(first.year, min(last, sight.today).year + 1)

    def _fill(self, serials: tuple[str, ...], concerned: frozenset[str]) -> None:
        """Put the inverters into the drop-down without a word."""
        self.which.blockSignals(True)
        self.which.clear()
        for serial in serials:
            self.which.addItem(f"▲ {clean(serial)}" if serial in concerned else clean(serial), serial)
        self.which.setCurrentIndex(serials.index(self.serial))
        self.which.blockSignals(False)

    def _draw(self) -> None:
        """Everything that is seen, from what has been read."""
        self.day.draw(colours(self.palette()), self.font())
        sight, past = self._sight, self._past
        if sight is None or past is None:
            return
        medians = self._group.kept(sight.site, self._years())
        self.bars = () if self.by_day else bars_of(sight.period, past.days, medians, sight.today)
        labels = bar_labels(self.bars, sight.period)
        columns = [
            Column(label, None if bar.energy is None else bar.energy.watt_hours, bar.unsure, bar.median, bar.to_come)
            for label, bar in zip(labels, self.bars, strict=True)
        ]
        self.energy.put_columns(columns, "production", (tr("this one"), tr("median")), sight.wording)
        told = past.told(sight, self.serial, medians, self.day.peak if self.by_day else None)
        self.facts.put(facts_of(told, sight.wording))
        self._say()

    @Slot()
    def _say(self) -> None:
        """Tell what stands under the cursor, else how all in sight compares."""
        sight, place = self._sight, self.energy.at
        if sight is None:
            return
        if self.by_day:
            self.readout.emit(self.day.words())
        elif 0 <= place < len(self.bars):
            self.readout.emit(bar_words(self.bars[place], sight.wording))
        else:
            self.readout.emit(whole_words(self.serial, self.bars, sight.wording))

    @property
    def _newest(self) -> int:
        """The last bar that has begun, -1 for none."""
        return max((place for place, bar in enumerate(self.bars) if not bar.to_come), default=-1)

    @Slot(int)
    def _point(self, place: int) -> None:
        self.energy.put_cursor(place)
        self._say()

    @Slot(int)
    def _open(self, place: int) -> None:
        """From a year to its months, from a month to its days, from a day to its curve."""
        bar = self.bars[place]
        span = Span.DAY if bar.first == bar.last else Span.MONTH if bar.first.month == bar.last.month else Span.YEAR
        self.jump.emit(Jump("panel", span, bar.first, self.serial))

    @Slot(int)
    def _chosen(self, _place: int) -> None:
        serial = self.which.currentData()
        if serial:
            self.select(serial)
            self.picked.emit(serial)

    @Slot()
    def _read_on(self) -> None:
        sight, reader = self._sight, self._reader
        missing = [] if sight is None else self._group.missing(sight.site, self._years())
        if sight is None or reader is None or not missing:
            return
        try:
            self._group.read(reader, sight.site, missing[0], sight.today)
        except HistoryError:
            return  # the next load says so
        self._draw()
        if missing[1:]:
            self._rest.start()


CHART = PanelChart
