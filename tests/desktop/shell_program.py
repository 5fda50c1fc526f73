"""The real desktop program on a real profile, with a simulated gateway in the same process whose time stands still.

Run as `python -m tests.desktop.shell_program PROFILE SCRIPT [--hidden] [--chosen JSON]`. It says when the service
polls, is woken and is closed. Before each poll the script lets time pass or something go wrong. `--chosen` holds plain
fields of the settings.

With the script `run` time runs thirty times as fast, and at SIGUSR1 the wall clock goes `JUMP_SECONDS` ahead while the
monotonic one does not, as in sleep; at SIGUSR2 it goes back.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from enphase_tray.app.compose import Profile
from enphase_tray.app.desktop import run
from enphase_tray.model.clock import ManualClock, RunningClock
from enphase_tray.model.connection import GatewayVersion, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.service import GatewayService
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway

HOUSE = HouseConfig()
LARGE_HOUSE = HouseConfig(inverters=60)
STARTS = {"climb": datetime(2026, 6, 21, 4, 30, tzinfo=UTC)}
NOON = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)
JUMP_SECONDS = 20 * 3600


class JumpingClock(RunningClock):
    """A fast clock whose wall time can be set."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, speed=30.0)
        self._apart = timedelta()

    def now(self) -> datetime:
        return super().now() + self._apart

    def jump(self, seconds: float) -> None:
        self._apart += timedelta(seconds=seconds)
        print("call jump", flush=True)


class SpokenProfile(Profile):
    """Its service is the real one, and says on standard output what it is asked for."""

    before_poll: Callable[[], None]

    def service(self, settings: Settings) -> GatewayService:
        service = super().service(settings)
        for name in ("poll", "resumed", "close"):
            setattr(service, name, self._said(name, getattr(service, name)))
        return service

    def _said(self, name: str, call: Callable[[], Any]) -> Callable[[], Any]:
        def said() -> Any:
            print(f"call {name}", flush=True)
            if name == "poll":
                self.before_poll()
            return call()

        return said


class Script:
    """What happens before each poll."""

    def __init__(self, name: str, clock: ManualClock | JumpingClock, gateway: SimulatedGateway) -> None:
        self._name = name
        self._clock = clock
        self._gateway = gateway
        self._polls = 0

    def __call__(self) -> None:
        self._polls += 1
        if self._polls == 1 or not isinstance(self._clock, ManualClock):
            return
        if self._name == "climb":
            self._clock.advance(2.5 * 3600)
        if self._name == "relay":
            self._clock.advance(60)
            if self._polls == 2:
                self._gateway.inject(Fault(FaultKind.RELAY_OPEN, self._clock.now()))
            else:
                self._gateway.repair(FaultKind.RELAY_OPEN)
            self._clock.advance(300)


def ask_for_password() -> None:
    """A keyring that waits for the user, which nobody can end."""
    print("call keyring", flush=True)
    threading.Event().wait(60)


def tell_request(gateway: SimulatedGateway) -> None:
    """Say when the gateway has a request that it never answers."""
    while not gateway.in_flight:
        time.sleep(0.01)
    print("call request", flush=True)


def make_clock(script: str) -> ManualClock | JumpingClock:
    if script != "run":
        return ManualClock(STARTS.get(script, NOON))
    clock = JumpingClock(NOON)
    signal.signal(signal.SIGUSR1, lambda *_: clock.jump(JUMP_SECONDS))
    signal.signal(signal.SIGUSR2, lambda *_: clock.jump(-JUMP_SECONDS))
    return clock


def main(directory: Path, script: str, chosen: dict[str, Any], *, hidden: bool) -> int:
    clock = make_clock(script)
    faults = (Fault(FaultKind.HANG, clock.now()),) if script == "hang" else ()
    with SimulatedGateway(LARGE_HOUSE if script == "climb" else HOUSE, clock, faults) as gateway:
        paths = ProfilePaths.at(directory)
        if script == "deaf":
            secrets = SecretStore(paths, False, choose=ask_for_password, deadline_seconds=60)
        else:
            secrets = SecretStore(paths, False, choose=lambda: None)
            secrets.keep_token(gateway.serial, Secret(gateway.token()))
        profile = SpokenProfile(paths, clock, trust=Trust(first_use=True), secrets=secrets, locate=lambda serial: ())
        profile.before_poll = Script(script, clock, gateway)
        settings = Settings(
            GatewaySettings(
                serial=gateway.serial,
                host=f"{gateway.host}:{gateway.port}",
                version=GatewayVersion.FROM_7,
                auto_jwt=False,
            )
        )
        settings = replace(settings, **{name: type(getattr(settings, name))(value) for name, value in chosen.items()})
        if script == "hang":
            threading.Thread(target=tell_request, args=(gateway,), daemon=True).start()
        return run(profile, settings, hidden=hidden)


if __name__ == "__main__":
    wanted = json.loads(sys.argv[sys.argv.index("--chosen") + 1]) if "--chosen" in sys.argv else {}
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], wanted, hidden="--hidden" in sys.argv))
