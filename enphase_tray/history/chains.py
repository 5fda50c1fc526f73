"""The site's own counters on disk: loading and moving on their chains, and what they book."""

import sqlite3
from collections.abc import Sequence

from enphase_tray.history import site_days
from enphase_tray.history.allocation import Share, Told
from enphase_tray.history.bookkeeping import Chain, Limits, Reading, Step, is_hole, surer
from enphase_tray.history.known import ChainKey, KnownSite
from enphase_tray.history.ledger import advance, go_on
from enphase_tray.history.local_days import LocalDays
from enphase_tray.history.moments import Moment
from enphase_tray.model.history import Provenance

_EPOCH = (
    "number, opening, opened_at, latest, latest_at, moved_at, wraps, best, frozen, suspect, suspect_at, suspect_reason,"
    " day, booked, provenance"
)
_EPOCHS = f"""
    SELECT quantity, source, max(number), {_EPOCH} FROM epoch
    WHERE site = ? AND quantity IN ('production', 'consumption', 'imported', 'exported')
    GROUP BY 1, 2"""  # noqa: S608 - a constant
_SAVE_EPOCH = f"""
    INSERT OR REPLACE INTO epoch (site, quantity, source, {_EPOCH})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - a constant
_MOVE_ON = """
    UPDATE epoch SET latest = ?, latest_at = ?, moved_at = ?, booked = ?
    WHERE site = ? AND quantity = ? AND source = ? AND number = ?"""
_WHERE = "WHERE site = ? AND day = ? AND quantity = ? AND source = ? AND epoch = ?"
_ENERGY = f"SELECT watt_hours, provenance FROM energy {_WHERE}"  # noqa: S608 - a constant
_FORGET = f"DELETE FROM energy {_WHERE}"  # noqa: S608 - a constant
_SAVE_ENERGY = "INSERT OR REPLACE INTO energy VALUES (?, ?, ?, ?, ?, ?, ?)"
_SINCE = """
    SELECT day, watt_hours FROM energy
    WHERE site = ? AND day >= ? AND quantity = ? AND source = ? AND epoch = ?"""
_COUNT = """
    INSERT INTO rejection VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"""

ToldCounter = tuple[ChainKey, float, Limits, Told, bool]
"""What a snapshot tells of one counter: its value, what it can do, its days, and whether power flows."""


def load(connection: sqlite3.Connection, site: int) -> dict[ChainKey, Chain]:
    """The newest epoch of each counter of the site."""
    chains = {}
    for quantity, source, _, *fields in connection.execute(_EPOCHS, (site,)).fetchall():
        chain = Chain._make(fields)
        chains[quantity, source] = chain._replace(frozen=bool(chain.frozen))
    return chains


def record(
    connection: sqlite3.Connection,
    site: KnownSite,
    chains: dict[ChainKey, Chain],
    told: Sequence[ToldCounter],
    moment: Moment,
    days: LocalDays,
) -> None:
    """Move the chains on by what a snapshot of that moment tells; write only what has changed."""
    at = moment.ledger
    day = days.day(at)
    moves: list[tuple[object, ...]] = []
    touched: set[int] = set()
    newest = max([chain.day for chain in chains.values()], default=day)
    for key, lifetime, limits, own, flowing in told:
        before = chains.get(key)
        chain = None if before is None else go_on(before, at, lifetime, day, limits)
        if chain is not None:
            if chain is not before:
                chains[key] = chain
                moves.append((*chain[3:6], chain.booked, site.number, *key, chain.number))
            continue
        step = advance(before, Reading(at, lifetime, own, flowing, moment.sure), days, limits)
        for reason in step.rejected:
            count_rejection(connection, site.number, day, key[0], reason)
        if step.chain is not None:
            chains[key] = step.chain
            touched |= _begin(connection, site.number, key, chains, before, step)
    if moves:
        connection.executemany(_MOVE_ON, moves)
    if touched:
        over = (touched | {newest}) - {max([chain.day for chain in chains.values()])}
        site_days.refresh(connection, site.number, sorted(over), days)


def _begin(
    connection: sqlite3.Connection,
    site: int,
    key: ChainKey,
    chains: dict[ChainKey, Chain],
    before: Chain | None,
    step: Step,
) -> set[int]:
    """Write a chain that may have begun a day or an epoch; returns the days it touched.

    The newest day of an epoch stands in its own row, the days before in `energy`.
    """
    chain = chains[key]
    if step.gather_on is not None:
        chain, touched = _gather(connection, site, key, before, chain)
        chains[key] = chain
    else:
        others = [share for share in step.bookings if share.day != chain.day]
        if before is not None and before.number == chain.number and before.day != chain.day:
            others.append(Share(before.day, before.booked, Provenance(before.provenance)))
        for share in others:
            _add(connection, site, key, chain.number, share)
        touched = {share.day for share in others}
        if before is not None and before.number != chain.number and is_hole(before, before.suspect_at or 0):
            partly = before._replace(provenance=int(Provenance.ESTIMATED))
            connection.execute(_SAVE_EPOCH, (site, *key, *partly))
            touched.add(before.day)
    connection.execute(_SAVE_EPOCH, (site, *key, *chain))
    return touched | {chain.day}


def count_rejection(connection: sqlite3.Connection, site: int, day: int, quantity: str, reason: str) -> None:
    """One more answer that was no data."""
    connection.execute(_COUNT, (site, day, quantity, reason))


def _add(connection: sqlite3.Connection, site: int, key: ChainKey, epoch: int, share: Share) -> None:
    where = (site, share.day, *key, epoch)
    row = connection.execute(_ENERGY, where).fetchone()
    watt_hours, provenance = (0.0, int(Provenance.MEASURED)) if row is None else row
    connection.execute(_SAVE_ENERGY, (*where, watt_hours + share.watt_hours, surer(provenance, share)))


def _gather(
    connection: sqlite3.Connection, site: int, key: ChainKey, before: Chain | None, chain: Chain
) -> tuple[Chain, set[int]]:
    """Book on the chain's day what the epoch has booked on later ones, which have not come yet."""
    booked = chain.booked + (0.0 if before is None else before.booked)
    touched = set() if before is None else {before.day}
    for day, watt_hours in connection.execute(_SINCE, (site, chain.day, *key, chain.number)).fetchall():
        connection.execute(_FORGET, (site, day, *key, chain.number))
        booked += watt_hours
        touched.add(day)
    return chain._replace(booked=booked, provenance=int(Provenance.ESTIMATED)), touched
