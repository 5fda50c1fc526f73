"""What a file of version 1 becomes."""

import sqlite3
import struct
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from enphase_tray.history.check import inspect
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.schema import MIGRATIONS, migrate, reading_id
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.history import Energy, Provenance
from enphase_tray.model.readings import NetReading
from tests.history.conftest import NOON, SITE, power, snapshot
from tests.history.test_energy import counted

NOON_SECONDS = int(NOON.timestamp())
TODAY = NOON.date()


@pytest.fixture
def old(path: Path) -> Path:
    """A file of version 1 that knows three days of production, the first of them partly."""
    path.parent.mkdir()
    counters = [
        ("production", "meter", "2026-06-22", None, 10_000.0, -3, 0, 0),
        ("production", "meter", "2026-06-23", 10_500.0, 22_000.0, -2, 0, 1),
        ("production", "meter", "2026-06-24", 22_000.0, 33_000.0, -1, 0, 1),
        ("production", "meter", "2026-06-25", 33_000.0, 39_000.0, 0, 0, 0),
        ("production", "gateway", "2026-06-24", 500.0, 900.0, -1, 0, 1),
        ("imported", "meter", "2026-06-24", None, 800.0, -1, 1, 0),
        ("imported", "meter", "2026-06-25", 900.0, 950.0, 0, 0, 0),
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO site VALUES (1, ?, 'Europe/Berlin', x'')", (SITE,))
        connection.execute("INSERT INTO layout VALUES (1, 0, 'A', 0), (1, 1, 'B', 0)")
        connection.execute(
            "INSERT INTO reading VALUES (?, 300, NULL, NULL, ?)",
            (reading_id(1, NOON_SECONDS), struct.pack("<2h", 250, 260)),
        )
        for quantity, source, day, opening, latest, ago, broken, complete in counters:
            connection.execute(
                "INSERT INTO counter VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (quantity, source, day, opening, latest, NOON_SECONDS + ago * 86_400, broken, complete),
            )
        for back, today in ((1, 4000), (0, 700)):
            day = (TODAY - timedelta(days=back)).isoformat()
            told, lifetime = struct.pack("<I", today), struct.pack("<I", 90_000 - 700 * back)
            connection.execute("INSERT INTO inverter_day VALUES (1, ?, ?, ?)", (day, told, lifetime))
        connection.execute(
            "INSERT INTO event VALUES (1, ?, 'note', 'rule', 'information', '[]', 'title', 'body', NULL)",
            (NOON.timestamp(),),
        )
    return path


def _everything(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_a_migrated_file_has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (old, new):
        with closing(HistoryWriter(path, ManualClock(NOON))) as writer:
            writer.open()
    with closing(sqlite3.connect(old)) as migrated, closing(sqlite3.connect(new)) as fresh:
        assert _everything(migrated) == _everything(fresh)


def test_known_days_stay_and_unknown_ones_stay_unknown(old: Path, reader: HistoryReader) -> None:
    with closing(HistoryWriter(old, ManualClock(NOON))) as writer:
        writer.open()
    days = {day.day.day: day for day in reader.days(SITE, date(2026, 1, 1), date(2026, 12, 31))}
    measured = Provenance.MEASURED
    assert {day: found.production for day, found in days.items()} == {
        23: Energy(11_500.0, measured),
        24: Energy(11_000.0, measured),
        25: Energy(6000.0, measured),
    }
    assert (days[24].imported, days[25].imported) == (None, Energy(50.0, measured))
    units = reader.inverter_days(SITE, date(2026, 1, 1), date(2026, 12, 31))
    assert units.energy == {"A": (Energy(4000.0, Provenance.DERIVED), Energy(700.0, Provenance.DERIVED))}
    assert reader.inverter_series(SITE, NOON, NOON + timedelta(minutes=1)).watts == {"A": (250.0,), "B": (260.0,)}
    assert [event.title for event in reader.events()] == ["title"]
    assert inspect(old).problems == ()


def test_counting_goes_on_where_it_was(old: Path, reader: HistoryReader) -> None:
    at = NOON + timedelta(hours=1)
    with closing(HistoryWriter(old, ManualClock(NOON))) as writer:
        unit = counted("A", 90_040, 740, at=at)
        writer.append(snapshot(at, inverters=[unit], production=power(100, 39_500), net=NetReading(10, 960, 40)))
    (day,) = reader.days(SITE, TODAY, TODAY)
    assert day.production == Energy(6500.0, Provenance.MEASURED)
    assert day.imported == Energy(60.0, Provenance.MEASURED)
    assert reader.inverter_days(SITE, TODAY, TODAY).energy["A"] == (Energy(740.0, Provenance.DERIVED),)
    assert inspect(old).problems == ()
