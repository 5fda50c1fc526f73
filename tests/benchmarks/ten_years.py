"""Ten years of a make-believe site, written into a history by the program's own recorder.

    python -m tests.benchmarks.ten_years FILE [--inverters 30] [--years 10] [--seed 1] [--live-days 90]

A metered house in Berlin: sun by the calendar, clouds by chance, two roofs, units that are weaker or silent for a
while, and a program that is off now and then. Each unit reports every five minutes by day and tells its energy every
fifteen; production, consumption and exchange are read each minute on the last days, since older minutes would have
been thinned out by now. The same numbers give the same history. It takes some minutes, so benchmarks keep it (see
`kept`).
"""

import argparse
import contextlib
import hashlib
import os
import tempfile
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from enphase_tray.history import recorder
from enphase_tray.history.database import open_for_writing, transaction
from enphase_tray.history.known import Known
from enphase_tray.model.readings import (
    InverterReading,
    InverterState,
    Login,
    NetReading,
    PowerReading,
    Snapshot,
    Source,
)
from tests.benchmarks.plan import GATEWAY, LAST_DAY, ZONE, Plan
from tests.benchmarks.processes import REPOSITORY

STEP_SECONDS = 300
STEP_HOURS = STEP_SECONDS / 3600

_LATITUDE, _LONGITUDE = 52.5, 13.4
_PEAK_WATTS = 330.0
_TELLING_MINUTES = 15
_BATCH = 3000
_METERED = dict.fromkeys(
    ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime"), Source.METER
)
_NOT_THE_ROWS = (
    "reader.py",
    "writer.py",
    "database.py",
    "backups.py",
    "upkeep.py",
    "check.py",
    "files.py",
    "recovery.py",
    "soundness.py",
)
"""Files of the history's room that do not decide what recorded rows look like."""

Numbers = NDArray[np.float64]


