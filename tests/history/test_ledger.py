"""The ledger's rules one by one, on one counter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.history.allocation import Told
from enphase_tray.history.bookkeeping import Chain, Limits, Reading
from enphase_tray.history.ledger import TOUCH_SECONDS, WRAP, advance, go_on
from enphase_tray.history.local_days import LocalDays
from enphase_tray.model.history import Provenance
from tests.history.book import Book

BERLIN = ZoneInfo("Europe/Berlin")
METER = Limits(12 * 600.0, 300, sunny=True, held_back=False)
REPORTS = Limits(12 * 600.0, 3600, sunny=True, held_back=True)
HOUSE = Limits(200_000.0, 300, sunny=False, held_back=False)


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> int:
    """A local time in Berlin, 2026."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp())


@pytest.fixture
def book() -> Book:
    return Book(BERLIN, METER)


def test_within_a_day_everything_is_measured(book: Book) -> None:
    for i in range(10):
        book.read(at(24, 8) + 300 * i, 1000.0 + 40 * i)
    assert book.days() == {24: (360.0, Provenance.MEASURED)}


def test_usual_readings_need_no_weighing_and_no_others_go_without() -> None:
    day, noon = date(2026, 6, 24).toordinal(), at(24, 12)
    chain = Chain(0, 0.0, at(23, 0), 5000.0, noon, noon, 0, 0.0, False, None, None, None, day, 900.0, 1)
    later = noon + 300
    went_on = chain._replace(latest=5050.0, latest_at=later, moved_at=later, booked=950.0)
    assert go_on(chain, later, 5050.0, day, METER) == went_on
    assert go_on(chain, later, 5000.0, day, METER) is chain
    assert go_on(chain, noon + TOUCH_SECONDS, 5000.0, day, METER) is None, "stands for long"
    assert go_on(chain, later, 5050.0, day + 1, METER) is None, "a new day"
    assert go_on(chain, later, 4999.0, day, METER) is None, "a fall"
    assert go_on(chain, later, 5601.0, day, METER) is None, "12 inverters make 600 Wh in 5 min"
    assert go_on(chain, noon - 300, 5050.0, day, METER) is None, "not later"
    for strange in (
        {"booked": 0.0},
        {"booked": 12 * 7200.0 - 49.0},
        {"frozen": True},
        {"suspect": 0.0, "suspect_at": at(24, 11), "suspect_reason": "fall"},
    ):
        assert go_on(chain._replace(**strange), later, 5050.0, day, METER) is None, strange


def test_a_sleep_within_a_day_is_measured_too(book: Book) -> None:
    book.read(at(24, 8), 1000.0)
    book.read(at(24, 20), 31_000.0)
    assert book.days() == {24: (30_000.0, Provenance.MEASURED)}


def test_midnight_between_two_readings_close_together_is_taken_evenly() -> None:
    book = Book(BERLIN, HOUSE)
    book.read(at(24, 23, 50), 1000.0)
    book.read(at(25, 0, 20), 1300.0)
    assert book.days() == {24: (100.0, Provenance.MEASURED), 25: (200.0, Provenance.MEASURED)}


def test_a_first_reading_opens_its_day_with_today_and_the_one_before_with_yesterday(book: Book) -> None:
    book.read(at(24, 12), 500_000.0, Told(today=7000.0, yesterday=21_000.0))
    assert book.days() == {23: (21_000.0, Provenance.BACK_FILLED), 24: (7000.0, Provenance.DERIVED)}
    assert book.chain is not None
    assert book.chain.opening == 472_000.0


def test_a_first_reading_that_is_told_nothing_opens_a_day_of_which_only_a_part_is_known() -> None:
    book = Book(BERLIN, METER, from_midnight=False)
    book.read(at(24, 12), 500_000.0)
    book.read(at(24, 13), 503_000.0)
    book.read(at(25, 0), 503_000.0)
    book.read(at(25, 12), 510_000.0)
    assert book.days() == {24: (3000.0, Provenance.ESTIMATED), 25: (7000.0, Provenance.MEASURED)}


def test_a_day_with_a_hole_between_two_epochs_is_not_called_measured(book: Book) -> None:
    book.read(at(24, 8), 9_000_000.0)
    book.read(at(24, 12), 9_010_000.0)
    book.read(at(24, 16), 100.0)
    book.read(at(24, 16, 5), 500.0)
    assert book.days() == {24: (10_400.0, Provenance.ESTIMATED)}


