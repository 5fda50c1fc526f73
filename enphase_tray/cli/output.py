"""What the terminal face prints: results, errors and their exit status."""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from enphase_tray.model.errors import EnphaseTrayError, Retry

SCHEMA = 1

_EXIT_STATUS = {
    "unreachable": 3,
    "wrong_gateway": 3,
    "login_refused": 4,
    "token_expired": 4,
    "token_wrong_gateway": 4,
    "token_missing": 4,
    "certificate_unknown": 5,
    "certificate_changed": 5,
    "not_understood": 6,
    "settings": 7,
    "secrets": 7,
    "history": 7,
}

USAGE = 2


class UsageError(EnphaseTrayError):
    """The command line is wrong in a way that only running it shows."""

    kind = "usage"
    default_retry = Retry.NEVER


def exit_status(kind: str) -> int:
    """The exit status of an error's kind; what is not an expected error is a fault of the program."""
    return USAGE if kind == UsageError.kind else _EXIT_STATUS.get(kind, 1)


def print_json(document: dict[str, Any]) -> None:
    """One object on one line, at once; ASCII alone, so that every terminal and pipe can take it."""
    sys.stdout.write(json.dumps(document, allow_nan=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def print_line(text: str = "") -> None:
    """One line of text, control characters made harmless, at once."""
    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()


def print_table(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns as wide as needed; the first is left-aligned, the others right-aligned."""
    table = [tuple(printable(cell) for cell in row) for row in rows]
    if not table:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print_line("  ".join(cells).rstrip())


def print_error(error: EnphaseTrayError, *, as_json: bool) -> int:
    """One line on standard error, with `as_json` an object on standard output too; returns the exit status."""
    if as_json:
        print_json(
            {"schema": SCHEMA, "error": error_document(error.kind, error.title, error.advice, error.retry.value)}
        )
    print_failure(error.title, error.advice)
    return exit_status(error.kind)


def print_failure(title: str, advice: str) -> None:
    """The one line on standard error: `Title. Advice.`"""
    sys.stderr.write(printable(f"{title}. {advice}".rstrip(". ") + ".") + "\n")
    sys.stderr.flush()


def print_note(text: str) -> None:
    """One line on standard error that is no failure: what was done beside the result."""
    sys.stderr.write(printable(f"{text}.") + "\n")
    sys.stderr.flush()


def error_document(kind: str, title: str, advice: str, retry: str) -> dict[str, str]:
    """The `error` object of the contract."""
    return {"kind": kind, "title": title, "advice": advice, "retry": retry}


def give_up_output() -> None:
    """Nothing more can go to standard output: what is left in its buffer is not written at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(text: str) -> str:
    """The text with what could steer a terminal written out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
