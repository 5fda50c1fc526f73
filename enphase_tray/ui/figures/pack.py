"""A day of many inverters as one pack: its middle, its width, and who runs behind it. Pure figures, nothing drawn."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from enphase_tray.ui.figures.day_curves import Curve

STEP_SECONDS = 300.0
LOW_SHARE = 0.75
"""Of the pack's energy; who makes less is off the pack."""
_GOOD_WATTS = 20.0
_GOOD_PART = 0.2
"""Of the day's best: below it the light is too thin to compare anybody."""
_LEAST_STEPS = 24
_NOTHING_STEPS = 12
_NOTHING_PART = 0.05
_LIT_WATTS = 1.0
_LAST_WORDS = 3
_SAME_SECONDS = 0.5
_LEAST_PACK = 3
_LEAST_SPREAD = 0.04
_DEVIATIONS = 2.5
_MOST_WEAK = 0.25
_GAP = 0.05
_NORMAL = 1.4826
"""Makes a median deviation comparable to a standard deviation."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The pack over time: n epoch seconds, n W each of its 10th, 50th and 90th percentile.

    `None` where less than half of the inverters are known.
    """

    times: tuple[float, ...]
    low: tuple[float | None, ...]
    middle: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Stray:
    """An inverter off the pack: its share of the median energy in good light, and what it stopped doing when.

    `since` (epoch seconds) is its last sign of power, where it has made nothing for an hour of good light or more;
    `silent` says that it has not even reported since then.
    """

    serial: str
    share: float
    since: float | None = None
    silent: bool = False


