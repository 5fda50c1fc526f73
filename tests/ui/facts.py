"""Outcomes of polls as a test says: the program's own frozen objects, for the faces that only show and tell them."""

from dataclasses import replace
from datetime import UTC, datetime

from enphase_tray.model.alerts import Alert, AlertEvent, Assessment, Change, Severity
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import Login, PowerReading, Snapshot
from enphase_tray.monitor.result import PollResult

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
SERIAL = "122000000042"


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
