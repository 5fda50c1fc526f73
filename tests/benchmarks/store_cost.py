"""What the history costs: size, appending and reading, beside a naive table and the recorder of Home Assistant.

Reading is measured on ten years of thirty inverters. The other two hold only the last year of it (and the recorder the
last month of that), filled with the same reports, so where a row spans ten years they have the smaller task.
"""

import contextlib
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from enphase_tray.history.backups import copy_whole
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import Snapshot
from tests.benchmarks.other_schemas import Bare, Naive, Recorder, Report, size_of
from tests.benchmarks.plan import LAST_DAY, SITE, ZONE, Plan
from tests.benchmarks.table import Row
from tests.benchmarks.ten_years import kept, snapshots

PLAN = Plan()
YEAR, MONTH, DAY = timedelta(days=365), timedelta(days=30), timedelta(days=1)
MOST_BYTES = 3.0
MOST_APPEND = 2.0
MOST_READ = 1.0
MOST_CHECK_MS, MOST_BACKUP_MS = 300.0, 500.0
NOT_ASKED = "for information: charts ask for days, not for power of a year"
EVERY_THIRD = "for information: each third poll"
ROUNDS = 7
POLLS = 120
APPEND_ROUNDS = 9

_END = datetime.combine(LAST_DAY + DAY, datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC)


def measure(folder: Path) -> list[Row]:
    """Size, appending and reading on one machine in one go."""
    path = kept(PLAN)
    with contextlib.closing(HistoryReader(path)) as reader:
        naive, recorder = Naive(folder / "naive.db"), Recorder(folder / "recorder.db", PLAN.serials)
        rows = _sizes(path, reader, naive, recorder)
        rows += _reads(reader, naive, recorder)
    rows += _appending(folder, naive, recorder)
    rows += _care(folder, path)
    for other in (naive, recorder):
        other.connection.close()
    return rows


def _sizes(path: Path, reader: HistoryReader, naive: Naive, recorder: Recorder) -> list[Row]:
    """Bytes for each report of an inverter, with all else that the files hold."""
    samples = _samples(reader)
    kept_year = sum(naive.append(reports) for reports in _reports(reader, _END - YEAR))
    month = sum(len(reports) for reports in _reports(reader, _END - MONTH))
    states = sum(recorder.append(reports) for reports in _reports(reader, _END - MONTH))
    print(
        f"{samples:,} reports in {path.stat().st_size:,} bytes; the recorder stores {states / month:.0%} of a month's"
    )
    ours = path.stat().st_size / samples
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        _print_shares(connection, samples)
    return [
        Row(
            "store: size of a sample, naive beside",
            ours,
            size_of(naive.connection) / kept_year,
            "B",
            None,
            most=MOST_BYTES,
        ),
        Row(
            "store: size of a sample, recorder beside",
            ours,
            size_of(recorder.connection) / states,
            "B",
            None,
            most=MOST_BYTES,
        ),
    ]


def _samples(reader: HistoryReader) -> int:
    return sum(
        sum(value is not None for value in watts)
        for start in _days(_END - timedelta(days=366 * PLAN.years))
        for watts in reader.inverter_series(SITE, start, start + DAY).watts.values()
    )


def _print_shares(connection: sqlite3.Connection, samples: int) -> None:
    """Which table takes how much of each sample, where this SQLite can tell."""
    with contextlib.suppress(sqlite3.OperationalError):
        sql = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 5"
        print("bytes per sample:", ", ".join(f"{name} {size / samples:.2f}" for name, size in connection.execute(sql)))


def _reports(reader: HistoryReader, since: datetime) -> Iterator[list[Report]]:
    """The reports of each day since then, in order of time."""
    for start in _days(since):
        series = reader.inverter_series(SITE, start, start + DAY)
        yield [
            (int(at), serial, watts[index])
            for index, at in enumerate(series.times)
            for serial, watts in series.watts.items()
            if watts[index] is not None
        ]


def _days(since: datetime) -> Iterator[datetime]:
    while since < _END:
        yield since
        since += DAY


