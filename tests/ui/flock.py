"""Days of many inverters with a weak one, one that stops and one that falls silent, as a gateway tells of them."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import InverterReading, Snapshot
from enphase_tray.settings.settings import Settings
from enphase_tray.ui.notices.attention import Attention
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, moment

WEAK, STOPPED, SILENT = 3, 7, 9
STOPPED_AT, SILENT_AT = 10.5, 11.0
NOW = 15.0
_SUNRISE, _LIGHT_HOURS = 6.0, 14.0
_READ_HOURS = (0.0, 6.0, 13.0, 21.0, 23.75)

Energies = Callable[[int, date], float]
"""Wh of an inverter (its number) on a day."""


def even(number: int, _day: date) -> float:
    """A little different from each other; one of them makes 0.6 of what it should."""
    return (1000.0 + number) * (0.6 if number == WEAK else 1.0)


def light(hour: float) -> float:
    """How high the sun stands, 0 to 1."""
    share = (hour - _SUNRISE) / _LIGHT_HOURS
    return math.sin(math.pi * share) if 0 < share < 1 else 0.0


def made_by(hour: float) -> float:
    """Which part of the day's energy has been made."""
    share = min(1.0, max(0.0, (hour - _SUNRISE) / _LIGHT_HOURS))
    return (1 - math.cos(math.pi * share)) / 2


def report(number: int, day: date, hour: float, *, ill: bool = True) -> InverterReading:
    """What an inverter says at that hour; `ill` ones stop and fall silent as their names say."""
    watts = round(200.0 * light(hour) * even(number, day) / 1000.0)
    told = hour
    if ill and number == STOPPED and hour >= STOPPED_AT:
        watts = 0
    if ill and number == SILENT and hour > SILENT_AT:
        told, watts = SILENT_AT, round(200.0 * light(SILENT_AT))
    at = moment(day, told) - timedelta(seconds=30)
    return site.inverter(number, at, last_report_watts=float(watts), last_report_at=at, watt_hours_today=None)


def snapshot(count: int, day: date = TODAY, hour: float = NOW, *, ill: bool = True) -> Snapshot:
    """The whole gateway at that hour."""
    inverters = tuple(report(number, day, hour, ill=ill) for number in range(count))
    return site.snapshot(moment(day, hour), 0, inverters=inverters)


def day(path: Path, count: int, *, until: float = NOW, day: date = TODAY, ill: bool = True) -> HistoryReader:
    """A day read each ten minutes of light."""
    steps = [_SUNRISE + step / 6 for step in range(round((until - _SUNRISE) * 6) + 1)]
    return _written(path, [snapshot(count, day, hour, ill=ill) for hour in steps])


def days(path: Path, count: int, first: date, energies: Energies = even, *, last: date = TODAY) -> HistoryReader:
    """Days with so much energy each, told by lifetime counters a few times a day; the last one until 13:00."""
    shots = []
    lifetimes = dict.fromkeys(range(count), 50_000.0)
    today = first
    while today <= last:
        for hour in _READ_HOURS:
            if today < last or hour <= 13.0:
                shots.append(_counted(count, today, hour, lifetimes, energies))
        lifetimes = {number: before + energies(number, today) for number, before in lifetimes.items()}
        today += timedelta(days=1)
    return _written(path, shots)


def _counted(count: int, today: date, hour: float, lifetimes: dict[int, float], energies: Energies) -> Snapshot:
    shot = snapshot(count, today, hour, ill=False)
    inverters = []
    for number, inverter in enumerate(shot.inverters):
        made = energies(number, today) * made_by(hour)
        inverters.append(replace(inverter, watt_hours_today=made, watt_hours_lifetime=lifetimes[number] + made))
    return replace(shot, inverters=tuple(inverters))


def _written(path: Path, shots: list[Snapshot]) -> HistoryReader:
    clock = ManualClock(shots[0].at)
    writer = HistoryWriter(path, clock)
    for shot in shots:
        clock.set(shot.at)
        writer.append(shot)
    writer.close()
    return HistoryReader(path)


def attention() -> Attention:
    """Somebody who wants to hear of everything."""
    return Attention(Settings, ManualClock(site.NOON))
