"""The page of the panels' health: verdict, list by concern, evidence, reports, and the ways to it."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.health import Cause, Certainty, Finding, HealthReport
from enphase_tray.status.csv import rows_to_csv
from enphase_tray.status.health import NO_PRICE, Price
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charts.health import HealthChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.saving import Saver
from enphase_tray.ui.window.health_model import SHARE_COLUMN, group_letter, panel_mark
from enphase_tray.ui.window.health_page import HealthPage
from tests.status import sick_bay as bay
from tests.ui import lived, ward
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Make = Callable[..., HealthPage]
SHADED = site.serial(ward.SHADED)


class Desk(Saver):
    """A user who wants each file in one folder, under the name that is offered; or who closes the dialog."""

    def __init__(self, folder: Path, *, agrees: bool = True) -> None:
        super().__init__()
        self.folder = folder
        self.agrees = agrees
        self.shown: list[Path] = []

    def ask(self, parent: QWidget, title: str, name: str, kind: str) -> Path | None:
        return self.folder / name if self.agrees else None

    def show(self, path: Path) -> None:
        self.shown.append(path)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ward") / "history.sqlite"
    ward.history(file).close()
    return file


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def make(qtbot: QtBot, past: Path, desk: Desk) -> Make:
    def build(
        health: HealthReport | None = None, price: Price = NO_PRICE, choices: Choices | None = None
    ) -> HealthPage:
        reader = HistoryReader(past)
        page = HealthPage(lambda: reader, choices or Choices(), desk)
        qtbot.addWidget(page)
        page.resize(800, 520)
        page.show_moment(ward.shown(health or bay.house(), price=price), site.SITE)
        page.show()
        return page

    return build


def chart_of(page: HealthPage) -> HealthChart:
    chart = page.chart.chart
    assert isinstance(chart, HealthChart)
    return chart


def column(page: HealthPage, number: int) -> list[str]:
    return [page.model.index(row, number).data() for row in range(page.model.rowCount())]


def facts(page: HealthPage) -> str:
    return " | ".join(f"{fact.name} {fact.value}".strip() for fact in chart_of(page).facts.facts)


def test_the_list_has_the_worst_first_with_marks_words_and_figures(make: Make) -> None:
    page = make()
    assert page.verdict.text() == "Panel 01037 makes nothing since 12 Jun, no power from panel. One more needs a look."
    assert column(page, 0)[:3] == [bay.serial(1), bay.serial(3), bay.serial(6)]
    assert column(page, 1)[:4] == ["No power from panel", "Shade", "Soiling or ageing", "Well"]
    assert column(page, 2)[:3] == ["–", "66 %", "88 %"]
    assert column(page, 3)[:4] == ["12 Jun", "12 Jun", "12 Jun", "–"]
    assert column(page, 4)[:2] == ["9.12 kWh", "4.21 kWh"]
    assert column(page, 5)[:3] == ["B", "B", "A"]
    assert [panel_mark(panel) for panel in page.model.panels[:4]] == [Mark.FAULT, Mark.LOOK, Mark.NOTE, Mark.WELL]
    assert panel_mark(page.model.panels[-1]) is Mark.UNKNOWN
    assert page.selected_serial() == bay.serial(1)


def test_a_share_is_spoken_with_what_is_usual(make: Make) -> None:
    page = make()
    spoken = page.model.index(1, SHARE_COLUMN).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "66 %, usually 98 %"
    assert page.model.index(0, SHARE_COLUMN).data(Qt.ItemDataRole.AccessibleTextRole) == "not known"


def test_the_basis_and_the_groups_are_told(make: Make) -> None:
    page = make()
    assert page.note.text() == (
        "31 days with light looked at, 21 May to 24 Jun · Group A: 5 panels, morning · Group B: 6 panels, afternoon"
    )


def test_one_group_needs_no_letters(make: Make) -> None:
    page = make(bay.report([bay.well(number) for number in range(4)]))
    assert page.note.text().endswith("One group: the day curves of all 4 have the same shape")
    assert [group_letter(number) for number in (None, 0, 25, 26)] == ["–", "A", "Z", "27"]


def test_selecting_a_row_shows_its_evidence(make: Make, qtbot: QtBot) -> None:
    page = make(price=Price(0.25, "€"))
    page.view.setFocus()
    qtbot.keyClick(page.view, Qt.Key.Key_Down)
    chart = chart_of(page)
    assert chart.serial == SHADED
    assert chart.title.whole == f"{SHADED} · Shade since 12 Jun, 4.21 kWh (1.05 €) lost"
    said = facts(page)
    assert "It loses between 15:00 and 17:00 each day" in said
    assert "Lost 4.21 kWh | Worth 1.05 €" in said
    assert "Group B: 6 panels, afternoon" in said
    assert "12 Jun 14:00 · Panel 01111 makes less than its group" in said


def test_the_mean_day_shows_what_is_lost_in_the_shade(make: Make) -> None:
    page = make()
    page.select(SHADED)
    mean = chart_of(page).mean
    assert mean is not None
    assert mean.days == 14
    own, group = mean.own[31], mean.group[31]  # 15:30
    assert own is not None
    assert group is not None
    assert own / group == pytest.approx(ward.SHADE, abs=0.01)
    assert mean.own[26] == pytest.approx(mean.group[26])  # 13:00


def test_keys_go_through_days_and_on_through_the_mean_day(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.select(SHADED)
    chart = chart_of(page)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert page.chart.readout.whole == "Wed 24 Jun: 68 % of its group"
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert page.chart.readout.whole.startswith("08:00: ")
    for _ in range(15):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert page.chart.readout.whole.startswith("15:30: ")
    assert page.chart.readout.whole.endswith("30 % (mean of 14 days)")
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert page.chart.readout.whole.startswith("Thu 21 May: ")
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert page.chart.readout.whole == f"{SHADED}: 66 % of its group, usually 98 %"
    assert chart.accessibleDescription() == page.chart.readout.whole


def test_up_and_down_in_the_chart_go_through_the_list(make: Make, qtbot: QtBot) -> None:
    page = make()
    chart = chart_of(page)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert page.selected_serial() == SHADED
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert page.selected_serial() == bay.serial(8)


def test_the_mouse_finds_days_and_half_hours(make: Make) -> None:
    page = make()
    page.select(SHADED)
    plot = chart_of(page).plot
    days, mean = plot._areas()
    assert plot.place_at(QPointF(days.left() + 1, days.center().y())) == 0
    assert plot.place_at(QPointF(mean.right() - 1, mean.center().y())) == plot.count - 1
    assert plot.place_at(QPointF(days.right() + 3, 5)) == -1


def test_enter_leads_to_the_inverters_own_page(make: Make, qtbot: QtBot) -> None:
    page = make()
    jumps: list[Jump] = []
    page.jump.connect(jumps.append)
    page.chart.jump.connect(jumps.append)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert jumps == [Jump("panel", serial=bay.serial(1))]
    chart = chart_of(page)
    chart.edge(-1)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert (jumps[1].page, jumps[1].day, jumps[1].serial) == ("panel", date(2026, 5, 21), bay.serial(1))


def test_table_and_sheet_have_days_and_mean_day(make: Make) -> None:
    page = make()
    page.select(SHADED)
    chart = chart_of(page)
    twin = chart.twin()
    assert twin.heads == ("Time", "Of its group", "Enough light", "Power", "Median of its group")
    assert [twin.cell(0, place) for place in range(5)] == ["Wed 24 Jun 2026", "68 %", "yes", "–", "–"]
    clocks = {twin.cell(row, 0): row for row in range(twin.count)}
    assert twin.cell(clocks["Mean day, 15:30"], 1) == "30 %"
    page.chart.as_table.setChecked(True)
    assert page.chart.model.rowCount() == twin.count
    sheet = chart.sheet()
    lines = rows_to_csv(sheet.header, sheet.rows).splitlines()
    assert lines[0] == "serial,kind,date,time,share_of_group,enough_light,watts,group_median_watts"
    assert lines[1].startswith(f"{SHADED},day,2026-05-21,,0.984,yes,,")
    shaded = next(line.split(",") for line in lines if ",15:30," in line)
    assert (shaded[1], float(shaded[4])) == ("mean_day", pytest.approx(ward.SHADE, abs=0.01))
    page.chart.copy_csv()
    assert QGuiApplication.clipboard().text().splitlines() == lines
    page.chart.as_table.setChecked(False)
    page.chart.copy_image()
    assert not QGuiApplication.clipboard().image().isNull()


@pytest.mark.parametrize(
    ("health", "verdict"),
    [
        (bay.young(12, 2), "Not enough days yet: 2 of 3 with light."),
        (bay.healthy(12), "All 12 panels do what their group does."),
        (bay.report([bay.well(0)]), "The panel does what it usually does."),
    ],
)
def test_every_state_has_its_verdict(make: Make, health: HealthReport, verdict: str) -> None:
    page = make(health)
    assert page.verdict.text() == verdict
    assert page.model.rowCount() == len(health.panels)


def test_before_the_first_report_the_page_speaks(make: Make) -> None:
    page = make()
    page.show_moment(ward.shown(None), site.SITE)
    assert page.empty.isVisible()
    assert page.empty.text() == "Panels are compared once the first day with light has been watched."
    page.show_moment(lived.shown(None), "")
    assert page.empty.text() == "Panels are compared here once the gateway has been read."
    assert not page.weekly.isEnabled()
    assert not page.evidence.isEnabled()
    page.show_moment(ward.shown(bay.report([])), site.SITE)
    assert page.empty.text() == "The gateway has not named any inverter yet."
    page.show_moment(ward.shown(bay.house()), site.SITE)
    assert not page.empty.isVisible()
    assert page.selected_serial() == bay.serial(1)


def test_a_panel_without_a_group_has_no_curve_to_compare(make: Make) -> None:
    page = make(bay.young(4))
    assert chart_of(page).mean is None
    assert "Too few days with light are known of it" in facts(page)


def test_the_selection_stays_through_new_results(make: Make) -> None:
    page = make()
    page.select(SHADED)
    page.show_moment(ward.shown(replace(bay.house(), at=bay.NOON + timedelta(minutes=5))), site.SITE)
    assert page.selected_serial() == SHADED
    assert chart_of(page).serial == SHADED
    worse = bay.report([bay.well(0), bay.shaded()])
    page.show_moment(ward.shown(worse), site.SITE)
    assert page.selected_serial() == SHADED
    page.show_moment(ward.shown(bay.report([bay.well(0)])), site.SITE)
    assert page.selected_serial() == bay.serial(0)


def test_the_worst_panel_leads_until_somebody_has_chosen_another(make: Make) -> None:
    """When rows change places, what is worst now is selected and in sight; a choice of the user's stays."""
    page = make(bay.healthy(60))
    page.view.scrollToBottom()
    page.show_moment(ward.shown(bay.house(60)), site.SITE)
    assert page.selected_serial() == page.model.panels[0].serial == bay.serial(1)
    assert page.view.visualRect(page.model.index(0, 0)).top() == 0
    page.view.selectRow(40)
    chosen = page.selected_serial()
    page.show_moment(ward.shown(bay.healthy(60)), site.SITE)
    page.show_moment(ward.shown(bay.house(60)), site.SITE)
    assert page.selected_serial() == chosen


