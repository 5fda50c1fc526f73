"""A curve of power in memory, as charts draw it: it grows at its end and knows its gaps."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LEAST_GAP_SECONDS = 1500.0
_USUAL_INTERVAL_SECONDS = 300.0
_INTERVALS_TO_A_GAP = 2.2


@dataclass(slots=True)
class Curve:
    """Power over time: epoch seconds in rising order, and W; points further apart than `hold` seconds have a gap"""

    times: list[float] = field(default_factory=list)
    watts: list[float] = field(default_factory=list)
    hold: float = LEAST_GAP_SECONDS

    def add(self, at: float, watts: float) -> bool:
        """Add a point at the end; `False` where it is not newer than the last."""
        if self.times and at <= self.times[-1]:
            return False
        self.times.append(at)
        self.watts.append(watts)
        return True

    def between(self, moment: float) -> float | None:
        """The height of the drawn line at `moment`: straight between points, `None` outside and within a gap."""
        place = bisect_right(self.times, moment) - 1
        if place < 0:
            return None
        if place + 1 == len(self.times):
            return self.watts[place] if moment - self.times[place] < 1.0 else None
        start, end = self.times[place], self.times[place + 1]
        if end - start > self.hold:
            return None
        share = (moment - start) / (end - start)
        return self.watts[place] + (self.watts[place + 1] - self.watts[place]) * share


def hold_of(times: Sequence[float]) -> float:
    """How long a value of a curve read at `times` holds, seconds: a little over two of its usual intervals."""
    steps = sorted([later - earlier for earlier, later in pairwise(times)])
    usual = steps[len(steps) // 2] if steps else _USUAL_INTERVAL_SECONDS
    return max(LEAST_GAP_SECONDS, _INTERVALS_TO_A_GAP * usual)