def _reads(reader: HistoryReader, naive: Naive, recorder: Recorder) -> list[Row]:
    """What the charts ask for, beside the same questions to the others."""
    unit, (day, year, end) = (
        PLAN.serials[7],
        (int((_END - ago).timestamp()) for ago in (DAY, YEAR, 0 * DAY)),
    )
    first = PLAN.first_day
    questions: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "today's curves, naive beside": (
            lambda: reader.inverter_series(SITE, _END - DAY, _END),
            lambda: naive.curves(day, end),
        ),
        "today's curves, recorder beside": (
            lambda: reader.inverter_series(SITE, _END - DAY, _END),
            lambda: recorder.curves(day, end),
        ),
        "days of ten years, naive beside (one year)": (
            lambda: reader.days(SITE, first, LAST_DAY),
            lambda: naive.days(year, end),
        ),
        "30 inverters by 365 days, naive beside": (
            lambda: reader.inverter_days(SITE, LAST_DAY - YEAR + DAY, LAST_DAY),
            lambda: naive.inverter_days(year, end),
        ),
    }
    rows = [Row(f"store: {what}", *_in_turn(*asked), "ms", MOST_READ) for what, asked in questions.items()]
    year_of_one = _in_turn(
        lambda: reader.inverter_series(SITE, _END - YEAR, _END, [unit]), lambda: naive.one_inverter(unit, year, end)
    )
    return [*rows, Row("store: one inverter, one year, naive beside", *year_of_one, "ms", None, NOT_ASKED)]


def _appending(folder: Path, naive: Naive, recorder: Recorder) -> list[Row]:
    """One poll, committed to the disk, in which all inverters reported anew; each in turn, each the first in its turn.

    In every third poll they also tell their energy anew, as gateways do; the median is that of the others. Times of a
    tenth of a millisecond are restless, so the same day is appended to several fresh files, which takes a minute.
    """
    week = list(snapshots(Plan(PLAN.inverters, 7 / 365.25, live_days=0)))
    busy = [shot for shot in week[-288:] if sum(unit.last_report_watts or 0 for unit in shot.inverters) > 1000][:POLLS]
    spent: dict[str, list[float]] = {"ours": [], "bare": [], "naive": [], "recorder": []}
    for number in range(APPEND_ROUNDS):
        place = folder / f"append-{number}"
        place.mkdir()
        _append_in_turn(place, week[:-288], busy, naive, recorder, spent)
    cost = {name: median(times) for name, times in spent.items()}
    telling = median(
        took for took, shot in zip(spent["ours"], busy * APPEND_ROUNDS, strict=True) if shot.at.minute % 15 == 0
    )
    return [
        Row("store: append of a poll, one bare row beside", cost["ours"], cost["bare"], "ms", MOST_APPEND),
        Row(
            "store: append of a poll that tells energies, one bare row beside",
            telling,
            cost["bare"],
            "ms",
            None,
            EVERY_THIRD,
        ),
        Row("store: append of a poll, naive beside", cost["ours"], cost["naive"], "ms", None),
        Row("store: append of a poll, recorder beside", cost["ours"], cost["recorder"], "ms", None),
    ]


def _append_in_turn(
    folder: Path,
    before: list[Snapshot],
    busy: list[Snapshot],
    naive: Naive,
    recorder: Recorder,
    spent: dict[str, list[float]],
) -> None:
    bare = Bare(folder / "bare.db")
    writer = HistoryWriter(folder / "history.db", ManualClock(before[0].at))
    for shot in before:
        writer.append(shot)
    names = list(spent)
    for number, old in enumerate(busy):
        shot = deepcopy(old)  # just made, as by a poll, like the reports of the others
        reports = _as_reports(shot)
        packed, at = bytes(2 * len(reports)), int(shot.at.timestamp())
        tasks: dict[str, Callable[[], object]] = {
            "ours": partial(writer.append, shot),
            "bare": partial(bare.append, at, packed),
            "naive": partial(naive.append, reports),
            "recorder": partial(recorder.append, reports),
        }
        first = number % len(names)
        for name in names[first:] + names[:first]:
            spent[name].append(_timed(tasks[name]))
    writer.close()
    bare.connection.close()


def _as_reports(shot: Snapshot) -> list[Report]:
    return [(int(shot.at.timestamp()), unit.serial, unit.last_report_watts or 0.0) for unit in shot.inverters]


def _care(folder: Path, path: Path) -> list[Row]:
    """SQLite's own check, which runs at each start, and the daily backup, both outside the GUI thread."""
    with contextlib.closing(sqlite3.connect(shutil.copy(path, folder / "copy.db"))) as connection:
        check = median(_timed(lambda: connection.execute("PRAGMA quick_check").fetchall()) for _ in range(3))
        backup = median(
            _timed(lambda number=number: copy_whole(connection, folder / f"backup-{number}.db")) for number in range(3)
        )
    return [
        Row("store: check at start, ten years", check, None, "ms", None, most=MOST_CHECK_MS),
        Row("store: backup, ten years", backup, None, "ms", None, most=MOST_BACKUP_MS),
    ]


def _in_turn(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    times = [(_timed(ours), _timed(theirs)) for _ in range(ROUNDS)]
    return median(own for own, _ in times), median(other for _, other in times)


def _timed(task: Callable[[], object]) -> float:
    """Milliseconds of wall time: what somebody waits for, the disk included."""
    began = time.perf_counter()
    task()
    return (time.perf_counter() - began) * 1000
