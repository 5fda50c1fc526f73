"""Kills, full disks, damaged and newer files."""

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history import database, files, schema
from enphase_tray.history.backups import Backups
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.recorder import record_poll
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import HistoryError, Retry
from tests.history.conftest import NOON, SITE, power, snapshot
from tests.history.numbers import times

ROOT = Path(__file__).resolve().parents[2]
FIVE = timedelta(minutes=5)
KILLS = times(10, 200)
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs signals and limits of POSIX")

_PRELUDE = """
import sys
from datetime import timedelta
from pathlib import Path
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import HistoryError
from tests.history.conftest import NOON, power, snapshot
clock = ManualClock(NOON)
writer = HistoryWriter(Path(sys.argv[1]), clock)
first = int(sys.argv[2])
def store(i):
    at = NOON + i * timedelta(minutes=5)
    clock.set(at)
    writer.append(snapshot(at, {f"{n:012d}": i % 250 for n in range(30)}, production=power(i % 9000, 1000 + i, i)))
"""

_ENDLESS = """
while True:
    store(first)
    print(first, flush=True)
    writer.tend()
    first += 1
"""


def _start(path: Path, first: int, body: str) -> subprocess.Popen[str]:
    script = _PRELUDE + textwrap.dedent(body)
    command = [sys.executable, "-c", script, str(path), str(first)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _in_a_namespace(path: Path, body: str) -> list[str]:
    """What the script prints that may mount what it likes."""
    probe = ["unshare", "-rm", "true"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")
    script = _PRELUDE + textwrap.dedent(body)
    command = ["unshare", "-rm", sys.executable, "-c", script, str(path), "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@POSIX
@pytest.mark.timeout(600)
def test_kills_lose_nothing_that_was_acknowledged(path: Path) -> None:
    """Killed at random moments while writing as fast as it can, backups and thinning included."""
    chance = random.Random(7)
    acknowledged: list[int] = []
    following = 0
    for _ in range(KILLS):
        process = _start(path, following, _ENDLESS)
        assert process.stdout is not None
        wanted = chance.randint(1, 40)
        for _ in range(wanted):
            acknowledged.append(int(process.stdout.readline()))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged += [int(line) for line in rest.split()]
        following = acknowledged[-1] + 2
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        assert writer.check() == ()
        assert writer.recovered is None
        series = reader.inverter_series(SITE, NOON, NOON + timedelta(days=400))
    stored = dict(zip(series.times, series.watts["000000000007"], strict=True))
    expected = {(NOON + i * FIVE).timestamp(): float(i % 250) for i in acknowledged}
    assert expected.items() <= stored.items()
    assert len(stored) <= len(expected) + KILLS  # at most the one in flight at each kill
    backups = Backups(path.parent / "backups", ManualClock(NOON)).newest_first()
    assert backups
    for backup in backups:
        database.demand_readable(backup.path)


@POSIX
def test_full_disk_then_room_again(path: Path) -> None:
    """A file size limit stands for the full disk: SQLite meets the failing write for real."""
    process = _start(
        path,
        0,
        """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for i in range(20):
            store(i)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        writer.close()
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
        refused = []
        for i in range(20, 60):
            try:
                store(i)
            except HistoryError as error:
                refused.append(i)
                title = error.title
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        store(60)
        print(len(refused) > 3 and refused[-1] == 59, title, sep="|")
        """,
    )
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    told, title = out.strip().split("|")
    assert told == "True"
    assert title == "The disk does not take the readings"
    with closing(HistoryReader(path)) as reader:
        series = reader.inverter_series(SITE, NOON, NOON + timedelta(days=1))
    assert series.times == tuple((NOON + i * FIVE).timestamp() for i in range(61))


@POSIX
def test_a_disk_without_room_then_with_some(path: Path) -> None:
    """A real file system of its own, with a file of somebody else that goes away again."""
    path.parent.mkdir()
    said = _in_a_namespace(
        path,
        """
        import os, subprocess
        folder = Path(sys.argv[1]).parent
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=True)
        for i in range(20):
            store(i)
        writer.save_state("x", 1)
        ballast = open(folder / "ballast", "wb", buffering=0)
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            pass
        told = set()
        for i in range(20, 250):
            try:
                store(i)
                writer.append_live(snapshot(NOON + i * timedelta(minutes=5, seconds=1), production=power(1)))
            except HistoryError as error:
                told.add(error.title)
        assert writer.waiting, "it was full"
        ballast.close()
        os.unlink(folder / "ballast")
        store(250)
        assert not writer.waiting
        from enphase_tray.history.reader import HistoryReader
        times = HistoryReader(Path(sys.argv[1])).inverter_series("122000000001", NOON, NOON + timedelta(days=9)).times
        assert times == tuple((NOON + i * timedelta(minutes=5)).timestamp() for i in range(251)), len(times)
        assert writer.check() == ()
        assert writer.recovered is None
        print(*sorted(told))
        """,
    )
    assert said == ["The disk is full"]


@POSIX
def test_a_read_only_disk_then_a_writable_one(path: Path) -> None:
    """In a mount namespace of its own, so that no right of the tester gets around it."""
    path.parent.mkdir()
    body = """
    import subprocess
    def mount(*options):
        subprocess.run(["mount", *options, str(Path(sys.argv[1]).parent)], check=True)
    store(0)
    writer.close()
    mount("--bind", str(Path(sys.argv[1]).parent))
    mount("-o", "remount,bind,ro")
    for i in range(1, 4):
        try:
            store(i)
        except HistoryError as error:
            print(error.title)
    mount("-o", "remount,bind,rw")
    store(4)
    """
    assert _in_a_namespace(path, body) == ["The history cannot be written"] * 3
    with closing(HistoryReader(path)) as reader:
        series = reader.inverter_series(SITE, NOON, NOON + timedelta(days=1))
    assert series.times == tuple((NOON + i * FIVE).timestamp() for i in range(5))


def test_a_full_database_keeps_the_earlier_rows(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, {"A": 1}))
    assert writer._connection is not None
    writer._connection.execute("PRAGMA max_page_count = 1")
    for _ in range(2):
        with pytest.raises(HistoryError, match="The disk is full"):
            writer.record_note(NOON, "rule", "warning", "title", "words " * 10_000)
    writer._connection.execute("PRAGMA max_page_count = 1000000")
    writer.append(snapshot(NOON + FIVE, {"A": 2}))
    assert writer.check() == ()
    assert reader.inverter_series(SITE, NOON, NOON + timedelta(days=1)).watts == {"A": (1.0, 2.0)}


def test_a_place_that_cannot_hold_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = HistoryWriter(tmp_path / "file" / "history.db", ManualClock(NOON))
    with pytest.raises(HistoryError):
        writer.append(snapshot())
    with pytest.raises(HistoryError):
        writer.load_state("x")
    (tmp_path / "file").unlink()
    writer.append(snapshot(NOON + FIVE))
    with closing(HistoryReader(tmp_path / "file" / "history.db")) as reader:
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(hours=1)).times) == 2
    writer.close()


