"""Recorded answers of a real gateway, read from a folder with one file per endpoint.

Layout: a file is named by its path with `_` for `/` and `_x_y` for `?x=y`; `<file>_log.json` holds status and headers.
"""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.message import Request, Response
from enphase_tray.simulator.pages import not_found

_LOG = "_log.json"
_INVERTERS = "/api/v1/production/inverters"
_OWN_HEADERS = frozenset(
    {"content-length", "transfer-encoding", "connection", "content-type", "date", "content-encoding"}
)
_ALIASES = (("/info", "/info.xml"), ("/home", "/home.json"), ("/inventory", "/inventory.json"))
_OK = 200


@dataclass(frozen=True)
class RecordedCapture:
    """A folder of answers. `overrides` replaces or adds answers by target (`/inventory.json`), bytes meaning 200.

    It is looked into at each request, so that a mapping may give other answers as time goes on.
    `timezone` only times the nightly-reset fault. Raises `ValueError` where the folder has no readable `/info`.
    """

    directory: Path
    overrides: Mapping[str, bytes | Response] = field(default_factory=lambda: MappingProxyType({}))
    timezone: str | None = None


class RecordedBackend:
    """Answers from a folder, the same at all times."""

    def __init__(self, capture: RecordedCapture) -> None:
        self._overrides = capture.overrides
        self._answers = _load(capture.directory)
        self.timezone = capture.timezone
        info = self._find("/info", "")
        if info is None:
            raise ValueError(f"{capture.directory} holds no recorded /info")
        self._serial, self._version, self._tokens = _identify(info.body)

    @property
    def serial(self) -> str:
        return self._serial

    @property
    def password(self) -> str | None:
        return None

    def firmware(self, at: datetime) -> FirmwareVersion:
        return self._version

    def uses_tokens(self, at: datetime) -> bool:
        return self._tokens

    def needs_login(self, request: Request, at: datetime) -> bool:
        """Answers recorded as refused are served as they are, whoever asks."""
        found = self._find(request.path, request.query)
        if found is not None and found.status != _OK:
            return False
        return self._tokens or (found is not None and request.path == _INVERTERS)

    def needs_installer(self, request: Request, at: datetime) -> bool:
        return False

    def answer(self, request: Request, at: datetime) -> Response:
        return self._find(request.path, request.query) or not_found(self._version)

    @property
    def names(self) -> tuple[str, ...]:
        """The file names that are served."""
        return tuple(sorted(self._answers))

    def _find(self, path: str, query: str) -> Response | None:
        """An answer for path and query, else for the path alone; a document may be recorded under its other name."""
        paths = [path, *(other for pair in _ALIASES if path in pair for other in pair if other != path)]
        for wanted in [query, ""] if query else [""]:
            for name in paths:
                target = f"{name}?{wanted}" if wanted else name
                found = self._overrides.get(target)
                if found is None:
                    found = self._answers.get(file_name(target))
                if isinstance(found, bytes):
                    return Response(_OK, found, "application/json")
                if found is not None:
                    return found
        return None


def file_name(target: str) -> str:
    """The file in which the answer for a target is recorded."""
    return target.lstrip("/").replace("/", "_").replace("?", "_").replace("=", "_").replace("&", "_")


def _load(directory: Path) -> dict[str, Response]:
    answers = {}
    for path in sorted(directory.iterdir()):
        if path.is_file() and not path.name.endswith(_LOG) and not path.name.startswith("_"):
            answers[path.name] = _with_log(path.read_bytes(), directory / (path.name + _LOG))
    return answers


def _with_log(body: bytes, log_file: Path) -> Response:
    if not log_file.exists():
        return Response(_OK, body)
    log = json.loads(log_file.read_text("utf-8"))
    headers = {str(name).lower(): str(value) for name, value in log.get("headers", {}).items()}
    kept = tuple((name, value) for name, value in headers.items() if name not in _OWN_HEADERS)
    return Response(int(log.get("code", _OK)), body, headers.get("content-type"), kept)


def _identify(info: bytes) -> tuple[str, FirmwareVersion, bool]:
    """Serial, firmware and whether tokens are used, from `/info`."""
    try:
        root = ElementTree.fromstring(info)  # noqa: S314 - recordings chosen by whoever starts the simulator
    except ElementTree.ParseError as error:
        raise ValueError("the recorded /info cannot be read") from error
    version = FirmwareVersion.parse(root.findtext("device/software") or "")
    tokens = root.findtext("web-tokens") == "true" or version.numbers >= (7,)
    return (root.findtext("device/sn") or "").strip(), version, tokens
