"""The gateway shows another certificate than the one it is known by."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, sentence
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr

_KIND = "certificate_changed"


class CertificateChanged(Rule):
    """Told at once: nothing is sent to the gateway until the user has looked."""

    name = "certificate_changed"
    label = mark("The gateway's certificate changes")
    severity = Severity.WARNING
    clear_after_polls = 1

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        failure = evidence.failure
        if failure is not None and failure.kind == _KIND:
            shown = tr("It showed it itself at {time}.", time=clock_time(failure.at, evidence))
            body = f"{shown} {sentence(failure.advice)}"
            yield Condition(self.name, "certificate", self.severity, (), failure.title, body, failure.at)

    def settled(self, evidence: Evidence, key: str) -> bool:
        return evidence.snapshot is not None

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        return (
            tr("The gateway's certificate is accepted"),
            tr("Figures are read again; the question was of {time}.", time=clock_time(alert.raised_at, evidence)),
        )
