"""`make bench`: what the program costs, beside what it is measured against. Not a test: it only prints.

    python -m tests.benchmarks [read] [poll] [tray] [store] [charts] [replay]

Each part runs both sides in turn on this machine in one go and compares medians, so that figures from different
machines, or from a busy one, are never compared.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import chart_cost, poll_cost, read_cost, replay_cost, store_cost, tray_memory
from tests.benchmarks.table import Row, print_table

PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "read": read_cost.measure,
    "poll": poll_cost.measure,
    "tray": tray_memory.measure,
    "store": store_cost.measure,
    "charts": chart_cost.measure,
    "replay": replay_cost.measure,
}


def main(names: list[str]) -> int:
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for name, measure in PARTS.items():
        if not names or name in names:
            print(f"measuring: {name}", file=sys.stderr)
            with tempfile.TemporaryDirectory(prefix="et-bench-") as folder:
                rows += measure(Path(folder))
    print_table(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
