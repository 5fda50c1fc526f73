"""Energy of local days from lifetime counters. Pure: no I/O, no clock.

A chain follows one counter through its epochs. Each believed reading has a rise over the one before, and the rise is
booked on local days at once; so the days of an epoch add up to the change of its counter, plus the wraps undone.

What is no data: zeros, falls, jumps above what can be made in the time, a counter that stands while power flows. A
fall or jump by whole multiples of 2^32 J is the gateway's arithmetic, and undone. Another one is held as a suspect:
if the next reading goes on from it, a unit was replaced or a counter reset, and a new epoch begins there.
"""

import math

from enphase_tray.history.allocation import DAY, HOUR, Gap, Share, allocate, believable_today, settled
from enphase_tray.history.bookkeeping import Chain, Limits, Reading, Step, is_hole, new_day, surer
from enphase_tray.history.local_days import LocalDays
from enphase_tray.model.history import Provenance

WRAP = 2**32 / 3600
"""Wh after which a counter of 32 bits of joules begins again."""
TOUCH_SECONDS = 1800
"""A counter that stands is noted as read this often, so that midnight lies between two readings close together."""
_ROUNDING = 2.0
"""A counter that falls by no more than this was only rounded differently."""
_MOST_WRAPS = 200
_SUN_HOURS = 6
_ABOVE_BEST = 1.3


_NOTHING = Step()


def go_on(chain: Chain, at: int, lifetime: float, day: int, limits: Limits) -> Chain | None:
    """The chain after a reading on local day `day` at which nothing has to be weighed, as at nearly all; else `None`.

    That is a plain rise within a day, or none: then it is the chain itself. `advance` finds the same, more slowly.
    """
    rise = lifetime - chain.latest
    seconds = at - chain.latest_at
    booked = chain.booked + rise
    if (
        not 0.0 <= rise <= limits.watts * seconds / HOUR
        or chain.day != day
        or chain.booked <= 0.0
        or chain.frozen
        or chain.suspect is not None
        or booked > limits.most_a_day(chain.best)
    ):
        return None
    if rise == 0.0:
        return chain if seconds < TOUCH_SECONDS else None
    return Chain(
        chain.number,
        chain.opening,
        chain.opened_at,
        lifetime,
        at,
        at,
        chain.wraps,
        chain.best,
        False,
        None,
        None,
        None,
        day,
        booked,
        chain.provenance,
    )


def advance(chain: Chain | None, reading: Reading, days: LocalDays, limits: Limits) -> Step:
    """The next step of a chain; `chain` is `None` for a counter never read before."""
    if not (math.isfinite(reading.lifetime) and reading.lifetime >= 0):
        return Step(rejected=("unreadable",))
    if chain is None:
        return _open(None, 0, reading.lifetime, reading.at, reading, days, limits)
    if reading.at <= chain.latest_at:
        return _late(chain, reading, days, limits)
    rise = reading.lifetime - chain.latest
    if reading.lifetime == 0.0 and rise < -_ROUNDING:
        return Step(rejected=("zero",))
    if -_ROUNDING <= rise < 0.0:
        reading, rise = reading._replace(lifetime=chain.latest), 0.0
    begin = _believable_since(chain, reading, rise, days, limits)
    if begin is not None:
        return _believe(chain, reading, rise, begin, 0, days, limits)
    wraps = _wraps(chain, reading, rise, limits)
    if wraps:
        stood = chain.latest - wraps * WRAP
        reading = reading._replace(lifetime=max(reading.lifetime, stood))
        return _believe(chain, reading, reading.lifetime - stood, chain.latest_at, wraps, days, limits)
    return _doubt(chain, reading, "fall" if rise < 0 else "jump", days, limits)


def _most(chain: Chain, seconds: int, limits: Limits) -> float:
    """Wh that can come in that time: at full power, but no more than its days bring."""
    by_power = limits.watts * (seconds + limits.lag_seconds) / HOUR
    return min(by_power, limits.most_a_day(chain.best) * (seconds / DAY + 1)) + _ROUNDING


