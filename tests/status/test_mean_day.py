"""Mean days by half hours of the gateway's clock, and which way groups lean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.model.history import InverterSeries
from enphase_tray.status.mean_day import DayBins, leanings, slot_hour
from enphase_tray.status.report_charts import lost_strips, nice_step, runs

ZONE = ZoneInfo("Europe/Amsterdam")
MORNING = datetime(2026, 6, 24, 8, 0, tzinfo=UTC)
"""Ten o'clock there: half hour 20."""


def series(rows: list[tuple[int, float | None, float | None, float | None]]) -> InverterSeries:
    """Rows of minutes after ten, and watts of `a`, `b` and `c`."""
    times = tuple((MORNING + timedelta(minutes=row[0])).timestamp() for row in rows)
    return InverterSeries(times, {name: tuple(row[place] for row in rows) for place, name in enumerate("abc", 1)})


def test_reports_are_means_of_their_half_hour_of_the_local_day() -> None:
    bins = DayBins(series([(0, 100.0, 200.0, 220.0), (15, 120.0, 240.0, 220.0), (30, 90.0, 180.0, 200.0)]), ZONE)
    mean = bins.mean_day("a", ("a", "b", "c"))
    assert (mean.own[20], mean.group[20]) == (110.0, 220.0)
    assert (mean.own[21], mean.group[21]) == (90.0, 190.0)
    assert mean.own[19] is None
    assert (mean.days, mean.lit) == (1, (20, 22))


def test_only_half_hours_in_which_both_are_known_count() -> None:
    day = 24 * 60
    bins = DayBins(series([(0, 100.0, 200.0, None), (day, None, 900.0, None), (2 * day, 300.0, None, None)]), ZONE)
    mean = bins.mean_day("a", ("a", "b", "c"))
    assert (mean.own[20], mean.group[20], mean.days) == (100.0, 200.0, 1)


def test_who_has_no_curve_or_no_others_has_no_mean_day() -> None:
    bins = DayBins(series([(0, 100.0, None, None)]), ZONE)
    assert bins.mean_day("a", ("a",)).days == 0
    assert bins.mean_day("unknown", ("a",)).days == 0
    assert DayBins(InverterSeries((), {}), ZONE).mean_day("a", ("a", "b")).lit == (0, 0)


def test_the_centre_of_a_group_is_where_its_energy_lies() -> None:
    bins = DayBins(series([(0, 100.0, 0.0, None), (60, 300.0, 0.0, None)]), ZONE)
    assert bins.centre(("a",)) == pytest.approx(0.25 * slot_hour(20) + 0.75 * slot_hour(22))
    assert bins.centre(("b",)) is None


def test_groups_lean_to_a_time_of_day_only_where_they_differ() -> None:
    assert leanings([11.0, 14.5]) == ("morning", "afternoon")
    assert leanings([14.5, 11.0, 12.8, None]) == ("afternoon", "morning", "midday", "")
    assert leanings([12.9, 13.2]) == ("", "")
    assert leanings([12.9]) == ("",)


def test_strips_of_loss_and_runs_of_curves_break_at_gaps() -> None:
    bins = DayBins(
        series([(0, 1.0, 5.0, None), (30, 2.0, 5.0, None), (60, 9.0, 5.0, None), (90, 1.0, 5.0, None)]), ZONE
    )
    mean = bins.mean_day("a", ("a", "b"))
    # Where the panel catches up, the strip ends in a point; the next begins there.
    assert lost_strips(mean, range(*mean.lit)) == [
        [(20, 5.0, 1.0), (21, 5.0, 2.0), (22, 5.0, 5.0)],
        [(22, 5.0, 5.0), (23, 5.0, 1.0)],
    ]
    assert runs([None, 1.0, 2.0, None, 3.0]) == [[(1, 1.0), (2, 2.0)], [(4, 3.0)]]


def test_steps_of_scales_are_round() -> None:
    assert [nice_step(highest, 4) for highest in (0.0, 3.0, 250.0, 21_000.0)] == [1.0, 1.0, 100.0, 10_000.0]
