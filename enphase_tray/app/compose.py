"""The rooms of a profile put together, with no Qt: what the tray and the terminal both run on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from enphase_tray.gateway.approach import Approach
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.gateway.discovery import discover, locate
from enphase_tray.gateway.line import Aborted, Breaker, aside
from enphase_tray.gateway.reader import Reader
from enphase_tray.gateway.redact import Redactor
from enphase_tray.gateway.schedule import PERIOD
from enphase_tray.gateway.transport import Heard, Timings
from enphase_tray.gateway.trial import try_connection
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.checkup import CheckStep
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import CloudAccount, Connection, TokenKeeper, TrialStep, Trust
from enphase_tray.model.errors import SecretsError
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.identity import FoundGateway, Secret
from enphase_tray.monitor.connecting import renewals_agreed
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.monitor.rooms import Rooms
from enphase_tray.monitor.service import GatewayService
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import RuleMode, Settings
from enphase_tray.settings.state import StateStore
from enphase_tray.settings.store import SettingsStore


class Profile:
    """One profile's files and what is built on them."""

    def __init__(
        self,
        paths: ProfilePaths,
        clock: Clock,
        *,
        trust: Trust | None = None,
        secrets: SecretStore | None = None,
        locate: Callable[[str | None], tuple[str, ...]] = locate,
        discover: Callable[[float], list[FoundGateway]] = discover,
        make_cloud: Callable[[], CloudClient] = CloudClient,
    ) -> None:
        """`trust` decides about certificates never seen before; `secrets` replaces the user's keyring.

        `locate` looks up where a serial is announced, `discover` who is; `make_cloud` gives the way to Enphase's
        log-in hosts.
        """
        self.paths = paths
        self.clock = clock
        self.trust = trust or Trust()
        self._secrets = secrets
        self._locate = locate
        self._search = discover
        self._make_cloud = make_cloud
        self._breaker = Breaker()
        self.redactor = Redactor()
        """Knows every secret that the profile's store has met; for whoever writes a log."""
        self.store = SettingsStore(paths)
        self.state = StateStore(paths)
        self.attention = AttentionStore(paths)

    def secrets(self, settings: Settings) -> SecretStore:
        """The profile's secrets; nothing of a keyring is loaded before one is asked for."""
        return self._secrets or SecretStore(self.paths, allow_file=settings.token_in_file, learn=self.redactor.learn)

    def approach(self, connection: Connection) -> Approach:
        """How the addresses of a gateway are tried."""
        return Approach(connection, self.state, self.trust, self.clock, self._breakable(), Timings())

    def listen(self, seconds: float) -> list[FoundGateway]:
        """Who is announced on the network. Raises `Unreachable` without one."""
        return self._search(seconds)

    def reader(
        self,
        connection: Connection,
        tokens: TokenKeeper,
        period_seconds: float = PERIOD,
        heard: Heard | None = None,
        *,
        renewals: bool = False,
    ) -> Reader:
        """A reader of one gateway that finds it again by mDNS when its address changed. `heard`: of each answer.

        `renewals`: yearly renewals of its certificate need no word.
        """
        return Reader(
            connection,
            self.state,
            tokens,
            replace(self.trust, renewals=renewals),
            self.clock,
            locate=self._locate,
            cloud_factory=self._make_cloud,
            heard=heard,
            period_seconds=period_seconds,
        )

    def monitor(self, connection: Connection, settings: Settings, tokens: TokenKeeper) -> Monitor:
        """A monitor that remembers in the profile's history and judges by the settings' rules."""
        return Monitor(
            self.reader(
                connection,
                tokens,
                settings.gateway.refresh_seconds,
                renewals=renewals_agreed(settings.gateway, connection),
            ),
            self.clock,
            open_history=self.history_writer,
            rule_enabled=partial(_rule_enabled, settings),
            limits=settings.limits,
            refresh_seconds=settings.gateway.refresh_seconds,
            pin_of=self.state.pin,
            notes=self.notices,
            past=self._past,
        )

    def service(self, settings: Settings) -> GatewayService:
        """The whole of a gateway's life, for the tray."""
        secrets = self.secrets(settings)
        rooms = Rooms(
            make_monitor=lambda connection, chosen: self.monitor(connection, chosen, secrets),
            try_connection=self._trial,
            fetch_token=self._fetch_token,
            discover=self._discover,
            read_history=self.history_reader,
            check_up=lambda connection, chosen: self.check_up(connection, chosen, secrets, secrets),
            abort=self._abort,
        )
        return GatewayService(self.store, self.state, secrets, rooms, self.clock, settings)

    def check_up(
        self,
        connection: Connection,
        settings: Settings,
        tokens: TokenKeeper,
        secrets: SecretStore | None = None,
        secrets_failure: SecretsError | None = None,
    ) -> Iterator[CheckStep]:
        """Each step as soon as it is known; see `monitor.checkup`.

        `secrets` where they are at hand already; `secrets_failure`: why those that were named are missing.
        """
        # Loaded when somebody asks what is wrong: the tray lives long without.
        from enphase_tray.gateway.checkup import check_gateway
        from enphase_tray.monitor.checkup import Patient, check_up

        patient = Patient(
            connection,
            settings,
            self.state,
            secrets or self.secrets(settings),
            tokens,
            lambda asked, keeper: check_gateway(self.approach(asked), keeper, self.listen),
            self.history_reader,
            tuple(self.notices()),
            secrets_failure,
        )
        return check_up(patient)

    def history_writer(self) -> HistoryWriter:
        return HistoryWriter(self.paths.history_file, self.clock)

    def history_reader(self) -> HistoryReader:
        return HistoryReader(self.paths.history_file)

    def _past(self, site: str, start: datetime, end: datetime) -> InverterSeries:
        """What the inverters of a gateway reported. Raises HistoryError."""
        reader = self.history_reader()
        try:
            return reader.inverter_series(site, start, end)
        finally:
            reader.close()

    def notices(self) -> list[str]:
        """What was found damaged in settings and state, and where it was kept."""
        return [notice for notice in (self.store.notice, self.state.notice) if notice is not None]

    def _abort(self) -> None:
        self._breaker.trip()

    def _breakable(self) -> Breaker:
        """A breaker for what begins now; `_abort` trips the latest."""
        self._breaker = Breaker()
        return self._breaker

    def _discover(self, seconds: float) -> list[FoundGateway]:
        try:
            return aside(lambda: self._search(seconds), seconds + 5.0, self._breakable(), "discover-gateways")
        except (TimeoutError, Aborted):
            return []

    def _trial(self, connection: Connection, tokens: TokenKeeper) -> Iterator[TrialStep]:
        return try_connection(
            connection,
            self.state,
            tokens,
            self.trust,
            self.clock,
            locate=self._locate,
            cloud_factory=self._make_cloud,
            breaker=self._breakable(),
        )

    def _fetch_token(self, account: CloudAccount, serial: str) -> Secret:
        cloud = self._make_cloud()
        self._breakable().also(cloud.abort)
        try:
            return cloud.fetch_token(account, serial)
        finally:
            cloud.close()


def _rule_enabled(settings: Settings, rule: str) -> bool:
    return settings.mode(rule) is not RuleMode.OFF
