"""The power goes at any moment: nothing is corrupt, and what was acknowledged is there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history.database import transaction
from enphase_tray.history.known import Known
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.recorder import record_live, record_poll
from enphase_tray.history.schema import MIGRATIONS, migrate, reading_id
from enphase_tray.history.upkeep import thin_one_day
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import Snapshot
from tests.history.conftest import NOON, SITE, power, snapshot
from tests.history.numbers import times
from tests.history.power import Cut, Recorder, Statements, Step, cuts

FIVE = timedelta(minutes=5)
POLLS = 120
CUTS = times(300, 1000)


def _poll(number: int) -> Snapshot:
    return snapshot(
        NOON + number * FIVE,
        {f"{unit:012d}": float(number % 250) for unit in range(30)},
        production=power(number % 9000, 50_000 + 20 * number, 20 * number),
    )


def _record(folder: Path, synchronous: str) -> list[Step]:
    """A life of the file from its first byte, closed and opened on the way, with checkpoints and thinning."""
    vfs = Recorder(f"power-cuts-{synchronous}-{folder.parent.name}")
    known = Known()
    for session in range(3):
        connection = _opened(folder, vfs, synchronous)
        migrate(connection, MIGRATIONS)
        known.forget()
        for number in range(session * POLLS // 3, (session + 1) * POLLS // 3):
            with transaction(connection):
                record_poll(connection, _poll(number), known)
            vfs.done()
        connection.close()
    return vfs.steps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recorded"
    made.mkdir()
    return made


def _opened(folder: Path, vfs: Recorder, synchronous: str = "FULL") -> Statements:
    connection = Statements(folder / "history.db", vfs)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA wal_autocheckpoint = 40")
    return connection


def _disks(steps: list[Step], tmp_path: Path, number: int = CUTS, since: int = 0) -> Iterator[tuple[Cut, Path]]:
    for place, cut in enumerate(cuts(steps, number, seed=4, since=since)):
        disk = tmp_path / f"disk-{place}"
        disk.mkdir()
        for name, content in cut.files.items():
            (disk / name).write_bytes(content)
        yield cut, disk / "history.db"


def _stored(path: Path) -> list[float]:
    with closing(HistoryReader(path)) as reader:
        return list(reader.inverter_series(SITE, NOON, NOON + timedelta(days=9)).times)


@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost(folder: Path, tmp_path: Path) -> None:
    steps = _record(folder, "FULL")
    told = [(NOON + number * FIVE).timestamp() for number in range(POLLS)]
    seen = set()
    for cut, path in _disks(steps, tmp_path):
        with closing(HistoryWriter(path, ManualClock(NOON))) as writer:
            writer.open()
            assert writer.recovered is None
            assert writer.check() == ()
            stored = _stored(path)
            assert stored == told[: len(stored)], "a hole"
            assert cut.done <= len(stored) <= cut.done + 1
            writer.append(_poll(POLLS))
            assert len(_stored(path)) == len(stored) + 1
        seen.add(cut.done)
    assert len(seen) > POLLS // 2, "cuts at many different moments"


@pytest.mark.timeout(300)
def test_the_proof_has_teeth(folder: Path, tmp_path: Path) -> None:
    """Without waiting for the disk the same cuts do break files and lose what was acknowledged."""
    broken = lost = 0
    for cut, path in _disks(_record(folder, "OFF"), tmp_path):
        if not path.exists():
            lost += cut.done > 0
            continue
        with closing(sqlite3.connect(path)) as connection:
            try:
                (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
                (rows,) = connection.execute("SELECT count(*) FROM reading").fetchone()
            except sqlite3.OperationalError:  # not even its tables
                lost += cut.done > 0
            except sqlite3.DatabaseError:
                broken += 1
            else:
                broken += verdict != "ok"
                lost += verdict == "ok" and rows < cut.done
    print(f"{CUTS} cuts with synchronous=OFF: {broken} broken, {lost} lost what was acknowledged")
    assert broken > CUTS // 20
    assert lost > CUTS // 20


@pytest.mark.timeout(300)
def test_a_migration_is_taken_wholly_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    vfs = Recorder(f"power-cuts-migration-{folder.parent.name}")
    connection = _opened(folder, vfs)
    migrate(connection, MIGRATIONS[:1])
    with transaction(connection):
        connection.execute("INSERT INTO site (serial) VALUES (?)", (SITE,))
        for number in range(2000):
            key = reading_id(1, int((NOON + number * FIVE).timestamp()))
            connection.execute("INSERT INTO reading VALUES (?, ?, NULL, NULL, x'')", (key, number))
            day = (NOON + number * timedelta(days=1)).date().isoformat()
            values = (day, 100.0 * number, 100.0 * number + 100, 0)
            connection.execute("INSERT INTO counter VALUES (1, 'production', 'meter', ?, ?, ?, ?, 0, 1, NULL)", values)
    vfs.done()
    before = len(vfs.steps)
    migrate(connection, MIGRATIONS)
    vfs.done()
    connection.close()
    versions = set()
    for cut, path in _disks(vfs.steps, tmp_path, CUTS // 4, before):
        with closing(sqlite3.connect(path)) as found:
            assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (version,) = found.execute("PRAGMA user_version").fetchone()
            assert found.execute("SELECT count(*) FROM reading").fetchone() == (2000,)
            table = "counter" if version == 1 else "energy"
            assert found.execute(f"SELECT count(*) > 1900 FROM {table}").fetchone() == (1,)
        versions.add(version)
        assert version == len(MIGRATIONS) or cut.done == 1
        with closing(HistoryWriter(path, ManualClock(NOON))) as writer:
            writer.open()
            assert writer.recovered is None
    assert versions == {1, len(MIGRATIONS)}


@pytest.mark.timeout(300)
def test_a_reading_is_thinned_wholly_or_not_at_all(folder: Path, tmp_path: Path) -> None:
    """Cuts while old days are rewritten: each day has its many rows or its few."""
    vfs = Recorder(f"power-cuts-thinning-{folder.parent.name}")
    connection = _opened(folder, vfs)
    migrate(connection, MIGRATIONS)
    known = Known()
    start = NOON.replace(hour=0)
    with transaction(connection):
        for day in range(100):
            for minute in range(60 if day < 10 else 1):
                at = start + timedelta(days=day, minutes=minute)
                record_live(connection, snapshot(at, production=power(100 + minute)), known)
    for _ in range(10):
        with transaction(connection):
            assert thin_one_day(connection)
        vfs.done()
    connection.close()
    seen = set()
    for cut, path in _disks(vfs.steps, tmp_path, CUTS // 2):
        with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
            writer.open()
            assert writer.check() == ()
            assert writer.recovered is None
            counts = [
                len(reader.site_series(SITE, start + timedelta(days=day), start + timedelta(days=day + 1)).times)
                for day in range(10)
            ]
        if sum(counts):
            assert counts in ([12] * cut.done + [60] * (10 - cut.done), [12] * (cut.done + 1) + [60] * (9 - cut.done))
            seen.add(cut.done)
    assert len(seen) > 5
