"""What one poll came to: the only thing that travels from the poller to tray, window, terminal and notifier."""

from dataclasses import dataclass
from datetime import datetime

from enphase_tray.model.alerts import Alert, AlertEvent, Assessment, PollFailure
from enphase_tray.model.health import HealthReport
from enphase_tray.model.identity import CertificateFacts, TokenFacts
from enphase_tray.model.readings import Snapshot


@dataclass(frozen=True, slots=True)
class CertificateQuestion:
    """A certificate that waits for the user's word. `expected_renewal` is `None` at first contact."""

    serial: str
    certificate: CertificateFacts
    previous: CertificateFacts | None
    expected_renewal: bool | None


@dataclass(frozen=True, slots=True)
class PollResult:
    """The outcome of one poll and what is known because of it.

    `snapshot` is the last good one (its `at` says when), also when this poll failed; `failure` is this poll's.
    `missed` counts polls without an answer in a row. `events` are new in this poll, `active` all open alerts.
    `saving_problem` says why readings are not being stored, if they are not; `history_notice` what became of a
    history that was found damaged. Both are sentences, the first of them a title.
    `health` is the doctor's last word on every panel, `None` before the first.
    `live` marks the small reading between polls (meters only).
    """

    at: datetime
    snapshot: Snapshot | None
    failure: PollFailure | None
    assessment: Assessment
    active: tuple[Alert, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    missed: int = 0
    refresh_seconds: int = 300
    token: TokenFacts | None = None
    certificate: CertificateQuestion | None = None
    saving_problem: str | None = None
    history_notice: str | None = None
    health: HealthReport | None = None
    live: bool = False

    @property
    def stale(self) -> bool:
        """Whether the figures must not be shown as live: two missed polls, or older than two periods."""
        if self.snapshot is None:
            return False
        age = (self.at - self.snapshot.at).total_seconds()
        return self.missed >= 2 or age > 2 * self.refresh_seconds
