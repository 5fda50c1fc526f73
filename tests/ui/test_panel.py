"""The page of one inverter: its day, its energy over any time, and what is known of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import AlertEvent, Change
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.history import Energy, Provenance
from enphase_tray.model.readings import InverterState
from enphase_tray.status.csv import rows_to_csv
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Period, Span, period_of
from enphase_tray.ui.charts.panel import PanelChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.group_past import GroupPast
from enphase_tray.ui.figures.panel_energy import Bar, bars_of, best_day, energy_of, worst_share
from enphase_tray.ui.figures.panel_words import bar_labels, bar_words, span_words, whole_words
from enphase_tray.ui.look.header import Shown
from tests.ui import flock
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, moment, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 5
FIRST = date(2026, 5, 20)
WEAK = site.serial(flock.WEAK)
Make = Callable[..., ChartPage]


def energy(watt_hours: float, provenance: Provenance = Provenance.MEASURED) -> Energy:
    return Energy(watt_hours, provenance)


def day(number: int) -> date:
    return date(2026, 6, number)


def month() -> Period:
    return period_of(Span.MONTH, TODAY, FIRST, TODAY)


def test_bars_of_a_month_are_its_days() -> None:
    bars = bars_of(month(), {day(1): energy(900.0)}, {day(1): 1000.0, day(2): 1000.0}, TODAY)
    assert len(bars) == 30
    assert bars[0] == Bar(day(1), day(1), energy(900.0), 1000.0, 0.0, 0)
    assert bars[0].share == 0.9
    assert bars[1] == Bar(day(2), day(2), None, None, 0.0, 1)
    assert [bar.to_come for bar in bars[24:27]] == [False, True, True]


def test_a_months_bar_compares_like_with_like() -> None:
    """The median counts over the days on which the inverter is known, and the unknown ones are told."""
    days = {day(1): energy(900.0), day(2): energy(100.0, Provenance.ESTIMATED)}
    medians = {day(number): 1000.0 for number in range(1, 26)}
    june = bars_of(period_of(Span.YEAR, TODAY, FIRST, TODAY), days, medians, TODAY)[5]
    assert june == Bar(day(1), day(30), energy(1000.0, Provenance.ESTIMATED), 2000.0, 100.0, 23)
    assert june.share == 0.5


def test_without_a_median_of_all_its_days_there_is_no_share() -> None:
    days = {day(1): energy(900.0), day(2): energy(900.0)}
    june = bars_of(period_of(Span.YEAR, TODAY, FIRST, TODAY), days, {day(1): 1000.0}, TODAY)[5]
    assert (june.median, june.share) == (None, None)


def test_all_time_has_months_and_after_five_years_years() -> None:
    assert len(bars_of(Period(Span.ALL, date(2022, 1, 30), TODAY), {}, {}, TODAY)) == 54
    decade = bars_of(Period(Span.ALL, date(2016, 3, 1), TODAY), {}, {}, TODAY)
    assert [(bar.first, bar.last) for bar in decade[:1]] == [(date(2016, 1, 1), date(2016, 12, 31))]
    assert len(decade) == 11


def test_a_sum_needs_every_day() -> None:
    days = {day(1): energy(1.0), day(2): energy(2.0, Provenance.DERIVED)}
    assert energy_of(days, day(1), day(2)) == energy(3.0, Provenance.DERIVED)
    assert energy_of(days, day(1), day(3)) is None


def test_extremes_leave_dark_days_out() -> None:
    days = {day(1): energy(500.0), day(2): energy(1.0), day(3): energy(700.0)}
    medians = {day(1): 1000.0, day(2): 20.0, day(3): 900.0}
    assert best_day(days) == (day(3), energy(700.0))
    assert worst_share(days, medians) == (day(1), 0.5)
    assert best_day({}) is None
    assert worst_share(days, {}) is None


def test_words_of_bars() -> None:
    words = Wording()
    assert bar_words(Bar(day(2), day(2), energy(812.0), 1140.0, 0.0, 0), words) == (
        "Tue 2 Jun 2026: 812 Wh, 0.71 of the median 1.14 kWh"
    )
    unsure = energy(812.0, Provenance.BACK_FILLED)
    assert bar_words(Bar(day(2), day(2), unsure, None, 812.0, 0), words) == "Tue 2 Jun 2026: 812 Wh (back-filled)"
    partly = Bar(day(1), day(30), energy(9000.0, Provenance.ESTIMATED), 9000.0, 900.0, 2)
    assert bar_words(partly, words) == (
        "June 2026: 9.00 kWh, 1.00 of the median 9.00 kWh (900 Wh of it estimated); 2 days not known"
    )
    assert bar_words(Bar(day(2), day(2), energy(1.0), 9.0, 0.0, 0), words).endswith(
        "too little light to compare (median 9 Wh)"
    )
    assert bar_words(Bar(day(2), day(2), None, None, 0.0, 1), words) == "Tue 2 Jun 2026: not known"
    assert bar_words(Bar(day(28), day(28), None, None, 0.0, 0), words) == "Sun 28 Jun 2026: not yet"
    assert whole_words("x", [partly, Bar(day(2), day(2), None, None, 0.0, 1)], words) == (
        "x: 9.00 kWh, 1.00 of the median 9.00 kWh; 3 days not known"
    )
    assert whole_words("x", [], words) == "x: no energy is known of this time"
    assert span_words(date(2026, 1, 1), date(2026, 12, 31)) == "2026"


def test_labels_of_all_time_are_years_where_they_begin() -> None:
    bars = bars_of(Period(Span.ALL, date(2025, 11, 2), TODAY), {}, {}, TODAY)
    assert bar_labels(bars, Period(Span.ALL, date(2025, 11, 2), TODAY)) == ("", "", "2026", *[""] * 5)


def test_medians_of_past_years_are_read_once_and_young_days_again(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    reader = flock.days(file, COUNT, date(2025, 12, 20), last=date(2026, 1, 10))
    group, today = GroupPast(), date(2026, 1, 10)
    years = range(2025, 2027)
    assert group.missing(site.SITE, years) == [2026, 2025]
    for year in years:
        group.read(reader, site.SITE, year, today)
    assert group.missing(site.SITE, years) == []
    kept = group.kept(site.SITE, years)
    assert len(kept) == 22
    assert kept[date(2025, 12, 25)] == pytest.approx(1001.0, abs=1.0)
    assert kept[today] == pytest.approx(1001.0 * flock.made_by(13.0), abs=1.0)
    reader.close()
    file.unlink()
    more = flock.days(file, COUNT, date(2026, 1, 8), lambda number, day: 2000.0, last=date(2026, 1, 11))
    for year in years:
        group.read(more, site.SITE, year, date(2026, 1, 11))
    kept = group.kept(site.SITE, years)
    assert kept[date(2025, 12, 25)] == pytest.approx(1001.0, abs=1.0)
    assert kept[date(2026, 1, 9)] == pytest.approx(2000.0, abs=1.0)
    assert group.kept("another", years) == {}


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(choices: Choices | None = None, now: Shown | None = None) -> ChartPage:
        reader = flock.days(tmp_path / "history.sqlite", COUNT, FIRST)
        page = ChartPage("panel", lambda: reader, choices or Choices())
        qtbot.addWidget(page)
        page.resize(800, 460)
        page.show_moment(now or shown(flock.snapshot(COUNT, hour=13.0, ill=False)), site.SITE)
        page.show()
        return page

    return build


def chart_of(page: ChartPage) -> PanelChart:
    assert isinstance(page.chart, PanelChart)
    return page.chart


def facts(page: ChartPage) -> dict[str, str]:
    return {fact.name: fact.value for fact in chart_of(page).facts.facts}


def test_one_inverters_day_stands_against_the_pack(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.select(WEAK)
    chart = chart_of(page)
    assert chart.which.currentText() == WEAK
    assert set(chart.day.own) == {WEAK}
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert page.readout.whole.startswith("13:00 · median 200 W")
    assert f"{WEAK} 120 W" in page.readout.whole
    twin = chart.twin()
    assert twin.heads == ("Time", "Median", WEAK)
    assert (twin.cell(0, 0), twin.cell(0, 2)) == ("13:00", "120 W")
    sheet = chart.sheet()
    assert rows_to_csv(sheet.header, sheet.rows).splitlines()[-1].endswith(f",{WEAK},120")


def test_arrows_and_the_list_go_through_the_inverters(make: Make, qtbot: QtBot) -> None:
    page = make()
    chart = chart_of(page)
    picked: list[str] = []
    page.picked.connect(picked.append)
    assert chart.serial == site.serial(0)
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert chart.serial == site.serial(1)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    qtbot.keyClick(chart, Qt.Key.Key_Up)
    assert chart.serial == site.serial(COUNT - 1)
    chart.which.setCurrentIndex(2)
    assert picked == [site.serial(1), site.serial(0), site.serial(COUNT - 1), site.serial(2)]
    assert set(chart.day.own) == {site.serial(2)}


def test_a_month_has_bars_against_the_median(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.select(WEAK)
    page.go(TODAY, Span.MONTH)
    chart = chart_of(page)
    assert len(chart.bars) == 30
    assert chart.bars[23].share == pytest.approx(0.6018 / 1.001, abs=0.001)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert page.readout.whole == "Wed 24 Jun 2026: 602 Wh, 0.60 of the median 1.00 kWh"
    assert chart.accessibleDescription() == page.readout.whole
    twin = chart.twin()
    assert twin.heads[1:4] == ("Energy", "Median of all", "Of the median")
    assert [twin.cell(6, column) for column in range(5)] == [
        "Wed 24 Jun 2026",
        "602 Wh",
        "1.00 kWh",
        "0.60",
        "measured",
    ]
    assert [twin.cell(0, column) for column in range(1, 5)] == ["–"] * 4
    sheet = chart.sheet()
    lines = rows_to_csv(sheet.header, sheet.rows).splitlines()
    assert lines[24].startswith(f"{WEAK},2026-06-24,2026-06-24,602,measured,1001,0.601,")
    assert lines[30] == f"{WEAK},2026-06-30,2026-06-30,,,,,0"


def test_bars_lead_from_years_to_days(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.select(WEAK)
    led: list[Jump] = []
    page.jump.connect(led.append)
    page.go(TODAY, Span.YEAR)
    chart = chart_of(page)
    may = next(x for x in range(chart.energy.width()) if chart.energy.column_at(QPointF(x, 100)) == 4)
    qtbot.mouseClick(chart.energy, Qt.MouseButton.LeftButton, pos=QPoint(may + 2, 100))
    assert led == [Jump("panel", Span.MONTH, date(2026, 5, 1), WEAK)]
    page.go(date(2026, 5, 1), Span.MONTH)
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert led[-1] == Jump("panel", Span.DAY, date(2026, 5, 31), WEAK)
    chart.open_row(0)
    assert led[-1].day == date(2026, 5, 31)


def test_the_cursor_does_not_go_beyond_today(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.go(TODAY, Span.MONTH)
    chart = chart_of(page)
    for _ in range(3):
        qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert page.readout.whole.startswith("Thu 25 Jun 2026: 500 Wh")
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert page.readout.whole.startswith(f"{site.serial(0)}: 24.5 kWh, 1.00 of the median")


def test_all_time_gets_its_medians_year_by_year(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.select(WEAK)
    page.go(TODAY, Span.ALL)
    chart = chart_of(page)
    assert len(chart.bars) == 2
    assert chart.bars[-1].energy is not None
    qtbot.waitUntil(lambda: chart.bars[-1].share is not None)
    assert chart.bars[-1].share == pytest.approx(0.6018 / 1.001, abs=0.001)


def test_buttons_for_zooming_are_there_for_a_day_only(make: Make) -> None:
    page = make()
    assert page.closer.isVisible()
    page.go(TODAY, Span.YEAR)
    assert not page.closer.isVisible()


def test_facts_tell_totals_extremes_and_device(make: Make) -> None:
    reading = flock.snapshot(COUNT, hour=13.0, ill=False)
    weak = replace(
        reading.inverters[flock.WEAK],
        watt_hours_today=333.0,
        watt_hours_lifetime=123_456.0,
        part_number="800-01131-r02",
        dc_volts=38.21,
        celsius=41.0,
    )
    inverters = tuple(weak if unit.serial == WEAK else unit for unit in reading.inverters)
    page = make(now=shown(replace(reading, inverters=inverters)))
    page.select(WEAK)
    page.go(TODAY, Span.MONTH)
    told = facts(page)
    assert (told["Today"], told["Yesterday"], told["Lifetime"]) == ("333 Wh", "602 Wh", "123 kWh")
    assert told["7 days"] == "3.91 kWh"
    assert told["This month"] == "14.7 kWh"
    assert "25 Jun" not in told["Lowest share"]
    assert told["Best day"].startswith("602 Wh, ")
    assert told["Lowest share"].startswith("0.60, ")
    assert told["Highest ever"] == "286 W"
    assert (told["Part"], told["DC"], told["Temperature"]) == ("800-01131-r02", "38.2 V", "41 °C")
    assert (told["Producing"], told["Its power"]) == ("Yes", "120 W")
    page.go(TODAY, Span.DAY)
    assert facts(page)["Peak of the day"] == "120 W at 13:00"


def test_what_is_not_known_is_a_dash(qtbot: QtBot, tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path / "none.sqlite")
    page = ChartPage("panel", lambda: reader, Choices())
    qtbot.addWidget(page)
    shot = flock.snapshot(3, hour=13.0)
    bare = tuple(replace(unit, max_report_watts=None, state=InverterState.ASLEEP) for unit in shot.inverters)
    page.show_moment(shown(replace(shot, inverters=bare)), site.SITE)
    page.show()
    page.go(TODAY, Span.YEAR)
    told = facts(page)
    for name in ("Today", "Yesterday", "7 days", "This month", "Lifetime", "Best day", "Lowest share", "Highest ever"):
        assert told[name] == "–", name
    assert page.readout.whole == f"{site.serial(0)}: no energy is known of this time"
    assert "Asleep" in told
    assert "Nothing has been told of this inverter yet." in told


def test_events_are_those_of_the_inverter(make: Make, tmp_path: Path) -> None:
    page = make()
    writer = HistoryWriter(tmp_path / "history.sqlite", ManualClock(moment(TODAY, 13.0)))
    for serial, title in ((WEAK, "Panel 4 makes nothing"), (site.serial(1), "Panel 2 makes nothing")):
        alert = site.alert(f"stopped{serial}", (serial,), title)
        writer.record_events((AlertEvent(alert.raised_at, Change.RAISED, alert),))
        over = replace(alert, cleared_at=alert.raised_at + timedelta(minutes=30), title="It works again")
        writer.record_events((AlertEvent(alert.raised_at + timedelta(minutes=30), Change.CLEARED, over),))
    writer.close()
    page.select(WEAK)
    told = list(facts(page))
    assert told[-2:] == ["13:10 · Over again: It works again", "12:40 · Panel 4 makes nothing"]


def test_the_concerned_comes_first_and_the_choice_is_remembered(make: Make) -> None:
    plain = shown(flock.snapshot(COUNT, hour=13.0, ill=False))
    result = site.result(plain.snapshot, active=(site.alert("weak", (WEAK,), "Weak"),))
    choices = Choices()
    page = make(choices, replace(plain, result=result))
    assert chart_of(page).serial == WEAK
    assert chart_of(page).which.currentText() == f"▲ {WEAK}"
    page.select(site.serial(2))
    again = make(choices)
    assert chart_of(again).serial == site.serial(2)


def test_a_remembered_inverter_of_another_gateway_is_left(make: Make) -> None:
    choices = Choices()
    choices.put("serial", "121999999999")
    page = make(choices)
    assert chart_of(page).serial == site.serial(0)


def test_one_that_is_gone_still_has_its_page(make: Make, tmp_path: Path) -> None:
    page = make(now=shown(flock.snapshot(COUNT - 1, hour=13.0, ill=False)))
    gone = site.serial(COUNT - 1)
    page.select(gone)
    page.go(TODAY, Span.MONTH)
    assert chart_of(page).serial == gone
    assert chart_of(page).bars[10].energy is not None
    assert "The gateway did not name this inverter when it was last read." in facts(page)


def test_without_inverters_the_page_speaks(qtbot: QtBot, tmp_path: Path) -> None:
    page = ChartPage("panel", lambda: HistoryReader(tmp_path / "none.sqlite"), Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(flock.snapshot(0)), site.SITE)
    page.show()
    assert "once the gateway has named any" in page.empty.text()


def test_a_month_that_is_not_known_whole_says_how_many_days_are(qtbot: QtBot, tmp_path: Path) -> None:
    reader = flock.days(tmp_path / "history.sqlite", COUNT, date(2026, 6, 22))
    page = ChartPage("panel", lambda: reader, Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(flock.snapshot(COUNT, hour=13.0, ill=False)), site.SITE)
    page.show()
    assert facts(page)["This month"] == "3.50 kWh in 4 days"
