"""Starting at log-in, the freedesktop way: a desktop entry in the user's autostart folder."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from enphase_tray.model.errors import SettingsError
from enphase_tray.ui.resources import APP_ID

_RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")


class Autostart:
    """The autostart entry of one user. `supported` is false where log-in works differently."""

    def __init__(self, config_directory: Path, command: Sequence[str], platform: str = sys.platform) -> None:
        """`config_directory` is XDG_CONFIG_HOME; `command` starts the program hidden (an absolute path first)."""
        self.supported = platform.startswith("linux")
        self.file = config_directory / "autostart" / f"{APP_ID}.desktop"
        self._command = tuple(command)

    @property
    def enabled(self) -> bool:
        """Whether the desktop will start the program; a user may have switched the entry off elsewhere."""
        if not self.supported:
            return False
        try:
            lines = self.file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return False
        entries = {line.replace(" ", "").lower() for line in lines}
        return not entries & {"hidden=true", "x-gnome-autostart-enabled=false"}

    def set(self, wanted: bool) -> None:
        """Write or remove the entry. Raises `SettingsError` where that fails or is not supported."""
        if not self.supported:
            if wanted:
                raise SettingsError(
                    "Starting at log-in is not set up by the program on this system",
                    "Add it to the programs that your system starts at log-in.",
                )
            return
        try:
            if wanted:
                self._write()
            else:
                self.file.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(
                "Starting at log-in could not be changed", f"Check that you may write to {self.file.parent}."
            ) from error

    def _write(self) -> None:
        text = entry_text(self._command)
        if self.enabled and self.file.read_text(encoding="utf-8") == text:
            return
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.file.parent, prefix=".enphase-tray-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).replace(self.file)


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
