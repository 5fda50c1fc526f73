"""What a supporter needs to know of a profile: texts by their names, which `gateway.outgoing` makes fit to be sent."""

import json
import platform
import ssl
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from enphase_tray import __version__
from enphase_tray.app.compose import Profile
from enphase_tray.app.log_file import recent
from enphase_tray.gateway.recording import Recording
from enphase_tray.history.check import inspect
from enphase_tray.model.checkup import CheckStep, steps_to_json
from enphase_tray.model.connection import EndpointVerdict
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.history_json import check_to_json
from enphase_tray.model.readings import Snapshot
from enphase_tray.model.result_json import snapshot_to_json
from enphase_tray.settings.settings import Settings

_LIBRARIES = (
    "PySide6-Essentials", "pyqtgraph", "numpy", "requests", "urllib3", "PyJWT", "cryptography", "zeroconf", "keyring",
    "jeepney", "platformdirs", "tomli-w", "tzdata",
)  # fmt: skip
_TOKEN_FACTS = ("serial", "role", "issued_at", "expires_at", "signature")
_README = """\
Diagnostics of enphase_tray, made by its user.

Passwords and tokens are not in here. Serials, addresses, names, e-mail and hardware addresses and fingerprints are
replaced: the same one by the same stand-in in all files. The time zone and the figures of the system are the true ones.

about.json      versions
doctor.json     each step of the way to the gateway, found without sending a secret
settings.json   the settings
state.json      what is remembered of gateways: certificates, addresses, tokens' dates
poll.json       one reading of the gateway, or why there is none; how each endpoint answered
history.json    what a look at the whole history found
log.txt         what the program noted
capture/        the gateway's answers to that reading; `enphase-tray simulate --capture` serves them
"""


def about() -> dict[str, Any]:
    """Versions of the program, of what it runs on and of its libraries; none of them is loaded for it."""
    return {
        "enphase_tray": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "openssl": ssl.OPENSSL_VERSION,
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "distribution": _distribution(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def poll_document(
    snapshot: Snapshot | None, failure: EnphaseTrayError | None, verdicts: Iterable[EndpointVerdict]
) -> dict[str, Any]:
    """The reading that was made, or why there is none."""
    error = None
    if failure is not None:
        error = {"kind": failure.kind, "title": failure.title, "advice": failure.advice, "retry": failure.retry.value}
    return {
        "result": None if snapshot is None else snapshot_to_json(snapshot),
        "error": error,
        "endpoints": [plain(verdict) for verdict in verdicts],
    }


def collect(
    profile: Profile, settings: Settings, steps: Iterable[CheckStep], poll: Mapping[str, Any], recording: Recording
) -> dict[str, str]:
    """Every file by its name, not yet fit to be sent."""
    documents: dict[str, Mapping[str, Any]] = {
        "about.json": about(),
        "doctor.json": {"schema": 1, "steps": steps_to_json(steps)},
        "settings.json": plain(settings),
        "state.json": _told(lambda: _state(profile)),
        "poll.json": poll,
        "history.json": _told(lambda: check_to_json(inspect(profile.paths.history_file))),
    }
    texts = {"README.txt": _README}
    texts |= {name: json.dumps(document, indent=1, ensure_ascii=False) + "\n" for name, document in documents.items()}
    texts["log.txt"] = recent(profile.paths.log_file)
    return texts | {f"capture/{name}": text for name, text in recording.texts().items()}


def plain(value: Any) -> Any:
    """A dataclass and what is in it as JSON has it."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, datetime | time):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _told(document: Any) -> Mapping[str, Any]:
    """What `document` gives, or the error in its place."""
    try:
        found: Mapping[str, Any] = document()
    except EnphaseTrayError as error:
        return {"error": {"kind": error.kind, "title": error.title, "advice": error.advice}}
    return found


def _state(profile: Profile) -> dict[str, Any]:
    """Pins, addresses and the trust log. Of a token only what it says of itself; of tries to sign in nothing."""
    gateways = []
    for serial in profile.state.pinned_serials():
        facts = profile.state.facts(serial)
        token = facts.get("token")
        gateways.append(
            {
                "pin": plain(profile.state.pin(serial)),
                "addresses": facts.get("addresses"),
                "firmware_floor": facts.get("firmware_floor"),
                "token": {name: token.get(name) for name in _TOKEN_FACTS} if isinstance(token, Mapping) else None,
            }
        )
    return {"gateways": gateways, "trust_log": [plain(entry) for entry in profile.state.trust_log()]}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _distribution() -> str | None:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME")
    except OSError:
        return None
