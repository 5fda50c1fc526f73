"""What faults make of the energies that a gateway tells: they stand still, jump, begin anew or lose their day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan

_JUMP_WATT_HOURS = 5e6


@dataclass(frozen=True, slots=True)
class Energies:
    """Wh until a moment: of the local day, of the day before, of seven days with today, since the installation."""

    today: float
    yesterday: float
    week: float
    lifetime: float

    def since(self, begun: float) -> "Energies":
        """The same counter had it begun when it stood at `begun`."""
        before_today, before_week = self.lifetime - self.today, self.lifetime - self.week
        before_yesterday = before_today - self.yesterday
        at_midnight = max(before_today, begun)
        return Energies(
            self.lifetime - at_midnight,
            at_midnight - max(before_yesterday, begun),
            self.lifetime - max(before_week, begun),
            self.lifetime - begun,
        )


NOTHING = Energies(0.0, 0.0, 0.0, 0.0)


class CounterFaults:
    """A view of a fault plan; follows the plan as it grows."""

    def __init__(self, faults: FaultPlan) -> None:
        self._faults = faults

    def told(self, true: Callable[[float], Energies], at: float) -> Energies:
        """What a counter tells at an epoch, where `true` gives what it has counted until an epoch."""
        now = datetime.fromtimestamp(at, UTC)
        active = self._faults.active
        if active(FaultKind.COUNTER_ZERO, now):
            return NOTHING
        frozen = active(FaultKind.COUNTER_FROZEN, now)
        energies = true(at if frozen is None else frozen.first)
        reset = active(FaultKind.COUNTER_RESET, now)
        if reset is not None:
            energies = energies.since(min(energies.lifetime, true(reset.first).lifetime))
        jump = active(FaultKind.COUNTER_JUMP, now)
        lifetime = energies.lifetime + (0.0 if jump is None else _height(jump))
        if active(FaultKind.BASELINE_LOST, now):
            return Energies(lifetime, energies.yesterday, lifetime, lifetime)
        return Energies(energies.today, energies.yesterday, energies.week, lifetime)


def _height(jump: Fault) -> float:
    return float(jump.target) if jump.target else _JUMP_WATT_HOURS