def test_a_night_off_is_divided_by_today(book: Book) -> None:
    book.read(at(24, 18), 500_000.0)
    book.read(at(25, 9), 504_000.0, Told(today=2500.0))
    assert book.days() == {24: (1500.0, Provenance.DERIVED), 25: (2500.0, Provenance.DERIVED)}


def test_a_night_off_is_divided_by_yesterday_where_today_is_not_told(book: Book) -> None:
    book.read(at(24, 12), 500_000.0)
    book.read(at(24, 18), 510_000.0)
    book.read(at(25, 9), 514_000.0, Told(yesterday=11_800.0))
    assert book.days() == {24: (11_800.0, Provenance.BACK_FILLED), 25: (2200.0, Provenance.DERIVED)}


def test_two_days_off_take_today_and_yesterday_and_leave_the_rest_to_the_first(book: Book) -> None:
    book.read(at(23, 12), 500_000.0)
    book.read(at(25, 12), 550_000.0, Told(today=9000.0, yesterday=28_000.0))
    assert book.days() == {
        23: (13_000.0, Provenance.DERIVED),
        24: (28_000.0, Provenance.BACK_FILLED),
        25: (9000.0, Provenance.DERIVED),
    }


def test_longer_gaps_are_estimated_by_the_shape_of_a_day(book: Book) -> None:
    book.read(at(20, 13), 500_000.0)
    book.read(at(25, 13), 600_000.0, Told(today=10_000.0, yesterday=20_000.0))
    days = book.days()
    assert days[25] == (10_000.0, Provenance.DERIVED)
    assert days[24] == (20_000.0, Provenance.BACK_FILLED)
    assert {days[day][1] for day in (20, 21, 22, 23)} == {Provenance.ESTIMATED}
    assert days[21][0] == pytest.approx(days[22][0]) == pytest.approx(2 * days[20][0])
    assert sum(energy for energy, _ in days.values()) == pytest.approx(100_000)


def test_the_week_parts_a_long_gap(book: Book) -> None:
    book.read(at(1, 22), 500_000.0)
    week = Told(today=5000.0, yesterday=10_000.0, week=65_000.0, week_has_today=True)
    book.read(at(15, 22), 565_000.0 + 7 * 2000, week)
    days = book.days()
    assert sum(days[day][0] for day in range(9, 16)) == pytest.approx(65_000)
    assert sum(days[day][0] for day in range(2, 9)) == pytest.approx(14_000)
    assert book.days_of(Told(today=5000.0, yesterday=10_000.0, week=65_000.0))[9] < 8000, "unknown: not used"


def test_the_night_is_no_time_for_the_sun(book: Book) -> None:
    book.read(at(24, 22), 500_000.0)
    book.read(at(25, 1), 500_003.0, Told(today=20_000.0))
    assert [energy for energy, _ in book.days().values()] == [2.0, 1.0]


def test_just_after_midnight_today_may_still_be_yesterdays(book: Book) -> None:
    book.read(at(24, 12), 500_000.0, Told(today=8000.0))
    book.read(at(24, 21), 520_000.0)
    book.read(at(25, 1), 520_000.0, Told(today=28_000.0))
    assert book.days()[25] == (0.0, Provenance.MEASURED)


def test_a_today_that_cannot_be_is_not_believed(book: Book) -> None:
    book.read(at(24, 8), 900_000.0, Told(today=899_000.0, yesterday=300.0))
    book.read(at(24, 9), 903_000.0)
    assert book.days() == {24: (3000.0, Provenance.ESTIMATED)}
    book.read(at(26, 12), 930_000.0, Told(today=900_000.0))
    assert sum(energy for energy, _ in book.days().values()) == pytest.approx(30_000)


def test_what_is_told_is_cut_to_what_fits(book: Book) -> None:
    book.read(at(24, 18), 500_000.0)
    book.read(at(25, 12), 503_000.0, Told(today=9000.0))
    assert book.days() == {24: (0.0, Provenance.MEASURED), 25: (3000.0, Provenance.DERIVED)}


