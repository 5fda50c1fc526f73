"""Snapshots, results and a day of history for the windows' tests: a sunny day at a site of any size."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, Assessment, PollFailure, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import TrialStep
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import (
    CertificateFacts,
    Family,
    FirmwareVersion,
    FoundGateway,
    GatewayInfo,
    TokenFacts,
)
from enphase_tray.model.readings import (
    BatteryReading,
    DeviceStatus,
    InverterReading,
    InverterState,
    Login,
    NetReading,
    PowerReading,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.settings import GatewaySettings, Settings

SITE = "122012345678"
ZONE = "Europe/Amsterdam"
NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
WELL = DeviceStatus(True, True, True, True, ("envoy.global.ok",))


def serial(number: int) -> str:
    return str(121_900_001_000 + 37 * number)


def watts_at(moment: datetime, number: int) -> float:
    """A clear day between 04:00 and 20:00 UTC; each inverter a little different, the odd ones facing west."""
    hour = moment.hour + moment.minute / 60
    shift = 0.7 if number % 2 else -0.4
    height = math.sin(math.pi * (hour - 4 - shift) / 16) if 4 + shift < hour < 20 + shift else 0.0
    cloud = 1 - 0.25 * max(0.0, math.sin(hour * 5)) * (0.6 + 0.4 * math.sin(number))
    return round(max(0.0, height) ** 1.3 * (262 - 5 * (number % 7)) * cloud, 0)


def inverter(number: int, at: datetime, **changes: object) -> InverterReading:
    plain = InverterReading(
        serial(number),
        InverterState.REPORTING,
        last_report_watts=watts_at(at, number),
        max_report_watts=283.0 + number % 5,
        last_report_at=at - timedelta(seconds=40 + number),
        device=WELL,
        watt_hours_today=900.0 + 11 * (number % 9),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def stopped(number: int, at: datetime) -> InverterReading:
    words = ("envoy.cond_flags.pcu_chan.gridgone",)
    return inverter(
        number,
        at,
        state=InverterState.STOPPED,
        last_report_watts=0.0,
        device=DeviceStatus(False, True, True, False, words),
    )


def relay(state: RelayState = RelayState.CLOSED, **changes: object) -> RelayReading:
    closed = state is RelayState.CLOSED
    plain = RelayReading(
        "122100068177",
        RelayKind.IQ_RELAY,
        state,
        (closed, None, None),
        DeviceStatus(
            False, True, True, closed, ("envoy.global.ok",) if closed else ("envoy.cond_flags.nsrb_ctrl.relayopen",)
        ),
        last_report_at=NOON - timedelta(minutes=12),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def snapshot(at: datetime = NOON, count: int = 12, *, metered: bool = False, **changes: object) -> Snapshot:
    inverters = tuple(inverter(number, at) for number in range(count))
    now = sum(i.last_report_watts or 0 for i in inverters)
    production = PowerReading(now, 12_340.0, 81_200.0, 10_300_000.0, {"watts_now": Source.INVERTERS})
    plain = Snapshot(
        at,
        GatewayInfo(SITE, "800-00555-r03", FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, metered, at),
        Login.TOKEN,
        metered,
        ZONE,
        at,
        production=production,
        consumption=PowerReading(1_014.0, 8_230.0, 61_400.0, 7_120_000.0) if metered else None,
        net=NetReading(1_014.0 - now, 3_210_000.0, 6_420_000.0) if metered else None,
        inverters=inverters,
        relays=(relay(),),
        batteries=(BatteryReading("b1", "iq_battery", 84.0, 1200.0), BatteryReading("b2", "iq_battery", 80.0, 0.0))
        if metered
        else (),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def result(shot: Snapshot | None = None, at: datetime | None = None, **changes: object) -> PollResult:
    moment = at or (NOON if shot is None else shot.at)
    plain = PollResult(
        moment,
        shot,
        None,
        Assessment(moment, daylight=True),
        token=TokenFacts(SITE, "owner", moment, moment + timedelta(days=204, hours=3), "valid"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def failure(kind: str = "unreachable", at: datetime = NOON) -> PollFailure:
    words = {
        "unreachable": (
            "The gateway does not answer",
            "Check that it has power and that this computer is in its network.",
        ),
        "login_refused": (
            "The gateway refused the log-in",
            "Type the password again, or leave it empty for the usual one.",
        ),
    }
    return PollFailure(at, kind, *words[kind], "soon")


def alert(rule: str, serials: tuple[str, ...], title: str, severity: Severity = Severity.CRITICAL) -> Alert:
    body = "Production has stopped. It usually closes by itself when the grid is back; if not, call your installer."
    return Alert(f"{rule}-1", rule, serials[0], severity, serials, title, body, NOON - timedelta(minutes=80))


def certificate(letter: str = "a", days: int = 300) -> CertificateFacts:
    return CertificateFacts(
        letter * 64, "b" * 64, f"CN={SITE}", "CN=Enphase", NOON - timedelta(days=65), NOON + timedelta(days=days)
    )


def question(*, renewal: bool | None) -> CertificateQuestion:
    previous = None if renewal is None else certificate("c", 20)
    return CertificateQuestion(SITE, certificate(), previous, renewal)


def fill_history(path: Path, count: int = 12, until: datetime = NOON, days: int = 1) -> HistoryReader:
    """A database as the poller writes it, a reading each five minutes of daylight, the last one at `until`."""
    clock = ManualClock(until - timedelta(days=days))
    writer = HistoryWriter(path, clock)
    at = until - timedelta(days=days)
    at = at.replace(hour=0, minute=0)
    steps = round((until - at).total_seconds() / 300)
    for step in range(steps + 1):
        moment = at + timedelta(seconds=300 * step)
        clock.set(moment)
        if 4 <= moment.hour < 20:
            writer.append(snapshot(moment, count))
    writer.close()
    return HistoryReader(path)


class ScriptedService:
    """Stands where the monitor's service stands: each answer is set by the test."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(GatewaySettings(serial=SITE, host="192.168.1.20"))
        self.gateways: tuple[FoundGateway, ...] = ()
        self.trials: list[tuple[tuple[TrialStep, ...], EnphaseTrayError | None]] = []
        self.tried: list[Draft] = []
        self.trusted: list[CertificateQuestion] = []
        self.applied: list[Draft] = []
        self.apply_error: EnphaseTrayError | None = None
        self.polls = 0

    def open(self) -> None:
        pass

    def step(self) -> PollResult | None:
        return None

    def poll(self) -> PollResult:
        self.polls += 1
        return result(snapshot())

    def wait_seconds(self) -> float:
        return math.inf

    def try_connection(self, draft: Draft) -> Iterator[TrialStep]:
        self.tried.append(draft)
        steps, error = self.trials.pop(0) if self.trials else ((), None)
        yield from steps
        if error is not None:
            raise error

    def discover(self, _seconds: float) -> tuple[FoundGateway, ...]:
        return self.gateways

    def trust(self, asked: CertificateQuestion) -> None:
        self.trusted.append(asked)

    def apply(self, draft: Draft) -> None:
        if self.apply_error is not None:
            raise self.apply_error
        self.applied.append(draft)
        self.settings = draft.settings

    def resumed(self) -> None:
        pass

    def cancel(self) -> None:
        """Nothing runs that could be ended."""

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass

    def secret_places(self) -> dict[str, str]:
        return {"token": "keyring (Secret Service)", "password": "keyring (Secret Service)"}
