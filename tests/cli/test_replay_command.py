"""`replay`: from recorded results to what the user would have been told."""

import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal

NOON = datetime(2026, 6, 25, 10, 0, tzinfo=UTC)


def failed(minutes: int, kind: str = "unreachable") -> str:
    at = (NOON + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    error = {"kind": kind, "title": "It does not answer", "advice": "Wait", "retry": "soon"}
    return json.dumps({"schema": 1, "at": at, "error": error})


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Iterable[str]], str]:
    def write(lines: Iterable[str]) -> str:
        path = tmp_path / "results.jsonl"
        path.write_text("".join(f"{line}\n" for line in lines))
        return str(path)

    return write


def test_failed_polls_become_one_message(file: Callable[[Iterable[str]], str], terminal: Terminal) -> None:
    said = terminal("replay", "--json", file(failed(minutes) for minutes in range(0, 120, 5)))
    assert said.status == 0
    assert [(event["rule"], event["event"]) for event in said.documents] == [("gateway_unreachable", "raised")]
    assert set(said.documents[0]) == {"at", "event", "rule", "severity", "serials", "title", "body"}
    assert said.documents[0]["at"].endswith("Z")
    text = terminal("replay", file(failed(minutes) for minutes in range(0, 120, 5)))
    assert text.out.startswith("2026-06-25 ")
    assert text.out.count("\n") == 1


def test_a_rule_that_is_off_tells_nothing(file: Callable[[Iterable[str]], str], terminal: Terminal) -> None:
    path = file(failed(minutes) for minutes in range(0, 120, 5))
    said = terminal("replay", "--json", path, "--rule", "gateway_unreachable=off")
    assert (said.status, said.out) == (0, "")


def test_standard_input_and_the_place(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(failed(minutes) + "\n" for minutes in range(0, 120, 5)).encode()
    place = ["--timezone", "Europe/Brussels", "--latitude", "50.8", "--longitude", "4.4"]
    outputs = []
    for start in (b"", b"\xef\xbb\xbf", b"\n\n"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(start + lines)))
        outputs.append(terminal("replay", "-", "--json", *place))
    assert [said.status for said in outputs] == [0, 0, 0]
    assert len({said.out for said in outputs}) == 1
    assert outputs[0].documents


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[]",
        "[" * 100_000,
        '{"schema": 1}',
        '{"schema": 1, "at": 5}',
        '{"schema": 1, "at": "yesterday"}',
        '{"schema": 2, "at": "2026-06-25T12:00:00Z"}',
        '{"schema": 1, "at": "2026-06-25T12:00:00Z", "error": 5}',
        '{"schema": 1, "at": "2026-06-25T12:00:00Z", "inverters": 5}',
        "\x00\xff",
    ],
    ids=lambda line: line[:30],
)
def test_a_broken_line_is_named(line: str, file: Callable[[Iterable[str]], str], terminal: Terminal) -> None:
    said = terminal("replay", "--json", file([failed(0), line]))
    assert said.status == 6
    assert said.documents[-1]["error"]["kind"] == "not_understood"
    assert "Line 2" in said.err
    assert said.err.count("\n") == 1


def test_lines_that_are_not_text_and_files_that_are_not_there(terminal: Terminal, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(bytes(range(255, 127, -1)) * 20)
    assert terminal("replay", str(binary)).status == 6
    for name in (tmp_path, tmp_path / "missing"):
        said = terminal("replay", str(name), "--json")
        assert said.status == 7
        assert said.document["error"]["kind"] == "settings"


def test_results_out_of_order_are_refused(file: Callable[[Iterable[str]], str], terminal: Terminal) -> None:
    said = terminal("replay", file([failed(5), failed(0)]))
    assert said.status == 6
    assert "older" in said.err
