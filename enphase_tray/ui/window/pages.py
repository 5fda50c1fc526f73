"""The tabs of the main window, and the ways between them."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QTabWidget, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.language import mark, tr
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.window.events_page import EventsPage
from enphase_tray.ui.window.health_page import HealthPage
from enphase_tray.ui.window.inverter_page import InverterPage

TABS = (
    ("day", mark("T&oday")),
    ("inverters", mark("&Inverters")),
    ("energy", mark("Energ&y")),
    ("heat_map", mark("&Heat map")),
    ("panel", mark("&Panel")),
    ("health", mark("Hea&lth")),
    ("events", mark("&Events")),
)
"""Names and titles in their order. A name that has no page of its own below is a chart's on the shelf."""


class Pages(QTabWidget):
    """All pages. The tab that was last in front is in front again."""

    trouble = Signal(str)
    """The history could not be read: why; an empty text when it can again."""

    def __init__(
        self, history: Callable[[], HistoryReader], choices: Choices, attention: Attention, saver: Saver | None = None
    ) -> None:
        super().__init__()
        self._choices = choices
        self.inverters = InverterPage(history, choices.part("inverters"), attention)
        self.health = HealthPage(history, choices.part("health"), saver)
        self.events = EventsPage(attention)
        own: dict[str, QWidget] = {"inverters": self.inverters, "health": self.health, "events": self.events}
        self.charts = {name: ChartPage(name, history, choices.part(name)) for name, _ in TABS if name not in own}
        self._pages: dict[str, QWidget] = {**own, **self.charts}
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setExpanding(False)
        self.setUsesScrollButtons(False)
        for name, title in TABS:
            self.addTab(self._pages[name], tr(title))
        self.setCurrentWidget(self._pages.get(choices.get("tab"), self._pages[TABS[0][0]]))
        self.currentChanged.connect(self._turned)
        for page in (*self.charts.values(), self.inverters.chart, self.health.chart):
            page.jump.connect(self.follow)
            page.trouble.connect(self.trouble)
        for page in self.charts.values():
            page.picked.connect(self._picked)
        self.inverters.jump.connect(self.follow)
        self.health.jump.connect(self.follow)

    def show_moment(self, shown: Shown, site: str) -> None:
        """The newest result, and the serial of the gateway that the window is about."""
        for page in self.charts.values():
            page.show_moment(shown, site)
        self.inverters.show_moment(shown, site)
        self.health.show_moment(shown, site)

    def show_event(self, alert_id: str) -> None:
        """Select the newest event of an alert, and turn to what it is about: a panel's health, an inverter, or it."""
        event = self.events.reveal(alert_id)
        self.setCurrentWidget(self.events)
        for serial in () if event is None else event.serials:
            listed = self.inverters.reveal(serial)
            if self.health.concerns(serial):
                self.health.select(serial)
                self.setCurrentWidget(self.health)
                return
            if listed:
                self.setCurrentWidget(self.inverters)
                return

    def let_go(self) -> None:
        """The window was closed: forget what can be read again."""
        for page in (*self.charts.values(), self.inverters.chart, self.health.chart):
            page.let_go()

    @Slot(object)
    def follow(self, jump: Jump) -> None:
        """Turn to the page that a click leads to."""
        name = jump.page or ("day" if jump.span is Span.DAY else "energy")
        page = self._pages[name]
        if jump.serial:
            self.inverters.reveal(jump.serial)
            self.health.select(jump.serial)
        if isinstance(page, ChartPage):
            if jump.serial:
                page.select(jump.serial)
            if jump.day is not None:
                page.go(jump.day, jump.span)
        self.setCurrentWidget(page)

    @Slot(str)
    def _picked(self, serial: str) -> None:
        if serial:
            self.inverters.reveal(serial)
        else:
            self.inverters.view.clearSelection()

    @Slot(int)
    def _turned(self, place: int) -> None:
        self._choices.put("tab", TABS[place][0])