def kept(plan: Plan) -> Path:
    """The plan's history, made now unless a former run with the same plan and the same recorder left it.

    It must not be written to; whoever wants to write takes a copy.
    """
    folder = Path(tempfile.gettempdir()) / f"enphase-tray-benchmarks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    made_by = [Path(__file__), Path(__file__).with_name("plan.py")]
    made_by += sorted(
        file for file in (REPOSITORY / "enphase_tray/history").glob("*.py") if file.name not in _NOT_THE_ROWS
    )
    key = hashlib.sha256(repr(plan).encode() + b"".join(file.read_bytes() for file in made_by)).hexdigest()[:12]
    name = f"{plan.inverters}-inverters-{plan.years:g}-years"
    path = folder / f"{name}-{key}.db"
    if not path.exists():
        for outdated in folder.glob(f"{name}-*.db*"):
            outdated.unlink(missing_ok=True)
        print(f"making {path}, which takes some minutes", flush=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        write(part, plan)
        part.rename(path)
    return path


def snapshots(plan: Plan) -> Iterator[Snapshot]:
    """The plan's life as the program reads it."""
    return _Life(plan).snapshots()


def write(path: Path, plan: Plan) -> int:
    """Write the plan's life into a new history at `path`; returns how many reports of inverters are in it."""
    life = _Life(plan)
    lived = life.snapshots()
    known = Known()
    with contextlib.closing(open_for_writing(path)) as connection:
        while batch := list(islice(lived, _BATCH)):
            with transaction(connection):
                known.trust(connection)
                for snapshot in batch:
                    if snapshot.inverters:
                        recorder.record_poll(connection, snapshot, known)
                    else:
                        recorder.record_live(connection, snapshot, known)
    return life.samples


@dataclass
class _Day:
    """One local day in steps of five minutes: W of each unit, who reports, and W of the house (means of a step)."""

    ends: list[datetime]
    watts: Numbers
    reports: NDArray[np.bool_]
    house: Numbers
    running: NDArray[np.bool_]


class _Life:
    """The site from its first day to its last, as the program sees it."""

    def __init__(self, plan: Plan) -> None:
        self.samples = 0
        self._plan = plan
        self._chance = np.random.default_rng(plan.seed)
        units = plan.inverters
        self._strength = self._chance.uniform(0.92, 1.04, units)
        self._hour_shift = np.where(np.arange(units) % 2 == 0, -0.8, 1.1)
        self._weak_days = np.zeros(units)
        self._silent_days = np.zeros(units)
        self._weather = 0.0
        self._off_steps = 0
        self._lags = [timedelta(seconds=20 + 7 * (unit % 30)) for unit in range(units)]
        self._last_report: list[datetime | None] = [None] * units
        self._last_watts = [0.0] * units
        self._lifetime = self._chance.uniform(1_000, 2_000, units)
        self._past_days = np.zeros((7, units))
        self._counters = np.array([float(self._lifetime.sum()), 5_000.0, 9_000.0, 4_000.0])
        self._week_before = np.zeros((6, 2))
        self._told: list[tuple[float, float, float, float]] = [(0.0, 0.0, 0.0, life) for life in self._lifetime]

    def snapshots(self) -> Iterator[Snapshot]:
        """Every reading in its order: full polls, and minute readings (without inverters) on the last days."""
        day = self._plan.first_day
        while day <= LAST_DAY:
            yield from self._lived(day, self._made_up(day))
            day += timedelta(days=1)

    def _made_up(self, day: date) -> _Day:
        chance, units = self._chance, self._plan.inverters
        zone = ZoneInfo(ZONE)
        start, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
        steps = round((end - start).total_seconds() / STEP_SECONDS)
        ends = [start + timedelta(seconds=STEP_SECONDS * (step + 1)) for step in range(steps)]
        hours = np.array([at.hour + at.minute / 60 for at in ends]) - STEP_HOURS / 2
        sun = _sun(day, hours[:, None] + self._hour_shift)
        self._weather = 0.7 * self._weather + chance.normal(0, 1)
        clear = 0.12 + 0.88 / (1 + np.exp(-1.3 * self._weather - 0.4))
        clouds = np.convolve(chance.normal(0, 1, steps + 8), np.full(9, 1 / 3), mode="valid")
        light = np.clip(clear + 0.5 * clear * (1 - clear) * clouds, 0.03, 1.05)
        watts = _PEAK_WATTS * sun * light[:, None] * self._strength * self._weakness()
        watts = np.round(watts * chance.normal(1, 0.01, (steps, units)))
        reports = watts >= 1
        silent = self._silent_days > 0
        watts[:, silent], reports[:, silent] = 0.0, False
        local = (hours + 1.5) % 24
        bumps = 900 * np.exp(-((local - 7.5) ** 2) / 2) + 1500 * np.exp(-((local - 19) ** 2) / 6)
        house = 300 + bumps + 200 * np.abs(np.convolve(chance.normal(0, 1, steps + 4), np.full(5, 0.45), mode="valid"))
        return _Day(ends, watts, reports, house, self._running(steps))

    def _weakness(self) -> Numbers:
        """A factor for each unit: now and then one is shaded for weeks, or silent for days."""
        chance, units = self._chance, self._plan.inverters
        for spell, likely, longest in ((self._weak_days, 0.001, 40), (self._silent_days, 0.0003, 10)):
            begins = chance.random(units) < likely
            spell[:] = np.where(begins, chance.integers(2, longest, units), np.maximum(spell - 1, 0))
        return np.where(self._weak_days > 0, 0.55, 1.0)

    def _running(self, steps: int) -> NDArray[np.bool_]:
        """In which steps the program runs: some ten times a year it does not for hours, up to two days."""
        running = np.ones(steps, bool)
        if self._off_steps == 0 and self._chance.random() < 0.03:
            begins = int(self._chance.integers(0, steps))
            self._off_steps = int(self._chance.integers(6, 576))
        else:
            begins = 0
        ends = min(steps, begins + self._off_steps)
        running[begins:ends] = False
        self._off_steps -= ends - begins if self._off_steps else 0
        return running

    def _lived(self, day: date, made: _Day) -> Iterator[Snapshot]:
        live = (LAST_DAY - day).days < self._plan.live_days
        today = np.cumsum(made.watts * STEP_HOURS, axis=0)
        rows = zip(
            made.ends, made.watts.tolist(), made.reports.tolist(), today.tolist(),
            (self._lifetime + today).tolist(), made.house.tolist(), made.running.tolist(), strict=True,
        )  # fmt: skip
        yesterday, week = self._past_days[-1].tolist(), self._past_days[1:].sum(axis=0).tolist()
        opening = self._counters
        units: tuple[InverterReading, ...] = ()
        for at, watts, reports, todays, lifetimes, house, running in rows:
            self._report(at, watts, reports)
            power = (sum(watts), house, house - sum(watts))
            before = self._counters
            self._counters = before + STEP_HOURS * np.array([power[0], house, max(power[2], 0.0), max(-power[2], 0.0)])
            if at.minute % _TELLING_MINUTES == 0:
                units, self._told = (), list(zip(todays, yesterday, week, lifetimes, strict=True))
            if not running:
                units = ()
                continue
            if not units or any(reports):
                units = self._units()
                self.samples += sum(reports)
            for minute in range(1, 5) if live else ():
                moment = at - timedelta(seconds=STEP_SECONDS - 60 * minute)
                between = before + (self._counters - before) * (minute / 5)
                yield self._snapshot(moment, power, between, opening, ())
            yield self._snapshot(at, power, self._counters, opening, units)
        self._lifetime = self._lifetime + today[-1]
        self._past_days = np.vstack([self._past_days[1:], today[-1]])
        self._week_before = np.vstack([self._week_before[1:], (self._counters - opening)[:2]])

    def _report(self, at: datetime, watts: list[float], reports: list[bool]) -> None:
        for unit, reported in enumerate(reports):
            if reported:
                self._last_report[unit] = at - self._lags[unit]
                self._last_watts[unit] = watts[unit]

    def _units(self) -> tuple[InverterReading, ...]:
        return tuple(
            [
                InverterReading(
                    serial=serial,
                    state=InverterState.UNKNOWN,
                    last_report_watts=watts,
                    last_report_at=reported,
                    report_interval_seconds=STEP_SECONDS,
                    watt_hours_today=int(today),
                    watt_hours_yesterday=int(yesterday),
                    watt_hours_week=int(week + today),
                    watt_hours_lifetime=lifetime,
                )
                for serial, watts, reported, (today, yesterday, week, lifetime) in zip(
                    self._plan.serials, self._last_watts, self._last_report, self._told, strict=True
                )
            ]
        )

    def _snapshot(
        self,
        at: datetime,
        power: tuple[float, float, float],
        counters: Numbers,
        opening: Numbers,
        units: tuple[InverterReading, ...],
    ) -> Snapshot:
        made, used, imported, exported = counters.tolist()
        made_today, used_today = (counters - opening)[:2].tolist()
        made_before, used_before = self._week_before.sum(axis=0).tolist()
        return Snapshot(
            at=at,
            gateway=GATEWAY,
            login=Login.TOKEN,
            metered=True,
            timezone=ZONE,
            gateway_at=at,
            production=PowerReading(power[0], made_today, made_before + made_today, made, _METERED),
            consumption=PowerReading(power[1], used_today, used_before + used_today, used, _METERED),
            net=NetReading(power[2], imported, exported),
            inverters=units,
        )


def _sun(day: date, hours: Numbers) -> Numbers:
    """The sine of the sun's height, 0 below the horizon, at hours of UTC."""
    latitude = np.radians(_LATITUDE)
    tilt = np.radians(-23.44) * np.cos(2 * np.pi * (day.timetuple().tm_yday + 10) / 365.25)
    angle = np.radians(15 * (hours - 12) + _LONGITUDE)
    height = np.sin(latitude) * np.sin(tilt) + np.cos(latitude) * np.cos(tilt) * np.cos(angle)
    return np.asarray(np.clip(height, 0, None) ** 1.1)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a long make-believe history.")
    parser.add_argument("file", type=Path)
    for name, default in (("inverters", 30), ("years", 10), ("seed", 1), ("live-days", 90)):
        parser.add_argument(f"--{name}", type=float if name == "years" else int, default=default)
    options = parser.parse_args()
    if options.file.exists():
        parser.error(f"{options.file} is there already")
    began = clock.monotonic()
    plan = Plan(options.inverters, options.years, options.seed, options.live_days)
    samples = write(options.file, plan)
    size = options.file.stat().st_size
    print(
        f"{samples:,} reports in {size:,} bytes: {size / max(samples, 1):.2f} each; {clock.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()
