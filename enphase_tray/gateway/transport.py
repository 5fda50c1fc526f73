"""GET and nothing else, to one address: pinned, bounded in time and size, abortable.

Connections come from the pool of a bare requests adapter instead of a session: no cookies, no redirects, no
`.netrc`, no proxies and no environment can touch them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from requests import Response

from enphase_tray.gateway.address import Address
from enphase_tray.gateway.decode import LARGEST_BODY
from enphase_tray.gateway.errors import FOREIGN, connection_died, translate
from enphase_tray.gateway.exchange import exchange, head
from enphase_tray.gateway.line import Aborted, Breaker, Line, LineAdapter
from enphase_tray.gateway.pin import PinMismatch, PinnedAdapter, fingerprint
from enphase_tray.model.errors import NotUnderstood

_PATH_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-?=&")
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Timings:
    """Real seconds: to connect, for the first questions to a gateway, and for any one request in all."""

    connect: float = 10.0
    first: float = 20.0
    total: float = 45.0
    handshake_guess: float = 1.0
    """How long a port may stay silent in a TLS handshake before plain HTTP is tried on it."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Status, headers and body as they came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """One address, one connection, one request at a time."""

    def __init__(
        self, address: Address, pinned: str | None, breaker: Breaker, timings: Timings, *, keep_alive: bool
    ) -> None:
        """`pinned` is the certificate's fingerprint; it must be given for TLS, and `None` for plain HTTP."""
        if address.tls != (pinned is not None):
            raise ValueError("TLS needs a pin, plain HTTP has none")
        self.base = address.url
        self.where = address.shown
        self.timings = timings
        self._pinned = pinned
        self._keep_alive = keep_alive
        self._breaker = breaker
        self._line = Line(address.host, address.port, breaker)
        self._adapter = LineAdapter(self._line) if pinned is None else PinnedAdapter(self._line, pinned)
        self._headers = {
            "Host": address.shown,
            "User-Agent": "enphase_tray",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive" if keep_alive else "close",
        }

    def get(self, path: str, headers: Mapping[str, str] | None = None, seconds: float | None = None) -> RawAnswer:
        """The answer to GET `path`, whatever its status, within `seconds` in all.

        Raises `PinMismatch`, `Unreachable`, `NotUnderstood`. A kept-alive connection that has died is replaced once.
        """
        if not path.startswith("/") or path.startswith("//") or not _PATH_CHARACTERS.issuperset(path):
            raise ValueError("not a path of a gateway")
        request = head(path, {**self._headers, **(headers or {})})
        self._line.allow(self.timings.total if seconds is None else seconds)
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

    def abort(self) -> None:
        """End the running request from another thread; nothing is sent any more."""
        self._breaker.trip()

    def close(self) -> None:
        self._adapter.close()

    def _exchange(self, request: bytes) -> RawAnswer:
        connection = self._adapter.connection(self.base)
        try:
            status, headers, body = exchange(connection, request, self._line, self.timings.connect, LARGEST_BODY)
        except BaseException:
            connection.close()
            raise
        if not self._keep_alive:
            # Whatever the gateway thinks of it: old ones reset a second request on the same connection.
            connection.close()
        return RawAnswer(status, headers, body)

    def _translated(self, error: BaseException) -> Exception:
        if self._breaker.tripped:
            return translate(Aborted(), self.where)
        shown = self._line.certificate
        if self._pinned is not None and shown is not None and fingerprint(shown) != self._pinned:
            return PinMismatch(shown)
        return translate(error, self.where)


def read_body(response: Response, cap: int) -> bytes:
    """The body of a streamed response, content encodings undone. Raises `NotUnderstood` beyond `cap` bytes."""
    parts = []
    size = 0
    while part := response.raw.read(_CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > cap:
            raise NotUnderstood("An answer is far longer than any that a gateway gives", "Check the address")
    return b"".join(parts)
