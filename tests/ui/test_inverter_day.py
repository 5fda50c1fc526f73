"""The inverters over a day: together, one by one, and the page with the table beneath."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.status.csv import rows_to_csv
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._names import spread
from enphase_tray.ui.charts.inverter_day import InverterDayChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.window.inverter_page import InverterPage
from tests.ui import flock, views
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, ZONE, moment, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 12
Make = Callable[..., ChartPage]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(count: int = COUNT, choices: Choices | None = None, *, ill: bool = True, **result: object) -> ChartPage:
        reader = flock.day(tmp_path / f"history{count}.sqlite", count, ill=ill)
        page = ChartPage("inverter_day", lambda: reader, choices or Choices())
        qtbot.addWidget(page)
        page.resize(900, 460)
        page.show_moment(told(count, ill=ill), site.SITE)
        page.show()
        return page

    return build


def told(count: int, hour: float = flock.NOW, *, ill: bool = True, alerts: tuple[object, ...] = ()) -> object:
    made = shown(flock.snapshot(count, hour=hour, ill=ill))
    result = site.result(made.snapshot, active=alerts)
    return type(made)(result, made.status, made.now, made.wording)


def chart_of(page: ChartPage) -> InverterDayChart:
    assert isinstance(page.chart, InverterDayChart)
    return page.chart


def names(page: ChartPage) -> list[str]:
    """What is written at the lines."""
    return [name.words for name in chart_of(page).pane._names._names]


def drawn(page: ChartPage) -> int:
    return sum(item.isVisible() for item in chart_of(page).pane._lines)


def hover(page: ChartPage, hour: float, watts: float) -> str:
    pane = chart_of(page).pane
    at = moment(TODAY, hour).timestamp()
    pane.scene().sigMouseMoved.emit(pane._pane.view.mapViewToScene(QPointF(at, watts)))
    return page.readout.whole


def test_those_off_the_pack_are_drawn_and_named_without_being_hunted_for(make: Make) -> None:
    page = make()
    assert sorted(names(page)) == [
        "▲ …1111 0.60 of the median",
        "▲ …1259 nothing since 10:20",
        "▲ …1333 no report since 11:00",
    ]
    assert drawn(page) == 3


def test_many_off_the_pack_are_counted_beyond_a_handful(make: Make) -> None:
    page = make(60)
    concerned = tuple(site.serial(number) for number in range(20, 27))
    page.show_moment(told(60, alerts=(site.alert("inverter_stopped", concerned, "They stand"),)), site.SITE)
    assert drawn(page) == 5
    assert {words.split()[1] for words in names(page)} <= {f"…{serial[-4:]}" for serial in concerned}
    assert "and 5 more off the pack" in chart_of(page).pane._pane.title.textItem.toPlainText()


def test_few_are_drawn_as_they_are_and_none_is_off_the_pack(make: Make) -> None:
    page = make(4, ill=False)
    assert drawn(page) == 4
    chart_of(page).select(site.serial(1))
    assert drawn(page) == 4
    assert "…1037" in names(page)


def test_selection_is_drawn_named_and_told(make: Make) -> None:
    page = make()
    page.select(site.serial(1))
    assert "…1037" in names(page)
    assert drawn(page) == 4
    assert site.serial(1) in page.readout.whole
    page.select("nobody")
    assert chart_of(page).selected == ""
    assert drawn(page) == 3


def test_hover_names_the_nearest_and_tells_the_pack(make: Make) -> None:
    page = make()
    weak = flock.report(flock.WEAK, TODAY, 13.0).last_report_watts or 0.0
    said = hover(page, 13.0, weak)
    assert said.startswith("13:00 · median 201 W, most 120 W to 202 W")
    assert f"{site.serial(flock.WEAK)} {weak:.0f} W, 0.60 of the median" in said
    assert page.chart.accessibleDescription() == said
    assert "121900" not in hover(page, 7.0, 190.0)


def test_keys_move_through_time_and_inverters(make: Make, qtbot: QtBot) -> None:
    page, keys = make(), Qt.Key
    chart = chart_of(page)
    picked: list[str] = []
    page.picked.connect(picked.append)
    qtbot.keyClick(chart, keys.Key_Left)
    assert page.readout.whole.startswith("15:00")
    qtbot.keyClick(chart, keys.Key_Left)
    assert page.readout.whole.startswith("14:55")
    qtbot.keyClick(chart, keys.Key_Home)
    assert page.readout.whole.startswith("06:00")
    qtbot.keyClick(chart, keys.Key_Down)
    qtbot.keyClick(chart, keys.Key_Down)
    assert picked == [site.serial(0), site.serial(1)]
    qtbot.keyClick(chart, keys.Key_Up)
    assert chart.selected == site.serial(0)
    led: list[Jump] = []
    page.jump.connect(led.append)
    qtbot.keyClick(chart, keys.Key_Return)
    assert led == [Jump("panel", Span.DAY, TODAY, site.serial(0))]
    qtbot.keyClick(chart, keys.Key_Escape)
    assert chart.selected == ""
    assert page.readout.whole.startswith("Point at a curve")


def test_one_by_one_has_a_cell_for_each_the_weakest_first(make: Make, qtbot: QtBot) -> None:
    choices = Choices()
    page, keys = make(choices=choices), Qt.Key
    chart = chart_of(page)
    chart.view.setCurrentIndex(1)
    assert chart.grid.isVisible()
    assert not page.closer.isVisible()
    assert set(chart.serials[:3]) == {site.serial(number) for number in (flock.WEAK, flock.STOPPED, flock.SILENT)}
    assert [cell.concerned for cell in chart.grid._cells] == [True] * 3 + [False] * 9
    qtbot.keyClick(chart, keys.Key_Right)
    qtbot.keyClick(chart, keys.Key_Right)
    assert chart.selected == chart.serials[1]
    qtbot.keyClick(chart, keys.Key_Down)
    assert chart.selected == chart.serials[1 + chart.grid.columns]
    qtbot.keyClick(chart, keys.Key_End)
    qtbot.keyClick(chart, keys.Key_Right)
    assert chart.selected == chart.serials[-1]
    qtbot.mouseClick(chart.grid.canvas, Qt.MouseButton.LeftButton, pos=chart.grid._box(2).center().toPoint())
    assert chart.selected == chart.serials[2]
    chart.order.setCurrentIndex(1)
    assert chart.serials == tuple(site.serial(number) for number in range(COUNT))
    page = make(choices=choices)
    again = chart_of(page)
    assert again.one_by_one
    assert again.order.currentIndex() == 1


@pytest.mark.parametrize("count", [1, 4, 12, 24, 60])
def test_all_cells_are_within_the_grid(make: Make, count: int) -> None:
    page = make(count, ill=False)
    chart = chart_of(page)
    chart.view.setCurrentIndex(1)
    boxes = [chart.grid._box(place) for place in range(count)]
    assert all(box.width() >= 80 and box.height() >= 50 for box in boxes)
    assert max(box.right() for box in boxes) <= chart.grid.viewport().width()
    assert max(box.bottom() for box in boxes) <= chart.grid.canvas.height() + 1


def test_table_and_sheet_have_the_reports(make: Make) -> None:
    page = make()
    twin = page.chart.twin()
    assert twin.heads[:4] == ("Time", "Median", site.serial(0), site.serial(1))
    assert twin.count == 55
    assert (twin.cell(0, 0), twin.cell(0, 2)) == ("15:00", f"{flock.report(0, TODAY, 15.0).last_report_watts:.0f} W")
    assert twin.cell(0, 2 + flock.SILENT) == "–"
    assert twin.cell(0, 2 + flock.STOPPED) == "0 W"
    sheet = page.chart.sheet()
    lines = rows_to_csv(sheet.header, sheet.rows).splitlines()
    assert lines[0] == "time_utc,time_local,serial,watts"
    first = moment(TODAY, 6.0)
    assert lines[1] == f"{first:%Y-%m-%dT%H:%M:%SZ},{first.astimezone(ZONE):%Y-%m-%d %H:%M:%S},{site.serial(0)},0"
    assert not any(line.endswith(",") for line in lines)


def test_new_reports_grow_the_day_once(make: Make) -> None:
    page = make()
    chart = chart_of(page)
    assert chart.day is not None
    before = len(chart.day.curves[site.serial(0)].times)
    for _ in range(2):
        page.show_moment(told(COUNT, flock.NOW + 1 / 6), site.SITE)
    assert len(chart.day.curves[site.serial(0)].times) == before + 1


def wheel(chart: InverterDayChart, turn: int) -> None:
    """Turn the mouse wheel over the middle of the plot."""
    view = chart.pane.viewport()
    middle = QPointF(view.rect().center())
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(middle, view.mapToGlobal(middle), QPoint(), QPoint(0, turn), none, keys,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view, event)


def test_zoom_stays_while_the_day_grows(make: Make) -> None:
    page = make()
    chart = chart_of(page)
    whole = chart.pane.span
    wheel(chart, 120)
    assert chart.pane.zoomed
    chart.show_whole()
    assert chart.pane.span == whole
    chart.zoom(0.5)
    near = chart.pane.span
    assert near[1] - near[0] == pytest.approx((whole[1] - whole[0]) / 2)
    page.show_moment(told(COUNT, flock.NOW + 1 / 6), site.SITE)
    assert chart.pane.span == near
    chart.show_whole()
    assert chart.pane.span[1] > whole[1]


def test_empty_days_speak(make: Make) -> None:
    page = make()
    page.go(TODAY - timedelta(days=3))
    assert page.empty.text() == "No inverter's power was recorded on this day."


@pytest.fixture
def inverters(qtbot: QtBot, tmp_path: Path) -> InverterPage:
    reader = flock.day(tmp_path / "history.sqlite", COUNT)
    page = InverterPage(lambda: reader, Choices(), flock.attention())
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show_moment(told(COUNT), site.SITE)
    page.show()
    return page


def test_a_row_lights_its_curve_and_a_curve_its_row(inverters: InverterPage, qtbot: QtBot) -> None:
    inverters.select(site.serial(4))
    chart = chart_of(inverters.chart)
    assert chart.selected == site.serial(4)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert inverters.selected_serial() == site.serial(5)
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert inverters.selected_serial() == ""


def test_a_row_selected_before_the_chart_is_seen_is_lit_in_it(qtbot: QtBot, tmp_path: Path) -> None:
    page = InverterPage(lambda: flock.day(tmp_path / "history.sqlite", COUNT), Choices(), flock.attention())
    qtbot.addWidget(page)
    page.show_moment(told(COUNT), site.SITE)
    page.select(site.serial(4))
    page.show()
    assert chart_of(page.chart).selected == site.serial(4)


def test_a_row_opened_leads_to_its_page(inverters: InverterPage, qtbot: QtBot) -> None:
    led: list[Jump] = []
    inverters.jump.connect(led.append)
    inverters.select(site.serial(4))
    inverters.view.setFocus()
    qtbot.keyClick(inverters.view, Qt.Key.Key_Return)
    assert led == [Jump("panel", serial=site.serial(4))]


def test_how_chart_and_table_share_the_room_is_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    choices = Choices()
    for place, expected in ((200, None), (None, 200)):
        page = InverterPage(lambda: HistoryReader(tmp_path / "none.sqlite"), choices, flock.attention())
        qtbot.addWidget(page)
        page.resize(800, 600)
        page.show_moment(told(4), site.SITE)
        page.show()
        if place is not None:
            page.split.moveSplitter(place, 1)
        if expected is not None:
            assert page.split.sizes()[0] == pytest.approx(expected, abs=12)


def test_names_are_kept_apart_and_within_the_plot() -> None:
    assert spread([10.0, 12.0, 50.0], [15.0] * 3, 0.0, 100.0) == [10.0, 25.0, 50.0]
    assert spread([90.0, 95.0], [15.0] * 2, 0.0, 100.0) == [70.0, 85.0]
    assert spread([-5.0], [15.0], 0.0, 100.0) == [0.0]
    assert spread([], [], 0.0, 100.0) == []


def test_first_and_last_times_are_those_of_the_gateways_day(make: Make) -> None:
    chart = chart_of(make())
    low, high = (datetime.fromtimestamp(second, UTC).astimezone(ZONE) for second in chart.pane.span)
    assert low.date() == high.date() == TODAY


def test_one_report_of_each_is_no_curve_and_said_so(qtbot: QtBot, tmp_path: Path) -> None:
    stage = views.Stage(tmp_path, filled=False)
    with views.shown(views.WINDOWS["first day"](stage)) as window:
        window.tabs.setCurrentWidget(window.inverters)  # type: ignore[attr-defined]
        chart = window.inverters.chart  # type: ignore[attr-defined]
        assert chart.empty.isVisible()
        assert chart.empty.text() == "Curves begin with the second report of an inverter."
