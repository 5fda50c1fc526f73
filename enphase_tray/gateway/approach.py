"""One address: which scheme it speaks, which certificate it shows, and who it says it is. Nothing secret is sent."""

import ssl
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from enphase_tray.gateway.address import Address, join
from enphase_tray.gateway.errors import FOREIGN, certificate_changed, translate
from enphase_tray.gateway.info import PATH as INFO
from enphase_tray.gateway.info import parse_info
from enphase_tray.gateway.line import Breaker, Line
from enphase_tray.gateway.memory import only_tls, pins_at
from enphase_tray.gateway.pin import PinMismatch, as_fingerprint, certificate_facts, fingerprint, peek
from enphase_tray.gateway.transport import Heard, Timings, Transport
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayState, GatewayVersion, Trust
from enphase_tray.model.errors import (
    CertificateUnknown,
    EnphaseTrayError,
    NotUnderstood,
    SettingsError,
    Unreachable,
    WrongGateway,
)
from enphase_tray.model.identity import CertificateFacts, Family, GatewayInfo, Pin
from enphase_tray.model.language import tr

_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", None}
_NOTE_CONTACT_EVERY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Reached:
    """A gateway that has shown who it is; `transport` is bound to `pin`, which is `None` for plain HTTP."""

    transport: Transport
    info: GatewayInfo
    pin: Pin | None


@dataclass(frozen=True, slots=True)
class Approach:
    """How addresses are tried: for whom, with which trust, and within which times."""

    connection: Connection
    state: GatewayState
    trust: Trust
    clock: Clock
    breaker: Breaker
    timings: Timings
    heard: Heard | None = None
    """Told of every answer, whoever it came from."""

    def reach(self, host: str, port: int | None) -> Reached:
        """Identify what answers at an address literal. Raises the family's errors; see the module's own words.

        Where both are possible, HTTPS is tried first, then HTTP. A port that stays silent in the TLS handshake is
        tried with HTTP soon, and with more patience for TLS only if that fails.
        """
        expected = self.expected(host, port)
        tls = Address(True, host, port or 443)
        plain = Address(False, host, port or 80)
        if not self.http_allowed(expected):
            return self._over_tls(tls, expected, self.timings.connect)
        if self.connection.version is GatewayVersion.BELOW_7:
            return self._over_http(plain)
        try:
            return self._over_tls(tls, expected, self.timings.handshake_guess)
        except _NoTls as error:
            if self.breaker.tripped or (port is not None and not error.connected):
                raise
            first = error
        try:
            return self._over_http(plain)
        except (Unreachable, NotUnderstood) as error:
            if self.breaker.tripped:
                raise
            if first.silent:
                with suppress(_NoTls):
                    return self._over_tls(tls, expected, self.timings.connect)
            raise (first if first.spoke_tls else error) from error

    def expected(self, host: str, port: int | None) -> tuple[Pin, ...]:
        """The pins of which one has to be shown at this address; empty at first contact."""
        if self.connection.serial is None:
            return pins_at(self.state, join(host, port))
        pin = self.state.pin(self.connection.serial)
        return () if pin is None else (pin,)

    def http_allowed(self, expected: tuple[Pin, ...]) -> bool:
        """Whether plain HTTP may be spoken to what should show one of these pins."""
        seen_newer = self.connection.serial is not None and only_tls(self.state, self.connection.serial)
        return not expected and not seen_newer and self.connection.version is not GatewayVersion.FROM_7

    def transport(self, address: Address, fingerprint: str | None) -> Transport:
        """A way to ask at an address; over TLS only what shows the certificate with this fingerprint."""
        keep_alive = fingerprint is not None
        return Transport(address, fingerprint, self.breaker, self.timings, keep_alive=keep_alive, heard=self.heard)

    def _over_http(self, address: Address) -> Reached:
        transport = self.transport(address, None)
        info = self._ask(transport)
        if info.family is Family.TOKEN:
            transport.close()
            raise https_only(address.shown, info)
        self._insist_not_older(transport, info)
        return Reached(transport, info, None)

    def _over_tls(self, address: Address, expected: tuple[Pin, ...], handshake_seconds: float) -> Reached:
        if len(expected) == 1:
            return self._pinned(address, expected[0])
        shown = self._peek(address, handshake_seconds)
        for pin in expected:
            if pin.certificate.fingerprint == fingerprint(shown):
                return self._pinned(address, pin)
        if expected and fingerprint(shown) != as_fingerprint(self.trust.fingerprint or ""):
            raise certificate_changed(PinMismatch(shown), expected[0], address.shown, self.clock)
        return self._first_contact(address, shown)

    def _pinned(self, address: Address, pin: Pin) -> Reached:
        transport = self.transport(address, pin.certificate.fingerprint)
        try:
            info = self._ask(transport)
        except PinMismatch as error:
            if fingerprint(error.certificate) == as_fingerprint(self.trust.fingerprint or ""):
                return self._first_contact(address, error.certificate)
            raise certificate_changed(error, pin, address.shown, self.clock) from error
        if info.serial != pin.serial:
            transport.close()
            raise another(address.shown, info.serial, pin.serial)
        self._insist_not_older(transport, info)
        return Reached(transport, info, self._noted(pin))

    def _first_contact(self, address: Address, shown: bytes) -> Reached:
        """A certificate that is not pinned: `/info`, without credentials, says whose it is; then trust decides."""
        facts = certificate_facts(shown)
        transport = self.transport(address, facts.fingerprint)
        try:
            info = self._ask(transport)
            self._insist_not_older(transport, info)
        except PinMismatch as error:
            raise Unreachable(
                tr("{shown} shows a new certificate each time", shown=address.shown), tr("Check the address")
            ) from error
        pin = self.state.pin(info.serial)
        if pin is not None and pin.certificate.fingerprint == facts.fingerprint:
            return Reached(transport, info, self._noted(pin))
        wanted = self.trust.fingerprint
        if wanted is not None and as_fingerprint(wanted) == facts.fingerprint:
            by = self.trust.said_by
        elif pin is not None:
            transport.close()
            raise certificate_changed(PinMismatch(shown), pin, address.shown, self.clock)
        elif self.trust.first_use and wanted is None:
            by = "first use"
        else:
            transport.close()
            raise _not_trusted(info, facts, address.shown, named=wanted is not None)
        now = self.clock.now()
        made = Pin(info.serial, facts, pinned_at=now, pinned_by=by, last_good_at=now)
        try:
            self.state.set_pin(made)
        except EnphaseTrayError:
            transport.close()
            raise
        return Reached(transport, info, made)

    def _ask(self, transport: Transport) -> GatewayInfo:
        try:
            info = ask_who(transport)
            if self.connection.serial is not None and info.serial != self.connection.serial:
                raise another(transport.where, info.serial, self.connection.serial)
        except (EnphaseTrayError, PinMismatch):
            transport.close()
            raise
        return info

    def _insist_not_older(self, transport: Transport, info: GatewayInfo) -> None:
        older = taken_for_older(self.state, info, transport.where)
        if older is not None:
            transport.close()
            raise older

    def _peek(self, address: Address, handshake_seconds: float) -> bytes:
        line = Line(address.host, address.port, self.breaker)
        line.allow(self.timings.connect + handshake_seconds)
        try:
            return peek(line, self.timings.connect, handshake_seconds)
        except FOREIGN as error:
            told = translate(error, address.shown)
            connected = line.opened > 0
            silent = connected and isinstance(error, TimeoutError)
            spoke = isinstance(error, ssl.SSLError) and error.reason not in _NOT_TLS and not silent
            raise _NoTls(told, connected=connected, silent=silent, spoke_tls=spoke) from error

    def _noted(self, pin: Pin) -> Pin:
        """The pin with its last good contact kept up to date, not more often than needed."""
        now = self.clock.now()
        if pin.last_good_at is not None and now - pin.last_good_at < _NOTE_CONTACT_EVERY:
            return pin
        pin = replace(pin, last_good_at=now)
        with suppress(SettingsError):
            self.state.set_pin(pin)
        return pin


