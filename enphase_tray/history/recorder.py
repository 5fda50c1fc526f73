"""How a snapshot becomes rows. Every function works inside the caller's transaction."""

import sqlite3
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.history.counters import CounterDay, Reading, advance
from enphase_tray.history.known import Chain, InverterDay, Known, KnownSite
from enphase_tray.history.packing import believable, pack_counts, pack_watts, storable, unpack_counts
from enphase_tray.history.schema import reading_id
from enphase_tray.model.readings import InverterReading, PowerReading, Snapshot

_MOST_WATTS = 10_000_000.0
_MOST_WATT_HOURS = 1e13
_UNCERTAIN_CLOCK_SECONDS = 600.0
_LOST_CLOCK = timedelta(days=1)
_OLD_REPORT_SECONDS = 1800.0
_OLD_REPORT_INTERVALS = 1.5
_METER = "meter"
_NO_REPORTS = b""

_SAVE_POLL = """
    INSERT INTO reading (id, production, consumption, net, watts) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET production = coalesce(excluded.production, production),
        consumption = coalesce(excluded.consumption, consumption), net = coalesce(excluded.net, net),
        watts = excluded.watts"""
_SAVE_LIVE = "INSERT OR IGNORE INTO reading (id, production, consumption, net) VALUES (?, ?, ?, ?)"


def record_poll(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None = None) -> None:
    """Store a full poll, once: a second one of the same second is the same poll."""
    if snapshot.starting_up:
        return
    site = _site(connection, snapshot, known)
    key = reading_id(site.number, int(snapshot.at.timestamp()))
    if key <= site.newest:
        row = connection.execute("SELECT watts FROM reading WHERE id = ?", (key,)).fetchone()
        if row is not None and row[0] is not None:
            return
    _make_places(connection, site, snapshot)
    watts = _new_reports(connection, site, snapshot)
    connection.execute(_SAVE_POLL, (key, *_power(snapshot), watts))
    site.newest = max(site.newest, key)
    _record_counters(connection, site, snapshot)
    _record_inverter_days(connection, site, snapshot)


def record_live(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None = None) -> None:
    """Store a reading of the meters, once; what a poll of the same second said goes before it."""
    if snapshot.starting_up:
        return
    site = _site(connection, snapshot, known)
    power = _power(snapshot)
    if all(value is None for value in power):
        return
    key = reading_id(site.number, int(snapshot.at.timestamp()))
    cursor = connection.execute(_SAVE_LIVE, (key, *power))
    if cursor.rowcount:
        site.newest = max(site.newest, key)
        _record_counters(connection, site, snapshot)


