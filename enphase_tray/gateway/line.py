"""Sockets with a total deadline that another thread can break: the ground of every request, TLS or not."""

import errno
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from enphase_tray.model.clock import SystemClock

T = TypeVar("T")

_NOT_CONNECTED = (errno.ENOTCONN, errno.EINVAL)

# Deadlines of sockets are real seconds, whatever clock the program lives by.
_real = SystemClock()


class Aborted(OSError):
    """The request was ended by `Breaker.trip`."""


class Damaged(HTTPException):
    """The packing of an answer does not come undone."""


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
    """What the sockets of one conversation share: where to, until when, and the breaker."""

    def __init__(self, host: str, port: int, breaker: Breaker) -> None:
        """`host` is an address literal (IPv6 without brackets, with its scope if it has one) or a name."""
        self.host = host
        self.port = port
        self.breaker = breaker
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


def is_untouched(sock: socket.socket) -> bool:
    """Whether nothing has come in on an idle connection: neither a byte, which nobody asked for, nor its end."""
    sock.settimeout(0)
    try:
        # The plain method on purpose: what counts is what came over the wire, not what TLS makes of it.
        socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


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
