"""Which source's figure is a site's figure of a day: the rows of `site_day`."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from enphase_tray.history.bookkeeping import Chain
from enphase_tray.history.known import ChainKey, KnownSite, SiteDayRow
from enphase_tray.history.local_days import LocalDays
from enphase_tray.model.history import Provenance

QUANTITIES = ("production", "consumption", "imported", "exported")
SOURCES = ("meter", "inverters", "gateway", "page")
"""Whose figure goes first where several sources counted the whole day."""
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
    spans = {(quantity, source): span for quantity, source, *span in connection.execute(_SPANS, (site,))}
    for day in days:
        found: dict[str, list[Candidate]] = {}
        for quantity, source, watt_hours, provenance in connection.execute(
            _ENERGIES, {"site": site, "day": day}
        ).fetchall():
            opened_at, latest_at = spans[quantity, source]
            found.setdefault(quantity, []).append(Candidate(source, opened_at, latest_at, watt_hours, provenance))
        if found:
            connection.execute(_SAVE, (site, day, *_figures(found, local.begin(day), local.begin(day + 1))))
        else:
            connection.execute("DELETE FROM site_day WHERE site = ? AND day = ?", (site, day))


def update(connection: sqlite3.Connection, site: KnownSite, chains: dict[ChainKey, Chain], day: int) -> None:
    """Choose anew for the present day, from the chains in memory, and write its row if it has changed."""
    if site.days is None:
        return
    begin = site.days.begin(day)
    found: dict[str, list[Candidate]] = {}
    for (quantity, source), chain in chains.items():
        if chain.day != day:
            continue
        if chain.number and chain.opened_at >= begin:  # an earlier epoch has a part in the day
            refresh(connection, site.number, (day,), site.days)
            site.site_day = None
            return
        one = Candidate(source, chain.opened_at, chain.latest_at, chain.booked, chain.provenance)
        if quantity in found:
            found[quantity].append(one)
        else:
            found[quantity] = [one]
    row: SiteDayRow = (day, _figures(found, begin, site.days.begin(day + 1)))
    if row != site.site_day:
        connection.execute(_SAVE, (site.number, day, *row[1]))
        site.site_day = row


def _figures(found: dict[str, list[Candidate]], begin: int, end: int) -> tuple[float | int | None, ...]:
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
