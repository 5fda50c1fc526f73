"""Tables as comma-separated values (RFC 4180, lines ended by "\\n"), safe to open in a spreadsheet.

The texts in them come from gateways, so none of them may become a formula. Numbers have a point and no exponent,
times are ISO 8601, and what is not known is an empty cell, never 0.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import TextIO

_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@＝＋－＠])")
"""Where a spreadsheet would begin to calculate: with the cell, or after the separator of half of Europe's
spreadsheets, which cut a cell in two there however it is quoted. Some take full-width signs for the plain ones."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 :_.-]*")
"""Nothing to do: a short way for serials and times, of which millions are written."""
_QUOTED = re.compile(r'[",;]|^\s|\s$')
_DECIMALS = 3


def safe_cell(text: str) -> str:
    """`text` as text for every spreadsheet: a would-be formula gets a leading ', control characters go.

    Line ends and tabs become spaces; signs that only steer (such as those that turn the direction of writing) and
    lone surrogates, which no file can hold, are left out.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(filter(str.isprintable, re.sub(r"\s", " ", text)))
    return _FORMULA.sub(r"\1'", text)


def utc_text(moment: datetime) -> str:
    """An aware moment in UTC: `2026-06-25T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_text(moment: datetime, zone: tzinfo | None) -> str:
    """An aware moment on the clocks of `zone` (`None`: the computer's), as spreadsheets take it for a time.

    `2026-06-25 14:00:00`. The hour that autumn has twice is told apart by the column in UTC beside it.
    """
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def rows_to_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The whole table as one text. Cells: texts, numbers, dates, `None` for unknown."""
    return "".join([_line(header), *map(_line, rows)])


def write_csv(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write the table row by row, so that only one row at a time is in memory. Raises OSError as `file` does."""
    file.write(_line(header))
    for row in rows:
        file.write(_line(row))


def _line(cells: Sequence[object]) -> str:
    return ",".join(map(_cell, cells)) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return _number(value)
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return _text(str(value))


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = safe_cell(text)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer():
        return str(int(value))
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
