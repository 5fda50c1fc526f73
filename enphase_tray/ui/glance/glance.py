"""The small window at the tray: now, today against yesterday, the curve of the day, what is wrong, one click to all."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.alerts import Severity
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.language import tr, trn
from enphase_tray.status.status import Status, describe
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.figures.day_compare import Compared
from enphase_tray.ui.glance.day_sketch import DaySketch
from enphase_tray.ui.glance.glance_day import against_yesterday, read_day
from enphase_tray.ui.look.header import MARKS, Figure, Shown
from enphase_tray.ui.look.link_label import LinkLabel
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.reasons import why_unknown
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.when import zone_of
from enphase_tray.ui.look.widgets import ElidedLabel, Label, Role, button, column, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live

log = logging.getLogger(__name__)

WIDTH = GRID * 84
"""px, with a font of ordinary size."""
_TICK_SECONDS = 30.0
_MOST_CONCERNS = 3
_SEVERITIES = {Severity.CRITICAL: (0, Mark.FAULT), Severity.WARNING: (1, Mark.LOOK)}


class Concern(QWidget):
    """One line of what is wrong, which leads there."""

    asked = Signal(str)
    """The alert's id; empty for trouble with the connection."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = MarkWidget(Mark.LOOK, 14)
        self.text = LinkLabel()
        self.text.clicked.connect(self._clicked)
        self._alert_id = ""
        line = row(self, 0, 2 * GRID)
        line.addWidget(self._mark)
        line.addWidget(self.text, 1)
        self.setVisible(False)

    def say(self, mark: Mark, text: str, alert_id: str) -> None:
        """Show it."""
        self._alert_id = alert_id
        self._mark.set_mark(mark)
        self.text.say(text)
        self.setVisible(True)

    @Slot()
    def _clicked(self) -> None:
        self.asked.emit(self._alert_id)


