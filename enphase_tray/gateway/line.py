"""Sockets with a total deadline that another thread can break: the ground of every request, TLS or not."""

import errno
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import is_connection_dropped

from enphase_tray.model.clock import SystemClock

T = TypeVar("T")

_NOT_CONNECTED = (errno.ENOTCONN, errno.EINVAL)

# Deadlines of sockets are real seconds, whatever clock the program lives by.
_real = SystemClock()


class Aborted(OSError):
    """The request was ended by `Breaker.trip`."""


class Breaker:
    """Ends, from any thread and at once, whatever the sockets registered with it are doing, for good."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a collected response may close its socket while we hold it
        self._sockets: set[socket.socket] = set()
        self._also: list[Callable[[], None]] = []
        self.tripped = False

    def trip(self) -> None:
        """End all running requests; every later attempt to connect raises `Aborted`."""
        with self._lock:
            self.tripped = True
            for sock in tuple(self._sockets):
                with suppress(OSError):
                    # The plain method on purpose: SSLSocket's own would pull the TLS state from under its reader.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
            callbacks = tuple(self._also)
        for callback in callbacks:
            callback()

    def also(self, callback: Callable[[], None]) -> None:
        """Call `callback` when tripped, or now if that has happened."""
        with self._lock:
            self._also.append(callback)
            tripped = self.tripped
        if tripped:
            callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Undo `also`."""
        with self._lock, suppress(ValueError):
            self._also.remove(callback)

    def add(self, sock: socket.socket) -> None:
        with self._lock:
            if self.tripped:
                raise Aborted("aborted")
            self._sockets.add(sock)

    def close(self, sock: socket.socket, really_close: Callable[[], None]) -> None:
        """Close under the lock, so that a file descriptor reused elsewhere is never shut down."""
        with self._lock:
            self._sockets.discard(sock)
            really_close()


class Line:
    """What the sockets of one conversation share: where to, until when, the breaker, the certificate last shown."""

    def __init__(self, host: str, port: int, breaker: Breaker) -> None:
        """`host` is an address literal (IPv6 without brackets, with its scope if it has one) or a name."""
        self.host = host
        self.port = port
        self.breaker = breaker
        self.certificate: bytes | None = None
        self.opened = 0
        self._until = 0.0
        self.tls_socket_class: type[ssl.SSLSocket] = type("_LineTlsSocket", (_TlsSocket,), {"line": self})

    def allow(self, seconds: float) -> None:
        """From now on everything on this line has to end within `seconds` (real ones)."""
        self._until = _real.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; raises `TimeoutError` when there are none."""
        left = self._until - _real.monotonic()
        if left <= 0:
            raise TimeoutError("total deadline passed")
        return left

    def open(self, connect_seconds: float) -> socket.socket:
        """A connected TCP socket. Raises OSError (`Aborted`, `TimeoutError`, `gaierror` among them)."""
        until = _real.monotonic() + min(connect_seconds, self.remaining())
        found = resolve(self.host, self.port, until - _real.monotonic(), self.breaker)
        failure: OSError = OSError("no address")
        for family, address in found:
            try:
                return self._open(family, address, max(until - _real.monotonic(), 0.01))
            except Aborted:
                raise
            except OSError as error:
                failure = error
        if self.breaker.tripped:
            raise Aborted("aborted") from failure
        raise failure

    def _open(self, family: int, address: Any, seconds: float) -> socket.socket:
        sock = _Socket(family, socket.SOCK_STREAM)
        sock.line = self
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(seconds)
            self.breaker.add(sock)
            sock.connect(address)
        except OSError:
            sock.close()
            raise
        self.opened += 1
        return sock


class LineAdapter(HTTPAdapter):
    """A requests adapter whose connections are opened by a `Line`. No retries, no proxies, one connection."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._connection: HTTPConnection | None = None
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0, pool_block=False)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        http = type("_LineHttp", (_Http,), {"line": self._line})
        https = type("_LineHttps", (_Https,), {"line": self._line})
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_LineHttpPool", (_HttpPool,), {"ConnectionCls": http}),
            "https": type("_LineHttpsPool", (_HttpsPool,), {"ConnectionCls": https}),
        }

    def connection(self, base: str) -> HTTPConnection:
        """The one connection to `base` (scheme and address), open or not yet. Whoever fails on it closes it.

        One that the other side has closed meanwhile, or on which it has said something unasked, is closed here.
        """
        connection = self._connection
        if connection is None:
            connection = self._connection = self._pool_of(base).fresh()
        elif connection.sock is not None and is_connection_dropped(connection):
            connection.close()
        return connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        super().close()

    def proxy_manager_for(self, proxy: Any, **proxy_kwargs: Any) -> Any:
        raise ValueError("no proxy is ever used")

    def _pool_of(self, base: str) -> "_HttpPool | _HttpsPool":
        request = PreparedRequest()
        request.url = base
        pool = self.get_connection_with_tls_context(request, verify=True)
        if not isinstance(pool, _HttpPool | _HttpsPool):
            raise TypeError("not a pool of this adapter")
        return pool


