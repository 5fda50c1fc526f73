"""The past, for charts and lists: a connection that can only read."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from enphase_tray.history import journal
from enphase_tray.history.counters import day_energy
from enphase_tray.history.database import open_for_reading, translate
from enphase_tray.history.packing import unpack_watts
from enphase_tray.history.schema import reading_id, reading_seconds
from enphase_tray.model.history import HistoryEvent, InverterSeries, SiteDay, SiteSeries

_QUANTITIES = ("production", "consumption", "imported", "exported")
_SOURCES = ("meter", "inverters", "gateway", "page", "unknown")
"""Whose day goes first where several sources counted."""


class HistoryReader:
    """Reads the history of a site (its gateway's serial) while another connection may write.

    Usable before there is a file: then all is empty. It belongs to the thread that first uses it, and it follows
    when a damaged file was replaced by a new one. Raises HistoryError where the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the writer's file; nothing is touched yet."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def sites(self) -> tuple[str, ...]:
        """Serials of all gateways there is a history of, the oldest first."""
        with self._reading() as connection:
            if connection is None:
                return ()
            return tuple(row[0] for row in connection.execute("SELECT serial FROM site ORDER BY id"))

    def inverter_series(self, site: str, start: datetime, end: datetime) -> InverterSeries:
        """Reports from `start` to before `end`; only times and inverters that have any.

        `times` are those of the polls that brought a new report. The report itself is the mean over the interval
        before the poll (5 or 15 min, up to one poll old): a curve drawn through these points lags that much.
        """
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return InverterSeries((), {})
            layout = connection.execute("SELECT serial FROM layout WHERE site = ? ORDER BY place", (number,)).fetchall()
            rows = connection.execute(
                "SELECT id, watts FROM reading WHERE id >= ? AND id < ? AND watts > x'' ORDER BY id",
                _span(number, start, end),
            ).fetchall()
        return _inverter_series([serial for (serial,) in layout], rows)

    def site_series(self, site: str, start: datetime, end: datetime) -> SiteSeries:
        """Power from `start` to before `end` at every moment it was read, W."""
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return SiteSeries((), (), (), ())
            rows = connection.execute(
                "SELECT id, production, consumption, net FROM reading WHERE id >= ? AND id < ? ORDER BY id",
                _span(number, start, end),
            ).fetchall()
        if not rows:
            return SiteSeries((), (), (), ())
        keys, *columns = zip(*rows, strict=True)
        return SiteSeries(tuple([float(reading_seconds(key)) for key in keys]), *columns)

    def days(self, site: str, first: date, last: date) -> tuple[SiteDay, ...]:
        """Energy of the local days `first` to `last` (both included) that anything is known of, in order.

        A day is known if the counters at both its ends are, or at its start if it is the newest day of the site.
        """
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return ()
            rows = connection.execute(
                "SELECT quantity, source, day, opening, latest, broken, complete FROM counter"
                " WHERE site = ? AND day BETWEEN ? AND ? ORDER BY day",
                (number, first.isoformat(), last.isoformat()),
            ).fetchall()
            (newest,) = connection.execute("SELECT max(day) FROM counter WHERE site = ?", (number,)).fetchone()
        return _site_days(rows, newest)

    def events(self, limit: int = 500, since: datetime | None = None) -> tuple[HistoryEvent, ...]:
        """What was told or noticed, newest first."""
        with self._reading() as connection:
            return () if connection is None else journal.read_events(connection, limit, since)

    def first_at(self, site: str) -> datetime | None:
        """The moment of the oldest reading."""
        return self._edge(site, "min")

    def last_at(self, site: str) -> datetime | None:
        """The moment of the newest reading."""
        return self._edge(site, "max")

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _edge(self, site: str, which: str) -> datetime | None:
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return None
            (key,) = connection.execute(
                f"SELECT {which}(id) FROM reading WHERE id >= ? AND id < ?",  # noqa: S608 - one of two words of ours
                (reading_id(number, 0), reading_id(number + 1, 0)),
            ).fetchone()
        return None if key is None else datetime.fromtimestamp(reading_seconds(key), UTC)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        try:
            yield self._follow()
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise translate(error, self._path) from error

    def _follow(self) -> sqlite3.Connection | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self.close()
            return None
        identity = (status.st_dev, status.st_ino)
        if self._connection is None or self._opened != identity:
            self.close()
            self._connection = open_for_reading(self._path)
            self._opened = identity
        return self._connection


def _number(connection: sqlite3.Connection | None, site: str) -> int | None:
    if connection is None:
        return None
    row = connection.execute("SELECT id FROM site WHERE serial = ?", (site,)).fetchone()
    return None if row is None else int(row[0])


def _span(site: int, start: datetime, end: datetime) -> tuple[int, int]:
    return reading_id(site, _ceiling(start)), reading_id(site, _ceiling(end))


def _ceiling(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)


def _inverter_series(serials: list[str], rows: list[tuple[int, bytes]]) -> InverterSeries:
    if not rows:
        return InverterSeries((), {})
    unknown = (None,) * len(serials)
    unpacked = [unpack_watts(watts) for _, watts in rows]
    columns = zip(*[values + unknown[len(values) :] for values in unpacked], strict=True)
    watts = {
        serial: column
        for serial, column in zip(serials, columns, strict=True)
        if any(value is not None for value in column)
    }
    return InverterSeries(tuple([float(reading_seconds(key)) for key, _ in rows]), watts)


def _site_days(rows: list[tuple[str, str, str, float | None, float, int, int]], newest: str) -> tuple[SiteDay, ...]:
    days: dict[str, dict[str, tuple[int, float]]] = {}
    for quantity, source, day, opening, latest, broken, complete in rows:
        energies = days.setdefault(day, {})
        energy = day_energy(opening, latest, broken=bool(broken), whole=bool(complete) or day == newest)
        rank = _SOURCES.index(source) if source in _SOURCES else len(_SOURCES)
        if energy is not None and (quantity not in energies or rank < energies[quantity][0]):
            energies[quantity] = (rank, energy)
    return tuple(
        SiteDay(date.fromisoformat(day), *(energies[name][1] if name in energies else None for name in _QUANTITIES))
        for day, energies in days.items()
        if energies
    )
