"""Certificates: look at one without saying a word, and speak only to the one that is pinned.

The gateway's certificate is self-signed and names no address, so the pin (SHA-256 of the certificate) takes the
place of the usual check. This is the only module where that check is switched off.
"""

import hashlib
import re
import ssl
from datetime import UTC, datetime, timedelta

from enphase_tray.gateway.line import Line
from enphase_tray.model.identity import CertificateFacts, Pin

_RENEWED_BEFORE_END = timedelta(days=120)
_SLACK = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PinMismatch(Exception):
    """Another certificate than the pinned one was shown; nothing was sent. Carries it as DER."""

    def __init__(self, certificate: bytes) -> None:
        super().__init__("certificate does not match the pin")
        self.certificate = certificate


class PinnedTls:
    """TLS towards the one certificate with this fingerprint, looked at before a byte is sent."""

    def __init__(self, line: Line, fingerprint: str) -> None:
        """`fingerprint` is lower-case SHA-256 hex."""
        self._line = line
        self._fingerprint = fingerprint
        self._context = _context(line)

    def connect(self, seconds: float) -> ssl.SSLSocket:
        """A new connection, TCP and TLS within `seconds` each. Raises `PinMismatch` and OSError."""
        tls, shown = _shaken_hands(self._context, self._line, seconds, seconds)
        if fingerprint(shown) != self._fingerprint:
            tls.close()
            raise PinMismatch(shown)
        return tls


def peek(line: Line, connect_seconds: float, handshake_seconds: float) -> bytes:
    """The certificate (DER) shown in a bare handshake; no HTTP byte is sent. Raises OSError."""
    tls, certificate = _shaken_hands(_context(line), line, connect_seconds, handshake_seconds)
    tls.close()
    return certificate


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate (DER) as lower-case hex."""
    return hashlib.sha256(certificate).hexdigest()


def as_fingerprint(text: str) -> str | None:
    """A fingerprint as people write it (colons, blanks, capitals) as lower-case hex; `None` if it is none."""
    plain = re.sub(r"[\s:-]+", "", text).lower().removeprefix("sha256")
    return plain if re.fullmatch(r"[0-9a-f]{64}", plain) else None


def certificate_facts(certificate: bytes) -> CertificateFacts:
    """What the certificate (DER) says of itself; of one that cannot be parsed only the fingerprint is known."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        parsed = x509.load_der_x509_certificate(certificate)
        key = parsed.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return CertificateFacts(
            fingerprint=fingerprint(certificate),
            key_fingerprint=hashlib.sha256(key).hexdigest(),
            subject=parsed.subject.rfc4514_string(),
            issuer=parsed.issuer.rfc4514_string(),
            not_before=parsed.not_valid_before_utc,
            not_after=parsed.not_valid_after_utc,
        )
    except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion):
        return CertificateFacts(fingerprint(certificate), "", "", "", _EPOCH, _EPOCH)


def is_expected_renewal(pin: Pin, shown: CertificateFacts, now: datetime) -> bool:
    """Whether `shown` looks like the yearly renewal of the pinned certificate, and not like another device.

    Near the end of the old one, same names, made since the last good contact, valid for about as long.
    """
    old = pin.certificate
    old_life, new_life = old.not_after - old.not_before, shown.not_after - shown.not_before
    last_good = pin.last_good_at or pin.pinned_at
    return (
        bool(shown.subject)
        and (shown.subject, shown.issuer) == (old.subject, old.issuer)
        and now >= old.not_after - _RENEWED_BEFORE_END
        and last_good - _SLACK <= shown.not_before <= now + _SLACK
        and abs(new_life - old_life) <= old_life * 0.2
    )


def _shaken_hands(
    context: ssl.SSLContext, line: Line, connect_seconds: float, handshake_seconds: float
) -> tuple[ssl.SSLSocket, bytes]:
    """A connection and the certificate (DER) shown in its handshake."""
    sock = line.open(connect_seconds)
    try:
        sock.settimeout(min(handshake_seconds, line.remaining()))
        tls = context.wrap_socket(sock)
    finally:
        sock.close()  # an empty shell by now, unless the handshake never began
    try:
        certificate = tls.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        # Reset before the handshake: `wrap_socket` may then hand out a socket that is not connected.
        tls.close()
        raise ConnectionResetError("reset before the handshake") from error
    if certificate is None:
        tls.close()
        raise ssl.SSLError("no certificate was shown")
    return tls, certificate


def _context(line: Line) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL's own default set: Python's stricter one leaves out what some gateways offer.
    context.set_ciphers("DEFAULT")
    context.sslsocket_class = line.tls_socket_class
    return context
