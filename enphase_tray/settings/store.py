"""The settings file: TOML that may be edited by hand."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from enphase_tray.model.errors import SettingsError
from enphase_tray.settings.files import keep_copy, read_private, write_private
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.validate import check_settings

Document = dict[str, Any]
Migration = Callable[[Document], Document]
"""From one schema to the next; gives a new document."""

MIGRATIONS: tuple[Migration, ...] = ()
"""Step n leads from schema n + 1 to n + 2. Add at the end, never change one that was released."""

_Section = TypeVar("_Section", Settings, GatewaySettings)


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

        document = _merge(self._document(), _to_document(settings, len(self._migrations) + 1))
        write_private(self._path, tomli_w.dumps(document).encode())

    def _document(self) -> Document:
        """The file's content at the present schema; empty if there is none."""
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
            self._notice = (
                f"The settings could not be read; the defaults are used. The old file is kept as {kept.name}."
            )
            write_private(self._path, _EMPTY)
            return {}
        return self._migrated(document, content)

    def _migrated(self, document: Document, content: bytes) -> Document:
        schema = document.get("schema", 1)
        newest = len(self._migrations) + 1
        if type(schema) is not int or schema < 1:
            raise _wrong("schema", schema, f"a whole number from 1 to {newest}")
        if schema > newest:
            raise SettingsError(
                "The settings were written by a newer enphase_tray",
                f"They were left untouched; update this program, or give it a profile of its own. File: {self._path}.",
            )
        if schema == newest:
            return document
        keep_copy(self._path, content, f"before-schema-{newest}")
        for step in self._migrations[schema - 1 :]:
            document = step(document)
        return {**document, "schema": newest}


_EMPTY = b"schema = 1\n"


def _from_document(document: Document) -> Settings:
    rules = document.get("rules", {})
    if not isinstance(rules, dict):
        raise _wrong("rules", rules, "a table")
    for name, enabled in rules.items():
        if type(enabled) is not bool:
            raise _wrong(f"rules.{name}", enabled, "true or false")
    table = document.get("gateway", {})
    if not isinstance(table, dict):
        raise _wrong("gateway", table, "a table")
    settings = replace(
        _read(Settings(), document, ""),
        gateway=_read(GatewaySettings(), table, "gateway."),
        rules=MappingProxyType(dict(rules)),
    )
    _demand_valid(settings)
    return settings


def _to_document(settings: Settings, schema: int) -> Document:
    return {
        "schema": schema,
        **_write(settings),
        "gateway": _write(settings.gateway),
        "rules": dict(settings.rules),
    }


def _read(section: _Section, table: Mapping[str, Any], prefix: str) -> _Section:
    """`section` with the plain values of `table`; a field's default says of which type its value is."""
    found: dict[str, Any] = {}
    for name, default in _plain_fields(section).items():
        if name in table:
            found[name] = _value(prefix + name, table[name], default)
    return replace(section, **found)


def _write(section: Settings | GatewaySettings) -> Document:
    return {name: str(value) if isinstance(value, StrEnum) else value for name, value in _plain_fields(section).items()}


def _plain_fields(section: Settings | GatewaySettings) -> dict[str, bool | int | str]:
    values = {field.name: getattr(section, field.name) for field in fields(section)}
    return {name: value for name, value in values.items() if isinstance(value, bool | int | str)}


def _value(key: str, value: Any, default: bool | int | str) -> bool | int | str:
    if isinstance(default, StrEnum):
        words = [str(word) for word in type(default)]
        if value not in words:
            raise _wrong(key, value, "one of " + ", ".join(f'"{word}"' for word in words))
        return type(default)(value)
    if isinstance(value, bool | int | str) and type(value) is type(default):
        return value
    expected = {bool: "true or false", int: "a whole number", str: 'a text in "quotes"'}[type(default)]
    raise _wrong(key, value, expected)


def _demand_valid(settings: Settings) -> None:
    for key, sentence in check_settings(settings).items():
        value = getattr(settings.gateway, key.removeprefix("gateway."))
        raise SettingsError(f"The setting {key} cannot be {value!r}", sentence)


def _wrong(key: str, value: object, allowed: str) -> SettingsError:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return SettingsError(f"The setting {key} cannot be {shown}", f"It is {allowed}; correct the settings file.")


def _merge(old: Document, new: Document) -> Document:
    """`new` with the keys of `old` that it does not have, at every depth but in the rules."""
    merged = dict(old)
    for key, value in new.items():
        before = old.get(key)
        both_tables = isinstance(before, dict) and isinstance(value, dict) and key != "rules"
        merged[key] = _merge(before, value) if both_tables and isinstance(before, dict) else value
    return merged
