"""Arrays with ailments under a sky, drawn from a seed: orientations, spread, weather, lost reports, and what is wrong.

It shares nothing with the product. Watts are worked out for all panels and times at once; polls are made of them.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from enphase_tray.model.alerts import Assessment
from enphase_tray.model.health import Cause
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import DeviceStatus, InverterReading, InverterState, Login, Snapshot

DAY = 86400.0
STEP = 300.0
STEPS = int(DAY / STEP)
_PREFIX = "envoy.cond_flags."
PLACES = (
    ("Europe/Brussels", 50.8, 4.4),
    ("Europe/Stockholm", 59.3, 18.0),
    ("Europe/Madrid", 40.4, -3.7),
    ("America/Los_Angeles", 34.0, -118.2),
    ("America/Chicago", 41.9, -87.6),
    ("Australia/Melbourne", -37.8, 145.0),
    ("Asia/Kolkata", 19.0, 73.0),
    ("Africa/Johannesburg", -26.2, 28.0),
)
ROOFS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((30, 0),),
    ((35, -20),),
    ((30, -90), (30, 90)),
    ((35, 0), (35, 90)),
    ((25, -45), (25, 45)),
    ((35, 0), (35, -90), (35, 90)),
    ((40, -60), (40, 30), (10, 0)),
    ((30, 0), (30, 90), (30, 180), (30, -90)),
)
"""Tilt and turn away from the equator (degrees) of the planes of a roof."""


@dataclass(frozen=True)
class Ailment:
    """`size` is the part of the energy that is lost, where that means something; days count from the first one."""

    panel: int | None
    cause: Cause
    first_day: float
    size: float = 0.0
    last_day: float = math.inf


@dataclass
class System:
    """One array: `watts[panel, step]` is the mean over the five minutes before step `step`, but for the `limit`."""

    seed: int
    days: int
    zone: ZoneInfo
    latitude: float
    longitude: float
    start: float
    planes: list[int]
    interval: float
    loss: float
    words: bool
    device_data: bool
    watts: np.ndarray[Any, Any]
    clear: np.ndarray[Any, Any]
    direct: np.ndarray[Any, Any]
    """That part of `watts` that comes straight from the sun."""
    light: np.ndarray[Any, Any]
    """Part of the clear sky's light in the array's planes, by day."""
    limit: float
    ailments: list[Ailment] = field(default_factory=list)
    silent: np.ndarray[Any, Any] | None = None
    said: list[tuple[int, int, int, str]] = field(default_factory=list)
    """Panel, first and last step, word."""
    volts: list[tuple[int, int, float]] = field(default_factory=list)
    """Panel, first step, DC volts from then on."""

    @property
    def count(self) -> int:
        return len(self.planes)

    def serial(self, panel: int) -> str:
        return f"4822{self.seed % 100000:05d}{panel:03d}"

    def usable(self, day: int) -> bool:
        """Whether a fifth of a clear day's light came."""
        return bool(self.light[day] >= 0.25)

    def polls(self, every: float | None = None, night: bool = True) -> Iterator[Snapshot]:
        """A poll every `every` seconds, all day or only while the sun is about to shine or just has."""
        draw = random.Random(f"polls {self.seed}")
        phase = [draw.randrange(int(self.interval / STEP)) for _ in range(self.count)]
        seconds = [draw.uniform(0, STEP - 1) for _ in range(self.count)]
        stride = int((every or self.interval) / STEP)
        last: list[InverterReading] = [InverterReading(self.serial(panel)) for panel in range(self.count)]
        length = int(self.interval / STEP)
        lit = self.clear.max(axis=0) > 1.0
        words = self._words()
        for step in range(stride, self.days * STEPS, stride):
            if not night and not lit[max(0, step - 12) : step + 12].any():
                continue
            for panel in range(self.count):
                due = step - (step - phase[panel]) % length
                if due < length or due <= step - stride:
                    continue
                heard = self._report(panel, due, length, draw, seconds[panel], words)
                if heard is not None:
                    last[panel] = heard
            yield self._snapshot(step, last, words)

    def _report(
        self, panel: int, due: int, length: int, draw: random.Random, second: float, words: dict[int, list[Any]]
    ) -> InverterReading | None:
        span = slice(due - length, due)
        if draw.random() < self.loss or self.clear[panel, span].mean() < 3.0:
            return None
        if self.silent is not None and self.silent[panel, due]:
            return None
        watts = float(round(float(np.minimum(self.limit, self.watts[panel, span]).mean())))
        reading = InverterReading(
            self.serial(panel),
            last_report_watts=watts,
            max_report_watts=self.limit,
            last_report_at=datetime.fromtimestamp(self.start + due * STEP + int(second), UTC),
            report_interval_seconds=self.interval if self.device_data else None,
        )
        if self.device_data:
            volts = next((v for p, s, v in reversed(self.volts) if p == panel and due >= s), 35.0)
            reading = replace(reading, dc_volts=volts, ac_volts=235.0)
        return reading

    def _words(self) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        for panel, first, last, word in self.said:
            found.setdefault(panel, []).append((first, last, word))
        return found

    def _snapshot(self, step: int, last: list[InverterReading], words: dict[int, list[Any]]) -> Snapshot:
        at = datetime.fromtimestamp(self.start + step * STEP, UTC)
        inverters = []
        for panel, reading in enumerate(last):
            if self.words:
                said = tuple(_PREFIX + w for first, end, w in words.get(panel, ()) if first <= step < end)
                if not said:
                    dark = self.clear[panel, step] < 3.0
                    said = (
                        (_PREFIX + "pcu_ctrl.dc-pwr-low", _PREFIX + "obs_strs.failure")
                        if dark
                        else ("envoy.global.ok",)
                    )
                reading = replace(reading, device=DeviceStatus(words=said))
            inverters.append(reading)
        gateway = GatewayInfo("122000000001", None, FirmwareVersion.parse("8.3.5289"), Family.TOKEN, False, None)
        return Snapshot(
            at=at, gateway=gateway, login=Login.TOKEN, metered=False, timezone=self.zone.key, gateway_at=at,
            inverters=tuple(inverters),
        )  # fmt: skip