def test_days_of_23_and_25_hours() -> None:
    for month, day, hours in ((3, 29, 23), (10, 25, 25)):
        book = Book(BERLIN, HOUSE)
        start = at(day - 1, 12, month=month)
        for i in range(3 * 48):
            book.read(start + 1800 * i, 1000.0 + 50.0 * i)
        assert book.days()[day] == (pytest.approx(100.0 * hours), Provenance.MEASURED)


def test_zeros_after_a_restart_are_no_data(book: Book) -> None:
    for lifetime in (5000.0, 5100.0, 0.0, 0.0, 5200.0):
        book.read_next(lifetime)
    assert book.days() == {24: (200.0, Provenance.MEASURED)}
    assert book.rejected == ["zero", "zero"]


def test_one_glitch_costs_nothing_and_is_counted(book: Book) -> None:
    for lifetime in (5000.0, 5100.0, 90_000_000.0, 5200.0, 4000.0, 5300.0):
        book.read_next(lifetime)
    assert book.days() == {24: (300.0, Provenance.MEASURED)}
    assert book.rejected == ["jump", "fall"]
    assert len(book.epochs()) == 1


def test_what_is_no_number_is_no_data(book: Book) -> None:
    for lifetime in (5000.0, float("nan"), float("inf"), -5.0, 5100.0):
        book.read_next(lifetime)
    assert book.days() == {24: (100.0, Provenance.MEASURED)}
    assert book.rejected == ["unreadable"] * 3


def test_rounding_is_no_fall(book: Book) -> None:
    for lifetime in (5000.0, 4999.0, 4998.4, 5001.0):
        book.read_next(lifetime)
    assert book.days() == {24: (1.0, Provenance.MEASURED)}
    assert book.rejected == []


def test_a_replaced_unit_begins_a_new_epoch_and_never_a_negative_day(book: Book) -> None:
    for lifetime in (9_000_000.0, 9_000_400.0, 10.0, 300.0, 600.0):
        book.read_next(lifetime)
    assert book.days() == {24: (990.0, Provenance.MEASURED)}
    first, second = book.epochs()
    assert (first.opening, first.latest, second.opening, second.latest) == (9_000_000.0, 9_000_400.0, 10.0, 600.0)


def test_a_new_epoch_of_inverters_goes_on_with_the_gateways_today(book: Book) -> None:
    book.read(at(24, 8), 9_000_000.0, Told(today=3000.0))
    book.read(at(24, 11, 55), 9_002_000.0)
    book.read(at(24, 12), 8_000_000.0)
    book.read(at(24, 12, 5), 8_000_100.0, Told(today=14_000.0))
    assert book.days()[24] == (14_000.0, Provenance.DERIVED)
    assert book.epochs()[1].opening == 8_000_100.0 - 9000.0


@pytest.mark.parametrize("wraps", [1, 5, 7])
def test_wraps_are_undone_exactly(book: Book, wraps: int) -> None:
    book.read(at(24, 12), 9_000_000.0)
    book.read(at(24, 12, 5), 9_000_400.0 - wraps * WRAP)
    book.read(at(24, 12, 10), 9_000_800.0 - wraps * WRAP)
    assert book.days() == {24: (pytest.approx(800.0), Provenance.MEASURED)}
    assert book.rejected == []
    assert book.chain is not None
    assert book.chain.wraps == wraps
    book.read(at(24, 12, 15), 9_001_200.0)
    assert book.days() == {24: (pytest.approx(1200.0), Provenance.MEASURED)}
    assert book.chain.wraps == 0, "the gateway has undone them itself"


def test_a_wrap_over_a_long_gap(book: Book) -> None:
    book.read(at(1, 12), 1_190_000.0, Told(today=10_000.0))
    book.read(at(1, 21), 1_192_000.0)
    book.read(at(2, 21), 1_192_500.0)
    book.read(at(9, 21), 1_192_500.0 + 90_000.0 - WRAP, Told(today=12_000.0))
    assert book.chain is not None
    assert (book.chain.number, book.chain.wraps) == (0, 1)


def test_a_unit_replaced_over_a_long_gap_is_not_taken_for_a_wrap(book: Book) -> None:
    book.read(at(1, 21), 1_192_000.0, Told(today=12_000.0))
    book.read(at(2, 21), 1_204_000.0)
    book.read(at(9, 21), 1_204_000.0 + 200_000.0 - WRAP)  # more than 8 days of 12 kWh bring
    book.read(at(9, 21, 5), 1_204_000.0 + 200_001.0 - WRAP)
    assert [epoch.number for epoch in book.epochs()] == [0, 1]


