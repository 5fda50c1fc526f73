"""The page of all inverters: the chart of their day above, the table with its filters beneath."""

from collections.abc import Callable

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMenu, QSplitter, QStackedLayout, QWidget

from enphase_tray.alerts.words import short
from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.language import tr
from enphase_tray.model.readings import InverterReading
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.tables import fit_columns, table_view
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Card, Label, Role, column, empty_state, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.mute_menu import add_actions, device, emptied
from enphase_tray.ui.window.inverter_model import READING_ROLE, InverterFilter, InverterModel

_LEAST_LINES = 2.6
"""The heads, one row, and the bar that scrolls from side to side in a small window."""
_PARTS = 1000
"""The room of chart and table together, for remembering how it is shared."""
_CHARTS_PART = 580
"""Of it, unless the user has shared it otherwise; no less, for curves to be told apart in the smallest window."""


class InverterPage(QWidget):
    """A selected row lights its curve, and the other way round. `selected` carries a serial, or an empty text."""

    selected = Signal(str)
    jump = Signal(object)
    """A double click on a row or Enter leads to an inverter's own page (a `Jump`)."""

    def __init__(self, history: Callable[[], HistoryReader], choices: Choices, attention: Attention) -> None:
        super().__init__()
        self._attention = attention
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.chart = ChartPage("inverter_day", history, choices.part("chart"))
        self.model = InverterModel()
        self.proxy = InverterFilter(self.model)
        self.view = table_view(
            tr("Inverters"), tr("Last power, highest power, last report, flags and status of each inverter")
        )
        self.view.setModel(self.proxy)
        self.view.setMinimumHeight(round(_LEAST_LINES * self.view.verticalHeader().defaultSectionSize()))
        self.view.setSortingEnabled(True)
        self.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.needle = QLineEdit()
        self.needle.setPlaceholderText(tr("Serial or status"))
        self.needle.setClearButtonEnabled(True)
        self.needle.setAccessibleName(tr("Show inverters that contain"))
        self.needle.setMaximumWidth(to_font(55 * GRID))
        self.only_unwell = QCheckBox(tr("&Not well"))
        self.only_unwell.setAccessibleDescription(tr("Show only inverters that are not well"))
        self.count = Label(role=Role.NOTE)
        self.menu = QMenu(self)
        self._empty = empty_state("")
        self._serials: tuple[str, ...] = ()
        self._choices = choices
        self._compose()
        self.needle.textChanged.connect(self._filter)
        self.only_unwell.toggled.connect(self._filter)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.activated.connect(self._activated)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu_asked)
        self.chart.picked.connect(self._picked)
        self.split.splitterMoved.connect(self._moved)

    def show_moment(self, shown: Shown, site: str) -> None:
        """Fill in the inverters of the last snapshot; `site` is the serial of the gateway whose history is shown."""
        self.chart.show_moment(shown, site)
        self.model.show_moment(shown)
        serials = tuple(inverter.serial for inverter in self.model.inverters)
        if serials != self._serials:
            self._serials = serials
            fit_columns(self.view, last_gives_way=True)
        self._say(shown)

    def select(self, serial: str) -> bool:
        """Select an inverter's row and bring it into sight; `False` where it is not listed."""
        if serial == self.selected_serial():
            return True
        for place in range(self.proxy.rowCount()):
            index = self.proxy.index(place, 0)
            if index.data(READING_ROLE).serial == serial:
                self.view.setCurrentIndex(index)
                self.view.scrollTo(index)
                return True
        self.view.clearSelection()
        return False

    def reveal(self, serial: str) -> bool:
        """Like `select`, but take the filters away first where they hide it."""
        if self.select(serial):
            return True
        self.needle.clear()
        self.only_unwell.setChecked(False)
        return self.select(serial)

    def selected_serial(self) -> str:
        """The serial of the selected row, empty where none is."""
        rows = self.view.selectionModel().selectedRows()
        reading: InverterReading | None = rows[0].data(READING_ROLE) if rows else None
        return "" if reading is None else reading.serial

    def _compose(self) -> None:
        bar = row()
        bar.setContentsMargins(GRID, 0, GRID, 0)
        bar.addWidget(self.needle, 1)
        bar.addWidget(self.only_unwell)
        bar.addStretch(1)
        bar.addWidget(self.count)
        self._stack_owner = QWidget()
        self._stack = QStackedLayout(self._stack_owner)
        holder = QWidget()
        column(holder).addWidget(self.view)
        self._stack.addWidget(holder)
        self._stack.addWidget(self._empty)
        below = Card(2 * GRID, 2 * GRID)
        below.body.addLayout(bar)
        below.body.addWidget(self._stack_owner, 1)
        self.split.addWidget(self.chart)
        self.split.addWidget(below)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(2 * GRID)
        self.split.setStretchFactor(0, _CHARTS_PART)
        self.split.setStretchFactor(1, _PARTS - _CHARTS_PART)
        column(self).addWidget(self.split)
        kept = self._choices.get("split")
        if kept.isdecimal() and 0 < int(kept) < _PARTS:
            self.split.setSizes([int(kept), _PARTS - int(kept)])
        else:
            self.split.setSizes([_CHARTS_PART, _PARTS - _CHARTS_PART])

    def _say(self, shown: Shown | None = None) -> None:
        total = len(self.model.inverters)
        unwell = self.model.unwell_count()
        self.only_unwell.setText(tr("&Not well ({unwell})", unwell=unwell))
        visible = self.proxy.rowCount()
        self.count.say(
            ""
            if not total
            else tr("{visible} of {total}", visible=visible, total=total)
            if visible != total
            else tr("{total} inverters", total=total)
        )
        if visible:
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        if not total:
            read = shown is not None and shown.snapshot is not None
            self._empty.say(
                tr("This gateway's answer names no inverters.") if read else tr("No inverter has been read yet.")
            )
        elif self.only_unwell.isChecked() and not self.needle.text():
            self._empty.say(tr("Every inverter is well. Sleeping and retired ones count as well."))
        else:
            self._empty.say(tr("No inverter fits the filter."))

    @Slot()
    def _filter(self) -> None:
        self.proxy.set_only_unwell(self.only_unwell.isChecked())
        self.proxy.set_needle(self.needle.text())
        self._say()

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        serial = self.selected_serial()
        self.selected.emit(serial)
        self.chart.select(serial)

    @Slot(str)
    def _picked(self, serial: str) -> None:
        if not serial or not self.reveal(serial):
            self.view.clearSelection()

    @Slot(QModelIndex)
    def _activated(self, _index: QModelIndex) -> None:
        self.jump.emit(Jump("panel", serial=self.selected_serial()))

    @Slot(QPoint)
    def _menu_asked(self, place: QPoint) -> None:
        """By a right click, or by the keyboard's menu key for the selected row."""
        serial = self.selected_serial()
        if serial:
            show = emptied(self.menu).addAction(tr("&Show its page"))
            show.triggered.connect(lambda: self.jump.emit(Jump("panel", serial=serial)))
            self.menu.addSeparator()
            add_actions(self.menu, self._attention, (device(tr("inverter"), short(serial), serial),))
            self.menu.popup(self.view.viewport().mapToGlobal(place))

    @Slot(int, int)
    def _moved(self, _place: int, _index: int) -> None:
        above, beneath = self.split.sizes()
        self._choices.put("split", str(_PARTS * above // max(1, above + beneath)))
