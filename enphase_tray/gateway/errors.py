"""Foreign errors in this program's words: the one place where those of sockets, TLS and HTTP are translated."""

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

from enphase_tray.gateway.line import Aborted, Damaged
from enphase_tray.gateway.pin import PinMismatch, certificate_facts, is_expected_renewal
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import CertificateChanged, EnphaseTrayError, NotUnderstood, Retry, Unreachable
from enphase_tray.model.identity import Pin
from enphase_tray.model.language import mark, tr

FOREIGN = (http.client.HTTPException, OSError, UnicodeError)
"""What sockets, TLS and HTTP raise (the errors of requests are OSErrors)."""

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_WAIT = mark("It is tried again by itself; gateways are busy for some minutes around 23:00 and after a restart")


def translate(error: BaseException, where: str) -> EnphaseTrayError:
    """The error family's word for what a network library raised while talking to `where` (an address)."""
    causes = tuple(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if has(Aborted):
        return Unreachable(tr("Reading was stopped"), tr("It goes on when the program does"), Retry.NEVER)
    if has(http.client.IncompleteRead, Damaged):
        return NotUnderstood(tr("An answer of {where} was cut short or damaged", where=where), tr(_WAIT), Retry.SOON)
    if has(socket.gaierror):
        return Unreachable(
            tr("The name of {where} is not known on this network", where=where), tr("Check the address in the settings")
        )
    if has(ConnectionRefusedError):
        return Unreachable(
            tr("{where} refuses the connection", where=where),
            f"{tr('Check the address in the settings.')} {tr(_WAIT)}",
        )
    if has(ssl.SSLError) and not has(TimeoutError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return Unreachable(
            tr("No secure connection to {where} could be agreed on", where=where),
            tr("Check that this is the address of a gateway with firmware 7 or newer"),
        )
    if any(isinstance(cause, OSError) and cause.errno in _NO_ROUTE for cause in causes):
        return Unreachable(
            tr("There is no network way to {where}", where=where), tr("Check this computer's network connection")
        )
    if _timed_out(causes):
        return Unreachable(tr("{where} does not answer in time", where=where), tr(_WAIT))
    if has(ConnectionError, http.client.RemoteDisconnected, ssl.SSLError):
        return Unreachable(tr("{where} closed the connection without an answer", where=where), tr(_WAIT))
    if has(http.client.HTTPException, UnicodeError):
        return NotUnderstood(
            tr("{where} does not answer as a gateway does", where=where), tr("Check the address in the settings")
        )
    return Unreachable(
        tr("{where} cannot be reached", where=where), tr("Check the address in the settings and the network")
    )


def connection_died(error: BaseException) -> bool:
    """Whether a kept-alive connection was found dead, so that trying once more on a fresh one makes sense."""
    causes = tuple(_causes(error))
    dead = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, http.client.RemoteDisconnected)
    if any(isinstance(cause, Aborted | TimeoutError) for cause in causes):
        return False
    return any(isinstance(cause, (*dead, ssl.SSLEOFError, ssl.SSLZeroReturnError)) for cause in causes)


def certificate_changed(error: PinMismatch, pin: Pin, where: str, clock: Clock) -> CertificateChanged:
    """The error for a gateway that shows another certificate than its pin."""
    shown = certificate_facts(error.certificate)
    if is_expected_renewal(pin, shown, clock.now()):
        return CertificateChanged(
            tr("Gateway {serial} has renewed its certificate, as it does about once a year", serial=pin.serial),
            tr(
                "Reading is paused until you agree to the new one; its SHA-256 fingerprint is {fingerprint}",
                fingerprint=shown.fingerprint,
            ),
            shown,
            pin.serial,
            expected_renewal=True,
        )
    return CertificateChanged(
        tr("{where} does not look like gateway {serial}: it shows another certificate", where=where, serial=pin.serial),
        tr(
            "Nothing was sent to it. Its SHA-256 fingerprint is {fingerprint}, the expected one is {expected}",
            fingerprint=shown.fingerprint,
            expected=pin.certificate.fingerprint,
        ),
        shown,
        pin.serial,
        expected_renewal=False,
    )


def _timed_out(causes: tuple[BaseException, ...]) -> bool:
    return any(
        isinstance(cause, TimeoutError) or (isinstance(cause, OSError) and cause.errno == errno.ETIMEDOUT)
        for cause in causes
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it wraps: urllib3 and requests keep causes in `args` and `reason` as well."""
    todo: list[BaseException] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = (*current.args, getattr(current, "reason", None), current.__cause__, current.__context__)
        todo.extend(item for item in wrapped if isinstance(item, BaseException))
