"""The page of all panels' health: the verdict, the panels by concern, and the evidence of the one that is selected."""

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QSplitter, QStackedLayout, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.health import Concern, HealthReport
from enphase_tray.model.language import tr
from enphase_tray.status.evidence import evidence_files, evidence_name, evidence_zip
from enphase_tray.status.evidence_facts import read_evidence
from enphase_tray.status.health import site_concern, site_verdict
from enphase_tray.status.report import report_name, weekly_report
from enphase_tray.status.week import monday_of, read_week
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.held_label import HeldLabel
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.look.tables import fit_columns, table_view
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.when import local_day
from enphase_tray.ui.look.widgets import Card, Role, button, column, empty_state, row
from enphase_tray.ui.window.health_model import SHARE_COLUMN, STATE_COLUMN, HealthModel, ShareBar
from enphase_tray.ui.window.health_words import days_words, groups_words, why_empty

_LEAST_LINES = 3.2
_PARTS = 1000
_MARKS = {
    Concern.WELL: Mark.WELL,
    Concern.WATCH: Mark.WELL,
    Concern.UNKNOWN: Mark.UNKNOWN,
    Concern.LOOK: Mark.LOOK,
    Concern.FAULT: Mark.FAULT,
}


class HealthPage(QWidget):
    """A selected row brings out its evidence beneath."""

    jump = Signal(object)
    """A double click on a row or Enter leads to an inverter's own page (a `Jump`)."""

    def __init__(self, history: Callable[[], HistoryReader], choices: Choices, saver: Saver | None = None) -> None:
        super().__init__()
        self._history = history
        self._choices = choices
        self._saver = saver or Saver()
        self._shown: Shown | None = None
        self._site = ""
        self._report: HealthReport | None = None
        self._led = True
        """Whether the selection follows the worst panel: until somebody has chosen another one."""
        self._filling = False
        self._mark = MarkWidget(Mark.UNKNOWN, 18)
        self.verdict = HeldLabel()
        self.note = HeldLabel(Role.NOTE)
        self.weekly = button(tr("&Weekly report"))
        self.evidence = button(tr("E&vidence file…"))
        self.model = HealthModel()
        self.view = table_view(
            tr("Panels by concern"), tr("State, share of the group, since when and energy lost of each panel")
        )
        self.chart = ChartPage("health", history, choices.part("chart"))
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.empty = empty_state("")
        self._compose()
        self._connect()

    def show_moment(self, shown: Shown, site: str) -> None:
        """Fill in the doctor's last word; `site` is the serial of the gateway whose history is shown."""
        before = self._report
        self._shown, self._site = shown, site
        self._report = report = None if shown.result is None else shown.result.health
        self._mark.set_mark(_MARKS[site_concern(report)])
        self.verdict.say(site_verdict(report, shown.now, shown.wording))
        why = why_empty(report, shown)
        self.empty.say(why)
        self._stack.setCurrentIndex(1 if why else 0)
        chosen = "" if self._led else self.selected_serial()
        self._filling = True  # what is selected now is not the user's doing
        self.model.show_moment(shown, report)
        if report is not None and report is not before:
            self._fit_columns()
        self._keep(chosen)
        self._filling = False
        self.chart.show_moment(shown, site)
        self._say_basis()
        self.weekly.setEnabled(bool(site))
        self.evidence.setEnabled(bool(site and self.selected_serial()))

    def _keep(self, chosen: str) -> None:
        """The user's choice stays selected through new results; without one it is the worst panel, in sight."""
        panels = self.model.panels
        if panels and self.selected_serial() != (chosen or panels[0].serial) and not self.select(chosen):
            self._led = True
            self.select(panels[0].serial)

    def select(self, serial: str) -> bool:
        """Select a panel's row and bring it into sight; `False` where it is not listed."""
        for place, panel in enumerate(self.model.panels):
            if panel.serial == serial:
                if self.selected_serial() != serial:
                    self.view.setCurrentIndex(self.model.index(place, 0))
                self.view.scrollTo(self.model.index(place, 0))
                return True
        return False

    def selected_serial(self) -> str:
        """The serial of the selected row, empty where none is."""
        rows = self.view.selectionModel().selectedRows()
        place = rows[0].row() if rows else -1
        return self.model.panels[place].serial if 0 <= place < len(self.model.panels) else ""

    def concerns(self, serial: str) -> bool:
        """Whether the doctor has something to say of that panel."""
        panel = None if self._report is None else self._report.panel(serial)
        return panel is not None and panel.concern in {Concern.FAULT, Concern.LOOK}

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._say_basis()

    def _say_basis(self) -> None:
        """What the verdict rests on; the groups' times of day are known once their curves were read."""
        report = self._report
        if report is None:
            self.note.say("")
            return
        groups = (self.chart.chart.remark if self.isVisible() else "") or groups_words(report, ())
        self.note.say(" · ".join(part for part in (days_words(report), groups) if part))

    def _compose(self) -> None:
        self.view.setModel(self.model)
        self.view.setItemDelegateForColumn(SHARE_COLUMN, ShareBar(self.view))
        self.view.setMinimumHeight(round(_LEAST_LINES * self.view.verticalHeader().defaultSectionSize()))
        menu = QMenu(self.weekly)
        menu.addAction(tr("&Last week…"), lambda: self.save_week(1))
        menu.addAction(tr("&This week so far…"), lambda: self.save_week(0))
        self.past_reports = menu.addAction(tr("Those written each &Monday"), self._show_reports)
        menu.aboutToShow.connect(self._offer_reports)
        self.weekly.setMenu(menu)
        self.weekly.setToolTip(tr("Save a report of one page and open it"))
        self.evidence.setToolTip(tr("Save what is known of the selected panel, to be sent to an installer"))
        head = row(spacing=2 * GRID)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.verdict, 1)
        tools = row(spacing=2 * GRID)
        tools.addWidget(self.note, 1)
        tools.addWidget(self.evidence)
        tools.addWidget(self.weekly)
        above = Card(2 * GRID, GRID)
        above.body.addLayout(head)
        above.body.addLayout(tools)
        above.body.addWidget(self.view, 1)
        self.split.addWidget(above)
        self.split.addWidget(self.chart)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(2 * GRID)
        kept = self._choices.get("split")
        share = int(kept) if kept.isdecimal() and 0 < int(kept) < _PARTS else _PARTS * 48 // 100
        self.split.setSizes([share, _PARTS - share])
        owner = Card(2 * GRID, GRID)
        owner.body.addWidget(self.empty)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.split)
        self._stack.addWidget(owner)
        column(self).addWidget(holder)

    def _fit_columns(self) -> None:
        """The words of the state give way before figures do."""
        fit_columns(self.view)
        header = self.view.horizontalHeader()
        header.setStretchLastSection(False)
        title = str(self.model.headerData(STATE_COLUMN, Qt.Orientation.Horizontal))
        header.setMinimumSectionSize(header.fontMetrics().horizontalAdvance(title) + 4 * GRID)
        header.setSectionResizeMode(STATE_COLUMN, QHeaderView.ResizeMode.Stretch)

    def _connect(self) -> None:
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.activated.connect(self._activated)
        self.evidence.clicked.connect(self.save_evidence)
        self.chart.picked.connect(self._picked)
        self.split.splitterMoved.connect(self._moved)

    def save_week(self, weeks_ago: int) -> None:
        """Ask where to put the report of this week (0) or the last one (1), write it there and open it."""
        shown = self._shown
        if shown is None or not self._site:
            return
        today = local_day(shown.now, shown.wording.zone)
        first = monday_of(today) - timedelta(days=7 * weeks_ago)
        path = self._saver.ask(self, tr("Save the weekly report"), report_name(first), tr("Web page (*.html)"))
        if path is None:
            return
        try:
            self._saver.write(path, self._week(shown, first).encode())
        except EnphaseTrayError as error:
            self._say(f"{error.title}. {error.advice}")
            return
        self._say(tr("The report is saved as {name}.", name=path.name))
        self._saver.show(path)

    @Slot()
    def save_evidence(self) -> None:
        """Ask where to put the evidence of the selected panel, write it there and open its folder."""
        shown, serial = self._shown, self.selected_serial()
        if shown is None or not serial or not self._site:
            return
        name = evidence_name(serial, shown.now)
        path = self._saver.ask(self, tr("Save the evidence file"), name, tr("ZIP archive (*.zip)"))
        if path is None:
            return
        try:
            facts = read_evidence(
                self._history(), self._site, serial, shown.now, shown.snapshot, self._report, shown.wording
            )
            self._saver.write(path, evidence_zip(evidence_files(facts, shown.wording, shown.price), shown.now))
        except EnphaseTrayError as error:
            self._say(f"{error.title}. {error.advice}")
            return
        self._say(tr("The evidence is saved as {name}.", name=path.name))
        self._saver.show(path.parent)

    def _week(self, shown: Shown, first: date) -> str:
        firmware = "" if shown.snapshot is None else shown.snapshot.gateway.firmware.text
        week = read_week(
            self._history(),
            self._site,
            first,
            self._report,
            shown.now,
            shown.wording.zone,
            firmware=firmware,
            site_name=shown.site_name,
        )
        return weekly_report(week, shown.wording, shown.price)

    @Slot()
    def _offer_reports(self) -> None:
        folder = self._saver.reports
        self.past_reports.setVisible(folder is not None and folder.is_dir())

    @Slot()
    def _show_reports(self) -> None:
        if self._saver.reports is not None:
            self._saver.show(self._saver.reports)

    def _say(self, text: str) -> None:
        self.note.say(text)

    @Slot(QItemSelection, QItemSelection)
    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        serial = self.selected_serial()
        self.evidence.setEnabled(bool(self._site and serial))
        if serial and not self._filling:
            self._led = False
        if serial:
            self.chart.select(serial)

    @Slot(str)
    def _picked(self, serial: str) -> None:
        self.select(serial)

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        self.jump.emit(Jump("panel", serial=self.model.panels[index.row()].serial))

    @Slot()
    def _moved(self) -> None:
        sizes = self.split.sizes()
        self._choices.put("split", str(round(sizes[0] / max(1, sum(sizes)) * _PARTS)))
