"""One gateway's life as the faces see it: its settings and secrets, its monitor, and when what is due."""

import logging
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from enphase_tray.model.checkup import CheckStep
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import CloudAccount, Connection, GatewayVersion, TokenKeeper, TrialStep
from enphase_tray.model.errors import EnphaseTrayError, Retry
from enphase_tray.model.identity import FoundGateway, Pin, Secret, TokenFacts
from enphase_tray.model.language import tr
from enphase_tray.monitor.connecting import connection_of
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.monitor.rooms import Rooms
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.state import StateStore, TrustEntry
from enphase_tray.settings.store import SettingsStore

if TYPE_CHECKING:
    from enphase_tray.monitor.preview import PreviewRequest, PreviewStep

log = logging.getLogger(__name__)

RETRY_WAITS_SECONDS = (5.0, 15.0, 30.0, 60.0)
"""After a failure that may pass soon; then the ordinary period again."""

RETRY_JITTER = 0.2
LIVE_SECONDS = 60.0
RESUME_GRACE_SECONDS = 15.0
"""Time for the network to come back after sleep."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Settings and secrets as typed in a dialog, not yet saved. A secret that is `None` stays as it is."""

    settings: Settings
    password: Secret | None = None
    token: Secret | None = None
    cloud_password: Secret | None = None


