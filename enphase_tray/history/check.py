"""Whether a history is whole: what `history --check` shows. Reads everything, so it takes seconds for ten years."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median_low

from enphase_tray.history import site_days
from enphase_tray.history.bookkeeping import MOST_SUN_HOURS, MOST_USED_A_DAY
from enphase_tray.history.database import open_for_reading, translate
from enphase_tray.history.ledger import WRAP
from enphase_tray.history.packing import unpack_counts, unpack_watts
from enphase_tray.history.schema import reading_id, reading_seconds
from enphase_tray.history.soundness import findings
from enphase_tray.history.unit_days import QUANTITY as INVERTER
from enphase_tray.history.unit_days import THOUSANDTHS
from enphase_tray.history.units import WATTS
from enphase_tray.model.history import ChainCheck, EpochCheck, GapCheck, HistoryCheck, Provenance, SiteCheck

_TOLERANCE = 1.0
_LONGEST_DAY_HOURS = 25.0
_ABOVE_PEAK = 1.25
_EPOCHS = """
    SELECT quantity, source, number, opened_at, latest_at, opening, latest, wraps, booked, day FROM epoch
    WHERE site = ? ORDER BY quantity = 'inverter', quantity, source, number"""
_BOOKED = "SELECT quantity, source, epoch, sum(watt_hours) FROM energy WHERE site = ? GROUP BY 1, 2, 3"
_IMPOSSIBLE = """
    SELECT day, quantity, watt_hours FROM (
        SELECT site, day, quantity, watt_hours FROM energy
        UNION ALL SELECT site, day, quantity, booked FROM epoch WHERE quantity != 'inverter')
    WHERE site = :site AND NOT watt_hours BETWEEN 0 AND CASE quantity WHEN 'production' THEN :made ELSE :used END"""


def inspect(path: Path) -> HistoryCheck:
    """Look at everything in the history at `path`. A missing file is an empty history. Raises HistoryError."""
    try:
        connection = open_for_reading(path)
        if connection is None:
            return HistoryCheck((), 0, ())
        with closing(connection):
            problems = [f"SQLite: {finding}" for finding in findings(connection)]
            # One look at one moment, while the program may write.
            connection.execute("BEGIN")
            rows = connection.execute("SELECT id, serial, peak_watts FROM site ORDER BY id").fetchall()
            sites = [_site(connection, number, serial, peak, problems) for number, serial, peak in rows]
            (page,) = connection.execute("PRAGMA page_size").fetchone()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
    except (sqlite3.Error, OSError) as error:
        raise translate(error, path) from error
    return HistoryCheck(tuple(sites), page * pages, tuple(problems))


def _site(connection: sqlite3.Connection, site: int, serial: str, peak: int, problems: list[str]) -> SiteCheck:
    about = f"{serial}: "
    times, samples = _readings(connection, site)
    chains, inverters = _chains(connection, site), _inverters(connection, site)
    for chain in (*chains, *inverters):
        for epoch in chain.epochs:
            if abs(epoch.booked - epoch.counted) > _TOLERANCE:
                problems.append(
                    f"{about}the days of {chain.quantity} from {chain.source} add up to {epoch.booked:.1f} Wh,"
                    f" but the counter moved by {epoch.counted:.1f} Wh (epoch {epoch.number})"
                )
    units = len(connection.execute("SELECT 1 FROM layout WHERE site = ?", (site,)).fetchall())
    problems += [about + problem for problem in _impossible(connection, site, units, peak)]
    problems += [about + problem for problem in _impossible_inverters(connection, site)]
    days = _site_days(connection, site)
    rejected = connection.execute("SELECT reason, sum(count) FROM rejection WHERE site = ? GROUP BY 1", (site,))
    return SiteCheck(
        serial=serial,
        first_at=_moment(times[0]) if times else None,
        last_at=_moment(times[-1]) if times else None,
        readings=len(times),
        samples=samples,
        days=len(days),
        inverters=units,
        chains=(*chains, *inverters),
        gaps=_gaps(times),
        shares=_shares(days),
        rejections=dict(rejected.fetchall()),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _readings(connection: sqlite3.Connection, site: int) -> tuple[list[int], int]:
    """The moments of all readings, and how many reports of inverters are in them."""
    times: list[int] = []
    samples = 0
    rows = connection.execute(
        "SELECT id, watts FROM reading WHERE id >= ? AND id < ? ORDER BY id",
        (reading_id(site, 0), reading_id(site + 1, 0)),
    )
    for key, watts in rows:
        times.append(reading_seconds(key))
        if watts:
            samples += sum([value is not None for value in unpack_watts(watts)])
    return times, samples


def _gaps(times: list[int]) -> GapCheck:
    distances = [later - earlier for earlier, later in pairwise(times)]
    usual = median_low(distances) if distances else 0
    holes = [distance for distance in distances if distance > 2 * usual]
    return GapCheck(float(usual), len(holes), float(sum(holes)), float(max(holes, default=0)))


def _chains(connection: sqlite3.Connection, site: int) -> list[ChainCheck]:
    """The site's own counters. The newest day of an epoch stands in its own row."""
    booked = {(*key,): total for *key, total in connection.execute(_BOOKED, (site,)).fetchall()}
    chains: dict[tuple[str, str], list[EpochCheck]] = {}
    for quantity, source, number, opened_at, latest_at, opening, latest, wraps, last_day, _ in connection.execute(
        _EPOCHS, (site,)
    ).fetchall():
        if quantity == INVERTER:
            continue
        moved = latest + wraps * WRAP - opening
        total = booked.pop((quantity, source, number), 0.0) + last_day
        epoch = EpochCheck(number, _moment(opened_at), _moment(latest_at), opening, latest, wraps, moved, total)
        chains.setdefault((quantity, source), []).append(epoch)
    for (quantity, source, number), total in booked.items():  # energy of an epoch that is not there
        orphan = EpochCheck(number, _moment(0), _moment(0), 0.0, 0.0, 0, 0.0, total)
        chains.setdefault((quantity, source), []).append(orphan)
    return [ChainCheck(*key, tuple(epochs)) for key, epochs in chains.items()]


