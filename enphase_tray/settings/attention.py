"""What the user does not want to hear of for a while, and what waits to be told: a small file of its own."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from enphase_tray.model.alerts import Alert
from enphase_tray.settings.files import keep_copy, read_private, write_private
from enphase_tray.settings.paths import ProfilePaths

_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Mute:
    """Said by the user at `made_at`: nothing of this rule, of this device, or of this rule for this device.

    At least one of `rule` and `serial` is set. It ends at `until`; `None` means that it stays until it is removed.
    """

    rule: str | None
    serial: str | None
    made_at: datetime
    until: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it has not ended."""
        return self.until is None or now < self.until

    def same_subject(self, other: "Mute") -> bool:
        """Whether both silence the same thing."""
        return (self.rule, self.serial) == (other.rule, other.serial)


def muted_by(alert: Alert, mutes: Sequence[Mute], now: datetime) -> Mute | None:
    """The mute that silences `alert` at `now`, of several the one that ends first; `None` where it may be heard.

    An alert about several devices is silent only when each of them is: one that is not muted is still news.
    """
    fitting = [mute for mute in mutes if mute.rule in (None, alert.rule) and mute.in_force(now)]
    whole = [mute for mute in fitting if mute.serial is None]
    if whole:
        return max(whole, key=_end)
    longest = []
    for serial in alert.serials:
        own = [mute for mute in fitting if mute.serial == serial]
        if not own:
            return None
        longest.append(max(own, key=_end))
    return min(longest, key=_end, default=None)


class AttentionStore:
    """The file `attention.json` of a profile: mutes, and the memory of what was told.

    A damaged file counts as none, so that more is heard rather than less; it is kept aside. Only one program writes it.
    """

    def __init__(self, paths: ProfilePaths) -> None:
        self._path = paths.state_file.with_name("attention.json")
        self._document: dict[str, Any] | None = None

    def mutes(self) -> tuple[Mute, ...]:
        """All that were set, those that have ended included. Raises SettingsError where the file cannot be read."""
        return tuple(_mute(item) for item in self._load()["mutes"])

    def set_mutes(self, mutes: Iterable[Mute]) -> None:
        """Replace all of them. Raises SettingsError where the file cannot be written."""
        self._save({**self._load(), "mutes": [_plain(mute) for mute in mutes]})

    def told(self) -> Mapping[str, Any]:
        """Plain JSON as given to `set_told`, empty before. Raises SettingsError."""
        return MappingProxyType(self._load()["told"])

    def set_told(self, memory: Mapping[str, Any]) -> None:
        """Keep what was told and what waits. Raises SettingsError."""
        if self._load()["told"] != dict(memory):
            self._save({**self._load(), "told": dict(memory)})

    def _load(self) -> dict[str, Any]:
        if self._document is None:
            self._document = self._read()
        return self._document

    def _save(self, document: dict[str, Any]) -> None:
        write_private(self._path, json.dumps(document, indent=1, sort_keys=True).encode())
        self._document = document

    def _read(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"schema": _SCHEMA, "mutes": [], "told": {}}
        content = read_private(self._path)
        if content is None:
            return empty
        try:
            document = {**empty, **json.loads(content)}
            if document["schema"] != _SCHEMA or not isinstance(document["told"], dict):
                raise ValueError("not of this version")
            for item in document["mutes"]:
                _mute(item)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            keep_copy(self._path, content, "damaged")
            self._save(empty)
            return empty
        return document


def _end(mute: Mute) -> float:
    return float("inf") if mute.until is None else mute.until.timestamp()


def _plain(mute: Mute) -> dict[str, Any]:
    return {
        "rule": mute.rule,
        "serial": mute.serial,
        "made_at": mute.made_at.isoformat(),
        "until": None if mute.until is None else mute.until.isoformat(),
    }


def _mute(kept: Mapping[str, Any]) -> Mute:
    """Raises one of Python's own errors for what is none."""
    until = None if kept["until"] is None else datetime.fromisoformat(kept["until"])
    mute = Mute(kept["rule"], kept["serial"], datetime.fromisoformat(kept["made_at"]), until)
    for word in (mute.rule, mute.serial):
        if not (word is None or isinstance(word, str)):
            raise TypeError("rule and serial are texts")
    if mute.rule is None and mute.serial is None:
        raise ValueError("a mute of nothing in particular")
    if mute.made_at.tzinfo is None or (until is not None and until.tzinfo is None):
        raise ValueError("a time without its zone")
    return mute
