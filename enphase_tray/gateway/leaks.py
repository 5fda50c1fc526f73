"""The last look at what is about to leave the machine: is anything private still in it?

It knows nothing of how things were hidden. It undoes the usual encodings, looks for the secrets and identifiers that
it is told of and for what has the shape of one, and knows what may stand there instead.
"""

import base64
import html
import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import unquote_plus

from enphase_tray.model.identity import Secret

_WINDOW, _STEP = 20, 10
_SHORTEST = 4
_BROKEN_OUT = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([/\"\\])")
_TOKEN = re.compile(r"\bey[A-Za-z][\w-]{8,64}\.ey[\w-]{8}|\beyJhbGciOi")
_MAIL = re.compile(r"[\w.+-]@((?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})")
_NO_MAIL = "example.invalid"
"""No domain of anybody's, by the rules of the name system."""
_PAIRS = re.compile(r"([0-9a-f]{2}([:-])(?:[0-9a-f]{2}\2){4}[0-9a-f]{2})", re.IGNORECASE)
_DOTTED = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_COLONS = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,8}(?![\w:.])")
_TWELVE = re.compile(r"(?<![0-9A-Za-z.+-])[\"'>](\d{12})[\"'<]")


class LeakScan:
    """Looks for what must not leave. `identifiers` are serials, names, addresses; `allowed` what stands for them."""

    def __init__(self, secrets: Iterable[Secret], identifiers: Iterable[str], allowed: Collection[str]) -> None:
        secrets = tuple(secrets)
        self._secrets = tuple(dict.fromkeys(form for secret in secrets for form in _forms(secret.reveal())))
        self._identifiers = {
            one: re.compile(rf"(?<![0-9a-z]){re.escape(one)}(?![0-9a-z])(?!\"\s*:)")
            for one in sorted({name.lower() for name in identifiers})
        }
        self._numbers = tuple(
            re.compile(rf"(?<=[\"'>_]){secret.reveal()}(?=[\"'<_])")
            for secret in secrets
            if _is_short_number(secret.reveal())
        )
        self._allowed = frozenset(allowed)

    def look(self, text: str) -> tuple[str, ...]:
        """What kinds of private things are in the text, in words; empty where there is nothing. Repeats no value."""
        found: dict[str, None] = {}
        for plain in _undone(text):
            found.update(dict.fromkeys(self._kinds(plain)))
        return tuple(found)

    def _kinds(self, text: str) -> Iterator[str]:
        lower = text.lower()
        if any(form in text or form.lower() in lower for form in self._secrets) or _TOKEN.search(text):
            yield "a secret"
        if any(number.search(text) for number in self._numbers):
            yield "a secret"
        if any(name in lower and word.search(lower) for name, word in self._identifiers.items()):
            yield "a name or serial"
        if any(serial not in self._allowed for serial in _TWELVE.findall(text)):
            yield "a serial"
        if any(domain.lower() != _NO_MAIL for domain in _MAIL.findall(text)):
            yield "an e-mail address"
        if any(self._foreign(mac) for mac, _ in _PAIRS.findall(text)):
            yield "a hardware address"
        if any(self._foreign(ip) and _tells(ip) for ip in (*_DOTTED.findall(text), *_COLONS.findall(text))):
            yield "a network address"

    def _foreign(self, found: str) -> bool:
        return found.lower() not in self._allowed


def _undone(text: str) -> Iterator[str]:
    """The text as it stands and with each usual encoding undone."""
    text = text.replace("\0", "")
    broken_out = _BROKEN_OUT.sub(lambda match: match.group(3) or chr(int(match.group(1) or match.group(2), 16)), text)
    yield from dict.fromkeys((text, broken_out, unquote_plus(text), html.unescape(text)))


def _forms(secret: str) -> Iterator[str]:
    """A secret as it stands, turned round, in hexadecimal and base64; of what is long, pieces that overlap."""
    if len(secret) < _SHORTEST or _is_short_number(secret):
        return
    raw = secret.encode()
    # Within a longer text base64 begins at any of three places; its edges depend on the neighbours.
    in_base64 = (base64.b64encode(b"\0" * start + raw).decode().rstrip("=") for start in range(3))
    inner = (form[4 if start else 0 : -2] for start, form in enumerate(in_base64))
    for form in (secret, secret[::-1], raw.hex(), *(piece for piece in inner if len(piece) >= 2 * _SHORTEST)):
        if len(form) <= _WINDOW:
            yield form
        else:
            yield from (form[start : start + _WINDOW] for start in range(0, len(form) - _WINDOW + 1, _STEP))


def _is_short_number(secret: str) -> bool:
    """Digits that many a figure has in it: looked for only as a word of its own."""
    return secret.isascii() and secret.isdigit() and len(secret) < 12


def _tells(address: str) -> bool:
    """Whether it is an address of something in particular."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_unspecified or address.startswith("255."))
