"""`history --check`: what it says of a whole history, of one whose days do not add up, and of a broken file."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from tests.benchmarks.plan import SITE, Plan
from tests.benchmarks.ten_years import write
from tests.cli.conftest import Terminal
from tests.history.conftest import NOON, inverter, power, snapshot

PLAN = Plan(inverters=3, years=20 / 365.25, seed=4, live_days=1)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A file with twenty days of a small site, and how many reports of inverters it should hold."""
    path = tmp_path_factory.mktemp("history") / "history.db"
    return path, write(path, PLAN)


@pytest.fixture
def profile(lived: tuple[Path, int], tmp_path: Path) -> Path:
    """A profile with a copy of that history."""
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / "history.db").write_bytes(lived[0].read_bytes())
    return folder


def test_a_whole_history(lived: tuple[Path, int], profile: Path, terminal: Terminal) -> None:
    before = (profile / "history.db").read_bytes()
    said = terminal("history", "--check", "--json", "--profile", str(profile))
    assert (said.status, said.err) == (0, "")
    told = said.document
    assert (told["schema"], told["whole"], told["problems"]) == (1, True, [])
    assert told["bytes"] == len(before)
    (site,) = told["sites"]
    assert (site["gateway"], site["inverters"], site["samples"]) == (SITE, 3, lived[1])
    assert told["bytes_per_sample"] == pytest.approx(len(before) / lived[1])
    assert site["days"] == 21  # the last reading is that of midnight, with which another day begins
    assert sum(site["shares"].values()) == pytest.approx(1.0)
    assert site["shares"]["measured"] > 0.5
    assert {counter["quantity"] for counter in site["counters"]} == {
        "production", "consumption", "imported", "exported", "inverter",
    }  # fmt: skip
    epochs = [epoch for counter in site["counters"] for epoch in counter["epochs"]]
    assert all(abs(epoch["counted_watt_hours"] - epoch["booked_watt_hours"]) <= 1.0 for epoch in epochs)
    assert (profile / "history.db").read_bytes() == before


def test_in_words(profile: Path, terminal: Terminal) -> None:
    said = terminal("history", "--check", "--profile", str(profile))
    assert (said.status, said.err) == (0, "")
    assert f"Gateway {SITE}, 3 inverters" in said.out
    assert "% measured" in said.out
    assert "Rejected: nothing" in said.out
    assert said.out.endswith("The history is whole.\n")


def test_gaps_are_those_that_were_lived(tmp_path: Path, terminal: Terminal) -> None:
    writer = HistoryWriter(tmp_path / "history.db", ManualClock(NOON))
    for minutes in (0, 5, 10, 190, 195, 3075):
        writer.append(snapshot(NOON + timedelta(minutes=minutes), production=power(500.0, 1e6 + minutes)))
    writer.close()
    (site,) = terminal("history", "--check", "--json", "--profile", str(tmp_path)).document["sites"]
    assert site["gaps"] == {
        "usual_seconds": 300.0,
        "count": 2,
        "total_seconds": 183_600.0,
        "longest_seconds": 172_800.0,
    }
    said = terminal("history", "--check", "--profile", str(tmp_path)).out
    assert "Gaps: 2, 2 d 3 h together, the longest 2 d; usually there are 5 min between two readings" in said


def test_what_was_rejected_is_told(tmp_path: Path, terminal: Terminal) -> None:
    writer = HistoryWriter(tmp_path / "history.db", ManualClock(NOON))
    for minutes, lifetime in ((0, 1e6), (5, 1e6 + 50), (10, 0.0), (15, 1e6 + 150)):
        at = NOON + timedelta(minutes=minutes)
        units = [inverter("900000000011", 200.0, at)]
        writer.append(snapshot(at, inverters=units, production=power(600.0, lifetime)))
    writer.close()
    told = terminal("history", "--check", "--json", "--profile", str(tmp_path)).document
    assert told["whole"]
    assert sum(told["sites"][0]["rejections"].values()) == 1
    said = terminal("history", "--check", "--profile", str(tmp_path)).out
    assert f"Rejected: 1 {next(iter(told['sites'][0]['rejections']))}\n" in said


@pytest.mark.parametrize("as_json", [False, True])
def test_days_that_do_not_add_up_are_a_problem(profile: Path, terminal: Terminal, as_json: bool) -> None:
    with closing(sqlite3.connect(profile / "history.db")) as connection, connection:
        (day,) = connection.execute("SELECT max(day) - 3 FROM energy WHERE quantity = 'production'").fetchone()
        connection.execute(
            "UPDATE energy SET watt_hours = watt_hours + 5 WHERE quantity = 'production' AND day = ?", (day,)
        )
    said = terminal("history", "--check", "--profile", str(profile), *["--json"][: int(as_json)])
    assert said.status == 7
    assert said.err.startswith("The history is not whole. One problem was found")
    assert said.err.count("\n") == 1
    if as_json:
        assert said.document["whole"] is False
        (problem,) = said.document["problems"]
        assert "production" in problem
    else:
        assert "Problem: " in said.out
        assert "is whole" not in said.out


def test_a_day_that_cannot_be_is_a_problem(profile: Path, terminal: Terminal) -> None:
    with closing(sqlite3.connect(profile / "history.db")) as connection, connection:
        connection.execute("UPDATE energy SET watt_hours = -10 WHERE day = (SELECT min(day) FROM energy)")
    told = terminal("history", "--check", "--json", "--profile", str(profile)).document
    assert any("cannot be -10 Wh" in problem for problem in told["problems"])


@pytest.mark.parametrize("content", [None, b"", b"no database at all " * 300])
def test_a_history_that_cannot_be_read(content: bytes | None, tmp_path: Path, terminal: Terminal) -> None:
    if content is not None:
        (tmp_path / "history.db").write_bytes(content)
    said = terminal("history", "--check", "--json", "--profile", str(tmp_path))
    assert said.status == 7
    assert said.document["error"]["kind"] == "history"
    assert said.err.count("\n") == 1


def test_damage_inside_is_found_and_left_alone(profile: Path, terminal: Terminal) -> None:
    file = profile / "history.db"
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 2 // 4096 * 4096
    whole[middle : middle + 4096] = bytes(4096)
    file.write_bytes(whole)
    said = terminal("history", "--check", "--profile", str(profile))
    assert said.status == 7
    assert said.err.count("\n") == 1
    assert "whole." not in said.out
    assert file.read_bytes() == bytes(whole)