def test_new_results_do_not_take_the_list_out_of_the_readers_hands(make: Make) -> None:
    """Who has scrolled on stays there while the order of the rows is the same."""
    page = make(bay.house(60))
    page.view.scrollToBottom()
    place = page.view.verticalScrollBar().value()
    assert place > 0
    page.show_moment(ward.shown(bay.house(60)), site.SITE)
    assert page.view.verticalScrollBar().value() == place


def test_the_evidence_is_saved_where_the_user_wants_it(make: Make, desk: Desk, qtbot: QtBot) -> None:
    page = make()
    page.select(SHADED)
    qtbot.mouseClick(page.evidence, Qt.MouseButton.LeftButton)
    file = desk.folder / f"inverter-{SHADED}-2026-06-25.zip"
    with zipfile.ZipFile(file) as archive:
        assert "evidence.html" in archive.namelist()
    assert desk.shown == [desk.folder]
    assert page.note.text() == f"The evidence is saved as {file.name}."


def test_the_weekly_report_is_saved_and_opened(make: Make, desk: Desk) -> None:
    page = make()
    last, this = page.weekly.menu().actions()[:2]
    last.trigger()
    this.trigger()
    files = [desk.folder / "week-2026-06-15.html", desk.folder / "week-2026-06-22.html"]
    assert desk.shown == files
    assert "Panel 01037 makes nothing" in files[0].read_text(encoding="utf-8")