class GatewayService:
    """Owns what one gateway needs. Lives on one thread; `abort` and `settings` may be used from any."""

    def __init__(
        self,
        store: SettingsStore,
        state: StateStore,
        secrets: SecretStore,
        rooms: Rooms,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._store = store
        self._state = state
        self._secrets = secrets
        self._rooms = rooms
        self._clock = clock
        self._settings = settings
        self._monitor: Monitor | None = None
        self._closed = False
        self._failures = 0
        self._poll_due = math.inf
        self._live_due = math.inf
        self._trial_tokens = _TrialTokens(secrets)
        self._met: tuple[str, str] | None = None
        """Host as typed and serial as told, of the gateway that was tried last."""

    @property
    def settings(self) -> Settings:
        return self._settings

    def open(self) -> None:
        """Build the monitor of the settings in force, due at once, also after an `abort`; no gateway, no monitor."""
        self._pause()
        self._rebuild()

    def step(self) -> PollResult | None:
        """Do what is due: a poll, a live reading, or nothing."""
        now = self._clock.monotonic()
        if now >= self._poll_due:
            return self.poll()
        if now >= self._live_due and self._monitor is not None:
            self._live_due = now + LIVE_SECONDS
            return self._monitor.poll_live()
        return None

    def poll(self) -> PollResult:
        """A full poll now. Raises `EnphaseTrayError` where no gateway is configured."""
        if self._monitor is None:
            raise EnphaseTrayError(tr("No gateway is set up yet"), tr("Open the settings and choose one"), Retry.NEVER)
        result = self._monitor.poll()
        self._schedule(result)
        return result

    def wait_seconds(self) -> float:
        """Real seconds until something is due; infinite while nothing will be."""
        due = min(self._poll_due, self._live_due)
        if math.isinf(due):
            return math.inf
        return max(0.0, self._clock.real_seconds(due - self._clock.monotonic()))

    def resumed(self) -> None:
        """The computer woke up: poll soon, once the network had time to come back."""
        if self._monitor is not None:
            self._failures = 0
            self._poll_due = self._clock.monotonic() + RESUME_GRACE_SECONDS

    def try_connection(self, draft: Draft) -> Iterator[TrialStep]:
        """Try what was typed, step by step. Raises `CertificateUnknown` or `CertificateChanged` to be asked about."""
        self._pause()
        try:
            for step in self._rooms.try_connection(self._connection(draft), self._trial_tokens):
                if step.serial is not None:
                    self._met = (draft.settings.gateway.host, step.serial)
                yield step
        finally:
            self._rebuild()

    def preview(self, request: "PreviewRequest") -> Iterator["PreviewStep"]:
        """What a rule would have told, a day at a time. Raises HistoryError."""
        from enphase_tray.monitor.preview import preview

        reader = self._rooms.read_history()
        try:
            yield from preview(reader, request)
        finally:
            reader.close()

    def check_up(self) -> Iterator[CheckStep]:
        """Which step of the way to the gateway in force fails, and why. Nothing secret is sent to find out."""
        return self._rooms.check_up(self._connection(Draft(self._settings)), self._settings)

    def discover(self, seconds: float) -> tuple[FoundGateway, ...]:
        """Gateways announced on the network within `seconds`."""
        return tuple(self._rooms.discover(seconds))

    def trust(self, question: CertificateQuestion) -> None:
        """The user agreed to this certificate: it is pinned, and polling goes on at once."""
        now = self._clock.now()
        self._state.set_pin(Pin(question.serial, question.certificate, now, "user"))
        self._failures = 0
        if self._monitor is not None:
            self._poll_due = self._clock.monotonic()

    def apply(self, draft: Draft) -> None:
        """Save settings and secrets and go on with them.

        An account password that shall not be kept is used here, once, for a token. Raises `SettingsError`,
        `SecretsError` or what the sign-in says; then the settings are as they were.
        """
        draft = self._with_serial(draft)
        gateway = draft.settings.gateway
        token = draft.token or self._token_for(draft)
        self._secrets.allow_file = draft.settings.token_in_file
        if draft.password is not None:
            self._secrets.put(gateway.serial, "password", draft.password)
        if token is not None:
            self._secrets.keep_token(gateway.serial, token)
        if draft.cloud_password is not None and gateway.keep_cloud_password:
            self._secrets.put(gateway.serial, "cloud_password", draft.cloud_password)
        elif not gateway.keep_cloud_password:
            self._secrets.delete(gateway.serial, "cloud_password")
        self._store.save(draft.settings)
        self._settings = draft.settings
        self._pause()
        self._rebuild()

    def cancel(self) -> None:
        """End a running trial, sign-in or discovery, but no poll; callable from any thread."""
        self._rooms.abort()

    def secret_places(self) -> Mapping[str, str]:
        """Kind of secret to where it is kept, in words."""
        serial = self._settings.gateway.serial
        return {kind: self._secrets.where(serial, kind) for kind in ("password", "token", "cloud_password")}

    def trust_log(self) -> tuple[TrustEntry, ...]:
        """Every change of trust since the beginning, oldest first. Raises `SettingsError`."""
        return self._state.trust_log()

    def abort(self) -> None:
        """End whatever request, trial, sign-in or discovery is running; callable from any thread."""
        monitor = self._monitor
        if monitor is not None:
            monitor.abort()
        self._rooms.abort()

    def close(self) -> None:
        """Stop for good and give everything back."""
        self._closed = True
        self._pause()

    def _schedule(self, result: PollResult) -> None:
        now, period = self._clock.monotonic(), float(result.refresh_seconds)
        failure = result.failure
        self._failures = 0 if failure is None else self._failures + 1
        self._live_due = math.inf
        if failure is None:
            self._poll_due = now + period
            if self._settings.gateway.live_meters and result.snapshot is not None and result.snapshot.metered:
                self._live_due = now + LIVE_SECONDS
        elif failure.retry == Retry.NEVER:
            self._poll_due = math.inf
        elif failure.retry == Retry.SOON and self._failures <= len(RETRY_WAITS_SECONDS):
            jitter = random.uniform(1 - RETRY_JITTER, 1 + RETRY_JITTER)  # noqa: S311 - spreads retries, no secret
            self._poll_due = now + min(period, RETRY_WAITS_SECONDS[self._failures - 1] * jitter)
        else:
            self._poll_due = now + period

    def _pause(self) -> None:
        monitor, self._monitor = self._monitor, None
        self._poll_due = self._live_due = math.inf
        if monitor is not None:
            monitor.close()

    def _rebuild(self) -> None:
        if self._closed or not self._settings.configured:
            return
        self._failures = 0
        self._monitor = self._rooms.make_monitor(self._connection(Draft(self._settings)), self._settings)
        self._poll_due = self._clock.monotonic()

    def _connection(self, draft: Draft) -> Connection:
        gateway = draft.settings.gateway
        below_7 = gateway.version is GatewayVersion.BELOW_7
        return connection_of(
            gateway,
            password=draft.password or self._stored(gateway.serial, "password", self._may_be_old(gateway)),
            token=draft.token,
            cloud_password=draft.cloud_password
            or self._stored(gateway.serial, "cloud_password", gateway.keep_cloud_password and not below_7),
        )

    def _may_be_old(self, gateway: GatewaySettings) -> bool:
        """Whether its firmware may be below 7, as far as the settings and what was seen of it tell."""
        if gateway.version is GatewayVersion.DETECT:
            return "firmware_floor" not in self._state.facts(gateway.serial)
        return gateway.version is GatewayVersion.BELOW_7

    def _stored(self, serial: str, kind: str, wanted: bool) -> Secret | None:
        if not wanted or not serial:
            return None
        try:
            return self._secrets.get(serial, kind)
        except EnphaseTrayError as error:
            log.warning("a stored secret cannot be read: %s", error)
            return None

    def _with_serial(self, draft: Draft) -> Draft:
        """The draft with the serial that the gateway told at its trial, where none was typed."""
        gateway = draft.settings.gateway
        if gateway.serial or self._met is None or self._met[0] != gateway.host:
            return draft
        told = replace(gateway, serial=self._met[1])
        return replace(draft, settings=replace(draft.settings, gateway=told))

    def _token_for(self, draft: Draft) -> Secret | None:
        """A token for an account password that shall be used once and forgotten."""
        gateway = draft.settings.gateway
        if draft.cloud_password is None or gateway.keep_cloud_password:
            return None
        tried = self._trial_tokens.fetched(gateway.serial)
        if tried is not None:
            return tried
        account = CloudAccount(gateway.cloud_username, draft.cloud_password, gateway.site_name or None)
        return self._rooms.fetch_token(account, gateway.serial)


def inspect_token(text: str) -> TokenFacts:
    """What a pasted token says of itself. Raises `TokenMissing` where the text is no token."""
    from enphase_tray.gateway.token import inspect_token as inspect

    return inspect(text)


class _TrialTokens:
    """Tokens fetched while trying: used by a following `apply`, gone otherwise. Kept ones are read through."""

    def __init__(self, kept: TokenKeeper) -> None:
        self._kept = kept
        self._fetched: dict[str, Secret] = {}

    def token(self, serial: str) -> Secret | None:
        return self._fetched.get(serial) or self._kept.token(serial)

    def keep_token(self, serial: str, token: Secret) -> None:
        self._fetched[serial] = token

    def fetched(self, serial: str) -> Secret | None:
        return self._fetched.pop(serial, None)
