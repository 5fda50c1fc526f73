"""A relay, or one of its lines, is open: the panels behind it cannot feed."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, joined, short, since_when, span
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import RelayKind, RelayReading, RelayState
from enphase_tray.model.status_words import faults, phrase, suffix

_OLD_SECONDS = 600.0
_OPEN = {
    RelayKind.IQ_RELAY: mark("Relay {serial} is open"),
    RelayKind.MAINS: mark("Mains relay {serial} is open"),
    RelayKind.COLLAR: mark("Meter collar {serial} is open"),
}
_CLOSED = {
    RelayKind.IQ_RELAY: mark("Relay {serial} is closed again"),
    RelayKind.MAINS: mark("Mains relay {serial} is closed again"),
    RelayKind.COLLAR: mark("Meter collar {serial} is closed again"),
}
_OF_RELAY = {
    RelayKind.IQ_RELAY: mark("relay {serial}"),
    RelayKind.MAINS: mark("mains relay {serial}"),
    RelayKind.COLLAR: mark("meter collar {serial}"),
}
"""After *line 2 of*."""
_SAYS_NOTHING = frozenset({"", "ok", "none", "open", "opened"})


class RelayOpen(Rule):
    """Also at night. Told at once where the reading is fresh, otherwise when it was said twice."""

    name = "relay_open"
    label = mark("A relay opens")
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
        title = _CLOSED[relay.kind if relay is not None else RelayKind.IQ_RELAY]
        length = span((evidence.at - alert.raised_at).total_seconds())
        return (
            tr(title, serial=short(alert.key)),
            tr("It was open for about {length}. Inverters start again within some minutes of daylight.", length=length),
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
    serial, lines = short(relay.serial), relay.open_lines
    if not _some_lines(relay):
        return tr(_OPEN[relay.kind], serial=serial)
    return trn(
        "Line {lines} of {relay} is open",
        "Lines {lines} of {relay} are open",
        len(lines),
        lines=joined([str(line) for line in lines]),
        relay=tr(_OF_RELAY[relay.kind], serial=serial),
    )


def _body(relay: RelayReading, evidence: Evidence) -> str:
    if relay.kind is not RelayKind.IQ_RELAY:
        first = tr("Your home is separated from the grid")
        advice = tr("It usually closes by itself when the grid is back; if the grid is there, call your installer.")
    elif _some_lines(relay):
        first = tr("The inverters on that line cannot feed")
        advice = tr(
            "It usually closes by itself when that line is well again; if not within an hour, call your installer."
        )
    else:
        first = tr("Production has stopped")
        advice = tr("It usually closes by itself when the grid is back; if not within an hour, call your installer.")
    reason = _reason(relay)
    when = since_when(evidence.assessment.since.get(relay.serial), evidence)
    itself = relay.kind is RelayKind.IQ_RELAY
    parts = [
        f"{first} ({reason})." if reason else f"{first}.",
        tr("It says so itself{when}.", when=when) if itself else tr("The gateway says so itself{when}.", when=when),
        advice,
    ]
    if _is_old(relay, evidence) and relay.last_report_at is not None:
        age = span(_age(relay, evidence) or 0.0)
        time = clock_time(relay.last_report_at, evidence)
        parts.append(tr("The gateway read this at {time}, {length} ago.", time=time, length=age))
    return " ".join(parts)


def _reason(relay: RelayReading) -> str:
    said = [] if relay.reason is None or relay.reason.strip().lower() in _SAYS_NOTHING else [relay.reason.strip()]
    said.append(phrase(word for word in faults(relay.device.words) if suffix(word) != "nsrb_ctrl.relayopen"))
    return ", ".join(filter(None, said))
