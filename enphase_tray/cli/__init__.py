"""The terminal face and the front door: `main` runs every command, the tray included."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (the process's own by default); returns the exit status."""
    from enphase_tray.app.process import leave_no_core_dump
    from enphase_tray.cli.output import UsageError, print_error
    from enphase_tray.cli.parser import parse
    from enphase_tray.cli.run import run

    leave_no_core_dump()
    arguments = sys.argv[1:] if argv is None else argv
    try:
        options = parse(arguments)
    except UsageError as error:
        return print_error(error, as_json="--json" in arguments)
    return run(options)
