"""The real program as a process: signals, pipes, what it loads, and `simulate` for scripts."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from tests.history.conftest import NOON, power, snapshot

Start = Callable[..., "subprocess.Popen[str]"]
LOADED = (
    "import sys; from enphase_tray.cli import main; status = main(sys.argv[1:]); "
    "print('\\n' + ' '.join(sorted({name.partition('.')[0] for name in sys.modules}))); sys.exit(status)"
)
PATIENCE = 30.0


@pytest.fixture
def start() -> Iterator[Start]:
    """`start("watch", ...)`: the program as a process with no display and no bus; it is gone after the test.

    Tests that run in the background are deaf to SIGINT, and would hand that down; a terminal's programs are not.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, code: str | None = None) -> "subprocess.Popen[str]":
        program = ["-m", "enphase_tray"] if code is None else ["-c", code]
        kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
        process = subprocess.Popen(
            [sys.executable, *program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=kept
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.terminate()
        try:
            process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def silent() -> Iterator[tuple[int, socket.socket]]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1], listener


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["watch", "read"])
def test_a_signal_ends_a_hung_request_at_once(
    number: signal.Signals, command: str, silent: tuple[int, socket.socket], start: Start, tmp_path: Path
) -> None:
    port, listener = silent
    process = start(command, "--json", "--host", f"127.0.0.1:{port}", "--profile", str(tmp_path))
    listener.settimeout(PATIENCE)
    connection, _ = listener.accept()
    with connection:
        connection.recv(1)  # it has begun to speak, and waits
        process.send_signal(number)
        out, err = process.communicate(timeout=3)
    assert (process.returncode, out, err) == (0, "", "")


def test_watch_stopped_between_failed_polls_ends_with_0(start: Start, tmp_path: Path) -> None:
    process = start("watch", "--json", "--host", "127.0.0.1:1", "--profile", str(tmp_path))
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["error"]["kind"] == "unreachable"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=3)
    assert process.returncode == 0


def test_simulate_for_scripts(start: Start, tmp_path: Path) -> None:
    gateway = start("simulate", "--json", "--firmware", "8.3.5289", "--seed", "7", "--start", "2026-06-25T10:00:00Z")
    assert gateway.stdout is not None
    told = json.loads(gateway.stdout.readline())
    assert told["schema"] == 1
    assert told["url"] == f"https://{told['host']}"
    files = [Path(told[name]) for name in ("token_file", "password_file")]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    assert files[0].parent.stat().st_mode & 0o777 == 0o700
    assert files[0].read_text().strip() not in json.dumps(told)

    options = ["--host", told["host"], "--serial", told["serial"], "--profile", str(tmp_path / "profile")]
    options += ["--token-file", told["token_file"], "--trust-fingerprint", told["fingerprint"]]
    for command in (["read"], ["watch", "--count", "1"]):
        reader = start(*command, "--json", *options, code=LOADED)
        out, err = reader.communicate(timeout=PATIENCE)
        assert (reader.returncode, err) == (0, "")
        result, _, modules = out.partition("\n")
        assert json.loads(result)["gateway"]["serial"] == told["serial"]
        assert not {"PySide6", "numpy", "pyqtgraph", "keyring", "zeroconf"} & set(modules.split())

    taken = start("simulate", "--port", told["host"].partition(":")[2], "--json")
    out, _ = taken.communicate(timeout=PATIENCE)
    assert taken.returncode == 2
    assert "--port" in json.loads(out)["error"]["advice"]

    gateway.send_signal(signal.SIGTERM)
    _, err = gateway.communicate(timeout=5)
    assert (gateway.returncode, err) == (0, "")
    assert not any(path.exists() for path in (*files, files[0].parent))


def test_simulate_in_one_line_for_people(start: Start) -> None:
    gateway = start("simulate", "--firmware", "5.0.62", "--inverters", "3", "--speed", "60")
    assert gateway.stdout is not None
    line = gateway.stdout.readline()
    told = dict(part.split("=", 1) for part in line.split())
    assert told["url"] == f"http://{told['host']}"
    assert "fingerprint" not in told
    gateway.send_signal(signal.SIGINT)
    gateway.communicate(timeout=5)
    assert gateway.returncode == 0


def test_simulate_a_recording(start: Start, captures_dir: Path) -> None:
    gateway = start("simulate", "--json", "--capture", str(captures_dir / "4.10.35"))
    assert gateway.stdout is not None
    assert json.loads(gateway.stdout.readline())["url"].startswith("http://")


def test_replay_loads_nothing_heavy(start: Start, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    process = start("replay", str(tmp_path / "empty"), code=LOADED)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert not {"PySide6", "numpy", "keyring", "zeroconf", "requests"} & set(out.split())


@pytest.fixture
def history(tmp_path: Path) -> list[str]:
    """The options that name a profile with more history than fits into a pipe."""
    writer = HistoryWriter(tmp_path / "history.db", ManualClock(NOON))
    for minute in range(1500):
        writer.append_live(snapshot(NOON + timedelta(minutes=minute), production=power(float(minute))))
    writer.close()
    return ["--profile", str(tmp_path)]


@pytest.mark.parametrize("command", [["export"], ["history", "--check"]])
def test_looking_at_the_history_loads_nothing_heavy(command: list[str], history: list[str], start: Start) -> None:
    process = start(*command, *history, code=LOADED)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert not {"PySide6", "numpy", "keyring", "zeroconf", "requests"} & set(out.splitlines()[-1].split())


def test_an_export_whose_reader_goes_away_is_no_fault(history: list[str], start: Start) -> None:
    process = start("export", *history)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith("gateway,")
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("redirected", [False, True])
def test_an_export_to_a_full_disk_says_so(redirected: bool, history: list[str]) -> None:
    command = [sys.executable, "-m", "enphase_tray", "export", *history]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command if redirected else [*command, "--output", "/dev/full"],
            stdout=full if redirected else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 7
    assert done.stderr.count("\n") == 1
    assert "cannot be written: No space left on device" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(start: Start) -> None:
    process = start("simulate", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ""
