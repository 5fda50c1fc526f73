"""The access token ends soon and does not renew itself."""

from collections.abc import Iterable
from datetime import timedelta

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, span
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr

_STAGES = (
    (timedelta(days=1), Severity.CRITICAL),
    (timedelta(days=7), Severity.WARNING),
)
_SHORT_LIFE = timedelta(days=2)
_SHORT_NOTICE = timedelta(hours=1)


class TokenExpiring(Rule):
    """Told `Limits.token_days` before, again 7 days and 1 day before; a token of some hours only in its last hour."""

    name = "token_expiring"
    label = mark("The access token ends soon")
    severity = Severity.INFORMATION
    clear_after_polls = 1

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        expires_at = evidence.token_expires_at
        severity = _severity(evidence)
        if expires_at is None or severity is None:
            return
        left = (expires_at - evidence.at).total_seconds()
        ended = tr("The access token has ended")
        yield Condition(
            rule=self.name,
            key="token",
            severity=severity,
            serials=(),
            title=tr("The access token ends in {time}", time=span(left)) if left > 0 else ended,
            body=tr(
                "It says itself that it is valid until {time}; then the gateway no longer lets this program in. "
                "Paste a new token in the settings, or let it be renewed with your Enphase account.",
                time=clock_time(expires_at, evidence),
            ),
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        return evidence.token_renews_itself or evidence.token_expires_at is not None

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        expires_at = evidence.token_expires_at
        if expires_at is None:
            return tr("The access token renews itself"), tr("Nothing needs to be done.")
        until = tr("It is now valid until {time}.", time=clock_time(expires_at, evidence))
        return tr("The access token was renewed"), until


def _severity(evidence: Evidence) -> Severity | None:
    """How soon the token ends; `None` where nobody need hear of it."""
    expires_at, issued_at = evidence.token_expires_at, evidence.token_issued_at
    if expires_at is None or evidence.token_renews_itself:
        return None
    left = expires_at - evidence.at
    if issued_at is not None and expires_at - issued_at <= _SHORT_LIFE:
        return Severity.WARNING if left <= _SHORT_NOTICE else None
    if left > timedelta(days=evidence.limits.token_days):
        return None
    return next((severity for limit, severity in _STAGES if left <= limit), Severity.INFORMATION)
