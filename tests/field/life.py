"""What a gateway would answer to each poll of a system's life, and when the program asks."""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from enphase_tray.model.alerts import PollFailure
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import (
    DeviceStatus,
    InverterReading,
    InverterState,
    Login,
    PowerReading,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)
from tests.field.chance import Floats, once, uniform
from tests.field.place import DAY
from tests.field.system import FOREVER, Fault, System

Outcome = tuple[datetime, Snapshot | None, PollFailure | None]
RELAY = "999999968177"
_FLAG = "envoy.cond_flags."
_NIGHT = (f"{_FLAG}pcu_ctrl.dc-pwr-low", f"{_FLAG}obs_strs.failure")
_GRID_GONE = f"{_FLAG}pcu_chan.gridgone"
_HOURS = {
    "always": (0.0, 24.0),
    "office": (8.0, 17.5),
    "evening": (17.5, 23.3),
    "morning": (6.0, 10.5),
    "laptop": (7.0, 24.0),
}


class Unit:
    """One inverter as the gateway has heard it: its reports of the day at hand, and the last one."""

    def __init__(self, system: System, number: int) -> None:
        self.system = system
        self.number = number
        self.heard_at = -FOREVER
        self.reading = InverterReading(system.serial(number))
        self.changes_at = -FOREVER
        """Until then the reading stays as it is, epoch seconds."""
        self._reports: list[tuple[float, float, float]] = []
        self._next = 0

    def plan(self, start: float, end: float) -> None:
        """Work out its reports from `start` to `end`."""
        system, panel = self.system, self.system.panels[self.number]
        edges = [start, *(at for at, _ in system.paces if start < at < end), end]
        self._reports, self._next, self.changes_at = [], 0, -FOREVER
        for first, last in itertools.pairwise(edges):
            pace = system.pace(first)
            due = np.arange(math.ceil(first / pace - panel.phase) + panel.phase, last / pace) * pace
            if len(due):
                self._plan_at(due, pace)

    def _plan_at(self, due: np.ndarray, pace: float) -> None:
        system, number = self.system, self.number
        panel = system.panels[number]
        steps = (0.15, 0.5, 0.85) if pace < 1000 else (0.1, 0.3, 0.5, 0.7, 0.9)
        light = sum(system.lights(number, due - step * pace) for step in steps) / len(steps)
        keys = np.floor(due).astype(np.int64)
        heard = (light >= panel.wakes) & (uniform(system.seed, 100 + number, keys) >= panel.loss)
        if system.bursts:
            day = np.floor(due / DAY).astype(np.int64)
            begins = uniform(system.seed, 200 + number, day) * DAY
            deaf = (due % DAY >= begins) & (due % DAY < begins + 900 + 1500 * uniform(system.seed, 300 + number, day))
            heard &= ~(deaf & (uniform(system.seed, 400 + number, day) < system.bursts))
        heard &= due >= system.births.get(number, -FOREVER)
        heard &= due < system.deaths.get(number, (FOREVER, ""))[0]
        watts: Floats = np.asarray(0.955 * light)
        if system.dim_zeros:
            watts = np.where(light < 1.3 * panel.wakes, 0.0, watts)
        for fault in system.faults:
            if number in fault.panels:
                during = (due >= fault.start) & (due < fault.end)
                if fault.how == "silent":
                    heard &= ~during
                else:
                    part = np.clip((fault.start - (due - pace)) / pace, 0.0, 1.0)  # the mean over what was before it
                    watts = np.where(during, watts * part * (due - pace < fault.start), watts)
        self._reports += [(float(at), float(round(w)), pace) for at, w in zip(due[heard], watts[heard], strict=True)]

    def at(self, at: float) -> InverterReading:
        """Its reading at that moment."""
        if at < self.changes_at:
            return self.reading
        system = self.system
        last = None
        while self._next < len(self._reports) and self._reports[self._next][0] <= at:
            last = self._reports[self._next]
            self._next += 1
        if last is not None:
            self.heard_at = last[0]
            self.reading = InverterReading(
                self.reading.serial,
                InverterState.REPORTING,
                last_report_watts=last[1],
                max_report_watts=300.0,
                last_report_at=datetime.fromtimestamp(int(last[0] + system.skew), UTC),
                report_interval_seconds=last[2] if system.says_interval else None,
                device=DeviceStatus(True, True, True, True, ("envoy.global.ok",)) if system.words else DeviceStatus(),
            )
        self.changes_at = self._reports[self._next][0] if self._next < len(self._reports) else FOREVER
        quiet_at = self.heard_at + 2.5 * system.pace(at)
        if at >= quiet_at:
            words = DeviceStatus(False, False, False, False, _NIGHT) if system.words else DeviceStatus()
            watts = 0.0 if system.zeroes and self.reading.last_report_at else self.reading.last_report_watts
            self.reading = replace(self.reading, device=words, last_report_watts=watts, state=InverterState.ASLEEP)
        else:
            self.changes_at = min(self.changes_at, quiet_at)
        for fault in system.faults:
            if self.number in fault.panels and fault.cause == "grid" and system.words:
                if fault.start <= at < fault.end:
                    self.reading = replace(self.reading, device=DeviceStatus(False, True, True, False, (_GRID_GONE,)))
                self.changes_at = min([self.changes_at, *(edge for edge in (fault.start, fault.end) if edge > at)])
        return self.reading


