"""The door of this room: one simulated gateway with its server, log-ins, faults and records."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Self

from enphase_tray.model.clock import Clock
from enphase_tray.simulator.announce import Announcement
from enphase_tray.simulator.auth import DigestGuard
from enphase_tray.simulator.certificates import Certificate, CertificateMaker
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.delivery import Delivery, delivery, disturb
from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan
from enphase_tray.simulator.gate import Backend, Gate
from enphase_tray.simulator.message import Response, request
from enphase_tray.simulator.recorded import RecordedBackend, RecordedCapture
from enphase_tray.simulator.respond import HouseBackend
from enphase_tray.simulator.server import LoopbackServer
from enphase_tray.simulator.tokens import TokenMint


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as the gateway saw it; `status` is `None` where no answer was given."""

    at: datetime
    method: str
    target: str
    had_authorization: bool
    status: int | None


class SimulatedGateway:
    """A gateway on 127.0.0.1, HTTP below firmware 7 and HTTPS from there on, on one port.

    Use it as a context manager, or `start()` and `stop()`; `respond` works without either. The time is the given
    clock's; only waiting is real.
    """

    def __init__(
        self,
        source: HouseConfig | RecordedCapture,
        clock: Clock,
        faults: Iterable[Fault] = (),
        port: int = 0,
        mint: TokenMint | None = None,
    ) -> None:
        """`port` 0 takes a free one. `mint` may be shared with other gateways and with a simulated cloud."""
        self._clock = clock
        self._source = source
        self._faults = FaultPlan(faults)
        self._backend: Backend = (
            HouseBackend(source, self._faults) if isinstance(source, HouseConfig) else RecordedBackend(source)
        )
        self.mint = mint or TokenMint(clock)
        self._digest = DigestGuard(clock, "envoy", self._backend.password or self.serial[-6:])
        self._gate = Gate(self._backend, self._faults, self.mint, self._digest)
        self._certificates = CertificateMaker(self.serial, clock.now())
        self._chosen: Certificate | None = None
        self._lock = Lock()
        self._records: list[RequestRecord] = []
        self._server = LoopbackServer(self._handle, self._delivery, self._tls_certificate, clock, port)
        self._announcement: Announcement | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when connections are taken. Raises `OSError` where the port is not free."""
        self._server.start()

    def stop(self) -> None:
        """Close everything, also answers that hang; takes some milliseconds. A second call does nothing."""
        if self._announcement is not None:
            self._announcement.close()
            self._announcement = None
        self._server.stop()

    @property
    def serial(self) -> str:
        return self._backend.serial

    @property
    def source_serials(self) -> tuple[str, ...]:
        """The inverters of a modelled house in the order in which faults number them; empty for a recording."""
        return self._source.inverter_serials if isinstance(self._source, HouseConfig) else ()

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port listened on, also before `start` where one was asked for."""
        return self._server.port

    @property
    def secure(self) -> bool:
        """Whether it speaks HTTPS now."""
        return self._backend.uses_tokens(self._clock.now())

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}"

    @property
    def username(self) -> str:
        """The user of the digest log-in."""
        return self._digest.username

    @property
    def password(self) -> str:
        """The password of the digest log-in."""
        return self._digest.password

    @property
    def certificate(self) -> Certificate | None:
        """What is shown now, `None` over HTTP."""
        return self._tls_certificate()

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the certificate in lower-case hex, `None` over HTTP."""
        certificate = self.certificate
        return None if certificate is None else certificate.fingerprint

    def set_certificate(self, certificate: Certificate | None) -> None:
        """Show this one from the next connection on; `None` goes back to its own."""
        self._chosen = certificate

    def new_certificate(self, same_key: bool = True, common_name: str | None = None) -> Certificate:
        """Another certificate (renewed, or with another key), not yet shown; for `set_certificate`."""
        return self._certificates.another(self._clock.now(), same_key, common_name)

    def token(
        self, role: str = "owner", expires_in: float | None = None, serial: str | None = None, issued_ago: float = 0.0
    ) -> str:
        """A token that this gateway accepts, unless `serial` is another one or `expires_in` (seconds) is past."""
        return self.mint.token(serial or self.serial, role, expires_in, issued_ago)

    def inject(self, fault: Fault) -> None:
        """Add a fault while running."""
        with self._lock:
            self._faults.add(fault)

    def repair(self, kind: FaultKind) -> None:
        """End what runs of one kind now."""
        with self._lock:
            self._faults.end(kind, self._clock.now())

    def spoil_nonces(self) -> None:
        """Make every digest nonce stale."""
        self._digest.spoil_nonces()

    @property
    def requests(self) -> tuple[RequestRecord, ...]:
        """Every request so far, in order of arrival."""
        return tuple(self._records)

    def forget(self) -> None:
        """Empty the records and counters."""
        self._records.clear()
        self._server.forget()

    @property
    def in_flight(self) -> int:
        """How many requests are being answered now, hung ones among them."""
        return self._server.in_flight

    @property
    def max_in_flight(self) -> int:
        """The most requests that were being answered at one time."""
        return self._server.max_in_flight

    @property
    def connections(self) -> int:
        """How many connections were taken, also those reset at once."""
        return self._server.connections

    @property
    def received(self) -> bytes:
        """Everything that clients sent (decrypted), to look for what should never have been sent."""
        return self._server.received

    def respond(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Response:
        """The answer without a socket. Raises `ConnectionResetError` or `TimeoutError` where there would be none."""
        asked = request(method, target, headers, body)
        manner = self._delivery(asked.path)
        if manner.reset:
            raise ConnectionResetError("the simulated gateway is not reachable")
        if manner.hang:
            raise TimeoutError("the simulated gateway hangs")
        answer = self._handle(method, target, headers or {}, body)
        return replace(answer, body=answer.body[: len(answer.body) // 2]) if manner.truncate else answer

    def announce(self) -> None:
        """Announce it by mDNS on the loopback interface until `stop`."""
        version = self._backend.firmware(self._clock.now())
        self._announcement = Announcement(self.serial, str(version), self.host, self.port)

    def _handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        asked = request(method, target, headers, body)
        at = self._clock.now()
        with self._lock:
            answer = disturb(self._faults, asked.path, at) or self._gate.respond(asked, at)
            self._records.append(RequestRecord(at, method, target, "authorization" in asked.headers, answer.status))
        return answer

    def _delivery(self, path: str | None) -> Delivery:
        return delivery(self._faults, path, self._clock.now(), self._backend.timezone)

    def _tls_certificate(self) -> Certificate | None:
        at = self._clock.now()
        if not self._backend.uses_tokens(at):
            return None
        if self._chosen is not None:
            return self._chosen
        return self._certificates.at(at, self._faults)
