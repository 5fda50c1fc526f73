"""Energy in bars: what they add up, what they admit, and where they lead."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.history import Energy, Provenance, Rejection, SiteDay
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Period, Span, period_of
from enphase_tray.ui.charts._bars import nice_step
from enphase_tray.ui.charts.energy import EnergyChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.energy_bars import Bar, Days, Quantity, bars_of, offered, total_between
from enphase_tray.ui.figures.energy_words import all_words, bar_words, known_words, left_out_words, totals_line
from tests.ui import lived
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

WORDS = Wording()
FIRST = date(2024, 1, 1)
P = Provenance


def past(first: date, last: date, energy: float = 10_000.0, provenance: Provenance = P.MEASURED) -> dict[date, SiteDay]:
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return {day: SiteDay(day, Energy(energy, provenance), None, None, None) for day in days}


def bars(days: Days, span: Span, day: date = TODAY, today: date = TODAY) -> tuple[Bar, ...]:
    return bars_of(days, period_of(span, day, FIRST, today), Quantity.PRODUCTION, today)


def watt_hours(shown_bars: tuple[Bar, ...]) -> list[float | None]:
    return [None if bar.total is None else bar.total.watt_hours for bar in shown_bars]


def test_bars_of_each_span_add_up_to_the_same() -> None:
    days = past(date(2025, 1, 1), TODAY)
    week, month, year, everything = (bars(days, span) for span in (Span.WEEK, Span.MONTH, Span.YEAR, Span.ALL))
    assert watt_hours(week) == [10_000.0] * 4 + [None] * 3
    assert watt_hours(month) == [10_000.0] * 25 + [None] * 5
    assert watt_hours(year) == [310_000.0, 280_000.0, 310_000.0, 300_000.0, 310_000.0, 250_000.0] + [None] * 6
    assert watt_hours(everything) == [None, 3_650_000.0, 1_760_000.0]
    assert [bar.label for bar in year[:2]] == ["Jan", "Feb"]
    assert [bar.label for bar in everything] == ["2024", "2025", "2026"]


def test_unknown_is_no_bar_and_is_counted() -> None:
    days = past(date(2026, 6, 1), TODAY)
    del days[date(2026, 6, 10)]
    month = bars(days, Span.MONTH)
    assert month[9].total is None
    assert bar_words(month[9], WORDS) == "Wed 10 Jun 2026: not known"
    june = bars(days, Span.YEAR)[5]
    assert june.total is not None
    assert (june.total.days, june.over) == (24, 25)
    assert bar_words(june, WORDS) == "June 2026 so far: 240 kWh · 24 of 25 days known"
    assert bar_words(month[28], WORDS) == "Mon 29 Jun 2026: still to come"


def test_the_same_time_of_the_year_before() -> None:
    days = {**past(date(2025, 6, 1), date(2025, 6, 30), 8_000.0), **past(date(2026, 6, 1), TODAY)}
    month, year = bars(days, Span.MONTH), bars(days, Span.YEAR)
    assert [bar.before.watt_hours for bar in month if bar.before is not None] == [8_000.0] * 30
    assert bar_words(month[0], WORDS) == "Mon 1 Jun 2026: 10.0 kWh · a year before 8.00 kWh"
    assert bar_words(year[5], WORDS) == "June 2026 so far: 250 kWh · June 2025: 240 kWh, 200 kWh by this day"
    assert year[4].before is None


def test_answers_that_were_not_believed_are_counted_beside_the_bar() -> None:
    june = bars(past(date(2026, 6, 1), TODAY), Span.YEAR)[5]
    rejections = [
        Rejection(date(2026, 6, 3), "production", "jump", 2),
        Rejection(date(2026, 6, 9), "production", "frozen", 1),
        Rejection(date(2026, 6, 9), "consumption", "zero", 5),
        Rejection(date(2026, 5, 31), "production", "zero", 7),
    ]
    assert left_out_words(rejections, june, Quantity.PRODUCTION) == "3 answers left out (it leapt, it stood still)"
    assert left_out_words(rejections, june, Quantity.IMPORTED) == ""


def test_a_half_known_month_is_not_compared_with() -> None:
    days = {**past(date(2025, 6, 20), date(2025, 6, 30)), **past(date(2026, 6, 1), TODAY)}
    june = bars(days, Span.YEAR)[5]
    assert june.before is None
    assert june.before_until is None


def test_a_leap_day_has_no_year_before() -> None:
    days = {**past(date(2023, 2, 1), date(2023, 3, 1)), **past(date(2024, 2, 1), date(2024, 3, 1))}
    february = bars(days, Span.MONTH, date(2024, 2, 10))
    assert february[28].first == date(2024, 2, 29)
    assert february[28].before is None
    assert february[27].before is not None


def test_years_are_compared_only_while_they_run() -> None:
    everything = bars(past(date(2024, 1, 1), TODAY), Span.ALL)
    assert [bar.before for bar in everything] == [None, None, None]
    assert everything[1].before_until is None
    assert everything[2].before_until is not None
    assert everything[2].before_until.watt_hours == 1_760_000.0
    assert bar_words(everything[2], WORDS) == "2026 so far: 1.76 MWh · 2025 1.76 MWh by this day"


@pytest.mark.parametrize(
    ("provenance", "said", "known", "unsure"),
    [
        (P.MEASURED, "", "measured", 0.0),
        (P.DERIVED, "", "derived", 0.0),
        (P.BACK_FILLED, " (back-filled)", "back-filled", 20_000.0),
        (P.ESTIMATED, " (estimated)", "estimated", 20_000.0),
    ],
)
def test_what_is_not_measured_says_so(provenance: Provenance, said: str, known: str, unsure: float) -> None:
    days = {
        **past(date(2026, 5, 1), date(2026, 5, 30)),
        **past(date(2026, 5, 31), date(2026, 5, 31), 20_000.0, provenance),
    }
    last = bars(days, Span.MONTH, date(2026, 5, 1))[30]
    assert bar_words(last, WORDS) == f"Sun 31 May 2026: 20.0 kWh{said}"
    assert known_words(last.total) == known
    may = bars(days, Span.YEAR)[4]
    assert may.total is not None
    assert may.total.unsure == unsure
    assert known_words(may.total) == (known if not unsure else f"6 % {known}")
    part = f", 20.0 kWh of it {known}" if unsure else ""
    assert bar_words(may, WORDS) == f"May 2026: 320 kWh{part}"


def test_all_bars_together_and_the_best() -> None:
    days = past(date(2026, 6, 1), TODAY)
    days[date(2026, 6, 9)] = SiteDay(date(2026, 6, 9), Energy(30_000.0, P.MEASURED), None, None, None)
    period = Period(Span.MONTH, date(2026, 6, 1), date(2026, 6, 30))
    said = all_words(bars(days, Span.MONTH), period, WORDS)
    assert said == "June 2026 so far: 270 kWh · best day Tue 9 Jun 2026, 30.0 kWh"


def test_totals_are_those_of_now() -> None:
    days = past(date(2026, 1, 1), TODAY)
    shot = site.snapshot(metered=True)
    said = totals_line(days, Quantity.PRODUCTION, TODAY, shot, WORDS)
    assert said == "This week 40.0 kWh · this month 250 kWh · this year 1.76 MWh · lifetime 10.3 MWh"
    said = totals_line({}, Quantity.IMPORTED, TODAY, shot, WORDS)
    assert said == "This week – · this month – · this year – · lifetime 3.21 MWh"


def test_only_what_is_measured_is_offered() -> None:
    days = past(TODAY, TODAY)
    assert offered(days, Quantity.PRODUCTION) == (Quantity.PRODUCTION,)
    assert offered({}, Quantity.PRODUCTION) == (Quantity.PRODUCTION,)
    one = Energy(1.0, P.MEASURED)
    days[TODAY] = SiteDay(TODAY, one, one, None, one)
    assert offered(days, Quantity.PRODUCTION) == (Quantity.PRODUCTION, Quantity.CONSUMPTION, Quantity.EXPORTED)
    assert total_between(days, TODAY, TODAY, Quantity.IMPORTED) is None


@pytest.mark.parametrize(
    ("highest", "step"), [(0.0, 1.0), (37_000.0, 10_000.0), (5.2e6, 2e6), (9.0, 2.0), (4.8e5, 1e5), (2e6, 5e5)]
)
def test_scale_has_round_steps(highest: float, step: float) -> None:
    assert nice_step(highest, 5.0) == pytest.approx(step)


DAYS = {TODAY - timedelta(days=back): 10_000.0 + 1_000.0 * back for back in range(9, -1, -1)}
NOW = 14.0
Make = Callable[..., ChartPage]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(*, metered: bool = False, choices: Choices | None = None) -> ChartPage:
        reader = lived.live(tmp_path / "history.sqlite", DAYS, NOW, metered=metered)
        page = ChartPage("energy", lambda: reader, choices or Choices())
        qtbot.addWidget(page)
        page.resize(900, 500)
        page.show_moment(shown(lived.snapshot(DAYS, TODAY, NOW, metered=metered)), site.SITE)
        page.show()
        return page

    return build


def chart_of(page: ChartPage) -> EnergyChart:
    assert isinstance(page.chart, EnergyChart)
    return page.chart


def bar_place(page: ChartPage, number: int) -> QPoint:
    view = chart_of(page).view
    area = view._area()
    return QPoint(round(area.left() + (number + 0.5) * area.width() / len(view.columns)), view.height() // 2)


def test_bars_are_the_counted_days(make: Make) -> None:
    page = make()
    found = watt_hours(chart_of(page).bars)
    assert found[:15] == [None] * 15
    assert found[15:24] == [pytest.approx(19_000.0 - 1_000.0 * step, abs=1.0) for step in range(9)]
    assert found[24] == pytest.approx(lived.made_by(10_000.0, NOW), abs=1.0)
    assert found[25:] == [None] * 5


def test_todays_bar_grows_with_a_new_result(make: Make, tmp_path: Path) -> None:
    page = make()
    later = lived.snapshot(DAYS, TODAY, 16.0)
    writer = HistoryWriter(tmp_path / "history.sqlite", ManualClock(later.at))
    writer.append(later)
    writer.close()
    page.show_moment(shown(later), site.SITE)
    found = watt_hours(chart_of(page).bars)
    assert found[24] == pytest.approx(lived.made_by(10_000.0, 16.0), abs=1.0)
    assert found[23] == pytest.approx(11_000.0, abs=1.0)


def test_hover_and_keys_tell_a_bar(make: Make, qtbot: QtBot) -> None:
    page = make()
    qtbot.mouseMove(chart_of(page).view, bar_place(page, 20))
    assert page.readout.whole.startswith("Sun 21 Jun 2026: 14.0 kWh")
    qtbot.keyClick(page.chart, Qt.Key.Key_Right)
    assert page.readout.whole.startswith("Mon 22 Jun 2026: 13.0 kWh")
    assert page.chart.accessibleDescription() == page.readout.whole
    qtbot.keyClick(page.chart, Qt.Key.Key_End)
    assert page.readout.whole.startswith("Thu 25 Jun 2026")
    qtbot.keyClick(page.chart, Qt.Key.Key_Right)
    assert page.readout.whole.startswith("Thu 25 Jun 2026"), "what is still to come has no bar"
    qtbot.keyClick(page.chart, Qt.Key.Key_Escape)
    assert page.readout.whole.startswith("June 2026 so far")


def test_a_click_leads_on(make: Make, qtbot: QtBot) -> None:
    page = make()
    with qtbot.waitSignal(page.jump) as asked:
        qtbot.mouseClick(chart_of(page).view, Qt.MouseButton.LeftButton, pos=bar_place(page, 20))
    assert asked.args == [Jump(span=Span.DAY, day=date(2026, 6, 21))]
    page.go(TODAY, Span.YEAR)
    qtbot.keyClick(page.chart, Qt.Key.Key_End)
    with qtbot.waitSignal(page.jump) as asked:
        qtbot.keyClick(page.chart, Qt.Key.Key_Return)
    assert asked.args == [Jump(span=Span.MONTH, day=date(2026, 6, 1))]
    with qtbot.waitSignal(page.jump) as asked:
        qtbot.keyClick(page.chart, Qt.Key.Key_Minus)
    assert asked.args == [Jump(span=Span.ALL, day=date(2026, 6, 1))]


def test_what_is_still_to_come_leads_nowhere(make: Make, qtbot: QtBot) -> None:
    page = make()
    with qtbot.assertNotEmitted(page.jump):
        qtbot.mouseClick(chart_of(page).view, Qt.MouseButton.LeftButton, pos=bar_place(page, 28))


def test_an_unmetered_site_has_nothing_to_choose(make: Make) -> None:
    assert not chart_of(make()).quantity.isVisible()


def test_quantity_is_chosen_and_remembered(make: Make) -> None:
    choices = Choices()
    page = make(metered=True, choices=choices)
    chart = chart_of(page)
    assert [chart.quantity.itemText(place) for place in range(chart.quantity.count())] == [
        "Production", "Consumption", "From grid", "To grid",
    ]  # fmt: skip
    chart.quantity.setCurrentIndex(1)
    assert watt_hours(chart.bars)[20] == pytest.approx(24 * lived.USED_WATTS, abs=1.0)
    assert chart.twin().heads[1] == "Consumption"
    assert chart_of(make(metered=True, choices=choices)).shown is Quantity.CONSUMPTION


def test_table_and_csv_tell_the_same(make: Make) -> None:
    page = make(metered=True)
    twin = chart_of(page).twin()
    assert twin.heads == ("Day", "Production", "How known", "Days known", "A year before", "Not believed")
    cells_of_a_day = ["Sun 21 Jun 2026", "14.0 kWh", "measured", "1 of 1", "–", ""]
    assert [twin.cell(20, column) for column in range(6)] == cells_of_a_day
    assert twin.cell(3, 1) == "–"
    assert twin.count == 25
    sheet = chart_of(page).sheet()
    rows = list(sheet.rows)
    cells = dict(zip(sheet.header, rows[20], strict=True))
    assert cells["first_day"] == cells["last_day"] == date(2026, 6, 21)
    assert cells["start_utc"] == lived.moment(date(2026, 6, 21))
    assert cells["production_watt_hours"] == pytest.approx(14_000.0, abs=1.0)
    assert cells["production_provenance"] == "measured"
    assert dict(zip(sheet.header, rows[3], strict=True))["production_watt_hours"] is None


def test_a_row_of_the_table_leads_on_too(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.as_table.setChecked(True)
    with qtbot.waitSignal(page.jump) as asked:
        page.table.activated.emit(page.model.index(20, 0))
    assert asked.args == [Jump(span=Span.DAY, day=date(2026, 6, 21))]


def test_a_time_of_which_nothing_is_known_says_so(make: Make) -> None:
    page = make()
    page.show_moment(shown(None, lived.moment(date(2026, 9, 3), 12.0)), site.SITE)
    assert page.empty.isVisible()
    page.go(date(2026, 8, 3))
    assert page.empty.text() == "Nothing is known of August 2026."
