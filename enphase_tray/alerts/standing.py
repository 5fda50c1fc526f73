"""Which inverters stand still now, and which of them stopped together: shared by the rules about inverters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enphase_tray.model.alerts import Condition, Evidence
from enphase_tray.model.readings import InverterReading, InverterState, RelayKind, RelayState, Snapshot

_TOGETHER_SECONDS = 7200.0
_BAD = (InverterState.STOPPED, InverterState.SILENT)
_MANY = 3
_RELAY_SECONDS = 3000.0
BACK_SECONDS = 1200.0
"""So long an inverter must work before its alert is over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`judged` counts inverters that are not retired; `together` are those that stand since about the same time."""

    judged: int
    bad: tuple[str, ...]
    together: tuple[str, ...]

    @property
    def whole_site(self) -> bool:
        """Whether so many stopped together that the cause is common."""
        working_before = self.judged - (len(self.bad) - len(self.together))
        if len(self.together) < 2:
            return False
        return len(self.together) == working_before or (
            len(self.together) >= _MANY and 2 * len(self.together) > working_before
        )


def standing(evidence: Evidence, snapshot: Snapshot) -> Standing:
    """Who stands still in this snapshot."""
    states = evidence.assessment.states
    judged = 0
    bad = []
    for inverter in snapshot.inverters:
        state = states.get(inverter.serial, inverter.state)
        if state is InverterState.RETIRED:
            continue
        judged += 1
        if state in _BAD:
            bad.append(inverter.serial)
    if not bad:
        return Standing(judged, (), ())
    since = evidence.assessment.since
    moments = [since[serial] for serial in bad if serial in since]
    latest = max(moments, default=evidence.at)
    window = max(_TOGETHER_SECONDS, 2 * evidence.assessment.report_interval_seconds)
    if len(bad) == judged and evidence.assessment.daylight is not True:
        return Standing(judged, tuple(bad), tuple(bad))  # nobody is left, whenever each was heard last
    together = tuple(s for s in bad if (latest - since.get(s, latest)).total_seconds() <= window)
    return Standing(judged, tuple(bad), together)


def in_state(evidence: Evidence, snapshot: Snapshot, state: InverterState) -> list[InverterReading]:
    """The inverters that are in that state now."""
    states = evidence.assessment.states
    return [inverter for inverter in snapshot.inverters if states.get(inverter.serial) is state]


def recovered(evidence: Evidence, serial: str) -> bool:
    """Whether this inverter is known to stand no longer: it works, is retired, or is gone from the list."""
    snapshot = evidence.snapshot
    if snapshot is None or snapshot.starting_up or not snapshot.inverters:
        return False
    if all(inverter.serial != serial for inverter in snapshot.inverters):
        return True
    return evidence.assessment.states.get(serial) in (InverterState.REPORTING, InverterState.RETIRED)


def relay_is_open(snapshot: Snapshot) -> bool:
    """Whether any relay, or a line of one, is known to be open."""
    return any(relay.relay is RelayState.OPEN or relay.open_lines for relay in snapshot.relays)


def awaits_relay(evidence: Evidence, snapshot: Snapshot) -> bool:
    """Whether several stopped together so lately that the gateway has not asked its relay since; that soon explains it.

    Gateways read their relays every 45 min, so nothing waits longer than that.
    """
    if not any(relay.kind is RelayKind.IQ_RELAY and relay.last_report_at is not None for relay in snapshot.relays):
        return False
    now = standing(evidence, snapshot)
    since = evidence.assessment.since
    moments = [since[serial] for serial in now.together if serial in since]
    if not moments or not (now.whole_site or (len(moments) >= 2 and 4 * len(moments) >= now.judged)):
        return False
    return _not_read_since(snapshot, max(moments))


def _not_read_since(snapshot: Snapshot, moment: datetime) -> bool:
    """Whether a relay was last read before `moment`, which is less than 50 min ago."""
    if (snapshot.clock_at - moment).total_seconds() > _RELAY_SECONDS:
        return False
    read = [relay.last_report_at for relay in snapshot.relays if relay.kind is RelayKind.IQ_RELAY]
    return any(at is not None and at <= moment for at in read)


def earliest(conditions: Sequence[Condition]) -> datetime | None:
    """The first of the moments since which the conditions have held."""
    return min((c.since for c in conditions if c.since is not None), default=None)
