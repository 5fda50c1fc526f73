"""The command line's grammar, as `--help` shows it."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from enphase_tray import __version__
from enphase_tray.cli import values
from enphase_tray.cli.columns import COLUMNS, columns_help
from enphase_tray.cli.output import UsageError

_EXIT_STATUS = """\
exit status: 0 done, 1 a fault of the program, 2 wrong command line, 3 gateway not reachable or another one,
4 log-in refused or token missing, expired or for another gateway, 5 certificate unknown or changed,
6 answers not understood, 7 settings, secrets or history not readable or writable"""

_SECRET_FILES = ("--token-file", "--password-file")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace with `command` (`None`: the tray). Raises `UsageError`."""
    _refuse_secrets(arguments)
    parser = _parser()
    namespace, unknown = parser.parse_known_args(arguments)
    if unknown:
        # Values are not repeated: a secret may be among them.
        names = [word.partition("=")[0] for word in unknown if word.startswith("-")]
        parser.error(f"there is no option {', '.join(names)}" if names else "there are more words than expected")
    if namespace.command is not None and (namespace.demo or namespace.hidden):
        parser.error("--demo and --hidden are for the tray and go with no command")
    return namespace


def _refuse_secrets(arguments: Sequence[str]) -> None:
    """Refuse what looks like a secret as an argument (`--token eyJ...`), without repeating it."""
    for word in arguments:
        name = word.partition("=")[0]
        # Three letters at least: --to is an option of its own.
        if len(name) > 4 and any(name != full and full.startswith(name) for full in _SECRET_FILES):
            raise UsageError(
                "A secret is never given on the command line, where others can read it",
                "Put it into a file and name that: --token-file F or --password-file F, - for standard input",
            )


