"""What was learned of gateways: their pinned certificates, facts about them, and a log of every change of trust."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from enphase_tray.model.errors import SettingsError
from enphase_tray.model.identity import CertificateFacts, Pin
from enphase_tray.model.language import tr
from enphase_tray.settings.files import keep_copy, read_private, write_private
from enphase_tray.settings.paths import ProfilePaths

_SCHEMA = 1
_MOMENTS = frozenset({"not_before", "not_after", "pinned_at", "last_good_at", "at"})


_REFUSALS_APART = timedelta(days=1)
"""Whoever shows one certificate after the other shall not fill the log."""


class TrustEvent(StrEnum):
    """What a line of the trust log tells.

    `PINNED`: from then on the gateway was known by this certificate. `REFUSED`: this one was shown in its place, and
    got nothing; reading was paused. `RETURNED`: after that the pinned one was shown again, and reading went on.
    """

    PINNED = "pinned"
    REFUSED = "refused"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """One line of the trust log.

    `fingerprint` is that of the certificate that was pinned, refused or seen again; `previous` the pinned one before
    (`None` the first time), at a refusal the pinned one. `by` as in `Pin.pinned_by`; empty but for `PINNED`.
    """

    at: datetime
    serial: str
    fingerprint: str
    previous: str | None
    by: str
    event: TrustEvent = TrustEvent.PINNED


class StateStore:
    """The state file of a profile. Every change is written at once; all methods raise SettingsError on trouble.

    Another process (the terminal beside the tray) may change the file meanwhile: it is read anew for each use.
    """

    def __init__(self, paths: ProfilePaths) -> None:
        self._path = paths.state_file
        self._notice: str | None = None

    @property
    def notice(self) -> str | None:
        """A sentence for the user if the file was found damaged, else `None`."""
        return self._notice

    def pin(self, serial: str) -> Pin | None:
        """The certificate that this gateway is known by."""
        kept = self._load()["pins"].get(serial)
        return None if kept is None else _pin(kept)

    def set_pin(self, pin: Pin) -> None:
        """Know a gateway by this certificate; a change of it goes into the trust log."""
        document = self._load()
        kept = document["pins"].get(pin.serial)
        before = None if kept is None else _pin(kept)
        if before == pin:
            return
        if before is None or before.certificate.fingerprint != pin.certificate.fingerprint:
            previous = None if before is None else before.certificate.fingerprint
            entry = TrustEntry(pin.pinned_at, pin.serial, pin.certificate.fingerprint, previous, pin.pinned_by)
            document["trust_log"].append(_plain(entry))
        document["pins"][pin.serial] = _plain(pin)
        self._save(document)

    def log_refusal(self, serial: str, fingerprint: str, at: datetime) -> None:
        """Note that another certificate than the pinned one was shown for this gateway; at most once a day."""
        document = self._load()
        last = _last_entry(document, serial)
        if last is not None and last.event is TrustEvent.REFUSED and abs(at - last.at) < _REFUSALS_APART:
            return
        kept = document["pins"].get(serial)
        pinned = None if kept is None else _pin(kept).certificate.fingerprint
        document["trust_log"].append(_plain(TrustEntry(at, serial, fingerprint, pinned, "", TrustEvent.REFUSED)))
        self._save(document)

    def log_return(self, serial: str, fingerprint: str, at: datetime) -> None:
        """Note that the gateway was reached with its pinned certificate, if a refusal came before."""
        document = self._load()
        last = _last_entry(document, serial)
        if last is None or last.event is not TrustEvent.REFUSED:
            return
        document["trust_log"].append(_plain(TrustEntry(at, serial, fingerprint, None, "", TrustEvent.RETURNED)))
        self._save(document)

    def pinned_serials(self) -> tuple[str, ...]:
        """All gateways with a pin."""
        return tuple(sorted(self._load()["pins"]))

    def trust_log(self) -> tuple[TrustEntry, ...]:
        """Every change of trust since the beginning, oldest first; nothing ever leaves it."""
        return tuple(_entry(entry) for entry in self._load()["trust_log"])

    def facts(self, serial: str) -> Mapping[str, Any]:
        """Plain JSON facts of one gateway; empty if unknown."""
        return MappingProxyType(self._load()["facts"].get(serial, {}))

    def set_facts(self, serial: str, facts: Mapping[str, Any]) -> None:
        """Replace the facts of one gateway."""
        document = self._load()
        if document["facts"].get(serial) != dict(facts):
            document["facts"][serial] = dict(facts)
            self._save(document)

    def _load(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"schema": _SCHEMA, "pins": {}, "facts": {}, "trust_log": []}
        content = read_private(self._path)
        if content is None:
            return empty
        try:
            return {**empty, **_understood(content)}
        except (ValueError, TypeError, KeyError, RecursionError):
            kept = keep_copy(self._path, content, "damaged")
            self._notice = tr(
                "What was known of your gateway could not be read, so its certificate has to be confirmed again. "
                "The old file is kept as {name}.",
                name=kept.name,
            )
            self._save(empty)
            return empty

    def _save(self, document: dict[str, Any]) -> None:
        write_private(self._path, json.dumps(document, indent=1, sort_keys=True).encode())


def _understood(content: bytes) -> dict[str, Any]:
    """The document, checked as a whole. Raises one of Python's own errors for one that is damaged."""
    document = json.loads(content.decode())
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        raise ValueError("no document of ours")
    if document["schema"] > _SCHEMA:
        raise SettingsError(
            tr("The state was written by a newer enphase_tray"),
            tr("It was left untouched; update this program, or give it a profile of its own."),
        )
    pins, facts, log = document.get("pins", {}), document.get("facts", {}), document.get("trust_log", [])
    if not (isinstance(pins, dict) and isinstance(facts, dict) and isinstance(log, list)):
        raise ValueError("pins and facts are tables, the log is a list")
    for table in (*pins.values(), *facts.values(), *log):
        if not isinstance(table, dict):
            raise ValueError("every entry is a table")
    for pin in pins.values():
        _pin(pin)
    for entry in log:
        _entry(entry)
    return document


def _plain(record: Pin | TrustEntry | CertificateFacts) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: _plain(value)
        if isinstance(value, CertificateFacts)
        else value.isoformat()
        if isinstance(value, datetime)
        else value
        for name, value in values.items()
    }


def _entry(kept: dict[str, Any]) -> TrustEntry:
    read = TrustEntry(**_moments(kept))
    return replace(read, event=TrustEvent(read.event))


def _last_entry(document: dict[str, Any], serial: str) -> TrustEntry | None:
    own = (entry for entry in reversed(document["trust_log"]) if entry.get("serial") == serial)
    last = next(own, None)
    return None if last is None else _entry(last)


def _pin(kept: dict[str, Any]) -> Pin:
    values = _moments(kept)
    return replace(Pin(**values), certificate=CertificateFacts(**_moments(values["certificate"])))


def _moments(kept: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value is not None else value
        for name, value in kept.items()
    }
