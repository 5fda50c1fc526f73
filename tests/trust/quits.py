"""The real program, told to end at random moments of its life, also while a request hangs: soon, and in good order."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.tray_memory import set_up
from tests.trust.bar import Row

REPOSITORY = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_LONGEST_LIFE = 1.5
_LONGEST_START = 2.0
_WRONG = ("QThread", "Traceback", "Fatal", "core dumped")


@dataclass(frozen=True)
class End:
    """How one life ended: real seconds, the status, and what was wrong in its last words."""

    seconds: float
    status: int
    said: str


def measure(quits: int) -> list[Row]:
    """So many lives; every second one is in the middle of a request that gets no answer."""
    kills = max(1, quits // 10)
    ends, starts = run(quits, kills)
    slowest = max(end.seconds for end in ends)
    odd = [end for end in ends if end.status or end.said]
    told = f"slowest {slowest:.2f} s, {len(odd)} not in order"
    return [
        Row("B23", f"quits of the tray at random moments: {quits}", told, "1 s, 0", slowest < 1.0 and not odd),
        Row("B16", f"from a start after a kill to the gateway, {kills} kills", f"{max(starts):.2f} s", "2 s",
            max(starts) < _LONGEST_START),
    ]  # fmt: skip


def run(quits: int, kills: int) -> tuple[list[End], list[float]]:
    """One life after the other, of one profile: how each quit went, and how long each start after a kill took."""
    chance = random.Random(23)
    ends = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="et-quits-")))
        clock = ManualClock(datetime.now(UTC))
        gateway = stack.enter_context(SimulatedGateway(HouseConfig(inverters=3), clock))
        set_up(folder / "profile", gateway)
        for number in range(quits):
            if number % 2:
                gateway.inject(Fault(FaultKind.HANG, clock.now()))
            ends.append(_life(folder, gateway, chance.random() * _LONGEST_LIFE))
            gateway.repair(FaultKind.HANG)
            clock.advance(1.0)
        starts = [_start_after_a_kill(folder, gateway, chance.random() * _LONGEST_LIFE) for _ in range(kills)]
    return ends, starts


def _start_after_a_kill(folder: Path, gateway: SimulatedGateway, seconds: float) -> float:
    """Seconds until the gateway is asked, of a start after a life that was cut off."""
    for last in (False, True):
        began = time.monotonic()
        process = _started(folder, gateway, subprocess.DEVNULL)
        spent = time.monotonic() - began - _waited(process.pid)
        if not last:
            time.sleep(seconds)
        process.kill()
        process.wait()
    return spent


def _waited(pid: int) -> float:
    """Seconds in which the process could have run, but the system let others."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def _started(folder: Path, gateway: SimulatedGateway, said: Any, *options: str) -> subprocess.Popen[bytes]:
    """The program, once it has asked the gateway."""
    gateway.forget()
    process = subprocess.Popen(
        [sys.executable, *options, "-m", "enphase_tray", "--hidden", "--profile", str(folder / "profile")],
        cwd=REPOSITORY, env=_environment(folder), stdout=said, stderr=said,
    )  # fmt: skip
    until = time.monotonic() + _START_SECONDS
    while not gateway.connections and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    return process


def _life(folder: Path, gateway: SimulatedGateway, seconds: float) -> End:
    with (folder / "said").open("wb") as said:
        process = _started(folder, gateway, said, "-X", "dev")
        time.sleep(seconds)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        spent = time.monotonic() - told
    words = (folder / "said").read_text(errors="replace")
    return End(spent, status, words[-500:] if any(word in words for word in _WRONG) else "")


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return {
        **kept,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder}/no-bus",
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/no-bus",
    }
