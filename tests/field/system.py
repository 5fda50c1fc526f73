"""One system drawn from a seed: its place, roof, inverters, gateway and the way it is watched."""

import math
import random
from dataclasses import dataclass, field

import numpy as np

from tests.field.chance import Floats
from tests.field.place import PLACES, sun
from tests.field.weather import Weather

ROOFS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((30, 0),),
    ((12, 20),),
    ((25, -90), (25, 90)),
    ((35, 0), (35, -90), (40, 90)),
    ((35, 10), (35, -80), (60, 100), (8, 0)),
)
COUNTS = (1, 1, 2, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 36, 60)
FOREVER = math.inf


@dataclass(frozen=True)
class Panel:
    """`shade`: azimuth and half width (radians), sine of its height, and what is left of the direct light there."""

    normal: tuple[float, float, float]
    peak: float
    limit: float
    wakes: float
    phase: float
    lag: float
    """Seconds after the first panel at which clouds reach this one."""
    loss: float
    shade: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Fault:
    """One thing that breaks. `how`: `stopped`, `silent`; `cause`: `inverter`, `relay`, `line`, `grid` or `breaker`."""

    panels: tuple[int, ...]
    start: float
    end: float
    how: str
    cause: str = "inverter"
    told_after: float = 0.0
    """Seconds until the gateway knows of it (relays)."""


