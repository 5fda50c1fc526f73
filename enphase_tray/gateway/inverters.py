"""One list of inverters out of three: reports, device data and inventory. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from enphase_tray.gateway.candidates import STRANGE_FUTURE, Candidate, InverterMemo
from enphase_tray.gateway.parts import DeviceRow, Figures, Parts
from enphase_tray.model.readings import DeviceStatus, InverterReading, InverterState

_GONE_FOR = timedelta(days=14)
_SHORTEST_LIMIT = timedelta(minutes=45)
_INTERVALS = 3
_DEFAULT_INTERVAL = 300.0
_AWAKE_WATTS = 8.0
_LONGEST_OUTAGE = timedelta(hours=12)
"""Reports older than that with power in the aggregate, which is 0 by night, are of another time than the clock."""


@dataclass(frozen=True, slots=True)
class InverterTable:
    """The inverters, how many of them are in use, and the sums over those where every one tells its energies."""

    inverters: tuple[InverterReading, ...]
    in_use: int
    sums: Figures


def inverter_table(
    parts: Parts, clock_at: datetime, watts_now: float | None, memo: InverterMemo | None = None
) -> InverterTable:
    """Every inverter once, sorted by serial, with what a single look at it can say of its state.

    `clock_at` is the gateway's clock; `watts_now` is what the inverters make together, which tells night from a
    clock that has nothing to do with the reports. `memo` only saves work, if it is that of the table before.
    """
    candidates = (memo or InverterMemo()).candidates(parts)
    latest = clock_at + STRANGE_FUTURE
    for candidate in candidates:
        candidate.choose(latest)
    present = [c for c in candidates if not _removed(c)]
    newest = _newest(present, clock_at)
    live = [c for c in present if not _forgotten(c, newest)]
    serials = {c.serial for c in live}
    limit = _limit(live)
    reference = _reference(newest, clock_at, limit, watts_now is not None and watts_now > _AWAKE_WATTS * len(live))
    rows = [c.detailed for c in live if c.detailed is not None]
    return InverterTable(
        inverters=tuple(
            [
                _reading(c, _state(c, reference, limit) if c.serial in serials else InverterState.RETIRED)
                for c in candidates
            ]
        ),
        in_use=len(live),
        sums=_sums(rows) if _all_told(parts, live) else Figures(),
    )


def _removed(candidate: Candidate) -> bool:
    """Whether the gateway itself says that the inverter is no longer part of the site."""
    if candidate.detailed is not None and not candidate.detailed.active:
        return True
    return candidate.device is not None and candidate.device.deleted


def _forgotten(candidate: Candidate, newest: datetime | None) -> bool:
    """Whether it is a row that nobody else knows and that was silent for two weeks while others reported.

    Measured against the newest report, never against a clock: a whole site that is silent is not retired.
    """
    if candidate.detailed is not None or candidate.device is not None or newest is None:
        return False
    if candidate.at is None:
        return candidate.listed is not None and candidate.listed.never
    return newest - candidate.at > _GONE_FOR


def _newest(some: list[Candidate], clock_at: datetime) -> datetime | None:
    """The newest report. One that lies days ahead counts only where all do, for then it is the clock that is wrong."""
    stamps = [candidate.at for candidate in some if candidate.at is not None]
    sane = [stamp for stamp in stamps if stamp - clock_at <= STRANGE_FUTURE]
    return max(sane or stamps, default=None)


def _limit(live: list[Candidate]) -> timedelta:
    """How old a report may be before its inverter counts as quiet."""
    told = sorted(c.detailed.interval_seconds for c in live if c.detailed and c.detailed.interval_seconds)
    interval = told[len(told) // 2] if told else _DEFAULT_INTERVAL
    return max(timedelta(seconds=_INTERVALS * interval), _SHORTEST_LIMIT)


def _reference(newest: datetime | None, clock_at: datetime, limit: timedelta, awake: bool) -> datetime | None:
    """The moment to count ages from; `None` while everybody sleeps.

    That is the gateway's clock, as long as it can belong to the reports. Where they lie days ahead of it, or half a
    day behind it although every inverter makes power (`awake`), their own newest stamp is the better clock.
    """
    if newest is None:
        return None
    if newest - clock_at > STRANGE_FUTURE:
        return newest
    if clock_at - newest <= limit:
        return clock_at
    return newest if awake and clock_at - newest > _LONGEST_OUTAGE else None


def _state(candidate: Candidate, reference: datetime | None, limit: timedelta) -> InverterState:
    if reference is None:
        return InverterState.UNKNOWN if candidate.at is None else InverterState.ASLEEP
    if candidate.at is None or not -STRANGE_FUTURE <= reference - candidate.at <= limit:
        return InverterState.UNKNOWN
    return InverterState.REPORTING


def _reading(candidate: Candidate, state: InverterState) -> InverterReading:
    known = candidate.reading
    if known is None or known.state is not state:
        known = candidate.reading = _new_reading(candidate, state)
    return known


def _new_reading(candidate: Candidate, state: InverterState) -> InverterReading:
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


def _all_told(parts: Parts, live: list[Candidate]) -> bool:
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
