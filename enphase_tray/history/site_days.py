"""Which source's figure is a site's figure of a day.

The rows of `site_day` are chosen when a day is over; the newest one grows with every poll, so it is chosen when asked
for.
"""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from enphase_tray.history.local_days import LocalDays, site_zone
from enphase_tray.model.history import Provenance

QUANTITIES = ("production", "consumption", "imported", "exported")
SOURCES = ("meter", "inverters", "gateway", "page")
"""Whose figure goes first where several sources counted the whole day."""
COLUMNS = "day, " + ", ".join(f"{quantity}, {quantity}_from" for quantity in QUANTITIES)
"""Of `site_day`."""
_BEHIND_SECONDS = 3600
"""A source whose last reading is so much older than another's has stopped."""

_UNKNOWN = (None, None)
_SAVE = "INSERT OR REPLACE INTO site_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ENERGIES = """
    SELECT quantity, source, sum(watt_hours), max(provenance) FROM (
        SELECT quantity, source, watt_hours, provenance FROM energy WHERE site = :site AND day = :day
        UNION ALL SELECT quantity, source, booked, provenance FROM epoch
            WHERE site = :site AND day = :day AND quantity IN ('production', 'consumption', 'imported', 'exported'))
    GROUP BY 1, 2"""
_SPANS = """
    SELECT quantity, source, min(opened_at), max(latest_at) FROM epoch
    WHERE site = ? AND quantity IN ('production', 'consumption', 'imported', 'exported') GROUP BY 1, 2"""

_NEWEST = """
    SELECT max(day) FROM epoch WHERE site = ? AND quantity IN ('production', 'consumption', 'imported', 'exported')"""

Figures = tuple[float | int | None, ...]
"""Wh and provenance of each of the quantities."""


class Candidate(NamedTuple):
    """One source's figure of a day, and the time over which the source was followed."""

    source: str
    opened_at: int
    latest_at: int
    watt_hours: float
    provenance: int


def choose(candidates: Iterable[Candidate], begin: int, end: int, newest: int) -> Candidate:
    """The best (of one or more) of a quantity on the day from `begin` to `end`.

    `newest` is the last reading of any source. A whole day goes before a part of one, a known figure before an
    estimated one; then the order of the sources.
    """

    def rank(one: Candidate) -> tuple[bool, bool, int]:
        whole = one.opened_at <= begin and one.latest_at >= min(end, newest - _BEHIND_SECONDS)
        order = SOURCES.index(one.source) if one.source in SOURCES else len(SOURCES)
        return not whole, one.provenance == Provenance.ESTIMATED, order

    return min(candidates, key=rank)


def refresh(connection: sqlite3.Connection, site: int, days: Iterable[int], local: LocalDays) -> None:
    """Choose anew for these days, from what is stored."""
    for day in days:
        figures = compose(connection, site, day, local)
        if figures is None:
            connection.execute("DELETE FROM site_day WHERE site = ? AND day = ?", (site, day))
        else:
            connection.execute(_SAVE, (site, day, *figures))


def compose(connection: sqlite3.Connection, site: int, day: int, local: LocalDays) -> Figures | None:
    """The figures and provenances of a day, chosen from what the sources have booked on it; `None` if nothing is."""
    rows = connection.execute(_ENERGIES, {"site": site, "day": day}).fetchall()
    if not rows:
        return None
    spans = {(quantity, source): span for quantity, source, *span in connection.execute(_SPANS, (site,))}
    found: dict[str, list[Candidate]] = {}
    for quantity, source, watt_hours, provenance in rows:
        opened_at, latest_at = spans[quantity, source]
        found.setdefault(quantity, []).append(Candidate(source, opened_at, latest_at, watt_hours, provenance))
    return _figures(found, local.begin(day), local.begin(day + 1))


def newest(connection: sqlite3.Connection, site: int) -> tuple[int, Figures] | None:
    """The newest day that anything is booked on."""
    (day,) = connection.execute(_NEWEST, (site,)).fetchone()
    if day is None:
        return None
    zones = connection.execute("SELECT timezone, zone FROM site WHERE id = ?", (site,)).fetchone()
    figures = compose(connection, site, day, LocalDays(site_zone(*zones)))
    return None if figures is None else (day, figures)


def _figures(found: dict[str, list[Candidate]], begin: int, end: int) -> Figures:
    figures: list[float | int | None] = []
    for quantity in QUANTITIES:
        candidates = found.get(quantity)
        if candidates is None:
            figures += _UNKNOWN
            continue
        best = candidates[0]
        if len(candidates) > 1:
            best = choose(candidates, begin, end, max([one.latest_at for one in candidates]))
        figures += (best.watt_hours, best.provenance)
    return tuple(figures)