def test_another_program_holds_the_lock(
    writer: HistoryWriter, reader: HistoryReader, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    writer.append(snapshot(NOON, {"A": 1}))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="in use"):
            writer.append(snapshot(NOON + FIVE, {"A": 2}))
        other.execute("ROLLBACK")
    writer.append(snapshot(NOON + 2 * FIVE, {"A": 3}))
    assert reader.inverter_series(SITE, NOON, NOON + timedelta(hours=1)).watts == {"A": (1.0, 2.0, 3.0)}


def test_a_long_lock_is_waited_for_once(writer: HistoryWriter, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time it may be over in a moment; then each poll only looks, and waits again when it was over."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    writer.append(snapshot(NOON))

    def patience() -> int:
        assert writer._connection is not None
        return int(writer._connection.execute("PRAGMA busy_timeout").fetchone()[0])

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for number in range(1, 4):
            with pytest.raises(HistoryError, match="in use"):
                writer.append_live(snapshot(NOON + number * FIVE, production=power(1)))
            assert patience() == 0
            assert writer.waiting == number
        other.execute("ROLLBACK")
    writer.save_state("x", 1)
    assert writer.waiting == 0
    assert patience() == 5000


def test_all_kinds_wait_in_the_order_they_came(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "history.db"
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        for number in range(6):
            shot = snapshot(NOON + number * FIVE, {"A": number}, production=power(number, 1000 + number))
            with pytest.raises(HistoryError):
                writer.append(shot)
            with pytest.raises(HistoryError):
                writer.append_live(snapshot(NOON + number * FIVE + timedelta(seconds=60), production=power(50)))
            with pytest.raises(HistoryError):
                writer.record_note(NOON + number * FIVE, "rule", "warning", f"note {number}", "")
            with pytest.raises(HistoryError):
                writer.save_state("judge", number)
        assert writer.waiting == 18
        (tmp_path / "file").unlink()
        writer.save_state("judge", 6)
        assert writer.waiting == 0
        assert reader.site_series(SITE, NOON, NOON + timedelta(hours=1)).production == (
            0,
            50,
            1,
            50,
            2,
            50,
            3,
            50,
            4,
            50,
            5,
            50,
        )
        assert [event.title for event in reader.events()] == [f"note {number}" for number in range(5, -1, -1)]
        assert writer.load_state("judge") == 6


def test_no_more_than_a_day_waits(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "history.db"
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        for number in range(400):
            with pytest.raises(HistoryError):
                writer.append(snapshot(NOON + number * FIVE, {"A": 7}))
        assert writer.waiting == 300
        (tmp_path / "file").unlink()
        writer.append(snapshot(NOON + 400 * FIVE, {"A": 7}))
        assert reader.first_at(SITE) == NOON + 101 * FIVE
        assert reader.last_at(SITE) == NOON + 400 * FIVE


def test_events_wait_for_better_times_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "history.db"
    alert = Alert("relay:1", "relay_open", "1", Severity.CRITICAL, ("481",), "Relay is open", "", NOON)
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        with pytest.raises(HistoryError):
            writer.record_events([AlertEvent(NOON, Change.RAISED, alert)])
        (tmp_path / "file").unlink()
        writer.record_events([AlertEvent(NOON + FIVE, Change.CLEARED, alert)])
        writer.record_events([AlertEvent(NOON + FIVE, Change.UPDATED, alert)])
        assert [event.kind for event in reader.events()] == ["updated", "cleared", "raised"]


def _filled(path: Path) -> bytes:
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer:
        for i in range(40):
            writer.append(snapshot(NOON + i * FIVE, {f"{n:012d}": 100 + i for n in range(30)}))
            writer.record_note(NOON, "rule", "warning", "title", "words " * 20)
    return path.read_bytes()


def _head(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(100) + content[100:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(200, len(content) - 4096)]


def _zeroed(content: bytes, chance: random.Random) -> bytes:
    page = chance.randrange(1, len(content) // 4096)
    return content[: page * 4096] + bytes(4096) + content[(page + 1) * 4096 :]


@pytest.mark.parametrize("damage", [_head, _cut, _zeroed])
def test_a_damaged_file_is_kept_aside_and_life_goes_on(
    tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    original = _filled(tmp_path / "original.db")
    chance = random.Random(3)
    for number in range(10):
        path = tmp_path / f"{number}" / "history.db"
        path.parent.mkdir()
        broken = damage(original, chance)
        path.write_bytes(broken)
        with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
            writer.append(snapshot(NOON, {"A": 5}))
            kept = list(path.parent.glob("history.damaged-*.db"))
            assert [found.read_bytes() for found in kept] == [broken]
            assert writer.recovered is not None
            assert kept[0].name in writer.recovered
            assert reader.inverter_series(SITE, NOON, NOON + FIVE).watts == {"A": (5.0,)}


def test_damage_while_running_heals_with_the_next_poll(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    _filled(path)
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(days=1)).times) == 40
        writer.append(snapshot(NOON + timedelta(days=1), {"A": 5}))
        writer.close()
        path.write_bytes(path.read_bytes()[:5000])
        with pytest.raises(HistoryError, match="damaged"):
            reader.site_series(SITE, NOON, NOON + timedelta(days=1))
        writer.append(snapshot(NOON + timedelta(days=2), {"A": 6}))
        assert writer.recovered is not None
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(days=3)).times) == 1


def test_damage_met_by_the_open_connection_heals_too(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        writer.append(snapshot(NOON, {"A": 5}))
        assert writer._connection is not None
        writer._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        writer._connection.execute("PRAGMA cache_size = 0")
        with path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * (path.stat().st_size - 100))
        for _ in range(2):
            try:
                writer.append(snapshot(NOON + FIVE, {"A": 6}))
            except HistoryError as error:
                told = error.title
        assert told == "The history file is damaged"
        assert writer.recovered is not None
        assert reader.inverter_series(SITE, NOON, NOON + timedelta(hours=1)).watts == {"A": (6.0,)}


def test_an_open_reader_follows_to_the_new_file(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    _filled(path)
    with closing(HistoryWriter(path, ManualClock(NOON))) as writer, closing(HistoryReader(path)) as reader:
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(days=1)).times) == 40
        files.set_aside(path, NOON)
        writer.append(snapshot(NOON, {"A": 5}))
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(days=1)).times) == 1


