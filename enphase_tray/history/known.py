"""What the writer knows of the file without looking, so that a poll is a few inserts and no questions."""

import sqlite3
from dataclasses import dataclass, field

from enphase_tray.history.bookkeeping import Chain
from enphase_tray.history.local_days import LocalDays
from enphase_tray.history.packing import unpack_counts
from enphase_tray.history.schema import reading_id

ChainKey = tuple[str, str]
"""Quantity and source of a counter."""


@dataclass(slots=True)
class UnitDay:
    """The newest row of `inverter_day` by place: thousandths of Wh of the day, their provenance, and the counters.

    Counters are whole Wh with their wraps undone. `at` is when it was last written. `told`: the counters as last seen
    in this run; only to see what has not changed.
    """

    day: int
    at: int
    energy: list[int | None]
    provenance: bytearray
    counter: list[int | None]
    told: list[float | None] = field(default_factory=list)


@dataclass(slots=True)
class UnitEpoch:
    """An inverter's newest row in `epoch`, as far as it does not change with each report.

    `day` is the first local day that it has booked anything on.
    """

    number: int
    day: int
    opening: float
    opened_at: int
    wraps: int
    suspect: float | None
    suspect_at: int | None
    suspect_reason: str | None


@dataclass(slots=True)
class KnownSite:
    """The rows of one site that the next poll goes on from.

    `newest` is the highest key of its readings. `last` are the stored report times (epoch seconds), one for each place.
    `week_seen` is the last today and week of the inverters, to learn whether the week includes today; it is of this
    run only, so a restart may learn that a day later.
    """

    number: int
    timezone: str | None
    zone: str | None
    week_has_today: bool | None
    peak_watts: int
    newest: int
    places: dict[str, int]
    last: list[float | None]
    days: LocalDays | None = None
    chains: dict[ChainKey, Chain] | None = None
    units: UnitDay | None = None
    unit_epochs: dict[int, UnitEpoch] = field(default_factory=dict)
    week_seen: tuple[int, float, float] | None = None


class Known:
    """What was read or written before. Only within a transaction, and gone when that fails or somebody else wrote."""

    def __init__(self) -> None:
        self._sites: dict[str, KnownSite] = {}
        self._version: int | None = None

    def forget(self) -> None:
        """Nothing is known any more."""
        self._sites.clear()
        self._version = None

    def trust(self, connection: sqlite3.Connection) -> None:
        """To be called first in a transaction: forgets what another connection may have changed."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._sites.clear()
            self._version = version

    def site(self, connection: sqlite3.Connection, serial: str) -> KnownSite:
        """The site of that gateway, new where it has none."""
        site = self._sites.get(serial)
        if site is None:
            site = self._sites[serial] = _look_up(connection, serial) or _new(connection, serial)
        return site


def _look_up(connection: sqlite3.Connection, serial: str) -> KnownSite | None:
    row = connection.execute(
        "SELECT id, timezone, zone, week_has_today, peak_watts, report_times FROM site WHERE serial = ?", (serial,)
    ).fetchone()
    if row is None:
        return None
    number, timezone, zone, week, peak, packed = row
    (newest,) = connection.execute("SELECT max(id) FROM reading WHERE id < ?", (reading_id(number + 1, 0),)).fetchone()
    places = dict(connection.execute("SELECT serial, place FROM layout WHERE site = ?", (number,)).fetchall())
    last: list[float | None] = list(unpack_counts(packed))
    last += [None] * (len(places) - len(last))
    return KnownSite(number, timezone, zone, None if week is None else bool(week), peak, newest or 0, places, last)


def _new(connection: sqlite3.Connection, serial: str) -> KnownSite:
    cursor = connection.execute("INSERT INTO site (serial) VALUES (?)", (serial,))
    return KnownSite(int(cursor.lastrowid or 0), None, None, None, 0, 0, {}, [])
