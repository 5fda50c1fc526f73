"""Thinning: what goes, what stays, and that it never takes long."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.history import upkeep
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.recorder import record_live, record_poll
from enphase_tray.history.upkeep import KEPT_DAYS, thinned
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.history import SiteSeries
from enphase_tray.model.readings import NetReading
from tests.history.conftest import NOON, SITE, power, snapshot

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
START = NOON.replace(hour=0)


def _live(writer: HistoryWriter, at: datetime, watts: float | None, net: float | None = None) -> None:
    writer.append_live(snapshot(at, production=power(watts), net=None if net is None else NetReading(watts_now=net)))


def _days(writer: HistoryWriter, first: datetime, number: int = KEPT_DAYS, site: str = SITE) -> None:
    """One reading on each day: they make what was before old."""
    for day in range(number):
        writer.append(snapshot(first + day * DAY, production=power(1), serial=site))


def _tend(writer: HistoryWriter, clock: ManualClock, times: int = 50) -> None:
    for _ in range(times):
        writer.tend()
        clock.advance(300)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def writer(path: Path, clock: ManualClock) -> Iterator[HistoryWriter]:
    with closing(HistoryWriter(path, clock)) as made:
        yield made


def _series(reader: HistoryReader, day: datetime = START, site: str = SITE) -> SiteSeries:
    return reader.site_series(site, day, day + DAY)


def test_minutes_become_five(writer: HistoryWriter, reader: HistoryReader, clock: ManualClock) -> None:
    for minute in range(1440):
        _live(writer, START + minute * MINUTE, minute, -2 * minute)
    _days(writer, START + DAY)
    _tend(writer, clock)
    series = _series(reader)
    assert series.times == tuple((START + minute * MINUTE).timestamp() for minute in range(0, 1440, 5))
    assert series.production == tuple(minute + 2 for minute in range(0, 1440, 5))
    assert series.net == tuple(-2 * (minute + 2) for minute in range(0, 1440, 5))
    assert set(series.consumption) == {None}


def test_full_polls_stay_with_all_they_brought(
    writer: HistoryWriter, reader: HistoryReader, clock: ManualClock
) -> None:
    """The readings around a poll go up in its row, so that there is one and not two."""
    noon = START + 12 * timedelta(hours=1)
    for minute in range(20):
        at = noon + minute * MINUTE
        if minute % 5 == 2:
            writer.append(snapshot(at, {"A": minute, "B": None if minute == 7 else 3}, production=power(1000)))
        else:
            _live(writer, at, 500)
    before = reader.inverter_series(SITE, START, START + DAY)
    _days(writer, START + DAY)
    _tend(writer, clock)
    series = _series(reader)
    assert series.times == tuple((noon + minute * MINUTE).timestamp() for minute in (2, 7, 12, 17))
    assert series.production == (600,) * 4
    after = reader.inverter_series(SITE, START, START + DAY)
    assert (after.times, dict(after.watts)) == (before.times, dict(before.watts))


def test_what_is_young_stays(writer: HistoryWriter, reader: HistoryReader, clock: ManualClock) -> None:
    for minute in range(60):
        _live(writer, START + minute * MINUTE, minute)
    _days(writer, START + DAY, KEPT_DAYS - 1)
    _tend(writer, clock)
    assert len(_series(reader).times) == 60
    writer.append(snapshot(START + KEPT_DAYS * DAY, production=power(1)))
    _tend(writer, clock)
    assert len(_series(reader).times) == 12


def test_a_clock_years_ahead_makes_nothing_old(
    writer: HistoryWriter, reader: HistoryReader, clock: ManualClock
) -> None:
    for minute in range(60):
        _live(writer, START + minute * MINUTE, minute)
    clock.set(NOON + 2000 * DAY)
    _days(writer, clock.now(), 3)
    _tend(writer, clock)
    assert len(_series(reader).times) == 60


def test_each_site_has_its_own_days(writer: HistoryWriter, reader: HistoryReader, clock: ManualClock) -> None:
    for site in (SITE, "OTHER", "THIRD"):
        for minute in range(30):
            writer.append_live(snapshot(START + minute * MINUTE, production=power(7), serial=site))
    _days(writer, START + DAY, site="OTHER")
    _tend(writer, clock)
    assert [len(_series(reader, site=site).times) for site in (SITE, "OTHER", "THIRD")] == [30, 6, 30]


def test_one_day_at_a_time_and_none_twice(writer: HistoryWriter, reader: HistoryReader, clock: ManualClock) -> None:
    writer.tend()  # the backup
    for day in range(5):
        for minute in range(20):
            _live(writer, START + day * DAY + minute * MINUTE, 9)
    _days(writer, START + 5 * DAY)
    clock.advance(7200)
    left = []
    for _ in range(6):
        writer.tend()
        left.append(sum(len(_series(reader, START + day * DAY).times) == 20 for day in range(5)))
    assert left == [4, 3, 2, 1, 0, 0]
    writer.append_live(snapshot(START + 21 * MINUTE, production=power(9)))
    _tend(writer, clock)
    assert len(_series(reader).times) == 5, "a late one is left alone"


def test_pages_are_used_again(
    writer: HistoryWriter, path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is thinned is packed as well as if it had been written so, and the file does not grow with the minutes."""
    monkeypatch.setattr(upkeep, "KEPT_DAYS", 5)
    chance = random.Random(1)
    pages: list[int] = []

    def store_a_day(connection: sqlite3.Connection) -> None:
        for minute in range(1440):
            at = START + len(pages) * DAY + minute * MINUTE
            made = power(chance.randrange(9000))
            if minute % 5:
                record_live(connection, snapshot(at, production=made), writer._known)
            else:
                light = {f"{n:012d}": float(minute % 250) for n in range(30)} if 360 <= minute < 1080 else {}
                record_poll(connection, snapshot(at, light, production=made), writer._known)

    for _ in range(18):
        writer._write(store_a_day)  # in one transaction, to be quick
        clock.advance(86_400)
        _tend(writer, clock, 3)
        with closing(sqlite3.connect(path)) as connection:
            (used,) = connection.execute("PRAGMA page_count").fetchone()
            (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        pages.append(used - free)
        assert free < 40
    assert (pages[-1] - pages[9]) * 4096 / (8 * 144 * 30) < 4.0


def test_the_mean_is_of_what_is_known() -> None:
    key = 7 << 32
    rows = [
        (key + 600, None, 10, None, None),
        (key + 660, 100, None, None, None),
        (key + 720, 201, 20, None, None),
        (key + 900, 5, None, 1, b"full"),
        (key + 960, 7, None, None, b""),
        (key + 1200, 1, None, None, None),
        (key + 1500, 4, 4, 4, b"full"),
        (key + 1560, 8, None, None, None),
        (key + 1620, 100, 100, 100, b"second"),
    ]
    assert list(thinned(rows)) == [
        (key + 600, 150, 15, None, None),
        (key + 900, 5, None, 1, b"full"),
        (key + 960, 7, None, None, b""),
        (key + 1200, 1, None, None, None),
        (key + 1500, 6, 4, 4, b"full"),
        (key + 1620, 100, 100, 100, b"second"),
    ]


def test_buckets_are_those_of_the_clock() -> None:
    for site in range(1, 9):
        first = (site << 32) + int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
        rows = [(first + minute * 60, minute, None, None, None) for minute in range(60)]
        assert [row[0] for row in thinned(rows)] == [first + minute * 60 for minute in range(0, 60, 5)]