class Life:
    """Polls of a system from `start` on. `polls` gives each outcome, with whether the program was started anew."""

    def __init__(self, system: System, start: float, end: float) -> None:
        self.system = system
        self.start = start
        self.end = end
        self.zone = ZoneInfo(system.zone)
        self._units = [Unit(system, number) for number in range(len(system.panels))]
        self._planned_until = start - 36 * 3600.0
        self._rng = random.Random(f"life {system.seed} {start}")
        self._events = self._interruptions()
        self._inverters: tuple[InverterReading, ...] = ()
        self._changes_at = -FOREVER
        self._ghosts = tuple(
            InverterReading(
                f"48219999{n:04d}", last_report_watts=3, last_report_at=datetime(2021, 5, 1, 19, n, tzinfo=UTC)
            )
            for n in range(system.ghosts)
        )
        self._gateways = {
            text: GatewayInfo("122000000001", None, FirmwareVersion.parse(text), Family.TOKEN, system.metered, None)
            for _, text in system.firmware
        }

    def polls(self) -> Iterator[tuple[Outcome, bool]]:
        """Each outcome, and whether the program starts with it."""
        at, ran = self.start, False
        while at < self.end:
            runs = runs_at(self.system, at)
            if runs:
                yield self._outcome(at), not ran
            ran = runs
            step = self.system.poll_seconds
            at += (step if runs else 300.0) + self._rng.uniform(-0.02, 0.02) * step
            if self.system.habit == "laptop" and runs and self._rng.random() < step / (2 * DAY):
                at += 9 * 3600.0  # it sleeps; the program goes on where it was

    def _interruptions(self) -> list[tuple[float, float, str]]:
        """Restarts of the gateway: no answer, then empty lists, zeros or `starting_up` for a while."""
        rng, system = self._rng, self.system
        found = []
        moments = [at for at, _ in system.firmware[1:]]
        at = self.start
        while system.restarts and (at := at + rng.expovariate(system.restarts / DAY)) < self.end:
            moments.append(at)
        for at in moments:
            up = at + rng.uniform(60, 420)
            found.append((at, up, "failure"))
            kind = rng.choice(("empty", "zeros", "starting", "nothing"))
            found.append((up, up + rng.uniform(120, 1500), kind))
        return sorted(found)

    def _outcome(self, at: float) -> Outcome:
        moment = datetime.fromtimestamp(at, UTC)
        while at >= self._planned_until:
            first, self._planned_until = self._planned_until, self._planned_until + DAY
            self._changes_at = -FOREVER
            for unit in self._units:
                unit.plan(first, self._planned_until)
                if at >= self._planned_until:
                    unit.at(self._planned_until - 1)
        kind = next((kind for begins, ends, kind in self._events if begins <= at < ends), "")
        if kind == "failure" or self._nightly(at):
            return moment, None, PollFailure(moment, "unreachable", "The gateway does not answer", "Wait.", "soon")
        return moment, self._snapshot(at, moment, kind), None

    def _nightly(self, at: float) -> bool:
        if not self.system.nightly:
            return False
        local = datetime.fromtimestamp(at, self.zone)
        return local.hour == 23 and local.minute < self.system.nightly

    def _snapshot(self, at: float, moment: datetime, kind: str) -> Snapshot:
        system = self.system
        inverters = self._listed(at)
        production = self._meter(at)
        relays = self._relays(at, moment)
        if kind == "zeros":
            inverters = tuple(replace(i, last_report_watts=0.0, last_report_at=None) for i in inverters)
        if kind in ("empty", "starting"):
            inverters, relays = (), ()
        if kind in ("empty", "starting", "zeros") and production is not None:
            production = replace(production, watts_now=0.0)
        firmware = [text for begins, text in system.firmware if begins <= at][-1]
        return Snapshot(
            at=moment,
            gateway=self._gateways[firmware],
            login=Login.TOKEN,
            metered=system.metered,
            timezone=system.zone if system.says_zone else None,
            gateway_at=datetime.fromtimestamp(int(at + system.skew), UTC) if system.says_clock else None,
            starting_up=kind == "starting",
            production=production,
            inverters=inverters,
            relays=relays,
        )

    def _listed(self, at: float) -> tuple[InverterReading, ...]:
        if at < self._changes_at:
            return self._inverters
        system = self.system
        listed = list(self._ghosts)
        for unit in self._units:
            born, (died, how) = system.births.get(unit.number, -FOREVER), system.deaths.get(unit.number, (FOREVER, ""))
            reading = unit.at(at)
            if at < born or (at >= died and how == "vanishes"):
                continue
            listed.append(replace(reading, state=InverterState.RETIRED) if at >= died else reading)
        edges = [*system.births.values(), *(died for died, _ in system.deaths.values())]
        self._changes_at = min([*(unit.changes_at for unit in self._units), *(e for e in edges if e > at)])
        self._inverters = tuple(sorted(listed, key=lambda one: one.serial))
        return self._inverters

    def _meter(self, at: float) -> PowerReading | None:
        system = self.system
        if not system.metered:
            return None
        watts = -2.0
        for unit in self._units:
            if at - unit.heard_at < 2 * system.pace(at) and not any(
                unit.number in f.panels and f.start <= at < f.end for f in system.faults
            ):
                watts += unit.reading.last_report_watts or 0.0
        if system.foreign_watts:
            watts += system.foreign_watts * min(1.0, system.light(0, at) / 300.0)
        return PowerReading(watts_now=round(watts, 1), source={"watts_now": Source.METER})

    def _relays(self, at: float, moment: datetime) -> tuple[RelayReading, ...]:
        system = self.system
        if not system.relay_lines or once(system.seed, 20, int(at // 7200)) < 0.01:
            return ()  # a block that is absent for a while
        state, lines = RelayState.CLOSED, [True] * system.relay_lines + [None] * (3 - system.relay_lines)
        for fault in system.faults:
            if fault.start + fault.told_after <= at < fault.end:
                if fault.cause == "relay":
                    state, lines[0] = RelayState.OPEN, False
                if fault.cause == "line":
                    lines[0] = False
        if state is RelayState.CLOSED and once(system.seed, 21, int(at // 900)) < 0.003:
            state = RelayState.UNKNOWN
        read_at = at - (at + 977.0 * (system.seed % 7)) % 2711.0 if system.seed % 3 else at - 60.0
        last = datetime.fromtimestamp(int(read_at + system.skew), UTC) if system.seed % 5 else None
        return (
            RelayReading(
                RELAY, RelayKind.IQ_RELAY, state, (lines[0], lines[1], lines[2]),
                DeviceStatus(False, True, True, True, ("envoy.global.ok",) if state is RelayState.CLOSED else ()),
                last_report_at=last,
            ),
        )  # fmt: skip


def runs_at(system: System, at: float) -> bool:
    """Whether the program runs at that moment."""
    first, last = _HOURS[system.habit]
    if last - first >= 24:
        return True
    local = datetime.fromtimestamp(at, ZoneInfo(system.zone))
    return first <= local.hour + local.minute / 60 < last


def good_daylight(system: System, fault: Fault, start: float, end: float, watts: float = 50.0) -> list[bool]:
    """For each minute from `start` to `end`: whether all of the fault's panels, and half of all, would make `watts`."""
    times = np.arange(start, end, 60.0)
    bright = np.stack([system.lights(number, times) >= watts for number in range(len(system.panels))])
    own = bright[list(fault.panels)].all(axis=0)
    return list(own & (bright.mean(axis=0) >= 0.5))
