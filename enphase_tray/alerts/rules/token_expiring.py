"""The access token ends soon and does not renew itself."""

from collections.abc import Iterable
from datetime import timedelta

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time, span
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity

_STAGES = (
    (timedelta(days=1), Severity.CRITICAL),
    (timedelta(days=7), Severity.WARNING),
)
_SHORT_LIFE = timedelta(days=2)
_SHORT_NOTICE = timedelta(hours=1)


class TokenExpiring(Rule):
    """Told `Limits.token_days` before, again 7 days and 1 day before; a token of some hours only in its last hour."""

    name = "token_expiring"
    label = "The access token ends soon"
    severity = Severity.INFORMATION
    clear_after_polls = 1

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        expires_at = evidence.token_expires_at
        severity = _severity(evidence)
        if expires_at is None or severity is None:
            return
        left = (expires_at - evidence.at).total_seconds()
        when = clock_time(expires_at, evidence)
        yield Condition(
            rule=self.name,
            key="token",
            severity=severity,
            serials=(),
            title=f"The access token ends in {span(left)}" if left > 0 else "The access token has ended",
            body=f"It says itself that it is valid until {when}; then the gateway no longer lets this program in. "
            "Paste a new token in the settings, or let it be renewed with your Enphase account.",
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        return evidence.token_renews_itself or evidence.token_expires_at is not None

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        expires_at = evidence.token_expires_at
        if expires_at is None:
            return "The access token renews itself", "Nothing needs to be done."
        return "The access token was renewed", f"It is now valid until {clock_time(expires_at, evidence)}."


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
