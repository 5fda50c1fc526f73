"""The page of the settings about trust: by which certificate the gateway is known, and every change of that."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QWidget

from enphase_tray.model.dates import dated
from enphase_tray.model.identity import pairing_code
from enphase_tray.model.language import mark, tr
from enphase_tray.settings.state import TrustEntry, TrustEvent
from enphase_tray.ui.look.tables import FlatModel, Index, fit_columns, table_view
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Label, Role, column

_TITLES = (mark("When"), mark("Gateway"), mark("Pairing code"), mark("What happened"))
_FIRST = {
    "user": mark("Trusted, because you said so"),
    "first use": mark("Trusted at the first contact, as asked"),
    "fingerprint": mark("Trusted, its fingerprint was given"),
}
_NEXT = {
    "user": mark("A new one is trusted, because you said so"),
    "fingerprint": mark("A new one is trusted, its fingerprint was given"),
    "renewal": mark("The yearly renewal is trusted, as you chose"),
}
_NONE_YET = mark("No gateway is trusted yet.")
_LEAST_ROWS = 6


class TrustLog(FlatModel):
    """The trust log, newest first."""

    titles = _TITLES

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[TrustEntry, ...] = ()

    def put(self, entries: Sequence[TrustEntry]) -> None:
        """Show these, given oldest first."""
        self.beginResetModel()
        self.entries = tuple(reversed(entries))
        self.endResetModel()

    def count(self) -> int:
        return len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            at = entry.at.astimezone()
            when = f"{dated('{day} {mon} {year}', at)} {at:%H:%M}"
            return (when, clean(entry.serial), code(entry), what(entry))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [what(entry), f"SHA-256 {entry.fingerprint}"]
            if entry.previous:
                lines.append(tr("in place of {fingerprint}", fingerprint=entry.previous))
            return tip("\n".join(lines))
        return None


class TrustPage(QWidget):
    """The pairing code to compare with another computer, and the log, to which lines are only ever added."""

    def __init__(self) -> None:
        super().__init__()
        self.known = Label(tr(_NONE_YET), wrap=True)
        self.log = TrustLog()
        self.table = table_view(tr("Trust log"), tr("Every change of the certificates that gateways are known by"))
        self.table.setModel(self.log)
        fit_columns(self.table, last_gives_way=True)
        self.table.setWordWrap(True)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().setMinimumSectionSize(self.table.verticalHeader().defaultSectionSize())
        self.table.setMinimumHeight(self.table.verticalHeader().defaultSectionSize() * _LEAST_ROWS)
        body = column(self, 4 * GRID, 2 * GRID)
        body.addWidget(self.known)
        body.addWidget(
            Label(
                tr(
                    "A gateway is known by its certificate. Each change of it is noted here; nothing is ever taken out."
                ),
                Role.NOTE,
                wrap=True,
            )
        )
        body.addWidget(self.table, 1)

    def show_log(self, entries: Sequence[TrustEntry], serial: str) -> None:
        """Show what was noted, oldest first; `serial` is the gateway that the settings are about."""
        pinned = [entry for entry in entries if entry.event is TrustEvent.PINNED and entry.serial == serial]
        self.known.say(
            tr(
                "Pairing code of gateway {serial}: {code}. Another computer with this program shows the same one.",
                serial=clean(serial),
                code=code(pinned[-1]),
            )
            if pinned
            else tr(_NONE_YET)
        )
        self.log.put(entries)
        fit_columns(self.table, last_gives_way=True)


def what(entry: TrustEntry) -> str:
    """A line of the log in words."""
    if entry.event is TrustEvent.REFUSED:
        return tr("Another certificate was refused; reading paused")
    if entry.event is TrustEvent.RETURNED:
        return tr("The trusted one was back; reading went on")
    known = (_FIRST if entry.previous is None else _NEXT).get(entry.by)
    return tr("Trusted ({by})", by=clean(entry.by)) if known is None else tr(known)


def code(entry: TrustEntry) -> str:
    """The pairing code of the certificate that a line is about; empty where the line was spoilt by hand."""
    try:
        return pairing_code(entry.fingerprint)
    except ValueError:
        return ""
