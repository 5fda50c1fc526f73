"""What a rule would have told in the last 30 days, worked out while one looks."""

from datetime import timedelta

from PySide6.QtCore import QItemSelection, Qt, Slot
from PySide6.QtWidgets import QDialog, QStackedLayout, QWidget

from enphase_tray.model.alerts import AlertEvent, Change, Limits
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.monitor.preview import REBUILT_RULES, PreviewRequest, PreviewStep
from enphase_tray.status.muting import rule_label
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.tables import fit_columns, table_view
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.when import zone_of
from enphase_tray.ui.look.widgets import Label, Role, button, column, empty_state, row
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.window.events_page import EventModel

DAYS = 30

_REBUILT = mark(
    "Worked out by the same rules as live ones, from the stored reports of the inverters. The "
    "history does not hold what devices said of themselves, nor whether the gateway was silent or "
    "this program off."
)
_RECORDED = mark(
    "The history does not hold what this rule looks at, so this is what was really told at the time. "
    "While the rule was off, nothing was."
)


class PreviewDialog(QDialog):
    """Asks `live` for a preview and lists what comes; closing it ends the work."""

    def __init__(self, live: Live, rule: str, limits: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._rule = rule
        self._events: list[AlertEvent] = []
        self._done = False
        self._since: str | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("{rule}: the last {days} days", rule=rule_label(rule), days=DAYS))
        self.count = Label(tr("Looking back…"), Role.TITLE, wrap=True)
        self.model = EventModel()
        self.view = table_view(tr("What would have been told"), tr("The newest first"))
        self.view.setModel(self.model)
        self.empty = empty_state("")
        self.title = Label(wrap=True)
        self.body_text = Label(role=Role.NOTE, wrap=True)
        self.note = Label(tr(_REBUILT if rule in REBUILT_RULES else _RECORDED), Role.NOTE, wrap=True)
        self.close_button = button(tr("&Close"))
        self._compose()
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(self._stop)
        live.preview_step.connect(self._stepped)
        live.preview_finished.connect(self._ended)
        self._request = self._asked(limits)
        live.preview(self._request)

    def _asked(self, limits: Limits) -> PreviewRequest:
        end = self._live.clock.now()
        snapshot = None if self._live.latest is None else self._live.latest.snapshot
        site = self._live.settings.gateway.serial if snapshot is None else snapshot.gateway.serial
        known = None if snapshot is None or not snapshot.inverters else frozenset(
            inverter.serial for inverter in snapshot.inverters if not inverter.retired
        )  # fmt: skip
        return PreviewRequest(self._rule, site, end - timedelta(days=DAYS), end, limits, known)

    def _compose(self) -> None:
        body = column(self, 4 * GRID, 3 * GRID)
        body.addWidget(self.count)
        owner = QWidget()
        self._stack = QStackedLayout(owner)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        body.addWidget(owner, 1)
        for label in (self.title, self.body_text):
            label.setVisible(False)
            body.addWidget(label)
        body.addWidget(self.note)
        buttons = row()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        body.addLayout(buttons)
        open_at(self, 640, 440)

    def _shown(self) -> Shown:
        result, now = self._live.latest, self._live.clock.now()
        zone = None if result is None or result.snapshot is None else zone_of(result.snapshot)
        wording = Wording(zone=zone)
        return Shown(result, describe(result, now, wording), now, wording)

    @Slot(object)
    def _stepped(self, step: PreviewStep) -> None:
        if step.request is not self._request:  # of a dialog that was closed
            return
        self._events.extend(step.events)
        shown = self._shown()
        if step.since is not None:
            self._since = shown.wording.clock(step.since, shown.now)
        if step.events:
            self.model.put(tuple(map(_listed, reversed(self._events))), shown)
            fit_columns(self.view)
            self._stack.setCurrentWidget(self.view)
        if not self._done:  # the last step comes before the end
            self.count.say(tr("Looking back… {percent} %", percent=round(100 * step.done)))

    @Slot(object, object)
    def _ended(self, request: PreviewRequest, error: EnphaseTrayError | None) -> None:
        if request is not self._request:
            return
        self._done = True
        if error is not None:
            self.count.say(error.title)
            self.note.say(error.advice)
            return
        self.count.say(self._verdict())
        self.empty.say(tr("Nothing to list."))

    def _verdict(self) -> str:
        if self._since is None:
            return tr("The history holds nothing of these days yet")
        told = len({event.alert.id for event in self._events if event.change is Change.RAISED})
        rebuilt = self._rule in REBUILT_RULES
        if not told and rebuilt:
            return tr("It would have told you nothing since {time}", time=self._since)
        if not told:
            return tr("It told you nothing since {time}", time=self._since)
        if rebuilt:
            return trn(
                "It would have told you once since {time}",
                "It would have told you {count} times since {time}",
                told,
                time=self._since,
            )
        return trn("It told you once since {time}", "It told you {count} times since {time}", told, time=self._since)

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        rows = self.view.selectionModel().selectedRows()
        for label in (self.title, self.body_text):
            label.setVisible(bool(rows))
        if rows:
            event = self.model.events[rows[0].row()]
            self.title.say(event.title)
            self.body_text.say(event.body)

    @Slot()
    def _stop(self) -> None:
        if not self._done:
            self._done = True
            self._live.preview(None)


def _listed(event: AlertEvent) -> HistoryEvent:
    alert = event.alert
    return HistoryEvent(
        event.at, event.change.value, alert.rule, alert.severity.value, alert.serials, alert.title, alert.body, alert.id
    )
