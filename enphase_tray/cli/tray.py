"""No command: the tray application, or the same in the terminal where there is no display."""

import argparse
import sys

from enphase_tray.app.compose import Profile
from enphase_tray.app.display import has_display
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.cli.output import UsageError
from enphase_tray.cli.watch import watch_monitor


def tray(options: argparse.Namespace) -> int:
    """Run the tray; `--demo` on a simulated house in a throw-away profile."""
    if options.demo:
        return _demo(options)
    if not has_display():
        raise UsageError("There is no display to show a tray on", "Use `enphase-tray watch` in a terminal")
    from enphase_tray.app.desktop import start

    return start(Profile(profile_paths(options), system_clock()), hidden=options.hidden)


def _demo(options: argparse.Namespace) -> int:
    from enphase_tray.app.demo_run import demo_on_desktop, prepared

    if has_display():
        return demo_on_desktop(hidden=options.hidden)
    sys.stderr.write("There is no display here, so the demo runs in the terminal. Ctrl+C ends it.\n")
    with prepared() as demo:
        refresh = float(demo.settings.gateway.refresh_seconds)
        return watch_monitor(demo.monitor(), demo.profile.clock, refresh)