class Glance(QFrame):
    """Closes by Escape and when something else is clicked. Reads the history only while it is shown."""

    open_asked = Signal()
    alert_asked = Signal(str)
    closed = Signal()

    def __init__(
        self,
        live: Live,
        history: Callable[[], HistoryReader],
        wording: Wording,
        attention: Attention,
        unread: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        """`unread` gives the titles of notifications that nobody showed."""
        super().__init__(None, Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self._live = live
        self._history = history
        self._base_wording = wording
        self._attention = attention
        self._unread = unread
        self.setProperty("role", "card")
        self.setWindowTitle(tr("Enphase Tray at a glance"))
        self.mark = MarkWidget(Mark.UNKNOWN, 16)
        self.verdict = ElidedLabel(role=Role.TITLE)
        self.age = Label(role=Role.NOTE)
        self.now_figure, self.today_figure = Figure(tr("Now")), Figure(tr("Today"))
        self.sketch = DaySketch()
        self.concerns = tuple(Concern() for _ in range(_MOST_CONCERNS))
        self.more = Label(role=Role.NOTE)
        self.unread = Label(role=Role.NOTE, wrap=True)
        self.refresh = button(tr("&Read now"), Role.QUIET, tr("Read the gateway now"))
        self.open = button(tr("&Open the window"), Role.MAIN)
        self.open.setDefault(True)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._show_now)
        self._compose()
        self._connect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start(max(1000, round(self._live.clock.real_seconds(_TICK_SECONDS) * 1000)))
        self.open.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self.closed.emit()

    def refill(self) -> None:
        """Show how it is now, with the curve read anew. Before it is shown, so that its size is known."""
        titles = self._unread()
        self.unread.say(tr("The desktop could not show: {titles}", titles=" · ".join(titles)))
        self.unread.setVisible(bool(titles))
        self._show_now()
        self._show_day()
        self._fit()

    def _fit(self) -> None:
        """As narrow as its words allow: what can be shortened does not make it wider."""
        layout = self._body
        width = max(to_font(WIDTH), layout.totalMinimumSize().width())
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        self.resize(width, height)

    def _compose(self) -> None:
        self._body = body = column(self, 4 * GRID, 3 * GRID)
        head = row()
        head.addWidget(self.mark)
        head.addWidget(self.verdict, 1)
        head.addWidget(self.age)
        body.addLayout(head)
        figures = row(spacing=4 * GRID)
        figures.addWidget(self.now_figure, 2)
        figures.addWidget(self.today_figure, 3)
        body.addLayout(figures)
        body.addWidget(self.sketch)
        for concern in self.concerns:
            body.addWidget(concern)
        body.addWidget(self.more)
        body.addWidget(self.unread)
        body.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        foot = row()
        foot.addWidget(self.refresh)
        foot.addStretch(1)
        foot.addWidget(self.open)
        return foot

    def _connect(self) -> None:
        self.open.clicked.connect(self._open_window)
        self.refresh.clicked.connect(self._live.poll_now)
        self._live.polling.connect(self._set_polling)
        self._live.result.connect(self._on_result)
        for concern in self.concerns:
            concern.asked.connect(self._show_concern)

    @Slot()
    def _open_window(self) -> None:
        self.hide()
        self.open_asked.emit()

    @Slot(str)
    def _show_concern(self, alert_id: str) -> None:
        self.hide()
        if alert_id:
            self.alert_asked.emit(alert_id)
        else:
            self.open_asked.emit()

    @Slot(bool)
    def _set_polling(self, polling: bool) -> None:
        self.refresh.setEnabled(not polling)

    @Slot(object)
    def _on_result(self, _result: object) -> None:
        if self.isVisible():
            self._show_now()
            self._show_day()
            self._fit()

    def _shown(self) -> Shown:
        result, now = self._live.latest, self._live.clock.now()
        wording = self._base_wording.with_zone(zone_of(None if result is None else result.snapshot))
        wording.units = self._live.settings.units
        status = describe(result, now, wording, self._attention.unheard(result))
        return Shown(result, status, now, wording, mutes=self._attention.mutes)

    @Slot()
    def _show_now(self) -> None:
        shown = self._shown()
        snapshot, wording = shown.snapshot, shown.wording
        self.mark.set_mark(MARKS[shown.status.icon])
        concerns = self._say_concerns(shown)
        self.verdict.say(_short_verdict(shown.status, concerns))
        self.age.say(shown.status.age if snapshot is not None else "")
        made = None if snapshot is None else snapshot.production
        watts = UNKNOWN if made is None else wording.watts(made.watts_now)
        energy = UNKNOWN if made is None else wording.energy(made.watt_hours_today)
        then = tr("At {time}", time=wording.clock(snapshot.at, shown.now)) if snapshot is not None else ""
        name = then if shown.stale else tr("Now")
        self.now_figure.show_value(name, watts, why_unknown(snapshot, tr("Production now")), dim=shown.stale)
        today = why_unknown(snapshot, tr("Production today"))
        self.today_figure.show_value(tr("Today"), energy, today, dim=shown.stale)
        used = None if snapshot is None else snapshot.consumption
        self.now_figure.below.say("" if used is None else tr("using {watts}", watts=wording.watts(used.watts_now)))

    def _say_concerns(self, shown: Shown) -> int:
        """Fill the lines of what is wrong; how many there are."""
        found = _concerns(shown, set(self._attention.unheard(shown.result)))
        for place, line in enumerate(self.concerns):
            if place < len(found):
                line.say(*found[place])
            else:
                line.setVisible(False)
        left = len(found) - len(self.concerns)
        self.more.setVisible(left > 0)
        if left > 0:
            self.more.say(trn("and {count} more", "and {count} more", left))
        return len(found)

    def _show_day(self) -> None:
        shown = self._shown()
        compared: Compared | None = None
        if shown.snapshot is not None:
            reader = self._history()
            try:
                compared = read_day(reader, shown.snapshot, shown.now)
            except HistoryError as error:
                log.info("the day cannot be drawn: %s", error)
            finally:
                reader.close()
        self.sketch.show_day(compared, shown.wording)
        self.today_figure.below.say(against_yesterday(compared, shown.wording))


def _short_verdict(status: Status, concerns: int) -> str:
    """What is wrong stands in lines of its own; the title only says that something is."""
    if not concerns:
        return status.verdict
    return trn("One thing to look at", "{count} things to look at", concerns)


def _concerns(shown: Shown, unheard: set[str]) -> list[tuple[Mark, str, str]]:
    """What is wrong, gravest first: mark, words and the alert's id (empty for trouble with the connection)."""
    alerts = [
        alert
        for alert in (() if shown.result is None else shown.result.active)
        if alert.id not in unheard and alert.severity in _SEVERITIES
    ]
    alerts.sort(key=lambda alert: (_SEVERITIES[alert.severity][0], alert.raised_at))
    lines = [
        (
            _SEVERITIES[alert.severity][1],
            tr("{fact} since {time}", fact=alert.title, time=shown.wording.clock(alert.raised_at, shown.now)),
            alert.id,
        )
        for alert in alerts
    ]
    concern = shown.status.concern
    told = {line[1] for line in lines}
    if concern is not None and not any(concern.startswith(words) for words in told):
        lines.insert(0, (MARKS[shown.status.icon], concern, ""))
    return lines
