"""What the charts cost on ten years of thirty inverters, beside a bare pyqtgraph plot of 30 x 288 points.

The limits were set on a machine where that plot takes 22 ms to its first frame; here they move in proportion.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks import window_memory
from tests.benchmarks.plan import Plan
from tests.benchmarks.processes import REPOSITORY
from tests.benchmarks.table import Row
from tests.benchmarks.ten_years import kept

REFERENCE_MS = 22.0
LIMITS_MS = {"day": 25.0, "energy": 60.0, "heat_map": 40.0, "pan": 16.0}
WORDS = {
    "day": "first frame of the day, data read",
    "energy": "ten years of energy, data included",
    "heat_map": "30 x 365 heat map, data included",
    "pan": "repaint while panning the day",
}
ROUNDS = 7


def measure(folder: Path) -> list[Row]:
    """Each chart in turn in a process of its own, with the bare plot in each turn."""
    path = kept(Plan())
    spent: dict[str, list[float]] = {what: [] for what in ("bare", *LIMITS_MS)}
    for _ in range(ROUNDS):
        for what, times in spent.items():
            times.append(_measured(path, what)["ms"])
    bare = median(spent["bare"])
    rows = [
        Row(f"charts: {WORDS[what]}", median(spent[what]), bare, "ms", limit / REFERENCE_MS)
        for what, limit in LIMITS_MS.items()
    ]
    return [*rows, *window_memory.measure(folder, path)]


def _measured(place: Path, what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.chart_paint", str(place), what]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{what} ended with {done.returncode}:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
