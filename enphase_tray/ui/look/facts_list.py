"""A narrow column of facts under headings: names to the left, figures to the right, whole sentences across."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import tr, trn
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.scrolling import DownScroll
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Label, Role

_WIDTH, _WIDEST = 56 * GRID, 80 * GRID
_MOST_EVENTS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its figure. Without a figure the name is a sentence; `heading` starts a new section."""

    name: str
    value: str = ""
    heading: bool = False
    hint: str = ""

    @property
    def _kind(self) -> tuple[bool, bool]:
        return self.heading, bool(self.value)


def event_facts(events: Sequence[HistoryEvent], now: datetime, wording: Wording) -> Iterator[Fact]:
    """What was told of one inverter, in the order given; what leads too far is only counted."""
    yield Fact(tr("Events"), heading=True)
    if not events:
        yield Fact(tr("Nothing has been told of this inverter yet."))
    for event in events[:_MOST_EVENTS]:
        title = clean(event.title)
        if event.kind == "cleared":
            title = tr("Over again: {alert}", alert=title)
        yield Fact(f"{wording.clock(event.at, now)} · {title}", hint=clean(event.body))
    more = len(events) - _MOST_EVENTS
    if more > 0:
        yield Fact(trn("and {count} more on the page of events", "and {count} more on the page of events", more))


class FactsList(DownScroll):
    """Scrolls up and down only."""

    def __init__(self, name: str) -> None:
        """`name` is what a screen reader calls it."""
        super().__init__(_WIDTH, _WIDEST)
        self.setAccessibleName(name)
        self.facts: tuple[Fact, ...] = ()
        self._labels: list[tuple[Label, Label | None]] = []

    def put(self, facts: Sequence[Fact]) -> None:
        """Show these; labels stay where only words change, so that nothing flickers."""
        if [fact._kind for fact in facts] != [fact._kind for fact in self.facts] or not self._labels:
            self._build(facts)
        self.facts = tuple(facts)
        for fact, (name, value) in zip(self.facts, self._labels, strict=True):
            name.say(fact.name, fact.hint)
            if value is not None:
                value.say(fact.value, fact.hint)
                value.setAccessibleName(f"{fact.name}: {value.text()}")

    def _build(self, facts: Sequence[Fact]) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(GRID, 0, 2 * GRID, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        self._labels = []
        for line, fact in enumerate(facts):
            name = Label(role=Role.TEXT if fact.heading else Role.NOTE, wrap=not fact.value and not fact.heading)
            value = Label(role=Role.NOTE, wrap=True) if fact.value else None
            if fact.heading and line:
                name.setContentsMargins(0, 2 * GRID, 0, 0)
            if value is None:
                grid.addWidget(name, line, 0, 1, 2)
            else:
                value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
                grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(value, line, 1)
            self._labels.append((name, value))
        grid.setRowStretch(len(facts), 1)
        self.put_page(inside)
