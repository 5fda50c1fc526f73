"""The settings file: TOML that may be edited by hand."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import time
from enum import StrEnum
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeVar

from enphase_tray.model.alerts import Limits
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.language import tr
from enphase_tray.settings.files import keep_copy, read_private, write_private
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, QuietHours, RuleMode, Settings
from enphase_tray.settings.validate import check_settings

Document = dict[str, Any]
Migration = Callable[[Document], Document]
"""From one schema to the next; gives a new document."""

_Plain = bool | int | str | time
_Section = TypeVar("_Section", Settings, GatewaySettings, Limits, QuietHours)


def _rules_have_modes(document: Document) -> Document:
    """To schema 2: a rule is no longer true or false, but `on`, `digest` or `off`."""
    rules = document.get("rules")
    if not isinstance(rules, dict):
        return document
    words = {True: RuleMode.ON.value, False: RuleMode.OFF.value}
    return {
        **document,
        "rules": {name: words[mode] if isinstance(mode, bool) else mode for name, mode in rules.items()},
    }


MIGRATIONS: tuple[Migration, ...] = (_rules_have_modes,)
"""Step n leads from schema n to n + 1. Add at the end, never change one that was released."""


class SettingsStore:
    """Reads and writes the settings of a profile.

    Keys that this version does not know are kept when settings are saved. What was written by a newer version is
    never overwritten; a file that cannot be understood at all is kept beside the new one.
    """

    def __init__(self, paths: ProfilePaths, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
        self._path = paths.settings_file
        self._migrations = migrations
        self._notice: str | None = None

    @property
    def notice(self) -> str | None:
        """A sentence for the user if the last `load` or `save` met a damaged file, else `None`."""
        return self._notice

    def load(self) -> Settings:
        """The settings as they are in the file, the defaults if there is none or it is damaged (see `notice`).

        Raises SettingsError for a newer file, and for a value that cannot be used: its words name key and value.
        """
        return _from_document(self._document())

    def save(self, settings: Settings) -> None:
        """Write the settings. Raises SettingsError for values that `load` would refuse, and where writing fails."""
        _demand_valid(settings)
        import tomli_w

        document = _merge(self._document(keep_older=True), _to_document(settings, len(self._migrations) + 1))
        write_private(self._path, tomli_w.dumps(document).encode())

    def _document(self, *, keep_older: bool = False) -> Document:
        """The file's content at the present schema; empty if there is none.

        `keep_older`: it is about to be replaced, so keep a copy of one that is of an older schema.
        """
        self._notice = None
        content = read_private(self._path)
        if content is None:
            return {}
        try:
            document = tomllib.loads(content.decode())
            if not document:
                raise ValueError("empty")
        except (ValueError, RecursionError):
            kept = keep_copy(self._path, content, "damaged")
            self._notice = tr(
                "The settings could not be read; the defaults are used. The old file is kept as {name}.", name=kept.name
            )
            write_private(self._path, _EMPTY)
            return {}
        migrated = self._migrated(document)
        if keep_older and migrated is not document:
            keep_copy(self._path, content, f"before-schema-{len(self._migrations) + 1}")
        return migrated

    def _migrated(self, document: Document) -> Document:
        schema = document.get("schema", 1)
        newest = len(self._migrations) + 1
        if type(schema) is not int or schema < 1:
            raise _wrong("schema", schema, tr("a whole number from 1 to {newest}", newest=newest))
        if schema > newest:
            raise SettingsError(
                tr("The settings were written by a newer enphase_tray"),
                tr(
                    "They were left untouched; update this program, or give it a profile of its own. File: {path}.",
                    path=self._path,
                ),
            )
        if schema == newest:
            return document
        for step in self._migrations[schema - 1 :]:
            document = step(document)
        return {**document, "schema": newest}


_EMPTY = b"schema = 1\n"
_MAY_BE_ABSENT = frozenset({"price_per_kwh"})


def _from_document(document: Document) -> Settings:
    settings = replace(
        _read(Settings(), document, ""),
        gateway=_read(GatewaySettings(), _table(document, "gateway"), "gateway."),
        rules=MappingProxyType({name: _mode(name, mode) for name, mode in _table(document, "rules").items()}),
        limits=_read(Limits(), _table(document, "limits"), "limits."),
        quiet=_read(QuietHours(), _table(document, "quiet_hours"), "quiet_hours."),
        price_per_kwh=_price(document.get("price_per_kwh")),
    )
    _demand_valid(settings)
    return settings


def _to_document(settings: Settings, schema: int) -> Document:
    document: Document = {"schema": schema, **_write(settings)}
    if settings.price_per_kwh is not None:
        document["price_per_kwh"] = float(settings.price_per_kwh)
    return {
        **document,
        "gateway": _write(settings.gateway),
        "rules": {name: str(mode) for name, mode in settings.rules.items()},
        "limits": _write(settings.limits),
        "quiet_hours": _write(settings.quiet),
    }


def _table(document: Document, key: str) -> Document:
    table = document.get(key, {})
    if not isinstance(table, dict):
        raise _wrong(key, table, tr("a table"))
    return table


def _mode(rule: str, value: object) -> RuleMode:
    mode = _value(f"rules.{rule}", value, RuleMode.ON)
    return RuleMode(str(mode))


def _price(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong("price_per_kwh", value, tr("a number such as 0.32"))
    return float(value)


def _read(section: _Section, table: Mapping[str, Any], prefix: str) -> _Section:
    """`section` with the plain values of `table`; a field's default says of which type its value is."""
    found: dict[str, Any] = {}
    for name, default in _plain_fields(section).items():
        if name in table:
            found[name] = _value(prefix + name, table[name], default)
    return replace(section, **found)


