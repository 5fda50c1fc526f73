"""Who a gateway is, what is known of its certificate, and the secrets meant for it."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import total_ordering

_LETTERED = re.compile(r"^\s*[A-Za-z]?\s*(\d+(?:\.\d+)*)")


class Secret:
    """A text that never shows itself: its repr, str and format are `***`; `reveal` is the only way to read it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled")


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class FirmwareVersion:
    """A firmware version such as `D8.3.5289`: compared number by number, the letter ignored."""

    text: str
    numbers: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> "FirmwareVersion":
        """From the gateway's own words; a text without a number gives a version below every other."""
        match = _LETTERED.match(text)
        if match is None:
            return cls(text.strip(), ())
        return cls(match.group(1), tuple(int(part[:9]) for part in match.group(1).split(".")))

    @property
    def major(self) -> int | None:
        return self.numbers[0] if self.numbers else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FirmwareVersion) and self.numbers == other.numbers

    def __lt__(self, other: "FirmwareVersion") -> bool:
        return self.numbers < other.numbers

    def __hash__(self) -> int:
        return hash(self.numbers)

    def __str__(self) -> str:
        return self.text


class Family(StrEnum):
    """How a gateway wants to be talked to: HTTP with digest log-in (below 7), or HTTPS with a token."""

    DIGEST = "digest"
    TOKEN = "token"  # noqa: S105 - a word, not a secret


@dataclass(frozen=True, slots=True)
class GatewayInfo:
    """What `/info` says of the gateway itself. `clock_at` is its own clock when it answered."""

    serial: str
    part_number: str | None
    firmware: FirmwareVersion
    family: Family
    metering_hardware: bool | None
    clock_at: datetime | None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A TLS certificate as shown by a gateway. Fingerprints are lower-case SHA-256 hex."""

    fingerprint: str
    key_fingerprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime

    @property
    def pairing_code(self) -> str:
        """See `pairing_code`."""
        return pairing_code(self.fingerprint)


def pairing_code(fingerprint: str) -> str:
    """Four groups of four letters that two computers can compare by eye (base32 of the fingerprint).

    Raises ValueError for what is no fingerprint in hex.
    """
    import base64

    letters = base64.b32encode(bytes.fromhex(fingerprint)).decode("ascii")[:16]
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class Pin:
    """The certificate that a gateway is known by. `pinned_by` is `user`, `first use`, `fingerprint` or `renewal`."""

    serial: str
    certificate: CertificateFacts
    pinned_at: datetime
    pinned_by: str
    last_good_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundGateway:
    """A gateway announced on the network. `addresses` are all of them, link-local ones last."""

    serial: str
    name: str
    addresses: tuple[str, ...]
    port: int
    firmware: FirmwareVersion | None


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What an access token says of itself (nothing in it is a secret except the token as a whole)."""

    serial: str | None
    role: str | None
    issued_at: datetime | None
    expires_at: datetime | None
    signature: str
    """`valid`, `invalid` (a warning, never a refusal) or `unchecked`."""
