"""Which way of starting at log-in this system has."""

import sys
from collections.abc import Sequence
from pathlib import Path

from enphase_tray.ui.desktop.autostart import DesktopEntry, Entry


def entry_for(config_directory: Path, home: Path, command: Sequence[str], platform: str = sys.platform) -> Entry | None:
    """The way of this system; `None` where none is known. `config_directory` as Qt gives it, `home` the user's."""
    if platform.startswith("linux"):
        return DesktopEntry(config_directory, command)
    # Late: what other systems need is not in memory here.
    from enphase_tray.ui.desktop.autostart_elsewhere import LaunchAgent, RunValue
    from enphase_tray.ui.desktop.registry import user_registry

    if platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents", command)
    registry = user_registry()
    return None if registry is None else RunValue(registry, command)
