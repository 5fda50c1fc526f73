"""Twelve kinds of impostors at the gateway's address: not one byte of HTTP may reach any of them."""

import socket
import ssl
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.pin import certificate_facts
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, GatewayVersion, Trust
from enphase_tray.model.errors import CertificateChanged, EnphaseTrayError, Unreachable
from enphase_tray.model.identity import Pin, Secret
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from enphase_tray.simulator.tokens import TokenMint
from tests.gateway.transport_support import Handler, MemoryState, RawServer, always, http, info
from tests.trust.bar import Row

SERIAL = "123456789012"
NAME = f"envoy-{SERIAL}"
QUICK = Timings(2.0, 2.0, 2.0, 0.5)
_RECORD = 5
_HANDSHAKE, _ALERT, _CHANGE = 22, 21, 20


_ANSWERS = always(http(info()))


@dataclass(frozen=True)
class Impostor:
    """What listens there. Without a certificate it is no TLS server, and what reaches it is looked at as it came."""

    certificate: Certificate | None
    handler: Handler = _ANSWERS
    tls_at_most: Any = None


class AnswersAtOnce(RawServer):
    """Answers to whatever comes first, as a server does that was told something it does not know."""

    def _head(self, connection: socket.socket) -> bytes:
        part = connection.recv(65536)
        self.received += part
        return part


def impostors(own: Certificate, key: Any, now: datetime) -> dict[str, Impostor]:
    """The twelve kinds, against a gateway with the certificate `own` for `key`."""
    day = timedelta(days=1)
    authority = (NAME, new_key())
    return {
        "same names": Impostor(make_certificate(NAME, new_key(), now - 30 * day)),
        "same key, renewed": Impostor(make_certificate(NAME, key, now)),
        "same key, same dates": Impostor(make_certificate(NAME, key, now - 30 * day)),
        "other names": Impostor(make_certificate("printer.local", new_key(), now)),
        "expired": Impostor(make_certificate(NAME, new_key(), now - 800 * day)),
        "not valid yet": Impostor(make_certificate(NAME, new_key(), now + 400 * day)),
        "signed by an authority": Impostor(make_certificate(NAME, new_key(), now, authority, "127.0.0.1")),
        "RSA": Impostor(make_certificate(NAME, rsa.generate_private_key(65537, 2048), now)),
        "TLS 1.2": Impostor(make_certificate(NAME, new_key(), now), tls_at_most=ssl.TLSVersion.TLSv1_2),
        "obsolete TLS, own certificate": Impostor(own, tls_at_most=ssl.TLSVersion.TLSv1_1),
        "HTTP": Impostor(None, always(http(b"", "400 Bad Request"))),
        "something else": Impostor(None, _greets),
    }


def measure(each: int) -> list[Row]:
    """`each` connects to each kind, by a program that knows the gateway and has its token."""
    clock = ManualClock(datetime(2026, 6, 25, 12, 0).astimezone())
    key = new_key()
    own = make_certificate(NAME, key, clock.now() - timedelta(days=30))
    token = TokenMint(clock).token(SERIAL, "owner", None, 0.0)
    sent, wrong, connects = 0, 0, 0
    kinds = impostors(own, key, clock.now())
    for kind, impostor in kinds.items():
        with ExitStack() as stack:
            make = AnswersAtOnce if impostor.certificate is None else RawServer
            server = make(impostor.handler, impostor.certificate, impostor.tls_at_most)
            stack.callback(server.stop)
            for _ in range(each):
                connects += 1
                wrong += not _refused(kind, server.port, own, token, clock)
            sent += len(server.received) if impostor.certificate is not None else _not_tls(server.received)
            sent += 10**6 * (server.connections == 0)  # a proof that met nobody is none
    genuine = _genuine_gets_it(own, token, clock)
    what = f"bytes of HTTP to {len(kinds)} kinds of impostors, {connects} connects"
    return [Row("B1", what, f"{sent} bytes, {wrong} taken for the gateway", "0", sent == wrong == 0 and genuine)]


def _refused(kind: str, port: int, own: Certificate, token: str, clock: ManualClock) -> bool:
    expected: tuple[type[EnphaseTrayError], ...] = (CertificateChanged,)
    if kind in ("HTTP", "something else", "obsolete TLS, own certificate"):
        expected = (Unreachable,)
    try:
        _connect(port, own, token, clock)
    except expected:
        return True
    except EnphaseTrayError:
        return False
    return False


def _connect(port: int, own: Certificate, token: str, clock: ManualClock) -> None:
    state = MemoryState()
    facts = certificate_facts(ssl.PEM_cert_to_DER_cert(own.certificate_pem.decode()))
    state.set_pin(Pin(SERIAL, facts, clock.now(), "user"))
    where = Connection(serial=SERIAL, host="127.0.0.1", port=port, token=Secret(token), version=GatewayVersion.DETECT)
    client = connect(where, state, state, Trust(), clock, timings=QUICK)
    client.get("/production.json?details=1")
    client.close()


def _genuine_gets_it(own: Certificate, token: str, clock: ManualClock) -> bool:
    """The recorder has teeth: from the real one's point of view all that is missing above does come."""
    server = RawServer(always(http(info())), own)
    try:
        _connect(server.port, own, token, clock)
    finally:
        server.stop()
    return token.encode() in server.received


def _greets(head: bytes, connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"220 smtp.local ESMTP\r\n")


def _not_tls(data: bytes) -> int:
    """How many of these bytes are no TLS handshake or alert in the clear."""
    at = 0
    while at + _RECORD <= len(data) and data[at] in (_HANDSHAKE, _ALERT, _CHANGE) and data[at + 1] == 3:
        at += _RECORD + int.from_bytes(data[at + 3 : at + 5], "big")
    return max(0, len(data) - at)
