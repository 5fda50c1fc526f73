"""What the tests of the connecting half share: a memory in RAM, and raw loopback servers that note every byte."""

import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from enphase_tray.model.identity import Pin, Secret
from enphase_tray.simulator.certificates import Certificate

INFO = (
    b"<?xml version='1.0' encoding='UTF-8'?><envoy_info><time>1782367950</time><device><sn>%s</sn>"
    b"<pn>800-00555-r03</pn><software>%s</software></device>%s</envoy_info>"
)


def info(serial: str = "123456789012", software: str = "D8.3.5289", web_tokens: bool = True) -> bytes:
    tokens = b"<web-tokens>true</web-tokens>" if web_tokens else b""
    return INFO % (serial.encode(), software.encode(), tokens)


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


class MemoryState:
    """`GatewayState` and `TokenKeeper` in RAM."""

    def __init__(self) -> None:
        self.pins: dict[str, Pin] = {}
        self.known: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, Secret] = {}
        self.trust_log: list[tuple[str, str, str]] = []
        self.writes = 0

    def pin(self, serial: str) -> Pin | None:
        return self.pins.get(serial)

    def set_pin(self, pin: Pin) -> None:
        self.pins[pin.serial] = pin

    def pinned_serials(self) -> tuple[str, ...]:
        return tuple(self.pins)

    def facts(self, serial: str) -> Mapping[str, Any]:
        return self.known.get(serial, {})

    def set_facts(self, serial: str, facts: Mapping[str, Any]) -> None:
        self.writes += 1
        self.known[serial] = dict(facts)

    def log_refusal(self, serial: str, fingerprint: str, at: datetime) -> None:
        self.trust_log.append(("refused", serial, fingerprint))

    def log_return(self, serial: str, fingerprint: str, at: datetime) -> None:
        if self.trust_log and self.trust_log[-1][0] == "refused":
            self.trust_log.append(("returned", serial, fingerprint))

    def token(self, serial: str) -> Secret | None:
        return self.tokens.get(serial)

    def keep_token(self, serial: str, token: Secret) -> None:
        self.tokens[serial] = token


Handler = Callable[[bytes, socket.socket], None]
"""Gets one request (its head) and the connection to answer on."""


class RawServer:
    """A server on loopback, TLS if it has a certificate, whose answers are raw bytes; notes what it received."""

    def __init__(
        self,
        handler: Handler,
        certificate: Certificate | None = None,
        tls_at_most: Any = None,
        spot: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self._handler = handler
        self._context = None if certificate is None else _context(certificate, tls_at_most)
        self._listener = socket.create_server(spot)
        self.port: int = self._listener.getsockname()[1]
        self.received = b""
        self.connections = 0
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in tuple(self._open):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with suppress(OSError):
            if self._context is not None:
                secured = self._context.wrap_socket(connection, server_side=True)
                self._open.add(secured)
                connection = secured
            while head := self._head(connection):
                self._handler(head, connection)
        connection.close()

    def _head(self, connection: socket.socket) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            self.received += part
            if not part:
                return b""
            head += part
        return head


@contextmanager
def serving(handler: Handler, certificate: Certificate | None = None, **more: Any) -> Iterator[RawServer]:
    server = RawServer(handler, certificate, **more)
    try:
        yield server
    finally:
        server.stop()


def always(answer: bytes) -> Handler:
    def handle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(answer)

    return handle


def by_path(answers: Mapping[str, bytes]) -> Handler:
    def handle(head: bytes, connection: socket.socket) -> None:
        path = head.split(b" ")[1].decode()
        connection.sendall(answers.get(path, http(b"", "404 Not Found")))

    return handle


def _context(certificate: Certificate, tls_at_most: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tls_at_most is not None:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = tls_at_most
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(certificate.certificate_pem + certificate.key_pem)
        context.load_cert_chain(file.name)
    return context
