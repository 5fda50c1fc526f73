"""How a snapshot becomes rows. Every function works inside the caller's transaction."""

import contextlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from enphase_tray.history import chains
from enphase_tray.history.allocation import DAY
from enphase_tray.history.counters import told_by
from enphase_tray.history.known import Known, KnownSite
from enphase_tray.history.local_days import LocalDays, computer_zone, site_zone, zone_named
from enphase_tray.history.moments import Moment, moment_of
from enphase_tray.history.packing import believable, pack_counts, pack_watts, storable
from enphase_tray.history.schema import reading_id, reading_seconds
from enphase_tray.history.units import Placed, Units
from enphase_tray.model.readings import InverterReading, InverterState, NetReading, PowerReading, Snapshot

_EPOCH = datetime.fromtimestamp(0, UTC)
_MOST_WATTS = 10_000_000.0
_PEAK_STEP = 1.05
_UNCERTAIN_CLOCK_SECONDS = 600.0
_OLD_REPORT_SECONDS = 1800.0
_OLD_REPORT_INTERVALS = 1.5
_NO_REPORTS = b""
_NO_POWER = (None, None, None)

_SAVE_POLL = """
    INSERT INTO reading (id, production, consumption, net, watts) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET production = coalesce(excluded.production, production),
        consumption = coalesce(excluded.consumption, consumption), net = coalesce(excluded.net, net),
        watts = excluded.watts"""
_SAVE_LIVE = "INSERT OR IGNORE INTO reading (id, production, consumption, net) VALUES (?, ?, ?, ?)"


def record_poll(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None = None) -> None:
    """Store a full poll, once: a second one of the same second is the same poll.

    Of a gateway that is starting up only the fact is stored, as a poll without figures: its zeros are no data.
    """
    site = _site(connection, snapshot, known)
    moment = moment_of(snapshot, reading_seconds(site.newest))
    if moment is None or _is_stored(connection, site, moment):
        return
    key = reading_id(site.number, moment.row)
    if snapshot.starting_up:
        day = _days(connection, site, snapshot).day(moment.ledger)
        chains.count_rejection(connection, site.number, day, "production", "restart")
        connection.execute(_SAVE_POLL, (key, *_NO_POWER, _NO_REPORTS))
        site.newest = max(site.newest, key)
        return
    live = _placed(connection, site, snapshot)
    days = _days(connection, site, snapshot)
    _record_counters(connection, site, snapshot, moment, days, len(live))
    Units(connection, site, days, moment.ledger, moment.sure).record(live)
    watts = _new_reports(connection, site, snapshot, live)
    power = _NO_POWER if _is_all_zero(snapshot, site) else _power(snapshot)
    connection.execute(_SAVE_POLL, (key, *power, watts))
    site.newest = max(site.newest, key)


def record_live(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None = None) -> None:
    """Store a reading of the meters, once; what a poll of the same second said goes before it."""
    if snapshot.starting_up:
        return
    power = _power(snapshot)
    if all(value is None for value in power):
        return
    site = _site(connection, snapshot, known)
    moment = moment_of(snapshot, reading_seconds(site.newest))
    if moment is None:
        return
    key = reading_id(site.number, moment.row)
    cursor = connection.execute(_SAVE_LIVE, (key, *power))
    if cursor.rowcount:
        site.newest = max(site.newest, key)
        days = _days(connection, site, snapshot)
        _record_counters(connection, site, snapshot, moment, days, len(site.places))


def _site(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None) -> KnownSite:
    return (known or Known()).site(connection, storable(snapshot.gateway.serial))


def _is_stored(connection: sqlite3.Connection, site: KnownSite, moment: Moment) -> bool:
    """Whether this poll is there already, by either clock."""
    for seconds in (moment.row, moment.other):
        if seconds is None or (key := reading_id(site.number, seconds)) > site.newest:
            continue
        row = connection.execute("SELECT watts FROM reading WHERE id = ?", (key,)).fetchone()
        if row is not None and row[0] is not None:
            return True
    return False


