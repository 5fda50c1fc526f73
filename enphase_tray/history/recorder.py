"""How a snapshot becomes rows. Every function works inside the caller's transaction."""

import sqlite3
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.history.counters import CounterDay, Reading, advance
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


def record_poll(connection: sqlite3.Connection, snapshot: Snapshot) -> None:
    """Store a full poll, once: a second one of the same second is the same poll."""
    if snapshot.starting_up:
        return
    site = _site(connection, snapshot)
    key = reading_id(site, int(snapshot.at.timestamp()))
    row = connection.execute("SELECT watts FROM reading WHERE id = ?", (key,)).fetchone()
    if row is not None and row[0] is not None:
        return
    watts = _new_reports(connection, site, snapshot)
    connection.execute(_SAVE_POLL, (key, *_power(snapshot), watts))
    _record_counters(connection, site, snapshot)
    _record_inverter_days(connection, site, snapshot)


def record_live(connection: sqlite3.Connection, snapshot: Snapshot) -> None:
    """Store a reading of the meters, once; what a poll of the same second said goes before it."""
    if snapshot.starting_up:
        return
    site = _site(connection, snapshot)
    power = _power(snapshot)
    if all(value is None for value in power):
        return
    cursor = connection.execute(_SAVE_LIVE, (reading_id(site, int(snapshot.at.timestamp())), *power))
    if cursor.rowcount:
        _record_counters(connection, site, snapshot)


def local_zone(snapshot: Snapshot) -> tzinfo:
    """The gateway's time zone; the computer's offset at that moment where the gateway does not tell a known one."""
    if snapshot.timezone:
        try:
            return ZoneInfo(snapshot.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
    return snapshot.at.astimezone().tzinfo or UTC


def _site(connection: sqlite3.Connection, snapshot: Snapshot) -> int:
    serial = storable(snapshot.gateway.serial)
    timezone = None if snapshot.timezone is None else storable(snapshot.timezone)
    row = connection.execute("SELECT id, timezone FROM site WHERE serial = ?", (serial,)).fetchone()
    if row is None:
        cursor = connection.execute("INSERT INTO site (serial, timezone) VALUES (?, ?)", (serial, timezone))
        return int(cursor.lastrowid or 0)
    if timezone and row[1] != timezone:
        connection.execute("UPDATE site SET timezone = ? WHERE id = ?", (timezone, row[0]))
    return int(row[0])


def _power(snapshot: Snapshot) -> tuple[int | None, int | None, int | None]:
    readings = (snapshot.production, snapshot.consumption, snapshot.net)
    watts = [None if reading is None else believable(reading.watts_now, _MOST_WATTS) for reading in readings]
    production, consumption, net = (None if value is None else round(value) for value in watts)
    return production, consumption, net


def _places(connection: sqlite3.Connection, site: int, snapshot: Snapshot) -> dict[str, int]:
    """The place of every inverter, new ones added at the end; retired ones that never had a place get none."""
    rows = connection.execute("SELECT serial, place FROM layout WHERE site = ?", (site,))
    places: dict[str, int] = dict(rows.fetchall())
    for inverter in snapshot.inverters:
        serial = storable(inverter.serial)
        if serial not in places and not inverter.retired:
            places[serial] = len(places)
            since = int(snapshot.at.timestamp())
            connection.execute(
                "INSERT INTO layout (site, place, serial, since) VALUES (?, ?, ?, ?)",
                (site, places[serial], serial, since),
            )
    return places


def _new_reports(connection: sqlite3.Connection, site: int, snapshot: Snapshot) -> bytes:
    """Watts of the reports that are newer than the last stored one of each inverter, packed."""
    places = _places(connection, site, snapshot)
    (packed,) = connection.execute("SELECT report_times FROM site WHERE id = ?", (site,)).fetchone()
    last: list[float | None] = list(unpack_counts(packed))
    last += [None] * (len(places) - len(last))
    watts: list[float | None] = [None] * len(places)
    for inverter in snapshot.inverters:
        if inverter.retired or inverter.last_report_at is None:
            continue
        place = places[storable(inverter.serial)]
        at = int(inverter.last_report_at.timestamp())
        if not _is_new(at, last[place], snapshot):
            continue
        last[place] = at
        if _is_recent(at, inverter, snapshot):
            watts[place] = inverter.last_report_watts
    times = pack_counts(last)
    if times != packed:
        connection.execute("UPDATE site SET report_times = ? WHERE id = ?", (times, site))
    return pack_watts(watts) or _NO_REPORTS


def _is_new(at: int, last: float | None, snapshot: Snapshot) -> bool:
    """A report ahead of the gateway's clock is none; a stored one ahead of it is from before the clock was put back."""
    now = snapshot.clock_at.timestamp()
    if snapshot.gateway_at is not None and at > now + _UNCERTAIN_CLOCK_SECONDS:
        return False
    return last is None or at > last or (at < last and last > now + _UNCERTAIN_CLOCK_SECONDS)


def _is_recent(at: int, inverter: InverterReading, snapshot: Snapshot) -> bool:
    """Whether the report belongs to the time just before this poll. Last night's does not (first start at night)."""
    interval = inverter.report_interval_seconds or 0.0
    age = snapshot.clock_at.timestamp() - at
    return age <= max(_OLD_REPORT_SECONDS, _OLD_REPORT_INTERVALS * interval)


def _record_counters(connection: sqlite3.Connection, site: int, snapshot: Snapshot) -> None:
    zone = local_zone(snapshot)
    at = _day_clock(snapshot)
    for quantity, source, lifetime, today in _counters(snapshot):
        known = believable(lifetime, _MOST_WATT_HOURS)
        if known is None:
            continue
        chain = (site, quantity, source)
        reading = Reading(at, zone, known, believable(today, _MOST_WATT_HOURS))
        for day in advance(_newest_day(connection, chain, reading.day), reading):
            _save_day(connection, chain, day)


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


def _newest_day(connection: sqlite3.Connection, chain: tuple[int, str, str], until: date) -> CounterDay | None:
    row = connection.execute(
        f"SELECT {_DAY_COLUMNS} FROM counter"  # noqa: S608 - a constant
        " WHERE site = ? AND quantity = ? AND source = ? AND day <= ? ORDER BY day DESC LIMIT 1",
        (*chain, until.isoformat()),
    ).fetchone()
    if row is None:
        return None
    day, opening, latest, latest_at, broken, complete, suspect = row
    moment = datetime.fromtimestamp(latest_at, UTC)
    return CounterDay(date.fromisoformat(day), opening, latest, moment, bool(broken), bool(complete), suspect)


def _save_day(connection: sqlite3.Connection, chain: tuple[int, str, str], day: CounterDay) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO counter (site, quantity, source, {_DAY_COLUMNS})"  # noqa: S608 - a constant
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *chain,
            day.day.isoformat(),
            day.opening,
            day.latest,
            int(day.latest_at.timestamp()),
            day.broken,
            day.complete,
            day.suspect,
        ),
    )


