"""What was told and what happened: the event list with its filters."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QItemSelection, QPoint, Qt, Slot
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QStackedLayout, QWidget

from enphase_tray.alerts.words import short
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import mark, tr
from enphase_tray.status.muting import mute_subject, mute_words
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.marks import Mark, mark_icon
from enphase_tray.ui.look.tables import FlatModel, Index, fit_columns, table_view
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import GRID, colours, to_font
from enphase_tray.ui.look.widgets import Card, Label, Role, button, column, empty_state, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.mute_menu import Subject, add_actions, alert_subjects, emptied

_TITLES = (mark("When"), mark("What"), mark("Event"))
_MARKS = {"critical": Mark.FAULT, "warning": Mark.LOOK, "information": Mark.NOTE}
_SEVERITIES = {"critical": mark("Fault"), "warning": mark("To look at"), "information": mark("Note")}
FILTERS = (mark("All events"), mark("Faults"), mark("Things to look at"), mark("Notes"), mark("Over again"))


class EventModel(FlatModel):
    """Events, newest first."""

    titles = _TITLES

    def __init__(self) -> None:
        super().__init__()
        self.events: tuple[HistoryEvent, ...] = ()
        self._shown: Shown | None = None

    def put(self, events: Sequence[HistoryEvent], shown: Shown | None) -> None:
        """Show other events."""
        self.beginResetModel()
        self.events, self._shown = tuple(events), shown
        self.endResetModel()

    def count(self) -> int:
        return len(self.events)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        event = self.events[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(event, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 1:
            mark = Mark.WELL if event.kind == "cleared" else _MARKS.get(event.severity, Mark.NOTE)
            return mark_icon(mark, colours(QApplication.palette()))
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 2:
            return tip(event.body) or None
        return None

    def _text(self, event: HistoryEvent, column: int) -> str:
        if column == 0:
            shown = self._shown
            return f"{event.at:%Y-%m-%d %H:%M}" if shown is None else shown.wording.clock(event.at, shown.now)
        if column == 1:
            return what(event)
        return clean(event.title)


class EventsPage(Card):
    """Filters, list, and the whole text of the selected event beneath."""

    def __init__(self, attention: Attention) -> None:
        super().__init__(2 * GRID, 2 * GRID)
        self._attention = attention
        self.model = EventModel()
        self.view = table_view(tr("Events"), tr("What happened and what you were told, newest first"))
        self.view.setModel(self.model)
        self.kind = Choice()
        self.kind.addItems([tr(name) for name in FILTERS])
        self.kind.setAccessibleName(tr("Kind of event"))
        self.needle = QLineEdit()
        self.needle.setPlaceholderText(tr("Text or serial"))
        self.needle.setClearButtonEnabled(True)
        self.needle.setAccessibleName(tr("Show events that contain"))
        self.needle.setMaximumWidth(to_font(55 * GRID))
        self.count = Label(role=Role.NOTE)
        self.title = Label(wrap=True)
        self.body_text = Label(role=Role.NOTE, wrap=True)
        self.muted = Label(role=Role.NOTE, wrap=True)
        self.mute = button(tr("&Mute"), name=tr("Mute what this event is about, or hear of it again"))
        self.menu = QMenu(self.mute)
        self.mute.setMenu(self.menu)
        self._empty = empty_state("")
        self._all: tuple[HistoryEvent, ...] = ()
        self._shown: Shown | None = None
        self._compose()
        self.kind.currentIndexChanged.connect(self._filter)
        self.needle.textChanged.connect(self._filter)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.menu.aboutToShow.connect(self._fill)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu_asked)
        attention.changed.connect(self._say_muted)

    def put(self, events: Sequence[HistoryEvent], shown: Shown) -> None:
        """Show `events` (newest first), keeping the selection."""
        chosen = self._chosen()
        self._all, self._shown = tuple(events), shown
        self._filter()
        if chosen is not None and chosen in self.model.events:
            self.view.selectRow(self.model.events.index(chosen))

    def reveal(self, alert_id: str) -> HistoryEvent | None:
        """Select the newest event of an alert, taking filters away where they hide it."""
        found = next((event for event in self._all if event.alert_id == alert_id), None)
        if found is None:
            return None
        if found not in self.model.events:
            self.kind.setCurrentIndex(0)
            self.needle.clear()
        self.view.selectRow(self.model.events.index(found))
        self.view.scrollTo(self.model.index(self.model.events.index(found), 0))
        return found

    def _compose(self) -> None:
        bar = row()
        bar.setContentsMargins(GRID, 0, GRID, 0)
        bar.addWidget(self.kind)
        bar.addWidget(self.needle, 1)
        bar.addStretch(1)
        bar.addWidget(self.count)
        self._stack_owner = QWidget()
        self._stack = QStackedLayout(self._stack_owner)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self.body.addLayout(bar)
        self.body.addWidget(self._stack_owner, 1)
        texts = column(None, 0, GRID)
        for label in (self.title, self.body_text, self.muted):
            label.setVisible(False)
            label.setContentsMargins(GRID, 0, GRID, 0)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            texts.addWidget(label)
        self.mute.setVisible(False)
        beneath = row()
        beneath.addLayout(texts, 1)
        beneath.addWidget(self.mute, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(beneath)

    def _chosen(self) -> HistoryEvent | None:
        rows = self.view.selectionModel().selectedRows()
        return self.model.events[rows[0].row()] if rows else None

    @Slot()
    def _filter(self) -> None:
        needle = self.needle.text().strip().casefold()
        kind = self.kind.currentIndex()
        kept = [event for event in self._all if _fits(event, kind) and needle in _searchable(event)]
        self.model.put(kept, self._shown)
        fit_columns(self.view)
        self.count.say("" if not self._all else tr("{kept} of {all}", kept=len(kept), all=len(self._all)))
        self._stack.setCurrentIndex(0 if kept else 1)
        self._empty.say(
            tr("No event fits the filter.")
            if self._all
            else tr(
                "Nothing has happened yet. Relays that open, inverters that stop and lost contact will be listed here."
            )
        )
        self._selected(QItemSelection(), QItemSelection())

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        event = self._chosen()
        for label in (self.title, self.body_text):
            label.setVisible(event is not None)
        if event is not None:
            when = "" if self._shown is None else f"{self._shown.wording.clock(event.at, self._shown.now)} · "
            self.title.say(f"{when}{event.title}")
            self.body_text.say(event.body or tr("There is nothing more to say about it."))
        self._say_muted()

    @Slot()
    def _say_muted(self) -> None:
        """Who muted what the selected event is about, and until when."""
        event = self._chosen()
        about = () if event is None else _subjects(event)
        mutes = [mute for mute in self._attention.mutes if any(subject.covers(mute) for subject in about)]
        self.mute.setVisible(bool(about))
        self.muted.setVisible(bool(mutes))
        if mutes and self._shown is not None:
            now, wording = self._shown.now, self._shown.wording
            self.muted.say("; ".join(f"{mute_subject(mute)}: {mute_words(mute, now, wording)}" for mute in mutes))

    @Slot()
    def _fill(self) -> None:
        event, menu = self._chosen(), emptied(self.menu)
        if event is not None:
            add_actions(menu, self._attention, _subjects(event))

    @Slot(QPoint)
    def _menu_asked(self, place: QPoint) -> None:
        event = self._chosen()
        if event is not None and _subjects(event):
            self.menu.popup(self.view.viewport().mapToGlobal(place))


def _subjects(event: HistoryEvent) -> tuple[Subject, ...]:
    """What of an event can be muted; notes of the program itself cannot."""
    if event.alert_id is None:
        return ()
    return alert_subjects(event.rule, event.serials, [short(serial) for serial in event.serials])


def what(event: HistoryEvent) -> str:
    """The kind of an event in words."""
    if event.kind == "cleared":
        return tr("Over again")
    word = tr(_SEVERITIES.get(event.severity, mark("Note")))
    return tr("{word}, changed", word=word) if event.kind == "updated" else word


def _fits(event: HistoryEvent, kind: int) -> bool:
    if kind == 0:
        return True
    if kind == 4:
        return event.kind == "cleared"
    return event.kind != "cleared" and event.severity == ("critical", "warning", "information")[kind - 1]


def _searchable(event: HistoryEvent) -> str:
    return " ".join((event.title, event.body, event.rule, *event.serials)).casefold()
