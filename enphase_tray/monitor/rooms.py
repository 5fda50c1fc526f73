"""The doors that a gateway's service opens, handed in by whoever builds it, so that it knows no transport."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.checkup import CheckStep
from enphase_tray.model.connection import CloudAccount, Connection, TokenKeeper, TrialStep
from enphase_tray.model.identity import FoundGateway, Secret
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.settings.settings import Settings


class MonitorFactory(Protocol):
    """Builds the monitor of a connection; `app.compose` has the real one."""

    def __call__(self, connection: Connection, settings: Settings) -> Monitor: ...


class TrialRunner(Protocol):
    """Tries a connection step by step; `gateway.trial.try_connection` bound to its surroundings."""

    def __call__(self, connection: Connection, tokens: TokenKeeper) -> Iterator[TrialStep]: ...


class TokenFetcher(Protocol):
    """Fetches a token for a serial with an Enphase account."""

    def __call__(self, account: CloudAccount, serial: str) -> Secret: ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """All of them together."""

    make_monitor: MonitorFactory
    try_connection: TrialRunner
    fetch_token: TokenFetcher
    discover: Callable[[float], list[FoundGateway]]
    read_history: Callable[[], HistoryReader]
    check_up: Callable[[Connection, Settings], Iterator[CheckStep]]
    """Each step of a connection, without sending a secret; no error of the family is raised."""
    abort: Callable[[], None]
    """From any thread: end a running trial, sign-in or discovery."""
