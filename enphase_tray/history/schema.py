"""Tables of the history and the steps that lead to them; the number of steps taken is the file's `user_version`.

* `reading`: one row for each moment at which power was read. `id` is site and second in one number (see
  `reading_id`): a rowid table that grows at its end keeps its pages full, which a composite key does not.
  `production`, `consumption`, `net`: W, NULL unknown. `watts`: NULL for a live reading; for a full poll the packed
  new reports of the inverters, empty when there were none (see `packing`).
* `layout`: which serial is which place of `watts` (0, 1, ...). Places are only ever added, so old rows stay readable.
* `site`: `timezone` as the gateway last told it, `zone` the one its days are cut by where it tells none;
  `report_times`: the last stored report time of each place, packed; `week_has_today`: whether the gateway's week
  includes today (NULL: not known yet); `peak_watts`: the most it ever made.
* `epoch`: a lifetime counter (a quantity of a source, or an inverter) followed without a break, and where it stands
  (see `ledger`). `energy`: what each epoch booked on each finished local day. Days are numbers as in `date.toordinal`.
* `site_day`: the figures chosen for each day that is over, with their provenance (see `site_days`). `inverter_day`:
  energy, provenance and counter of each place, packed.
* `rejection`: answers that were no data, counted.
* `alert`, `event`: episodes, and all that was told or noticed. `state`: small things to be remembered, as JSON.
"""

import sqlite3
from collections.abc import Callable, Sequence

from enphase_tray.history.second_tables import second_tables

APPLICATION_ID = 0x656E7472
"""Marks the file as ours (SQLite's `application_id`)."""

_SITE_BITS = 32


def reading_id(site: int, seconds: int) -> int:
    """The key of a reading: whole epoch seconds (0 to 2^32 - 1) below, the site's number above."""
    return (site << _SITE_BITS) | min(max(seconds, 0), (1 << _SITE_BITS) - 1)


def reading_seconds(key: int) -> int:
    """The epoch seconds within a reading's key."""
    return key & ((1 << _SITE_BITS) - 1)


def _first_tables(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE site (
            id INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE, timezone TEXT,
            report_times BLOB NOT NULL DEFAULT x'')""",
        """CREATE TABLE layout (
            site INTEGER NOT NULL, place INTEGER NOT NULL, serial TEXT NOT NULL, since INTEGER NOT NULL,
            PRIMARY KEY (site, place), UNIQUE (site, serial)) WITHOUT ROWID""",
        """CREATE TABLE reading (
            id INTEGER PRIMARY KEY, production INTEGER, consumption INTEGER, net INTEGER, watts BLOB)""",
        """CREATE TABLE counter (
            site INTEGER NOT NULL, quantity TEXT NOT NULL, source TEXT NOT NULL, day TEXT NOT NULL,
            opening REAL, latest REAL NOT NULL, latest_at INTEGER NOT NULL,
            broken INTEGER NOT NULL, complete INTEGER NOT NULL, suspect REAL,
            PRIMARY KEY (site, quantity, source, day)) WITHOUT ROWID""",
        """CREATE TABLE inverter_day (
            site INTEGER NOT NULL, day TEXT NOT NULL, today BLOB NOT NULL, lifetime BLOB NOT NULL,
            PRIMARY KEY (site, day)) WITHOUT ROWID""",
        """CREATE TABLE alert (
            id TEXT PRIMARY KEY, rule TEXT NOT NULL, key TEXT NOT NULL, severity TEXT NOT NULL, serials TEXT NOT NULL,
            title TEXT NOT NULL, body TEXT NOT NULL, raised_at REAL NOT NULL, cleared_at REAL) WITHOUT ROWID""",
        """CREATE TABLE event (
            id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
            serials TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, alert_id TEXT)""",
        "CREATE INDEX event_at ON event (at)",
        "CREATE UNIQUE INDEX event_once ON event (alert_id, kind, at)",
        "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ):
        connection.execute(statement)


Migration = Callable[[sqlite3.Connection], None]
"""One step from a version to the next; it runs inside the transaction of all steps."""

MIGRATIONS: tuple[Migration, ...] = (_first_tables, second_tables)
"""Step n leads from version n to n + 1. Add at the end, never change one that was released."""


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Take the missing steps in one transaction; nothing has happened if one of them fails."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version >= len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for step in migrations[version:]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
