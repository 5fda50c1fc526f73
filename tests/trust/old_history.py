"""What the check at the start and the daily backup cost with ten years of thirty inverters behind them."""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from enphase_tray.history.backups import copy_whole
from enphase_tray.history.database import open_for_writing
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from tests.benchmarks.plan import Plan
from tests.benchmarks.ten_years import kept
from tests.trust.bar import Row

_CHECK_SECONDS, _BACKUP_SECONDS = 0.3, 0.5
_LATER = datetime(2036, 1, 1, tzinfo=UTC)


def measure(rounds: int) -> list[Row]:
    """CPU time of the thread that does it, the disk's work in it included; the window's thread has no part in it."""
    with tempfile.TemporaryDirectory(prefix="et-old-") as place:
        folder = Path(place)
        history = Path(shutil.copy(kept(Plan()), folder / "history.db"))
        opening = median(_seconds(lambda: _opened(history)) for _ in range(rounds))
        with closing(open_for_writing(history)) as connection:
            backing = median(
                _seconds(lambda number=number: copy_whole(connection, folder / f"{number}.db"))  # type: ignore[misc]
                for number in range(rounds)
            )
        size = history.stat().st_size / 2**20
    what = f"ten years, {size:.0f} MiB"
    return [
        Row(
            "B20", f"start with its check, {what}", f"{opening:.2f} s", f"{_CHECK_SECONDS} s", opening <= _CHECK_SECONDS
        ),
        Row("B20", f"daily backup, {what}", f"{backing:.2f} s", f"{_BACKUP_SECONDS} s", backing <= _BACKUP_SECONDS),
    ]


def _opened(history: Path) -> None:
    with closing(HistoryWriter(history, ManualClock(_LATER))) as writer:
        writer.open()


def _seconds(task: Callable[[], object]) -> float:
    began = time.thread_time()
    task()
    return time.thread_time() - began
