"""The house at any time: what each panel made until then, when it was awake, what the house used and exchanged."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.curves import STEP_SECONDS, Curve, Household, Weather
from enphase_tray.simulator.exchange import GridEstimate
from enphase_tray.simulator.noise import between, unit
from enphase_tray.simulator.outages import Outages
from enphase_tray.simulator.shortfall import Shortfall

_KEPT_DAYS = 64
_LONGEST_NIGHT_DAYS = 200


@dataclass(frozen=True, slots=True)
class HouseDay:
    """One local day of a house: a curve per inverter and when it was awake (`None`: not at all), and its use."""

    day: date
    start: float
    end: float
    inverters: tuple[Curve, ...]
    awake: tuple[tuple[float, float] | None, ...]
    use: Curve
    imported: tuple[float, ...]
    exported: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GridTotals:
    """Wh since the installation: used, drawn from the grid, given to it."""

    used: float
    imported: float
    exported: float


class House:
    """A pure function of configuration, outages and time; everything inside is only remembered, never decided."""

    def __init__(self, config: HouseConfig, outages: Outages) -> None:
        self.config = config
        self._outages = outages
        self._weather = Weather(config)
        self._household = Household(config)
        self._days: dict[date, HouseDay] = {}
        self._last: HouseDay | None = None
        self._hit: dict[tuple[object, ...], float] = {}
        """Wh by inverter, day, shortfall and outages, of what is over: older days are costly to look at again."""
        self._offsets = [unit(config.seed, 41, i) * config.report_seconds for i in range(config.inverters)]
        self._grid = GridEstimate(config, self._weather, self._household)

    @property
    def zone(self) -> ZoneInfo:
        return self._weather.zone

    def day_at(self, epoch: float) -> HouseDay:
        """The local day that a time lies in."""
        last = self._last
        if last is None or not last.start <= epoch < last.end:
            last = self.day(datetime.fromtimestamp(epoch, self._weather.zone).date())
            self._last = last
        return last

    def day(self, day: date) -> HouseDay:
        """One local day; the last 64 asked for are remembered."""
        if day not in self._days:
            if len(self._days) >= _KEPT_DAYS:
                del self._days[next(iter(self._days))]
            self._days[day] = self._build(day)
        return self._days[day]

    def midnight(self, day: date) -> float:
        return self._weather.midnight(day)

    def ideal_energy(self, inverter: int, epoch: float) -> float:
        """Wh since the installation as if nothing had ever failed."""
        day = self.day_at(epoch)
        if day.day < self.config.installed:
            return 0.0
        return self._weather.energy_before(inverter, day.day) + day.inverters[inverter].total(epoch)

    def energy(self, inverter: int, epoch: float) -> float:
        """Wh that an inverter has made since its installation."""
        energy = self._with_outages(inverter, epoch)
        for weak in self._outages.shortfalls(inverter):
            if weak.first < epoch:
                energy -= (1.0 - weak.part) * self._hit_by(inverter, weak, min(weak.last, epoch))
        return energy

    def power(self, inverter: int, epoch: float) -> float:
        """W that an inverter makes at this moment."""
        if any(first <= epoch < last for first, last in self._outages.of(inverter)):
            return 0.0
        watts = self.day_at(epoch).inverters[inverter].power(epoch)
        return watts * next((w.part for w in self._outages.shortfalls(inverter) if w.runs(epoch, self.zone)), 1.0)

    def use(self, epoch: float) -> float:
        """W that the house uses."""
        return self.day_at(epoch).use.power(epoch)

    def last_report(self, inverter: int, epoch: float) -> float | None:
        """When an inverter last reported at or before a time: only while awake, spread over the report interval."""
        interval = self.config.report_seconds
        offset = self._offsets[inverter]
        day = self.day_at(epoch)
        for _ in range(_LONGEST_NIGHT_DAYS):
            awake = day.awake[inverter]
            if awake is not None and epoch > awake[0]:
                latest = min(((epoch - offset) // interval) * interval + offset, awake[1])
                silence = self._outages.silence(inverter, latest)
                if silence is None and latest >= awake[0]:
                    return float(int(latest))
                if silence is not None and silence > awake[0]:
                    epoch = silence - 1.0
                    continue
            epoch = min(epoch, day.start)
            day = self.day(day.day - timedelta(days=1))
        return None

    def used_before(self, day: date) -> float:
        """Wh that the house used since the installation until a day began."""
        return self._household.energy_before(day)

    def grid(self, epoch: float) -> GridTotals:
        """The exchange with the grid since the installation."""
        day = self.day_at(epoch)
        if day.day < self.config.installed:
            return GridTotals(0.0, 0.0, 0.0)
        used = self._household.energy_before(day.day) + day.use.total(epoch)
        imported, exported = self._grid.until(day.day)
        position = min(max((epoch - day.start) / STEP_SECONDS, 0.0), len(day.imported) - 1.0)
        index = min(int(position), len(day.imported) - 2)
        part = position - index
        lost = sum(self.ideal_energy(i, epoch) - self.energy(i, epoch) for i in self._outages.affected())
        return GridTotals(
            used,
            imported + day.imported[index] + (day.imported[index + 1] - day.imported[index]) * part + lost,
            exported + day.exported[index] + (day.exported[index + 1] - day.exported[index]) * part,
        )

    def _with_outages(self, inverter: int, epoch: float) -> float:
        """Wh since the installation as if no panel were ever weak."""
        energy = self.ideal_energy(inverter, epoch)
        for first, last in self._outages.of(inverter):
            if first < epoch:
                energy -= self.ideal_energy(inverter, min(last, epoch)) - self.ideal_energy(inverter, first)
        return energy

    def _hit_by(self, inverter: int, weak: Shortfall, until: float) -> float:
        """Wh of which a shortfall takes its share until a time."""
        if weak.hours is None:
            return self._with_outages(inverter, until) - self._with_outages(inverter, weak.first)
        outages = self._outages.of(inverter)
        day, energy = datetime.fromtimestamp(weak.first, self.zone).date(), 0.0
        while self.midnight(day) < until:
            begin, end = weak.window(day, self.zone)
            known = self._hit.get((inverter, day, weak, outages)) if end <= until else None
            if known is None:
                end = max(begin, min(end, until))
                known = self._with_outages(inverter, end) - self._with_outages(inverter, begin)
                if end < until:
                    self._hit[inverter, day, weak, outages] = known
            energy += known
            day += timedelta(days=1)
        return energy

    def _build(self, day: date) -> HouseDay:
        start, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        elevations, shapes = self._weather.shapes(day, STEP_SECONDS)
        spans = tuple(self._span(elevations, i) for i in range(self.config.inverters))
        curves = tuple(
            self._weather.inverter_curve(i, day, shapes[self._weather.group_of[i]], span)
            for i, span in enumerate(spans)
        )
        awake = tuple(span and (start + span[0] * STEP_SECONDS, start + span[1] * STEP_SECONDS) for span in spans)
        use = self._household.day_curve(day, start, end, STEP_SECONDS)
        site = [sum(values) for values in zip(*(c.watts for c in curves), strict=True)] or [0.0] * len(use.watts)
        imported, exported = _exchange(use, site)
        wanted_in, wanted_out = self._grid.day(day)
        return HouseDay(
            day, start, end, curves, awake, use, _scaled(imported, wanted_in), _scaled(exported, wanted_out)
        )

    def _span(self, elevations: list[float], inverter: int) -> tuple[int, int] | None:
        """From which to which node the sun stands high enough for this inverter; staggered by some degrees."""
        level = between(-0.3, 3.2, self.config.seed, 42, inverter)
        above = [number for number, elevation in enumerate(elevations) if elevation > level]
        return (max(0, above[0] - 1), min(len(elevations) - 1, above[-1] + 1)) if above else None


def _exchange(use: Curve, site: list[float]) -> tuple[list[float], list[float]]:
    """Wh drawn and given until each node of a day."""
    imported, exported = [0.0], [0.0]
    for number in range(1, len(site)):
        used = use.energy[number] - use.energy[number - 1]
        made = (site[number] + site[number - 1]) / 2.0 * use.step / 3600.0
        imported.append(imported[-1] + max(0.0, used - made))
        exported.append(exported[-1] + max(0.0, made - used))
    return imported, exported


def _scaled(values: list[float], total: float) -> tuple[float, ...]:
    if values[-1] > 0.0:
        return tuple(value * total / values[-1] for value in values)
    last = len(values) - 1
    return tuple(total * number / last for number in range(len(values)))
