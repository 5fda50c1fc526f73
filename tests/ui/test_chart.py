"""The day's curves, their chart and its table twin."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from enphase_tray.model.history import InverterSeries, SiteSeries
from enphase_tray.model.readings import Snapshot
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.day_curves import Curve, DayCurves
from enphase_tray.ui.header import Shown
from enphase_tray.ui.today_page import TodayPage
from enphase_tray.ui.when import day_bounds
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ZONE = ZoneInfo(site.ZONE)
DAY = date(2026, 6, 25)


def shown(shot: Snapshot | None, now: datetime = site.NOON) -> Shown:
    result: PollResult | None = None if shot is None else site.result(shot)
    wording = Wording(zone=ZONE)
    return Shown(result, describe(result, now, wording), now, wording)


@pytest.fixture
def page(qtbot: QtBot, tmp_path: Path) -> TodayPage:
    reader = site.fill_history(tmp_path / "history.sqlite", 4, days=2)
    made = TodayPage(lambda: reader)
    qtbot.addWidget(made)
    made.resize(800, 500)
    made.show()
    made.show_moment(shown(site.snapshot(count=4)))
    return made


def test_days_have_23_to_25_hours() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (DAY, 24)):
        start, end = day_bounds(day, ZONE)
        assert end - start == timedelta(hours=hours)


def test_gaps_are_drawn_as_gaps() -> None:
    curve = Curve([0.0, 300.0, 600.0, 4200.0, 4500.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    times, watts = curve.with_gaps()
    assert [math.isnan(value) for value in watts] == [False, False, False, True, False, False]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert curve.between(2000.0) is None
    assert curve.between(450.0) == 2.5


def test_sum_takes_each_inverter_as_long_as_its_report_holds() -> None:
    start = day_bounds(DAY, ZONE)[0].timestamp()
    times = tuple(start + 40_000 + 300 * step for step in range(24))
    slow = tuple(100.0 if step % 3 == 0 else None for step in range(24))
    stops = tuple(50.0 if step < 4 else None for step in range(24))
    curves = DayCurves(DAY, ZONE)
    curves.load(InverterSeries(times, {"slow": slow, "stops": stops}), SiteSeries((), (), (), ()))
    assert curves.total.at(times[3]) == 150.0
    assert curves.total.at(times[23]) == 100.0


def test_chart_shows_the_day_of_the_gateway(page: TodayPage) -> None:
    assert page.day == DAY
    assert len(page.chart.shown_serials) == 4
    low, high = page.chart.span
    first, last = (datetime.fromtimestamp(second, UTC).astimezone(ZONE) for second in (low, high))
    assert first.date() == last.date() == DAY
    assert (first.hour, last.hour) == (5, 14)


def test_hover_tells_inverter_and_value_at_that_time(page: TodayPage, qtbot: QtBot) -> None:
    said: list[str] = []
    page.chart.readout.connect(said.append)
    serial = site.serial(0)
    assert page.curves is not None
    curve = page.curves.inverters[serial]
    at, watts = curve.times[60], curve.watts[60]
    panes = page.chart.panes
    panes.scene().sigMouseMoved.emit(panes.beneath.vb.mapViewToScene(QPointF(at, watts)))
    clock = datetime.fromtimestamp(at, UTC).astimezone(ZONE).strftime("%H:%M")
    assert said[-1].startswith(clock)
    assert f"{serial} {watts:.0f} W" in said[-1]
    assert page.readout.text() == said[-1]
    assert page.chart.accessibleDescription() == said[-1]


def test_keyboard_moves_through_time_and_inverters(page: TodayPage, qtbot: QtBot) -> None:
    chart = page.chart
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    last = page.readout.text()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert page.readout.text()[:5] < last[:5]
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert page.readout.text() == last
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert chart.selected == site.serial(1)
    assert site.serial(1) in page.readout.text()
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert chart.shown_serials == (site.serial(1),)
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert len(chart.shown_serials) == 4
    assert chart.selected == ""


def test_zoom_and_reset(page: TodayPage, qtbot: QtBot) -> None:
    whole = page.chart.span
    qtbot.mouseClick(page.closer, Qt.MouseButton.LeftButton)
    low, high = page.chart.span
    assert high - low == pytest.approx((whole[1] - whole[0]) / 2)
    qtbot.keyClick(page.chart, Qt.Key.Key_0)
    assert page.chart.span == whole


def test_isolating_one_and_its_table_twin(page: TodayPage, qtbot: QtBot) -> None:
    chosen: list[str] = []
    page.selected.connect(chosen.append)
    page.isolate(site.serial(2))
    assert page.chart.shown_serials == (site.serial(2),)
    assert chosen == [site.serial(2)]
    qtbot.mouseClick(page.as_table, Qt.MouseButton.LeftButton)
    assert page.table_view.isVisible()
    heads = [page.table.headerData(section, Qt.Orientation.Horizontal) for section in range(page.table.columnCount())]
    assert heads == ["Time", "All inverters", "Site", site.serial(2)]
    assert page.table.index(0, 0).data() == "14:00"
    assert page.table.index(0, 3).data() == f"{site.watts_at(site.NOON, 2):.0f} W"
    page.isolate("")
    assert page.table.columnCount() == 7


def test_new_results_grow_the_curves_once(page: TodayPage) -> None:
    assert page.curves is not None
    before = len(page.curves.inverters[site.serial(0)].times)
    later = site.NOON + timedelta(minutes=5)
    page.show_moment(shown(site.snapshot(later, 4), later))
    page.show_moment(shown(site.snapshot(later, 4), later))
    curve = page.curves.inverters[site.serial(0)]
    assert len(curve.times) == before + 1
    assert curve.watts[-1] == site.watts_at(later, 0)
    assert page.curves.total.watts[-1] == sum(site.watts_at(later, number) for number in range(4))


def test_a_report_that_is_known_already_draws_no_point(page: TodayPage) -> None:
    assert page.curves is not None
    before = len(page.curves.inverters[site.serial(0)].times)
    later = site.NOON + timedelta(minutes=5)
    page.show_moment(shown(replace(site.snapshot(count=4), at=later), later))
    assert len(page.curves.inverters[site.serial(0)].times) == before


def test_days_before_and_back(page: TodayPage, qtbot: QtBot) -> None:
    assert not page.later.isEnabled()
    qtbot.mouseClick(page.earlier, Qt.MouseButton.LeftButton)
    assert page.day == DAY - timedelta(days=1)
    assert page.curves is not None
    yesterday = len(page.curves.total.times)
    later = site.NOON + timedelta(minutes=5)
    page.show_moment(shown(site.snapshot(later, 4), later))
    assert len(page.curves.total.times) == yesterday
    qtbot.mouseClick(page.today, Qt.MouseButton.LeftButton)
    assert page.day == DAY


def test_midnight_turns_the_page(page: TodayPage) -> None:
    after = datetime(2026, 6, 25, 22, 5, tzinfo=UTC)
    page.show_moment(shown(site.snapshot(after, 4), after))
    assert page.day == DAY + timedelta(days=1)


@pytest.mark.parametrize("recorded", [False, True])
def test_empty_day_speaks(qtbot: QtBot, tmp_path: Path, recorded: bool) -> None:
    reader = site.fill_history(tmp_path / "history.sqlite", 2, days=1)
    made = TodayPage(lambda: reader)
    qtbot.addWidget(made)
    made.show()
    morning = site.NOON + timedelta(hours=11) if recorded else site.NOON + timedelta(days=40)
    asleep = replace(site.snapshot(morning, 2), inverters=(), production=None)
    made.show_moment(shown(asleep, morning))
    assert made.empty.isVisible()
    said = "Yesterday the first one did at 06:00" if recorded else "No inverter has reported yet today."
    assert said in made.empty.text()


def test_sixty_inverters_are_told_apart_by_selection(qtbot: QtBot, tmp_path: Path) -> None:
    reader = site.fill_history(tmp_path / "history.sqlite", 60)
    made = TodayPage(lambda: reader)
    qtbot.addWidget(made)
    made.show_moment(shown(site.snapshot(count=60)))
    made.select(site.serial(33))
    pens = {serial: item.opts["pen"].color().name() for serial, item in made.chart._items.items()}
    assert len(pens) == 60
    assert list(pens.values()).count(pens[site.serial(33)]) == 1
    wide = [serial for serial, item in made.chart._items.items() if item.opts["pen"].width() != 1]
    assert wide == [site.serial(33)]
