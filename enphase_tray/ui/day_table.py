"""The table twin of the day's chart: times down, the sum and each inverter across."""

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.day_curves import Curve, DayCurves
from enphase_tray.ui.text import clean

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DayTable(QAbstractTableModel):
    """Newest time first. A cell is a dash where that inverter had no new report at that time."""

    def __init__(self) -> None:
        super().__init__()
        self._wording = Wording()
        self._times: list[float] = []
        self._columns: list[tuple[str, dict[float, float]]] = []

    def show_day(self, day: DayCurves, wording: Wording, isolated: str = "") -> None:
        """Show `day`, all inverters or only the isolated one."""
        self.beginResetModel()
        self._wording = wording
        shown = {s: curve for s, curve in day.inverters.items() if not isolated or s == isolated}
        self._columns = [("All inverters", _cells(day.total))]
        if day.production.times:
            self._columns.append(("Site", _cells(day.production)))
        self._columns += [(clean(serial), _cells(curve)) for serial, curve in shown.items()]
        self._times = sorted({at for _, cells in self._columns for at in cells}, reverse=True)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._times)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Time" if section == 0 else self._columns[section - 1][0]
        if role == Qt.ItemDataRole.TextAlignmentRole and section:
            return _RIGHT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        at = self._times[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 0:
                moment = datetime.fromtimestamp(at, UTC)
                return self._wording.clock(moment, moment)
            watts = self._columns[index.column() - 1][1].get(at)
            return UNKNOWN if watts is None else self._wording.watts(watts)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return _RIGHT
        return None


def _cells(curve: Curve) -> dict[float, float]:
    return dict(zip(curve.times, curve.watts, strict=True))