class Pack:
    """All inverters of a day on one grid of time (`times`, epoch seconds).

    `shares` are the energy of each against the median's in good light so far, `None` where too little is known.
    """

    def __init__(self, curves: Mapping[str, Curve]) -> None:
        told = {serial: curve for serial, curve in curves.items() if curve.times}
        first = min((curve.times[0] for curve in told.values()), default=0.0)
        last = max((curve.times[-1] for curve in told.values()), default=-1.0)
        start = first - first % STEP_SECONDS
        self.times = tuple(start + STEP_SECONDS * step for step in range(int((last - start) // STEP_SECONDS) + 1))
        self._curves = told
        self._watts = {serial: sampled(curve, self.times) for serial, curve in told.items()}
        self.envelope = self._envelope()
        self._good = self._good_light()
        self.shares: dict[str, float | None] = {serial: self._share(serial) for serial in self._watts}

    def watts(self, serial: str) -> Sequence[float | None]:
        """One inverter on the pack's grid; empty where it is not part of it."""
        return self._watts.get(serial, ())

    def at(self, moment: float) -> tuple[float | None, float | None, float | None]:
        """Median, 10th and 90th percentile at a moment, W, each straight between the steps of the grid."""
        envelope = self.envelope
        return (
            _between(self.times, envelope.middle, moment),
            _between(self.times, envelope.low, moment),
            _between(self.times, envelope.high, moment),
        )

    def step(self, moment: float | None, by: int) -> float | None:
        """The next time of the grid after `moment` (`by` is 1) or before it (-1); the last one to begin with."""
        if moment is None or not self.times:
            return self.times[-1] if self.times else None
        beyond = [time for time in self.times if (time - moment) * by > _SAME_SECONDS]
        return moment if not beyond else beyond[0] if by > 0 else beyond[-1]

    def strays(self) -> tuple[Stray, ...]:
        """Who is off the pack, those that make nothing first, then the weakest."""
        if len(self._watts) < _LEAST_PACK:
            return ()
        stopped = {serial: stray for serial in self._watts if (stray := self._stopped(serial))}
        weak = _weak({s: share for s, share in self.shares.items() if share is not None and s not in stopped})
        return (*sorted(stopped.values(), key=lambda stray: stray.serial), *weak)

    def order(self, concerned: frozenset[str]) -> tuple[str, ...]:
        """Serials with those concerned and off the pack first, then the weakest; those that cannot be compared last."""
        first = concerned | {stray.serial for stray in self.strays()}

        def rank(serial: str) -> tuple[bool, bool, float, str]:
            share = self.shares[serial]
            return serial not in first, share is None, 0.0 if share is None else share, serial

        return tuple(sorted(self._watts, key=rank))

    def _envelope(self) -> Envelope:
        enough = max(2, (len(self._watts) + 1) // 2)
        bands: list[tuple[float | None, float | None, float | None]] = []
        for values in zip(*self._watts.values(), strict=True):
            known = sorted(value for value in values if value is not None)
            if len(known) < enough:
                bands.append((None, None, None))
            else:
                bands.append((percentile(known, 0.1), percentile(known, 0.5), percentile(known, 0.9)))
        low, middle, high = zip(*bands, strict=True) if bands else ((), (), ())
        return Envelope(self.times, low, middle, high)

    def _good_light(self) -> list[int]:
        """The steps in which there is enough light to compare anybody."""
        middle = self.envelope.middle
        enough = max(_GOOD_WATTS, _GOOD_PART * max((watts for watts in middle if watts is not None), default=0.0))
        return [place for place, watts in enumerate(middle) if watts is not None and watts >= enough]

    def _share(self, serial: str) -> float | None:
        """Energy against the median's over the steps in which both are known; `None` for too few of them."""
        watts, middle = self._watts[serial], self.envelope.middle
        pairs = [(own, pack) for place in self._good if (own := watts[place]) is not None and (pack := middle[place])]
        if len(pairs) < max(_LEAST_STEPS, len(self._good) // 2):
            return None
        return sum(own for own, _ in pairs) / sum(pack for _, pack in pairs)

    def _stopped(self, serial: str) -> Stray | None:
        watts, middle = self._watts[serial], self.envelope.middle
        alive = [place for place in self._good if (watts[place] or 0.0) > _NOTHING_PART * (middle[place] or 0.0)]
        quiet = [place for place in self._good if alive and place > alive[-1]]
        if len(quiet) < _NOTHING_STEPS:
            return None
        silent = all(watts[place] is None for place in quiet[_LAST_WORDS:])
        # The grid lies between the reports; what is told is the last report with any power.
        reports = self._curves[serial]
        signs = [at for at, power in zip(reports.times, reports.watts, strict=True) if power > _LIT_WATTS]
        return Stray(serial, self.shares[serial] or 0.0, signs[-1], silent)


def sampled(curve: Curve, times: Sequence[float]) -> tuple[float | None, ...]:
    """The heights of the drawn line at `times` (rising): straight between points, `None` outside and within gaps."""
    found: list[float | None] = []
    points = list(zip(curve.times, curve.watts, strict=True))
    legs = list(pairwise(points))
    place = 0
    for moment in times:
        while place < len(legs) and legs[place][1][0] < moment:
            place += 1
        if place == len(legs):
            found.append(points[-1][1] if points and moment == points[-1][0] else None)
            continue
        (start, before), (end, after) = legs[place]
        if moment < start or (end - start > curve.hold and moment not in (start, end)):
            found.append(None)
        else:
            found.append(before + (after - before) * (moment - start) / (end - start))
    return tuple(found)


def percentile(ordered: Sequence[float], part: float) -> float:
    """The value below which `part` of `ordered` (rising, not empty) lies, straight between neighbours."""
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _between(times: Sequence[float], values: Sequence[float | None], moment: float) -> float | None:
    place = bisect_right(times, moment) - 1
    if place < 0 or moment > times[-1]:
        return None
    before, after = values[place], values[min(place + 1, len(values) - 1)]
    if before is None or after is None:
        return None
    return before + (after - before) * (moment - times[place]) / STEP_SECONDS


def _weak(shares: Mapping[str, float]) -> list[Stray]:
    """Those far below the others, as these go.

    Where they are many, or the next better ones follow without a gap, it is another side of the roof.
    """
    if len(shares) < _LEAST_PACK + 1:
        return []
    centre = median(shares.values())
    spread = max(_LEAST_SPREAD, _NORMAL * median(abs(share - centre) for share in shares.values()))
    limit = min(LOW_SHARE * centre, centre - _DEVIATIONS * spread)
    steps = pairwise(sorted(shares.values()))
    apart = max((low for low, high in steps if low < limit and high - low >= _GAP * centre), default=-1.0)
    low = [Stray(serial, share) for serial, share in shares.items() if share <= apart]
    return sorted(low, key=lambda stray: (stray.share, stray.serial)) if len(low) <= _MOST_WEAK * len(shares) else []
