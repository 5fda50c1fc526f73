"""Real sockets on 127.0.0.1: HTTP or HTTPS as the gateway speaks now, with every way of not answering well."""

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from enphase_tray.model.clock import Clock
from enphase_tray.simulator.certificates import Certificate
from enphase_tray.simulator.delivery import Delivery
from enphase_tray.simulator.message import Response
from enphase_tray.simulator.wire import BadRequest, Wire, reset

Handler = Callable[[str, str, Mapping[str, str], bytes], Response]
_TLS_HANDSHAKE = 0x16
_IDLE_SECONDS = 30.0
_KEPT_BYTES = 2_000_000


class LoopbackServer:
    """Takes connections in threads; every answer comes from `handler`, its manner from `manner`.

    `certificate` is asked at each connection: `None` means plain HTTP. A client that speaks the other protocol is
    reset. Plain connections close after each answer, as old gateways do.
    """

    def __init__(
        self,
        handler: Handler,
        manner: Callable[[str | None], Delivery],
        certificate: Callable[[], Certificate | None],
        clock: Clock,
        port: int = 0,
        keep_alive_plain: bool = False,
    ) -> None:
        self._handler = handler
        self._manner = manner
        self._certificate = certificate
        self._clock = clock
        self._wanted_port = port
        self._keep_alive_plain = keep_alive_plain
        self._listener: socket.socket | None = None
        self._acceptor: threading.Thread | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._received = bytearray()
        self._in_flight = 0
        self.max_in_flight = 0
        self.connections = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._wanted_port if self._listener is None else int(self._listener.getsockname()[1])

    @property
    def received(self) -> bytes:
        """What clients sent, decrypted; of refused connections their first bytes."""
        return bytes(self._received)

    def start(self) -> None:
        """Raises `OSError` where the port is taken."""
        self._stopping.clear()
        listener = socket.create_server(("127.0.0.1", self._wanted_port), backlog=32)
        self._listener = listener
        self._acceptor = threading.Thread(target=self._accept, args=(listener,), name="simulator", daemon=True)
        self._acceptor.start()

    def stop(self) -> None:
        """End every connection and wait for their threads; the same port may be started again."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._stopping.set()
        self._wanted_port = int(listener.getsockname()[1])
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._wanted_port), timeout=1.0).close()
        listener.close()
        with self._lock:
            pending = dict(self._open)
        for connection in pending:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (self._acceptor, *pending.values()):
            if thread is not None and thread is not threading.current_thread():
                thread.join(1.0)

    @property
    def in_flight(self) -> int:
        """How many requests are being answered now."""
        return self._in_flight

    def forget(self) -> None:
        """Empty counters and what was received."""
        with self._lock:
            self._received.clear()
            self.max_in_flight = self._in_flight
            self.connections = 0

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if self._stopping.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="simulator connection", daemon=True)
            with self._lock:
                self.connections += 1
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        channel = connection
        try:
            if self._manner(None).reset:
                reset(connection)
                return
            connection.settimeout(_IDLE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            secured = self._secure(connection)
            if secured is not None:
                channel = secured
                if self._stopping.is_set():  # a stop before the exchange of sockets closed only the plain one
                    return
                if isinstance(channel, ssl.SSLSocket):
                    channel.do_handshake()
                self._answer_all(Wire(channel, self._stopping, self._clock, self._note))
        except (OSError, BadRequest):
            pass
        finally:
            with self._lock:
                self._open.pop(connection, None)
                self._open.pop(channel, None)
            channel.close()
            connection.close()

    def _secure(self, connection: socket.socket) -> socket.socket | None:
        """The channel to talk on, its handshake still to do; `None` where the client speaks the other protocol."""
        first = connection.recv(1, socket.MSG_PEEK)
        if not first:
            return None
        certificate = self._certificate()
        if (first[0] == _TLS_HANDSHAKE) != (certificate is not None):
            self._note(connection.recv(4096, socket.MSG_PEEK))
            reset(connection)
            return None
        if certificate is None:
            return connection
        secured = self._context(certificate).wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open[secured] = self._open.pop(connection, threading.current_thread())
        return secured

    def _answer_all(self, wire: Wire) -> None:
        secure = isinstance(wire.channel, ssl.SSLSocket)
        while not self._stopping.is_set():
            request = wire.read_request()
            if request is None:
                return
            with self._answering() as ending:
                manner = self._manner(request.path)
                if manner.reset or not wire.wait(manner):
                    reset(wire.channel)
                    return
                answer = self._handler(request.method, request.target, request.headers, request.body)
                wanted = request.headers.get("connection", "").lower() != "close"
                keep = wanted and (secure or self._keep_alive_plain) and not manner.truncate
                if not wire.write(answer, manner, keep, self._clock.now(), ending) or not keep:
                    return

    @contextlib.contextmanager
    def _answering(self) -> Iterator[Callable[[], None]]:
        """Count a request while it is being answered: until the function given is called, or the block ends."""
        ended = False

        def end() -> None:
            nonlocal ended
            with self._lock:
                self._in_flight -= not ended
                ended = True

        with self._lock:
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            yield end
        finally:
            end()

    def _context(self, certificate: Certificate) -> ssl.SSLContext:
        if certificate.fingerprint not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "certificate.pem"
                file.touch(0o600)
                file.write_bytes(certificate.key_pem + certificate.certificate_pem)
                context.load_cert_chain(file)
            self._contexts[certificate.fingerprint] = context
        return self._contexts[certificate.fingerprint]

    def _note(self, data: bytes) -> None:
        if len(self._received) < _KEPT_BYTES:
            self._received += data
