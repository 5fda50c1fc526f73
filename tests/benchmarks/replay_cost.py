"""`enphase-tray replay` over a month of 20 inverters, beside reading the same lines as JSON and nothing more."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from enphase_tray.model.result_json import snapshot_to_json
from enphase_tray.monitor.replay import replay
from tests.alerts.story import Array, outcomes, utc
from tests.benchmarks.table import Row

INVERTERS, DAYS, ROUNDS = 20, 30, 3
START = utc("2025-06-01T00:00:00")
MOST_MICROSECONDS = 1000.0
"""60,000 results a minute."""
LIMIT = 11.0
"""Beside `json.loads` alone; about 7.5 were measured, with the doctor."""


def measure(folder: Path) -> list[Row]:
    """CPU for each result, both sides in turn over the same lines."""
    recorded = folder / "month.jsonl"
    array = Array(INVERTERS, 300.0, offsets=(-60.0, 60.0), cloudy=0.9)
    with recorded.open("w", encoding="utf-8") as file:
        for _, snapshot, _ in outcomes(array, START, START + timedelta(days=DAYS)):
            if snapshot is not None:
                file.write(json.dumps(snapshot_to_json(snapshot)) + "\n")
    lines = recorded.read_text(encoding="utf-8").splitlines()
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_cost(lines, lambda: [json.loads(line) and None for line in lines]))
        ours.append(_cost(lines, lambda: list(replay(lines))))
    print(f"{len(lines)} results, {60e6 / median(ours):,.0f} a minute")
    what = f"replay: a result of {INVERTERS} inverters, CPU"
    return [Row(what, median(ours), median(bare), "µs", LIMIT, most=MOST_MICROSECONDS)]


def _cost(lines: list[str], work: Callable[[], object]) -> float:
    """Microseconds of CPU for each line."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / len(lines) * 1e6
