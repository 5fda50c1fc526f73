"""Starting at log-in: written where the system looks for it, and read back from there."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from enphase_tray.model.errors import SettingsError
from enphase_tray.model.language import tr
from enphase_tray.ui.resources import APP_ID

_RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")


class Entry(Protocol):
    """Where one system keeps what it starts at log-in. Reading never fails; writing raises OSError."""

    @property
    def where(self) -> str:
        """The place, in words for the user."""
        ...

    @property
    def starts(self) -> bool:
        """Whether the system will start the program; the user may have switched the entry off elsewhere."""
        ...

    @property
    def program(self) -> Path | None:
        """What it starts; `None` where that cannot be told."""
        ...

    def write(self) -> None: ...

    def remove(self) -> None: ...


class Autostart:
    """The autostart entry of one user; see `login_entry`."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def enabled(self) -> bool:
        """Whether the program will be started at log-in, as the system has it now."""
        return self._entry.starts

    def set(self, wanted: bool) -> None:
        """Write or remove the entry. Raises `SettingsError` where that fails or has no effect."""
        try:
            if wanted:
                self._entry.write()
            else:
                self._entry.remove()
        except OSError as error:
            raise self._trouble() from error
        if self._entry.starts != wanted:
            raise self._trouble()

    def repair(self) -> bool:
        """Write the entry anew where it starts a program that is not there any more, since this one was moved.

        Returns whether it did. Raises as `set`.
        """
        program = self._entry.program
        broken = self.enabled and program is not None and program.is_absolute() and not program.exists()
        if broken:
            self.set(True)
        return broken

    def _trouble(self) -> SettingsError:
        return SettingsError(
            tr("Starting at log-in could not be changed"),
            tr("Check that you may write to {place}.", place=self._entry.where),
        )


class DesktopEntry:
    """The freedesktop way: a desktop entry in the user's autostart folder."""

    def __init__(self, config_directory: Path, command: Sequence[str]) -> None:
        """`config_directory` is XDG_CONFIG_HOME; `command` starts the program hidden (an absolute path first)."""
        self.file = config_directory / "autostart" / f"{APP_ID}.desktop"
        self._command = tuple(command)

    @property
    def where(self) -> str:
        return str(self.file.parent)

    @property
    def starts(self) -> bool:
        entries = {line.replace(" ", "").lower() for line in self._lines()}
        return bool(entries) and not entries & {"hidden=true", "x-gnome-autostart-enabled=false"}

    @property
    def program(self) -> Path | None:
        names = [line.partition("=")[2].strip() for line in self._lines() if line.startswith("TryExec=")]
        return Path(names[0]) if names and names[0] else None

    def write(self) -> None:
        text = entry_text(self._command)
        if self.starts and self.file.read_text(encoding="utf-8") == text:
            return
        write_whole(self.file, text.encode())

    def remove(self) -> None:
        self.file.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        try:
            return self.file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return []


def write_whole(file: Path, content: bytes) -> None:
    """Write a file as a whole or not at all; its folder is made where it is missing. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".enphase-tray-")
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    Path(temporary).replace(file)


def entry_text(command: Sequence[str]) -> str:
    """The desktop entry that starts `command`."""
    return "\n".join(
        (
            "[Desktop Entry]",
            "Type=Application",
            "Version=1.4",
            "Name=Enphase Tray",
            "Comment=Solar power in the system tray",
            f"Exec={' '.join(_quoted(argument) for argument in command)}",
            f"TryExec={command[0]}",
            f"Icon={APP_ID}",
            "Terminal=false",
            "StartupNotify=false",
            "X-GNOME-Autostart-enabled=true",
            "X-KDE-autostart-after=panel",
            "X-LXQt-Need-Tray=true",
            "",
        )
    )


def _quoted(argument: str) -> str:
    """One argument of `Exec`; a per cent sign would be a field code, and values lose one level of backslashes."""
    argument = argument.replace("%", "%%")
    if argument and not set(argument) & _RESERVED:
        return argument
    escaped = "".join(f"\\{char}" if char in '"`$\\' else char for char in argument)
    return f'"{escaped}"'.replace("\\", "\\\\")
