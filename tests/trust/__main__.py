"""`make trust`: every bar of trust that can be measured here, in full; prints a table and fails where one is broken.

    python -m tests.trust [--short] [PART ...]

It takes about an hour; `--short` takes a minute and is what the tests run. What cannot be measured here stands in
SECURITY.md, with the reason.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.trust import (
    canary,
    fuzz,
    hostile_answers,
    impostors,
    mutants,
    old_history,
    open_window,
    outages,
    proofs,
    quits,
    soak,
    spoofs,
    stall,
)
from tests.trust.bar import Row, print_table


@dataclass(frozen=True)
class Part:
    """A measurement with its two sizes; without a short one it is only made in full."""

    measure: Callable[[int], list[Row]]
    full: int
    short: int | None


PARTS: dict[str, Part] = {
    "impostors": Part(impostors.measure, 1000, 8),
    "spoofs": Part(spoofs.measure, 500, 50),
    "fuzz": Part(lambda cases: fuzz.measure(cases * 5 // 6, cases // 6), 12_000, 600),
    "canary": Part(canary.measure, 1, 1),
    "slow": Part(lambda seconds: hostile_answers.slow(seconds / 10), 50, 3),
    "large": Part(hostile_answers.large, 300, 32),
    "stale": Part(outages.stale, 1000, 60),
    "recovery": Part(outages.recovery, 100, 5),
    "soak": Part(soak.measure, 72, 3),
    "window": Part(open_window.measure, 3000, 45),
    "history": Part(old_history.measure, 5, None),
    "stall": Part(stall.measure, 120, 10),
    "quits": Part(quits.measure, 200, 2),
    "proofs": Part(proofs.measure, 1, None),
    "mutants": Part(mutants.measure, 8, None),
}


def main(words: list[str]) -> int:
    short, names = "--short" in words, [word for word in words if word != "--short"]
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name, part in PARTS.items():
        size = part.short if short else part.full
        if size is None or (names and name not in names):
            continue
        began = time.monotonic()
        rows += part.measure(size)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    rows.sort(key=lambda row: (row.bar[0], int(row.bar[1:]) if row.bar[1:].isdigit() else 0))
    print_table(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
