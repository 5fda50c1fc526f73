"""A relay, or one of its lines, is open: the panels behind it cannot feed."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, sentence, short, span
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.readings import RelayKind, RelayReading, RelayState
from enphase_tray.model.status_words import describe_words, faults, suffix

_OLD_SECONDS = 600.0
_NAMES = {RelayKind.IQ_RELAY: "Relay", RelayKind.MAINS: "Mains relay", RelayKind.COLLAR: "Meter collar"}
_SAYS_NOTHING = frozenset({"", "ok", "none", "open", "opened"})


class RelayOpen(Rule):
    """Also at night. Told at once where the reading is fresh, otherwise when it was said twice."""

    name = "relay_open"
    label = "A relay opens"
    severity = Severity.CRITICAL
    raise_after_polls = 2
    clear_after_polls = 2

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        snapshot = evidence.snapshot
        if snapshot is None:
            return
        for relay in snapshot.relays:
            if relay.relay is RelayState.OPEN or relay.open_lines:
                yield Condition(
                    rule=self.name,
                    key=relay.serial,
                    severity=self.severity,
                    serials=(relay.serial,),
                    title=_title(relay),
                    body=_body(relay, evidence),
                    since=evidence.assessment.since.get(relay.serial),
                )

    def urgent(self, condition: Condition, evidence: Evidence) -> bool:
        relay = _find(evidence, condition.key)
        return relay is not None and _age(relay, evidence) is not None and not _is_old(relay, evidence)

    def settled(self, evidence: Evidence, key: str) -> bool:
        relay = _find(evidence, key)
        return relay is not None and relay.relay is RelayState.CLOSED and not relay.open_lines

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        relay = _find(evidence, alert.key)
        name = _NAMES[relay.kind] if relay is not None else "Relay"
        length = span((evidence.at - alert.raised_at).total_seconds())
        return (
            f"{name} {short(alert.key)} is closed again",
            f"It was open for about {length}. Inverters start again within some minutes of daylight.",
        )


def _find(evidence: Evidence, serial: str) -> RelayReading | None:
    relays = evidence.snapshot.relays if evidence.snapshot is not None else ()
    return next((relay for relay in relays if relay.serial == serial), None)


def _age(relay: RelayReading, evidence: Evidence) -> float | None:
    if relay.last_report_at is None or evidence.snapshot is None:
        return None
    return max(0.0, (evidence.snapshot.clock_at - relay.last_report_at).total_seconds())


def _is_old(relay: RelayReading, evidence: Evidence) -> bool:
    age = _age(relay, evidence)
    return age is not None and age > _OLD_SECONDS


def _some_lines(relay: RelayReading) -> bool:
    """Whether only some of its lines are open."""
    return bool(relay.open_lines) and any(connected for connected in relay.lines)


def _title(relay: RelayReading) -> str:
    name, number = _NAMES[relay.kind], short(relay.serial)
    if _some_lines(relay):
        lines = relay.open_lines
        return f"Line{'s' if len(lines) > 1 else ''} {' and '.join(map(str, lines))} of {name.lower()} {number}" + (
            " are open" if len(lines) > 1 else " is open"
        )
    return f"{name} {number} is open"


def _body(relay: RelayReading, evidence: Evidence) -> str:
    if relay.kind is not RelayKind.IQ_RELAY:
        parts = ["Your home is separated from the grid"]
        advice = "It usually closes by itself when the grid is back; if the grid is there, call your installer."
    elif _some_lines(relay):
        parts = ["The inverters on that line cannot feed"]
        advice = "It usually closes by itself when that line is well again; if not within an hour, call your installer."
    else:
        parts = ["Production has stopped"]
        advice = "It usually closes by itself when the grid is back; if not within an hour, call your installer."
    reason = _reason(relay)
    if reason:
        parts[0] += f" ({reason})"
    since = evidence.assessment.since.get(relay.serial)
    when = f" since {clock_time(since, evidence)}" if since is not None else ""
    parts.append(f"{'It' if relay.kind is RelayKind.IQ_RELAY else 'The gateway'} says so itself{when}")
    parts.append(advice)
    if _is_old(relay, evidence) and relay.last_report_at is not None:
        age = span(_age(relay, evidence) or 0.0)
        parts.append(f"The gateway read this at {clock_time(relay.last_report_at, evidence)}, {age} ago.")
    return " ".join(sentence(part) for part in parts)


def _reason(relay: RelayReading) -> str:
    said = [] if relay.reason is None or relay.reason.strip().lower() in _SAYS_NOTHING else [relay.reason.strip()]
    words = [word for word in faults(relay.device.words) if suffix(word) != "nsrb_ctrl.relayopen"]
    described = describe_words(words)
    if described is not None:
        said.append(described[0].lower() + described[1:])
    return ", ".join(said)
