"""`read`: poll once, print, exit."""

import argparse
from pathlib import Path

from enphase_tray.cli import output
from enphase_tray.cli.connection import Asked, connection_asked
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.cli.new_files import insist_new
from enphase_tray.cli.record import write_recording
from enphase_tray.cli.summary import print_summary
from enphase_tray.gateway.recording import Recording
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.readings import Snapshot
from enphase_tray.model.result_json import snapshot_to_json
from enphase_tray.monitor.connecting import renewals_agreed


def read(options: argparse.Namespace) -> int:
    """Print one result; leaves no trace in the profile but the pin. With `--record` the answers go to a folder."""
    folder = None if options.record is None else Path(options.record)
    if folder is not None:
        insist_new(folder)
    asked = connection_asked(options, profile_paths(options), system_clock())
    recording = Recording()
    reader = asked.profile.reader(
        asked.connection,
        asked.tokens,
        heard=None if folder is None else recording,
        renewals=renewals_agreed(asked.settings.gateway, asked.connection),
    )
    try:
        snapshot = reader.read()
    except EnphaseTrayError:
        # The answers that led to nothing are the ones most worth having.
        if folder is not None:
            _record(folder, recording, asked, None)
        raise
    finally:
        reader.close()
    if folder is not None:
        _record(folder, recording, asked, snapshot)
    if options.json:
        output.print_json(snapshot_to_json(snapshot))
    else:
        print_summary(snapshot)
    return 0


def _record(folder: Path, recording: Recording, asked: Asked, snapshot: Snapshot | None) -> None:
    count = write_recording(folder, recording, asked, snapshot)
    output.print_note(f"{count} answers were recorded in {folder}" if count else "There was no answer to record")
