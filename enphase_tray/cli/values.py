"""Values on the command line: each function takes a word and gives a value, or says what the word must be."""

import argparse
import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime


def number(low: float, high: float) -> Callable[[str], float]:
    """A number within these limits, both included."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a number from {low:,.16g} to {high:,.16g}")
        return value

    return parse


def whole(low: int) -> Callable[[str], int]:
    """A whole number that is not below `low`."""

    def parse(text: str) -> int:
        if not _is_whole(text) or int(text) < low:
            raise argparse.ArgumentTypeError(f"must be a whole number, {low} or more")
        return int(text)

    return parse


def port(text: str) -> int:
    """A TCP port; 0 is any free one."""
    if not _is_whole(text) or int(text) > 65_535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def fingerprint(text: str) -> str:
    """64 lower-case hexadecimal digits, from any way people copy a SHA-256 fingerprint."""
    # As `openssl x509 -fingerprint -sha256` and browsers write it, too.
    plain = re.sub(r"[\s:-]", "", text.rpartition("=")[2].lower()).removeprefix("sha256")
    if re.fullmatch(r"[0-9a-f]{64}", plain) is None:
        raise argparse.ArgumentTypeError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
    return plain


def moment(text: str) -> datetime:
    """An aware time; UTC where no offset is given."""
    value: datetime | None = None
    with suppress(ValueError):
        value = datetime.fromisoformat(text)
    if value is None or not 1990 <= value.year <= 2100:
        raise argparse.ArgumentTypeError("must be a time of our days, such as 2026-06-25T12:00:00Z")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def day(text: str) -> date:
    """A day of the calendar."""
    value: date | None = None
    with suppress(ValueError):
        value = date.fromisoformat(text)
    if value is None or not 1990 <= value.year <= 2100:
        raise argparse.ArgumentTypeError("must be a day of our times, such as 2026-06-25")
    return value


def firmware(text: str) -> str:
    """A firmware version as gateways write them."""
    if re.fullmatch(r"[A-Za-z]?\d+(\.\d+)+", text, re.ASCII) is None:
        raise argparse.ArgumentTypeError("must be a version, such as 8.3.5289 or 5.0.62")
    return text


def switch(text: str) -> tuple[str, bool]:
    """A name and whether it is on."""
    name, _, state = text.partition("=")
    if not name or state not in {"on", "off"}:
        raise argparse.ArgumentTypeError("must look like inverter_stopped=off")
    return name, state == "on"