def test_a_counter_that_has_just_what_it_counted_today_began_today(book: Book) -> None:
    """Though the fall is two wraps but for a rise that could be."""
    book.read(at(23, 17), 2_326_561.0, Told(today=6931.0))
    book.read(at(24, 16, 45), 86.0, Told(today=86.0))
    book.read(at(24, 17), 169.0, Told(today=169.0))
    assert [epoch.wraps for epoch in book.epochs()] == [0, 0]
    assert book.days()[24] == (169.0, Provenance.ESTIMATED)


def test_a_counter_that_stands_while_power_flows_is_counted_and_its_rise_comes_later(book: Book) -> None:
    start = at(24, 10)
    book.read(start, 5000.0)
    for minutes in range(5, 65, 5):
        book.read(start + 60 * minutes, 5000.0, flowing=True)
    assert set(book.rejected) == {"frozen"}
    book.read(start + 3900, 9000.0, flowing=True)
    assert book.days() == {24: (4000.0, Provenance.MEASURED)}


def test_energy_that_was_held_back_over_night_goes_to_its_days() -> None:
    book = Book(BERLIN, REPORTS)
    book.read(at(24, 12), 500_000.0, Told(today=9000.0))
    book.read(at(24, 16), 512_000.0, Told(today=21_000.0))
    for minutes in range(0, 14 * 60, 30):  # nobody hears the inverters, but the program runs
        book.read(at(24, 18) + 60 * minutes, 512_000.0, Told(today=21_000.0))
    book.read(at(25, 8, 5), 516_500.0, Told(today=1500.0))
    assert book.days() == {24: (24_000.0, Provenance.DERIVED), 25: (1500.0, Provenance.DERIVED)}


def test_old_readings_change_nothing(book: Book) -> None:
    for i in range(5):
        book.read(at(24, 12) + 300 * i, 1000.0 + 40 * i)
    before = book.chain
    for i in range(5):
        book.read(at(24, 12) + 300 * i, 1000.0 + 40 * i)
    assert book.chain == before
    assert book.days() == {24: (160.0, Provenance.MEASURED)}


def test_a_clock_that_ran_years_ahead_leaves_no_days_there(book: Book) -> None:
    ahead = 3 * 365 * 86_400
    book.read(at(24, 12), 1000.0)
    book.read(at(24, 12, 5) + ahead, 1050.0)
    book.read(at(24, 12, 10) + ahead, 1090.0)
    book.read(at(24, 12, 15), 1140.0)
    book.read(at(24, 12, 20), 1180.0)
    assert book.days() == {24: (180.0, Provenance.ESTIMATED)}


def test_a_clock_of_before_the_beginning_is_not_followed(book: Book) -> None:
    book.read(at(24, 12), 1000.0)
    book.read(at(24, 12) - 5 * 365 * 86_400, 1050.0)
    assert book.rejected == ["clock"]
    book.read(at(24, 12, 10), 1100.0)
    assert book.days() == {24: (100.0, Provenance.MEASURED)}


def test_a_suspect_survives_a_restart() -> None:
    days = LocalDays(BERLIN)
    chain = advance(None, Reading(at(24, 12), 9_000_000.0), days, METER).chain
    held = advance(chain, Reading(at(24, 12, 5), 10.0), days, METER).chain
    assert held is not None
    again = Chain(*held)
    step = advance(again, Reading(at(24, 12, 10), 50.0), LocalDays(BERLIN), METER)
    assert step.chain is not None
    assert (step.chain.number, step.chain.opening) == (1, 10.0)


def test_local_days_begin_at_the_zones_midnight() -> None:
    days = LocalDays(ZoneInfo("America/New_York"))
    assert days.begin(date(2026, 7, 1).toordinal()) == datetime(2026, 7, 1, 4, tzinfo=UTC).timestamp()
    moment = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
    assert days.day(moment.timestamp()) == date(2026, 6, 30).toordinal()
    assert days.day((moment + timedelta(minutes=1)).timestamp()) == date(2026, 7, 1).toordinal()
