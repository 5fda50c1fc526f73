"""A house with years behind it, for the pictures of charts: read by the real program, with outages and poor panels."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from enphase_tray.app.compose import Profile
from enphase_tray.app.demo_run import Demo
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Trust
from enphase_tray.model.identity import Secret
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.config import HouseConfig, PanelGroup
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway

TODAY = date(2026, 6, 24)
FIRST_DAY = date(2024, 12, 1)
ZONE = ZoneInfo("Europe/Brussels")
OFF_DAYS = ((date(2026, 6, 11), 2), (date(2026, 4, 3), 17), (date(2025, 10, 6), 24))
"""When the computer was off, and for how many days: what the gateway tells of a week fills only a short gap exactly."""
OFF_TODAY = (time(11, 10), time(12, 20))

_TOKEN_SECONDS = 5 * 365 * 86_400.0
_CURVES_OF_DAYS = 12
_FINE_DAYS = 2
_EVENINGS = (time(23, 40), time(23, 45), time(23, 50))
"""A poll does not ask for everything, three do."""
_DAWN, _DUSK, _NOW = time(4, 30), time(22, 30), time(15, 40)


@contextmanager
def lived(inverters: int) -> Iterator[Demo]:
    """A throw-away profile that read the house until the afternoon of `TODAY`, where time stands still."""
    clock = ManualClock(_at(FIRST_DAY, _DAWN))
    with (
        tempfile.TemporaryDirectory(prefix="enphase-tray-pictures-") as folder,
        SimulatedGateway(_house(inverters), clock, _faults()) as gateway,
    ):
        demo = _demo(ProfilePaths.at(Path(folder)), clock, gateway)
        monitor = demo.monitor()
        for moment in _moments():
            clock.set(moment)
            monitor.poll()
        monitor.close()
        yield demo


def _demo(paths: ProfilePaths, clock: ManualClock, gateway: SimulatedGateway) -> Demo:
    secrets = SecretStore(paths, False, choose=lambda: None)
    secrets.keep_token(gateway.serial, Secret(gateway.token(expires_in=_TOKEN_SECONDS)))
    where = GatewaySettings(serial=gateway.serial, host=f"{gateway.host}:{gateway.port}", auto_jwt=False)
    demo = Demo(Profile(paths, clock, trust=Trust(first_use=True), secrets=secrets), Settings(where))
    demo.profile.store.save(demo.settings)
    return demo


def _house(inverters: int) -> HouseConfig:
    """Two roofs, and one panel that looks north and makes the least of all."""
    poor = 1 / inverters
    roofs = (PanelGroup(35.0, 150.0, 0.6), PanelGroup(35.0, 220.0, 0.4 - poor), PanelGroup(50.0, 340.0, poor))
    return HouseConfig(seed=7, inverters=inverters, installed=FIRST_DAY, groups=roofs, report_seconds=900)


def _faults() -> tuple[Fault, ...]:
    """One is silent since this morning, two others were out for weeks."""
    return (
        Fault(FaultKind.INVERTER_SILENT, _at(TODAY, time(10, 25)), target="4"),
        Fault(FaultKind.INVERTER_STOPS, _at(date(2026, 5, 18), time(9)), _at(date(2026, 6, 3), time(9)), "2"),
        Fault(FaultKind.INVERTER_SILENT, _at(date(2025, 11, 2), time(9)), _at(date(2025, 12, 20), time(9)), "8"),
    )


def _moments() -> Iterator[datetime]:
    """When the house is read: each evening, on the last days often enough for curves."""
    off = {first + timedelta(days=step) for first, days in OFF_DAYS for step in range(days)}
    for days_ago in range((TODAY - FIRST_DAY).days, 0, -1):
        day = TODAY - timedelta(days=days_ago)
        if day in off:
            continue
        if days_ago < _CURVES_OF_DAYS:
            yield from _through(day, _DAWN, _DUSK, 5 if days_ago <= _FINE_DAYS else 15)
        yield from (_at(day, clock) for clock in _EVENINGS)
    yield from _through(TODAY, _DAWN, OFF_TODAY[0], 5)
    yield from _through(TODAY, OFF_TODAY[1], _NOW, 5)


def _through(day: date, start: time, end: time, minutes: int) -> Iterator[datetime]:
    at, last = _at(day, start), _at(day, end)
    while at < last:
        yield at
        at += timedelta(minutes=minutes)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, ZONE)