def test_two_damaged_files_of_one_moment_are_both_kept(tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        (tmp_path / "history.db").write_bytes(content)
        files.set_aside(tmp_path / "history.db", NOON)
    assert {path.read_bytes() for path in tmp_path.glob("history.damaged-*")} == {b"first", b"second"}


def test_a_newer_file_is_refused_and_left_untouched(path: Path, writer: HistoryWriter, reader: HistoryReader) -> None:
    _filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    for use in (lambda: writer.append(snapshot()), lambda: writer.load_state("x"), lambda: reader.events()):
        with pytest.raises(HistoryError, match="newer") as caught:
            use()
        assert caught.value.retry is Retry.NEVER
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.glob("*.db")] == ["history.db"]


def test_a_foreign_database_is_refused(path: Path, writer: HistoryWriter) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(HistoryError, match="another program"):
        writer.append(snapshot())
    assert path.read_bytes() == before


def _first_version(path: Path) -> list[str]:
    """A file as the first version left it; returns all it holds."""
    with closing(database.open_for_writing(path, schema.MIGRATIONS[:1])) as connection:
        with database.transaction(connection):
            connection.execute("INSERT INTO site (serial, timezone) VALUES (?, 'Europe/Berlin')", (SITE,))
            for i in range(40):
                key = schema.reading_id(1, int((NOON + i * FIVE).timestamp()))
                connection.execute("INSERT INTO reading VALUES (?, ?, NULL, NULL, x'')", (key, i))
            connection.execute(
                "INSERT INTO counter VALUES (1, 'production', 'meter', '2026-06-25', 1000, 1500, ?, 0, 0, NULL)",
                (int(NOON.timestamp()),),
            )
            connection.execute("INSERT INTO state VALUES ('judge', '{}')")
        return list(connection.iterdump())


