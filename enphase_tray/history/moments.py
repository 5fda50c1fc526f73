"""Which clock a snapshot's moment is taken from."""

from datetime import UTC, datetime
from typing import NamedTuple

from enphase_tray.model.readings import Snapshot

_EARLIEST = datetime(2008, 1, 1, tzinfo=UTC).timestamp()
"""There was no gateway before: a clock that says so has lost its time."""
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_APART = 86_400


class Moment(NamedTuple):
    """Epoch seconds of a snapshot: of its row (the program's time) and of its energy (the gateway's own time).

    `sure`: both clocks told it. The gateway's days begin by its own clock. `other`: what the clock that was not
    believed says.
    """

    row: int
    ledger: int
    sure: bool
    other: int | None = None


def moment_of(snapshot: Snapshot, before: int) -> Moment | None:
    """The moment of a snapshot; `before` is that of the last one, 0 if there is none. `None`: no clock is right.

    Two clocks that agree within a day are believed. Else it is the one that goes on from the last snapshot, or is
    nearer to it: a clock that was lost jumps by months or years. For a first snapshot it is the computer's.
    """
    computer = _sane(snapshot.at)
    gateway = None if snapshot.gateway_at is None else _sane(snapshot.gateway_at)
    if computer is None or gateway is None:
        found = gateway if computer is None else computer
        return None if found is None else Moment(found, found, sure=False)
    if abs(computer - gateway) <= _APART:
        return Moment(computer, gateway, sure=True)
    going_on = [clock for clock in (computer, gateway) if clock >= before - _APART] or [computer, gateway]
    chosen = min(going_on, key=lambda clock: abs(clock - before)) if before else computer
    return Moment(chosen, chosen, sure=False, other=computer + gateway - chosen)


def _sane(moment: datetime) -> int | None:
    seconds = moment.timestamp()
    return int(seconds) if _EARLIEST <= seconds <= _LATEST else None