def _days(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> LocalDays:
    """The site's days: of the zone that its gateway tells, or told last.

    Where it never did they are of the computer's zone, but of the one it had at the first poll: a computer that
    travels must not tear days apart.
    """
    told = snapshot.timezone
    if site.days is not None and (told is None or told == site.timezone):
        return site.days
    if told is not None and told != site.timezone:
        site.timezone = storable(told)
        connection.execute("UPDATE site SET timezone = ? WHERE id = ?", (site.timezone, site.number))
    if site.zone is None and (site.timezone is None or zone_named(site.timezone) is None):
        site.zone = computer_zone(snapshot.at)
        connection.execute("UPDATE site SET zone = ? WHERE id = ?", (site.zone, site.number))
    # Which day the chains are on depends on the zone.
    site.chains = None
    site.days = LocalDays(site_zone(site.timezone, site.zone))
    return site.days


def _record_counters(
    connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot, moment: Moment, days: LocalDays, units: int
) -> None:
    """Move the site's counters on. `units`: how many inverters are in use, which limits what can be made."""
    production = snapshot.production
    made = None if production is None else believable(production.watts_now, _MOST_WATTS)
    if made is not None and made > site.peak_watts * _PEAK_STEP:
        site.peak_watts = round(made)
        connection.execute("UPDATE site SET peak_watts = ? WHERE id = ?", (site.peak_watts, site.number))
    day = days.day(moment.ledger)
    if site.chains is None:
        site.chains = chains.load(connection, site.number)
    told, unreadable = told_by(snapshot, site, site.chains, moment, day, units, all_zero=_is_all_zero(snapshot, site))
    for quantity in unreadable:
        chains.count_rejection(connection, site.number, day, quantity, "unreadable")
    learned = site.week_has_today
    chains.record(connection, site, site.chains, told, moment, days)
    if learned is None and site.week_has_today is not None:
        connection.execute("UPDATE site SET week_has_today = ? WHERE id = ?", (int(site.week_has_today), site.number))


def _is_all_zero(snapshot: Snapshot, site: KnownSite) -> bool:
    """Whether this is what some gateways answer for minutes after a restart: no inverters, and zeros."""
    production = snapshot.production
    if snapshot.inverters or not site.places or production is None or production.watts_now:
        return False
    return production.watt_hours_lifetime == 0.0


def _power(snapshot: Snapshot) -> tuple[int | None, int | None, int | None]:
    return _watts(snapshot.production), _watts(snapshot.consumption), _watts(snapshot.net)


def _watts(reading: PowerReading | NetReading | None) -> int | None:
    watts = None if reading is None else believable(reading.watts_now, _MOST_WATTS)
    return None if watts is None else round(watts)


def _placed(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> list[Placed]:
    """The inverters in use with their places; new ones get the places at the end."""
    places, retired = site.places, InverterState.RETIRED
    units = [unit for unit in snapshot.inverters if unit.state is not retired]
    with contextlib.suppress(KeyError):  # the usual poll: all have their places
        return [(places[unit.serial], unit) for unit in units]
    since = int(snapshot.at.timestamp())
    live = [(_place_of(connection, site, storable(unit.serial), since), unit) for unit in units]
    site.last += [None] * (len(places) - len(site.last))
    return live


def _place_of(connection: sqlite3.Connection, site: KnownSite, serial: str, since: int) -> int:
    place = site.places.setdefault(serial, len(site.places))
    if place == len(site.places) - 1:
        connection.execute(
            "INSERT OR IGNORE INTO layout (site, place, serial, since) VALUES (?, ?, ?, ?)",
            (site.number, place, serial, since),
        )
    return place


def _new_reports(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot, live: Iterable[Placed]) -> bytes:
    """Watts of the reports that are newer than the last stored one of each inverter, packed."""
    now = snapshot.clock_at.timestamp()
    clock_known = snapshot.gateway_at is not None
    last = site.last
    watts: list[float | None] = [None] * len(last)
    news = False
    for place, unit in live:
        reported_at = unit.last_report_at
        if reported_at is None:
            continue
        since = reported_at - _EPOCH
        at = since.days * DAY + since.seconds
        before = last[place]
        if at == before or not ((before is not None and before < at <= now) or _is_new(at, before, now, clock_known)):
            continue
        last[place] = at
        news = True
        if now - at <= _OLD_REPORT_SECONDS or _is_recent(now - at, unit):
            watts[place] = unit.last_report_watts
    if not news:
        return _NO_REPORTS
    connection.execute("UPDATE site SET report_times = ? WHERE id = ?", (pack_counts(last), site.number))
    return pack_watts(watts)


def _is_new(at: int, last: float | None, now: float, clock_known: bool) -> bool:
    """A report ahead of the gateway's clock is none; a stored one ahead of it is from before the clock was put back."""
    if clock_known and at > now + _UNCERTAIN_CLOCK_SECONDS:
        return False
    return last is None or at > last or (at < last and last > now + _UNCERTAIN_CLOCK_SECONDS)


def _is_recent(age: float, inverter: InverterReading) -> bool:
    """Whether the report belongs to the time just before this poll. Last night's does not (first start at night)."""
    interval = inverter.report_interval_seconds or 0.0
    return age <= _OLD_REPORT_INTERVALS * interval