def test_who_closes_the_dialog_gets_no_file(make: Make, desk: Desk, tmp_path: Path) -> None:
    page = make()
    desk.agrees = False
    page.save_evidence()
    page.save_week(1)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(make: Make, desk: Desk) -> None:
    page = make()
    desk.folder = desk.folder / "missing"
    page.save_evidence()
    assert "cannot be read or written" in page.note.text()
    page.save_week(1)
    assert "cannot be read or written" in page.note.text()
    with pytest.raises(SettingsError):
        desk.write(desk.folder / "x", b"")


def test_the_folder_of_mondays_reports_is_offered_once_there_is_one(make: Make, desk: Desk, tmp_path: Path) -> None:
    page = make()
    desk.reports = tmp_path / "reports"
    page.weekly.menu().aboutToShow.emit()
    assert not page.past_reports.isVisible()
    desk.reports.mkdir()
    page.weekly.menu().aboutToShow.emit()
    assert page.past_reports.isVisible()
    page.past_reports.trigger()
    assert desk.shown == [desk.reports]


def test_how_the_room_is_shared_is_remembered(make: Make) -> None:
    choices = Choices()
    page = make(choices=choices)
    page.split.setSizes([300, 200])
    page.split.splitterMoved.emit(300, 1)
    kept = int(choices.get("split"))
    assert 500 < kept < 700


