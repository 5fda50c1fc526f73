"""GET and nothing else, to one address: pinned, bounded in time and size, abortable.

No HTTP library in between: no cookies, no redirects, no `.netrc`, no proxies and no environment can touch it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from socket import socket

from enphase_tray.gateway.address import Address
from enphase_tray.gateway.decode import LARGEST_BODY
from enphase_tray.gateway.errors import FOREIGN, connection_died, translate
from enphase_tray.gateway.exchange import RawAnswer, exchange, head
from enphase_tray.gateway.line import Aborted, Breaker, Line, is_untouched
from enphase_tray.gateway.paths import PATHS
from enphase_tray.gateway.pin import PinnedTls
from enphase_tray.model.errors import EnphaseTrayError

Heard = Callable[[str, RawAnswer], None]
"""Told of each path that was asked and its answer, whatever the status."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Real seconds: to connect, for the first questions to a gateway, and for any one request in all."""

    connect: float = 10.0
    first: float = 20.0
    total: float = 45.0
    handshake_guess: float = 1.0
    """How long a port may stay silent in a TLS handshake before plain HTTP is tried on it."""


class Transport:
    """One address, one connection, one request at a time."""

    def __init__(
        self,
        address: Address,
        pinned: str | None,
        breaker: Breaker,
        timings: Timings,
        *,
        keep_alive: bool,
        heard: Heard | None = None,
    ) -> None:
        """`pinned` is the certificate's fingerprint; it must be given for TLS, and `None` for plain HTTP."""
        if address.tls != (pinned is not None):
            raise ValueError("TLS needs a pin, plain HTTP has none")
        self.base = address.url
        self.where = address.shown
        self.timings = timings
        self._keep_alive = keep_alive
        self._heard = heard
        self._breaker = breaker
        self._line = Line(address.host, address.port, breaker)
        self._tls = None if pinned is None else PinnedTls(self._line, pinned)
        self._socket: socket | None = None
        self._headers = {
            "Host": address.shown,
            "User-Agent": "enphase_tray",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive" if keep_alive else "close",
        }

    def get(self, path: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> RawAnswer:
        """The answer to GET `path`, one of `PATHS`, whatever its status, within `seconds` in all.

        Raises `PinMismatch`, `Unreachable`, `NotUnderstood`. A kept-alive connection that has died is replaced once.
        """
        if path not in PATHS:
            raise ValueError("not a path that is ever asked for")
        request = head(path, {**self._headers, **(headers or {})})
        self._line.allow(self.timings.total if seconds is None else seconds)
        answer = self._asked(request)
        if self._heard is not None:
            self._heard(path, answer)
        return answer

    def abort(self) -> None:
        """End the running request from another thread; nothing is sent any more."""
        self._breaker.trip()

    def close(self) -> None:
        """Give the connection back; a later `get` opens another one."""
        sock, self._socket = self._socket, None
        if sock is not None:
            sock.close()

    def _asked(self, request: bytes) -> RawAnswer:
        opened = self._line.opened
        try:
            return self._exchange(request)
        except FOREIGN as error:
            if self._line.opened != opened or not connection_died(error) or self._breaker.tripped:
                raise self._translated(error) from error
        try:
            return self._exchange(request)
        except FOREIGN as error:
            raise self._translated(error) from error

    def _exchange(self, request: bytes) -> RawAnswer:
        try:
            answer, clean = exchange(self._connected(), request, self._line, LARGEST_BODY)
        except BaseException:
            self.close()
            raise
        if not (clean and self._keep_alive):
            # Whatever the gateway thinks of it: old ones reset a second request on the same connection.
            self.close()
        return answer

    def _connected(self) -> socket:
        if self._socket is not None and not is_untouched(self._socket):
            self.close()
        if self._socket is None:
            seconds = self.timings.connect
            self._socket = self._line.open(seconds) if self._tls is None else self._tls.connect(seconds)
        return self._socket

    def _translated(self, error: BaseException) -> EnphaseTrayError:
        return translate(Aborted() if self._breaker.tripped else error, self.where)
