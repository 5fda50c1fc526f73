"""Energy of local days from lifetime counters. Pure: no I/O, no clock.

A chain follows one counter (one quantity from one source) through its days. A day's energy is the counter at the
next local midnight less the counter at its own. The counter at midnight is known in two ways: two readings close
around midnight (in between it is taken to rise evenly), or a reading on the day together with the gateway's own
"today". Where neither is there, the day stays unknown: nothing is spread over days by guess.
"""

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

_MIDNIGHT_GAP_SECONDS = 3600.0
"""Readings this close around midnight tell the counter at midnight."""
_TODAY_SETTLED = timedelta(minutes=30)
"""So long after midnight the gateway's "today" may still be yesterday's (its intervals are up to 15 min)."""
_BELIEVABLE_WATTS = 500_000.0
"""No home makes, uses or trades more; a counter that rises faster has jumped."""
_ROUNDING_WATT_HOURS = 2.0
"""A counter that falls by no more than this was only rounded differently."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a lifetime counter. `day` is the local day of `at`, `today` the gateway's own count of that day."""

    at: datetime
    zone: tzinfo
    lifetime: float
    today: float | None = None

    @property
    def day(self) -> date:
        return self.at.astimezone(self.zone).date()

    @property
    def midnight(self) -> datetime:
        """The moment at which `day` began."""
        return datetime.combine(self.day, time(), self.zone)


@dataclass(frozen=True, slots=True)
class CounterDay:
    """One day of a chain, Wh.

    `opening` is the counter at the day's midnight, `latest` its newest value of the day, and its value at the end of
    the day once it is `complete`. A counter that fell or jumped (a unit was replaced) starts a new epoch: unless the
    gateway's "today" tells the whole day, `opening` is then only where the epoch began, and the day is `broken`.
    `suspect` is an unbelievable value that waits for the next reading to confirm it.
    """

    day: date
    opening: float | None
    latest: float
    latest_at: datetime
    broken: bool = False
    complete: bool = False
    suspect: float | None = None

    def energy(self, last: bool) -> float | None:
        """Wh of the day; `None` where not known. `last`: it is the newest day, which may still grow."""
        return day_energy(self.opening, self.latest, broken=self.broken, whole=self.complete or last)


def day_energy(opening: float | None, latest: float, *, broken: bool, whole: bool) -> float | None:
    """Wh of a day from the fields of a `CounterDay`; `whole`: `latest` is as far as the day went."""
    return None if opening is None or broken or not whole else latest - opening


def advance(previous: CounterDay | None, reading: Reading) -> tuple[CounterDay, ...]:
    """The days that `reading` changes, oldest first: usually its own, sometimes also the one before.

    `previous` is the newest day of the chain that is not after the reading's. Empty when nothing changes.
    """
    if not math.isfinite(reading.lifetime) or reading.lifetime < 0:
        return ()
    if previous is None:
        return (_open(reading, None),)
    if reading.at <= previous.latest_at:
        return ()
    rise = reading.lifetime - previous.latest
    if -_ROUNDING_WATT_HOURS <= rise < 0:
        reading, rise = replace(reading, lifetime=previous.latest), 0.0
    if not 0 <= rise <= _most(previous, reading):
        return _doubt(previous, reading)
    if previous.day == reading.day:
        return (_go_on(previous, reading),)
    return _cross(previous, reading)


def _most(previous: CounterDay, reading: Reading) -> float:
    hours = (reading.at - previous.latest_at).total_seconds() / 3600
    return _BELIEVABLE_WATTS * hours + _ROUNDING_WATT_HOURS


def _go_on(previous: CounterDay, reading: Reading) -> CounterDay:
    opening = _counter_at_midnight(reading) if previous.opening is None else previous.opening
    return CounterDay(previous.day, opening, reading.lifetime, reading.at, previous.broken, previous.complete)


def _open(reading: Reading, opening: float | None) -> CounterDay:
    known = _counter_at_midnight(reading) if opening is None else opening
    return CounterDay(reading.day, known, reading.lifetime, reading.at)


def _counter_at_midnight(reading: Reading) -> float | None:
    since_midnight = reading.at - reading.midnight
    if reading.today is None or not math.isfinite(reading.today) or since_midnight < _TODAY_SETTLED:
        return None
    if not 0 <= reading.today <= min(reading.lifetime, _BELIEVABLE_WATTS * since_midnight.total_seconds() / 3600):
        return None
    return reading.lifetime - reading.today


def _cross(previous: CounterDay, reading: Reading) -> tuple[CounterDay, ...]:
    """A midnight or several lie between both readings."""
    opening = _between(previous, reading)
    if opening is None:
        opening = _counter_at_midnight(reading)
    today = _open(reading, opening)
    follows = previous.day + timedelta(days=1) == reading.day
    if follows and opening is not None and opening >= previous.latest - _ROUNDING_WATT_HOURS:
        closing = max(opening, previous.latest)
        return replace(previous, latest=closing, complete=True, suspect=None), replace(today, opening=closing)
    return (today,)


def _between(previous: CounterDay, reading: Reading) -> float | None:
    gap = (reading.at - previous.latest_at).total_seconds()
    before = (reading.midnight - previous.latest_at).total_seconds()
    if gap > _MIDNIGHT_GAP_SECONDS or before < 0:
        return None
    return previous.latest + (reading.lifetime - previous.latest) * before / gap


def _doubt(previous: CounterDay, reading: Reading) -> tuple[CounterDay, ...]:
    """The counter fell or jumped: believe it when the next reading goes on from there, and start a new epoch."""
    suspect = previous.suspect
    confirmed = suspect is not None and 0 <= reading.lifetime - suspect <= _most(previous, reading)
    if not confirmed:
        return (replace(previous, suspect=reading.lifetime),)
    if previous.day != reading.day:
        return replace(previous, suspect=None), _open(reading, None)
    opening = _counter_at_midnight(reading)
    if opening is None:
        return (CounterDay(reading.day, suspect, reading.lifetime, reading.at, broken=True),)
    return (CounterDay(reading.day, opening, reading.lifetime, reading.at),)
