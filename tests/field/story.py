"""Systems that something happens to: the fault is drawn with the system, and what is told of it is written down."""

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from enphase_tray.model.alerts import AlertEvent, Change
from enphase_tray.monitor.judge import Judge
from tests.field.life import RELAY, Life, Outcome, good_daylight, runs_at
from tests.field.place import DAY, is_cold
from tests.field.system import Fault, System, draw

YEAR = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
OF_INVERTERS = frozenset({"inverter_stopped", "inverter_silent", "site_stopped"})


def watch(
    system: System, start: float, end: float, judge_polls: Callable[[Outcome], None] | None = None
) -> list[AlertEvent]:
    """Everything told from `start` to `end`; each pause of the program is a restart with what it kept."""
    told: list[AlertEvent] = []
    judge: Judge | None = None
    zone = system.zone if system.says_zone else None
    for outcome, fresh in Life(system, start, end).polls():
        if judge is None or fresh:
            memory = None if judge is None else json.loads(json.dumps(judge.memory()))
            judge = Judge(_everything, memory, timezone=zone)
        if judge_polls is not None:
            judge_polls(outcome)
        told += judge.judge(*outcome).events
    return told


def _everything(rule: str) -> bool:
    return True


@dataclass
class Case:
    """What happened and what was told. Minutes are of good daylight while the program ran; `None`: never told."""

    seed: int
    system: System
    fault: Fault
    told: list[AlertEvent]
    minutes: float | None
    allowed: tuple[float, float]
    """Until when half, and 95 of 100, are to be told, minutes."""
    about: list[AlertEvent] = field(default_factory=list)
    """The events that speak of it."""
    like_snow: bool = False
    """Nobody else is left, it did not begin in good light, and snow may have fallen since: a gateway says the same."""


def break_inverters(seed: int, whole: bool = False, cause: str = "inverter") -> Case | None:
    """One inverter (or all) stands still for 3 h of good daylight, or six reports; `None` where there is no light."""
    rng = random.Random(f"fault {seed}")
    lead = rng.choice((1.0, 3.0, 8.0, 15.0)) * DAY
    start = YEAR + rng.uniform(0, 365) * DAY
    system = calm(draw(seed, start, lead / DAY + 8))
    count = len(system.panels)
    if whole and count == 1 and cause != "inverter":
        return None
    panels = tuple(range(count)) if whole else (rng.randrange(count),)
    for day in range(6):
        first = start + lead + day * DAY
        light = good_daylight(system, Fault(panels, first, first, "silent"), first, first + DAY)
        good = [lit and runs_at(system, first + 60 * minute) for minute, lit in enumerate(light)]
        need = max(180, 6 * max(system.pace(first), system.pace(first + DAY)) / 60)
        usable = [minute for minute in range(1440) if good[minute] and sum(good[minute:]) >= need]
        if usable:
            break
    else:
        return None
    begin = rng.choice(usable) if rng.random() < 0.8 else 0
    begins = first + 60 * begin
    seen = np.cumsum(good[begin:])
    ends = begins + 60 * (int(np.argmax(seen >= need)) + 1)
    fault = Fault(panels, begins, ends, rng.choice(("stopped", "silent")), cause)
    system.faults = [fault]
    told = watch(system, start, ends)
    serials = {system.serial(number) for number in panels}
    about = [
        event
        for event in told
        if event.change is not Change.CLEARED
        and event.alert.rule in OF_INVERTERS
        and serials & set(event.alert.serials)
        and event.at.timestamp() >= begins
    ]
    pace = max(system.pace(begins), system.pace(ends)) / 60
    minutes = float(seen[min(len(seen) - 1, int((about[0].at.timestamp() - begins) / 60))]) if about else None
    says_why = cause == "grid" and system.words
    like_snow = len(panels) == count and not good[begin] and is_cold(system.latitude, begins) and not says_why
    return Case(seed, system, fault, told, minutes, (max(60.0, 3 * pace), max(150.0, 5 * pace)), about, like_snow)


def open_relay(seed: int) -> Case:
    """A relay opens, whole or one line, by day or by night, and the gateway says so up to 45 min later."""
    rng = random.Random(f"relay {seed}")
    start = YEAR + rng.uniform(0, 365) * DAY
    system = calm(draw(seed, start, 4), keep_habit=False)
    system.relay_lines = rng.choice((1, 3))
    count = len(system.panels)
    line = system.relay_lines == 3 and rng.random() < 0.5
    panels = tuple(n for n in range(count) if not line or n % 3 == 0)
    begins = start + rng.uniform(1.0, 2.5) * DAY
    fault = Fault(
        panels,
        begins,
        begins + rng.uniform(1.5, 20) * 3600.0,
        rng.choice(("stopped", "silent")),
        "line" if line else "relay",
        told_after=rng.choice((0.0, 0.0, rng.uniform(0, 2700))),
    )
    system.faults = [fault]
    said: list[float] = []

    def note(outcome: Outcome) -> None:
        at, snapshot, _ = outcome
        relays = snapshot.relays if snapshot is not None else ()
        if any(relay.open_lines for relay in relays):
            said.append(at.timestamp())

    told = watch(system, start, fault.end + 3 * 3600.0, note)
    about = [event for event in told if event.change is Change.RAISED and event.alert.serials == (RELAY,)]
    polls = sum(1 for at in said if at <= about[0].at.timestamp()) if about else math.inf
    return Case(seed, system, fault, told, polls if said else None, (2.0, 2.0), about)


def calm(system: System, keep_habit: bool = True) -> System:
    """The system without what takes a fault's light or its panels away."""
    habit = system.habit if keep_habit and system.habit in ("always", "office") else "always"
    return replace(system, births={}, deaths={}, restarts=0.0, bursts=0.0, habit=habit, firmware=system.firmware[:1])
