"""The command line's grammar, as `--help` shows it."""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NoReturn

from enphase_tray import __version__
from enphase_tray.cli.output import UsageError

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

_SECRET_FILES = ("--token-file", "--password-file")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments as a namespace with `command` (`None`: the tray). Raises `UsageError`."""
    _refuse_secrets(arguments)
    parser = _parser()
    namespace, unknown = parser.parse_known_args(arguments)
    if unknown and namespace.command not in LATER_COMMANDS:
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
        if len(name) > 3 and any(name != full and full.startswith(name) for full in _SECRET_FILES):
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
        "--firmware",
        metavar="VERSION",
        type=_firmware,
        default="8.3.5289",
        help="firmware to imitate (default: 8.3.5289)",
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
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a number from {low:,.16g} to {high:,.16g}")
        return value

    return number


def _whole(low: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not _is_whole(text) or int(text) < low:
            raise argparse.ArgumentTypeError(f"must be a whole number, {low} or more")
        return int(text)

    return whole


def _port(text: str) -> int:
    if not _is_whole(text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _fingerprint(text: str) -> str:
    # As `openssl x509 -fingerprint -sha256` and browsers write it, too.
    plain = re.sub(r"[\s:-]", "", text.rpartition("=")[2].lower()).removeprefix("sha256")
    if re.fullmatch(r"[0-9a-f]{64}", plain) is None:
        raise argparse.ArgumentTypeError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
    return plain


def _moment(text: str) -> datetime:
    value: datetime | None = None
    with suppress(ValueError):
        value = datetime.fromisoformat(text)
    if value is None or not 1990 <= value.year <= 2100:
        raise argparse.ArgumentTypeError("must be a time of our days, such as 2026-06-25T12:00:00Z")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _firmware(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]?\d+(\.\d+)+", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError("must be a version, such as 8.3.5289 or 5.0.62")
    return text


def _switch(text: str) -> tuple[str, bool]:
    name, _, state = text.partition("=")
    if not name or state not in {"on", "off"}:
        raise argparse.ArgumentTypeError("must look like inverter_stopped=off")
    return name, state == "on"