def local_zone(snapshot: Snapshot) -> tzinfo:
    """The gateway's time zone; the computer's offset at that moment where the gateway does not tell a known one."""
    if snapshot.timezone:
        try:
            return ZoneInfo(snapshot.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return snapshot.at.astimezone().tzinfo or UTC


def _site(connection: sqlite3.Connection, snapshot: Snapshot, known: Known | None) -> KnownSite:
    timezone = None if snapshot.timezone is None else storable(snapshot.timezone)
    return (known or Known()).site(connection, storable(snapshot.gateway.serial), timezone)


def _power(snapshot: Snapshot) -> tuple[int | None, int | None, int | None]:
    readings = (snapshot.production, snapshot.consumption, snapshot.net)
    watts = [None if reading is None else believable(reading.watts_now, _MOST_WATTS) for reading in readings]
    production, consumption, net = (None if value is None else round(value) for value in watts)
    return production, consumption, net


def _make_places(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> None:
    """New inverters get the places at the end; retired ones that never had a place get none."""
    for inverter in snapshot.inverters:
        if inverter.serial in site.places or inverter.retired:
            continue
        serial = storable(inverter.serial)
        if serial not in site.places:
            site.places[serial] = len(site.places)
            connection.execute(
                "INSERT INTO layout (site, place, serial, since) VALUES (?, ?, ?, ?)",
                (site.number, site.places[serial], serial, int(snapshot.at.timestamp())),
            )


def _new_reports(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> bytes:
    """Watts of the reports that are newer than the last stored one of each inverter, packed."""
    now = snapshot.clock_at.timestamp()
    places, last = site.places, site.last
    last += [None] * (len(places) - len(last))
    watts: list[float | None] = [None] * len(places)
    news = False
    for inverter in snapshot.inverters:
        if inverter.last_report_at is None or inverter.retired:
            continue
        place = places[storable(inverter.serial)]
        at = int(inverter.last_report_at.timestamp())
        if at == last[place] or not _is_new(at, last[place], now, clock_known=snapshot.gateway_at is not None):
            continue
        last[place] = at
        news = True
        if _is_recent(now - at, inverter):
            watts[place] = inverter.last_report_watts
    if not news:
        return _NO_REPORTS
    connection.execute("UPDATE site SET report_times = ? WHERE id = ?", (pack_counts(last), site.number))
    return pack_watts(watts) or _NO_REPORTS


def _is_new(at: int, last: float | None, now: float, *, clock_known: bool) -> bool:
    """A report ahead of the gateway's clock is none; a stored one ahead of it is from before the clock was put back."""
    if clock_known and at > now + _UNCERTAIN_CLOCK_SECONDS:
        return False
    return last is None or at > last or (at < last and last > now + _UNCERTAIN_CLOCK_SECONDS)


def _is_recent(age: float, inverter: InverterReading) -> bool:
    """Whether the report belongs to the time just before this poll. Last night's does not (first start at night)."""
    interval = inverter.report_interval_seconds or 0.0
    return age <= max(_OLD_REPORT_SECONDS, _OLD_REPORT_INTERVALS * interval)


def _record_counters(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> None:
    zone = local_zone(snapshot)
    at = _day_clock(snapshot)
    day = at.astimezone(zone).date()
    rows: list[tuple[object, ...]] = []
    for quantity, source, lifetime, today in _counters(snapshot):
        known = believable(lifetime, _MOST_WATT_HOURS)
        if known is None:
            continue
        chain = (quantity, source)
        before = site.days.get(chain)
        if before is None or before.day != day:
            before = _newest_day(connection, site.number, chain, day)
        for after in advance(before, Reading(at, zone, known, believable(today, _MOST_WATT_HOURS))):
            site.days[chain] = after
            rows.append(_row(site.number, chain, after))
    connection.executemany(_SAVE_DAY, rows)


def _day_clock(snapshot: Snapshot) -> datetime:
    """The moment that decides the day: the gateway's, whose "today" begins by its own clock, unless that is lost."""
    if abs(snapshot.clock_at - snapshot.at) > _LOST_CLOCK:
        return snapshot.at.astimezone(UTC)
    return snapshot.clock_at.astimezone(UTC)


def _counters(snapshot: Snapshot) -> list[tuple[str, str, float | None, float | None]]:
    """Quantity, source, lifetime Wh and today's Wh (only where it comes from the same source)."""
    counters = []
    for quantity, power in (("production", snapshot.production), ("consumption", snapshot.consumption)):
        if power is not None:
            counters.append((quantity, *_lifetime_and_today(power)))
    if snapshot.net is not None:
        counters.append(("imported", _METER, snapshot.net.watt_hours_imported, None))
        counters.append(("exported", _METER, snapshot.net.watt_hours_exported, None))
    return counters


def _lifetime_and_today(power: PowerReading) -> tuple[str, float | None, float | None]:
    source = power.source.get("watt_hours_lifetime")
    same = power.source.get("watt_hours_today") == source
    return str(source or "unknown"), power.watt_hours_lifetime, power.watt_hours_today if same else None


_DAY_COLUMNS = "day, opening, latest, latest_at, broken, complete, suspect"
_NEWEST_DAY = f"""
    SELECT {_DAY_COLUMNS} FROM counter WHERE site = ? AND quantity = ? AND source = ? AND day <= ?
    ORDER BY day DESC LIMIT 1"""  # noqa: S608 - a constant
_SAVE_DAY = f"""
    INSERT OR REPLACE INTO counter (site, quantity, source, {_DAY_COLUMNS})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - a constant


def _newest_day(connection: sqlite3.Connection, site: int, chain: Chain, until: date) -> CounterDay | None:
    row = connection.execute(_NEWEST_DAY, (site, *chain, until.isoformat())).fetchone()
    if row is None:
        return None
    day, opening, latest, latest_at, broken, complete, suspect = row
    moment = datetime.fromtimestamp(latest_at, UTC)
    return CounterDay(date.fromisoformat(day), opening, latest, moment, bool(broken), bool(complete), suspect)


def _row(site: int, chain: Chain, day: CounterDay) -> tuple[object, ...]:
    at = int(day.latest_at.timestamp())
    return (site, *chain, day.day.isoformat(), day.opening, day.latest, at, day.broken, day.complete, day.suspect)


def _record_inverter_days(connection: sqlite3.Connection, site: KnownSite, snapshot: Snapshot) -> None:
    """Keep what the gateway itself counted for each inverter today; a figure that is missing leaves the old one."""
    told = [unit for unit in snapshot.inverters if not unit.retired and _tells_energy(unit)]
    if not told:
        return
    day = _day_clock(snapshot).astimezone(local_zone(snapshot)).date().isoformat()
    stored = _inverter_day(connection, site, day)
    changed = False
    for unit in told:
        place = site.places[storable(unit.serial)]
        for row, value in ((stored.today, unit.watt_hours_today), (stored.lifetime, unit.watt_hours_lifetime)):
            if value is not None and value != row[place]:
                row[place] = value
                changed = True
    if changed:
        connection.execute(
            "INSERT OR REPLACE INTO inverter_day (site, day, today, lifetime) VALUES (?, ?, ?, ?)",
            (site.number, day, pack_counts(stored.today), pack_counts(stored.lifetime)),
        )


def _inverter_day(connection: sqlite3.Connection, site: KnownSite, day: str) -> InverterDay:
    found = site.inverter_day
    if found is None or found.day != day:
        row = connection.execute(
            "SELECT today, lifetime FROM inverter_day WHERE site = ? AND day = ?", (site.number, day)
        ).fetchone()
        today, lifetime = (b"", b"") if row is None else row
        found = site.inverter_day = InverterDay(day, [*unpack_counts(today)], [*unpack_counts(lifetime)])
    for row in (found.today, found.lifetime):
        row += [None] * (len(site.places) - len(row))
    return found


def _tells_energy(unit: InverterReading) -> bool:
    return unit.watt_hours_today is not None or unit.watt_hours_lifetime is not None
