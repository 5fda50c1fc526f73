"""One gateway, identified and logged into: the door through which the reading half asks for paths."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from enphase_tray.gateway.auth import Keys
from enphase_tray.gateway.errors import certificate_changed
from enphase_tray.gateway.exchange import RawAnswer
from enphase_tray.gateway.info import PATH as INFO
from enphase_tray.gateway.info import parse_info
from enphase_tray.gateway.pin import PinMismatch
from enphase_tray.gateway.transport import Transport
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import WrongGateway
from enphase_tray.model.identity import GatewayInfo, Pin, TokenFacts
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Login

T = TypeVar("T")
_WITHOUT_LOGIN = {INFO, "/info.xml"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said to one GET. `body` is decoded from transfer and content encodings, and capped."""

    path: str
    status: int
    body: bytes
    at: datetime


class GatewayClient:
    """A conversation with one gateway. Build it with `identify.connect`. One request at a time, from one thread."""

    def __init__(self, transport: Transport, info: GatewayInfo, keys: Keys, pin: Pin | None, clock: Clock) -> None:
        """`pin` is the one that `transport` holds to, `None` for plain HTTP."""
        self.info = info
        self.base = transport.base
        """Scheme and address, such as `https://192.168.1.20`."""
        self._transport = transport
        self._keys = keys
        self._pin = pin
        self._clock = clock

    @property
    def login(self) -> Login:
        """How the gateway is logged into; `NONE` where its firmware has nothing that needs it."""
        return self._keys.login

    def get(self, path: str) -> Answer:
        """Ask for `path` (starts with `/`); any HTTP status is an `Answer`.

        Raises `Unreachable` (refused, timed out, hung, aborted), `CertificateChanged`, `LoginRefused` or
        `TokenExpired` (only when the log-in itself is bad), `NotUnderstood` (body over the cap or cut short).
        """
        raw = self._pinned(lambda: self._ask(path))
        return Answer(path, raw.status, raw.body, self._clock.now())

    def confirm_login(self) -> bool:
        """Ask the gateway whether the log-in holds; call it when many paths answered 401.

        `True`: it was renewed, ask again. `False`: it holds (so the refused paths need another role), or it cannot
        be told. Raises `LoginRefused` or `TokenExpired` when it is bad and cannot be renewed.
        """
        return self._pinned(lambda: self._keys.confirm(self._transport))

    def refresh_info(self) -> GatewayInfo:
        """Read `/info` again (no credentials). Raises as `get`, and `WrongGateway` if it is another one now.

        A gateway of another family than before (a firmware upgrade) is another one too: connect anew.
        """
        raw = self._pinned(lambda: self._transport.get(INFO, seconds=self._transport.timings.first))
        info = parse_info(raw.body)
        if info.serial != self.info.serial or info.family != self.info.family:
            raise WrongGateway(
                tr(
                    "{where} is not the gateway {serial} of before any more",
                    where=self._transport.where,
                    serial=self.info.serial,
                ),
                tr("It is looked for again by itself"),
            )
        self.info = info
        return info

    @property
    def refused_paths(self) -> frozenset[str]:
        """Paths (digest family) whose log-in was refused within the last hour; `get` gives their 401 answer."""
        return self._keys.refused_paths

    @property
    def token_facts(self) -> TokenFacts | None:
        """What the access token says of itself; `None` without one."""
        return self._keys.facts

    @property
    def token_renews_itself(self) -> bool:
        """Whether a new token will be fetched without the user (account and password are known)."""
        return self._keys.renews_itself

    def abort(self) -> None:
        """From any thread: end a running request at once; afterwards every request raises `Unreachable`."""
        self._transport.abort()

    def close(self) -> None:
        """Give the connection back."""
        self._transport.close()

    def _ask(self, path: str) -> RawAnswer:
        return self._transport.get(path) if path in _WITHOUT_LOGIN else self._keys.ask(self._transport, path)

    def _pinned(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except PinMismatch as error:
            if self._pin is None:
                raise
            raise certificate_changed(error, self._pin, self._transport.where, self._clock) from error
