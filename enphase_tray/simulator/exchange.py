"""What a house drew from the grid and gave to it on whole days, estimated without drawing the day's curves."""

from datetime import date, timedelta
from math import erf, exp, pi, sqrt

from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.curves import (
    APPLIANCE_CHANCE,
    APPLIANCE_FROM_HOUR,
    APPLIANCE_WATTS,
    HALF_HOURS,
    Household,
    Weather,
    usual_watts,
)
from enphase_tray.simulator.sun import clearness

_FRIDGE_MEAN_WATTS = 45.0
_CLOUD_SPREAD = 0.22


class GridEstimate:
    """Imports and exports day by day: their difference is exact, their size expected from use and sun of the hour."""

    def __init__(self, config: HouseConfig, weather: Weather, household: Household) -> None:
        self._config = config
        self._weather = weather
        self._household = household
        self._before: list[tuple[float, float]] = [(0.0, 0.0)]
        self._quiet = [usual_watts(half / 2.0) + _FRIDGE_MEAN_WATTS for half in range(HALF_HOURS)]
        self._chance = [APPLIANCE_CHANCE if half > 2 * APPLIANCE_FROM_HOUR else 0.0 for half in range(HALF_HOURS)]
        self._whole = (sum(self._quiet) + sum(self._chance) * APPLIANCE_WATTS) / 2.0

    def until(self, day: date) -> tuple[float, float]:
        """Wh drawn and given from the installation until a day began; each day is reckoned once."""
        days = max(0, (day - self._config.installed).days)
        while len(self._before) <= days:
            earlier = self.day(self._config.installed + timedelta(days=len(self._before) - 1))
            before = self._before[-1]
            self._before.append((before[0] + earlier[0], before[1] + earlier[1]))
        return self._before[days]

    def day(self, day: date) -> tuple[float, float]:
        """Wh drawn and given on one day."""
        made_by_group = [0.0] * len(self._config.groups)
        for inverter, group in enumerate(self._weather.group_of):
            made_by_group[group] += self._weather.day_energy(inverter, day)
        site = self._site(day, made_by_group)
        used = self._household.day_energy(day)
        keeps = clearness(self._config.seed, day.toordinal())
        lively = 4.0 * keeps * (1.0 - keeps) * _CLOUD_SPREAD
        scale = used / self._whole
        shift = round(self._weather.offset_hours(day) * 2)
        drawn = 0.0
        for half, made in enumerate(site):
            local = (half + shift) % HALF_HOURS
            quiet, chance, spread = self._quiet[local] * scale, self._chance[local], made * lively
            busy = quiet + APPLIANCE_WATTS * scale
            drawn += (1.0 - chance) * _expected_positive(quiet - made, spread) / 2.0
            drawn += chance * _expected_positive(busy - made, spread) / 2.0
        drawn = max(drawn, used - sum(made_by_group), 0.0)
        return drawn, drawn - used + sum(made_by_group)

    def _site(self, day: date, made_by_group: list[float]) -> list[float]:
        """W of all panels at each half hour of the UTC day, were the sky even."""
        site = [0.0] * HALF_HOURS
        for group, made in enumerate(made_by_group):
            shape = self._weather.clear_halves(group, day)
            scale = 2.0 * made / (sum(shape) or 1.0)
            for half, value in enumerate(shape):
                site[half] += value * scale
        return site


def _expected_positive(mean: float, spread: float) -> float:
    """The mean of the positive part of something normally spread."""
    if spread <= 0.0 or abs(mean) > 6.0 * spread:
        return max(0.0, mean)
    ratio = mean / spread
    return spread * exp(-ratio * ratio / 2.0) / sqrt(2.0 * pi) + mean * (1.0 + erf(ratio / sqrt(2.0))) / 2.0
