from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.history.counters import CounterDay, Reading, advance

BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    """A local time in Berlin, 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def follow(readings: list[Reading]) -> dict[date, CounterDay]:
    days: dict[date, CounterDay] = {}
    for reading in readings:
        until = [day for day in days if day <= reading.day]
        for changed in advance(days[max(until)] if until else None, reading):
            days[changed.day] = changed
    return days


def energies(readings: list[Reading]) -> dict[int, float | None]:
    days = follow(readings)
    return {day.day: found.energy(last=day == max(days)) for day, found in days.items()}


def test_a_day_is_the_difference_of_its_midnights() -> None:
    readings = [Reading(at(24, 12) + timedelta(minutes=5 * i), BERLIN, 1000.0 + 10 * i) for i in range(2 * 288)]
    days = energies(readings)
    assert days[24] is None  # its midnight was never seen
    assert days[25] == 2880.0
    assert days[26] == 10 * 143.0


def test_the_first_day_is_whole_where_the_gateway_counts_today() -> None:
    assert energies([Reading(at(24, 12), BERLIN, 5000, 700), Reading(at(24, 13), BERLIN, 5100, 800)]) == {24: 800.0}


def test_a_night_off_is_bridged_by_today() -> None:
    readings = [Reading(at(24, 12), BERLIN, 5000, 700), Reading(at(25, 9), BERLIN, 7000, 200)]
    assert energies(readings) == {24: 2500.0, 25: 200.0}


def test_a_night_off_without_today_leaves_both_days_unknown() -> None:
    readings = [Reading(at(24, 12), BERLIN, 5000, 700), Reading(at(25, 9), BERLIN, 7000)]
    assert energies(readings) == {24: None, 25: None}


def test_days_off_stay_unknown_and_are_not_filled_by_guess() -> None:
    readings = [Reading(at(20, 12), BERLIN, 5000, 700), Reading(at(25, 9), BERLIN, 70_000, 200)]
    assert energies(readings) == {20: None, 25: 200.0}


def test_just_after_midnight_today_may_still_be_yesterdays() -> None:
    readings = [
        Reading(at(24, 20), BERLIN, 5000, 700),
        Reading(at(25, 0, 5), BERLIN, 5100, 800),
        Reading(at(25, 8), BERLIN, 5300, 200),
    ]
    assert energies(readings) == {24: None, 25: 200.0}


def test_midnight_between_two_polls_is_taken_evenly() -> None:
    readings = [
        Reading(at(24, 12), BERLIN, 1000, 1000),
        *(Reading(at(24, 12) + timedelta(minutes=30 * i), BERLIN, 1000 + 60 * i) for i in range(1, 24)),
        Reading(at(24, 23, 55), BERLIN, 2500),
        Reading(at(25, 0, 5), BERLIN, 2600),
    ]
    assert energies(readings) == {24: 2550.0, 25: 50.0}


def test_days_of_23_and_25_hours() -> None:
    for month, day, hours in ((3, 29, 23), (10, 25, 25)):
        start = at(day - 1, 12, month=month)
        readings = [Reading(start + timedelta(minutes=5 * i), BERLIN, 100.0 * i / 12) for i in range(3 * 288)]
        assert abs((energies(readings)[day] or 0) - 100 * hours) < 1e-6


def test_one_glitch_down_costs_nothing() -> None:
    lifetimes = [5000, 5100, 0, 5200, 5300]
    readings = [Reading(at(24, 12 + i), BERLIN, value, None) for i, value in enumerate(lifetimes)]
    days = follow([Reading(at(24, 11), BERLIN, 4900, 400), *readings])
    assert days[date(2026, 6, 24)].energy(last=True) == 800.0


def test_one_glitch_up_costs_nothing() -> None:
    lifetimes = [4900, 5000, 90_000_000, 5200]
    days = follow(
        [Reading(at(24, 11 + i), BERLIN, value, 400 if i == 0 else None) for i, value in enumerate(lifetimes)]
    )
    assert days[date(2026, 6, 24)].energy(last=True) == 700.0


def test_a_replaced_unit_starts_a_new_epoch_and_never_a_negative_day() -> None:
    readings = [Reading(at(24, 11), BERLIN, 9_000_000, 400)]
    readings += [Reading(at(24, 12 + i), BERLIN, 10.0 * i) for i in range(5)]
    assert energies(readings) == {24: None}
    told = [*readings, Reading(at(25, 12), BERLIN, 500, 300), Reading(at(25, 13), BERLIN, 600, 400)]
    assert energies(told)[25] == 400.0


def test_unreadable_values_are_left_out() -> None:
    assert advance(None, Reading(at(24, 12), BERLIN, float("nan"))) == ()
    assert advance(None, Reading(at(24, 12), BERLIN, -5)) == ()
    first = advance(None, Reading(at(24, 12), BERLIN, 100, float("nan")))[0]
    assert first.opening is None


def test_a_clock_that_went_back_changes_nothing() -> None:
    (day,) = advance(None, Reading(at(24, 12), BERLIN, 100, 50))
    assert advance(day, Reading(at(24, 11), BERLIN, 110, 60)) == ()


@given(
    st.lists(
        st.tuples(st.integers(1, 3 * 86400), st.floats(-100, 20_000), st.booleans(), st.floats(0, 1)),
        min_size=1,
        max_size=60,
    )
)
def test_no_day_is_negative_or_above_the_change_of_the_counter(steps: list[tuple[int, float, bool, float]]) -> None:
    """Random lives: outages, falls of the counter, glitches to zero, lost "today" figures."""
    now, lifetime, made, day_start = at(1, 8), 50_000.0, 0.0, 50_000.0
    readings = []
    for seconds, rise, tells_today, luck in steps:
        before = now.astimezone(BERLIN).date()
        now += timedelta(seconds=seconds)
        if now.astimezone(BERLIN).date() != before:
            day_start = lifetime
        lifetime = max(0.0, lifetime + rise)
        made += max(0.0, rise)
        day_start = min(day_start, lifetime)
        shown = 0.0 if luck < 0.05 else lifetime
        readings.append(Reading(now, BERLIN, shown, lifetime - day_start if tells_today else None))
    days = energies(readings)
    known = [energy for energy in days.values() if energy is not None]
    assert all(energy >= 0 for energy in known)
    assert all(energy <= 50_000 + made + 1 for energy in known)
