"""For the windows' tests: readings and history of a sunny day at a site of any size, and the program below them."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, Assessment, PollFailure, Severity
from enphase_tray.model.clock import Clock, ManualClock
from enphase_tray.model.errors import CertificateChanged, CertificateUnknown, EnphaseTrayError
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
from enphase_tray.settings.files import write_private
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.ui.login.certificate_dialog import CertificateDialog
from enphase_tray.ui.polling.live import Live

SITE = "122012345678"
ZONE = "Europe/Amsterdam"
NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
NEW = HouseConfig(serial=SITE)
OLD = HouseConfig(serial=SITE, firmware="5.0.62")
EMAIL = "me@example.org"
NOBODY = "http://127.0.0.1:1"
"""No way to Enphase."""
METERED = dict.fromkeys(("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime"), Source.METER)
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
        consumption=PowerReading(1_014.0, 8_230.0, 61_400.0, 7_120_000.0, METERED) if metered else None,
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


def profile_at(
    folder: Path,
    clock: Clock,
    search: Callable[[float], list[FoundGateway]] = lambda seconds: [],
    cloud: SimulatedCloud | None = None,
) -> Profile:
    """The program below the windows in a folder of its own: no keyring, announced is what `search` finds."""
    paths = ProfilePaths.at(folder)
    enlighten, entrez = (NOBODY, NOBODY) if cloud is None else (cloud.enlighten_url, cloud.entrez_url)
    return Profile(
        paths,
        clock,
        secrets=SecretStore(paths, False, choose=lambda: None),
        locate=lambda serial: (),
        discover=search,
        make_cloud=lambda: CloudClient(enlighten, entrez),
    )


class Program:
    """A simulated gateway, an account at a simulated Enphase, and a profile that knows neither.

    Use it as a context manager. `start` gives the live connection, which runs until the end; `found` is what is
    announced on the network, `ended` the errors (or `None`) of all trials and `applied` those of all savings.
    """

    def __init__(self, folder: Path, house: HouseConfig = NEW) -> None:
        self.clock = ManualClock(NOON)
        self.gateway = SimulatedGateway(house, self.clock)
        self.cloud = SimulatedCloud(self.gateway.mint, self.clock, (CloudUser(EMAIL, "secret"),), secure=False)
        self.found: tuple[FoundGateway, ...] = ()
        self.ended: list[EnphaseTrayError | None] = []
        self.applied: list[EnphaseTrayError | None] = []
        self._folder = folder
        self._house = house
        self._lives: list[Live] = []

    def __enter__(self) -> Self:
        self.cloud.__enter__()
        self.gateway.start()
        self.profile = profile_at(self._folder, self.clock, lambda seconds: list(self.found), self.cloud)
        return self

    def __exit__(self, *_: object) -> None:
        stopped = [live.stop() for live in self._lives]
        self.gateway.stop()
        self.cloud.__exit__(None, None, None)
        assert all(stopped)

    def start(self, settings: Settings) -> Live:
        live = Live(self.profile.service(settings), self.clock)
        self._lives.append(live)
        live.trial_finished.connect(self.ended.append)
        live.applied.connect(self.applied.append)
        live.start()
        return live

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.gateway.port}"

    @property
    def settings(self) -> Settings:
        """Those that lead to this gateway."""
        return Settings(GatewaySettings(serial=SITE, host=self.address, cloud_username=EMAIL))

    @property
    def announced(self) -> FoundGateway:
        """This gateway as it makes itself known on the network."""
        return FoundGateway(SITE, "Envoy", ("127.0.0.1",), self.gateway.port, self._house.version)

    @property
    def secrets(self) -> SecretStore:
        return self.profile.secrets(self.settings)

    @property
    def trusted(self) -> str | None:
        """The fingerprint that the gateway is known by."""
        pin = self.profile.state.pin(SITE)
        return None if pin is None else pin.certificate.fingerprint

    @property
    def saved(self) -> bool:
        return ProfilePaths.at(self._folder).settings_file.exists()

    def shown(self) -> CertificateFacts:
        """The certificate that the gateway shows, as somebody sees it who does not know it."""
        try:
            list(self.profile.service(Settings()).try_connection(Draft(self.settings)))
        except (CertificateUnknown, CertificateChanged) as error:
            return error.certificate
        raise AssertionError("the certificate is known")

    def trust(self) -> None:
        """The user trusted the gateway before."""
        self.profile.service(Settings()).trust(CertificateQuestion(SITE, self.shown(), None, None))

    def refuse_to_save(self) -> None:
        """A newer version of the program wrote the settings, which no older one overwrites."""
        write_private(ProfilePaths.at(self._folder).settings_file, b"schema = 99\n")

    def inject(self, kind: FaultKind) -> None:
        self.gateway.inject(Fault(kind, self.clock.now()))

    def settled(self, qtbot: QtBot, live: Live) -> None:
        """Return when everything asked for before has been done and told: a trial of nothing comes after it."""
        before = len(self.ended)
        live.try_connection(Draft(Settings()))
        qtbot.waitUntil(lambda: len(self.ended) > before)


@contextmanager
def agreeing() -> Iterator[list[str]]:
    """A user who agrees to a certificate, but not a second time; gives the titles of the questions."""
    asked: list[str] = []

    def answer() -> None:
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, CertificateDialog) and dialog.isVisible():
                asked.append(dialog.title.text())
                (dialog.agree if len(asked) == 1 and dialog.agree.isEnabled() else dialog.later).click()

    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(5)
    try:
        yield asked
    finally:
        timer.stop()