def resolve(host: str, port: int, seconds: float, breaker: Breaker) -> list[tuple[int, Any]]:
    """Addresses of a name or literal as (family, socket address). Raises OSError; bounded in time, can be aborted."""
    try:
        found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    except socket.gaierror:
        found = aside(lambda: socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM), seconds, breaker, "name-lookup")
    return [(family, address) for family, _, _, _, address in found]


def aside(function: Callable[[], T], seconds: float, breaker: Breaker, name: str) -> T:
    """Run something that knows no time-out in a thread of its own and wait for it at most `seconds`.

    Raises `TimeoutError`, `Aborted`, and what `function` raises.
    """
    outbox: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            outbox.put((function(), None))
        except Exception as error:  # noqa: BLE001 - handed over whole, and raised where it was asked for
            outbox.put((None, error))

    def stop() -> None:
        outbox.put((None, Aborted("aborted")))

    breaker.also(stop)
    try:
        threading.Thread(target=run, name=name, daemon=True).start()
        try:
            result, error = outbox.get(timeout=max(seconds, 0.01))
        except Empty as empty:
            raise TimeoutError(f"{name} took too long") from empty
    finally:
        breaker.forget(stop)
    if error is not None:
        raise error
    return result  # type: ignore[return-value]  # no error means a result


class _Socket(socket.socket):
    line: Line

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.line.remaining())
        return super().recv_into(buffer, nbytes, flags)

    def close(self) -> None:
        self.line.breaker.close(self, super().close)

    def detach(self) -> int:
        # The descriptor lives on in the TLS socket, which registers itself before its handshake.
        self.line.breaker.close(self, lambda: None)
        return super().detach()


class _TlsSocket(ssl.SSLSocket):
    line: Line

    def do_handshake(self, block: bool = False) -> None:
        self.line.breaker.add(self)
        super().do_handshake(block)
        self.line.certificate = self.getpeercert(binary_form=True)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except OSError as error:
            # WORKAROUND Python's ssl module (SSLSocket._create) leaves a socket open that was reset before its
            # handshake began, and whoever asked for it never gets hold of it.
            if self._sslobj is None and error.errno not in _NOT_CONNECTED:  # type: ignore[attr-defined]  # not in stubs
                self.close()
            raise

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.line.remaining())
        return super().recv_into(buffer, nbytes, flags)

    def close(self) -> None:
        self.line.breaker.close(self, super().close)


class _Opening:
    line: Line
    timeout: Any

    def _new_conn(self) -> socket.socket:
        try:
            return self.line.open(float(self.timeout))
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no connection in time") from error
        except OSError as error:
            raise NewConnectionError(self, "no connection") from error  # type: ignore[arg-type]  # it is mixed into one


class _Http(_Opening, HTTPConnection):
    pass


class _Https(_Opening, HTTPSConnection):
    pass


class _Lending:
    """Makes connections that are used directly, not through its queue."""

    def fresh(self) -> HTTPConnection:
        return self._new_conn()  # type: ignore[attr-defined,no-any-return]  # it is mixed into a pool


class _HttpPool(_Lending, HTTPConnectionPool):
    pass


class _HttpsPool(_Lending, HTTPSConnectionPool):
    pass