def _write(section: Settings | GatewaySettings | Limits | QuietHours) -> Document:
    return {name: _written(value) for name, value in _plain_fields(section).items()}


def _written(value: _Plain) -> bool | int | str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value) if isinstance(value, StrEnum) else value


def _plain_fields(section: Settings | GatewaySettings | Limits | QuietHours) -> dict[str, _Plain]:
    values = {field.name: getattr(section, field.name) for field in fields(section)}
    return {name: value for name, value in values.items() if isinstance(value, _Plain)}


def _value(key: str, value: Any, default: _Plain) -> _Plain:
    if isinstance(default, StrEnum):
        words = [str(word) for word in type(default)]
        if value not in words:
            raise _wrong(key, value, tr("one of {words}", words=", ".join(f'"{word}"' for word in words)))
        return type(default)(value)
    if isinstance(default, time):
        return _time_of_day(key, value)
    if isinstance(value, bool | int | str) and type(value) is type(default):
        return value
    expected = {bool: tr("true or false"), int: tr("a whole number"), str: tr('a text in "quotes"')}[type(default)]
    raise _wrong(key, value, expected)


def _time_of_day(key: str, value: object) -> time:
    try:
        read = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None:
        raise _wrong(key, value, tr('a time of day such as "22:00"'))
    return read.replace(second=0, microsecond=0)


def _demand_valid(settings: Settings) -> None:
    for key, sentence in check_settings(settings).items():
        value: object = reduce(getattr, key.split("."), settings)
        raise SettingsError(tr("The setting {key} cannot be {value}", key=key, value=f"{value!r}"), sentence)


def _wrong(key: str, value: object, allowed: str) -> SettingsError:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return SettingsError(
        tr("The setting {key} cannot be {shown}", key=key, shown=shown),
        tr("It is {allowed}; correct the settings file.", allowed=allowed),
    )


def _merge(old: Document, new: Document) -> Document:
    """`new` with the keys of `old` that it does not have, at every depth but in the rules.

    A key of ours that `new` leaves out was taken back by the user.
    """
    merged = {key: value for key, value in old.items() if key not in _MAY_BE_ABSENT}
    for key, value in new.items():
        before = old.get(key)
        both_tables = isinstance(before, dict) and isinstance(value, dict) and key != "rules"
        merged[key] = _merge(before, value) if both_tables and isinstance(before, dict) else value
    return merged
