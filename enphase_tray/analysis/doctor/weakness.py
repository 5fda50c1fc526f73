"""Whether a panel makes lastingly less than it used to, or than its group: decisions over days, robust to odd ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from enphase_tray.analysis.doctor.day_book import median

_FEW_BEFORE, _FEW_AFTER = 4, 3
_LATEST = 3
_LEAST_NOISE = 0.012
_TO_SIGMA = 1.4826
_SURE = 5.0
"""A drop counts where it is so many times what chance does to middles of so many days."""
_LEAST_DROP = 0.05
_RAMP_DAYS = 10
_RAMP_GAIN = 0.72
_SINKING_PART = 0.35
_USUAL_SPREAD = 0.045
"""How far panels of one kind differ lastingly (one sigma), and for how many panels' evidence that counts."""
_USUAL_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Drop:
    """From day number `place` of a series on it was `after` rather than `before`; `gradual`: it fell bit by bit.

    `sinking`: it goes on falling, for too few days yet to call it gradual.
    """

    place: int
    before: float
    after: float
    sureness: float
    gradual: bool
    sinking: bool = False

    @property
    def lost(self) -> float:
        """The part that went missing; of a gradual one up to now."""
        return 1.0 - self.after / self.before


def find_drop(shares: Sequence[float]) -> Drop | None:
    """The fall within daily shares (in time order) that still lasts at their end, if there is one beyond chance."""
    count = len(shares)
    if count < _FEW_BEFORE + _FEW_AFTER:
        return None
    latest = median(shares[-_LATEST:])
    if latest > (1.0 - _LEAST_DROP) * median(shares):
        top = sorted(shares)[int(0.75 * count)]
        if latest > (1.0 - _LEAST_DROP) * top:
            return None
    best: tuple[float, int] | None = None
    for place in range(_FEW_BEFORE, count - _FEW_AFTER + 1):
        misfit = _misfit(shares[:place]) + _misfit(shares[place:])
        if best is None or misfit < best[0]:
            best = (misfit, place)
    if best is None:
        return None
    misfit, place = best
    before, after = median(shares[:place]), median(shares[place:])
    ramp = _find_ramp(shares)
    if ramp is not None and ramp[0] < _RAMP_GAIN * misfit:
        misfit, place, before, after = ramp
    if before <= 0.0:
        return None
    noise = max(_LEAST_NOISE * before, _TO_SIGMA * misfit / count)
    sureness = (before - after) / (noise * sqrt(1 / place + 1 / (count - place))) if place else 0.0
    still = latest <= before - 0.5 * (before - after)
    if sureness < _SURE or before - after < _LEAST_DROP * before or not still:
        return None
    gradual = ramp is not None and place == ramp[1]
    return Drop(place, before, after, sureness, gradual, not gradual and _sinks(shares[place:], before - after))


def _sinks(late: Sequence[float], lost: float) -> bool:
    half = len(late) // 2
    return median(late[:half]) - median(late[-half:]) > _SINKING_PART * lost


def _misfit(values: Sequence[float]) -> float:
    middle = median(values)
    return sum(abs(value - middle) for value in values)


def _find_ramp(shares: Sequence[float]) -> tuple[float, int, float, float] | None:
    """Misfit, begin, level before and level at the end of the steady fall that fits best."""
    count = len(shares)
    best: tuple[float, int, float, float] | None = None
    for place in range(0, count - _RAMP_DAYS + 1, 2):
        length = count - place
        third = max(3, length // 3)
        before = median(shares[: place + 2]) if place >= _FEW_BEFORE else median(shares[place : place + third])
        end = median(shares[-third:])
        if place >= _FEW_BEFORE:
            slope = (before - end) / (length - 0.5 * third)
            start = before
        else:
            slope = (before - end) / (length - third)
            start = before + 0.5 * third * slope
        misfit = sum(abs(share - start) for share in shares[:place])
        misfit += sum(abs(share - (start - slope * (day + 0.5))) for day, share in enumerate(shares[place:]))
        if best is None or misfit < best[0]:
            best = (misfit, max(place, 1), start, start - slope * length)
    return best


def low_from_the_start(levels: Sequence[float], panel: int) -> float:
    """By how many of the usual differences between panels one is below the others of its group (negative: below).

    `levels` are lasting levels of all panels of the group. Where others are low too, their middle is taken where most
    of them are, and their differences only from those above it, so that some bad ones cannot hide another.
    """
    others = sorted(level for number, level in enumerate(levels) if number != panel)
    if not others:
        return 0.0
    centre = densest(others)
    if centre <= 0.0:
        return 0.0
    apart = _TO_SIGMA * median([abs(level - centre) for level in others]) / centre
    above = [level - centre for level in others if level >= centre]
    if len(above) >= 3:
        apart = min(apart, _TO_SIGMA * median(above) / centre)
    known = len(others)
    variance = (_USUAL_WEIGHT * _USUAL_SPREAD**2 + known * apart**2) / (_USUAL_WEIGHT + known)
    return (levels[panel] / centre - 1.0) / sqrt(variance * (1.0 + 1.0 / known))


def densest(ordered: Sequence[float]) -> float:
    """The middle of the narrowest stretch that holds more than half of the values (in rising order, at least one).

    Of two it is the higher: panels make less for many reasons, and more for none.
    """
    count = len(ordered)
    if count == 2:
        return ordered[1]
    held = count // 2 + 1
    first = min(range(count - held + 1), key=lambda start: (ordered[start + held - 1] - ordered[start], -start))
    return median(ordered[first : first + held])
