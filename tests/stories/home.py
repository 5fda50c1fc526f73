"""A home for stories: a simulated gateway and the whole program below its faces, living by one clock."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.alerts import AlertEvent
from enphase_tray.model.clock import Clock, ManualClock
from enphase_tray.model.connection import Trust
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.result import PollResult
from enphase_tray.monitor.service import GatewayService
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway

MORNING = datetime(2026, 6, 21, 8, 0, tzinfo=UTC)


class Computer(Clock):
    """The clock of the computer that the program runs on: the world's, put wrong by `skew`."""

    def __init__(self, world: ManualClock) -> None:
        self._world = world
        self.skew = timedelta()

    def now(self) -> datetime:
        return self._world.now() + self.skew

    def monotonic(self) -> float:
        return self._world.monotonic()

    def real_seconds(self, seconds: float) -> float:
        return seconds


class Home:
    """A gateway, a profile that knows it, and the service of the tray; `close` ends all of it.

    The world lives by `clock`, the program by `computer`.
    """

    def __init__(
        self,
        folder: Path,
        house: HouseConfig | None = None,
        start: datetime = MORNING,
        **chosen: Any,
    ) -> None:
        """`chosen` are settings of the gateway."""
        self.clock = ManualClock(start)
        self.computer = Computer(self.clock)
        self._house = house or HouseConfig()
        self.gateway = SimulatedGateway(self._house, self.clock)
        self.gateway.start()
        self.folder = folder
        self.announced: tuple[str, ...] = ()
        self.told: list[AlertEvent] = []
        self.results: list[PollResult] = []
        self._secrets = SecretStore(ProfilePaths.at(folder), False, choose=lambda: None)
        self.make_cloud: Callable[[], CloudClient] = CloudClient
        self.settings = Settings(
            GatewaySettings(
                serial=self.gateway.serial,
                host=f"127.0.0.1:{self.gateway.port}",
                auto_jwt=False,
                **chosen,
            )
        )
        self.take_token()
        self.service = self._started()

    def close(self) -> None:
        self.service.close()
        self.gateway.stop()

    def restart_program(self) -> None:
        """Quit and start again, with what the profile remembers."""
        self.service.close()
        self.service = self._started()

    def fault(self, kind: FaultKind, minutes: float | None = None, target: str | None = None) -> None:
        """Let something go wrong from now on, for so long."""
        now = self.clock.now()
        end = None if minutes is None else now + timedelta(minutes=minutes)
        self.gateway.inject(Fault(kind, now, end, target))

    def live(self, minutes: float) -> Sequence[AlertEvent]:
        """Let time pass, polling whenever the service is due; returns what the user was told meanwhile."""
        end = self.clock.now() + timedelta(minutes=minutes)
        before = len(self.told)
        while (left := (end - self.clock.now()).total_seconds()) > 0:
            self.clock.advance(min(left, max(0.05, self.service.wait_seconds())))
            result = self.service.step()
            if result is not None:
                self.results.append(result)
                self.told.extend(result.events)
        return self.told[before:]

    def take_token(self) -> None:
        """Paste a fresh token where the gateway wants one; the next start of the program uses it."""
        if self.gateway.secure:
            self._secrets.keep_token(self.gateway.serial, Secret(self.gateway.token()))

    def move(self) -> None:
        """The gateway comes back at another address, where it is announced; the old one is dead."""
        old = self.gateway
        old.stop()
        self.gateway = SimulatedGateway(self._house, self.clock, mint=old.mint)
        self.gateway.set_certificate(old.certificate)
        self.gateway.start()
        self.announced = (f"127.0.0.1:{self.gateway.port}",)

    @property
    def last(self) -> PollResult:
        return self.results[-1]

    def profile(self, trust: Trust | None = None) -> Profile:
        paths = ProfilePaths.at(self.folder)
        return Profile(
            paths,
            self.computer,
            trust=trust or Trust(first_use=True),
            secrets=self._secrets,
            locate=lambda serial: self.announced,
            make_cloud=self.make_cloud,
        )

    def _started(self) -> GatewayService:
        service = self.profile().service(replace(self.settings))
        service.open()
        return service


def rules_of(events: Sequence[AlertEvent]) -> list[tuple[str, str]]:
    """What was told, as pairs of what happened and which rule said it."""
    return [(event.change.value, event.alert.rule) for event in events]
