"""The past, for charts and lists: a connection that can only read."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from enphase_tray.history import journal, site_days
from enphase_tray.history.database import open_for_reading, translate
from enphase_tray.history.packing import unpack_counts, unpack_watts, watts_at
from enphase_tray.history.schema import reading_id, reading_seconds
from enphase_tray.history.unit_days import THOUSANDTHS
from enphase_tray.model.history import (
    Energy,
    HistoryEvent,
    InverterDays,
    InverterSeries,
    Provenance,
    Rejection,
    SiteDay,
    SiteSeries,
)

_PROVENANCES = tuple(Provenance)
_NO_SERIES = InverterSeries((), {})
_NO_DAYS = InverterDays((), {})


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

    def timezone(self, site: str) -> str | None:
        """The gateway's zone (an IANA name) as it last told it; `None` where it never did."""
        with self._reading() as connection:
            if connection is None:
                return None
            row = connection.execute("SELECT timezone FROM site WHERE serial = ?", (site,)).fetchone()
        return None if row is None else row[0]

    def inverter_series(
        self, site: str, start: datetime, end: datetime, serials: Collection[str] | None = None
    ) -> InverterSeries:
        """Reports from `start` to before `end`; only times and inverters that have any. `serials`: only of these.

        `times` are those of the polls that brought a new report. The report itself is the mean over the interval
        before the poll (5 or 15 min, up to one poll old): a curve drawn through these points lags that much.
        """
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return _NO_SERIES
            layout = _layout(connection, number)
            rows = connection.execute(
                "SELECT id, watts FROM reading WHERE id >= ? AND id < ? AND watts > x'' ORDER BY id",
                _span(number, start, end),
            ).fetchall()
        return _inverter_series(layout, rows, serials)

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

        The day a counter was first read, and the newest, have what was counted of them.
        """
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return ()
            rows = connection.execute(
                f"SELECT {site_days.COLUMNS} FROM site_day"  # noqa: S608 - names of ours
                " WHERE site = ? AND day BETWEEN ? AND ? ORDER BY day",
                (number, first.toordinal(), last.toordinal()),
            ).fetchall()
            newest = site_days.newest(connection, number)
        found = [_site_day(*row) for row in rows if newest is None or row[0] < newest[0]]
        if newest is not None and first.toordinal() <= newest[0] <= last.toordinal():
            found.append(_site_day(newest[0], *newest[1]))
        return tuple(found)

    def inverter_days(self, site: str, first: date, last: date, serials: Collection[str] | None = None) -> InverterDays:
        """Energy of the inverters on the local days `first` to `last` (both included), Wh; only days with any row.

        Only inverters that have any; `serials`: only of these.
        """
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return _NO_DAYS
            layout = _layout(connection, number)
            rows = connection.execute(
                "SELECT day, energy, provenance FROM inverter_day WHERE site = ? AND day BETWEEN ? AND ? ORDER BY day",
                (number, first.toordinal(), last.toordinal()),
            ).fetchall()
        return _inverter_days(layout, rows, serials)

    def rejections(self, site: str) -> tuple[Rejection, ...]:
        """Answers that were no data, by day, quantity and reason, in that order."""
        with self._reading() as connection:
            number = _number(connection, site)
            if connection is None or number is None:
                return ()
            rows = connection.execute(
                "SELECT day, quantity, reason, count FROM rejection WHERE site = ? ORDER BY day, quantity, reason",
                (number,),
            ).fetchall()
        return tuple(Rejection(date.fromordinal(day), *rest) for day, *rest in rows)

    def events(
        self, limit: int = 500, since: datetime | None = None, site: str | None = None
    ) -> tuple[HistoryEvent, ...]:
        """What was told or noticed, newest first. `site`: of that gateway, or of no particular one."""
        with self._reading() as connection:
            return () if connection is None else journal.read_events(connection, limit, since, site)

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


def _layout(connection: sqlite3.Connection, site: int) -> list[str]:
    rows = connection.execute("SELECT serial FROM layout WHERE site = ? ORDER BY place", (site,)).fetchall()
    return [serial for (serial,) in rows]


def _wanted(layout: list[str], serials: Collection[str] | None) -> list[int]:
    return [place for place, serial in enumerate(layout) if serials is None or serial in serials]


def _inverter_series(
    layout: list[str], rows: list[tuple[int, bytes]], serials: Collection[str] | None
) -> InverterSeries:
    if not rows:
        return _NO_SERIES
    places = _wanted(layout, serials)
    if serials is None:
        unknown = (None,) * len(layout)
        unpacked = [unpack_watts(watts) for _, watts in rows]
        # A row has fewer places than the layout (it is older), or one more: padding.
        table = [(*values, *unknown[len(values) :])[: len(layout)] for values in unpacked]
        times = [float(reading_seconds(key)) for key, _ in rows]
    else:
        chosen = [(key, tuple(watts_at(watts, places))) for key, watts in rows]
        chosen = [(key, values) for key, values in chosen if any(value is not None for value in values)]
        table = [values for _, values in chosen]
        times = [float(reading_seconds(key)) for key, _ in chosen]
    columns = zip(*table, strict=True)
    watts = {
        layout[place]: column
        for place, column in zip(places, columns, strict=False)
        if any(value is not None for value in column)
    }
    return InverterSeries(tuple(times), watts)


def _site_day(day: int, *figures: Any) -> SiteDay:
    made, made_from, used, used_from, imported, imported_from, exported, exported_from = figures
    return SiteDay(
        date.fromordinal(day),
        None if made is None else Energy(made, _PROVENANCES[made_from]),
        None if used is None else Energy(used, _PROVENANCES[used_from]),
        None if imported is None else Energy(imported, _PROVENANCES[imported_from]),
        None if exported is None else Energy(exported, _PROVENANCES[exported_from]),
    )


def _inverter_days(
    layout: list[str], rows: list[tuple[int, bytes, bytes]], serials: Collection[str] | None
) -> InverterDays:
    unpacked = [(unpack_counts(energy), provenance) for _, energy, provenance in rows]
    energies: dict[str, tuple[Energy | None, ...]] = {}
    for place in _wanted(layout, serials):
        column = [
            None
            if place >= len(values) or (thousandths := values[place]) is None
            else Energy(thousandths / THOUSANDTHS, _PROVENANCES[provenance[place]])
            for values, provenance in unpacked
        ]
        if any(column):
            energies[layout[place]] = tuple(column)
    return InverterDays(tuple([date.fromordinal(day) for day, _, _ in rows]), energies)
