"""Backups: when they are made, which are kept, and what they are good for."""

import itertools
import logging
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from enphase_tray.history.backups import Backups
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import HistoryError
from tests.history.conftest import NOON, SITE, snapshot

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class JumpyClock(ManualClock):
    """One whose time of day can be wrong, while its seconds go on."""

    wrong = timedelta()

    def now(self) -> datetime:
        return super().now() + self.wrong


class Life:
    """A history that is written and tended at the pace of its clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = JumpyClock(NOON)
        self.writer = HistoryWriter(path, self.clock)
        self.backups = Backups(path.parent / "backups", self.clock)

    def poll(self, after: timedelta = HOUR) -> None:
        self.clock.advance(after.total_seconds())
        self.writer.append(snapshot(self.clock.now(), {"A": 5}))
        self.writer.tend()

    def restart(self) -> None:
        self.writer.close()
        self.writer = HistoryWriter(self.path, self.clock)

    def made(self) -> list[datetime]:
        return [backup.made_at for backup in self.backups.newest_first()]


@pytest.fixture
def life(path: Path) -> Iterator[Life]:
    one = Life(path)
    yield one
    one.writer.close()


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What the module logs, heard at its own logger."""
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("enphase_tray.history.backups")
    assert logger.isEnabledFor(logging.WARNING), (logger.disabled, logger.getEffectiveLevel(), logger.manager.disable)
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)


def _times(path: Path) -> tuple[float, ...]:
    with closing(HistoryReader(path)) as reader:
        return reader.site_series(SITE, NOON - 9999 * DAY, NOON + 9999 * DAY).times


def test_one_a_day_is_made_and_holds_all_so_far(life: Life) -> None:
    for _ in range(50):
        life.poll()
    made = life.made()
    assert [later - earlier for later, earlier in itertools.pairwise(made)] == [23 * HOUR] * 2
    newest = life.backups.newest_first()[0]
    assert _times(newest.path)[-1] == newest.made_at.timestamp()
    assert len(_times(newest.path)) == 47


def test_a_backup_is_one_private_file(life: Life) -> None:
    before = os.umask(0)
    try:
        life.poll()
    finally:
        os.umask(before)
    folder = life.path.parent / "backups"
    (backup,) = folder.iterdir()
    assert backup.name == "history-000001-20260625T130000Z.db"
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_seven_days_and_four_weeks_are_kept(life: Life) -> None:
    for _ in range(80):
        life.poll(DAY)
    made = life.made()
    assert len(made) == 11
    assert [life.clock.now() - moment for moment in made[:7]] == [n * DAY for n in range(7)]
    weeks = [moment.isocalendar()[1] for moment in made[7:]]
    assert len(set(weeks)) == 4
    assert all(earlier < later for later, earlier in itertools.pairwise(weeks))
    assert timedelta(days=21) < life.clock.now() - made[-1] <= timedelta(days=42)


def test_restarts_make_no_more_of_them(life: Life) -> None:
    for _ in range(30):
        life.restart()
        life.poll(timedelta(minutes=20))
    assert len(life.made()) == 1


def test_a_clock_that_jumps_leaves_good_backups_alone(life: Life) -> None:
    """For half a day the clock is anywhere between 1970 and years ahead, at each poll anew."""
    for _ in range(10):
        life.poll(DAY)
    good = set(life.made()[:3])
    chance = Random(5)
    for _ in range(180):
        life.clock.wrong = chance.choice([datetime(1970, 1, 1, tzinfo=UTC) - NOON, 1000 * DAY, -HOUR, timedelta()])
        life.poll(timedelta(seconds=60))
    assert good <= set(life.made())
    life.clock.wrong = timedelta()
    for _ in range(8):
        life.poll(DAY)
    newest = life.backups.newest_first()[0]
    assert _times(newest.path) == _times(life.path)
    assert life.made()[:7] == [life.clock.now() - n * DAY for n in range(7)]


def test_what_is_newest_is_what_was_made_last(life: Life) -> None:
    """The clock stood years ahead for weeks; then it is right again."""
    life.clock.wrong = 1000 * DAY
    for _ in range(15):
        life.poll(DAY)
    life.clock.wrong = timedelta()
    for _ in range(3):
        life.poll(DAY)
    assert life.made()[:3] == [life.clock.now() - n * DAY for n in range(3)]
    life.writer.close()
    _break(life.path)
    life.poll()
    assert max(time for time in _times(life.path) if time < life.clock.now().timestamp()) == life.made()[0].timestamp()


