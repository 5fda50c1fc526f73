"""How to reach, trust and log into one gateway, and what the gateway room may ask of those who remember."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from enphase_tray.model.identity import Family, Pin, Secret


class GatewayVersion(StrEnum):
    """Which family the user says the gateway belongs to; `DETECT` asks the gateway."""

    DETECT = "detect"
    BELOW_7 = "below_7"
    FROM_7 = "from_7"


@dataclass(frozen=True, slots=True)
class CloudAccount:
    """The Enphase account that tokens are fetched with. Without a password nothing is fetched."""

    username: str
    password: Secret | None = None
    site_name: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One gateway as the user describes it. What is `None` is found out or takes its default.

    `username`/`password`: digest log-in below firmware 7 (default `envoy` and the last six of the serial).
    `token` (pasted) goes before a kept one; `cloud` renews it where its password is known.
    """

    serial: str | None = None
    host: str | None = None
    port: int | None = None
    version: GatewayVersion = GatewayVersion.DETECT
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    cloud: CloudAccount | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """Which certificate to accept when none is pinned yet: none (ask), whichever is shown, or one fingerprint.

    `said_by`: who named the fingerprint, as in `Pin.pinned_by`. `renewals`: what looks like the yearly renewal of the
    pinned one is agreed to by itself, after it was told.
    """

    first_use: bool = False
    fingerprint: str | None = None
    said_by: str = "fingerprint"
    renewals: bool = False


class GatewayState(Protocol):
    """What is remembered of gateways between runs: pins, addresses, the lowest firmware ever seen, verdicts."""

    def pin(self, serial: str) -> Pin | None: ...

    def set_pin(self, pin: Pin) -> None: ...

    def pinned_serials(self) -> tuple[str, ...]: ...

    def facts(self, serial: str) -> Mapping[str, Any]:
        """Plain JSON facts of one gateway (`addresses`, `firmware_floor`, `absent` ...); empty if unknown."""
        ...

    def set_facts(self, serial: str, facts: Mapping[str, Any]) -> None: ...

    def log_refusal(self, serial: str, fingerprint: str, at: datetime) -> None:
        """Another certificate than the pinned one was shown for this gateway, and it got nothing."""
        ...

    def log_return(self, serial: str, fingerprint: str, at: datetime) -> None:
        """The gateway was reached with its pinned certificate; of interest after a refusal only."""
        ...


class TokenKeeper(Protocol):
    """Where access tokens are kept between runs."""

    def token(self, serial: str) -> Secret | None: ...

    def keep_token(self, serial: str, token: Secret) -> None: ...


class StepOutcome(StrEnum):
    """How one step of a connection test ended; `ABSENT` is not a failure."""

    OK = "ok"
    ABSENT = "absent"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TrialStep:
    """One finished step of "Test connection": `title` as shown, `detail` in a plain sentence.

    `serial` and `family` are set by the step that asks the gateway who it is.
    """

    title: str
    outcome: StepOutcome
    detail: str = ""
    serial: str | None = None
    family: Family | None = None


@dataclass(frozen=True, slots=True)
class EndpointVerdict:
    """What is known of one endpoint of this gateway. `outcome` says whether it answers."""

    path: str
    outcome: StepOutcome
    detail: str
    checked_at: datetime
