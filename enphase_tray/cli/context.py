"""What every command stands on: the profile that was named and the computer's clock."""

import argparse
from pathlib import Path

from enphase_tray.model.clock import Clock, SystemClock
from enphase_tray.settings.paths import ProfilePaths


def profile_paths(options: argparse.Namespace) -> ProfilePaths:
    """The folders of the profile that the command line names, or the user's own."""
    return ProfilePaths.at(Path(options.profile)) if options.profile else ProfilePaths.default()


def system_clock() -> Clock:
    """The clock of every terminal command."""
    return SystemClock()