def _inverters(connection: sqlite3.Connection, site: int) -> list[ChainCheck]:
    """The inverters' counters: all epochs of one against all its days since the first was opened."""
    places = dict(connection.execute("SELECT serial, place FROM layout WHERE site = ?", (site,)).fetchall())
    days = _inverter_days(connection, site)
    epochs: dict[str, list[tuple[int, int, int, float, float, int]]] = {}
    opened: dict[str, int] = {}
    for quantity, source, number, opened_at, latest_at, opening, latest, wraps, _, day in connection.execute(
        _EPOCHS, (site,)
    ).fetchall():
        if quantity == INVERTER:
            epochs.setdefault(source, []).append((number, opened_at, latest_at, opening, latest, wraps))
            opened.setdefault(source, day)
    chains = []
    for serial, found in epochs.items():
        place = places[serial]
        at = found[-1][2]
        latest = found[-1][4]
        for _, row_at, _, counters in days:
            if place < len(counters) and (counter := counters[place]) is not None and row_at >= at:
                at, latest = row_at, float(counter)
        counted = latest - found[-1][3] + sum(one[4] - one[3] for one in found[:-1])
        booked = sum(
            (energies[place] or 0) / THOUSANDTHS
            for day, _, energies, _ in days
            if place < len(energies) and day >= opened[serial]
        )
        wraps = sum(one[5] for one in found)
        span = (_moment(found[0][1]), _moment(at))
        epoch = EpochCheck(len(found) - 1, *span, found[0][3], latest, wraps, counted, booked)
        chains.append(ChainCheck(INVERTER, serial, (epoch,)))
    return chains


_UnitRow = tuple[int, int, tuple[int | None, ...], tuple[int | None, ...]]


def _inverter_days(connection: sqlite3.Connection, site: int) -> list[_UnitRow]:
    rows = connection.execute("SELECT day, at, energy, counter FROM inverter_day WHERE site = ? ORDER BY day", (site,))
    return [(day, at, unpack_counts(energy), unpack_counts(counter)) for day, at, energy, counter in rows]


def _impossible(connection: sqlite3.Connection, site: int, units: int, peak: int) -> Iterator[str]:
    """Days that are negative or above what can be made or used."""
    made = max(units * WATTS, peak * _ABOVE_PEAK) * _LONGEST_DAY_HOURS if units else MOST_USED_A_DAY
    limits = {"site": site, "made": made + _TOLERANCE, "used": MOST_USED_A_DAY + _TOLERANCE}
    for day, quantity, watt_hours in connection.execute(_IMPOSSIBLE, limits).fetchall():
        yield f"{quantity} of {date.fromordinal(day)} cannot be {watt_hours:.0f} Wh"


def _impossible_inverters(connection: sqlite3.Connection, site: int) -> Iterator[str]:
    for day, _, energies, _ in _inverter_days(connection, site):
        for made in energies:
            if made is not None and made > WATTS * MOST_SUN_HOURS * THOUSANDTHS:
                yield f"an inverter's {date.fromordinal(day)} cannot be {made / THOUSANDTHS:.0f} Wh"


def _site_days(connection: sqlite3.Connection, site: int) -> list[tuple[float | int | None, ...]]:
    """The figures and provenances of all days."""
    rows = connection.execute(f"SELECT {site_days.COLUMNS} FROM site_day WHERE site = ?", (site,)).fetchall()  # noqa: S608 - names of ours
    newest = site_days.newest(connection, site)
    if newest is None:
        return []
    return [*[tuple(figures) for day, *figures in rows if day < newest[0]], newest[1]]


def _shares(days: list[tuple[float | int | None, ...]]) -> dict[Provenance, float]:
    """The shares of the provenances in all energy of the days, of all quantities."""
    totals = dict.fromkeys(Provenance, 0.0)
    for figures in days:
        for watt_hours, provenance in zip(figures[::2], figures[1::2], strict=True):
            if watt_hours is not None and provenance is not None:
                totals[Provenance(int(provenance))] += watt_hours
    whole = sum(totals.values())
    return {provenance: totals[provenance] / whole if whole else 0.0 for provenance in Provenance}
