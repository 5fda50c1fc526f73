"""One manner for all tables: quiet rows, whole-row selection, keyboard first."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from enphase_tray.model.language import tr
from enphase_tray.ui.look.theme import GRID, tabular, to_font

Index = QModelIndex | QPersistentModelIndex


class FlatModel(QAbstractTableModel):
    """A table without a tree in it: its size and its titles. Whoever fills it says what stands in a cell."""

    titles: tuple[str, ...] = ()
    """Marked for translation, said when they are shown."""

    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.count()

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr(self.titles[section])
        return None


def table_view(name: str, description: str) -> QTableView:
    """An empty read-only table."""
    view = QTableView()
    view.setAccessibleName(name)
    view.setAccessibleDescription(description)
    view.setFont(tabular(view.font()))
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setAlternatingRowColors(True)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().setVisible(False)
    view.setIconSize(QSize(to_font(4 * GRID), to_font(4 * GRID)))
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 3 * GRID)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setMinimumSectionSize(GRID * 8)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return view


def fit_columns(view: QTableView, least: int = 0, *, last_gives_way: bool = False) -> None:
    """Make columns as wide as header and contents; the last one takes what is left.

    `last_gives_way` says that it may be narrower than its contents, rather than that all would have to be scrolled.
    """
    header = view.horizontalHeader()
    header.setStretchLastSection(False)
    metrics, model = header.fontMetrics(), view.model()
    for section in range(header.count()):
        title = str(model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole) or "")
        named = metrics.horizontalAdvance(title) + 4 * GRID
        yielding = last_gives_way and section == header.count() - 1
        wanted = 0 if yielding else view.sizeHintForColumn(section) + 1
        header.resizeSection(section, max(wanted, named, least))
    header.setStretchLastSection(True)
