"""How the rise of a counter over a gap is shared out over the local days of the gap. Pure.

The sum of the shares is the rise. What is told of a day is believed as far as the rest of the rise still fits into
the other days; what nobody tells is shared by a plain shape of a day. No share is negative or above what can be made.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from enphase_tray.history.local_days import LocalDays
from enphase_tray.model.history import Provenance

HOUR = 3600
DAY = 24 * HOUR
_MIDNIGHT_GAP = HOUR
"""Readings this close around midnight tell the counter at midnight."""
_SETTLED = 2 * HOUR
"""So long after midnight the gateway's "today" may still be yesterday's: some reset it late."""
_WEEK = 7
_DAWN, _DUSK = 6 / 24, 20 / 24


class Told(NamedTuple):
    """What the gateway itself counted at a reading, Wh. `week_has_today`: whether its week does; `None`: not known."""

    today: float | None = None
    yesterday: float | None = None
    week: float | None = None
    week_has_today: bool | None = None


class Share(NamedTuple):
    """Energy for one local day, Wh."""

    day: int
    watt_hours: float
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two readings of a counter, epoch seconds, and the counter's rise over it, Wh.

    `watts` is the most that can be made, `most_a_day` (Wh) the most in a day; `sunny`: only by day. `booked` is what
    the days already have, as far as known.
    """

    begin: int
    end: int
    rise: float
    watts: float
    most_a_day: float
    sunny: bool
    booked: Mapping[int, float]


@dataclass(slots=True)
class _Part:
    """The part of a gap that lies on one day."""

    day: int
    begin: int
    end: int
    weight: float
    most: float
    share: Share | None = None


def settled(at: int, days: LocalDays) -> bool:
    """Whether the gateway's counts of its days have certainly changed over since the last midnight."""
    return at - days.begin(days.day(at)) >= _SETTLED


def believable_today(today: float | None, at: int, days: LocalDays, watts: float) -> bool:
    """Whether `today` is settled and not more than can be made since midnight."""
    since = at - days.begin(days.day(at))
    return today is not None and since >= _SETTLED and 0.0 <= today <= watts * since / HOUR


def allocate(gap: Gap, told: Told, days: LocalDays) -> tuple[Share, ...]:
    """The shares of the days of the gap, in order. See `Provenance` for how sure they are."""
    parts = _parts(gap, days)
    if len(parts) == 1:
        return (Share(parts[0].day, gap.rise, Provenance.MEASURED),)
    if gap.rise <= 0.0 or gap.end - gap.begin <= _MIDNIGHT_GAP:
        return _evenly(gap, parts)
    rest = _take_told(gap, told, parts, days)
    left = [part for part in parts if part.share is None]
    if told.week is not None and told.week_has_today is not None and settled(gap.end, days):
        rest = _take_week(told.week, told.week_has_today, parts, rest)
        left = [part for part in left if part.share is None]
    _spread(left, rest, Provenance.DERIVED if len(left) == 1 else Provenance.ESTIMATED)
    return tuple([part.share for part in parts if part.share is not None])


def _parts(gap: Gap, days: LocalDays) -> list[_Part]:
    parts = []
    begin = gap.begin
    for day in range(days.day(gap.begin), days.day(gap.end) + 1):
        midnight, end = days.begin(day), days.begin(day + 1)
        begin, until = max(begin, midnight), min(gap.end, end)
        length = end - midnight
        shape = _sun if gap.sunny else float
        weight = shape((until - midnight) / length) - shape((begin - midnight) / length)
        parts.append(_Part(day, begin, until, weight, min(gap.watts * (until - begin) / HOUR, gap.most_a_day)))
        begin = end
    # A counter may run a little behind the time: then all the most are a little too low.
    room = sum(part.most for part in parts)
    if room < gap.rise:
        for part in parts:
            part.most = gap.rise * (part.end - part.begin) / (gap.end - gap.begin)
    return parts


def _sun(time_of_day: float) -> float:
    """How much of a day's sun has shone at that part of the day (0 to 1): a bell from 6 to 20 o'clock."""
    x = min(max((time_of_day - _DAWN) / (_DUSK - _DAWN), 0.0), 1.0)
    return x - math.sin(2 * math.pi * x) / (2 * math.pi)


def _evenly(gap: Gap, parts: Sequence[_Part]) -> tuple[Share, ...]:
    shares = [gap.rise * (part.end - part.begin) / (gap.end - gap.begin) for part in parts]
    shares[-1] = gap.rise - sum(shares[:-1])
    return tuple([Share(part.day, share, Provenance.MEASURED) for part, share in zip(parts, shares, strict=True)])


def _take_told(gap: Gap, told: Told, parts: Sequence[_Part], days: LocalDays) -> float:
    """Give today and yesterday what the gateway counted; returns what remains of the rise."""
    rest = gap.rise
    last = parts[-1]
    if told.today is not None and believable_today(told.today, gap.end, days, gap.watts):
        rest -= _give(last, told.today - gap.booked.get(last.day, 0.0), rest, parts, Provenance.DERIVED)
    before = parts[-2]
    others = any(part.share is None for part in parts if part is not before)
    # The first day of the gap may have something already; where it is not known how much, its count tells nothing.
    known = before is not parts[0] or before.day in gap.booked
    if told.yesterday is not None and told.yesterday >= 0 and others and known and settled(gap.end, days):
        missing = told.yesterday - gap.booked.get(before.day, 0.0)
        rest -= _give(before, missing, rest, parts, Provenance.BACK_FILLED)
    return rest


def _give(part: _Part, wanted: float, rest: float, parts: Sequence[_Part], provenance: Provenance) -> float:
    """Give one day what it wants, so that the rest still fits into the other days."""
    room = sum(other.most for other in parts if other.share is None and other is not part)
    share = min(max(wanted, rest - room, 0.0), part.most, rest)
    part.share = Share(part.day, share, provenance)
    return share


def _take_week(week: float, has_today: bool, parts: Sequence[_Part], rest: float) -> float:
    """Part what remains into the days of the gateway's last week and those before; returns that of the latter."""
    today = parts[-1].day
    window = range(today - _WEEK + has_today, today + has_today)
    inside = [part for part in parts if part.day in window]
    open_inside = [part for part in inside if part.share is None]
    open_before = [part for part in parts if part.share is None and part.day < window.start]
    if not open_inside or not open_before or parts[0].day >= window.start:
        return rest
    missing = week - sum(part.share.watt_hours for part in inside if part.share is not None)
    room_inside, room_before = (sum(part.most for part in some) for some in (open_inside, open_before))
    share = min(max(missing, rest - room_before, 0.0), room_inside, rest)
    _spread(open_inside, share, Provenance.BACK_FILLED if len(open_inside) == 1 else Provenance.ESTIMATED)
    return rest - share


def _spread(parts: Sequence[_Part], total: float, provenance: Provenance) -> None:
    """Share by weight, and what is above a day's most by the weight of the others."""
    left, rest, weights = list(parts), total, 0.0
    while left:
        if all(part.weight <= 0.0 for part in left):
            for part in left:
                part.weight = float(part.end - part.begin) or 1.0
        weights = sum(part.weight for part in left)
        full = [part for part in left if rest * part.weight / weights > part.most]
        if not full or len(full) == len(left):
            break
        for part in full:
            part.share = Share(part.day, part.most, provenance)
            rest -= part.most
        left = [part for part in left if part.share is None]
    given = 0.0
    for part in left[:-1]:
        share = rest * part.weight / weights
        given += share
        part.share = Share(part.day, share, provenance)
    if left:
        left[-1].share = Share(left[-1].day, max(rest - given, 0.0), provenance)