class _NoTls(Unreachable):
    """No handshake: whether TCP connected, the other side then kept silent, or said in TLS that it will not."""

    def __init__(self, told: EnphaseTrayError, *, connected: bool, silent: bool, spoke_tls: bool) -> None:
        super().__init__(told.title, told.advice, told.retry)
        self.connected = connected
        self.silent = silent
        self.spoke_tls = spoke_tls


def _not_trusted(info: GatewayInfo, facts: CertificateFacts, where: str, *, named: bool) -> CertificateUnknown:
    """The error for a gateway that was not met before; `named`: another fingerprint was given than it shows."""
    expected = tr(", which is not the one that was given") if named else ""
    return CertificateUnknown(
        tr(
            "Gateway {serial} at {shown} is not trusted yet: its certificate has the SHA-256 fingerprint "
            "{fingerprint}{expected}",
            serial=info.serial,
            shown=where,
            fingerprint=facts.fingerprint,
            expected=expected,
        ),
        tr(
            "If this is your gateway (firmware {firmware}, pairing code {pairing_code}), trust it in the "
            "settings, or with --trust-fingerprint {fingerprint} or --trust-on-first-use",
            firmware=info.firmware,
            pairing_code=facts.pairing_code,
            fingerprint=facts.fingerprint,
        ),
        facts,
        info.serial,
    )


def ask_who(transport: Transport) -> GatewayInfo:
    """What `/info` says, asked without credentials. Raises `Unreachable`, `NotUnderstood` and `PinMismatch`."""
    answer = transport.get(INFO, seconds=transport.timings.first)
    if answer.status >= 500:
        raise Unreachable(
            tr("{where} is starting up or overloaded (status {status})", where=transport.where, status=answer.status),
            tr("It is tried again by itself"),
        )
    return parse_info(answer.body)


def https_only(where: str, info: GatewayInfo) -> Unreachable:
    """The error for a gateway of firmware 7 or newer that was met over plain HTTP."""
    return Unreachable(
        tr(
            "{where} is a gateway with firmware {firmware}, which is only read over HTTPS, but no secure "
            "connection was possible",
            where=where,
            firmware=info.firmware,
        ),
        tr("Leave the port out, or give the one of HTTPS"),
    )


def another(where: str, serial: str, expected: str) -> WrongGateway:
    """The error for an address at which another gateway answers."""
    return WrongGateway(
        tr("{where} is gateway {serial}, not {expected}", where=where, serial=serial, expected=expected),
        tr("Check the address and the serial in the settings"),
    )


def taken_for_older(state: GatewayState, info: GatewayInfo, where: str) -> WrongGateway | None:
    """The error for what says it is a gateway below firmware 7 that was newer before; `None` if all is well."""
    if info.family is not Family.DIGEST or not only_tls(state, info.serial):
        return None
    return WrongGateway(
        tr(
            "{where} says it is gateway {serial} with firmware {firmware}, but that one had firmware 7 or newer",
            where=where,
            serial=info.serial,
            firmware=info.firmware,
        ),
        tr("No log-in was sent. If the gateway was replaced, set it up again in the settings"),
    )
