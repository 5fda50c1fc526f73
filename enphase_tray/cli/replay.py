"""`replay`: run the alert rules over recorded results."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from enphase_tray.cli import output
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.result_json import event_to_json
from enphase_tray.monitor.replay import replay as run_rules


def replay(options: argparse.Namespace) -> int:
    """Print what the user would have been told."""
    with _lines(options.file) as lines:
        events = run_rules(
            lines,
            timezone=options.timezone,
            latitude=options.latitude,
            longitude=options.longitude,
            switches=dict(options.rule),
        )
        for event in events:
            if options.json:
                output.print_json(event_to_json(event))
            else:
                alert = event.alert
                output.print_line(f"{event.at:%Y-%m-%d %H:%M:%SZ}  {event.change.value:7}  {alert.title}. {alert.body}")
    return 0


@contextmanager
def _lines(name: str) -> Iterator[TextIO]:
    if name == "-":
        yield sys.stdin
        return
    try:
        file = Path(name).open(encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below
    except OSError as error:
        raise SettingsError(f"The file {name} cannot be read: {error.strerror}", "Check its name") from error
    with file:
        yield file