def system(
    seed: int, days: int = 30, *, count: int | None = None, roof: int | None = None, spread: float | None = None
) -> System:
    """A healthy array drawn from its seed."""
    draw = random.Random(f"ailments {seed}")
    zone, latitude, longitude = draw.choice(PLACES)
    start = datetime(2025, 1, 1, tzinfo=UTC).timestamp() + DAY * draw.randrange(330)
    start -= draw.choice((0.0, 0.3 * DAY))
    planes = ROOFS[draw.randrange(len(ROOFS)) if roof is None else roof]
    number = draw.choice((3, 4, 6, 8, 12, 16, 20, 30)) if count is None else count
    number = max(number, 2 * len(planes)) if count is None else number
    interval = draw.choice((300.0, 900.0, 900.0))
    sizes = draw.choice((0.03, 0.04, 0.05)) if spread is None else spread
    peak, limit = draw.choice(((330.0, 290.0), (400.0, 380.0), (320.0, 349.0)))
    members = [
        panel % len(planes) if panel < 2 * len(planes) else draw.randrange(len(planes)) for panel in range(number)
    ]
    light = _Light(seed, start, days, latitude, longitude)
    rows, clears, beams = [], [], []
    for plane in members:
        tilt, turn = planes[plane]
        size = peak * min(1.12, max(0.88, draw.gauss(1.0, sizes)))
        lag = draw.uniform(0, 2)
        clear, real, beam = light.plane(tilt + draw.uniform(-1, 1), turn + draw.uniform(-2, 2), lag)
        rows.append(0.955 * size * real / 1000.0)
        beams.append(0.955 * size * beam / 1000.0)
        clears.append(np.minimum(limit, 0.955 * size * clear / 1000.0))
    watts, clear = np.array(rows), np.array(clears)
    made = np.minimum(limit, watts)
    by_day = [made[:, d * STEPS : (d + 1) * STEPS].sum() / max(1.0, clear[:, d * STEPS : (d + 1) * STEPS].sum())
              for d in range(days)]  # fmt: skip
    return System(
        seed, days, ZoneInfo(zone), latitude, longitude, start, members, interval, draw.choice((0.0, 0.01, 0.03)),
        draw.random() < 0.8, draw.random() < 0.6, watts, clear, np.array(beams), np.array(by_day), limit,
    )  # fmt: skip


