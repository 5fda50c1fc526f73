"""Stand-ins for what is private in a text that leaves the machine: the same one for the same thing, everywhere.

First every text is learned, then every text is hidden. What is learned are shapes (e-mail, MAC, IP, fingerprints),
values under keys that hold serials or names, and the names that this is told. `leaks` then looks at what came out
with eyes of its own. Serials keep their order, so that lists sorted by them stay in theirs.
"""

import ipaddress
import json
import re
from collections.abc import Iterable, Iterator
from itertools import count

from enphase_tray.gateway.redact import Redactor
from enphase_tray.model.identity import Secret

SHORTEST_SERIAL = 6
"""What is shorter was masked by somebody, and tells nothing."""

_SERIAL_KEYS = r"(?:sn|serial|serial_?num(?:ber)?s?|pv_serial_nb)"
_KEYED_SERIAL = re.compile(rf'"{_SERIAL_KEYS}"\s*:\s*"?([0-9A-Za-z]{{6,40}})\b|<{_SERIAL_KEYS}>\s*(\w{{6,40}})', re.I)
_KEYED_NAME = re.compile(
    r'("(?:e?ssid|load_name|site_?name|system_?name|host_?name|user_?name|e?mail|street|address_?[12]|city|zip|postal_?code'
    r'|phone|latitude|longitude)"\s*:\s*")((?:[^"\\]|\\.)+)(?=")',
    re.IGNORECASE,
)
_LONG_SERIAL = re.compile(r"(?<![0-9A-Za-z.])\d{12}(?![0-9A-Za-z.])")
_QUOTED_SERIAL = re.compile(r'(?<=")\d{12}(?=")')
_SHAPES = {
    "email": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    "fingerprint": r"(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])",
    "pairing": r"(?<![0-9A-Za-z])[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}(?![0-9A-Za-z])",
    "mac": r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])",
    "bare_mac": r"(?<![0-9A-Za-z])(?=\d*[A-Fa-f])[0-9A-Fa-f]{12}(?![0-9A-Za-z])",
    "ipv4": r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    "ipv6": r"(?<![0-9A-Za-z:])(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]+(?:\.\d+){0,3}(?:%\w+)?",
}
_SHAPED = re.compile("|".join(f"(?P<{kind}>{shape})" for kind, shape in _SHAPES.items()))
_WORD = re.compile(r"[0-9A-Za-z]{6,}")
_FORMS = {
    "email": "person-{0}@example.invalid",
    "fingerprint": "fingerprint-{0}",
    "pairing": "pairing-code-{0}",
    "mac": "02:00:00:00:{1:02x}:{2:02x}",
    "bare_mac": "02000000{1:02x}{2:02x}",
    "ipv4": "198.18.{1}.{2}",
    "ipv6": "2001:db8::{0:x}",
}
_NOBODY = frozenset(
    {"envoy", "envoy.local", "installer", "admin", "root", "user", "localhost", "enphase", "none", "default", "unknown"}
    | {"home", "house", "site", "solar", "roof", "garage", "test", "demo", "python", "debian", "ubuntu", "linux"}
    | {"production", "consumption", "net-consumption", "total-consumption", "storage", "inverter", "inverters"}
    | {"meter", "meters", "battery", "relay", "gateway"}
)
"""Ordinary words, which tell of nobody although somebody is called so, and which answers are full of."""
_SHORTEST_NAME = 3
_NOT_A_NUMBER = re.compile(r"[A-Za-z_\"'>/=]")


