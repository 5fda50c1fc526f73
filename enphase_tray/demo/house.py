"""The house of the demo and its script: when it begins, how fast its time runs, what goes wrong."""

from datetime import UTC, datetime, timedelta

from enphase_tray.simulator.config import HouseConfig, Meters, PanelGroup
from enphase_tray.simulator.faults import Fault, FaultKind

SPEED = 120.0
"""Simulated seconds per second: a minute before the screen is two hours on the roof."""

DAYS_BEFORE = 7

HOUSE = HouseConfig(
    seed=2,
    firmware="8.3.5289",
    inverters=14,
    groups=(PanelGroup(35.0, 140.0, 0.6), PanelGroup(35.0, 230.0, 0.4)),
    meters=Meters.BOTH,
    relays=1,
    batteries=0,
)


def begin(now: datetime) -> datetime:
    """When the demo begins: late in the morning of a long day of this year, so that there is sun to show."""
    return datetime(now.year, 6, 21, 9, 0, tzinfo=UTC)


def always(start: datetime) -> tuple[Fault, ...]:
    """What was wrong all the week before `start` and stays so: a chimney throws its shadow on one panel."""
    return (Fault(FaultKind.WEAK, start - timedelta(days=DAYS_BEFORE + 1), target="9=0.3,14-17"),)


def script(start: datetime) -> tuple[Fault, ...]:
    """What goes wrong after `start`: an inverter stops for good, then the relay opens for half an hour."""
    return (
        Fault(FaultKind.INVERTER_STOPS, start + timedelta(minutes=4), target="5"),
        Fault(FaultKind.RELAY_OPEN, start + timedelta(minutes=80), start + timedelta(minutes=115)),
        Fault(FaultKind.NIGHTLY_RESET, start),
    )
