"""What the writer knows of the file without looking, so that a poll is a few inserts and no questions."""

import sqlite3
from dataclasses import dataclass, field

from enphase_tray.history.counters import CounterDay
from enphase_tray.history.packing import unpack_counts
from enphase_tray.history.schema import reading_id

Chain = tuple[str, str]
"""Quantity and source of a counter."""


@dataclass(slots=True)
class InverterDay:
    """The newest row of `inverter_day`: Wh by place, as they are stored or would be."""

    day: str
    today: list[float | None]
    lifetime: list[float | None]


@dataclass(slots=True)
class KnownSite:
    """The rows of one site that the next poll goes on from.

    `newest` is the highest key of its readings. `last` are the stored report times (epoch seconds) by place; `days`
    holds for each chain the day that was written last.
    """

    number: int
    timezone: str | None
    newest: int
    places: dict[str, int]
    last: list[float | None]
    days: dict[Chain, CounterDay] = field(default_factory=dict)
    inverter_day: InverterDay | None = None


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

    def site(self, connection: sqlite3.Connection, serial: str, timezone: str | None) -> KnownSite:
        """The site of that gateway, new where it has none; its row has `timezone`, where that is given."""
        site = self._sites.get(serial)
        if site is None:
            site = self._sites[serial] = _look_up(connection, serial) or _new(connection, serial, timezone)
        if timezone and timezone != site.timezone:
            connection.execute("UPDATE site SET timezone = ? WHERE id = ?", (timezone, site.number))
            site.timezone = timezone
        return site


def _look_up(connection: sqlite3.Connection, serial: str) -> KnownSite | None:
    row = connection.execute("SELECT id, timezone, report_times FROM site WHERE serial = ?", (serial,)).fetchone()
    if row is None:
        return None
    number, timezone, packed = row
    (newest,) = connection.execute("SELECT max(id) FROM reading WHERE id < ?", (reading_id(number + 1, 0),)).fetchone()
    places = dict(connection.execute("SELECT serial, place FROM layout WHERE site = ?", (number,)).fetchall())
    last: list[float | None] = list(unpack_counts(packed))
    return KnownSite(number, timezone, newest or 0, places, last)


def _new(connection: sqlite3.Connection, serial: str, timezone: str | None) -> KnownSite:
    cursor = connection.execute("INSERT INTO site (serial, timezone) VALUES (?, ?)", (serial, timezone))
    return KnownSite(int(cursor.lastrowid or 0), timezone, 0, {}, [])
