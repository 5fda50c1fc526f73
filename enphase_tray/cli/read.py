"""`read`: poll once, print, exit."""

import argparse

from enphase_tray.cli import output
from enphase_tray.cli.connection import connection_asked
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.cli.summary import print_summary
from enphase_tray.model.result_json import snapshot_to_json


def read(options: argparse.Namespace) -> int:
    """Print one result; leaves no trace in the profile but the pin."""
    asked = connection_asked(options, profile_paths(options), system_clock())
    reader = asked.profile.reader(asked.connection, asked.tokens)
    try:
        snapshot = reader.read()
    finally:
        reader.close()
    if options.json:
        output.print_json(snapshot_to_json(snapshot))
    else:
        print_summary(snapshot)
    return 0
