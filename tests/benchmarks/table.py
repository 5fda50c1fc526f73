"""The result of a comparison, and how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ours` and `theirs` are medians in `unit`; their ratio may be `limit` at most, if there is one.

    A row without a limit is for information; `remark` says why.
    """

    what: str
    ours: float
    theirs: float
    unit: str
    limit: float | None
    remark: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def holds(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


def print_table(rows: Sequence[Row]) -> None:
    """One line for each comparison."""
    width = max((len(row.what) for row in rows), default=0)
    print(f"{'':{width}}  {'ours':>10}  {'beside':>10}  {'ratio':>6}  {'limit':>6}")
    for row in rows:
        ours, theirs = f"{row.ours:.1f} {row.unit}", f"{row.theirs:.1f} {row.unit}"
        limit = "-" if row.limit is None else f"{row.limit:.2f}"
        verdict = row.remark if row.limit is None else "holds" if row.holds else "TOO MUCH"
        print(f"{row.what:{width}}  {ours:>10}  {theirs:>10}  {row.ratio:6.2f}  {limit:>6}  {verdict}")
