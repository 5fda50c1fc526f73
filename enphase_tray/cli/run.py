"""Runs a parsed command: sets up logging, catches what is expected, and shows what is not."""

import argparse
import logging
import sys
import traceback
from collections.abc import Callable

from enphase_tray.cli import output
from enphase_tray.cli.parser import LATER_COMMANDS
from enphase_tray.model.errors import EnphaseTrayError, Retry

BUG = 1


def run(options: argparse.Namespace) -> int:
    """Run the command of `options`; returns the exit status."""
    as_json = bool(getattr(options, "json", False))
    if options.command in LATER_COMMANDS:
        sys.stderr.write(f"{options.command} is not in this version yet. It comes with a later one.\n")
        return output.USAGE
    _log_to_standard_error()
    try:
        return _command(options)(options)
    except EnphaseTrayError as error:
        return output.print_error(error, as_json=as_json)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 - the last door: a bug is shown in full, never swallowed
        return _show_bug(error, as_json=as_json)


def _command(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """The function of a command, imported only when it is the one to run."""
    match options.command:
        case "read":
            from enphase_tray.cli.read import read as chosen
        case "watch":
            from enphase_tray.cli.watch import watch as chosen
        case "discover":
            from enphase_tray.cli.discover import discover as chosen
        case "simulate":
            from enphase_tray.cli.simulate import simulate as chosen
        case "replay":
            from enphase_tray.cli.replay import replay as chosen
        case _:
            from enphase_tray.cli.tray import tray as chosen
    return chosen


def _log_to_standard_error() -> None:
    """Warnings on standard error, scrubbed of secrets."""
    from enphase_tray.gateway.redact import RedactingFormatter, Redactor

    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(RedactingFormatter(Redactor(), "%(message)s"))
    logging.getLogger("enphase_tray").addHandler(handler)


def _show_bug(error: Exception, *, as_json: bool) -> int:
    from enphase_tray.gateway.redact import Redactor

    sys.stderr.write(Redactor().scrub("".join(traceback.format_exception(error))))
    said = EnphaseTrayError(
        f"The program has a fault ({type(error).__name__})", "Please report it with the lines above", Retry.NEVER
    )
    output.print_error(said, as_json=as_json)
    return BUG
