"""Now against the best of this time of day, from a history that the poller's writer made."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.ui.tray.best_of_hour import BestOfHour
from tests.ui import lived

DAYS = {lived.TODAY - timedelta(days=ago): 20_000.0 + 1_000.0 * (ago == 3) for ago in range(5, -1, -1)}


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("past") / "history.db"
    lived.live(path, DAYS, 14.0, minutes=30).close()
    return path


@pytest.fixture
def opened(past: Path):
    """A history of six days, and how often it was opened."""
    openings: list[HistoryReader] = []

    def history() -> HistoryReader:
        openings.append(HistoryReader(past))
        return openings[-1]

    return BestOfHour(history), openings


def shot(hour: float, day: date = lived.TODAY):
    return lived.snapshot(DAYS, day, hour)


def with_watts(snapshot, watts: float | None):
    return replace(snapshot, production=replace(snapshot.production, watts_now=watts))


def test_the_best_is_that_of_the_hour_on_the_best_day(opened) -> None:
    best, _ = opened
    assert best.share(shot(12.0)) == pytest.approx(20 / 21, rel=2e-3)
    half = with_watts(shot(12.0), lived.watts_at(21_000.0, 12.0) / 2)
    assert best.share(half) == pytest.approx(0.5, rel=2e-3)


def test_in_the_morning_it_is_the_morning_that_counts(opened) -> None:
    best, _ = opened
    assert best.share(with_watts(shot(8.0), lived.watts_at(21_000.0, 8.0))) == pytest.approx(1.0, rel=2e-3)


def test_better_than_ever_is_more_than_one(opened) -> None:
    best, _ = opened
    assert best.share(with_watts(shot(12.0), 9_000.0)) > 1.2


@pytest.mark.parametrize("snapshot", [None, with_watts(shot(12.0), None)])
def test_an_unknown_power_has_no_share(opened, snapshot) -> None:
    best, openings = opened
    assert best.share(snapshot) is None
    assert openings == []


def test_at_night_and_without_a_past_there_is_none(opened, tmp_path: Path) -> None:
    best, _ = opened
    assert best.share(shot(1.0)) is None
    assert BestOfHour(lambda: HistoryReader(tmp_path / "none.db")).share(shot(12.0)) is None


def test_a_history_that_cannot_be_read_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"no database" * 100)
    assert BestOfHour(lambda: HistoryReader(tmp_path / "history.db")).share(shot(12.0)) is None


def test_the_history_is_read_once_in_ten_minutes_and_closed(opened) -> None:
    best, openings = opened
    for minutes in range(10):
        best.share(shot(12.0 + minutes / 60))
    assert len(openings) == 1
    assert openings[0]._connection is None
    best.share(shot(12.2))
    assert len(openings) == 2


def test_a_clock_that_went_back_asks_anew(opened) -> None:
    best, openings = opened
    best.share(shot(12.0))
    best.share(shot(9.0))
    assert len(openings) == 2