def _believable_since(chain: Chain, reading: Reading, rise: float, days: LocalDays, limits: Limits) -> int | None:
    """The moment since which the rise was made; `None` if it cannot be.

    Usually that is the last reading. A counter that stood since then may have been held back (the inverter was not
    heard): its rise is of the time since it last moved.
    """
    if rise < 0:
        return None
    day = days.day(reading.at)
    booked = chain.booked if chain.day == day else 0.0
    if rise <= _most(chain, reading.at - chain.latest_at, limits) and (
        chain.day != day or chain.booked + rise <= limits.most_a_day(chain.best) + _ROUNDING
    ):
        first = chain.day == day and booked == 0.0 and limits.held_back and days.day(chain.moved_at) < day
        today = reading.told.today
        if first and today is not None and settled(reading.at, days) and rise > today + _ROUNDING:
            return chain.moved_at
        return chain.latest_at
    return chain.moved_at if booked == 0.0 and rise <= _most(chain, reading.at - chain.moved_at, limits) else None


def _believe(
    chain: Chain, reading: Reading, rise: float, begin: int, wraps: int, days: LocalDays, limits: Limits
) -> Step:
    rejected = () if chain.suspect_reason is None else (chain.suspect_reason,)
    day = days.day(reading.at)
    if rise == 0.0 and not wraps:
        stood = reading.at - chain.latest_at >= TOUCH_SECONDS
        if chain.frozen or (stood and reading.flowing):
            # Only a second look is proof: power may have begun to flow just now.
            found = ("frozen",) if chain.frozen and reading.flowing else ()
            step = chain._replace(frozen=True, suspect=None, suspect_at=None, suspect_reason=None)
            return Step(None if step == chain else step, (), (*rejected, *found))
        if day == chain.day and not stood and not rejected:
            return _NOTHING
    if day == chain.day and begin == chain.latest_at:
        shares: tuple[Share, ...] = (Share(day, rise, Provenance.MEASURED),)
    else:
        booked = {chain.day: chain.booked}
        gap = Gap(begin, reading.at, rise, limits.watts, limits.most_a_day(chain.best), limits.sunny, booked)
        shares = allocate(gap, reading.told, days)
    return Step(_went_on(chain, reading, rise, wraps, shares), shares, rejected)


def _went_on(chain: Chain, reading: Reading, rise: float, wraps: int, shares: tuple[Share, ...]) -> Chain:
    last = shares[-1]
    if last.day == chain.day:
        best, booked, provenance = chain.best, chain.booked + last.watt_hours, surer(chain.provenance, last)
    else:
        before = chain.booked + sum([share.watt_hours for share in shares if share.day == chain.day])
        best, booked, provenance = max(chain.best, before), last.watt_hours, new_day(last)
    return Chain(
        chain.number,
        chain.opening,
        chain.opened_at,
        reading.lifetime,
        reading.at,
        reading.at if rise > 0.0 or wraps else chain.moved_at,
        chain.wraps + wraps,
        best,
        False,
        None,
        None,
        None,
        last.day,
        booked,
        provenance,
    )


def _wraps(chain: Chain, reading: Reading, rise: float, limits: Limits) -> int:
    """How many times the counter has begun again, if that leaves a rise that can be; 0 if not.

    Negative: the gateway has undone wraps itself. Only what such days really bring is believed, so that a replaced
    unit is not taken for a wrap; and a counter that has just what it counted today began today.
    """
    gap, today = reading.at - chain.latest_at, reading.told.today
    if today is not None and abs(reading.lifetime - today) <= _ROUNDING:
        return 0
    a_day = chain.best * _ABOVE_BEST if chain.best > 0.0 else limits.watts * _SUN_HOURS
    most = min(_most(chain, gap, limits), a_day * (gap / DAY + 1) + _ROUNDING)
    wraps = -math.floor((rise + _ROUNDING) / WRAP)
    return wraps if 0 < abs(wraps) <= _MOST_WRAPS and rise + wraps * WRAP <= most else 0