@pytest.mark.expects_log("no backup of the history was made")
def test_a_backup_that_fails_disturbs_nothing_and_is_said_once(life: Life, told: list[str]) -> None:
    in_the_way = life.path.parent / "backups"
    life.writer.open()
    in_the_way.write_text("not a folder")
    for _ in range(20):
        life.poll()
    assert len(_times(life.path)) == 20
    assert len([message for message in told if "no backup" in message]) == 1
    in_the_way.unlink()
    life.poll()
    assert len(life.made()) == 1


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.expects_log("no backup of the history was made: .*nearly full")
def test_a_backup_does_not_fill_the_disk(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: _Usage(10**9, 10**9, 50_000))
    life.poll()
    monkeypatch.undo()
    assert list((life.path.parent / "backups").iterdir()) == []
    life.poll()
    assert len(life.made()) == 1


def test_what_an_interrupted_backup_left_is_no_backup(life: Life) -> None:
    life.poll()
    folder = life.path.parent / "backups"
    (folder / "unfinished.db").write_bytes(b"half of one")
    (folder / "unfinished.db-wal").write_bytes(b"its log")
    (folder / "history-999999-20269999T000000Z.db").write_bytes(b"no date")
    (folder / "notes.txt").write_text("the user's own")
    assert len(life.made()) == 1
    life.poll(DAY)
    assert len(life.made()) == 2
    assert (folder / "notes.txt").exists()
    assert not list(folder.glob("unfinished*"))


def _break(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))


def test_nothing_is_copied_from_a_damaged_file(life: Life) -> None:
    """The damage is met by the backup; the next poll finds the history as of the last one that is whole."""
    for _ in range(24):
        life.poll()
    assert len(life.made()) == 2
    assert life.writer._connection is not None
    life.writer._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    life.writer._connection.execute("PRAGMA cache_size = 0")
    _break(life.path)
    life.clock.advance(DAY.total_seconds())
    with pytest.raises(HistoryError, match="damaged"):
        life.writer.tend()
    assert len(life.made()) == 2
    life.poll()
    assert life.writer.recovered is not None
    assert len(_times(life.path)) == 25


@pytest.mark.expects_log("is not whole")
def test_the_newest_backup_that_is_whole_is_taken(life: Life) -> None:
    for _ in range(3 * 24):
        life.poll()
    life.writer.close()
    newest, older, *_ = life.backups.newest_first()
    _break(newest.path)
    _break(life.path)
    life.writer.open()
    assert _times(life.path) == _times(older.path)
    told = life.writer.recovered
    assert told is not None
    assert told.startswith(
        f"The history was damaged. It was restored as of {older.made_at.astimezone():%Y-%m-%d %H:%M}"
    )
    assert f"until {life.clock.now().astimezone():%Y-%m-%d %H:%M} is lost" in told


@pytest.mark.parametrize(
    "gone", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")], ids=["gone", "empty"]
)
def test_a_file_that_is_gone_comes_back(life: Life, gone: Callable[[Path], None]) -> None:
    """So it looks, too, when the power went between the two renames of a recovery."""
    life.poll()
    life.writer.close()
    (life.path.parent / f"{life.path.name}.restoring").write_bytes(b"left over")
    gone(life.path)
    life.poll()
    assert life.writer.recovered is not None
    assert life.writer.recovered.startswith("The history was lost. It was restored as of")
    assert len(_times(life.path)) == 2
    assert not list(life.path.parent.glob("*.restoring"))


def test_a_full_disk_in_the_middle_of_a_recovery_leaves_all_as_it_was(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.poll()
    life.writer.close()
    _break(life.path)
    broken = life.path.read_bytes()

    def no_room(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", no_room)
    for _ in range(2):
        with pytest.raises(HistoryError, match="disk is full"):
            life.poll()
    assert life.path.read_bytes() == broken
    monkeypatch.undo()
    life.poll()
    assert len(_times(life.path)) == 4


def test_the_eleventh_damaged_file_takes_the_tenths_place(life: Life) -> None:
    for number in range(13):
        life.poll()
        life.writer.close()
        life.path.write_bytes(b"damage %2d" % number * 100)
        os.utime(life.path, (number, number))
    life.poll()
    kept = sorted(life.path.parent.glob("history.damaged-*.db"), key=lambda path: path.stat().st_mtime)
    assert [path.read_bytes()[:9] for path in kept] == [b"damage %2d" % n for n in (*range(9), 12)]
