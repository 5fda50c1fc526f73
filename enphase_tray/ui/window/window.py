"""The main window: what is, what was, and what is wrong."""

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.language import tr
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.health import Price
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.help.help import Help
from enphase_tray.ui.login.certificate_dialog import ask_about_certificate
from enphase_tray.ui.look.header import FigureCard, Shown, TitleLine
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.look.text import clean, short_serial
from enphase_tray.ui.look.theme import GRID, apply_appearance, open_at
from enphase_tray.ui.look.wellness import gravest_alert
from enphase_tray.ui.look.when import named_zone, zone_of
from enphase_tray.ui.look.widgets import Banner, ElidedLabel, Label, Role, column, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.window.banners import Actions, troubles
from enphase_tray.ui.window.footer import footer_words
from enphase_tray.ui.window.pages import Pages
from enphase_tray.ui.window.relay_panel import RelayPanel

_BANNERS = 2
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
        choices: Choices | None = None,
        attention: Attention | None = None,
        saver: Saver | None = None,
        helper: Help | None = None,
    ) -> None:
        """`note` stands at the top all the time: what the figures are, where they are not the user's own.

        `choices` says what was looked at last time, and is told what is looked at now. `attention` knows what is
        muted; without it nothing of that outlives the window. `saver` puts reports where the user wants them; `helper`
        says what is wrong and what this program is.
        """
        super().__init__()
        self._live = live
        self._open_history = history
        self._reader: HistoryReader | None = None
        self._base_wording = wording
        self._open_settings = open_settings
        self._result: PollResult | None = live.latest
        self._history_problem: str | None = None
        self._events_known = False
        self._choices = choices or Choices()
        self._attention = attention or Attention(lambda: live.settings, live.clock, parent=self)
        self._zones: dict[str, tzinfo | None] = {}
        self.help = helper or Help(live, open_settings, parent=self)
        self.title_line = TitleLine()
        self.figures = FigureCard()
        self.banners = tuple(Banner() for _ in range(_BANNERS))
        self.tabs = Pages(self._history, self._choices, self._attention, saver)
        self.inverters, self.events = self.tabs.inverters, self.tabs.events
        self.relays = RelayPanel(self._attention)
        self.footer = ElidedLabel(role=Role.NOTE)
        self.note = Label(note, Role.NOTE)
        self.note.setVisible(bool(note))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._tick)
        # The desktop adds the program's name to titles that do not end with it.
        self.setWindowTitle(tr("Demo of Enphase Tray") if note else "Enphase Tray")
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
        self.tabs.show_event(alert_id)

    def reveal(self) -> None:
        """Show the window in front of the others."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "footer"):
            for view in self.findChildren(QTableView):
                view.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._events_known = False
        self._show_all()
        self._timer.start(max(1000, round(self._live.clock.real_seconds(30.0) * 1000)))
        self.visible_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._choices.keep()
        if not event.spontaneous():
            self._let_go()
        self.visible_changed.emit(False)

    def _let_go(self) -> None:
        """Closed, not only minimised: the tray may live on for weeks, and what is forgotten is soon read again."""
        self.tabs.let_go()
        if self._reader is not None:
            self._reader.close()

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_appearance(app, self._live.settings.appearance)

    def _compose(self) -> None:
        self.help.fill(self.title_line.help_menu)
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
        open_at(self, 1000, 680)

    def _connect(self) -> None:
        live = self._live
        live.result.connect(self.show_result)
        live.polling.connect(self.title_line.set_polling)
        live.applied.connect(self._applied)
        self._attention.changed.connect(self._show_all)
        self.title_line.refresh.connect(live.poll_now)
        self.title_line.asked.connect(self._show_why)
        self.title_line.settings.connect(self._open_settings)
        self.tabs.trouble.connect(self._history_trouble)
        keys: dict[QKeySequence | QKeySequence.StandardKey, Callable[[], object]] = {
            QKeySequence.StandardKey.Refresh: live.poll_now,
            QKeySequence.StandardKey.HelpContents: self.help.show_trouble,
            QKeySequence("Ctrl+W"): self.close,
        }
        for key, do in keys.items():
            QShortcut(QKeySequence(key), self).activated.connect(do)

    def _history(self) -> HistoryReader:
        if self._reader is None:
            self._reader = self._open_history()
        return self._reader

    def _site(self) -> str:
        """The serial of the gateway that the window is about; empty where none was ever read."""
        snapshot = None if self._result is None else self._result.snapshot
        return self._live.settings.gateway.serial if snapshot is None else snapshot.gateway.serial

    def _zone(self) -> tzinfo | None:
        """The gateway's zone: as told now, else as the history knows it."""
        snapshot = None if self._result is None else self._result.snapshot
        if snapshot is not None:
            return zone_of(snapshot)
        site = self._site()
        if site not in self._zones:
            try:
                self._zones[site] = named_zone(self._history().timezone(site))
            except HistoryError:
                return None
        return self._zones[site]

    def _shown(self) -> Shown:
        now = self._live.clock.now()
        wording = self._base_wording.with_zone(self._zone())
        wording.units = self._live.settings.units
        settings = self._live.settings
        price = Price(settings.price_per_kwh, settings.currency)
        status = describe(self._result, now, wording, self._attention.unheard(self._result))
        return Shown(self._result, status, now, wording, price, settings.gateway.site_name, self._attention.mutes)

    @Slot()
    def _show_all(self) -> None:
        shown = self._shown()
        self.tabs.show_moment(shown, self._site())
        if self.isVisible():
            self._show_events(shown)
        self._show_now(shown)
        self.relays.show_moment(shown)

    def _show_events(self, shown: Shown) -> None:
        if self._events_known:
            return
        try:
            events = self._history().events(_EVENTS)
        except HistoryError as error:
            self._history_problem = error.title
            return
        self.events.put(events, shown)
        self.relays.take_events(events)
        self._events_known = True
        self._history_problem = None

    def _show_now(self, shown: Shown) -> None:
        self.title_line.show_moment(shown, self._site_name())
        if shown.result is None and not self._live.settings.configured:
            self.title_line.verdict.say("Enphase Tray")
        self.figures.show_moment(shown)
        actions = Actions(self._live.poll_now, self._open_settings, self._ask_about_certificate, self.help.show_trouble)
        found = troubles(shown, self._live.settings, self._history_problem, actions)
        for place, banner in enumerate(self.banners):
            if place < len(found):
                trouble = found[place]
                banner.show_trouble(trouble.mark, trouble.title, trouble.advice, trouble.action, trouble.do)
                banner.offer_more(trouble.more, trouble.find_out)
            else:
                banner.setVisible(False)
        self.footer.say(footer_words(shown))

    def _site_name(self) -> str:
        serial = self._site()
        return clean(self._live.settings.gateway.site_name, 40) or (
            tr("Gateway {short_serial}", short_serial=short_serial(serial)) if serial else ""
        )

    @Slot()
    def _tick(self) -> None:
        """Time passes: ages grow, and figures become stale."""
        shown = self._shown()
        self._show_now(shown)
        self.relays.show_moment(shown)

    @Slot(str)
    def _history_trouble(self, title: str) -> None:
        self._history_problem = title or None
        self._show_now(self._shown())

    @Slot()
    def _show_why(self) -> None:
        """From the verdict to the gravest alert, or to how the panels are."""
        gravest = None if self._result is None else gravest_alert(self._result.active)
        if gravest is None:
            self.tabs.setCurrentWidget(self.tabs.health)
        else:
            self.show_event(gravest.id)

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
