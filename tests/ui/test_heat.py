"""The heat map: shares of the median, and the chart that shows them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from enphase_tray.model.alerts import Assessment
from enphase_tray.model.history import Energy, InverterDays, Provenance
from enphase_tray.settings.settings import Appearance
from enphase_tray.status.csv import rows_to_csv
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts.heat_map import HeatMapChart
from enphase_tray.ui.charts.panel import PanelChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.heat import (
    DIM_CLASS,
    SAME_CLASS,
    UNKNOWN_CLASS,
    HeatMap,
    class_of,
    heat_map,
    on_calendar,
)
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.window.pages import Pages
from tests.ui import flock
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

WEAK = site.serial(flock.WEAK)
FIRST = TODAY - timedelta(days=34)
COUNT = 5
Make = Callable[..., ChartPage]


def days_of(**rows: list[float | None]) -> InverterDays:
    count = len(next(iter(rows.values())))
    return InverterDays(
        tuple(TODAY + timedelta(days=step) for step in range(count)),
        {
            serial: tuple(None if value is None else Energy(value, Provenance.MEASURED) for value in row)
            for serial, row in rows.items()
        },
    )


def test_shares_are_of_the_median_of_those_known() -> None:
    heat = heat_map(days_of(a=[500.0, None], b=[1000.0, 400.0], c=[1200.0, 600.0]))
    assert heat.medians[""] == (1000.0, 500.0)
    assert heat.shares["a"] == (0.5, None)
    assert heat.shares["c"] == (1.2, 1.2)
    assert heat.classes["a"] == bytes([class_of(0.5), UNKNOWN_CLASS])


def test_a_day_on_which_all_are_poor_is_like_any_other() -> None:
    heat = heat_map(days_of(a=[100.0, 1000.0], b=[100.0, 1000.0], c=[101.0, 1010.0]))
    assert set(heat.classes["a"]) == {SAME_CLASS}


def test_hardly_any_light_is_no_share_and_not_unknown() -> None:
    heat = heat_map(days_of(a=[3.0], b=[20.0], c=[49.0]))
    assert heat.shares["a"] == (None,)
    assert heat.classes["a"] == bytes([DIM_CLASS])
    bright = heat_map(days_of(a=[3.0], b=[50.0], c=[60.0]))
    assert bright.shares["a"] == (0.06,)


def test_nothing_made_is_not_the_same_as_nothing_known() -> None:
    heat = heat_map(days_of(a=[0.0], b=[None], c=[900.0], d=[900.0]))
    assert heat.classes["a"] == bytes([0])
    assert heat.classes["b"] == bytes([UNKNOWN_CLASS])


def test_one_alone_has_nothing_to_compare_with() -> None:
    heat = heat_map(days_of(a=[900.0]))
    assert heat.median("a", 0) is None
    assert heat.classes["a"] == bytes([UNKNOWN_CLASS])


def test_groups_are_compared_within_themselves() -> None:
    heat = heat_map(days_of(e1=[900.0], e2=[900.0], w1=[500.0], w2=[500.0]), group_of=lambda serial: serial[0])
    assert heat.shares["w1"] == (1.0,)
    assert heat.median("w1", 0) == 500.0
    assert heat.median("e1", 0) == 900.0


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.249, 0), (0.25, 1), (1.0, SAME_CLASS), (9.0, 8)])
def test_classes(share: float, expected: int) -> None:
    assert class_of(share) == expected


def test_order_by_concern_and_by_serial() -> None:
    heat = heat_map(days_of(a=[900.0], b=[300.0], c=[1000.0], d=[None], e=[950.0]))
    assert heat.order(True, frozenset("c")) == ("c", "b", "a", "e", "d")
    assert heat.order(False) == ("a", "b", "c", "d", "e")


def test_missing_days_are_unknown() -> None:
    told = InverterDays((TODAY, TODAY + timedelta(days=2)), {"a": (Energy(1.0, Provenance.DERIVED), None)})
    spread = on_calendar(told, TODAY - timedelta(days=1), TODAY + timedelta(days=2))
    assert spread.days == tuple(TODAY + timedelta(days=step) for step in range(-1, 3))
    assert spread.energy["a"] == (None, Energy(1.0, Provenance.DERIVED), None, None)


def dark_tuesday(number: int, day: date) -> float:
    """As usual, but a day of snow, and a day on which the first makes nothing."""
    if day == TODAY - timedelta(days=3):
        return 10.0 + number
    return 0.0 if number == 0 and day == TODAY - timedelta(days=1) else flock.even(number, day)


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(first: date = FIRST, choices: Choices | None = None, **result: object) -> ChartPage:
        reader = flock.days(tmp_path / "history.sqlite", COUNT, first, dark_tuesday)
        page = ChartPage("heat_map", lambda: reader, choices or Choices())
        qtbot.addWidget(page)
        page.resize(800, 460)
        moment = shown(flock.snapshot(COUNT, hour=13.0))
        page.show_moment(moment, site.SITE)
        page.show()
        return page

    return build


def chart_of(page: ChartPage) -> HeatMapChart:
    assert isinstance(page.chart, HeatMapChart)
    return page.chart


def heat_of(page: ChartPage) -> HeatMap:
    heat = chart_of(page).heat
    assert heat is not None
    return heat


def cell_of(page: ChartPage, number: int, ago: int) -> QPointF:
    """The middle of a cell on the canvas."""
    chart = chart_of(page)
    row = chart.rows.index(site.serial(number))
    column = heat_of(page).days.index(TODAY - timedelta(days=ago))
    return chart.cells.cell_box((row, column)).center()


def hover(page: ChartPage, place: QPointF) -> str:
    cells = chart_of(page).cells
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, place, cells.mapToGlobal(place), none, none, keys)
    QApplication.sendEvent(cells, event)
    return page.readout.whole


def test_thirty_days_end_today_with_the_weakest_on_top(make: Make) -> None:
    page = make()
    assert len(heat_of(page).days) == 30
    assert heat_of(page).days[-1] == TODAY
    assert chart_of(page).rows[0] == site.serial(flock.WEAK)
    chart_of(page).order.setCurrentIndex(1)
    assert chart_of(page).rows == tuple(site.serial(number) for number in range(COUNT))


def test_what_was_let_go_of_is_read_again(make: Make) -> None:
    page = make()
    hover(page, cell_of(page, flock.WEAK, 2))
    rows = [tuple(row) for row in page.chart.sheet().rows]
    page.hide()
    page.let_go()
    assert chart_of(page).heat is None
    page.chart.restyle()
    page.chart.step(1)
    page.chart.enter()
    page.show()
    assert [tuple(row) for row in page.chart.sheet().rows] == rows


def test_hover_says_energy_and_share(make: Make) -> None:
    page = make()
    assert hover(page, cell_of(page, flock.WEAK, 2)) == "…1111, Tue 23 Jun: 602 Wh, 0.60 of the median"
    assert hover(page, cell_of(page, 0, 1)) == "…1000, Wed 24 Jun: 0 Wh, 0.00 of the median"
    assert "the median was 12 Wh, too little light to compare" in hover(page, cell_of(page, 2, 3))
    assert page.chart.accessibleDescription() == page.readout.whole


def test_a_young_history_is_shown_larger_and_unknown_before_it(make: Make, qtbot: QtBot) -> None:
    page = make(TODAY - timedelta(days=9))
    page.go(TODAY, Span.LAST_365)
    assert len(heat_of(page).days) == 14
    assert hover(page, cell_of(page, 1, 12)) == "…1037, Sat 13 Jun: not known"


def test_today_is_compared_when_it_is_over(make: Make) -> None:
    page = make()
    assert hover(page, cell_of(page, flock.WEAK, 0)) == (
        "…1111, Thu 25 Jun: 301 Wh so far, compared when the day is over"
    )
    assert heat_of(page).shares[WEAK][-1] is None
    evening = shown(flock.snapshot(COUNT, hour=22.5))
    asleep = site.result(evening.snapshot, assessment=Assessment(evening.now, daylight=False))
    page.show_moment(replace(evening, result=asleep), site.SITE)
    assert heat_of(page).shares[WEAK][-1] == pytest.approx(0.6, abs=0.01)


def test_a_click_leads_to_that_panels_day(make: Make, qtbot: QtBot) -> None:
    page = make()
    led: list[Jump] = []
    page.jump.connect(led.append)
    qtbot.mouseClick(chart_of(page).cells, Qt.MouseButton.LeftButton, pos=cell_of(page, 4, 7).toPoint())
    assert led == [Jump("panel", Span.DAY, TODAY - timedelta(days=7), site.serial(4))]


def test_keys_move_over_the_cells_and_open(make: Make, qtbot: QtBot) -> None:
    page, keys = make(), Qt.Key
    chart, top = chart_of(page), chart_of(page).rows
    led: list[Jump] = []
    page.jump.connect(led.append)
    qtbot.keyClick(chart, keys.Key_Left)
    assert chart.cell == (top[0], TODAY)
    for key in (keys.Key_Right, keys.Key_Up):
        qtbot.keyClick(chart, key)
        assert chart.cell == (top[0], TODAY)
    qtbot.keyClick(chart, keys.Key_Left)
    qtbot.keyClick(chart, keys.Key_Down)
    assert chart.cell == (top[1], TODAY - timedelta(days=1))
    qtbot.keyClick(chart, keys.Key_Home)
    assert chart.cell == (top[1], TODAY - timedelta(days=29))
    qtbot.keyClick(chart, keys.Key_Return)
    assert led == [Jump("panel", Span.DAY, TODAY - timedelta(days=29), top[1])]
    qtbot.keyClick(chart, keys.Key_Escape)
    assert chart.cell is None


def test_cursor_stays_on_its_cell_when_the_order_changes(make: Make) -> None:
    page = make()
    chart = chart_of(page)
    chart.select(site.serial(2))
    before = chart.cell
    chart.order.setCurrentIndex(1)
    assert chart.cell == before
    page.show_moment(shown(flock.snapshot(COUNT, hour=14.0)), site.SITE)
    assert chart.cell == before


def test_order_and_span_are_remembered(make: Make) -> None:
    choices = Choices()
    page = make(choices=choices)
    chart_of(page).order.setCurrentIndex(1)
    page.go(TODAY, Span.LAST_90)
    again = make(choices=choices)
    assert chart_of(again).order.currentIndex() == 1
    assert again.bar.span is Span.LAST_90


def test_table_and_sheet_tell_what_the_map_tells(make: Make) -> None:
    page = make()
    twin, heat = page.chart.twin(), heat_of(page)
    assert twin.heads[:3] == ("Serial", "Of the median, two weeks", "Thu 25 Jun")
    assert twin.count == COUNT
    assert twin.cell(0, 0) == site.serial(flock.WEAK)
    assert twin.cell(0, 1) == "0.60"
    assert twin.cell(0, 4) == "602 Wh (0.60)"
    assert twin.cell(0, 5) == "13 Wh"
    sheet = page.chart.sheet()
    lines = rows_to_csv(sheet.header, sheet.rows).splitlines()
    assert lines[0] == "serial,date,watt_hours,provenance,group_median_watt_hours,share_of_median"
    assert len(lines) == 1 + COUNT * len(heat.days)
    assert any(line.startswith(f"{site.serial(0)},2026-06-24,0,measured,") for line in lines)
    assert any(line == f"{site.serial(flock.WEAK)},2026-06-22,13,measured,12," for line in lines)


@pytest.mark.parametrize("look", [Appearance.LIGHT, Appearance.DARK])
def test_colours_tell_less_same_more_and_unknown_apart(make: Make, qapp: QApplication, look: Appearance) -> None:
    apply_appearance(qapp, look)
    page = make(TODAY - timedelta(days=9))
    chart_of(page).cells.put_cell(None)
    picture: QImage = chart_of(page).cells.grab().toImage()

    def shade(number: int, ago: int) -> tuple[int, int, int]:
        spot = cell_of(page, number, ago) + QPointF(2, 2)
        tone = picture.pixelColor(spot.toPoint())
        return tone.red(), tone.green(), tone.blue()

    less, same, nothing, dim = shade(flock.WEAK, 2), shade(1, 2), shade(0, 1), shade(2, 3)
    assert less[2] > less[0] + 30
    assert nothing[2] > nothing[0] + 30
    assert max(same) - min(same) < 20
    assert len({less, same, nothing, dim}) == 4


def test_without_any_energy_the_page_speaks(qtbot: QtBot, tmp_path: Path) -> None:
    reader = site.HistoryReader(tmp_path / "none.sqlite")
    page = ChartPage("heat_map", lambda: reader, Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(flock.snapshot(2)), site.SITE)
    page.show()
    assert page.empty.isVisible()
    assert "energy of each inverter" in page.empty.text()


def test_the_way_from_the_map_to_the_panels_page(qtbot: QtBot, tmp_path: Path) -> None:
    reader = flock.days(tmp_path / "history.sqlite", COUNT, FIRST)
    pages = Pages(lambda: reader, Choices(), flock.attention())
    qtbot.addWidget(pages)
    pages.resize(800, 460)
    pages.show()
    pages.show_moment(shown(flock.snapshot(COUNT, hour=13.0)), site.SITE)
    pages.follow(Jump("heat_map"))
    page = pages.charts["heat_map"]
    qtbot.mouseClick(chart_of(page).cells, Qt.MouseButton.LeftButton, pos=cell_of(page, 4, 7).toPoint())
    panel = pages.charts["panel"]
    assert pages.currentWidget() is panel
    assert isinstance(panel.chart, PanelChart)
    assert panel.chart.serial == site.serial(4)
    assert (panel.bar.span, panel.bar.day) == (Span.DAY, TODAY - timedelta(days=7))
    assert pages.inverters.selected_serial() == site.serial(4)
