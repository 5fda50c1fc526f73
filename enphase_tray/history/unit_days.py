"""Rows of `inverter_day`, and of `epoch` for inverters: how they are read and written."""

import sqlite3
from collections.abc import Sequence

from enphase_tray.history.allocation import Share
from enphase_tray.history.bookkeeping import surer
from enphase_tray.history.known import UnitDay, UnitEpoch
from enphase_tray.history.packing import pack_counts, unpack_counts
from enphase_tray.model.history import Provenance

QUANTITY = "inverter"
THOUSANDTHS = 1000
"""Energies of inverters are stored in these parts of a Wh."""

_SELECT = "SELECT day, at, energy, provenance, counter FROM inverter_day WHERE site = ?"
_SAVE = "INSERT OR REPLACE INTO inverter_day VALUES (?, ?, ?, ?, ?, ?)"
_EPOCHS = """
    SELECT source, max(number), day, opening, opened_at, wraps, suspect, suspect_at, suspect_reason FROM epoch
    WHERE site = ? AND quantity = 'inverter' GROUP BY source"""
_SAVE_EPOCH = """
    INSERT OR REPLACE INTO epoch (site, quantity, source, number, opening, opened_at, latest, latest_at, moved_at,
        wraps, best, frozen, suspect, suspect_at, suspect_reason, day, booked, provenance)
    VALUES (?, 'inverter', ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, 0, 0)"""


def newest(connection: sqlite3.Connection, site: int) -> UnitDay | None:
    """The row of the newest day."""
    found = connection.execute(f"{_SELECT} ORDER BY day DESC LIMIT 1", (site,)).fetchone()
    return None if found is None else _row(*found)


def newest_of(connection: sqlite3.Connection, site: int, place: int) -> UnitDay | None:
    """The newest row that has energy of that place."""
    for found in connection.execute(f"{_SELECT} ORDER BY day DESC", (site,)):
        row = _row(*found)
        if place < len(row.energy) and row.energy[place] is not None:
            return row
    return None


def of_day(connection: sqlite3.Connection, site: int, day: int) -> UnitDay | None:
    """The row of that day."""
    found = connection.execute(f"{_SELECT} AND day = ?", (site, day)).fetchone()
    return None if found is None else _row(*found)


def after(connection: sqlite3.Connection, site: int, day: int) -> list[UnitDay]:
    """The rows of all later days."""
    return [_row(*found) for found in connection.execute(f"{_SELECT} AND day > ?", (site, day)).fetchall()]


def save(connection: sqlite3.Connection, site: int, row: UnitDay) -> None:
    """Write the row as it is."""
    packed = (pack_counts(row.energy), bytes(row.provenance), pack_counts(row.counter))
    connection.execute(_SAVE, (site, row.day, row.at, *packed))


def forget_after(connection: sqlite3.Connection, site: int, day: int) -> None:
    """Remove the rows of all later days."""
    connection.execute("DELETE FROM inverter_day WHERE site = ? AND day > ?", (site, day))


def widen(row: UnitDay, places: int) -> None:
    """Make room for all places."""
    row.energy += [None] * (places - len(row.energy))
    row.counter += [None] * (places - len(row.counter))
    row.told += [None] * (places - len(row.told))
    row.provenance += bytes(max(places - len(row.provenance), 0))


def book(row: UnitDay, place: int, share: Share) -> None:
    """Add to what the row has of a place."""
    made = row.energy[place]
    row.provenance[place] = surer(int(Provenance.MEASURED) if made is None else row.provenance[place], share)
    row.energy[place] = (made or 0) + round(share.watt_hours * THOUSANDTHS)


def epochs(connection: sqlite3.Connection, site: int, places: dict[str, int]) -> dict[int, UnitEpoch]:
    """The newest epoch of each place that has one."""
    rows = connection.execute(_EPOCHS, (site,)).fetchall()
    return {places[serial]: UnitEpoch(*fields) for serial, *fields in rows if serial in places}


def save_epoch(
    connection: sqlite3.Connection, site: int, serial: str, epoch: UnitEpoch, latest: int, latest_at: int
) -> None:
    """Write an inverter's epoch. `latest` is its counter with wraps undone, as it is now; it is not kept up to date."""
    connection.execute(
        _SAVE_EPOCH,
        (
            site,
            serial,
            epoch.number,
            epoch.opening,
            epoch.opened_at,
            latest,
            latest_at,
            latest_at,
            epoch.wraps,
            epoch.suspect,
            epoch.suspect_at,
            epoch.suspect_reason,
            epoch.day,
        ),
    )


def whole_shares(shares: Sequence[Share], total: int) -> list[Share]:
    """The shares in whole Wh, adding up to `total`: those with the largest remainders are rounded up."""
    floors = [int(share.watt_hours) for share in shares]
    missing = total - sum(floors)
    order = sorted(range(len(shares)), key=lambda i: floors[i] - shares[i].watt_hours)
    for i in order[: max(missing, 0)]:
        floors[i] += 1
    # A rise that was rounded down by more than its parts: from the largest.
    floors[max(range(len(floors)), key=floors.__getitem__)] += total - sum(floors)
    return [share._replace(watt_hours=float(whole)) for share, whole in zip(shares, floors, strict=True)]


def _row(day: int, at: int, energy: bytes, provenance: bytes, counter: bytes) -> UnitDay:
    return UnitDay(day, at, [*unpack_counts(energy)], bytearray(provenance), [*unpack_counts(counter)])
