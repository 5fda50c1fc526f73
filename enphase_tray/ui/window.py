"""The main window: what is, what was, and what is wrong."""

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.banners import Actions, troubles
from enphase_tray.ui.certificate_dialog import ask_about_certificate
from enphase_tray.ui.events_page import EventsPage
from enphase_tray.ui.header import FigureCard, Shown, TitleLine
from enphase_tray.ui.inverter_page import InverterPage
from enphase_tray.ui.live import Live
from enphase_tray.ui.relay_panel import RelayPanel
from enphase_tray.ui.text import clean, short_serial
from enphase_tray.ui.theme import GRID, apply_appearance
from enphase_tray.ui.today_page import TodayPage
from enphase_tray.ui.when import zone_of
from enphase_tray.ui.widgets import Banner, ElidedLabel, Label, Role, column, row

_BANNERS = 2
_SIDE_WIDTH = 52 * GRID
_EVENTS = 500


class MainWindow(QMainWindow):
    """Shows `live.latest` and each result after it. `history` gives a reader of its own, opened when first needed."""

    visible_changed = Signal(bool)

    def __init__(
        self,
        live: Live,
        history: Callable[[], HistoryReader],
        wording: Wording,
        *,
        open_settings: Callable[[], None],
        note: str = "",
    ) -> None:
        """`note` stands at the top all the time: what the figures are, where they are not the user's own."""
        super().__init__()
        self._live = live
        self._open_history = history
        self._reader: HistoryReader | None = None
        self._base_wording = wording
        self._open_settings = open_settings
        self._result: PollResult | None = live.latest
        self._history_problem: str | None = None
        self._events_known = False
        self.title_line = TitleLine()
        self.figures = FigureCard()
        self.banners = tuple(Banner() for _ in range(_BANNERS))
        self.today = TodayPage(self._history)
        self.inverters = InverterPage()
        self.events = EventsPage()
        self.relays = RelayPanel()
        self.footer = ElidedLabel(role=Role.NOTE)
        self.note = Label(note, Role.NOTE)
        self.note.setVisible(bool(note))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._tick)
        self.setWindowTitle("Enphase Tray (demo)" if note else "Enphase Tray")
        self._dress()
        self._compose()
        self._connect()
        self._show_all()

    @Slot(object)
    def show_result(self, result: PollResult) -> None:
        """Show a newer result."""
        self._result = result
        if result.events:
            self._events_known = False
        self._show_all()

    @Slot(str)
    def show_event(self, alert_id: str) -> None:
        """Raise the window with that event selected, and the inverter or relay that it is about."""
        self.reveal()
        self._events_known = False
        self._show_all()
        event = self.events.reveal(alert_id)
        self.tabs.setCurrentWidget(self.events)
        if event is None:
            return
        for serial in event.serials:
            if self.inverters.reveal(serial):
                self.tabs.setCurrentWidget(self.inverters)
                return

    def reveal(self) -> None:
        """Show the window in front of the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "tabs"):
            for view in (self.inverters.view, self.events.view):
                view.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._events_known = False
        self.today.forget()
        self._show_all()
        self._timer.start(max(1000, round(self._live.clock.real_seconds(30.0) * 1000)))
        self.visible_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self.visible_changed.emit(False)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._reader is not None:
            self._reader.close()

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_appearance(app, self._live.settings.appearance)

    def _compose(self) -> None:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setExpanding(False)
        for page, name in ((self.today, "T&oday"), (self.inverters, "&Inverters"), (self.events, "&Events")):
            self.tabs.addTab(page, name)
        self.relays.setFixedWidth(_SIDE_WIDTH)
        centre = QWidget()
        body = column(centre, 4 * GRID, 3 * GRID)
        body.addWidget(self.title_line)
        for banner in self.banners:
            body.addWidget(banner)
        body.addWidget(self.figures)
        middle = row(spacing=3 * GRID)
        middle.addWidget(self.tabs, 1)
        side = column(None, 0, 0)
        side.addSpacing(self.tabs.tabBar().sizeHint().height())
        side.addWidget(self.relays, 1)
        middle.addLayout(side)
        body.addLayout(middle, 1)
        foot = row()
        foot.addWidget(self.footer, 1)
        foot.addWidget(self.note)
        body.addLayout(foot)
        self.setCentralWidget(centre)
        self.tabs.tabBar().setFocus()
        self.setMinimumSize(720, 480)
        self.resize(1000, 680)

    def _connect(self) -> None:
        live = self._live
        live.result.connect(self.show_result)
        live.polling.connect(self.title_line.set_polling)
        live.applied.connect(self._applied)
        self.title_line.refresh.connect(live.poll_now)
        self.title_line.settings.connect(self._open_settings)
        self.inverters.selected.connect(self.today.select)
        self.today.selected.connect(self._select_row)
        for keys, do in ((QKeySequence.StandardKey.Refresh, live.poll_now), (QKeySequence("Ctrl+W"), self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(do)

    def _history(self) -> HistoryReader:
        if self._reader is None:
            self._reader = self._open_history()
        return self._reader

    def _shown(self) -> Shown:
        now = self._live.clock.now()
        snapshot = None if self._result is None else self._result.snapshot
        wording = self._base_wording.with_zone(zone_of(snapshot))
        wording.units = self._live.settings.units
        return Shown(self._result, describe(self._result, now, wording), now, wording)

    def _show_all(self) -> None:
        shown = self._shown()
        if self.isVisible() or self._result is None:
            self._show_history(shown)
        self._show_now(shown)
        self.inverters.show_moment(shown)
        self.relays.show_moment(shown)

    def _show_history(self, shown: Shown) -> None:
        try:
            self.today.show_moment(shown)
            if not self._events_known:
                events = self._history().events(_EVENTS)
                self.events.put(events, shown)
                self.relays.take_events(events)
                self._events_known = True
            self._history_problem = None
        except HistoryError as error:
            self._history_problem = error.title

    def _show_now(self, shown: Shown) -> None:
        self.title_line.show_moment(shown, self._site_name())
        self.figures.show_moment(shown)
        actions = Actions(self._live.poll_now, self._open_settings, self._ask_about_certificate)
        found = troubles(shown, self._live.settings, self._history_problem, actions)
        for place, banner in enumerate(self.banners):
            if place < len(found):
                trouble = found[place]
                banner.show_trouble(trouble.mark, trouble.title, trouble.advice, trouble.action, trouble.do)
            else:
                banner.setVisible(False)
        self.footer.say(self._footer(shown))

    def _site_name(self) -> str:
        settings = self._live.settings.gateway
        snapshot = None if self._result is None else self._result.snapshot
        serial = settings.serial if snapshot is None else snapshot.gateway.serial
        return clean(settings.site_name, 40) or (f"Gateway {short_serial(serial)}" if serial else "")

    def _footer(self, shown: Shown) -> str:
        snapshot = shown.snapshot
        if shown.result is None or snapshot is None:
            return ""
        gateway = snapshot.gateway
        parts = [f"Gateway {clean(gateway.serial, 40)}", f"firmware {clean(str(gateway.firmware), 40)}"]
        expires = None if shown.result.token is None else shown.result.token.expires_at
        if expires is not None:
            left = expires - shown.now
            parts.append("token has expired" if left <= timedelta() else f"token: {_left(left)} left")
        return " · ".join(parts)

    @Slot()
    def _tick(self) -> None:
        """Time passes: ages grow, and figures become stale."""
        shown = self._shown()
        self._show_now(shown)
        self.relays.show_moment(shown)

    @Slot(str)
    def _select_row(self, serial: str) -> None:
        if serial:
            self.inverters.reveal(serial)
        else:
            self.inverters.view.clearSelection()

    @Slot(object)
    def _applied(self, error: object) -> None:
        if error is None:
            self._result = self._live.latest
            self._dress()
            self._show_all()

    @Slot()
    def _ask_about_certificate(self) -> None:
        question = None if self._result is None else self._result.certificate
        if question is not None and ask_about_certificate(question, self._live.settings.gateway.host, self):
            self._live.trust(question)


def _left(left: timedelta) -> str:
    if left.days >= 2:
        return f"{left.days} days"
    return f"{max(1, round(left.total_seconds() / 3600))} h"
