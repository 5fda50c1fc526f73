"""Starting at log-in on Windows (a value of the key `Run`) and on macOS (a launch agent)."""

import errno
import plistlib
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from enphase_tray.ui.desktop.autostart import write_whole
from enphase_tray.ui.desktop.registry import Registry
from enphase_tray.ui.resources import APP_ID

_RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
_APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
_NAME = "Enphase Tray"
LONGEST_COMMAND = 260
"""Longer values of `Run` are passed over by Windows, silently."""


class RunValue:
    """The value that Windows runs at log-in. The task manager can switch it off beside it, in `StartupApproved`."""

    def __init__(self, registry: Registry, command: Sequence[str]) -> None:
        self._registry = registry
        self._command = subprocess.list2cmdline(command)

    @property
    def where(self) -> str:
        return f"HKEY_CURRENT_USER\\{_RUN}"

    @property
    def starts(self) -> bool:
        value = self._read(_RUN)
        approved = self._read(_APPROVED)
        # The first byte is even while it is switched on; without the value it is.
        refused = isinstance(approved, bytes) and bool(approved) and approved[0] % 2 == 1
        return isinstance(value, str) and bool(value.strip()) and not refused

    @property
    def program(self) -> Path | None:
        value = self._read(_RUN)
        if not isinstance(value, str) or not value.strip():
            return None
        text = value.strip()
        return Path(text[1:].partition('"')[0] if text.startswith('"') else text.partition(" ")[0])

    def write(self) -> None:
        if len(self._command) > LONGEST_COMMAND:
            raise OSError(errno.ENAMETOOLONG, "Windows runs no longer command at log-in")
        self._registry.put(_RUN, _NAME, self._command)
        self._registry.remove(_APPROVED, _NAME)

    def remove(self) -> None:
        self._registry.remove(_RUN, _NAME)
        self._registry.remove(_APPROVED, _NAME)

    def _read(self, key: str) -> str | int | bytes | None:
        try:
            return self._registry.get(key, _NAME)
        except OSError:
            return None


class LaunchAgent:
    """A property list that launchd reads at log-in."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        """`folder` is ~/Library/LaunchAgents."""
        self.file = folder / f"{APP_ID}.plist"
        self._command = list(command)

    @property
    def where(self) -> str:
        return str(self.file.parent)

    @property
    def starts(self) -> bool:
        known = self._read()
        return bool(known.get("RunAtLoad")) and not known.get("Disabled") and bool(known.get("ProgramArguments"))

    @property
    def program(self) -> Path | None:
        arguments = self._read().get("ProgramArguments")
        return Path(str(arguments[0])) if isinstance(arguments, list) and arguments else None

    def write(self) -> None:
        agent = {
            "Label": APP_ID,
            "ProgramArguments": self._command,
            "RunAtLoad": True,
            # Only with a desktop, and not slowed down as something in the background.
            "LimitLoadToSessionType": "Aqua",
            "ProcessType": "Interactive",
        }
        write_whole(self.file, plistlib.dumps(agent))

    def remove(self) -> None:
        self.file.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            read = plistlib.loads(self.file.read_bytes())
        except (OSError, ValueError, ExpatError):
            return {}
        return read if isinstance(read, dict) else {}
