"""Runs a parsed command: sets up logging, catches what is expected, and shows what is not."""

import argparse
import io
import logging
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from enphase_tray.cli import output
from enphase_tray.model.errors import EnphaseTrayError, Retry

BUG = 1


def run(options: argparse.Namespace) -> int:
    """Run the command of `options`; returns the exit status."""
    as_json = bool(getattr(options, "json", False))
    _print_whatever_comes()
    try:
        with _one_line_per_error(), _ended_by_sigterm():
            return _command(options)(options)
    except EnphaseTrayError as error:
        return output.print_error(error, as_json=as_json)
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing to say, and nobody to say it to.
        output.give_up_output()
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
        case "export":
            from enphase_tray.cli.export import export as chosen
        case "history":
            from enphase_tray.cli.history import history as chosen
        case "doctor":
            from enphase_tray.cli.doctor import doctor as chosen
        case "diagnostics":
            from enphase_tray.cli.diagnostics import diagnostics as chosen
        case _:
            from enphase_tray.cli.tray import tray as chosen
    return chosen


def _print_whatever_comes() -> None:
    """A terminal that lacks a sign of ours gets its code instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _one_line_per_error() -> Iterator[None]:
    """Our warnings on standard error, scrubbed of secrets; what libraries find remarkable is not for the user."""
    from enphase_tray.gateway.redact import RedactingFormatter, Redactor

    ours, root = logging.getLogger("enphase_tray"), logging.getLogger()
    handler, silent = logging.StreamHandler(), logging.NullHandler()
    handler.setLevel(logging.WARNING)
    handler.setFormatter(RedactingFormatter(Redactor(), "%(message)s"))
    ours.addHandler(handler)
    root.addHandler(silent)
    try:
        with warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")
            yield
    finally:
        ours.removeHandler(handler)
        root.removeHandler(silent)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl+C does, with everything given back; commands that want more set their own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show_bug(error: Exception, *, as_json: bool) -> int:
    from enphase_tray.gateway.redact import Redactor

    sys.stderr.write(Redactor().scrub("".join(traceback.format_exception(error))))
    said = EnphaseTrayError(
        f"The program has a fault ({type(error).__name__})", "Please report it with the lines above", Retry.NEVER
    )
    output.print_error(said, as_json=as_json)
    return BUG
