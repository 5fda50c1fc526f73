"""Whole systems under a sky, drawn from a seed: place, roof, shade, weather, losses on the power line, habits of use.

It shares nothing with the product's simulator, and nothing in the product was fitted to its seeds.
"""

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from enphase_tray.model.alerts import AlertEvent, Change, PollFailure
from enphase_tray.model.readings import (
    InverterReading,
    Login,
    PowerReading,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)
from enphase_tray.monitor.judge import Judge
from tests.alerts.story import RELAY, everything, failure, gateway

PLACES = (
    ("Europe/Brussels", 50.8, 4.4),
    ("Europe/Stockholm", 59.3, 18.0),
    ("America/Los_Angeles", 34.0, -118.2),
    ("Australia/Melbourne", -37.8, 145.0),
    ("Asia/Kolkata", 19.0, 73.0),
)
ROOFS = (((30, 0),), ((25, -90), (25, 90)), ((35, 0), (35, -90), (40, 90)))
YEAR = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
DAY = 86400.0


@dataclass(frozen=True)
class Panel:
    normal: tuple[float, float, float]
    peak: float
    wakes: float
    phase: float
    shade: tuple[float, float] | None
    """Azimuth (radians) and what is left of the direct light there."""


class Field:
    """One system. `dead` maps an inverter's number to (from when, `stopped` or `silent`)."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(f"field {seed}")
        self.seed = seed
        zone, self.latitude, self.longitude = draw.choice(PLACES)
        self.zone = ZoneInfo(zone)
        self.interval = draw.choice((300.0, 900.0, 900.0))
        self.loss = draw.choice((0.0, 0.0, 0.01, 0.03))
        self.metered = draw.random() < 0.4
        self.dim_zeros = draw.random() < 0.5
        roof = draw.choice(ROOFS)
        lone = draw.random() < 0.3
        towards = 180.0 if self.latitude > 0 else 0.0
        count = draw.choice((1, 1, 2, 3, 4, 8, 12, 20))
        self.panels = []
        for number in range(count):
            tilt, turn = roof[min(number, 1) % len(roof)] if lone else roof[number % len(roof)]
            tilt, azimuth = math.radians(tilt + draw.uniform(-1, 1)), math.radians(towards + turn)
            normal = (math.sin(tilt) * math.sin(azimuth), math.sin(tilt) * math.cos(azimuth), math.cos(tilt))
            shade = (draw.uniform(0, math.tau), draw.uniform(0.03, 0.3)) if draw.random() < 0.15 else None
            self.panels.append(Panel(normal, draw.uniform(230, 400), draw.uniform(1, 5), draw.random(), shade))
        self.dead: dict[int, tuple[float, str]] = {}
        self._asked = [-math.inf] * count
        self._last: list[tuple[float, float] | None] = [None] * count

    def serial(self, number: int) -> str:
        return f"4822{self.seed % 10000:04d}{number:04d}"

    def light(self, number: int, at: float) -> float:
        """W that a healthy panel would give."""
        east, north, up = sun(self.latitude, self.longitude, at)
        if up < -0.02:
            return 0.0
        panel = self.panels[number]
        beam, haze = self._sky(at)
        diffuse = 125.0 * (up + 0.02) ** 0.7 * haze
        cosine = sum(a * b for a, b in zip((east, north, up), panel.normal, strict=True))
        direct = 950.0 * max(0.0, cosine) * math.exp(-0.13 / max(up, 0.03)) * beam if up > 0 else 0.0
        if panel.shade is not None:
            away = (math.atan2(east, north) - panel.shade[0] + math.pi) % math.tau - math.pi
            direct *= panel.shade[1] if abs(away) < 0.3 else 1.0
        return min(300.0, (direct + diffuse) / 1000.0 * panel.peak)

    def snapshot(self, at: float) -> Snapshot:
        moment = datetime.fromtimestamp(at, UTC)
        inverters = []
        for number in range(len(self.panels)):
            self._report(number, at)
            last = self._last[number]
            heard = None if last is None else datetime.fromtimestamp(int(last[0]), UTC)
            watts = 0 if last is None else round(last[1])
            inverters.append(InverterReading(self.serial(number), last_report_watts=watts, last_report_at=heard))
        made = sum(self.light(n, at) for n in range(len(self.panels)) if n not in self.dead or at < self.dead[n][0])
        meter = PowerReading(watts_now=made, source={"watts_now": Source.METER}) if self.metered else None
        return Snapshot(
            at=moment,
            gateway=gateway(),
            login=Login.TOKEN,
            metered=self.metered,
            timezone=self.zone.key,
            gateway_at=moment,
            production=meter,
            inverters=tuple(inverters),
            relays=(RelayReading(RELAY, RelayKind.IQ_RELAY, RelayState.CLOSED, (True, None, None)),),
        )

    def _report(self, number: int, at: float) -> None:
        panel = self.panels[number]
        due = math.floor(at / self.interval - panel.phase) * self.interval + panel.phase * self.interval
        before, self._asked[number] = max(self._asked[number], at - 30 * 3600.0), at
        while due > before:
            lost = self.loss and random.Random(f"{self.seed} {number} {due}").random() < self.loss
            light = self.light(number, due - self.interval / 2)
            since, how = self.dead.get(number, (math.inf, ""))
            if not lost and light >= panel.wakes and not (how == "silent" and due >= since):
                dim = self.dim_zeros and light < 1.4 * panel.wakes
                self._last[number] = (due, 0.0 if dim or due >= since else 0.955 * light)
                return
            due -= self.interval

    def _sky(self, at: float) -> tuple[float, float]:
        """What is left of the direct and of the scattered light: clear, broken, overcast and very dark days."""
        day = random.Random(f"{self.seed} day {int((at + self.longitude * 240) // DAY)}")
        kind, depth = day.random(), day.random()
        knot, part = divmod(at / 700.0, 1.0)
        ends = [random.Random(f"{self.seed} cloud {int(knot) + step}").random() for step in (0, 1)]
        level = ends[0] * (1 - part) + ends[1] * part
        if kind < 0.35:
            return 1.0, 1.0
        if kind < 0.7:
            cover = max(0.0, min(1.0, (level - depth) * 4 + 0.5))
            return 1 - cover, 1.3 - 0.6 * cover
        dull = 0.24 + 0.5 * depth if kind < 0.92 else 0.02 + 0.05 * depth
        return 0.0, dull * (0.5 + level)


def sun(latitude: float, longitude: float, at: float) -> tuple[float, float, float]:
    """Where the sun stands: east, north and up parts of a unit vector; good to a degree or two."""
    days = at / DAY
    declination = math.radians(-23.44) * math.cos(math.tau * (days % 365.2425 + 10) / 365.2425)
    hour = math.tau * (days % 1.0) - math.pi + math.radians(longitude)
    place = math.radians(latitude)
    return (
        -math.sin(hour) * math.cos(declination),
        math.cos(place) * math.sin(declination) - math.sin(place) * math.cos(declination) * math.cos(hour),
        math.sin(place) * math.sin(declination) + math.cos(place) * math.cos(declination) * math.cos(hour),
    )


def live(
    field: Field, judge: Judge, start: float, end: float, hours: tuple[float, float] = (0, 24)
) -> list[AlertEvent]:
    """Polls every 5 min, while it is between those local `hours`; each pause is a restart of the program."""
    told: list[AlertEvent] = []
    draw = random.Random(f"life {field.seed}")
    restarted = draw.uniform(start, end)
    at, ran = start, True
    while at < end:
        local = datetime.fromtimestamp(at, field.zone)
        runs = hours[0] <= local.hour + local.minute / 60 < hours[1]
        if runs and not ran:
            judge = Judge(everything, json.loads(json.dumps(judge.memory())))
        if runs:
            told += judge.judge(*_outcome(field, at, local, restarted)).events
        ran = runs
        at += 300.0 + draw.uniform(-3, 3)
    return told


def alarms(events: list[AlertEvent]) -> list[str]:
    return [f"{e.at} {e.alert.rule}: {e.alert.title}" for e in events if e.change is Change.RAISED]


def bright_moments(field: Field, start: float, need: float) -> Iterator[float]:
    """Times from which every panel has good light for `need` seconds."""
    at = start
    while at < start + 40 * DAY:
        steps = range(-2, int(need / 900) + 1)
        if all(field.light(n, at + step * 900) >= 60 for step in steps for n in range(len(field.panels))):
            yield at
        at += 2700.0


def _outcome(
    field: Field, at: float, local: datetime, restarted: float
) -> tuple[datetime, Snapshot | None, PollFailure | None]:
    moment = datetime.fromtimestamp(at, UTC)
    if (local.hour == 23 and local.minute < 5) or restarted <= at < restarted + 120:
        return moment, None, failure(moment)
    snapshot = field.snapshot(at)
    if restarted <= at < restarted + 2 * field.interval:
        snapshot = replace(snapshot, inverters=(), production=PowerReading(watts_now=0.0))
    return moment, snapshot, None