def _fail(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE site ADD COLUMN other TEXT")
    connection.execute("SELECT * FROM nowhere")


def test_a_migration_keeps_a_backup(path: Path, writer: HistoryWriter, reader: HistoryReader) -> None:
    before = _first_version(path)
    with pytest.raises(HistoryError, match="older form"):
        reader.events()
    writer.open()
    assert reader.site_series(SITE, NOON, NOON + timedelta(days=1)).production == tuple(range(40))
    (backup,) = path.parent.glob("history.before-schema-2.db")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert list(connection.iterdump()) == before
    if os.name == "posix":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert not list(path.parent.glob("*unfinished*"))


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    """The real steps have been taken when the last one fails."""
    before = _first_version(path)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            database.open_for_writing(path, (*schema.MIGRATIONS, _fail))
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (1,)
            assert list(connection.iterdump()) == before


def test_no_migration_without_a_backup(path: Path, monkeypatch: pytest.MonkeyPatch, writer: HistoryWriter) -> None:
    _first_version(path)
    blocked = path.with_name("history.before-schema-2.db.unfinished")
    blocked.mkdir()
    with pytest.raises(HistoryError):
        writer.open()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    blocked.rmdir()
    writer.open()


def test_a_backup_of_an_older_version_is_brought_up_to_date(path: Path, writer: HistoryWriter) -> None:
    _first_version(path)
    (path.parent / "backups").mkdir()
    path.rename(path.parent / "backups" / "history-000001-20260625T120000Z.db")
    path.write_bytes(b"damage" * 1000)
    writer.open()
    assert writer.recovered is not None
    assert "restored" in writer.recovered
    with closing(HistoryReader(path)) as reader:
        assert len(reader.site_series(SITE, NOON, NOON + timedelta(days=1)).times) == 40


@POSIX
def test_only_the_owner_may_read(path: Path) -> None:
    before = os.umask(0)
    try:
        writer = HistoryWriter(path, ManualClock(NOON))
        writer.append(snapshot())
        modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
        assert modes == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        writer.close()
        path.chmod(0o644)
        writer.append(snapshot(NOON + FIVE))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        writer.close()
    finally:
        os.umask(before)


@POSIX
def test_a_symlink_in_the_files_place_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"")
    (tmp_path / "history.db").symlink_to(target)
    with pytest.raises(HistoryError):
        HistoryWriter(tmp_path / "history.db", ManualClock(NOON)).append(snapshot())
    assert target.read_bytes() == b""


