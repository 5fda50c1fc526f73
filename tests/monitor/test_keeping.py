"""Trouble with the history, as a monitor's results tell it: figures go on, saving resumes by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history import database
from enphase_tray.history.reader import HistoryReader
from enphase_tray.monitor.connecting import connection_of
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.monitor.result import PollResult
from tests.stories.home import MORNING, Home


@pytest.fixture
def monitor(home: Home) -> Iterator[Monitor]:
    home.service.close()
    profile = home.profile()
    made = profile.monitor(connection_of(home.settings.gateway), home.settings, profile.secrets(home.settings))
    yield made
    made.close()


@pytest.fixture
def file(home: Home) -> Path:
    return home.profile().paths.history_file


@pytest.fixture
def history(file: Path) -> Iterator[HistoryReader]:
    with closing(HistoryReader(file)) as reader:
        yield reader


def _poll(home: Home, monitor: Monitor) -> PollResult:
    home.clock.advance(300)
    result = monitor.poll()
    assert result.failure is None
    assert result.snapshot is not None
    assert result.snapshot.at == result.at, "live figures whatever becomes of the history"
    return result


@pytest.mark.expects_log("readings are not being saved: The history is in use by another program")
def test_a_backup_tool_that_holds_the_file(
    home: Home, monitor: Monitor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    first = _poll(home, monitor)
    with closing(sqlite3.connect(file, isolation_level=None)) as tool:
        tool.execute("BEGIN EXCLUSIVE")
        held = [_poll(home, monitor) for _ in range(3)]
        live = monitor.poll_live()
        assert live is not None
        assert live.saving_problem is not None
        tool.execute("ROLLBACK")
    assert all("in use by another program" in str(result.saving_problem) for result in held)
    last = _poll(home, monitor)
    assert last.saving_problem is None
    with closing(HistoryReader(file)) as history:
        times = history.site_series(home.gateway.serial, first.at, home.clock.now()).times
    assert set(times) >= {float(int(result.at.timestamp())) for result in (first, *held)}


@pytest.mark.expects_log("readings are not being saved: The history file is damaged|The history was damaged")
def test_damage_while_running_is_told_and_mended(
    home: Home, monitor: Monitor, file: Path, history: HistoryReader
) -> None:
    """The first poll after it meets it, the next has the backup's history; the banner stays for a day."""
    _poll(home, monitor)
    _poll(home, monitor)  # with the backup
    assert len(list((file.parent / "backups").iterdir())) == 1
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.write(bytes(file.stat().st_size))
    results = [_poll(home, monitor) for _ in range(3)]
    assert results[-1].saving_problem is None
    told = results[-1].history_notice
    assert told is not None
    assert told.startswith("The history was damaged. It was restored as of")
    (note,) = [event for event in history.events() if event.rule == "damage_found"]
    assert f"{note.title}. {note.body}" == told
    (kept,) = file.parent.glob("history.damaged-*.db")
    assert kept.name in told
    home.clock.advance(86_400)
    assert _poll(home, monitor).history_notice is None
    assert len([event for event in history.events() if event.rule == "damage_found"]) == 1


def test_the_daily_work_does_not_delay_the_first_figures(home: Home, monitor: Monitor, file: Path) -> None:
    _poll(home, monitor)
    assert not (file.parent / "backups").exists()
    _poll(home, monitor)
    assert len(list((file.parent / "backups").iterdir())) == 1
    for _ in range(5):
        home.clock.advance(86_400)
        _poll(home, monitor)
    assert len(list((file.parent / "backups").iterdir())) == 6


@pytest.mark.expects_log("readings are not being saved")
def test_what_could_not_be_stored_is_stored_later(
    home: Home, monitor: Monitor, file: Path, history: HistoryReader
) -> None:
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
    file.mkdir(parents=True)
    results = [_poll(home, monitor) for _ in range(3)]
    assert all(result.saving_problem is not None for result in results)
    file.rmdir()
    results.append(_poll(home, monitor))
    assert results[-1].saving_problem is None
    times = history.site_series(home.gateway.serial, MORNING, home.clock.now() + timedelta(seconds=1)).times
    assert times == tuple(float(int(result.at.timestamp())) for result in results)