def afflict(system: System, ailment: Ailment) -> System:
    """The system with something wrong from `first_day` to before `last_day` (days of the system, from 0)."""
    first = int(ailment.first_day * STEPS)
    last = int(min(ailment.last_day, system.days) * STEPS)
    panels = range(system.count) if ailment.panel is None else (ailment.panel,)
    watts = system.watts.copy()
    draw = random.Random(f"ailment {system.seed} {ailment.panel} {ailment.cause}")
    changed = replace(system, watts=watts, ailments=[*system.ailments, ailment], said=list(system.said))
    for panel in panels:
        row = watts[panel, first:last]
        if ailment.cause is Cause.WEAK:
            row *= 1.0 - ailment.size
        elif ailment.cause is Cause.SOILING:
            row *= np.maximum(0.5, 1.0 - ailment.size * np.arange(len(row)) / STEPS)
        elif ailment.cause is Cause.SHADE:
            _shade(changed, panel, first, last, ailment.size, draw)
        elif ailment.cause in (Cause.CURTAILED, Cause.CLIPPING):
            np.minimum(row, (1.0 - ailment.size) * system.clear[panel].max(), out=row)
        elif ailment.cause is Cause.GRID_TRIP:
            _trips(changed, panel, first, last, draw)
        elif ailment.cause in (Cause.NO_DC, Cause.INVERTER_FAULT):
            row *= 0.0
        elif ailment.cause is Cause.NOT_REPORTING:
            silent = np.zeros_like(watts, dtype=bool) if changed.silent is None else changed.silent.copy()
            silent[panel, first:last] = True
            changed.silent = silent
    for panel in panels if ailment.cause in _WORDS else ():
        words = _WORDS[ailment.cause]
        changed.said.append((panel, first, last, draw.choice(words)))
        changed.volts = [*changed.volts, (panel, first, 1.5 if ailment.cause is Cause.NO_DC else 36.0)]
    if ailment.cause is Cause.SNOW:
        _snow(changed, first, last, draw)
    return changed


_WORDS = {
    Cause.NO_DC: ("pcu_chan.dcvoltagetoolow", "pcu_ctrl.dc-pwr-low"),
    Cause.INVERTER_FAULT: ("pcu_chan.hardwareError", "pcu_chan.acMonitorError"),
    Cause.CURTAILED: ("pcu_chan.agfpowerlimiting", "pcu_ctrl.pwrgenoffbycmd"),
    Cause.NOT_REPORTING: ("obs_strs.failure",),
}


