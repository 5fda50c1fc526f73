"""Thinning of what is old: the many readings of the site alone become one in five minutes.

Full polls and all they brought stay for ever. A reading of the site alone (`watts IS NULL`) that is old enough goes
up in one row of its five minutes: the mean of all of them is written to the full poll's row, or to the first of them
where there was no full poll. So the mean over any time is what it was, and there is one row where there would be two.

A day is taken out and written anew as a whole: rows that were only deleted would leave their pages half empty for
ever, while whole pages are used again. That is also why the file needs no VACUUM.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from enphase_tray.history.schema import reading_id, reading_seconds

KEPT_DAYS = 90
"""How many of a site's newest days with readings are left as they are."""

_BUCKET_SECONDS = 300
_DAY_SECONDS = 86_400
_STATE = "thinned"
_COLUMNS = "id, production, consumption, net, watts"

_Row = tuple[int, int | None, int | None, int | None, bytes | None]


def thin_one_day(connection: sqlite3.Connection) -> bool:
    """Thin the next day (UTC) that is old enough, inside the caller's transaction; False if there is none.

    Old enough is a day that 90 later days with readings follow. The clock is not asked: if it jumps years ahead, the
    few readings made then must not make all others old.
    """
    done = _progress(connection)
    for (site,) in connection.execute("SELECT id FROM site ORDER BY id").fetchall():
        key = reading_id(site, done.get(str(site), 0))
        (first,) = connection.execute(
            "SELECT min(id) FROM reading WHERE id >= ? AND id < ?", (key, reading_id(site + 1, 0))
        ).fetchone()
        if first is None or not _is_old(connection, site, first):
            continue
        start = first - reading_seconds(first) % _DAY_SECONDS
        _rewrite(connection, start, start + _DAY_SECONDS)
        done[str(site)] = reading_seconds(start) + _DAY_SECONDS
        _save_progress(connection, done)
        return True
    return False


def _is_old(connection: sqlite3.Connection, site: int, key: int) -> bool:
    """Whether as many days with readings follow that of `key` as are kept."""
    edge = reading_id(site + 1, 0)
    for _ in range(KEPT_DAYS):
        (newest,) = connection.execute("SELECT max(id) FROM reading WHERE id < ?", (edge,)).fetchone()
        edge = newest - reading_seconds(newest) % _DAY_SECONDS
        if edge <= key:
            return False
    return True


def _rewrite(connection: sqlite3.Connection, start: int, end: int) -> None:
    rows: list[_Row] = connection.execute(
        f"SELECT {_COLUMNS} FROM reading WHERE id >= ? AND id < ? ORDER BY id",  # noqa: S608 - a constant
        (start, end),
    ).fetchall()
    kept = list(thinned(rows))
    if len(kept) == len(rows):
        return
    connection.execute("DELETE FROM reading WHERE id >= ? AND id < ?", (start, end))
    connection.executemany(f"INSERT INTO reading ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)", kept)  # noqa: S608 - a constant


def thinned(rows: Iterable[_Row]) -> Iterator[_Row]:
    """The rows of a site, in order, with those of the site alone gone up in one row for each five minutes."""
    for _, several in groupby(rows, lambda row: reading_seconds(row[0]) // _BUCKET_SECONDS):
        bucket = list(several)
        alone = [row for row in bucket if row[4] is None]
        full = [row for row in bucket if row[4] is not None]
        if alone:
            keeper = full[0] if full else alone[0]
            part_of_it = [*alone, *full[:1]]
            yield (keeper[0], _mean(part_of_it, 1), _mean(part_of_it, 2), _mean(part_of_it, 3), keeper[4])
        yield from full[1:] if alone else full


def _mean(rows: Sequence[_Row], column: int) -> int | None:
    known = [value for row in rows if isinstance(value := row[column], int)]
    return round(sum(known) / len(known)) if known else None


def _progress(connection: sqlite3.Connection) -> dict[str, int]:
    """Until when (epoch seconds) each site was thinned, by its number."""
    row = connection.execute("SELECT value FROM state WHERE name = ?", (_STATE,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def _save_progress(connection: sqlite3.Connection, done: dict[str, int]) -> None:
    connection.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", (_STATE, json.dumps(done)))
