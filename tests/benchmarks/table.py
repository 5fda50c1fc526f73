"""The result of a comparison, and how it is printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ours` and `theirs` are medians in `unit`; their ratio may be `limit` at most, and `ours` itself `most`.

    A row without a limit is for information; `remark` says why. `theirs` is `None` where there is nothing beside it.
    """

    what: str
    ours: float
    theirs: float | None
    unit: str
    limit: float | None
    remark: str = ""
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if not self.theirs else self.ours / self.theirs

    @property
    def holds(self) -> bool:
        within_ratio = self.limit is None or (self.ratio is not None and self.ratio <= self.limit)
        return within_ratio and (self.most is None or self.ours <= self.most)

    @property
    def has_limit(self) -> bool:
        return self.limit is not None or self.most is not None


def print_table(rows: Sequence[Row]) -> None:
    """One line for each comparison."""
    width = max((len(row.what) for row in rows), default=0)
    print(f"{'':{width}}  {'ours':>10}  {'beside':>10}  {'ratio':>6}  {'limit':>8}")
    for row in rows:
        ours, theirs = _figure(row.ours, row.unit), _figure(row.theirs, row.unit)
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        limit = _figure(row.most, row.unit) if row.limit is None else f"{row.limit:.2f}"
        verdict = row.remark if not row.has_limit else "holds" if row.holds else "TOO MUCH"
        print(f"{row.what:{width}}  {ours:>10}  {theirs:>10}  {ratio:>6}  {limit:>8}  {verdict}")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.{1 if value >= 10 else 2}f} {unit}"
