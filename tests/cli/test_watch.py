"""`watch`: a line per poll, remembered, until it is stopped."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.clock import SystemClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.cli.conftest import Terminal

Options = Callable[[SimulatedGateway], list[str]]


@pytest.fixture
def gateway() -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(firmware="8.3.5289"), SystemClock()) as started:
        yield started


def test_each_poll_is_a_line_and_is_remembered(
    gateway: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    said = terminal("watch", "--json", "--count", "2", "--interval", "1", *connection(gateway))
    assert (said.status, said.err) == (0, "")
    assert [line["gateway"]["serial"] for line in said.documents] == [gateway.serial] * 2
    assert said.documents[0]["at"] <= said.documents[1]["at"]
    history = HistoryReader(tmp_path / "profile" / "history.db")
    now = SystemClock().now()
    series = history.site_series(gateway.serial, now - timedelta(hours=1), now + timedelta(hours=1))
    history.close()
    assert series.times  # polls within one second are one row


def test_what_watch_prints_can_be_replayed(
    gateway: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    told = terminal("watch", "--json", "--count", "1", *connection(gateway)).out
    told += terminal(
        "watch", "--json", "--count", "2", "--interval", "1", "--host", "127.0.0.1:1", "--profile", str(tmp_path)
    ).out
    recorded = tmp_path / "recorded"
    recorded.write_text(told)
    said = terminal("replay", "--json", str(recorded))
    assert (said.status, said.err) == (0, "")


def test_lines_for_people(gateway: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    said = terminal("watch", "--count", "1", *connection(gateway))
    assert said.status == 0
    assert said.out.count("\n") == 1
    assert "12 inverters" in said.out


@pytest.mark.parametrize("as_json", [True, False])
def test_failed_polls_are_lines_too_and_the_error_is_said_once(
    as_json: bool, terminal: Terminal, tmp_path: Path
) -> None:
    options = ["--host", "127.0.0.1:1", "--profile", str(tmp_path / "profile"), "--count", "2", "--interval", "1"]
    said = terminal("watch", *options, *["--json"][: int(as_json)])
    assert said.status == 3
    assert said.out.count("\n") == 2
    assert said.err.count("\n") == 1
    assert "refuses the connection" in said.err
    if as_json:
        assert [set(line) for line in said.documents] == [{"schema", "at", "error"}] * 2
        assert {line["error"]["kind"] for line in said.documents} == {"unreachable"}


def test_it_ends_where_going_on_cannot_help(gateway: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    said = terminal("watch", "--json", "--count", "5", "--interval", "1", *connection(gateway)[:-2])
    assert said.status == 5
    assert [line["error"]["kind"] for line in said.documents] == ["certificate_unknown"]
    assert said.err.count("\n") == 1


def test_a_terminal_that_lacks_our_signs(
    gateway: SimulatedGateway, connection: Options, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from enphase_tray.cli import main

    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as plain:
        monkeypatch.setattr("sys.stdout", plain)
        assert main(["watch", "--count", "1", *connection(gateway)]) == 0
        monkeypatch.undo()
    assert "12 inverters" in path.read_text()
