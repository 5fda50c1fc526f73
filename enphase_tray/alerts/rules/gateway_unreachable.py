"""The gateway has not answered, or not in a way that can be read, for a while (`Limits.unreachable_minutes`)."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, sentence, span
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn

_POLLS = 3
_KINDS = frozenset({"unreachable", "wrong_gateway", "not_understood"})
_TITLES = {
    "unreachable": mark("The gateway does not answer"),
    "wrong_gateway": mark("Another gateway answers"),
    "not_understood": mark("The gateway's answers cannot be read"),
}


class GatewayUnreachable(Rule):
    """Sleep of this computer and the gateway's nightly reset do not count: see `Assessment.failing_since`."""

    name = "gateway_unreachable"
    label = mark("The gateway does not answer")
    severity = Severity.WARNING
    clear_after_polls = 1

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        failure, assessment = evidence.failure, evidence.assessment
        if failure is None or failure.kind not in _KINDS or assessment.failing_since is None:
            return
        failing = (evidence.at - assessment.failing_since).total_seconds()
        if failing < 60.0 * evidence.limits.unreachable_minutes or assessment.failed_polls < _POLLS:
            return
        said = trn(
            "No figures since {time} ({length}): {count} poll in a row failed.",
            "No figures since {time} ({length}): {count} polls in a row failed.",
            assessment.failed_polls,
            time=clock_time(assessment.failing_since, evidence),
            length=span(failing),
        )
        yield Condition(
            rule=self.name,
            key="gateway",
            severity=self.severity,
            serials=(),
            title=tr(_TITLES[failure.kind]),
            body=f"{said} {sentence(failure.advice)}".strip(),
            since=assessment.failing_since,
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        return evidence.snapshot is not None

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        time = clock_time(alert.raised_at, evidence)
        return (
            tr("The gateway answers again"),
            tr("It had not been readable since before {time}; figures are live again.", time=time),
        )
