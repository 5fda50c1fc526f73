"""A bar of the trust plan: what was promised, what was measured, and whether it holds."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table. `bar` is its number in the plan, such as `B1`; `measured` and `limit` are for reading."""

    bar: str
    what: str
    measured: str
    limit: str
    holds: bool


def print_table(rows: Sequence[Row]) -> None:
    """One line for each bar, in order."""
    table = [("bar", "what", "measured", "limit", "")]
    table += [(row.bar, row.what, row.measured, row.limit, "holds" if row.holds else "BROKEN") for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(4)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, (*widths, 0), strict=True)).rstrip())
