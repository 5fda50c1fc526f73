"""One day's power curves in memory: loaded from the history once, then grown by each new snapshot."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import pairwise
from statistics import median

from enphase_tray.model.history import InverterSeries, SiteSeries
from enphase_tray.model.readings import InverterReading, Snapshot
from enphase_tray.ui.when import day_bounds

LEAST_GAP_SECONDS = 1500.0
_USUAL_INTERVAL_SECONDS = 300.0
_INTERVALS_TO_A_GAP = 2.2
_MARGIN_SECONDS = 1800.0
_METER_DIFFERS_WATTS = 20.0


@dataclass(slots=True)
class Curve:
    """Power over time: epoch seconds in rising order, and W; a value holds until the next, at most `hold` long."""

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

    def at(self, moment: float) -> float | None:
        """The value that holds at `moment`, `None` before the first and within a gap."""
        place = bisect_right(self.times, moment) - 1
        if place < 0 or moment - self.times[place] > self.hold:
            return None
        return self.watts[place]

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

    def with_gaps(self) -> tuple[list[float], list[float]]:
        """Times and W for drawing, with a not-a-number between points that are further apart than `hold`."""
        times: list[float] = []
        watts: list[float] = []
        for at, value in zip(self.times, self.watts, strict=True):
            if times and at - times[-1] > self.hold:
                times.append(times[-1] + 1.0)
                watts.append(float("nan"))
            times.append(at)
            watts.append(value)
        return times, watts


class DayCurves:
    """The curves of one local day: one for each inverter, their sum, and what the site as a whole told."""

    def __init__(self, day: date, zone: tzinfo | None) -> None:
        self.day = day
        self.zone = zone
        start, end = day_bounds(day, zone)
        self.start, self.end = start.timestamp(), end.timestamp()
        self.inverters: dict[str, Curve] = {}
        self.total = Curve()
        self.production = Curve()
        self._last_reports: dict[str, datetime | None] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of this day."""
        return not any(curve.times for curve in self.inverters.values()) and not self.production.times

    def load(self, inverters: InverterSeries, site: SiteSeries) -> None:
        """Take over what the history knows of the day."""
        for serial, values in sorted(inverters.watts.items()):
            curve = Curve()
            for at, watts in zip(inverters.times, values, strict=True):
                if watts is not None:
                    curve.add(at, watts)
            curve.hold = _hold(curve.times)
            if curve.times:
                self.inverters[serial] = curve
        for at, watts in zip(site.times, site.production, strict=True):
            if watts is not None:
                self.production.add(at, watts)
        self._sum_up()

    def remember(self, inverters: Iterable[InverterReading]) -> None:
        """Note which reports are known already, so that `append` adds only newer ones."""
        self._last_reports = {inverter.serial: inverter.last_report_at for inverter in inverters}

    def append(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Add what `snapshot` tells anew; the serials whose curves grew. Other days than this one are left out."""
        at = snapshot.at.timestamp()
        if not self.start <= at < self.end:
            return ()
        grown = []
        for inverter in snapshot.inverters:
            watts, told = inverter.last_report_watts, inverter.last_report_at
            if inverter.retired or watts is None or self._last_reports.get(inverter.serial) == told:
                continue
            if told is not None and told.timestamp() < self.start:
                continue
            self._last_reports[inverter.serial] = told
            if self.inverters.setdefault(inverter.serial, Curve()).add(at, watts):
                grown.append(inverter.serial)
        if grown:
            total = self._total_at(at)
            if total is not None:
                self.total.add(at, total)
        production = snapshot.production
        if production is not None and production.watts_now is not None:
            self.production.add(at, production.watts_now)
        return tuple(grown)

    def lit_span(self) -> tuple[float, float]:
        """The part of the day to show: first to last light, half an hour more on each side; else all of it."""
        curve = self.total if self.total.times else self.production
        lit = [at for at, watts in zip(curve.times, curve.watts, strict=True) if watts > 1.0]
        if not lit or lit[-1] - lit[0] < 2 * _MARGIN_SECONDS:
            return self.start, self.end
        return max(self.start, lit[0] - _MARGIN_SECONDS), min(self.end, lit[-1] + _MARGIN_SECONDS)

    def meter_differs(self) -> bool:
        """Whether the site's own figure says something else than the sum: only then is it worth a line."""
        pairs = zip(self.production.times, self.production.watts, strict=True)
        return any(abs(watts - (self.total.at(at) or 0.0)) > _METER_DIFFERS_WATTS for at, watts in pairs)

    def _total_at(self, moment: float) -> float | None:
        known = [watts for curve in self.inverters.values() if (watts := curve.at(moment)) is not None]
        return sum(known) if known else None

    def _sum_up(self) -> None:
        """Sweep over all reports in time: the sum of what holds at each of them, kept running."""
        points = sorted(
            (at, serial, watts)
            for serial, curve in self.inverters.items()
            for at, watts in zip(curve.times, curve.watts, strict=True)
        )
        self.total = Curve()
        now: dict[str, tuple[float, float]] = {}
        for place, (at, serial, watts) in enumerate(points):
            now[serial] = (at, watts)
            if place + 1 < len(points) and points[place + 1][0] == at:
                continue
            self.total.add(at, sum(w for s, (t, w) in now.items() if at - t <= self.inverters[s].hold))
        self.total.hold = max((curve.hold for curve in self.inverters.values()), default=LEAST_GAP_SECONDS)


def _hold(times: Sequence[float]) -> float:
    steps = [later - earlier for earlier, later in pairwise(times)]
    usual = median(steps) if steps else _USUAL_INTERVAL_SECONDS
    return max(LEAST_GAP_SECONDS, _INTERVALS_TO_A_GAP * usual)