@dataclass
class System:
    """Drawn by `draw`; `faults` are put in by whoever wants some."""

    seed: int
    zone: str
    latitude: float
    longitude: float
    panels: tuple[Panel, ...]
    weather: Weather
    hills: tuple[float, float, float] | None
    paces: tuple[tuple[float, float], ...]
    """From when on which report interval, seconds; the first from -inf."""
    poll_seconds: float
    habit: str
    metered: bool
    foreign_watts: float
    words: bool
    says_interval: bool
    says_zone: bool
    says_clock: bool
    skew: float
    zeroes: bool
    """Whether the list shows 0 W for whom it has not heard lately; others keep the last value."""
    dim_zeros: bool
    relay_lines: int
    """0 where there is no relay."""
    nightly: float
    """Minutes of the nightly outage at 23:00; 0 for none."""
    restarts: float
    """A day, on average."""
    firmware: tuple[tuple[float, str], ...]
    births: dict[int, float] = field(default_factory=dict)
    deaths: dict[int, tuple[float, str]] = field(default_factory=dict)
    """When a panel is taken away, and what the list does then: `vanishes` or `retired`."""
    ghosts: int = 0
    bursts: float = 0.0
    """Per panel and day: how often the power line is deaf for a quarter of an hour to 40 minutes."""
    snows: list[tuple[float, Floats, float]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def serial(self, number: int) -> str:
        return f"4822{self.seed % 100000:05d}{number:03d}"

    def pace(self, at: float) -> float:
        return [interval for begins, interval in self.paces if begins <= at][-1]

    def light(self, number: int, at: float) -> float:
        """W that a healthy panel would give at that moment."""
        return float(self.lights(number, np.array([at]))[0])

    def lights(self, number: int, at: Floats) -> Floats:
        """W that a healthy panel would give at those moments."""
        east, north, up = sun(self.latitude, self.longitude, at)
        by_day = up > -0.02
        if by_day.all():
            return self._by_day(number, at, (east, north, up))
        watts = np.zeros_like(at)
        if by_day.any():
            watts[by_day] = self._by_day(number, at[by_day], (east[by_day], north[by_day], up[by_day]))
        return watts

    def _by_day(self, number: int, at: Floats, towards: tuple[Floats, Floats, Floats]) -> Floats:
        panel = self.panels[number]
        east, north, up = towards
        beam, haze = self.weather.light(at - panel.lag)
        cosine = east * panel.normal[0] + north * panel.normal[1] + up * panel.normal[2]
        for fell, _, _ in self.snows:
            falling = np.abs(at - fell) < 5400.0
            beam, haze = np.where(falling, 0.0, beam), np.where(falling, np.minimum(haze, 0.3), haze)
        diffuse = 125.0 * np.clip(up + 0.02, 0.0, None) ** 0.7 * haze
        direct = 950.0 * np.clip(cosine, 0.0, None) * np.exp(-0.13 / np.clip(up, 0.03, None)) * beam * (up > 0)
        azimuth = np.arctan2(east, north)
        for shade in (panel.shade, None if self.hills is None else (*self.hills, 0.0)):
            if shade is not None:
                away = np.abs((azimuth - shade[0] + np.pi) % (2 * np.pi) - np.pi)
                direct *= np.where((away < shade[1]) & (up < shade[2]), shade[3], 1.0)
        watts = np.minimum(panel.limit, (direct + diffuse) / 1000.0 * panel.peak)
        for fell, slides, through in self.snows:
            watts = np.where((at >= fell) & (at < slides[number]), watts * through, watts)
        return np.asarray(watts, dtype=np.float64)


def draw(seed: int, start: float, days: float) -> System:
    """The system of that seed, as it is from `start` on for so many days."""
    rng = random.Random(f"system {seed}")
    zone, latitude, longitude = rng.choice(PLACES)
    latitude += rng.uniform(-1.5, 1.5)
    longitude += rng.uniform(-2.5, 2.5)
    weather = Weather(seed, latitude, longitude)
    panels = _panels(rng, latitude)
    end = start + days * 86400.0
    pace = rng.choice((300.0, 300.0, 900.0, 900.0, 900.0, 3600.0))
    paces = [(-FOREVER, pace)]
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        paces.append((rng.uniform(start, end), rng.choice((300.0, 900.0, 3600.0))))
    firmware = [(-FOREVER, "8.3.5289")]
    if rng.random() < 0.3:
        firmware.append((rng.uniform(start, end), "8.3.5433"))
    system = System(
        seed, zone, latitude, longitude, panels, weather,
        hills=(rng.uniform(-math.pi, math.pi), rng.uniform(0.2, 1.2), rng.uniform(0.03, 0.3))
        if rng.random() < 0.25 else None,
        paces=tuple(sorted(paces)),
        poll_seconds=rng.choice((60.0, 300.0, 300.0, 300.0, 300.0, 600.0, 900.0)),
        habit=rng.choice(("always", "always", "always", "office", "evening", "morning", "laptop")),
        metered=rng.random() < 0.4,
        foreign_watts=rng.uniform(500, 3000) if rng.random() < 0.06 else 0.0,
        words=rng.random() < 0.5,
        says_interval=rng.random() < 0.5,
        says_zone=rng.random() < 0.85,
        says_clock=rng.random() < 0.6,
        skew=rng.choice((0.0, 0.0, rng.uniform(-100, 100), rng.uniform(-600, 600))),
        zeroes=rng.random() < 0.4,
        dim_zeros=rng.random() < 0.5,
        relay_lines=rng.choice((0, 0, 1, 1, 3)),
        nightly=rng.choice((0.0, 4.0, 13.0, 13.0)),
        restarts=rng.choice((0.0, 0.01, 0.05, 0.2)),
        firmware=tuple(sorted(firmware)),
        ghosts=rng.choice((0, 0, 0, 1, 3)),
        bursts=rng.choice((0.0, 0.0, 0.02)),
    )  # fmt: skip
    if len(panels) > 8:
        system.poll_seconds = max(300.0, system.poll_seconds)  # who polls each minute costs the most to watch
    if not system.says_clock:
        system.skew = max(-100.0, min(100.0, system.skew))
    _change_panels(system, rng, start, end)
    system.snows = weather.snows(start - 12 * 86400.0, end, len(panels))
    return system


def _panels(rng: random.Random, latitude: float) -> tuple[Panel, ...]:
    roof = rng.choice(ROOFS)
    lone = rng.random() < 0.25
    towards = 180.0 if latitude > 0 else 0.0
    towards += rng.uniform(-30, 30)
    losses = rng.choice((0.0, 0.0, 0.01, 0.03, 0.06))
    quick = rng.choice((3.0, 10.0, 40.0))
    panels = []
    for number in range(rng.choice(COUNTS)):
        tilt, turn = roof[min(number, 1) % len(roof)] if lone else roof[number % len(roof)]
        tilt, azimuth = math.radians(tilt + rng.uniform(-1, 1)), math.radians(towards + turn)
        normal = (math.sin(tilt) * math.sin(azimuth), math.sin(tilt) * math.cos(azimuth), math.cos(tilt))
        shade = None
        if rng.random() < 0.15:
            shade = (
                rng.uniform(-math.pi, math.pi),
                rng.uniform(0.1, 0.6),
                rng.uniform(0.2, 0.9),
                rng.uniform(0.03, 0.3),
            )
        peak = rng.choice((330.0, 400.0)) * rng.gauss(1.0, 0.03)
        panels.append(
            Panel(
                normal,
                peak,
                limit=rng.choice((290.0, 366.0)),
                wakes=rng.uniform(1, 5),
                phase=rng.random(),
                lag=quick * number,
                loss=losses * rng.choice((0.3, 1.0, 1.0, 2.0)),
                shade=shade,
            )
        )
    return tuple(panels)


def _change_panels(system: System, rng: random.Random, start: float, end: float) -> None:
    """Some are taken away, some come, some are replaced; the first always stays."""
    if len(system.panels) < 3 or rng.random() < 0.7:
        return
    number = rng.randrange(1, len(system.panels))
    at = rng.uniform(start, end)
    change = rng.choice(("gone", "new", "replaced"))
    if change in ("gone", "replaced"):
        system.deaths[number] = (at, rng.choice(("vanishes", "retired")))
    if change == "new":
        system.births[number] = at
    if change == "replaced":
        other = number - 1 or 2
        if other != number:
            system.births[other] = at
