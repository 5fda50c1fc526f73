"""A gateway service that does what a test says, with the methods of `monitor.service.GatewayService`.

It stands in for the network: what is tested with it is what the faces make of results, errors, bugs and hung requests.
"""

import math
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from enphase_tray.model.alerts import Alert, AlertEvent, Assessment, Change, Severity
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import StepOutcome, TrialStep
from enphase_tray.model.errors import Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway, GatewayInfo
from enphase_tray.model.readings import Login, PowerReading, Snapshot
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.settings import GatewaySettings, Settings

SERIAL = "122000000042"
CONFIGURED = Settings(gateway=GatewaySettings(serial=SERIAL))


def snapshot(at: datetime, watts: float | None = 3421.0, today: float | None = 12_300.0) -> Snapshot:
    gateway = GatewayInfo(SERIAL, None, FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, True, at)
    power = PowerReading(watts_now=watts, watt_hours_today=today)
    return Snapshot(at=at, gateway=gateway, login=Login.TOKEN, metered=False, production=power)


def result(at: datetime, watts: float | None = 3421.0, *events: AlertEvent, **more: object) -> PollResult:
    active = tuple(event.alert for event in events if event.change is not Change.CLEARED)
    values: dict[str, object] = {"active": active, "events": events, **more}
    return PollResult(at, snapshot(at, watts), None, Assessment(at, daylight=True), **values)  # type: ignore[arg-type]


def alert(
    at: datetime, name: str = "relay", severity: Severity = Severity.CRITICAL, title: str = "Relay 68177 is open"
) -> Alert:
    return Alert(
        f"{name}-1", f"{name}_open", "68177", severity, ("122068177",), title, "Production <b>stopped</b>.", at
    )


def event(alert_: Alert, change: Change = Change.RAISED, at: datetime | None = None) -> AlertEvent:
    """As the engine makes them: the word that an alert is over is itself only information."""
    if change is Change.CLEARED:
        alert_ = replace(alert_, severity=Severity.INFORMATION)
    return AlertEvent(at or alert_.raised_at, change, alert_)


class ScriptedService:
    """Answers polls with `answers` in turn (results or errors), the last one again and again."""

    def __init__(
        self, clock: Clock, *answers: object, period: float = math.inf, settings: Settings = CONFIGURED
    ) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.period = period
        self.settings = settings
        self.calls: list[str] = []
        self.threads: set[int] = set()
        self.due = bool(answers)
        self.hang: threading.Event | None = None
        self.in_request = threading.Event()
        self.deaf = False

    def open(self) -> None:
        self._note("open")

    def step(self) -> PollResult | None:
        return self.poll() if self.due else None

    def poll(self) -> PollResult:
        self._note("poll")
        if self.hang is not None:
            self.in_request.set()
            self.hang.wait(30)
            raise Unreachable("The gateway does not answer", "Check that it has power")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.due = not math.isinf(self.period)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, PollResult)
        return answer

    def wait_seconds(self) -> float:
        return self.period

    def try_connection(self, draft: Draft) -> Iterator[TrialStep]:
        self._note("try")
        yield TrialStep("Found", StepOutcome.OK)
        yield TrialStep("Log-in", StepOutcome.OK)
        if draft.settings.gateway.host == "nowhere":
            raise Unreachable("No such gateway", "Check the address")

    def discover(self, seconds: float) -> tuple[FoundGateway, ...]:
        self._note("discover")
        return (FoundGateway(SERIAL, "envoy", ("192.0.2.7",), 443, None),)

    def trust(self, question: CertificateQuestion) -> None:
        self._note(f"trust {question.serial}")

    def apply(self, draft: Draft) -> None:
        self._note("apply")
        if draft.settings.gateway.serial == "refused":
            raise Unreachable("The sign-in did not work", "Try again")
        self.settings = draft.settings

    def resumed(self) -> None:
        self._note("resumed")

    def cancel(self) -> None:
        """Nothing runs that could be ended."""

    def abort(self) -> None:
        self.calls.append("abort")
        if self.hang is not None and not self.deaf:
            self.hang.set()

    def close(self) -> None:
        self._note("close")

    def secret_places(self) -> Mapping[str, str]:
        return {"token": "keyring (Secret Service)"}

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.threads.add(threading.get_ident())


NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