class Aliases:
    """One set of stand-ins. `learn` and `learn_name` first, then `hide`; secrets become `***`."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._redactor = Redactor()
        self._serials: set[str] = set()
        self._stands_for: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._keyed_names: dict[str, str] = {}
        self._gateways: set[str] = set()
        self._numbers: dict[str, Iterator[int]] = {}
        self._shaped: set[tuple[str, str]] = set()
        self._settled = False
        for secret in secrets:
            self._learn_secret(secret)

    def learn(self, text: str) -> None:
        """Note all in a text that has to be hidden."""
        text = self._redactor.scrub(text)
        for match in _SHAPED.finditer(text):
            kind, value = str(match.lastgroup), match.group().lower()
            if not _harmless(kind, value):
                self._shaped.add((kind, value))
        for keyed in _KEYED_SERIAL.finditer(text):
            self._serials.add(keyed.group(1) or keyed.group(2))
        serials = _QUOTED_SERIAL if text.lstrip()[:1] in ("{", "[") else _LONG_SERIAL
        self._serials.update(serials.findall(text))

    def learn_serial(self, serial: str) -> None:
        """Note the serial of a device."""
        if len(serial) >= SHORTEST_SERIAL:
            self._serials.add(serial)

    def learn_gateway(self, serial: str) -> None:
        """Note a gateway's serial, and its last six digits: network names are made of them, and first passwords."""
        if len(serial) >= SHORTEST_SERIAL:
            self._serials.add(serial)
            self._gateways.add(serial)

    def learn_name(self, kind: str, name: str | None) -> None:
        """Note a name (of a `user`, `site`, `host`) that may stand in any text, if it tells of somebody."""
        if name is None or not tells_of_somebody(name):
            return
        known = self._names.get(name.lower()) or self._next(kind, f"{kind}-{{0}}")
        for form in (name, *(json.dumps(name, ensure_ascii=plain)[1:-1] for plain in (True, False))):
            self._names[form.lower()] = known

    def hide(self, text: str) -> str:
        """The text with stand-ins."""
        self._settle()
        text = self._redactor.scrub(text)
        text = _KEYED_NAME.sub(lambda match: match.group(1) + self._keyed(match.group(2)), text)
        text = _SHAPED.sub(lambda match: self._stands_for.get(match.group().lower(), match.group()), text)
        if self._names:
            text = self._any_name().sub(lambda match: self._names[match.group().lower()], text)
        return _WORD.sub(self._serial_for, text)

    @property
    def stand_ins(self) -> frozenset[str]:
        """All that was put in the place of something, lower case."""
        self._settle()
        return frozenset(alias.lower() for alias in (*self._stands_for.values(), *self._names.values()))

    def _learn_secret(self, secret: Secret) -> None:
        text = secret.reveal()
        if text.isdigit() and len(text) < 12:
            # It may well be part of a figure: only where it stands as a word of its own.
            self._stands_for[text] = "***"
            return
        self._redactor.learn(secret)
        for part in text.split(".") if text.count(".") == 2 else ():
            self._redactor.learn(Secret(part))

    def _settle(self) -> None:
        """Give every value its stand-in; none of them is a value itself."""
        if self._settled:
            return
        self._settled = True
        taken = {value for _, value in self._shaped} | self._serials
        prefix = next(str(first) for first in count(9000) if not any(one.startswith(str(first)) for one in taken))
        for number, serial in enumerate(sorted(self._serials), 1):
            alias = f"{prefix}{number:08d}"
            self._stands_for[serial.lower()] = alias
            if serial in self._gateways:
                self._stands_for.setdefault(serial[-6:].lower(), alias[-6:])
        for kind, value in sorted(self._shaped):
            if value not in self._stands_for:
                self._stands_for[value] = self._fresh(kind, taken)

    def _fresh(self, kind: str, taken: set[str]) -> str:
        while (alias := self._next(kind, _FORMS[kind])) in taken:
            pass
        return alias

    def _next(self, kind: str, form: str) -> str:
        number = next(self._numbers.setdefault(kind, count(1)))
        return form.format(number, number // 254, number % 254 + 1)

    def _keyed(self, value: str) -> str:
        """The stand-in of a value whose key says that it is private."""
        value = value.lower()
        if value in _NOBODY:
            return value
        if value not in self._keyed_names:
            known = self._names.get(value) or self._stands_for.get(value)
            self._keyed_names[value] = known or self._next("name", "name-{0}")
        return self._keyed_names[value]

    def _any_name(self) -> re.Pattern[str]:
        """Each known name that is not part of a longer word, unless it is a key of JSON."""
        names = "|".join(re.escape(name) for name in sorted(self._names, key=len, reverse=True))
        return re.compile(rf'(?<![0-9A-Za-z])(?:{names})(?![0-9A-Za-z])(?!"\s*:)', re.IGNORECASE)

    def _serial_for(self, match: re.Match[str]) -> str:
        word = match.group()
        alias = self._stands_for.get(word.lower())
        if alias is None:
            return word
        before = match.string[max(0, match.start() - 1) : match.start()]
        whole = len(word) >= 12 or not word.isdigit() or not before or _NOT_A_NUMBER.match(before)
        return alias if whole else word


def tells_of_somebody(name: str) -> bool:
    """Whether a name is more than an ordinary word, a number or a letter or two."""
    return len(name) >= _SHORTEST_NAME and name.lower() not in _NOBODY and not name.isdigit()


def _harmless(kind: str, value: str) -> bool:
    """Addresses that say nothing of anybody, and what only looks like one."""
    if kind not in ("ipv4", "ipv6"):
        return False
    try:
        address = ipaddress.ip_address(value.partition("%")[0])
    except ValueError:
        return True
    return address.is_loopback or address.is_unspecified or value.startswith("255.")
