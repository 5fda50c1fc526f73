"""One day of the site as curves: production, use and grid, with the energy up to any moment of it."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, tzinfo
from itertools import pairwise

from enphase_tray.model.history import SiteSeries
from enphase_tray.model.readings import Snapshot
from enphase_tray.ui.figures.day_curves import Curve, hold_of
from enphase_tray.ui.look.when import day_bounds

DAY_SECONDS = 86_400.0
LIT_WATTS = 1.0
_MISSED = 0.03
"""Of a day's energy: so much may have been made while nobody read, such as in the dusk, without spoiling the rest."""
_FAINT = 0.05
"""Of a day's highest power: less is dusk, before and after which there is not much to miss."""
_MARGIN_SECONDS = 1800.0


class SiteDayCurves:
    """Power of one local day, W. Net is positive while power is drawn from the grid."""

    def __init__(self, day: date, zone: tzinfo | None, series: SiteSeries | None = None) -> None:
        self.day = day
        start, end = day_bounds(day, zone)
        self.start, self.end = start.timestamp(), end.timestamp()
        self.production, self.consumption, self.net = Curve(), Curve(), Curve()
        if series is not None:
            hold = hold_of(series.times)
            _fill(self.production, series.times, series.production, hold)
            _fill(self.consumption, series.times, series.consumption, hold)
            _fill(self.net, series.times, series.net, hold)

    @property
    def empty(self) -> bool:
        """Whether nothing was read on this day."""
        return not (self.production.times or self.consumption.times or self.net.times)

    @property
    def metered(self) -> bool:
        """Whether use or grid are known."""
        return bool(self.consumption.times or self.net.times)

    @property
    def times(self) -> list[float]:
        """The moments of the curve that has most of them, epoch seconds."""
        return max((self.production.times, self.consumption.times, self.net.times), key=len)

    def append(self, snapshot: Snapshot) -> bool:
        """Add what `snapshot` tells anew; `False` where that is nothing, or of another day."""
        at = float(math.floor(snapshot.at.timestamp()))  # the history knows whole seconds
        if not self.start <= at < self.end:
            return False
        told = (
            (self.production, None if snapshot.production is None else snapshot.production.watts_now),
            (self.consumption, None if snapshot.consumption is None else snapshot.consumption.watts_now),
            (self.net, None if snapshot.net is None else snapshot.net.watts_now),
        )
        added = [curve.add(at, watts) for curve, watts in told if watts is not None]
        return any(added)

    def first_light(self) -> float | None:
        """When production began: known only where a dark reading stands right before it."""
        times, watts = self.production.times, self.production.watts
        first = next((place for place, value in enumerate(watts) if value > LIT_WATTS), 0)
        return times[first] if first and times[first] - times[first - 1] <= self.production.hold else None

    def last_light(self) -> float | None:
        """When production ended: known only where a dark reading stands right after it."""
        times, watts = self.production.times, self.production.watts
        last = next((place for place in reversed(range(len(watts))) if watts[place] > LIT_WATTS), len(watts))
        known = last + 1 < len(watts) and times[last + 1] - times[last] <= self.production.hold
        return times[last] if known else None


def span_to_show(day: SiteDayCurves, others: Iterable[SiteDayCurves]) -> tuple[float, float]:
    """The part of `day` in which any of the days was lit, half an hour more on each side; all of a metered day."""
    lit: list[float] = []
    for curves in (day, *others):
        times, watts = curves.production.times, curves.production.watts
        for order in (range(len(watts)), range(len(watts) - 1, -1, -1)):
            edge = next((place for place in order if watts[place] > LIT_WATTS), None)
            lit += [] if edge is None else [times[edge] + shift(curves, day)]
    if day.metered or not lit or max(lit) - min(lit) < 2 * _MARGIN_SECONDS:
        return day.start, day.end
    return max(day.start, min(lit) - _MARGIN_SECONDS), min(day.end, max(lit) + _MARGIN_SECONDS)


def shift(other: SiteDayCurves, day: SiteDayCurves) -> float:
    """Seconds from a moment of `other` to the same height of the sun in `day`: whole days, since it knows no DST."""
    return (day.day - other.day).days * DAY_SECONDS


def energy_until(curve: Curve, moment: float, total: float | None) -> float | None:
    """Energy from the start of the day to `moment`, Wh, `total` (counted, Wh) shared out by the curve.

    `None` where the curve does not tell: the day's energy is not known, or power was not read in part of it.
    """
    if total is None or len(curve.times) < 2:
        return None
    before = whole = missed = 0.0
    for (start, left), (end, right) in pairwise(zip(curve.times, curve.watts, strict=True)):
        area = (left + right) / 2 * (end - start)
        whole += area
        if end - start > curve.hold:
            missed += area
        if end <= moment:
            before += area
        elif start < moment:
            share = (moment - start) / (end - start)
            before += (left + (left + (right - left) * share)) / 2 * (moment - start)
    # Nobody knows for how long it was light before the first and after the last reading.
    cut = max(curve.watts[0], curve.watts[-1]) > max(LIT_WATTS, _FAINT * max(curve.watts))
    return total * before / whole if not cut and missed < _MISSED * whole else None


def next_time(times: Sequence[float], at: float, by: int, least: float) -> float | None:
    """The next of `times` that is at least `least` seconds after `at` (before it where `by` is negative)."""
    if by > 0:
        place = bisect_left(times, at + least)
        return times[place] if place < len(times) else None
    place = bisect_left(times, at - least + 1.0) - 1
    return times[place] if place >= 0 else None


def _fill(curve: Curve, times: Sequence[float], values: Sequence[float | None], hold: float) -> None:
    """Take over what is known; `hold` is that of all `times`."""
    # Rising already: a day of minutes is too long for asking about each of them.
    known = [watts for watts in values if watts is not None]
    if len(known) == len(values):
        curve.times, curve.watts, curve.hold = list(times), known, hold
    else:
        curve.times = [at for at, watts in zip(times, values, strict=True) if watts is not None]
        curve.watts, curve.hold = known, hold_of(curve.times)
