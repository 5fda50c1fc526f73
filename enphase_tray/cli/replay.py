"""`replay`: run the alert rules over recorded results."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from enphase_tray.alerts.rules import RULES
from enphase_tray.cli import output
from enphase_tray.cli.summary import zone_of
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.result_json import event_to_json
from enphase_tray.monitor.replay import replay as run_rules

PLANNED_RULES = frozenset({"panel_weak"})
"""Of the contract, but not built yet: switching them does nothing and is no mistake."""


def replay(options: argparse.Namespace) -> int:
    """Print what the user would have been told. Raises `UsageError`, `SettingsError`, `NotUnderstood`."""
    _insist_known(options)
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


def _insist_known(options: argparse.Namespace) -> None:
    """A misspelled rule or place would only make a replay say something else than was meant."""
    known = {rule.name for rule in RULES} | PLANNED_RULES
    for name, _ in options.rule:
        if name not in known:
            raise output.UsageError(f"There is no rule called {name}", f"There are: {', '.join(sorted(known))}")
    if options.timezone is not None and zone_of(options.timezone) is None:
        raise output.UsageError(f"There is no time zone called {options.timezone}", "An example: Europe/Brussels")


@contextmanager
def _lines(name: str) -> Iterator[Iterator[str]]:
    if name == "-" and sys.stdin is None:
        raise output.UsageError("Standard input is closed", "Name a file instead")
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            yield (line.decode("utf-8-sig", "replace") for line in file)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise SettingsError(f"The file {name} cannot be read: {error.strerror}", "Check its name") from error
