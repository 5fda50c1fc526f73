"""The evidence of one panel: its shares day by day, its mean day against its group, and what was found."""

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.health import PanelHealth
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import mark, tr
from enphase_tray.status.health import by_concern
from enphase_tray.status.mean_day import MeanDay
from enphase_tray.ui.charting.chart import Chart, Jump, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._share_plot import SharePlot
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.facts_list import FactsList
from enphase_tray.ui.look.widgets import ElidedLabel, row
from enphase_tray.ui.window.health_past import HealthPast, events_of, group_leanings
from enphase_tray.ui.window.health_words import (
    Told,
    day_words,
    facts_of,
    groups_words,
    sheet_of,
    slot_words,
    title_words,
    twin_of,
    whole_words,
    why_empty,
)


class HealthChart(Chart):
    """Left and right go through the days and on through the mean day, up and down through the panels by concern."""

    NAME = mark("Health of one panel")
    SPANS = (Span.ALL,)

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self.serial = ""
        self._sight: Sight | None = None
        self._panel: PanelHealth | None = None
        self._past = HealthPast()
        self.title = ElidedLabel()
        self.plot = SharePlot()
        self.facts = FactsList(tr("What was found at this panel"))
        self.plot.pointed.connect(self._point)
        owner = QWidget()
        beside = row(owner)
        beside.addWidget(self.plot, 1)
        beside.addWidget(self.facts)
        self.put_canvas(owner)

    @property
    def mean(self) -> MeanDay | None:
        """The mean day in sight."""
        return self.plot.mean

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        self._sight = sight
        result = sight.shown.result
        report = None if result is None else result.health
        empty = why_empty(report, sight.shown)
        if empty or report is None:
            self._panel = None
            return empty
        panel = report.panel(self.serial) or by_concern(report)[0]
        if panel.serial != self.serial:
            self.plot.put_cursor(-1)
        self.serial, self._panel = panel.serial, panel
        bins = self._past.bins(reader, sight)
        group = () if panel.group is None or panel.group >= len(report.groups) else report.groups[panel.group]
        mean = bins.mean_day(panel.serial, group)
        leans = group_leanings(bins, report)
        self.remark = groups_words(report, leans)
        events = events_of(reader, sight.site, panel.serial)
        self._show(panel, mean if mean.days else None, len(group), leans, events)
        return ""

    def let_go(self) -> None:
        self._past.forget()

    def tools(self) -> tuple[QWidget, ...]:
        return (self.title,)

    def twin(self) -> Twin:
        if self._panel is None or self._sight is None:
            return Twin((), 0, lambda row, column: "")
        return twin_of(self._panel, self.mean, self._sight.wording)

    def sheet(self) -> Sheet:
        return Sheet((), ()) if self._panel is None else sheet_of(self._panel, self.mean)

    def restyle(self) -> None:
        self.plot.update()

    def select(self, serial: str) -> None:
        if serial and serial != self.serial:
            self.serial = serial
            self.plot.put_cursor(-1)
            self.changed.emit()

    def step(self, by: int) -> None:
        if self.plot.count:
            at = self.plot.at
            self._point(len(self.plot.days) - 1 if at < 0 else min(max(at + by, 0), self.plot.count - 1))

    def edge(self, which: int) -> None:
        if self.plot.count:
            self._point(0 if which < 0 else self.plot.count - 1)

    def across(self, by: int) -> None:
        result = None if self._sight is None else self._sight.shown.result
        report = None if result is None else result.health
        if report is None:
            return
        serials = [panel.serial for panel in by_concern(report)]
        if self.serial in serials:
            self.picked.emit(serials[(serials.index(self.serial) + by) % len(serials)])

    def enter(self) -> None:
        day = self.plot.days[self.plot.at].day if 0 <= self.plot.at < len(self.plot.days) else None
        if self.serial:
            self.jump.emit(Jump("panel", None if day is None else Span.DAY, day, self.serial))

    def escape(self) -> bool:
        there = self.plot.at >= 0
        self._point(-1)
        return there

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point(-1)

    def _show(
        self,
        panel: PanelHealth,
        mean: MeanDay | None,
        size: int,
        leans: tuple[str, ...],
        events: tuple[HistoryEvent, ...],
    ) -> None:
        if self._sight is None:
            return
        shown, snapshot = self._sight.shown, self._sight.shown.snapshot
        inverters = () if snapshot is None else snapshot.inverters
        reading = next((one for one in inverters if one.serial == panel.serial), None)
        lean = leans[panel.group] if panel.group is not None and panel.group < len(leans) else ""
        told = Told(panel, reading, size, lean, events, shown)
        self.title.say(title_words(told))
        self.facts.put(facts_of(told))
        why_not = tr("Its group is not known yet") if size < 2 else tr("No curves of the last days are known")
        self.plot.put(panel.days, panel.usual_share, mean, why_not, shown.wording)
        self._point(self.plot.at)

    @Slot(int)
    def _point(self, place: int) -> None:
        self.plot.put_cursor(place)
        panel, sight, mean = self._panel, self._sight, self.mean
        if panel is None or sight is None:
            return
        days = len(self.plot.days)
        if 0 <= place < days:
            self.readout.emit(day_words(self.plot.days[place], sight.wording))
        elif place >= days and mean is not None:
            self.readout.emit(slot_words(mean, self.plot.slots[place - days], sight.wording))
        else:
            self.readout.emit(whole_words(panel, sight.wording))


CHART = HealthChart
