"""What is wrong, what of it is new, and what the rules know when they decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from enphase_tray.model.health import HealthReport
from enphase_tray.model.readings import InverterState, Snapshot


class Severity(StrEnum):
    """How much it matters: a note, something to look at, something that stops the plant."""

    INFORMATION = "information"
    WARNING = "warning"
    CRITICAL = "critical"


class Change(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    UPDATED = "updated"
    CLEARED = "cleared"


class DaylightProof(StrEnum):
    """What says that panels should make power now: others that do, the meter, the sun's height, the usual hours."""

    NEIGHBOURS = "neighbours"
    METER = "meter"
    SUN = "sun"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class PollFailure:
    """A poll that brought no snapshot: the error's stable kind and its words."""

    at: datetime
    kind: str
    title: str
    advice: str
    retry: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the snapshots so far say about now, beyond the last answer.

    `daylight` is `True` when it is proven that panels make power, `False` when it is proven night, `None` when
    neither is. `quiet_until` is set while nobody should be judged (start, resume, gateway restart).
    """

    at: datetime
    daylight: bool | None = None
    daylight_since: datetime | None = None
    report_interval_seconds: float = 300.0
    states: Mapping[str, InverterState] = field(default_factory=lambda: MappingProxyType({}))
    quiet_until: datetime | None = None
    gap_seconds: float | None = None
    """Seconds since the previous outcome, `None` for the first one."""
    since: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """For each silent or stopped inverter: its last sign of power, as far as known. For each open relay: the first
    reading that said so."""
    failing_since: datetime | None = None
    """Start of the failures in a row; resume from sleep and the gateway's nightly reset do not count."""
    failed_polls: int = 0
    """Failures in a row since then."""
    cut_off: bool = False
    """A relay is open or the grid is gone (or was until a moment ago): inverters that stand are its consequence."""
    relay_cut: bool = False
    """As `cut_off`, because of a relay: what inverters still say of the grid is not news."""
    proof: DaylightProof | None = None
    """The best proof of daylight at hand; `None` without one."""
    working: int = 0
    """How many inverters make power now."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on some rules speak, as the user chose.

    `weak_percent`: how much less than its group a panel makes; `unreachable_minutes`: how long the gateway does not
    answer; `token_days`: how long before its end the access token is first told of.
    """

    weak_percent: int = 20
    unreachable_minutes: int = 15
    token_days: int = 30


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule may look at: one poll's outcome (a snapshot or a failure) and its assessment.

    What an inverter is doing is in the assessment; the snapshot has only what the gateway says of that.
    """

    at: datetime
    snapshot: Snapshot | None
    failure: PollFailure | None
    assessment: Assessment
    previous: Snapshot | None = None
    """The last snapshot before this outcome, if any."""
    timezone: str | None = None
    token_expires_at: datetime | None = None
    token_renews_itself: bool = False
    token_issued_at: datetime | None = None
    previous_firmware: str | None = None
    """The firmware that this gateway was last seen with, also in earlier runs."""
    health: HealthReport | None = None
    """The doctor's last word; `None` before the first."""
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a rule finds wrong now. `key` tells episodes of one rule apart (one relay, one word ...)."""

    rule: str
    key: str
    severity: Severity
    serials: tuple[str, ...]
    title: str
    body: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of a condition. `id` is the same from raising to clearing, and unique in a history."""

    id: str
    rule: str
    key: str
    severity: Severity
    serials: tuple[str, ...]
    title: str
    body: str
    raised_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Something the user is told: an alert was raised, changed its extent, or was cleared."""

    at: datetime
    change: Change
    alert: Alert