def _record_inverter_days(connection: sqlite3.Connection, site: int, snapshot: Snapshot) -> None:
    """Keep what the gateway itself counted for each inverter today; a figure that is missing leaves the old one."""
    told = [unit for unit in snapshot.inverters if not unit.retired and _tells_energy(unit)]
    if not told:
        return
    places = _places(connection, site, snapshot)
    day = _day_clock(snapshot).astimezone(local_zone(snapshot)).date().isoformat()
    row = connection.execute(
        "SELECT today, lifetime FROM inverter_day WHERE site = ? AND day = ?", (site, day)
    ).fetchone()
    before = (b"", b"") if row is None else (row[0], row[1])
    today, lifetime = (_filled(packed, len(places)) for packed in before)
    for unit in told:
        place = places[storable(unit.serial)]
        today[place] = today[place] if unit.watt_hours_today is None else unit.watt_hours_today
        lifetime[place] = lifetime[place] if unit.watt_hours_lifetime is None else unit.watt_hours_lifetime
    after = (pack_counts(today), pack_counts(lifetime))
    if after != before:
        connection.execute(
            "INSERT OR REPLACE INTO inverter_day (site, day, today, lifetime) VALUES (?, ?, ?, ?)", (site, day, *after)
        )


def _tells_energy(unit: InverterReading) -> bool:
    return unit.watt_hours_today is not None or unit.watt_hours_lifetime is not None


def _filled(packed: bytes, places: int) -> list[float | None]:
    counts: list[float | None] = list(unpack_counts(packed))
    return counts + [None] * (places - len(counts))
