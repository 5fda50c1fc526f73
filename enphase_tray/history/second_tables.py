"""The step from version 1 of the history to version 2: counters of days become epochs and the energy they booked.

It stands by itself and names its numbers, so that later changes elsewhere cannot change what an old file becomes.
"""

import sqlite3
import struct
from datetime import date
from itertools import groupby

_MEASURED, _DERIVED = 0, 1
_QUANTITIES = ("production", "consumption", "imported", "exported")
_SOURCES = ("meter", "inverters", "gateway", "page")
_UNKNOWN_COUNT = 0xFFFFFFFF
_MOST_ENERGY = 0xFFFFFFFE // 1000
_INVERTER = "inverter"

_TABLES = (
    "ALTER TABLE site ADD COLUMN zone TEXT",
    "ALTER TABLE site ADD COLUMN week_has_today INTEGER",
    "ALTER TABLE site ADD COLUMN peak_watts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE event ADD COLUMN site TEXT",
    "ALTER TABLE alert ADD COLUMN site TEXT",
    """CREATE TABLE epoch (
        site INTEGER NOT NULL, quantity TEXT NOT NULL, source TEXT NOT NULL, number INTEGER NOT NULL,
        opening REAL NOT NULL, opened_at INTEGER NOT NULL, latest REAL NOT NULL, latest_at INTEGER NOT NULL,
        moved_at INTEGER NOT NULL, wraps INTEGER NOT NULL, best REAL NOT NULL, frozen INTEGER NOT NULL,
        suspect REAL, suspect_at INTEGER, suspect_reason TEXT,
        day INTEGER NOT NULL, booked REAL NOT NULL, provenance INTEGER NOT NULL,
        PRIMARY KEY (site, quantity, source, number)) WITHOUT ROWID""",
    """CREATE TABLE energy (
        site INTEGER NOT NULL, day INTEGER NOT NULL, quantity TEXT NOT NULL, source TEXT NOT NULL,
        epoch INTEGER NOT NULL, watt_hours REAL NOT NULL, provenance INTEGER NOT NULL,
        PRIMARY KEY (site, day, quantity, source, epoch)) WITHOUT ROWID""",
    """CREATE TABLE site_day (
        site INTEGER NOT NULL, day INTEGER NOT NULL,
        production REAL, production_from INTEGER, consumption REAL, consumption_from INTEGER,
        imported REAL, imported_from INTEGER, exported REAL, exported_from INTEGER,
        PRIMARY KEY (site, day)) WITHOUT ROWID""",
    "ALTER TABLE inverter_day RENAME TO first_inverter_day",
    """CREATE TABLE inverter_day (
        site INTEGER NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL,
        energy BLOB NOT NULL, provenance BLOB NOT NULL, counter BLOB NOT NULL,
        PRIMARY KEY (site, day)) WITHOUT ROWID""",
    """CREATE TABLE rejection (
        site INTEGER NOT NULL, day INTEGER NOT NULL, quantity TEXT NOT NULL, reason TEXT NOT NULL,
        count INTEGER NOT NULL, PRIMARY KEY (site, day, quantity, reason)) WITHOUT ROWID""",
)

_Counter = tuple[str, float | None, float, int, int, int]
"""day, opening, latest, latest_at, broken, complete."""


