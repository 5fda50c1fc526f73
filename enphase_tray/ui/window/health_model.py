"""The list of panels by concern: marks, words, and a bar for each share."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication, QStyledItemDelegate, QStyleOptionViewItem

from enphase_tray.model.health import Cause, Concern, HealthReport, PanelHealth
from enphase_tray.model.language import mark, tr
from enphase_tray.status.finding_words import percent, since_words
from enphase_tray.status.health import by_concern, explanation, is_retired, state_words
from enphase_tray.status.words import UNKNOWN
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.marks import Mark, mark_icon
from enphase_tray.ui.look.stylesheet import picked
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import GRID, colours, readable, to_font

Index = QModelIndex | QPersistentModelIndex
HEADS = (mark("Panel"), mark("State"), mark("Of its group"), mark("Since"), mark("Lost"), mark("Group"))
_MEANINGS = (
    mark("Serial number"),
    mark("How it is, and why as far as known"),
    mark("What it made of its group's level in the last seven days with light; the thick line is its usual share"),
    mark("Since when"),
    mark("Energy lost since then, within the days looked at"),
    mark("Panels whose day curves have the same shape are one group"),
)
STATE_COLUMN, SHARE_COLUMN, LOST_COLUMN = 1, 2, 4
_FULL = 1.25
_BAR_WIDTH = 14 * GRID
_FIGURE_WIDTH = 12 * GRID
_MARKS = {
    Concern.WELL: Mark.WELL,
    Concern.WATCH: Mark.NOTE,
    Concern.UNKNOWN: Mark.UNKNOWN,
    Concern.LOOK: Mark.LOOK,
    Concern.FAULT: Mark.FAULT,
}


def panel_mark(panel: PanelHealth) -> Mark:
    """The shape for a panel's line."""
    if is_retired(panel):
        return Mark.UNKNOWN
    if panel.finding is not None and panel.finding.cause is Cause.ASLEEP:
        return Mark.ASLEEP
    return _MARKS[panel.concern]


def group_letter(number: int | None) -> str:
    """Groups are called A, B, ... Z, then by number."""
    if number is None:
        return UNKNOWN
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def share_now(panel: PanelHealth) -> float | None:
    """Its share of the last days, `None` where it makes nothing now: then that share is of better days."""
    return None if panel.concern is Concern.FAULT else panel.share


class HealthModel(QAbstractTableModel):
    """All panels of the doctor's last report, those that matter most first."""

    def __init__(self) -> None:
        super().__init__()
        self.panels: tuple[PanelHealth, ...] = ()
        self._shown: Shown | None = None

    def show_moment(self, shown: Shown, report: HealthReport | None) -> None:
        """Take over a report; rows stay, and with them the selection, where their order does."""
        panels = () if report is None else by_concern(report)
        same = [panel.serial for panel in panels] == [panel.serial for panel in self.panels]
        if not same:
            self.beginResetModel()
        self.panels, self._shown = panels, shown
        if not same:
            self.endResetModel()
        elif panels:
            self.dataChanged.emit(self.index(0, 0), self.index(len(panels) - 1, len(HEADS) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.panels)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(HEADS[section])
        return (
            tr(_MEANINGS[section])
            if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
            else None
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._shown is None:
            return None
        panel, column, shown = self.panels[index.row()], index.column(), self._shown
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(panel, column, shown)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return mark_icon(panel_mark(panel), colours(QApplication.palette()))
        if role == Qt.ItemDataRole.ToolTipRole and column == LOST_COLUMN and panel.finding is not None:
            return tip(shown.price.of(panel.finding.lost_watt_hours, shown.wording)) or None
        if role == Qt.ItemDataRole.ToolTipRole and column == STATE_COLUMN:
            return tip(explanation(panel, shown.wording)) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(panel, column, shown)
        return None

    def _text(self, panel: PanelHealth, column: int, shown: Shown) -> str:
        finding = panel.finding
        return (
            clean(panel.serial),
            state_words(panel),
            percent(share_now(panel), shown.wording),
            since_words(None if finding is None else finding.since, shown.now, shown.wording),
            shown.wording.energy(None if finding is None else finding.lost_watt_hours),
            group_letter(panel.group),
        )[column]

    def _spoken(self, panel: PanelHealth, column: int, shown: Shown) -> str:
        text = self._text(panel, column, shown)
        if column == SHARE_COLUMN and share_now(panel) is not None and panel.usual_share is not None:
            return tr("{text}, usually {percent}", text=text, percent=percent(panel.usual_share, shown.wording))
        return tr("not known") if text == UNKNOWN else text


class ShareBar(QStyledItemDelegate):
    """A share as figure and bar: up to the thin line at 100 % of the group, with a mark at what is usual."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if not isinstance(model, HealthModel):
            return
        panel = model.panels[index.row()]
        share = share_now(panel)
        if share is None:
            return
        tones = colours(QApplication.palette())
        box = QRectF(option.rect)
        high = to_font(GRID)
        area = QRectF(box.left() + to_font(_FIGURE_WIDTH), box.center().y() - high, to_font(_BAR_WIDTH), 2.0 * high)
        tone = tones.production if panel.concern in {Concern.WELL, Concern.WATCH, Concern.UNKNOWN} else tones.fault
        painter.save()
        painter.fillRect(area, _soft(tones.grid, 0.5))
        filled = QRectF(area)
        filled.setWidth(area.width() * min(share, _FULL) / _FULL)
        # Seen also in a selected row, whose ground is that of the base with some of the accent in it.
        painter.fillRect(filled, readable(tone, picked(option.palette), 3.0))
        painter.setPen(QPen(tones.note, 1))
        whole = area.left() + area.width() / _FULL
        painter.drawLine(round(whole), round(area.top()) - 1, round(whole), round(area.bottom()))
        if panel.usual_share is not None:
            usual = area.left() + area.width() * min(panel.usual_share, _FULL) / _FULL
            painter.setPen(QPen(tones.text, 2))
            painter.drawLine(round(usual), round(area.top()) - 2, round(usual), round(area.bottom()) + 1)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> Any:
        hint = super().sizeHint(option, index)
        hint.setWidth(to_font(_FIGURE_WIDTH) + to_font(_BAR_WIDTH) + 2 * GRID)
        return hint


def _soft(colour: QColor, share: float) -> QColor:
    shade = QColor(colour)
    shade.setAlphaF(share)
    return shade
