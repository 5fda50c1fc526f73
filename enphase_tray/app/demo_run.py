"""The demo: the real program against the embedded simulated gateway, in a profile that is thrown away."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.demo import house
from enphase_tray.demo.past import live_through
from enphase_tray.model.clock import ManualClock, RunningClock, SystemClock
from enphase_tray.model.connection import GatewayVersion, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.model.language import tr
from enphase_tray.monitor.connecting import connection_of
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.gateway import SimulatedGateway

TOKEN_DAYS = 341


@dataclass(frozen=True, slots=True)
class Demo:
    """A prepared demo: its profile (clock included) and settings, with a week of history."""

    profile: Profile
    settings: Settings

    def monitor(self) -> Monitor:
        """A monitor of the simulated house."""
        tokens = self.profile.secrets(self.settings)
        return self.profile.monitor(connection_of(self.settings.gateway), self.settings, tokens)


def note() -> str:
    """What marks the demo in its window."""
    return tr("Demo: a simulated house, {minutes} minutes a second", minutes=f"{house.SPEED / 60:g}")


def demo_on_desktop(*, hidden: bool) -> int:
    """Tray and window of the demo, until quit."""
    from enphase_tray.app.desktop import run
    from enphase_tray.app.language import speak

    with prepared() as demo:
        speak(demo.settings.language)
        return run(demo.profile, demo.settings, hidden=hidden, note=note())


@contextmanager
def prepared() -> Iterator[Demo]:
    """The simulated house running, and a throw-away profile that has lived with it for a week."""
    start = house.begin(SystemClock().now())
    _say(f"Preparing the demo: a simulated house and {house.DAYS_BEFORE} days of its history.")
    with tempfile.TemporaryDirectory(prefix="enphase-tray-demo-") as folder:
        paths = ProfilePaths.at(Path(folder))
        past = ManualClock(start - timedelta(days=house.DAYS_BEFORE))
        with SimulatedGateway(house.HOUSE, past, house.always(start)) as gateway:
            profile = _profile(paths, past, gateway)
            monitor = Demo(profile, _settings(gateway)).monitor()
            live_through(monitor, past, start)
            monitor.close()
            certificate = gateway.certificate
        clock = RunningClock(start, house.SPEED)
        faults = (*house.always(start), *house.script(start))
        with SimulatedGateway(house.HOUSE, clock, faults, mint=gateway.mint) as gateway:
            # The same device goes on: what was trusted in its past is what it shows now.
            gateway.set_certificate(certificate)
            settings = _settings(gateway)
            profile = _profile(paths, clock, gateway)
            profile.store.save(settings)
            _say(f"One second is {house.SPEED / 60:g} minutes there. Soon an inverter stops, and then the relay opens.")
            yield Demo(profile, settings)


def _profile(paths: ProfilePaths, clock: ManualClock | RunningClock, gateway: SimulatedGateway) -> Profile:
    """A profile that never touches the user's keyring: its secrets live and die with the demo."""
    secrets = SecretStore(paths, False, choose=lambda: None)
    secrets.keep_token(gateway.serial, Secret(gateway.token(expires_in=TOKEN_DAYS * 86_400.0)))
    return Profile(paths, clock, trust=Trust(first_use=True), secrets=secrets)


def _settings(gateway: SimulatedGateway) -> Settings:
    return Settings(
        GatewaySettings(
            serial=gateway.serial,
            host=f"{gateway.host}:{gateway.port}",
            version=GatewayVersion.FROM_7,
            auto_jwt=False,
        )
    )


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