@pytest.mark.parametrize("count", [1, 4, 60])
def test_it_can_be_drawn_with_any_number_in_light_and_dark(make: Make, count: int) -> None:
    page = make(bay.house(count))
    for dark in (False, True):
        palette = QPalette(Qt.GlobalColor.black if dark else Qt.GlobalColor.white)
        page.setPalette(palette)
        page.resize(560, 350)
        picture = page.grab().toImage()
        tones = {picture.pixelColor(x, y).name() for x in range(0, 560, 7) for y in range(0, 350, 7)}
        assert len(tones) > 4


def test_everything_can_be_reached_and_has_a_name(make: Make) -> None:
    page = make()
    for widget in (page.view, page.weekly, page.evidence, page.chart.as_table, page.chart.copy, chart_of(page)):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert page.view.accessibleName() == "Panels by concern"
    assert chart_of(page).accessibleName() == "Health of one panel"
    assert {button.text().count("&") for button in (page.weekly, page.evidence)} == {1}


def test_at_night_panels_sleep_and_the_verdict_stays(make: Make) -> None:
    asleep = Finding(Cause.ASLEEP, Certainty.SURE, None, None)
    page = make(bay.report([replace(bay.well(number), finding=asleep) for number in range(3)] + [bay.shaded()]))
    assert column(page, 1) == ["Shade", "Asleep", "Asleep", "Asleep"]
    assert [panel_mark(panel) for panel in page.model.panels] == [Mark.LOOK, *[Mark.ASLEEP] * 3]
    assert page.verdict.text().startswith("Panel 01111 lost 33 % since 12 Jun")
    page.select(bay.serial(0))
    assert "By day it makes 100 % of what its group would" in facts(page)
    assert "What to do" not in facts(page)
