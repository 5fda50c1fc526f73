"""The command line's grammar, as `--help` shows it."""

import argparse
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from enphase_tray import __version__

LATER_COMMANDS = {
    "export": "history as CSV",
    "history": "check that the history is whole",
    "doctor": "which step of connecting fails, and why",
    "diagnostics": "what a supporter needs, with nothing private in it",
}
"""Commands of the contract that do not work yet: they say so and exit with 2."""

_EXIT_STATUS = """\
exit status: 0 done, 1 a fault of the program, 2 wrong command line, 3 gateway not reachable or another one,
4 log-in refused or token missing, expired or for another gateway, 5 certificate unknown or changed,
6 answers not understood, 7 settings, secrets or history not readable or writable"""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace with `command` (`None`: the tray); exits with 2 where they are wrong."""
    parser = _parser()
    namespace, unknown = parser.parse_known_args(arguments)
    if unknown and namespace.command not in LATER_COMMANDS:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return namespace


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
    for name, text in LATER_COMMANDS.items():
        _command(commands, name, f"{text} (comes with a later version)")
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
        "--trust-fingerprint", metavar="SHA256", type=_fingerprint, help="accept the certificate with this fingerprint"
    )
    trust.add_argument(
        "--trust-on-first-use", action="store_true", help="accept the certificate of a gateway never seen before"
    )


def _read(commands: Any) -> None:
    parser = _command(commands, "read", "poll once, print, exit", connection=True)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _watch(commands: Any) -> None:
    parser = _command(
        commands, "watch", "one result per poll until stopped, remembered in the history", connection=True
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument(
        "--interval",
        metavar="SECONDS",
        type=_number(1, 86_400),
        help="time between polls (default: the settings' refresh)",
    )
    parser.add_argument("--count", metavar="N", type=_whole(1), help="stop after N results")


def _discover(commands: Any) -> None:
    parser = _command(commands, "discover", "list the gateways announced on the network")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--seconds", metavar="N", type=_number(0.1, 300), default=4.0, help="how long to listen (default: 4)"
    )


def _simulate(commands: Any) -> None:
    parser = _command(commands, "simulate", "run a simulated gateway on 127.0.0.1 until stopped")
    parser.add_argument("--capture", metavar="DIR", help="serve recorded answers instead of the model of a house")
    parser.add_argument("--seed", metavar="N", type=_whole(0), default=1, help="seed of house and weather (default: 1)")
    parser.add_argument(
        "--firmware", metavar="VERSION", default="8.3.5289", help="firmware to imitate (default: 8.3.5289)"
    )
    parser.add_argument("--inverters", metavar="N", type=_whole(0), default=12, help="how many inverters (default: 12)")
    parser.add_argument("--start", metavar="ISO-TIME", type=_moment, help="simulated time to start at (default: now)")
    parser.add_argument(
        "--speed",
        metavar="X",
        type=_number(0.001, 100_000),
        default=1.0,
        help="simulated seconds per second (default: 1)",
    )
    parser.add_argument(
        "--fault", metavar="NAME@TIME", action="append", default=[], help="let something go wrong; may be repeated"
    )
    parser.add_argument("--port", metavar="N", type=_port, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--json", action="store_true", help="print the line as a JSON object")


def _replay(commands: Any) -> None:
    parser = _command(commands, "replay", "run the alert rules over recorded results")
    parser.add_argument("file", metavar="FILE", help="results, one JSON object per line; - for standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument("--timezone", metavar="NAME", help="time zone of the site, such as Europe/Brussels")
    parser.add_argument("--latitude", metavar="DEG", type=_number(-90, 90), help="degrees north")
    parser.add_argument("--longitude", metavar="DEG", type=_number(-180, 180), help="degrees east")
    parser.add_argument(
        "--rule",
        metavar="NAME=on|off",
        action="append",
        default=[],
        type=_switch,
        help="switch a rule; may be repeated",
    )


def _number(low: float, high: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise argparse.ArgumentTypeError(f"must be from {low:g} to {high:g}")
        return value

    return number


def _whole(low: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        value = int(text)
        if value < low:
            raise argparse.ArgumentTypeError(f"must be {low} or more")
        return value

    whole.__name__ = "whole number"
    return whole


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value < 65_536:
        raise argparse.ArgumentTypeError("must be from 0 to 65535")
    return value


def _fingerprint(text: str) -> str:
    plain = text.replace(":", "").replace(" ", "").lower()
    if len(plain) != 64 or any(letter not in "0123456789abcdef" for letter in plain):
        raise argparse.ArgumentTypeError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
    return plain


def _moment(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _switch(text: str) -> tuple[str, bool]:
    name, _, state = text.partition("=")
    if not name or state not in {"on", "off"}:
        raise argparse.ArgumentTypeError("must look like inverter_stopped=off")
    return name, state == "on"
