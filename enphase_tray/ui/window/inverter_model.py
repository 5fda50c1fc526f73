"""The table of inverters as a model: true values for sorting, words for showing, and the filters above it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QApplication

from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import InverterReading
from enphase_tray.settings.attention import Mute
from enphase_tray.status.muting import mute_words
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.marks import mark_icon
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import colours
from enphase_tray.ui.look.wellness import (
    concerned_serials,
    flag_text,
    inverter_mark,
    is_well,
    status_advice,
    status_text,
)

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = int(Qt.ItemDataRole.UserRole)
READING_ROLE = SORT_ROLE + 1
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    meaning: str
    text: Callable[[InverterReading, Shown], str]
    value: Callable[[InverterReading], Any]
    align: int = _LEFT


def _reported(inverter: InverterReading, shown: Shown) -> str:
    return UNKNOWN if inverter.last_report_at is None else shown.wording.clock(inverter.last_report_at, shown.now)


COLUMNS: tuple[_Column, ...] = (
    _Column(mark("Serial no."), mark("Serial number"), lambda i, _s: clean(i.serial), lambda i: i.serial),
    _Column(mark("State"), mark("State"), lambda i, _s: inverter_state_words(i.state), lambda i: i.state.value),
    _Column(mark("Last"), mark("Power in the last report"), lambda i, s: s.wording.watts(i.last_report_watts),
            lambda i: i.last_report_watts, _RIGHT),
    _Column(mark("Max"), mark("Highest power it ever reported"), lambda i, s: s.wording.watts(i.max_report_watts),
            lambda i: i.max_report_watts, _RIGHT),
    _Column(mark("Today"), mark("Energy made today"), lambda i, s: s.wording.energy(i.watt_hours_today),
            lambda i: i.watt_hours_today, _RIGHT),
    _Column(mark("Report"), mark("Time of the last report"), _reported,
            lambda i: None if i.last_report_at is None else i.last_report_at.timestamp(), _RIGHT),
    _Column(mark("Prod."), mark("Producing"), lambda i, _s: flag_text(i.device.producing),
            lambda i: i.device.producing, _CENTRE),
    _Column(mark("Comm."), mark("Communicating"), lambda i, _s: flag_text(i.device.communicating),
            lambda i: i.device.communicating, _CENTRE),
    _Column(mark("Prov."), mark("Provisioned"), lambda i, _s: flag_text(i.device.provisioned),
            lambda i: i.device.provisioned, _CENTRE),
    _Column(mark("Oper."), mark("Operating"), lambda i, _s: flag_text(i.device.operating),
            lambda i: i.device.operating, _CENTRE),
    _Column(mark("Status"), mark("Status in words"), lambda i, _s: status_text(i.device) or UNKNOWN,
            lambda i: status_text(i.device)),
)  # fmt: skip
STATE_COLUMN = 1


class InverterModel(QAbstractTableModel):
    """All inverters of the last snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self._inverters: tuple[InverterReading, ...] = ()
        self._shown: Shown | None = None
        self._concerned: frozenset[str] = frozenset()

    @property
    def inverters(self) -> tuple[InverterReading, ...]:
        return self._inverters

    def show_moment(self, shown: Shown) -> None:
        """Take over the inverters of `shown`; rows stay (and with them the selection) where serials are the same."""
        snapshot = shown.snapshot
        inverters = () if snapshot is None else snapshot.inverters
        same = [i.serial for i in inverters] == [i.serial for i in self._inverters]
        if not same:
            self.beginResetModel()
        self._inverters, self._shown = inverters, shown
        self._concerned = concerned_serials(shown.result.active) if shown.result is not None else frozenset()
        if not same:
            self.endResetModel()
        elif inverters:
            self.dataChanged.emit(self.index(0, 0), self.index(len(inverters) - 1, len(COLUMNS) - 1))

    def well(self, inverter: InverterReading) -> bool:
        """Whether there is nothing to look at."""
        return is_well(inverter, self._concerned)

    def unwell_count(self) -> int:
        return sum(not self.well(inverter) for inverter in self._inverters)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._inverters)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(column.title)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return tr(column.meaning)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._shown is None:
            return None
        inverter, column = self._inverters[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            muted = tr(", muted") if index.column() == STATE_COLUMN and self._mutes_of(inverter) else ""
            return column.text(inverter, self._shown) + muted
        if role == SORT_ROLE:
            return column.value(inverter)
        if role == READING_ROLE:
            return inverter
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return self._decoration(inverter, index.column(), role)

    def _decoration(self, inverter: InverterReading, column: int, role: int) -> Any:
        tones = colours(QApplication.palette())
        if role == Qt.ItemDataRole.ForegroundRole and inverter.retired:
            return tones.note
        if role == Qt.ItemDataRole.DecorationRole and column == STATE_COLUMN:
            return mark_icon(inverter_mark(inverter, self._concerned), tones)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._hint(inverter, column)) or None
        return None

    def _mutes_of(self, inverter: InverterReading) -> tuple[Mute, ...]:
        return () if self._shown is None else tuple(m for m in self._shown.mutes if m.serial == inverter.serial)

    def _hint(self, inverter: InverterReading, column: int) -> str:
        if column == len(COLUMNS) - 1:
            return status_advice(inverter.device)
        if column == STATE_COLUMN and self._shown is not None:
            said = (mute_words(mute, self._shown.now, self._shown.wording) for mute in self._mutes_of(inverter))
            return "\n".join(f"{words[:1].upper()}{words[1:]}" for words in said)
        if self._shown is not None and COLUMNS[column].text(inverter, self._shown) == UNKNOWN:
            return tr("{meaning}: the gateway does not tell.", meaning=tr(COLUMNS[column].meaning))
        return ""


class InverterFilter(QSortFilterProxyModel):
    """Sorting by true values with the unknown and the retired at the end, and the two filters."""

    def __init__(self, model: InverterModel) -> None:
        super().__init__()
        self._model = model
        self._needle = ""
        self._only_unwell = False
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def set_needle(self, text: str) -> None:
        """Keep rows whose serial, state or status contains `text`."""
        self._needle = text.strip().casefold()
        self.invalidate()

    def set_only_unwell(self, on: bool) -> None:
        """Keep rows that are not well."""
        self._only_unwell = on
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, _parent: Index) -> bool:
        inverter = self._model.inverters[source_row]
        if self._only_unwell and self._model.well(inverter):
            return False
        if not self._needle:
            return True
        words = " ".join((inverter.serial, inverter_state_words(inverter.state), status_text(inverter.device) or ""))
        return self._needle in words.casefold()

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(READING_ROLE), right.data(READING_ROLE)
        descending = self.sortOrder() is Qt.SortOrder.DescendingOrder
        if one.retired != other.retired:
            return bool(one.retired) if descending else bool(other.retired)
        a, b = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if a is None or b is None:
            return (a is None and b is not None) if descending else (b is None and a is not None)
        if a == b:
            return bool(one.serial < other.serial)
        return bool(a < b)
