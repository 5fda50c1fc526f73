"""One list of inverters out of three: reports, device data and inventory. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from enphase_tray.gateway.parts import DeviceRow, Figures, InventoryDevice, ListedInverter, Parts
from enphase_tray.model.readings import DeviceStatus, InverterReading, InverterState

_INVERTER_TYPE = 1
_GONE_FOR = timedelta(days=14)
_STRANGE_FUTURE = timedelta(days=1)
_SHORTEST_LIMIT = timedelta(minutes=45)
_INTERVALS = 3
_DEFAULT_INTERVAL = 300.0
_AWAKE_WATTS = 8.0
_LONGEST_NIGHT = timedelta(days=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InverterTable:
    """The inverters, how many of them are in use, and the sums over those where every one tells its energies."""

    inverters: tuple[InverterReading, ...]
    in_use: int
    sums: Figures


@dataclass(slots=True)
class _Candidate:
    """All that is said of one inverter. `report` is the row whose W and time are taken."""

    serial: str
    listed: ListedInverter | None = None
    detailed: DeviceRow | None = None
    device: InventoryDevice | None = None
    report: ListedInverter | DeviceRow | None = None

    @property
    def at(self) -> datetime | None:
        """The end of the last report, if it ever reported."""
        if self.report is not None:
            return self.report.at
        return self.device.last_report_at if self.device else None


def device_data_suffices(parts: Parts) -> bool:
    """Whether `device_data` lists every inverter, so that the list of reports need not be asked for."""
    detailed = parts.device_data
    if detailed is None or not detailed.complete:
        return False
    rows = sum(1 for row in detailed.rows if row.kind == "pcu")
    listed = parts.inverters.rows if parts.inverters else ()
    return rows > 0 and rows >= sum(1 for row in listed if row.device_type == _INVERTER_TYPE)


def inverter_table(parts: Parts, clock_at: datetime, watts_now: float | None) -> InverterTable:
    """Every inverter once, sorted by serial, with what a single look at it can say of its state.

    `clock_at` is the gateway's clock; `watts_now` is what the inverters make together, which tells night from a
    clock that has nothing to do with the reports.
    """
    complete = device_data_suffices(parts)
    candidates = _candidates(parts, complete)
    _join_inventory(candidates, parts)
    for candidate in candidates.values():
        candidate.report = _newer(candidate.listed, candidate.detailed, clock_at)
    newest = _newest([c for c in candidates.values() if not _removed(c)], clock_at)
    retired = {c.serial for c in candidates.values() if _retired(c, newest)}
    live = [c for c in candidates.values() if c.serial not in retired]
    limit = _limit(live)
    reference = _reference(live, clock_at, limit, watts_now)
    readings = [
        _reading(c, InverterState.RETIRED if c.serial in retired else _state(c, reference, limit))
        for c in candidates.values()
    ]
    rows = [c.detailed for c in live if c.detailed is not None]
    return InverterTable(
        inverters=tuple(sorted(readings, key=lambda reading: reading.serial)),
        in_use=len(live),
        sums=_sums(rows) if _all_told(parts, live) else Figures(),
    )


def _candidates(parts: Parts, complete: bool) -> dict[str, _Candidate]:
    found: dict[str, _Candidate] = {}
    if parts.device_data is not None:
        for row in parts.device_data.rows:
            if row.kind == "pcu":
                found[row.serial] = _Candidate(row.serial, detailed=row)
    if parts.inverters is not None and not complete:
        for listed in parts.inverters.rows:
            if listed.device_type == _INVERTER_TYPE:
                found.setdefault(listed.serial, _Candidate(listed.serial)).listed = listed
    return found


def _join_inventory(candidates: dict[str, _Candidate], parts: Parts) -> None:
    """By channel where `device_data` names it and the serial does not contradict, else by serial."""
    if parts.inventory is None:
        return
    devices = parts.inventory.inverters
    other = {d.serial for d in (*parts.inventory.batteries, *parts.inventory.relays)}
    by_channel = {device.channel: device for device in devices if device.channel is not None}
    by_serial: dict[str, list[InventoryDevice]] = {}
    for device in devices:
        by_serial.setdefault(device.serial, []).append(device)
    joined: set[int] = set()
    for candidate in candidates.values():
        same = by_serial.get(candidate.serial, [])
        channels = candidate.detailed.channels if candidate.detailed else ()
        match = next((d for d in same if d.channel in channels), None) or next(iter(same), None)
        if match is None:
            match = next((by_channel[channel] for channel in channels if channel in by_channel), None)
        if match is not None:
            candidate.device = match
            joined.add(id(match))
    for device in devices:
        if id(device) not in joined and device.serial not in candidates and device.serial not in other:
            candidates[device.serial] = _Candidate(device.serial, device=device)


def _removed(candidate: _Candidate) -> bool:
    """Whether the gateway itself says that the inverter is no longer part of the site."""
    if candidate.detailed is not None and not candidate.detailed.active:
        return True
    return candidate.device is not None and candidate.device.deleted


def _retired(candidate: _Candidate, newest: datetime | None) -> bool:
    """Removed, or a row that nobody else knows and that was silent for two weeks while others reported.

    Measured against the newest report, never against a clock: a whole site that is silent is not retired.
    """
    if _removed(candidate):
        return True
    if candidate.detailed is not None or candidate.device is not None or newest is None:
        return False
    return newest - (candidate.at or _NEVER) > _GONE_FOR


def _newest(some: list[_Candidate], clock_at: datetime) -> datetime | None:
    """The newest report. One that lies days ahead counts only where all do, for then it is the clock that is wrong."""
    stamps = [candidate.at for candidate in some if candidate.at is not None]
    sane = [stamp for stamp in stamps if stamp - clock_at <= _STRANGE_FUTURE]
    return max(sane or stamps, default=None)


def _limit(live: list[_Candidate]) -> timedelta:
    """How old a report may be before its inverter counts as quiet."""
    told = sorted(c.detailed.interval_seconds for c in live if c.detailed and c.detailed.interval_seconds)
    interval = told[len(told) // 2] if told else _DEFAULT_INTERVAL
    return max(timedelta(seconds=_INTERVALS * interval), _SHORTEST_LIMIT)


def _reference(
    live: list[_Candidate], clock_at: datetime, limit: timedelta, watts_now: float | None
) -> datetime | None:
    """The moment to count ages from; `None` while everybody sleeps.

    That is the gateway's clock, as long as it can belong to the reports. Where they lie days ahead of it, or days
    behind it although every inverter makes power, their own newest stamp is the better clock.
    """
    newest = _newest(live, clock_at)
    if newest is None:
        return None
    if newest - clock_at > _STRANGE_FUTURE:
        return newest
    if clock_at - newest <= limit:
        return clock_at
    awake = watts_now is not None and watts_now > _AWAKE_WATTS * len(live)
    return newest if awake and clock_at - newest > _LONGEST_NIGHT else None


def _state(candidate: _Candidate, reference: datetime | None, limit: timedelta) -> InverterState:
    if reference is None:
        return InverterState.UNKNOWN if candidate.at is None else InverterState.ASLEEP
    if candidate.at is None or not -_STRANGE_FUTURE <= reference - candidate.at <= limit:
        return InverterState.UNKNOWN
    return InverterState.REPORTING


def _reading(candidate: _Candidate, state: InverterState) -> InverterReading:
    report, device = candidate.report, candidate.device
    detail = candidate.detailed or DeviceRow(candidate.serial, "pcu", active=True)
    return InverterReading(
        serial=candidate.serial,
        state=state,
        last_report_watts=report.watts if report else None,
        max_report_watts=report.max_watts if report else None,
        last_report_at=candidate.at,
        report_interval_seconds=detail.interval_seconds,
        device=device.status if device else DeviceStatus(),
        part_number=device.part_number if device else None,
        watt_hours_today=detail.today,
        watt_hours_yesterday=detail.yesterday,
        watt_hours_week=detail.week,
        watt_hours_lifetime=detail.lifetime,
        dc_volts=detail.dc_volts,
        dc_amps=detail.dc_amps,
        ac_volts=detail.ac_volts,
        hertz=detail.hertz,
        celsius=detail.celsius,
    )


def _newer(
    listed: ListedInverter | None, row: DeviceRow | None, clock_at: datetime
) -> ListedInverter | DeviceRow | None:
    """The later of two reports, unless it claims to come from the future."""
    if listed is None or row is None:
        return listed or row
    latest = clock_at + _STRANGE_FUTURE

    def rank(report: ListedInverter | DeviceRow) -> datetime:
        return _NEVER if report.at is None or report.at > latest else report.at

    return row if rank(row) > rank(listed) else listed


def _all_told(parts: Parts, live: list[_Candidate]) -> bool:
    """Whether `device_data` tell of every inverter in use: only then their sum is that of the site."""
    whole = parts.device_data is not None and parts.device_data.complete
    return whole and all(candidate.detailed is not None for candidate in live)


def _sums(rows: list[DeviceRow]) -> Figures:
    return Figures(
        watts_now=_sum(row.watts for row in rows),
        today=_sum(row.today for row in rows),
        seven_days=_sum(row.week for row in rows),
        lifetime=_sum(row.lifetime for row in rows),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
