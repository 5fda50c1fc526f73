"""A past as the poller writes it: days of a site with so much energy each, read every so many minutes."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import NetReading, PowerReading, Snapshot
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.header import Shown
from tests.ui import make_believe as site

ZONE = ZoneInfo(site.ZONE)
TODAY = date(2026, 6, 25)
LIFETIME = 1_000_000.0
USED_WATTS = 400.0
_SUNRISE, _LIGHT_HOURS = 6.0, 12.0


def moment(day: date, hour: float = 0.0) -> datetime:
    """A time of day on the gateway's clocks, as UTC."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC) + timedelta(hours=hour)


def watts_at(energy: float, hour: float) -> float:
    """Power at an hour of a clear day with so much energy (Wh)."""
    share = (hour - _SUNRISE) / _LIGHT_HOURS
    return energy * math.pi / (2 * _LIGHT_HOURS) * math.sin(math.pi * share) if 0 < share < 1 else 0.0


def made_by(energy: float, hour: float) -> float:
    """Energy of such a day up to that hour, Wh."""
    share = min(1.0, max(0.0, (hour - _SUNRISE) / _LIGHT_HOURS))
    return energy * (1 - math.cos(math.pi * share)) / 2


def snapshot(days: Mapping[date, float], day: date, hour: float, *, metered: bool = False) -> Snapshot:
    """What the gateway tells at that hour, its counters being those of all `days` before."""
    at = moment(day, hour)
    energy, today = days[day], made_by(days[day], hour)
    before = sum(made for past, made in days.items() if past < day)
    week = sum(made for past, made in days.items() if timedelta() < day - past <= timedelta(days=6))
    plain = site.snapshot(at, 12, metered=metered)
    hours = (day - min(days)).days * 24 + hour
    used = USED_WATTS * hours
    now = watts_at(energy, hour)
    inverters = tuple(replace(unit, watt_hours_today=None, last_report_watts=now / 12) for unit in plain.inverters)
    changed = replace(
        plain,
        production=PowerReading(now, today, today + week, LIFETIME + before + today, site.METERED),
        inverters=inverters,
    )
    if not metered:
        return changed
    return replace(
        changed,
        consumption=PowerReading(USED_WATTS, USED_WATTS * hour, None, LIFETIME + used, site.METERED),
        net=NetReading(USED_WATTS - now, LIFETIME + used / 2, LIFETIME + before / 2 + today / 2),
    )


def live(
    path: Path,
    days: Mapping[date, float],
    until: float = 24.0,
    *,
    minutes: int = 60,
    metered: bool = False,
    late: Mapping[date, float] = MappingProxyType({}),
) -> HistoryReader:
    """Live through `days` (day to Wh), the last one until that hour; days that are left out were not seen.

    `late`: days that were seen from some hour on.
    """
    clock = ManualClock(moment(min(days)))
    writer = HistoryWriter(path, clock)
    for day in sorted(days):
        end = until if day == max(days) else 24.0
        first = round(late.get(day, 0.0) * 60 / minutes)
        for step in range(first, round(end * 60 / minutes) + (day == max(days))):
            clock.set(moment(day, step * minutes / 60))
            writer.append(snapshot(days, day, step * minutes / 60, metered=metered))
    writer.close()
    return HistoryReader(path)


def shown(shot: Snapshot | None, now: datetime | None = None) -> Shown:
    """What a page is told of a result, or of none."""
    result = None if shot is None else site.result(shot)
    at = now or (site.NOON if shot is None else shot.at)
    wording = Wording(zone=ZONE)
    return Shown(result, describe(result, at, wording), at, wording)
