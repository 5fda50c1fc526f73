"""A user at the windows of the real program: real live connection, real service, simulated gateway; no screen."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pytestqt.qtbot import QtBot

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.clock import RunningClock
from enphase_tray.model.identity import FoundGateway
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.ui.polling.live import Live

NOON = datetime(2026, 6, 21, 10, 0, tzinfo=UTC)
NEW = HouseConfig()
OLD = HouseConfig(firmware="5.0.62")


class Desk:
    """One gateway and one profile that knows nothing yet. Use as a context manager; `live` runs as in the program."""

    def __init__(self, folder: Path, house: HouseConfig = NEW) -> None:
        self.clock = RunningClock(NOON)
        self.gateway = SimulatedGateway(house, self.clock)
        self.paths = ProfilePaths.at(folder)
        self.secrets = SecretStore(self.paths, False, choose=lambda: None)
        self.make_cloud: Callable[[], CloudClient] = CloudClient
        self.results: list[PollResult] = []
        self.searching = threading.Event()
        self._enough = threading.Event()

    def __enter__(self) -> Self:
        self.gateway.start()
        self.profile = Profile(
            self.paths,
            self.clock,
            secrets=self.secrets,
            locate=lambda serial: (),
            discover=self._search,
            make_cloud=lambda: self.make_cloud(),
        )
        self.live = Live(self.profile.service(self.profile.store.load()), self.clock)
        self.live.result.connect(self.results.append)
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        stopped = self.live.stop()
        self.gateway.stop()
        assert stopped

    def _search(self, seconds: float) -> list[FoundGateway]:
        """Nobody is announced; as with the real search, that is known only after a while."""
        self.searching.set()
        self._enough.wait(seconds)
        return []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.gateway.port}"

    def wait_for_figure(self, qtbot: QtBot) -> PollResult:
        """The first good result from now on."""
        before = len(self.results)
        qtbot.waitUntil(lambda: any(r.failure is None for r in self.results[before:]), timeout=10_000)
        return self.results[-1]