def _shade(system: System, panel: int, first: int, last: int, size: float, draw: random.Random) -> None:
    """Some hours of each day with hardly any direct light, so that about `size` of the clear day's energy goes."""
    clear = system.clear[panel, first:last].reshape(-1, STEPS).sum(axis=0)
    reached = np.cumsum(clear) / clear.sum()
    begin = draw.uniform(0.05, 0.95 - size)
    hours = (reached >= begin) & (reached < begin + size / 0.75)
    mask = np.tile(hours, (last - first) // STEPS)
    system.watts[panel, first:last] -= np.where(mask, 0.92 * system.direct[panel, first:last], 0.0)


def _trips(system: System, panel: int, first: int, last: int, draw: random.Random) -> None:
    """Several times a day it stands for a quarter to one hour, says why, and starts again."""
    for day in range(first // STEPS, last // STEPS):
        lit = np.flatnonzero(system.clear[panel, day * STEPS : (day + 1) * STEPS] > 30.0)
        for _ in range(draw.randint(3, 6)) if len(lit) else ():
            begin = day * STEPS + int(draw.choice(list(lit)))
            end = begin + draw.randint(3, 12)
            system.watts[panel, begin:end] = 0.0
            system.said.append((panel, begin, end + 3, "pcu_chan.acvoltagehigh"))


def _snow(system: System, first: int, last: int, draw: random.Random) -> None:
    """Snow covers all; it slides off panel by panel within some days after."""
    for panel in range(system.count):
        gone = last + int(draw.expovariate(1.0) * STEPS)
        system.watts[panel, first:gone] *= 0.01


class _Light:
    """Sun and clouds over one place, in steps of five minutes."""

    def __init__(self, seed: int, start: float, days: int, latitude: float, longitude: float) -> None:
        rng = np.random.default_rng(seed)
        self.towards = 180.0 if latitude > 0 else 0.0
        at = start + STEP * (np.arange(days * STEPS) + 0.5)
        since = at / DAY
        declination = np.radians(-23.44) * np.cos(math.tau * (since % 365.2425 + 10) / 365.2425)
        hour = math.tau * (since % 1.0) - math.pi + math.radians(longitude)
        place = math.radians(latitude)
        self.east = -np.sin(hour) * np.cos(declination)
        self.north = math.cos(place) * np.sin(declination) - math.sin(place) * np.cos(declination) * np.cos(hour)
        self.up = math.sin(place) * np.sin(declination) + math.cos(place) * np.cos(declination) * np.cos(hour)
        local = np.floor((at + 240.0 * longitude) / DAY).astype(int)
        kinds = rng.random(days + 2)
        depths = rng.random(days + 2)
        for day in range(1, days + 2):
            if rng.random() < 0.4:
                kinds[day] = kinds[day - 1]
        which = local - local[0]
        kind, depth = kinds[which], depths[which]
        knots = rng.random(days * STEPS // 2 + 4)
        self.level = np.interp(np.arange(days * STEPS) / 2.2, np.arange(len(knots)), knots)
        self.kind, self.depth = kind, depth

    def plane(self, tilt: float, turn: float, lag: float) -> tuple[np.ndarray[Any, Any], ...]:
        """W/m2 on a plane under a clear sky, under the real one, and of that straight from the sun.

        Clouds come `lag` steps later.
        """
        level = np.interp(np.arange(len(self.level)) - lag, np.arange(len(self.level)), self.level)
        cover = np.clip((level - self.depth) * 4 + 0.5, 0, 1)
        beam = np.where(self.kind < 0.35, 1.0, np.where(self.kind < 0.7, 1 - cover, 0.0))
        dull = np.where(self.kind < 0.92, 0.24 + 0.5 * self.depth, 0.03 + 0.06 * self.depth) * (0.5 + level)
        haze = np.where(self.kind < 0.35, 1.0, np.where(self.kind < 0.7, 1.3 - 0.6 * cover, dull))
        slope, azimuth = math.radians(tilt), math.radians(self.towards + (turn if self.towards else -turn))
        cosine = (
            self.east * math.sin(slope) * math.sin(azimuth)
            + self.north * math.sin(slope) * math.cos(azimuth)
            + self.up * math.cos(slope)
        )
        low = np.clip(self.up, 0.03, None)
        direct = np.where(self.up > 0, 950.0 * np.clip(cosine, 0, None) * np.exp(-0.13 / low), 0.0)
        diffuse = 125.0 * np.clip(self.up + 0.02, 0, None) ** 0.7 * (0.5 + 0.5 * math.cos(slope))
        return direct + diffuse, direct * beam + diffuse * haze, direct * beam


def assessed(snapshots: Iterator[Snapshot], interval: float) -> Iterator[tuple[Snapshot, Assessment]]:
    """A plain judge of states, for trying the doctor alone: who reports, who says nothing, who is silent by day."""
    zeros: dict[str, int] = {}
    heard: dict[str, datetime | None] = {}
    bad: dict[str, tuple[InverterState, datetime]] = {}
    for snapshot in snapshots:
        fresh = {
            one.serial: one.last_report_at is not None
            and (snapshot.at - one.last_report_at).total_seconds() <= 2 * interval + 60
            for one in snapshot.inverters
        }
        lit = sum(1 for one in snapshot.inverters if fresh[one.serial] and (one.last_report_watts or 0) >= 30)
        daylight = lit >= max(1, 0.3 * len(fresh)) if len(fresh) > 1 else lit > 0
        states = {}
        for one in snapshot.inverters:
            serial = one.serial
            new = heard.get(serial) != one.last_report_at
            heard[serial] = one.last_report_at
            if new:
                nothing = (one.last_report_watts or 0) < 2 and daylight
                zeros[serial] = zeros.get(serial, 0) + 1 if nothing else 0
            if new and (one.last_report_watts or 0) >= 3:
                bad.pop(serial, None)
            elif zeros.get(serial, 0) * interval >= 2700 and fresh[serial]:
                bad.setdefault(serial, (InverterState.STOPPED, snapshot.at))
            elif daylight and one.last_report_at is not None and serial not in bad:
                age = (snapshot.at - one.last_report_at).total_seconds()
                if lit >= 0.9 * (len(fresh) - 1) and age > max(5400, 6 * interval):
                    bad[serial] = (InverterState.SILENT, one.last_report_at)
            state = InverterState.REPORTING if fresh[serial] else InverterState.ASLEEP
            states[serial] = bad[serial][0] if serial in bad else state
        dark = not any(fresh.values())
        yield (
            snapshot,
            Assessment(
                at=snapshot.at,
                daylight=True if daylight else False if dark else None,
                report_interval_seconds=interval,
                states=states,
                since={serial: moment for serial, (_, moment) in bad.items()},
            ),
        )
