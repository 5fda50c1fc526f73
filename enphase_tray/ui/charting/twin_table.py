"""The table twin of any chart: its cells become text only where they are looked at."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from enphase_tray.ui.charting.chart import Twin

Index = QModelIndex | QPersistentModelIndex
NO_TWIN = Twin((), 0, lambda row, column: "")
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class TwinTable(QAbstractTableModel):
    """Shows a `Twin`: the first column to the left, figures to the right."""

    def __init__(self) -> None:
        super().__init__()
        self._twin = NO_TWIN

    def show_twin(self, twin: Twin) -> None:
        """Show other figures."""
        self.beginResetModel()
        self._twin = twin
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._twin.count

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._twin.heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._twin.heads[section]
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole and section else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._twin.cell(index.row(), index.column())
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole and index.column() else None
