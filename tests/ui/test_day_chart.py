"""The day's chart: what stands behind it, what it says, how it is moved through."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charts.day import DayChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from tests.ui import lived
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, ZONE, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

YESTERDAY = TODAY - timedelta(days=1)
DAYS = {
    TODAY - timedelta(days=3): 21_000.0,
    TODAY - timedelta(days=2): 12_000.0,
    YESTERDAY: 18_000.0,
    TODAY: 15_000.0,
}
NOW = 14.0
Make = Callable[..., ChartPage]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(
        days: dict[date, float] = DAYS,
        now: float = NOW,
        *,
        metered: bool = False,
        minutes: int = 30,
        late: Mapping[date, float] = MappingProxyType({}),
    ) -> ChartPage:
        reader = lived.live(tmp_path / "history.sqlite", days, now, minutes=minutes, metered=metered, late=late)
        page = ChartPage("day", lambda: reader, Choices())
        qtbot.addWidget(page)
        page.resize(900, 500)
        page.show_moment(shown(lived.snapshot(days, max(days), now, metered=metered)), site.SITE)
        page.show()
        page.grab()  # nobody points at a chart that was never painted
        return page

    return build


def chart_of(page: ChartPage) -> DayChart:
    assert isinstance(page.chart, DayChart)
    return page.chart


def local(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC).astimezone(ZONE)


def test_yesterday_and_the_best_day_stand_behind_and_are_named(make: Make) -> None:
    page = make()
    assert set(chart_of(page).plot.names) == {"production", "yesterday", "best: 22 Jun, 21.0 kWh"}
    page.bar.earlier()
    assert set(chart_of(page).plot.names) == {"production", "the day before", "best: 22 Jun, 21.0 kWh"}
    page.bar.earlier()
    assert set(chart_of(page).plot.names) == {"production", "the day before, the best of 30 days: 21.0 kWh"}
    page.bar.earlier()
    assert chart_of(page).plot.names == ("production",)


def test_a_day_that_was_watched_for_some_hours_is_not_the_best(make: Make) -> None:
    page = make(late={date(2026, 6, 22): 15.0})
    compared = chart_of(page).compared
    assert compared is not None
    assert compared.energies[date(2026, 6, 22)].production is not None
    assert set(chart_of(page).plot.names) == {"production", "yesterday, the best of 30 days: 18.0 kWh"}


def test_so_far_beside_yesterday_by_the_same_time(make: Make) -> None:
    page = make()
    made, then = (lived.made_by(energy, NOW) / 1000 for energy in (15_000.0, 18_000.0))
    said = re.fullmatch(r"([\d.]+) kWh so far, yesterday ([\d.]+) kWh by this time", page.readout.whole)
    assert said is not None, page.readout.whole
    assert float(said[1]) == pytest.approx(made, abs=0.05)
    assert float(said[2]) == pytest.approx(then, abs=0.1)


def test_a_past_day_tells_its_whole_energy(make: Make) -> None:
    page = make()
    page.bar.earlier()
    assert page.readout.whole == "18.0 kWh made, 12.0 kWh the day before"


def test_without_a_yesterday_there_is_no_comparison(make: Make) -> None:
    alone = make({TODAY + timedelta(days=20): 15_000.0})
    assert "so far" in alone.readout.whole
    assert "yesterday" not in alone.readout.whole


def test_cursor_tells_the_moment_and_the_days_behind(make: Make, qtbot: QtBot) -> None:
    page = make(metered=True)
    chart = chart_of(page)
    at = lived.moment(TODAY, 10.0).timestamp()
    view = chart.plot.power.view
    chart.plot.scene().sigMouseMoved.emit(view.mapViewToScene(QPointF(at, 500.0)))
    power = {energy: round(lived.watts_at(energy, 10.0)) for energy in (15_000.0, 18_000.0, 21_000.0)}
    out = power[15_000.0] - round(lived.USED_WATTS)
    want = (
        f"10:00 · {power[15_000.0]:,} W · using 400 W · {out:,} W to grid"
        f" · yesterday {power[18_000.0]:,} W · best day {power[21_000.0]:,} W"
    )
    assert _within_a_watt(page.readout.whole, want)


def _within_a_watt(said: str, want: str) -> bool:
    """The mouse lands between two pixels."""
    numbers = [[float(number.replace(",", "")) for number in re.findall(r"[\d,]+", text)] for text in (said, want)]
    same_words = re.sub(r"[\d,]+", "#", said) == re.sub(r"[\d,]+", "#", want)
    return same_words and all(abs(a - b) <= 12 for a, b in zip(*numbers, strict=True))


def test_keys_move_the_cursor_from_reading_to_reading(make: Make, qtbot: QtBot) -> None:
    page = make()
    keys = ((Qt.Key.Key_End, "14:00"), (Qt.Key.Key_Left, "13:30"), (Qt.Key.Key_Left, "13:00"),
            (Qt.Key.Key_Right, "13:30"), (Qt.Key.Key_Home, "00:00"), (Qt.Key.Key_Left, "00:00"))  # fmt: skip
    for key, clock in keys:
        qtbot.keyClick(page.chart, key)
        assert page.readout.whole.startswith(f"{clock} · ")
    low, high = chart_of(page).plot.span
    assert low <= lived.moment(TODAY).timestamp() <= high, "the view follows the cursor"
    qtbot.keyClick(page.chart, Qt.Key.Key_Escape)
    assert "so far" in page.readout.whole


def test_nothing_read_and_not_yet_are_not_zero(make: Make) -> None:
    page = make(metered=True)
    chart = chart_of(page)
    view = chart.plot.power.view
    evening = lived.moment(TODAY, 16.0).timestamp()
    chart.plot.scene().sigMouseMoved.emit(view.mapViewToScene(QPointF(evening, 100.0)))
    assert page.readout.whole.startswith("16:00 · not yet · yesterday ")


def test_only_daylight_is_in_sight_where_use_is_not_measured(make: Make) -> None:
    low, high = chart_of(make()).plot.span
    assert [f"{local(second):%H:%M}" for second in (low, high)] == ["06:00", "18:00"]


def test_a_metered_day_is_shown_whole_with_the_grid_beneath(make: Make) -> None:
    page = make(metered=True)
    chart = chart_of(page)
    low, high = (local(second) for second in chart.plot.span)
    assert (low.hour, high.hour, (high - low).total_seconds()) == (0, 0, 86_400.0)
    assert chart.plot.grid is not None
    assert "consumption" in chart.plot.names
    heads = chart.twin().heads
    assert heads == ("Time", "Production", "Consumption", "Grid")
    assert chart.twin().cell(0, 3).endswith(" W out")
    assert chart.twin().cell(28, 3) == "400 W in"
    assert "used" in page.readout.whole


def test_the_grid_plot_goes_where_it_is_not_measured(make: Make) -> None:
    page = make(metered=True)
    chart = chart_of(page)
    plain = replace(lived.snapshot(DAYS, TODAY, NOW), at=lived.moment(TODAY + timedelta(days=1), 12.0))
    page.show_moment(shown(plain), site.SITE)
    assert page.bar.day == TODAY + timedelta(days=1)
    assert chart.plot.grid is None
    page.bar.earlier()
    assert chart.plot.grid is not None


def test_zoom_and_whole(make: Make, qtbot: QtBot) -> None:
    page = make()
    plot = chart_of(page).plot
    whole = plot.span
    qtbot.mouseClick(page.closer, Qt.MouseButton.LeftButton)
    low, high = plot.span
    assert high - low == pytest.approx((whole[1] - whole[0]) / 2)
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, 15.0)), site.SITE)
    assert plot.span == pytest.approx((low, high)), "a new result leaves the view where it was moved to"
    qtbot.keyClick(page.chart, Qt.Key.Key_0)
    assert plot.span == whole
    for _ in range(12):
        qtbot.keyClick(page.chart, Qt.Key.Key_Plus)
    low, high = plot.span
    assert high - low >= 1800.0 - 1.0


def test_first_and_last_light_are_marked_where_they_were_seen(make: Make) -> None:
    page = make()
    marks = [mark.label.format for mark in chart_of(page).plot._marks]
    assert marks == ["first light 06:30", "last light yesterday 17:30"]
    page.bar.earlier()
    marks = [mark.label.format for mark in chart_of(page).plot._marks]
    assert marks == ["first light 06:30", "last light 17:30"]


def test_an_empty_day_says_why(make: Make) -> None:
    page = make()
    early = lived.moment(TODAY + timedelta(days=1), 3.0)
    nothing = replace(lived.snapshot(DAYS, TODAY, NOW), at=early, production=None, inverters=())
    page.show_moment(shown(nothing), site.SITE)
    assert page.empty.isVisible()
    assert page.empty.text() == "Nothing has been read yet today. Yesterday the first light was at 06:30."
    page.go(TODAY - timedelta(days=5))
    assert page.empty.isVisible()
    assert "recorded" in page.empty.text() or "counted" in page.empty.text()
