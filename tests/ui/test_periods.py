"""Spans of time and the bar that moves through them."""

from datetime import date

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from enphase_tray.ui.charting.date_bar import DateBar
from enphase_tray.ui.charting.periods import Period, Span, moved, period_of, year_before

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TODAY = date(2026, 6, 25)
FIRST = date(2024, 2, 10)


@pytest.mark.parametrize(
    ("span", "first", "last", "words"),
    [
        (Span.DAY, date(2026, 6, 25), date(2026, 6, 25), "Thu 25 Jun 2026"),
        (Span.WEEK, date(2026, 6, 22), date(2026, 6, 28), "22 Jun to 28 Jun 2026"),
        (Span.MONTH, date(2026, 6, 1), date(2026, 6, 30), "June 2026"),
        (Span.YEAR, date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (Span.LAST_30, date(2026, 5, 27), date(2026, 6, 25), "27 May to 25 Jun 2026"),
        (Span.LAST_365, date(2025, 6, 26), date(2026, 6, 25), "26 Jun 2025 to 25 Jun 2026"),
        (Span.ALL, date(2024, 2, 10), date(2026, 6, 25), "10 Feb 2024 to 25 Jun 2026"),
    ],
)
def test_a_day_belongs_to_a_period(span: Span, first: date, last: date, words: str) -> None:
    period = period_of(span, TODAY, FIRST, TODAY)
    assert period == Period(span, first, last)
    assert TODAY in period
    assert date(2024, 2, 9) not in period
    assert period.words == words
    assert (period.days[0], period.days[-1], len(period.days)) == (first, last, (last - first).days + 1)


def test_stepping_keeps_to_the_calendar() -> None:
    assert moved(Span.MONTH, date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert moved(Span.MONTH, date(2026, 12, 5), 1) == date(2027, 1, 5)
    assert moved(Span.YEAR, date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert moved(Span.WEEK, TODAY, -2) == date(2026, 6, 11)
    assert moved(Span.LAST_90, TODAY, -1) == date(2026, 3, 27)
    assert moved(Span.ALL, TODAY, -1) == TODAY
    assert year_before(date(2024, 2, 29)) is None
    assert year_before(date(2024, 3, 1)) == date(2023, 3, 1)


@pytest.fixture
def bar(qtbot: QtBot) -> DateBar:
    made = DateBar((Span.MONTH, Span.WEEK, Span.YEAR, Span.ALL), (Span.DAY,))
    qtbot.addWidget(made)
    made.show()
    made.put_limits(FIRST, TODAY)
    return made


def segment(bar: DateBar, span: Span) -> QPushButton:
    return next(made for made in bar.findChildren(QPushButton) if made.text() == span.value)


def test_bar_moves_between_first_and_today(bar: DateBar, qtbot: QtBot) -> None:
    assert bar.period.words == "June 2026"
    assert not bar.later_button.isEnabled()
    assert not bar.today_button.isEnabled()
    with qtbot.waitSignal(bar.changed):
        qtbot.mouseClick(bar.earlier_button, Qt.MouseButton.LeftButton)
    assert bar.period.words == "May 2026"
    assert bar.earlier_button.accessibleName() == "The month before"
    with qtbot.waitSignal(bar.changed):
        qtbot.mouseClick(segment(bar, Span.YEAR), Qt.MouseButton.LeftButton)
    assert bar.period.words == "2026"
    bar.earlier()
    bar.earlier()
    assert bar.period.words == "2024"
    assert not bar.earlier_button.isEnabled()
    bar.earlier()
    assert bar.period.words == "2024"
    qtbot.mouseClick(bar.today_button, Qt.MouseButton.LeftButton)
    assert bar.period.words == "2026"


def test_any_date_can_be_picked_but_none_that_was_not(bar: DateBar) -> None:
    bar.date.setDate(QDate(2025, 3, 17))
    assert bar.period.words == "March 2025"
    assert bar.date.minimumDate() == QDate(2024, 2, 10)
    bar.go(date(2030, 1, 1))
    assert bar.period.words == "June 2026"
    bar.go(date(2001, 1, 1))
    assert bar.period.words == "February 2024"


def test_bar_follows_today_until_it_is_moved(bar: DateBar) -> None:
    bar.put_limits(FIRST, date(2026, 7, 1))
    assert bar.period.words == "July 2026"
    bar.earlier()
    bar.put_limits(FIRST, date(2026, 8, 1))
    assert bar.period.words == "June 2026"


def test_all_needs_no_date(bar: DateBar) -> None:
    bar.go(TODAY, Span.ALL)
    assert bar.period == Period(Span.ALL, FIRST, TODAY)
    assert not bar.date.isVisible()


def test_a_span_of_another_page_leads_there_and_changes_nothing(bar: DateBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.elsewhere) as asked:
        qtbot.mouseClick(segment(bar, Span.DAY), Qt.MouseButton.LeftButton)
    assert asked.args == [Span.DAY]
    assert bar.span is Span.MONTH
    assert segment(bar, Span.MONTH).isChecked()
