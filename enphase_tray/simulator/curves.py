"""Power over a day and energy over years: what the panels of a house could make and what the house uses.

A day's energy is drawn first (season and clearness), then the day's curve is scaled to it; so counters of years cost
nothing, and a counter's steps are exactly the integral of the power.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from math import exp
from zoneinfo import ZoneInfo

from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.noise import between, unit
from enphase_tray.simulator.sun import clear_sky, clearness, cloud_factor, sun_position

STEP_SECONDS = 300
HALF_HOURS = 48
APPLIANCE_WATTS, APPLIANCE_CHANCE, APPLIANCE_FROM_HOUR = 1500.0, 0.12, 6.5
_KNOT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Curve:
    """One day of power: W at each node (straight between them) and the Wh made until that node."""

    start: float
    step: float
    watts: tuple[float, ...]
    energy: tuple[float, ...]

    def power(self, epoch: float) -> float:
        index, part = self._place(epoch)
        return self.watts[index] + (self.watts[index + 1] - self.watts[index]) * part

    def total(self, epoch: float) -> float:
        """Wh since the start of the day."""
        index, part = self._place(epoch)
        first, second = self.watts[index], self.watts[index + 1]
        return self.energy[index] + (first * part + (second - first) * part * part / 2.0) * self.step / 3600.0

    def _place(self, epoch: float) -> tuple[int, float]:
        position = min(max((epoch - self.start) / self.step, 0.0), len(self.watts) - 1.0)
        index = min(int(position), len(self.watts) - 2)
        return index, position - index


def curve(start: float, step: float, shape: list[float], watt_hours: float | None) -> Curve:
    """A curve of the given shape, scaled to its day's energy (or left as it is)."""
    raw = [0.0, *accumulate((first + second) / 2.0 * step / 3600.0 for first, second in pairwise(shape))]
    scale = 1.0 if watt_hours is None or raw[-1] <= 0.0 else watt_hours / raw[-1]
    return Curve(start, step, tuple(value * scale for value in shape), tuple(value * scale for value in raw))


