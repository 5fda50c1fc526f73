"""Damaged histories of every kind: the program starts by itself, and no more than a day is lost."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import HistoryError
from tests.history.conftest import NOON, SITE, power, snapshot

HOUR = timedelta(hours=1)
HOURS = 100
END = NOON + HOURS * HOUR
_APPLICATION = range(68, 72)
_VERSION = range(60, 64)
_EACH = 75

BROKEN = "The history file is damaged. It is kept aside, and the last backup is restored with the next reading."

Mutilation = Callable[[bytes, random.Random], bytes]


def _store(writer: HistoryWriter, at: datetime) -> None:
    n = int((at - NOON) / HOUR)
    writer.append(
        snapshot(at, {f"{unit:012d}": float(n) for unit in range(30)}, production=power(900, 50_000 + 900 * n, n))
    )


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile with four days of history and its backups."""
    folder = tmp_path_factory.mktemp("healthy")
    clock = ManualClock(NOON)
    with closing(HistoryWriter(folder / "history.db", clock)) as writer:
        for n in range(HOURS):
            clock.set(NOON + n * HOUR)
            _store(writer, clock.now())
            writer.record_note(clock.now(), "rule", "warning", "title", "words " * 10)
            writer.save_state("judge", {"learned": n})
            writer.tend()
    return folder


class Start(NamedTuple):
    """What became of a mutilated history at the start and the polls after it."""

    recovered: str | None
    failures: list[str]
    kept: list[bytes]
    times: list[float]


def _start(healthy: Path, place: Path, content: bytes) -> Start:
    shutil.copytree(healthy / "backups", place / "backups")
    path = place / "history.db"
    path.write_bytes(content)
    clock = ManualClock(END)
    failures = []
    with closing(HistoryWriter(path, clock)) as writer, closing(HistoryReader(path)) as reader:
        for _ in range(4):
            try:
                writer.load_state("judge")
                _store(writer, clock.now())
                writer.tend()
            except HistoryError as error:
                failures.append(str(error))
            clock.advance(300)
        stored = reader.site_series(SITE, NOON, END + HOUR).times
        kept = [found.read_bytes() for found in place.glob("history.damaged-*.db")]
        return Start(writer.recovered, failures, kept, list(stored))


def _head(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(100) + content[100:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _zeroed(content: bytes, chance: random.Random) -> bytes:
    page = chance.randrange(len(content) // 4096)
    return content[: page * 4096] + bytes(4096) + content[(page + 1) * 4096 :]


def _flipped(content: bytes, chance: random.Random) -> bytes:
    """Twenty bytes anywhere, but for the version: a file that says it is newer is left alone, and rightly."""
    broken = bytearray(content)
    for _ in range(20):
        place = chance.randrange(len(content))
        if place not in _VERSION:
            broken[place] = chance.randrange(256)
    return bytes(broken)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mutilate", [_head, _cut, _zeroed, _flipped])
def test_it_starts_by_itself_from_the_newest_backup(healthy: Path, tmp_path: Path, mutilate: Mutilation) -> None:
    original = (healthy / "history.db").read_bytes()
    chance = random.Random(11)
    seen: Counter[str] = Counter()
    for number in range(_EACH):
        content = mutilate(original, chance)
        start = _start(healthy, tmp_path / str(number), content)
        # Damage that the check at the start does not see is met while running; then it takes two more polls.
        assert start.failures in ([], [BROKEN] * len(start.failures)), number
        assert len(start.failures) <= 2, number
        if start.recovered is None:
            seen["not detected"] += 1
            continue
        seen["detected"] += 1
        assert start.kept == ([content] if content else []), number
        assert "It was restored as of" in start.recovered, number
        lost = {(NOON + n * HOUR).timestamp() for n in range(HOURS)} - set(start.times)
        assert lost, number
        assert min(lost) > (END - timedelta(hours=24)).timestamp(), number
        assert END.timestamp() in start.times, "what was read meanwhile waited"
    print(f"{mutilate.__name__}: {dict(seen)}")
    assert seen["detected"] >= (_EACH // 3 if mutilate is _flipped else _EACH - 2)


def test_no_byte_of_the_header_stops_it_for_good(healthy: Path, tmp_path: Path) -> None:
    original = (healthy / "history.db").read_bytes()
    for place in set(range(100)) - set(_VERSION):
        for value in {3, original[place] ^ 255}:
            content = original[:place] + bytes([value]) + original[place + 1 :]
            start = _start(healthy, tmp_path / f"{place}-{value}", content)
            assert start.failures == [], (place, value)
            assert len(start.times) > HOURS - 24, (place, value)
            if place in _APPLICATION:
                assert start.recovered is not None


@pytest.mark.parametrize("size", [1, 99, 100, 511, 4095, 4096, 4097])
def test_a_stump_is_damage_too(healthy: Path, tmp_path: Path, size: int) -> None:
    for content in ((healthy / "history.db").read_bytes()[:size], bytes(size)):
        place = tmp_path / str(content[:1] == b"\0")
        start = _start(healthy, place, content)
        assert start.recovered is not None
        assert start.kept == [content]
        assert len(start.times) > HOURS - 24


def test_a_text_that_is_none_is_damage_met_while_running(healthy: Path, tmp_path: Path) -> None:
    """A time zone with a broken byte passes every check; reading it is where it shows."""
    original = (healthy / "history.db").read_bytes()
    at = original.index(b"Europe/Berlin")
    start = _start(healthy, tmp_path, original[:at] + b"\xff" + original[at + 1 :])
    assert start.failures == [BROKEN] * 2
    assert start.recovered is not None
    assert END.timestamp() in start.times


def test_a_changed_word_of_the_schema_is_damage(healthy: Path, tmp_path: Path) -> None:
    original = (healthy / "history.db").read_bytes()
    for word, other in (
        (b"CREATE TABLE reading", b"CREATE TABLE reeding"),
        (b"watts", b"wat\xffs"),
        (b"watts", b"warts"),
    ):
        at = original.index(word)
        start = _start(healthy, tmp_path / repr(other), original[:at] + other + original[at + len(word) :])
        assert start.failures == []
        assert start.recovered is not None
        assert len(start.times) > HOURS - 24


def test_what_the_user_added_is_no_damage(healthy: Path, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "added.db"
    shutil.copyfile(healthy / "history.db", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE mine (note TEXT)")
        connection.execute("CREATE VIEW powers AS SELECT id, production FROM reading")
    start = _start(healthy, tmp_path / "start", path.read_bytes())
    assert start.recovered is None
    assert len(start.times) == HOURS + 4
