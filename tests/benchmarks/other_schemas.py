"""Two other ways to store reports of inverters, filled with the same reports, to measure ours beside.

Naive: a row for each report with the serial as text and two indexes, as anyone would begin. Recorder: the states table
of Home Assistant's recorder (as of 2024.3) with its five indexes, where each report is a state of a sensor, and a
state that equals the one before is not stored.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

Report = tuple[int, str, float]
"""Epoch seconds, serial, W."""

_NAIVE = """
    CREATE TABLE report (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, serial TEXT NOT NULL, watts REAL);
    CREATE INDEX report_at ON report (at);
    CREATE INDEX report_serial_at ON report (serial, at);
"""

_RECORDER = """
    CREATE TABLE states_meta (metadata_id INTEGER PRIMARY KEY, entity_id VARCHAR(255));
    CREATE TABLE states (
        state_id INTEGER PRIMARY KEY, entity_id CHAR(0), state VARCHAR(255), attributes CHAR(0), event_id SMALLINT,
        last_changed CHAR(0), last_changed_ts FLOAT, last_reported_ts FLOAT, last_updated CHAR(0),
        last_updated_ts FLOAT, old_state_id INTEGER, attributes_id INTEGER, context_id CHAR(0),
        context_user_id CHAR(0), context_parent_id CHAR(0), origin_idx SMALLINT, context_id_bin BLOB,
        context_user_id_bin BLOB, context_parent_id_bin BLOB, metadata_id INTEGER);
    CREATE INDEX ix_states_last_updated_ts ON states (last_updated_ts);
    CREATE INDEX ix_states_metadata_id_last_updated_ts ON states (metadata_id, last_updated_ts);
    CREATE INDEX ix_states_context_id_bin ON states (context_id_bin);
    CREATE INDEX ix_states_attributes_id ON states (attributes_id);
    CREATE INDEX ix_states_old_state_id ON states (old_state_id);
"""


class Naive:
    """The rows that anyone would begin with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = _opened(path, _NAIVE)

    def append(self, reports: Iterable[Report]) -> int:
        """Store them in one transaction; returns how many rows that made."""
        rows = list(reports)
        with self.connection:
            self.connection.executemany("INSERT INTO report (at, serial, watts) VALUES (?, ?, ?)", rows)
        return len(rows)

    def curves(self, start: int, end: int) -> list[Report]:
        sql = "SELECT at, serial, watts FROM report WHERE at >= ? AND at < ? ORDER BY at"
        return self.connection.execute(sql, (start, end)).fetchall()

    def one_inverter(self, serial: str, start: int, end: int) -> list[tuple[int, float]]:
        sql = "SELECT at, watts FROM report WHERE serial = ? AND at >= ? AND at < ? ORDER BY at"
        return self.connection.execute(sql, (serial, start, end)).fetchall()

    def days(self, start: int, end: int) -> list[tuple[str, float]]:
        sql = "SELECT date(at, 'unixepoch') AS day, sum(watts) / 12 FROM report WHERE at >= ? AND at < ? GROUP BY day"
        return self.connection.execute(sql, (start, end)).fetchall()

    def inverter_days(self, start: int, end: int) -> list[tuple[str, str, float]]:
        sql = (
            "SELECT serial, date(at, 'unixepoch') AS day, sum(watts) / 12 FROM report"
            " WHERE at >= ? AND at < ? GROUP BY serial, day"
        )
        return self.connection.execute(sql, (start, end)).fetchall()


class Recorder:
    """Home Assistant's states."""

    def __init__(self, path: Path, serials: Sequence[str]) -> None:
        self.path = path
        self.connection = _opened(path, _RECORDER)
        self._sensors = {serial: number for number, serial in enumerate(serials, 1)}
        self._before: dict[str, tuple[int, float]] = {}
        entities = [(number, f"sensor.inverter_{serial}") for serial, number in self._sensors.items()]
        with self.connection:
            self.connection.executemany("INSERT INTO states_meta VALUES (?, ?)", entities)
        self._next = 1

    def append(self, reports: Iterable[Report]) -> int:
        """Store what changed in one transaction; returns how many rows that made."""
        rows = []
        for at, serial, watts in reports:
            number, before = self._before.get(serial, (None, None))
            if watts == before:
                continue
            self._before[serial] = self._next, watts
            context = os.urandom(16)
            sensor = self._sensors[serial]
            rows.append((self._next, str(watts), at + 0.123456, number, sensor, 0, context, sensor))
            self._next += 1
        with self.connection:
            self.connection.executemany(
                "INSERT INTO states (state_id, state, last_updated_ts, old_state_id, attributes_id, origin_idx,"
                " context_id_bin, metadata_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        return len(rows)

    def curves(self, start: int, end: int) -> list[tuple[float, int, str]]:
        sql = (
            "SELECT last_updated_ts, metadata_id, state FROM states"
            " WHERE last_updated_ts >= ? AND last_updated_ts < ? ORDER BY last_updated_ts"
        )
        return self.connection.execute(sql, (start, end)).fetchall()


class Bare:
    """One table with one row for each poll, as large as ours: the least that storing a poll can cost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = _opened(
            path, "CREATE TABLE poll (id INTEGER PRIMARY KEY, made INTEGER, used INTEGER, net INTEGER, watts BLOB);"
        )

    def append(self, at: int, watts: bytes) -> None:
        with self.connection:
            self.connection.execute("INSERT INTO poll VALUES (?, ?, ?, ?, ?)", (at, 5210, 640, -4570, watts))


def size_of(connection: sqlite3.Connection) -> int:
    """Bytes of the database without its log."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    return int(pages * size)


def _opened(path: Path, schema: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(schema)
    return connection