class Weather:
    """Sun and clouds over a house, day by day, and each panel's part in them."""

    def __init__(self, config: HouseConfig) -> None:
        self._config = config
        self.zone = ZoneInfo(config.timezone)
        self._halves = [self._yearly_halves(number) for number in range(len(config.groups))]
        self._clear = [[sum(halves) / 2.0 for halves in knots] for knots in self._halves]
        self._before = [[0.0] for _ in config.groups]
        shares = list(accumulate(group.share for group in config.groups))
        count = max(1, config.inverters)
        self.group_of = tuple(
            min(bisect_right(shares, (index + 0.5) / count * shares[-1]), len(shares) - 1)
            for index in range(config.inverters)
        )
        self.rating = tuple(config.watts_peak * between(0.93, 1.0, config.seed, 21, i) for i in range(config.inverters))

    def midnight(self, day: date) -> float:
        """The epoch at which a local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).timestamp()

    def offset_hours(self, day: date) -> float:
        """How far the local clock is ahead of UTC at noon of a day."""
        offset = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone).utcoffset()
        return 0.0 if offset is None else offset.total_seconds() / 3600.0

    def clear_halves(self, group: int, day: date) -> list[float]:
        """Relative output under a clear sky at each half hour of the UTC day, of about that season."""
        return self._halves[group][round((day.timetuple().tm_yday - 1) / _KNOT_DAYS)]

    def day_energy(self, inverter: int, day: date) -> float:
        """Wh that one panel makes on a day."""
        return self.rating[inverter] * self._group_energy(self.group_of[inverter], day)

    def energy_before(self, inverter: int, day: date) -> float:
        """Wh that one panel made from its installation until a day began."""
        return self.rating[inverter] * self._prefix(self.group_of[inverter], day)

    def shapes(self, day: date, step: float) -> tuple[list[float], list[list[float]]]:
        """Elevations (degrees) and, per panel group, relative output at the day's nodes."""
        config = self._config
        start, end = self.midnight(day), self.midnight(day + timedelta(days=1))
        keeps = clearness(config.seed, day.toordinal())
        elevations, groups = [], [[] for _ in config.groups]  # type: tuple[list[float], list[list[float]]]
        for number in range(round((end - start) / step) + 1):
            epoch = start + number * step
            position = sun_position(config.latitude, config.longitude, epoch)
            elevations.append(position.elevation)
            cloud = cloud_factor(config.seed, epoch, keeps) if position.elevation > -1.0 else 0.0
            for shape, group in zip(groups, config.groups, strict=True):
                shape.append(clear_sky(position, group) * cloud if cloud else 0.0)
        return elevations, groups

    def inverter_curve(self, inverter: int, day: date, shape: list[float], span: tuple[int, int] | None) -> Curve:
        """A panel's own curve: its group's while awake, leaning a little to morning or evening (dirt, a chimney)."""
        lean = between(-0.10, 0.10, self._config.seed, 22, inverter)
        last = max(1, len(shape) - 1)
        leaning = [0.0] * len(shape)
        for number in range(span[0] + 1, span[1]) if span else ():
            leaning[number] = shape[number] * (1.0 + lean * (2.0 * number / last - 1.0))
        return curve(self.midnight(day), STEP_SECONDS, leaning, self.day_energy(inverter, day))

    def _group_energy(self, group: int, day: date) -> float:
        position = (day.timetuple().tm_yday - 1) / _KNOT_DAYS
        knots, index = self._clear[group], int(position)
        full = knots[index] + (knots[index + 1] - knots[index]) * (position - index)
        return full * clearness(self._config.seed, day.toordinal())

    def _prefix(self, group: int, day: date) -> float:
        days = (day - self._config.installed).days
        if days <= 0:
            return 0.0
        before = self._before[group]
        while len(before) <= days:
            before.append(
                before[-1] + self._group_energy(group, self._config.installed + timedelta(days=len(before) - 1))
            )
        return before[days]

    def _yearly_halves(self, group: int) -> list[list[float]]:
        config = self._config
        knots = []
        for number in range(366 // _KNOT_DAYS + 2):
            start = datetime(2025, 1, 1, tzinfo=UTC).timestamp() + number * _KNOT_DAYS * 86400.0
            moments = (start + half * 1800.0 for half in range(HALF_HOURS))
            positions = (sun_position(config.latitude, config.longitude, moment) for moment in moments)
            knots.append([clear_sky(position, config.groups[group]) for position in positions])
        return knots


class Household:
    """What the house uses: a base, a morning, an evening, and appliances that come and go."""

    def __init__(self, config: HouseConfig) -> None:
        self._config = config
        self._before = [0.0]

    def day_energy(self, day: date) -> float:
        winter = abs(day.timetuple().tm_yday - 182) / 182.0
        return (
            self._config.consumption_per_day
            * (0.85 + 0.35 * winter)
            * between(0.8, 1.2, self._config.seed, 31, day.toordinal())
        )

    def energy_before(self, day: date) -> float:
        days = (day - self._config.installed).days
        if days <= 0:
            return 0.0
        while len(self._before) <= days:
            number = len(self._before) - 1
            self._before.append(self._before[-1] + self.day_energy(self._config.installed + timedelta(days=number)))
        return self._before[days]

    def day_curve(self, day: date, start: float, end: float, step: float) -> Curve:
        shape = [self._shape(day, start + number * step, start) for number in range(round((end - start) / step) + 1)]
        return curve(start, step, shape, self.day_energy(day))

    def _shape(self, day: date, epoch: float, start: float) -> float:
        hour = (epoch - start) / 3600.0
        seed = self._config.seed
        running = unit(seed, 32, day.toordinal(), int(hour * 1.5)) < APPLIANCE_CHANCE and hour > APPLIANCE_FROM_HOUR
        appliance = APPLIANCE_WATTS if running else 0.0
        fridge = 90.0 if unit(seed, 33, int(epoch // 1200)) > 0.5 else 0.0
        return usual_watts(hour) + appliance + fridge


def usual_watts(hour: float) -> float:
    """What a house uses on average at an hour of the local day, without its appliances."""
    return 220.0 + 500.0 * exp(-((hour - 7.5) ** 2) / 1.5) + 900.0 * exp(-((hour - 19.0) ** 2) / 4.5)