def second_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of version 2 and bring over what those of version 1 hold."""
    for statement in _TABLES:
        connection.execute(statement)
    rows = connection.execute(
        "SELECT site, quantity, source, day, opening, latest, latest_at, broken, complete FROM counter"
        " ORDER BY site, quantity, source, day"
    ).fetchall()
    for chain, group in groupby(rows, key=lambda row: row[:3]):
        _bring_chain(connection, chain, [row[3:] for row in group])
    _choose_days(connection)
    for (site,) in connection.execute("SELECT id FROM site").fetchall():
        _bring_inverters(connection, site)
    connection.execute("DROP TABLE counter")
    connection.execute("DROP TABLE first_inverter_day")


def _bring_chain(connection: sqlite3.Connection, chain: tuple[int, str, str], rows: list[_Counter]) -> None:
    """A run of days whose counters meet at midnight is one epoch; what was unknown between them stays so."""
    site, quantity, source = chain
    number, opening, opened_at, reached, best, last = 0, 0.0, 0, None, 0.0, (0, 0.0)
    told = False
    for day, begin, latest, at, broken, complete in rows:
        known = begin is not None and not broken and (complete or day == rows[-1][0])
        start = begin if known and begin is not None else latest
        if start != reached:
            # An epoch of which no day is known leaves no trace: the next one takes its number.
            number += told
            opening, opened_at, best, told = start, at, 0.0, False
        elif told:
            # The newest day of an epoch stands in its own row, the days before in `energy`.
            connection.execute(
                "INSERT INTO energy VALUES (?, ?, ?, ?, ?, ?, ?)",
                (site, last[0], quantity, source, number, last[1], _MEASURED),
            )
        reached, last = latest, (date.fromisoformat(day).toordinal(), max(latest - start, 0.0))
        best, told = max(best, last[1]), told or bool(known)
        connection.execute(
            "INSERT OR REPLACE INTO epoch (site, quantity, source, number, opening, opened_at, latest, latest_at,"
            " moved_at, wraps, best, frozen, day, booked, provenance)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, ?, ?)",
            (*chain, number, opening, opened_at, latest, at, at, best, *last, _MEASURED),
        )


def _choose_days(connection: sqlite3.Connection) -> None:
    chosen: dict[tuple[int, int], dict[str, tuple[int, float]]] = {}
    rows = connection.execute(
        "SELECT site, day, quantity, source, sum(watt_hours) FROM ("
        "SELECT site, day, quantity, source, watt_hours FROM energy"
        " UNION ALL SELECT site, day, quantity, source, booked FROM epoch) GROUP BY 1, 2, 3, 4"
    )
    for site, day, quantity, source, energy in rows.fetchall():
        figures = chosen.setdefault((site, day), {})
        rank = _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)
        if quantity not in figures or rank < figures[quantity][0]:
            figures[quantity] = (rank, energy)
    for (site, day), figures in chosen.items():
        values: list[float | None] = []
        for name in _QUANTITIES:
            values += [figures[name][1], _MEASURED] if name in figures else [None, None]
        connection.execute("INSERT INTO site_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (site, day, *values))


def _bring_inverters(connection: sqlite3.Connection, site: int) -> None:
    """The gateway's own count of each day is kept as such; each inverter's epoch begins with its newest day."""
    places = connection.execute("SELECT serial FROM layout WHERE site = ? ORDER BY place", (site,)).fetchall()
    counters: dict[int, tuple[int, int]] = {}
    at = ordinal = 0
    for day, today, lifetime in connection.execute(
        "SELECT day, today, lifetime FROM first_inverter_day WHERE site = ? ORDER BY day", (site,)
    ).fetchall():
        energy, counter = _counts(today), _counts(lifetime)
        ordinal = date.fromisoformat(day).toordinal()
        at = (ordinal - date(1970, 1, 1).toordinal()) * 86_400 + 43_200
        provenance = bytes(_DERIVED for _ in energy)
        thousandths = [value * 1000 if value <= _MOST_ENERGY else _UNKNOWN_COUNT for value in energy]
        packed = (struct.pack(f"<{len(energy)}I", *thousandths), provenance, lifetime)
        connection.execute("INSERT INTO inverter_day VALUES (?, ?, ?, ?, ?, ?)", (site, ordinal, at, *packed))
        counters = {}
        for place, value in enumerate(counter):
            made = energy[place] if place < len(energy) and energy[place] <= _MOST_ENERGY else 0
            if value != _UNKNOWN_COUNT:
                counters[place] = (max(value - made, 0), value)
    for place, (opening, latest) in counters.items():
        connection.execute(
            "INSERT INTO epoch (site, quantity, source, number, opening, opened_at, latest, latest_at, moved_at,"
            " wraps, best, frozen, day, booked, provenance) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, 0, 0, 0, ?, 0, 0)",
            (site, _INVERTER, places[place][0], opening, at, latest, at, at, ordinal),
        )


def _counts(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 4}I", packed[: len(packed) // 4 * 4])
