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

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.tray_memory import set_up
from tests.trust.bar import Row

REPOSITORY = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_LONGEST_LIFE = 1.5
_WRONG = ("QThread", "Traceback", "Fatal", "core dumped")


@dataclass(frozen=True)
class End:
    """How one life ended: real seconds, the status, and what was wrong in its last words."""

    seconds: float
    status: int
    said: str


def measure(quits: int) -> list[Row]:
    """So many lives; every second one is in the middle of a request that gets no answer."""
    ends = run(quits)
    slowest = max(end.seconds for end in ends)
    odd = [end for end in ends if end.status or end.said]
    told = f"slowest {slowest:.2f} s, {len(odd)} not in order"
    return [Row("B23", f"quits of the tray at random moments: {quits}", told, "1 s, 0", slowest < 1.0 and not odd)]


def run(quits: int) -> list[End]:
    """One life after the other, of one profile."""
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
    return ends


def _life(folder: Path, gateway: SimulatedGateway, seconds: float) -> End:
    gateway.forget()
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-X", "dev", "-m", "enphase_tray", "--hidden", "--profile", str(folder / "profile")],
            cwd=REPOSITORY, env=_environment(folder), stdout=said, stderr=said,
        )  # fmt: skip
        until = time.monotonic() + _START_SECONDS
        while not gateway.connections and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
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