def _doubt(chain: Chain, reading: Reading, reason: str, days: LocalDays, limits: Limits) -> Step:
    suspect, since = chain.suspect, chain.suspect_at
    if suspect is not None and since is not None and since < reading.at:
        rise = reading.lifetime - suspect
        if -_ROUNDING <= rise <= _most(chain, reading.at - since, limits):
            reading = reading._replace(lifetime=max(reading.lifetime, suspect))
            return _open(chain, chain.number + 1, suspect, since, reading, days, limits)
    rejected = () if chain.suspect_reason is None else (chain.suspect_reason,)
    held = chain._replace(suspect=reading.lifetime, suspect_at=reading.at, suspect_reason=reason)
    return Step(held, (), rejected)


def _open(
    before: Chain | None, number: int, opening: float, since: int, reading: Reading, days: LocalDays, limits: Limits
) -> Step:
    """A new epoch, whose counter stood at `opening` at `since`. The gateway's own days reach back before that."""
    if before is None and reading.lifetime == 0.0 and limits.sunny:
        return Step(rejected=("zero",))
    day, told = days.day(reading.at), reading.told
    best = 0.0 if before is None else before.best
    a_day = limits.most_a_day(best)
    seen, opened_at = reading.lifetime - opening, since
    shares: list[Share] = []
    missing = _missing(told.today, before, day, reading, days)
    if (
        believable_today(told.today, reading.at, days, limits.watts)
        and missing is not None
        and seen <= missing <= a_day
    ):
        opening = reading.lifetime - missing
        opened_at = days.begin(day) if before is None or before.day < day else before.latest_at
        shares.append(Share(day, missing, Provenance.DERIVED))
        missing = _missing(told.yesterday, before, day - 1, reading, days)
        if missing is not None and missing <= min(opening, a_day) and opened_at == days.begin(day):
            opening -= missing
            opened_at = days.begin(day - 1) if before is None or before.day < day - 1 else before.latest_at
            shares.insert(0, Share(day - 1, missing, Provenance.BACK_FILLED))
    elif seen > 0.0:
        shares += allocate(Gap(since, reading.at, seen, limits.watts, a_day, limits.sunny, {}), told, days)
    else:
        shares.append(Share(day, 0.0, Provenance.MEASURED))
    last = shares[-1]
    whole = opened_at <= days.begin(last.day) if before is None else not is_hole(before, since)
    chain = Chain(
        number,
        opening,
        opened_at,
        reading.lifetime,
        reading.at,
        reading.at,
        0,
        best,
        False,
        None,
        None,
        None,
        last.day,
        last.watt_hours,
        # A day of which only a part is known is no surer than an estimate.
        new_day(last) if whole else int(Provenance.ESTIMATED),
    )
    return Step(chain, tuple(shares))


def _missing(told: float | None, before: Chain | None, day: int, reading: Reading, days: LocalDays) -> float | None:
    """What the gateway counted on that day and the epoch before has not booked; `None` if that cannot be known."""
    if told is None or not 0.0 <= told <= reading.lifetime or not settled(reading.at, days):
        return None
    if before is None or before.day < day:
        return told
    return max(told - before.booked, 0.0) if before.day == day else None


def _late(chain: Chain, reading: Reading, days: LocalDays, limits: Limits) -> Step:
    """A reading that is not later than the last: an old one, or the clock was put back.

    Counters never run backwards, so one above the last is a later one, whatever its clock says.
    """
    rise = reading.lifetime - chain.latest
    if rise <= 0.0 or reading.at == chain.latest_at:
        return _NOTHING
    before_all = reading.at < chain.opened_at
    if rise > _most(chain, HOUR, limits) or (before_all and (chain.number > 0 or not reading.sure)):
        return Step(rejected=("clock",))
    day = days.day(reading.at)
    certain = Provenance.MEASURED if day == chain.day else Provenance.ESTIMATED
    share = Share(day, rise, certain)
    stood = _went_on(chain, reading, rise, 0, (share,))
    stood = stood._replace(opened_at=min(chain.opened_at, reading.at))
    return Step(stood, (share,), (), None if day == chain.day else day)