class _Parser(argparse.ArgumentParser):
    """Knows no abbreviations, and says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"The command line is wrong: {message}", f"See {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="enphase-tray",
        description="Watch an Enphase solar system over its gateway (Envoy / IQ Gateway): in the system tray, "
        "or with a command in the terminal.",
        epilog=_EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"enphase-tray {__version__}")
    parser.add_argument("--demo", action="store_true", help="show a simulated house in a throw-away profile")
    parser.add_argument("--hidden", action="store_true", help="start in the tray without opening the window")
    parser.add_argument("--profile", metavar="DIR", help="keep settings, state and history in this folder")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _read(commands)
    _watch(commands)
    _discover(commands)
    _simulate(commands)
    _replay(commands)
    _export(commands)
    _history(commands)
    _doctor(commands)
    _diagnostics(commands)
    return parser


def _command(commands: Any, name: str, text: str, *, connection: bool = False) -> argparse.ArgumentParser:
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[:1].upper() + text[1:] + ".", epilog=_EXIT_STATUS if connection else None
    )
    added.add_argument("--profile", metavar="DIR", default=argparse.SUPPRESS, help="use the settings in this folder")
    if connection:
        _add_connection(added)
    return added


def _add_connection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("connection", "what is left out comes from the profile's settings and secrets")
    group.add_argument("--host", metavar="HOST[:PORT]", help="address of the gateway")
    group.add_argument("--serial", metavar="S", help="the gateway's serial; another one answering is an error")
    group.add_argument("--username", metavar="U", help="below firmware 7: user name (default: envoy)")
    group.add_argument(
        "--password-file", metavar="F", help="below firmware 7: file with the password, - for standard input"
    )
    group.add_argument(
        "--token-file", metavar="F", help="firmware 7 and newer: file with the token, - for standard input"
    )
    trust = group.add_mutually_exclusive_group()
    trust.add_argument(
        "--trust-fingerprint",
        metavar="SHA256",
        type=values.fingerprint,
        help="accept the certificate with this fingerprint",
    )
    trust.add_argument(
        "--trust-on-first-use", action="store_true", help="accept the certificate of a gateway never seen before"
    )


def _read(commands: Any) -> None:
    parser = _command(commands, "read", "poll once, print, exit", connection=True)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--record", metavar="DIR", help="write the gateway's answers into this new folder, with nothing private in them"
    )


def _watch(commands: Any) -> None:
    parser = _command(
        commands, "watch", "one result per poll until stopped, remembered in the history", connection=True
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=values.number(1, 86_400),
        help="time between polls (default: the settings' refresh)",
    )
    parser.add_argument("--count", metavar="N", type=values.whole(1), help="stop after N results")


def _discover(commands: Any) -> None:
    parser = _command(commands, "discover", "list the gateways announced on the network")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--seconds", metavar="N", type=values.number(0.1, 300), default=4.0, help="how long to listen (default: 4)"
    )


def _simulate(commands: Any) -> None:
    parser = _command(commands, "simulate", "run a simulated gateway on 127.0.0.1 until stopped")
    parser.add_argument("--capture", metavar="DIR", help="serve recorded answers instead of the model of a house")
    parser.add_argument(
        "--seed", metavar="N", type=values.whole(0), default=1, help="seed of house and weather (default: 1)"
    )
    parser.add_argument(
        "--firmware",
        metavar="VERSION",
        type=values.firmware,
        default="8.3.5289",
        help="firmware to imitate (default: 8.3.5289)",
    )
    parser.add_argument(
        "--inverters", metavar="N", type=values.whole(0), default=12, help="how many inverters (default: 12)"
    )
    parser.add_argument(
        "--start", metavar="ISO-TIME", type=values.moment, help="simulated time to start at (default: now)"
    )
    parser.add_argument(
        "--speed",
        metavar="X",
        type=values.number(0.001, 100_000),
        default=1.0,
        help="simulated seconds per second (default: 1)",
    )
    parser.add_argument(
        "--fault", metavar="NAME@TIME", action="append", default=[], help="let something go wrong; may be repeated"
    )
    parser.add_argument(
        "--port", metavar="N", type=values.port, default=0, help="port to listen on (default: any free one)"
    )
    parser.add_argument("--json", action="store_true", help="print the line as a JSON object")


def _replay(commands: Any) -> None:
    parser = _command(commands, "replay", "run the alert rules over recorded results")
    parser.add_argument("file", metavar="FILE", help="results, one JSON object per line; - for standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument("--timezone", metavar="NAME", help="time zone of the site, such as Europe/Brussels")
    parser.add_argument("--latitude", metavar="DEG", type=values.number(-90, 90), help="degrees north")
    parser.add_argument("--longitude", metavar="DEG", type=values.number(-180, 180), help="degrees east")
    parser.add_argument(
        "--rule",
        metavar="NAME=on|off",
        action="append",
        default=[],
        type=values.switch,
        help="switch a rule; may be repeated",
    )


def _export(commands: Any) -> None:
    parser = _command(commands, "export", "history as CSV")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = columns_help()
    parser.add_argument(
        "--from", dest="first", metavar="D", type=values.day, help="first day, such as 2026-06-25 (default: all)"
    )
    parser.add_argument(
        "--to", dest="last", metavar="D", type=values.day, help="last day, itself included (default: all)"
    )
    parser.add_argument(
        "--what",
        choices=[*COLUMNS],
        default="power",
        help="power of the site (default) or of the inverters, energy "
        "of the days of the site or of the inverters, or events",
    )
    parser.add_argument("--serial", metavar="S", help="only this gateway, or this inverter (default: all)")
    parser.add_argument(
        "--output", metavar="FILE", help="write this file, whole or not at all (default: -, standard output)"
    )


def _history(commands: Any) -> None:
    parser = _command(commands, "history", "is the history whole: invariants, sizes, gaps, provenance")
    parser.add_argument("--check", action="store_true", required=True, help="look at all of it and change nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _doctor(commands: Any) -> None:
    parser = _command(
        commands, "doctor", "which step of connecting fails, and why; sends no secret to find out", connection=True
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _diagnostics(commands: Any) -> None:
    parser = _command(commands, "diagnostics", "what a supporter needs, with nothing private in it", connection=True)
    parser.add_argument("--output", metavar="FILE.zip", required=True, help="write this file; it must not exist yet")
