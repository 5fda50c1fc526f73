"""What faults mean for inverters and relays: who makes nothing, who is silent, who is gone, and when."""

from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan
from enphase_tray.simulator.noise import mix
from enphase_tray.simulator.shortfall import Shortfall, shortfall

GRID_DELAY_SECONDS = 20.0
_DEFAULT_NUMBER = {
    FaultKind.INVERTER_STOPS: 3,
    FaultKind.INVERTER_SILENT: 4,
    FaultKind.INVERTER_RETIRED: 5,
    FaultKind.INVERTER_REPLACED: 6,
    FaultKind.STATUS_WORD: 2,
    FaultKind.WEAK: 7,
}
_DEAD = (FaultKind.INVERTER_SILENT, FaultKind.INVERTER_RETIRED)
_NO_GRID = (FaultKind.RELAY_OPEN, FaultKind.GRID_GONE)
_STOPPING = (FaultKind.INVERTER_STOPS, *_DEAD, *_NO_GRID, FaultKind.RELAY_LINE_OPEN)


class Outages:
    """A view of a fault plan for one house; follows the plan as it grows."""

    def __init__(self, config: HouseConfig, faults: FaultPlan) -> None:
        self._config = config
        self._faults = faults
        self._cache: dict[int, tuple[tuple[float, float], ...]] = {}
        self._weak: dict[int, tuple[Shortfall, ...]] = {}
        self._seen: int | None = None
        self._phases = [mix(config.seed, 51, i) % config.phases + 1 for i in range(config.inverters)]

    def of(self, inverter: int) -> tuple[tuple[float, float], ...]:
        """When an inverter makes nothing: separate intervals of epoch seconds in rising order."""
        version = self._faults.version
        if version != self._seen:
            self._cache, self._weak, self._seen = {}, {}, version
        if inverter not in self._cache:
            self._cache[inverter] = _merged(
                sorted(self._interval(f) for f in self._faults.of(*_STOPPING) if self._hits(f, inverter))
            )
        return self._cache[inverter]

    def shortfalls(self, inverter: int) -> tuple[Shortfall, ...]:
        """When an inverter's panel makes only a part, in rising order, one at a time."""
        self.of(inverter)  # forgets what an older plan said
        if inverter not in self._weak:
            hits = sorted(
                (f for f in self._faults.of(FaultKind.WEAK) if self._hits(f, inverter)), key=lambda fault: fault.first
            )
            begins = [*(fault.first for fault in hits), float("inf")]
            self._weak[inverter] = tuple(
                shortfall(fault.target, fault.first, min(fault.last, begins[place + 1]))[1]
                for place, fault in enumerate(hits)
            )
        return self._weak[inverter]

    def affected(self) -> tuple[int, ...]:
        """The inverters that lack anything."""
        return tuple(i for i in range(self._config.inverters) if self.of(i) or self.shortfalls(i))

    def silence(self, inverter: int, epoch: float) -> float | None:
        """When the silence began in which an inverter is at a time; `None` while it speaks."""
        return min((f.first for f in self._running(epoch, *_DEAD) if self._hits(f, inverter)), default=None)

    def retired(self, inverter: int, epoch: float) -> bool:
        return any(self._hits(f, inverter) for f in self._running(epoch, FaultKind.INVERTER_RETIRED))

    def replaced(self, inverter: int, epoch: float) -> float | None:
        """When the unit in the place of an inverter was replaced; `None` while it is the first one."""
        hits = (f.first for f in self._running(epoch, FaultKind.INVERTER_REPLACED) if self._hits(f, inverter))
        return max(hits, default=None)

    def stopped(self, inverter: int, epoch: float) -> bool:
        return any(self._hits(f, inverter) for f in self._running(epoch, FaultKind.INVERTER_STOPS))

    def grid_lost(self, inverter: int, epoch: float) -> bool:
        """Whether an inverter has no grid voltage: it fails some seconds before the inverter has noticed."""
        lost = self._running(epoch - GRID_DELAY_SECONDS, *_NO_GRID, FaultKind.RELAY_LINE_OPEN)
        return any(self._hits(f, inverter) for f in lost)

    def words(self, inverter: int, epoch: float) -> tuple[str, ...]:
        """Status words that a fault puts on an inverter."""
        running = [f for f in self._running(epoch, FaultKind.STATUS_WORD) if self._hits(f, inverter)]
        return tuple("envoy.cond_flags." + _split_word(f)[1] for f in running)

    def relay_open(self, relay: int, epoch: float) -> bool:
        if self._running(epoch, FaultKind.GRID_GONE):
            return True
        return any(
            self._place(f.target, 1, self._config.relay_serials) == relay
            for f in self._running(epoch, FaultKind.RELAY_OPEN)
        )

    def open_line(self, epoch: float) -> int | None:
        """The line of the first relay that is open by itself."""
        return next((int(f.target or 1) for f in self._running(epoch, FaultKind.RELAY_LINE_OPEN)), None)

    def mains_gone(self, epoch: float) -> bool:
        return bool(self._running(epoch, FaultKind.GRID_GONE))

    def phase_of(self, inverter: int) -> int:
        """The line, from 1, that an inverter feeds."""
        return self._phases[inverter]

    def _running(self, epoch: float, *kinds: FaultKind) -> tuple[Fault, ...]:
        return tuple(f for f in self._faults if f.kind in kinds and f.first <= epoch < f.last)

    def _interval(self, fault: Fault) -> tuple[float, float]:
        delay = 0.0 if fault.kind in (FaultKind.INVERTER_STOPS, *_DEAD) else GRID_DELAY_SECONDS
        return fault.first + delay, fault.last + delay

    def _hits(self, fault: Fault, inverter: int) -> bool:
        if fault.kind in _NO_GRID:
            return True
        if fault.kind is FaultKind.RELAY_LINE_OPEN:
            return self.phase_of(inverter) == int(fault.target or 1)
        target = fault.target
        if fault.kind is FaultKind.STATUS_WORD:
            target = _split_word(fault)[0]
        elif fault.kind is FaultKind.WEAK:
            target = shortfall(target, fault.first, fault.last)[0]
        return self._place(target, _DEFAULT_NUMBER[fault.kind], self._config.inverter_serials) == inverter

    def _place(self, target: str | None, default: int, serials: tuple[str, ...]) -> int | None:
        """The place of a target, given as serial or as number from 1, in a list of serials."""
        if target in serials:
            return serials.index(target)
        number = int(target) if target and target.isdigit() else default
        return min(number, len(serials)) - 1 if serials and number <= max(default, len(serials)) else None


def _split_word(fault: Fault) -> tuple[str | None, str]:
    number, equals, word = (fault.target or "pcu_chan.acvoltagehigh").partition("=")
    return (number, word) if equals else (None, number)


def _merged(intervals: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    merged: list[tuple[float, float]] = []
    for first, last in intervals:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)
