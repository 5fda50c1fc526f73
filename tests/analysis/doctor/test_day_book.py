from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.analysis.doctor.day_book import KEPT_DAYS, SLOTS, DayBook, median, standard_offset
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import InverterReading

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
A, B = "900000000001", "900000000002"


def report(at: datetime, watts: float, serial: str = A, length: float | None = None) -> InverterReading:
    return InverterReading(serial, last_report_watts=watts, last_report_at=at, report_interval_seconds=length)


def row(book: DayBook, at: datetime = NOON, serial: str = A) -> dict[int, float]:
    values = book.rows()[book.day_of(at)][serial]
    assert len(values) == SLOTS
    return {slot: round(value, 3) for slot, value in enumerate(values) if value >= 0.0}


def test_a_half_hour_is_the_mean_of_its_reports_and_others_stay_unknown() -> None:
    book = DayBook()
    for minutes, watts in ((5, 100.0), (10, 200.0), (15, 300.0)):
        book.take([report(NOON + timedelta(minutes=minutes), watts)], 300.0)
    assert row(book) == {24: 200.0}


def test_a_long_report_is_spread_over_the_half_hours_it_lasted() -> None:
    book = DayBook()
    book.take([report(NOON + timedelta(minutes=45), 120.0, length=3600.0)], 300.0)
    assert row(book) == {23: 120.0, 24: 120.0, 25: 120.0}


def test_a_report_counts_once_however_often_it_is_read_and_never_overlaps_the_one_before() -> None:
    book = DayBook()
    first, second = report(NOON + timedelta(minutes=15), 100.0), report(NOON + timedelta(minutes=20), 400.0)
    for reading in (first, first, second, second, first):
        book.take([reading], 900.0)
    assert row(book) == {24: pytest.approx((15 * 100 + 5 * 400) / 20)}


def test_reports_without_time_or_watts_are_nothing() -> None:
    book = DayBook()
    book.take([InverterReading(A), InverterReading(A, last_report_at=NOON)], 300.0)
    assert book.rows() == {}


def test_only_the_last_days_are_kept() -> None:
    book = DayBook()
    for day in range(KEPT_DAYS + 10):
        book.take([report(NOON + timedelta(days=day), 50.0)], 300.0)
    days = list(book.rows())
    assert len(days) == KEPT_DAYS
    assert days[-1] == book.day_of(NOON) + KEPT_DAYS + 9 == book.today


def test_the_history_gives_the_same_rows_as_having_been_there() -> None:
    moments = [NOON + timedelta(minutes=5 * step) for step in range(1, 60)]
    watched, recalled = DayBook(), DayBook()
    for step, moment in enumerate(moments):
        watched.take([report(moment, float(step)), report(moment, 2.0 * step, B)], 300.0)
    times = tuple(moment.timestamp() for moment in moments)
    columns = {A: tuple(float(step) for step in range(59)), B: tuple(2.0 * step for step in range(59))}
    recalled.recall(InverterSeries(times, columns), 300.0)
    for serial in (A, B):
        seen, told = row(watched, serial=serial), row(recalled, serial=serial)
        assert seen.keys() == told.keys()
        assert all(told[slot] == pytest.approx(seen[slot], abs=1.1) for slot in seen)


@pytest.mark.parametrize(
    ("zone", "longitude", "hours"),
    [
        ("Europe/Brussels", None, 1.0),
        ("Australia/Melbourne", None, 10.0),
        ("America/Los_Angeles", 4.0, -8.0),
        ("Not/AZone", 30.0, 2.0),
        (None, -90.0, -6.0),
    ],
)
def test_days_are_cut_without_summer_time(zone: str | None, longitude: float | None, hours: float) -> None:
    assert standard_offset(zone, longitude) == hours * 3600.0


def test_where_nothing_tells_the_place_there_is_no_offset() -> None:
    assert standard_offset(None, None) is None


def test_days_and_half_hours_begin_where_they_say() -> None:
    book = DayBook(3600.0)
    start = book.start_of(book.day_of(NOON), book.slot_of(NOON))
    assert start == NOON
    assert book.day_of(datetime(2026, 6, 25, 23, 30, tzinfo=UTC)) == book.day_of(NOON) + 1


def test_middle_of_odd_and_even() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0]) == 2.5