def test_the_file_is_safe_against_power_cuts(writer: HistoryWriter) -> None:
    writer.open()
    assert writer._connection is not None
    assert writer._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_reader_cannot_write(writer: HistoryWriter, path: Path) -> None:
    writer.append(snapshot())
    connection = database.open_for_reading(path)
    assert connection is not None
    with closing(connection), pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM reading")


def test_a_copy_of_the_files_is_a_history_too(writer: HistoryWriter, path: Path, tmp_path: Path) -> None:
    """What a crash leaves: the file with its log, opened by the reader first."""
    writer.append(snapshot(NOON, {"A": 1}))
    copy = tmp_path / "copy"
    shutil.copytree(path.parent, copy)
    with closing(HistoryReader(copy / "history.db")) as reader:
        assert reader.inverter_series(SITE, NOON, NOON + FIVE).watts == {"A": (1.0,)}


@pytest.mark.parametrize(("metered", "most"), [(False, 2.6), (True, 3.1)])
def test_bytes_a_sample_in_the_long_run(path: Path, metered: bool, most: float) -> None:
    """A month of 30 inverters at 5 min, alone and with production read day and night; the fixed part is taken off."""
    path.parent.mkdir()
    sizes = []
    with closing(database.open_for_writing(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for day in range(30):
            with database.transaction(connection):
                for slot in range(288):
                    light = 72 <= slot < 216
                    made = power(30.0 * slot if light else 0.0, 9e6, 10.0) if metered else None
                    watts = {f"{n:012d}": float(slot) for n in range(30)} if light else {}
                    if metered or light:
                        at = NOON + timedelta(days=day, minutes=5 * slot)
                        record_poll(connection, snapshot(at, watts, production=made))
            if day in (9, 29):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                sizes.append(path.stat().st_size)
    assert 1.0 < (sizes[1] - sizes[0]) / (20 * 144 * 30) <= most


def test_gateways_that_come_and_go_never_mix(writer: HistoryWriter, reader: HistoryReader) -> None:
    """A thousand random switches between three gateways, some of whose inverters have the same serials."""
    chance = random.Random(2)
    sites = {"122000000001": "ABCD", "122000000002": "CDEF", "REPLACED": "ABXY"}
    told: dict[str, dict[float, tuple[int, dict[str, float]]]] = {site: {} for site in sites}
    for number in range(1000):
        site = chance.choice(list(sites))
        at = NOON + number * FIVE
        units = chance.sample(sites[site], chance.randint(1, 4))
        watts: dict[str, float | None] = {unit: float(chance.randrange(300)) for unit in units}
        made = chance.randrange(9000)
        writer.append(snapshot(at, watts, serial=site, production=power(made)))
        told[site][at.timestamp()] = (made, watts)  # type: ignore[assignment]
        if chance.random() < 0.02:
            writer.close()
    for site, expected in told.items():
        series = reader.site_series(site, NOON, NOON + timedelta(days=9))
        assert dict(zip(series.times, series.production, strict=True)) == {
            at: made for at, (made, _) in expected.items()
        }
        units = reader.inverter_series(site, NOON, NOON + timedelta(days=9))
        found = {
            at: {unit: column[i] for unit, column in units.watts.items() if column[i] is not None}
            for i, at in enumerate(units.times)
        }
        assert found == {at: watts for at, (_, watts) in expected.items()}
    assert set(reader.sites()) == set(sites)
