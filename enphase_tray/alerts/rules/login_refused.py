"""The gateway does not let this program in."""

from collections.abc import Iterable
from datetime import datetime

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, sentence
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import Problem

_KINDS = frozenset({"login_refused", "token_expired", "token_wrong_gateway", "token_missing"})


class LoginRefused(Rule):
    """Told at once: polling rests until the user has done something about it."""

    name = "login_refused"
    label = mark("The log-in is refused")
    severity = Severity.WARNING
    clear_after_polls = 1

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        failure = evidence.failure
        if failure is not None and failure.kind in _KINDS:
            body = f"{_found(failure.at, evidence)} {sentence(failure.advice)}"
            yield Condition(self.name, "login", self.severity, (), failure.title, body, failure.at)
        for problem in _refused(evidence):
            body = f"{_found(evidence.at, evidence)} {sentence(problem.advice)}"
            yield Condition(self.name, "login", self.severity, (), problem.title, body, evidence.at)

    def settled(self, evidence: Evidence, key: str) -> bool:
        return evidence.snapshot is not None and not _refused(evidence)

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        time = clock_time(alert.raised_at, evidence)
        return tr("The log-in works again"), tr("It had been refused at {time}.", time=time)


def _found(at: datetime, evidence: Evidence) -> str:
    return tr("Found at {time}, when the gateway was asked.", time=clock_time(at, evidence))


def _refused(evidence: Evidence) -> tuple[Problem, ...]:
    """Parts of an old gateway that want a password, and refuse the one they got; the rest is still read."""
    snapshot = evidence.snapshot
    return () if snapshot is None else tuple(problem for problem in snapshot.problems if problem.login_refused)[:1]
