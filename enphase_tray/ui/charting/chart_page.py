"""The frame around every chart: date bar, chart or table twin, readout, and the tools beneath."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QStackedLayout, QTableView, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.language import mark, tr
from enphase_tray.status.csv import rows_to_csv
from enphase_tray.ui.charting.chart import Chart, Jump, Sight
from enphase_tray.ui.charting.copying import picture_of
from enphase_tray.ui.charting.date_bar import DateBar
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charting.twin_table import NO_TWIN, TwinTable
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.readout import Readout
from enphase_tray.ui.look.tables import fit_columns, table_view
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.when import local_day
from enphase_tray.ui.look.widgets import Card, Role, button, column, empty_state, row

_HINDSIGHT = timedelta(days=8)
"""A gateway tells of a week before the first reading."""
NEVER_READ = mark("What the gateway tells will appear here once it has been read.")


class ChartPage(Card):
    """Shows one chart of the shelf. Nothing of it is made or read until it is first in sight."""

    jump = Signal(object)
    """A click leads to another page (a `Jump`)."""
    picked = Signal(str)
    """An inverter was chosen in the chart (its serial), or none (empty)."""
    trouble = Signal(str)
    """The history could not be read: why; an empty text when it can again."""

    def __init__(self, name: str, history: Callable[[], HistoryReader], choices: Choices) -> None:
        """`name` is the chart's file on the shelf; `choices` keeps what is chosen on this page."""
        super().__init__(2 * GRID, GRID)
        self.name = name
        self._history = history
        self._choices = choices
        self._chart: Chart | None = None
        self._shown: Shown | None = None
        self._site = self._selected = ""
        self._loaded: Sight | None = None
        self._outdated = True
        self._why_empty = tr(NEVER_READ)

    @property
    def chart(self) -> Chart:
        """The chart; asking for it makes it."""
        return self._build() if self._chart is None else self._chart

    def show_moment(self, shown: Shown, site: str) -> None:
        """The newest result, and the serial of the gateway whose history is shown (empty: none is known).

        Out of sight it is only noted: what was missed is read from the history when the page comes into sight.
        """
        self._shown, self._site = shown, site
        if self.isVisible():
            self._refresh()
        else:
            self._outdated = True

    def go(self, day: date, span: Span | None = None) -> None:
        """Show the period around `day`; a span that the page does not have is left out."""
        kind = type(self.chart)
        self._limit()
        self.bar.go(day, span if span in kind.SPANS else None)

    def select(self, serial: str) -> None:
        """Bring one inverter out (empty: none)."""
        self._selected = serial
        if self._chart is not None:
            self._chart.select(serial)

    def let_go(self) -> None:
        """The window was closed: forget what can be read again."""
        self._outdated = True
        if self._chart is not None:
            self._chart.let_go()
            self.model.show_twin(NO_TWIN)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_PageUp: self.bar.earlier,
            Qt.Key.Key_PageDown: self.bar.later,
            Qt.Key.Key_T: self.as_table.toggle,
            Qt.Key.Key_D: self.bar.go_today,
        }
        do = next((do for key, do in steps.items() if key == event.key()), None)
        if do is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            do()

    def _build(self) -> Chart:
        # Only now: a chart brings pyqtgraph and numpy, whose memory a tray without a window should not need.
        kind: type[Chart] = import_module(f"enphase_tray.ui.charts.{self.name}").CHART
        self._chart = chart = kind(self._choices)
        self.bar = DateBar(kind.SPANS, kind.ELSEWHERE)
        self.bar.put_span(_span(self._choices.get("span")) or kind.SPANS[0])
        self.model = TwinTable()
        self.table: QTableView = table_view(tr(kind.NAME), tr("The chart's figures as a table"))
        self.table.setModel(self.model)
        self.readout = Readout(1 if kind.LONG_TOOLS else 2)
        self.empty = empty_state("")
        self._make_tools(kind)
        self._compose(chart)
        self._connect(chart)
        if self._selected:
            chart.select(self._selected)
        return chart

    def _make_tools(self, kind: type[Chart]) -> None:
        self.as_table = button(tr("&Table"))
        self.as_table.setCheckable(True)
        self.as_table.setChecked(self._choices.get("table") == "yes")
        self.as_table.setToolTip(tr("Show the chart's figures as a table (Ctrl+T)"))
        self.copy: QPushButton = button(tr("&Copy"))
        menu = QMenu(self.copy)
        menu.addAction(tr("As &image"), self.copy_image)
        menu.addAction(tr("As &CSV"), self.copy_csv)
        self.copy.setMenu(menu)
        self.closer = button("+", Role.QUIET, tr("Zoom in"))
        self.farther = button("−", Role.QUIET, tr("Zoom out"))
        self.whole = button(tr("&Whole"), Role.QUIET, tr("Show all of it"))
        self._zooms = (self.closer, self.farther, self.whole) if kind.ZOOMS else ()

    def _compose(self, chart: Chart) -> None:
        owner = QWidget()
        self._stack = QStackedLayout(owner)
        for page in (chart, self.table, self.empty):
            self._stack.addWidget(page)
        above, under = row(spacing=GRID), row(spacing=GRID)
        above.addWidget(self.bar, 1)
        frame = QWidget()
        body = column(frame)
        body.addLayout(above)
        body.addWidget(owner, 1)
        # Height is dearer than width: where the date bar is short, its line has room for more.
        tools, side = (under, Qt.AlignmentFlag(0)) if self.bar.offers_spans else (above, Qt.AlignmentFlag.AlignRight)
        for widget in chart.tools():
            tools.addWidget(widget, 0, side)
        if chart.LONG_TOOLS:
            body.addWidget(self.readout)
            under.addStretch(1)
        else:
            under.addWidget(self.readout, 1)
        for widget in (*self._zooms, self.as_table, self.copy):
            under.addWidget(widget)
        body.addLayout(under)
        self.body.addWidget(frame)
        # What joins a page that is being shown would else be seen only in its second picture.
        frame.setVisible(True)
        self.body.activate()

    def _connect(self, chart: Chart) -> None:
        chart.readout.connect(self._say)
        chart.jump.connect(self.jump)
        chart.picked.connect(self.picked)
        chart.changed.connect(self._reload)
        self.bar.changed.connect(self._moved)
        self.bar.elsewhere.connect(self._elsewhere)
        self.table.activated.connect(self._opened)
        self.as_table.toggled.connect(self._switched)
        self.closer.clicked.connect(lambda: chart.zoom(0.5))
        self.farther.clicked.connect(lambda: chart.zoom(2.0))
        self.whole.clicked.connect(chart.show_whole)
        QShortcut(QKeySequence("Ctrl+T"), self).activated.connect(self.as_table.toggle)
        here = Qt.ShortcutContext.WidgetWithChildrenShortcut
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self, context=here).activated.connect(self._copy)

    def _refresh(self) -> None:
        """Show what is true now with as little work as will do."""
        chart, shown = self.chart, self._shown
        if shown is None or not self._site:
            self._why_empty, self._loaded = tr(NEVER_READ), None
            self._present()
            return
        self._limit()
        before = self._loaded
        sight = Sight(self._site, self.bar.period, local_day(shown.now, shown.wording.zone), shown)
        same = before is not None and (before.site, before.period, before.zone) == (
            sight.site,
            sight.period,
            sight.zone,
        )
        if self._outdated or not same:
            self._read(chart.load, sight)
        elif sight.live:
            self._read(chart.grow, sight)

    def _read(self, load: Callable[[HistoryReader, Sight], str], sight: Sight) -> None:
        try:
            self._why_empty = load(self._history(), sight)
        except HistoryError as error:
            self._why_empty, self._loaded = f"{error.title}. {error.advice}", None
            self.trouble.emit(error.title)
        else:
            if self._loaded is None:
                self.trouble.emit("")
            self._loaded, self._outdated = sight, False
        self._present()

    def _limit(self) -> None:
        shown = self._shown
        if shown is None:
            return
        try:
            first = self._history().first_at(self._site)
        except HistoryError:
            first = None
        today = local_day(shown.now, shown.wording.zone)
        earliest = today if first is None else local_day(first, shown.wording.zone)
        self.bar.put_limits(earliest - _HINDSIGHT, today)

    def _present(self) -> None:
        chart, table = self.chart, self.as_table.isChecked()
        self.bar.setVisible(bool(self._site) and type(chart).SPANS != (Span.ALL,))
        if self._why_empty:
            self.empty.say(self._why_empty)
            self._stack.setCurrentWidget(self.empty)
        elif table:
            self.model.show_twin(chart.twin())
            fit_columns(self.table)
            self._stack.setCurrentWidget(self.table)
        else:
            self._stack.setCurrentWidget(chart)
        for widget in self._zooms:
            widget.setVisible(chart.zoomable and not self._why_empty and not table)
        self.readout.setVisible(not self._why_empty)
        self.as_table.setEnabled(not self._why_empty)
        self.copy.setEnabled(not self._why_empty)

    @Slot()
    def copy_image(self) -> None:
        """Put the chart as it is seen, with what it shows in words above it, on the clipboard."""
        caption = f"{tr(self.chart.NAME)} · {self.bar.period.words}"
        QGuiApplication.clipboard().setPixmap(picture_of(self.chart.canvas, caption))
        self.readout.say(tr("The chart is on the clipboard as an image."))

    @Slot()
    def copy_csv(self) -> None:
        """Put the figures on the clipboard as comma-separated values."""
        sheet = self.chart.sheet()
        QGuiApplication.clipboard().setText(rows_to_csv(sheet.header, sheet.rows))
        self.readout.say(tr("The figures are on the clipboard as CSV."))

    @Slot()
    def _copy(self) -> None:
        if not self._why_empty and self.as_table.isChecked():
            self.copy_csv()
        elif not self._why_empty:
            self.copy_image()

    @Slot(str)
    def _say(self, text: str) -> None:
        self.readout.say(text)
        self.chart.setAccessibleDescription(self.readout.whole)

    @Slot(bool)
    def _switched(self, table: bool) -> None:
        self._choices.put("table", "yes" if table else "")
        self._present()
        (self.table if table else self.chart).setFocus()

    @Slot()
    def _moved(self) -> None:
        self._choices.put("span", self.bar.span.value)
        self._refresh()

    @Slot()
    def _reload(self) -> None:
        self._outdated = True
        self._refresh()

    @Slot(object)
    def _elsewhere(self, span: Span) -> None:
        self.jump.emit(Jump(span=span, day=self.bar.day))

    @Slot(QModelIndex)
    def _opened(self, index: QModelIndex) -> None:
        self.chart.open_row(index.row())


def _span(word: str) -> Span | None:
    return next((span for span in Span if span.value == word), None)
