"""Self-signed certificates like a gateway's: its serial for a name, one year of life."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan

_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, PEM. `fingerprint` is the SHA-256 of its DER form in lower-case hex."""

    certificate_pem: bytes
    key_pem: bytes
    fingerprint: str


class CertificateMaker:
    """The certificates that one gateway shows over time: its own, renewed ones, another device's."""

    def __init__(self, serial: str, since: datetime) -> None:
        """`since` is a time at which its first certificate is valid; it began 30 days earlier."""
        self._serial = serial
        self._since = since
        self._own_key: Any = None
        self._made: dict[Fault | None, Certificate] = {}

    def at(self, at: datetime, faults: FaultPlan) -> Certificate:
        """The certificate of that time: its own, or that of the latest certificate fault then begun."""
        changes = faults.of(FaultKind.CERTIFICATE_RENEWED, FaultKind.CERTIFICATE_REPLACED)
        begun = [fault for fault in changes if fault.active(at)]
        latest = max(reversed(begun), key=lambda fault: fault.start, default=None)
        if latest not in self._made:
            self._made[latest] = self._make(latest)
        return self._made[latest]

    def another(self, at: datetime, same_key: bool, common_name: str | None = None) -> Certificate:
        """A fresh one from `at` on, for the same key or a new one."""
        name = common_name or f"envoy-{self._serial}"
        return make_certificate(name, self._key() if same_key else new_key(), at)

    def _make(self, fault: Fault | None) -> Certificate:
        if fault is None:
            return make_certificate(f"envoy-{self._serial}", self._key(), self._since - timedelta(days=30))
        if fault.kind is FaultKind.CERTIFICATE_RENEWED:
            return make_certificate(f"envoy-{self._serial}", self._key(), fault.start)
        return make_certificate("another-device.local", new_key(), fault.start)

    def _key(self) -> Any:
        if self._own_key is None:
            self._own_key = new_key()
        return self._own_key


def new_key() -> Any:
    """A private key on P-256."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def make_certificate(
    common_name: str, key: Any, not_before: datetime, issuer: "tuple[str, Any] | None" = None, host: str | None = None
) -> Certificate:
    """A certificate of one year. `issuer`: name and key of a CA (itself by default); `host`: its IP address."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    signer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer[0])]) if issuer else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + _LIFE)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if host is not None:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        builder = builder.add_extension(names, critical=False)
    signed = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    der = signed.public_bytes(Encoding.DER)
    return Certificate(
        signed.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        hashlib.sha256(der).hexdigest(),
    )
