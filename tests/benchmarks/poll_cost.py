"""The default poll of a running program beside pyenphase's update, on the same answers at the same moments.

Both run in a process of their own and do one update whenever told, so that the measuring process (which also serves
the gateway and moves the time on by five minutes) costs neither of them anything. pyenphase is installed, once, into
an environment of its own.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from enphase_tray.model.clock import Clock, ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from tests.benchmarks.house import HOUSE, START, YEAR_SECONDS
from tests.benchmarks.moving import MovingAnswers
from tests.benchmarks.processes import REPOSITORY
from tests.benchmarks.table import Row
from tests.conftest import captures_root

PYENPHASE = "pyenphase==4.2.0"
REFERENCE = "8.2.4345_with_device_data"
"""The recording on which both programs' reference figures were taken: 15 inverters, meters, device data."""
OTHER_CAPTURES = ("7.6.175_with_cts_3phase",)
ENVIRONMENT = REPOSITORY / ".venv-pyenphase"
WARM_UP = 4
ROUNDS = 60
PERIOD_SECONDS = 300.0
LIMIT = 0.5
UNLIKE = "for information: the two sides do not run alike"
FURTHER = "for information: not the reference's answers"


@dataclass(frozen=True)
class _Turn:
    """One update of one side: CPU in milliseconds and requests made."""

    cpu_ms: float
    requests: int


def measure(folder: Path) -> list[Row]:
    """Each source twice: with the connection gone between updates, as after five minutes' rest, and with it kept.

    The limit is held on the recording that the reference figures were taken on, as it was recorded. The other sources
    say how far that carries: the same recording with figures that move on (an answer that has not changed is not
    parsed again by us, which flatters), another recording, and the simulated house, which changes all its answers
    every time and has few of those that pyenphase asks for and we do not.

    In a house the metered gateways of the recordings are asked by us each minute (the live figure), which keeps our
    connection where the gateway waits that long (openresty: 75 s by itself), while pyenphase gives an idle one up
    after 15 s. That is the row "as both run", ours kept beside theirs after a rest. How long real gateways wait was
    not measured, and the sides differ, so the row has no limit.
    """
    python = _pyenphase_python()
    rows: list[Row] = []
    clock = ManualClock(START)
    for name, source in _sources(clock).items():
        limit, remark = (LIMIT, "") if name == REFERENCE else (None, FURTHER)
        spent: dict[bool, tuple[float, float]] = {}
        for kept in (False, True):
            place = folder / f"{name}-{kept}"
            place.mkdir()
            ours, theirs = _take_turns(source, clock, place, python, kept)
            manner = "connection kept" if kept else "after a rest"
            spent[kept] = _cpu(ours), _cpu(theirs)
            rows.append(Row(f"poll: CPU, {name}, {manner}", *spent[kept], "ms", limit, remark))
            counts = [median(turn.requests for turn in turns[WARM_UP:]) for turns in (ours, theirs)]
            print(f"{name}, {manner}: requests per update {counts[0]:.0f}, pyenphase {counts[1]:.0f}")
        rows.append(Row(f"poll: CPU, {name}, as both run", spent[True][0], spent[False][1], "ms", None, UNLIKE))
    return rows


def _sources(clock: Clock) -> dict[str, HouseConfig | RecordedCapture]:
    """Recorded gateways where they are at hand, and the simulated house."""
    folders = (captures_root() / name for name in (REFERENCE, *OTHER_CAPTURES))
    recorded = {folder.name: RecordedCapture(folder) for folder in folders if folder.is_dir()}
    if REFERENCE in recorded:
        folder = recorded[REFERENCE].directory
        recorded[f"{REFERENCE} moving on"] = RecordedCapture(folder, MovingAnswers(folder, clock))
    return {**recorded, "simulated house": HOUSE}


def _take_turns(
    source: HouseConfig | RecordedCapture, clock: ManualClock, folder: Path, python: Path, kept: bool
) -> tuple[list[_Turn], list[_Turn]]:
    token = folder / "token"
    ours: list[_Turn] = []
    theirs: list[_Turn] = []
    with SimulatedGateway(source, clock, port=_free_port()) as served, contextlib.ExitStack() as ending:
        token.touch(mode=0o600)
        token.write_text(served.token(expires_in=YEAR_SECONDS), encoding="utf-8")
        where = [f"{served.host}:{served.port}", str(token)]
        own = _Updater([sys.executable, "-m", "tests.benchmarks.own_poll", *where, str(folder / "profile")])
        ending.callback(own.stop)
        other = _Updater([str(python), str(Path(__file__).with_name("pyenphase_update.py")), *where])
        ending.callback(other.stop)
        for _ in range(WARM_UP + ROUNDS):
            clock.advance(PERIOD_SECONDS)
            if not kept:
                served.stop()
                served.start()
            for updater, turns in ((own, ours), (other, theirs)):
                served.forget()
                turns.append(_Turn(updater.update(clock), len(served.requests)))
    return ours, theirs


def _cpu(turns: list[_Turn]) -> float:
    """The mean of the medians of each third poll: inverters' reports are news in one poll of three."""
    return mean(median(turn.cpu_ms for turn in turns[WARM_UP + third :: 3]) for third in range(3))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Updater:
    """A process that does one update for each line it gets, and answers with what that cost."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def update(self, clock: ManualClock) -> float:
        """CPU in milliseconds of one update at that time."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(clock.now().isoformat() + "\n")
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._command} ended with {self._process.wait(5)}")
        return float(json.loads(answer)["ms"])

    def stop(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()


def _pyenphase_python() -> Path:
    """The interpreter of pyenphase's own environment, made when it is not there yet."""
    python = ENVIRONMENT / "bin" / "python"
    ready = ENVIRONMENT / f".{PYENPHASE}"
    if not ready.exists():
        maker = os.environ.get("PYENPHASE_PYTHON", sys.executable)
        subprocess.run([maker, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PYENPHASE], check=True)
        ready.touch()
    return python
