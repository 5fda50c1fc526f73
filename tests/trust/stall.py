"""The window while the network, the disk and the keyring misbehave: how long its event loop is ever held up.

The gateway lives in this process, the program's window in a child (`python -m tests.trust.stall`), so that their work
is not taken for the window's. Time in which the system let others run is not counted: only what the program holds up.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.tray_memory import set_up
from tests.trust.bar import Row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

REPOSITORY = Path(__file__).resolve().parents[2]
_TROUBLES = (
    (FaultKind.SLOW, "0.5"),
    (FaultKind.STATUS, "500"),
    (FaultKind.DRIP, "0.002"),
    (FaultKind.HTML_INSTEAD, None),
    (FaultKind.UNREACHABLE, None),
    (FaultKind.TRUNCATED, None),
    (FaultKind.HANG, None),
)
_TROUBLE_SECONDS = 2.0
_SETTLE_SECONDS = 6.0
_TICK_MS = 5
_POLL_MS = 400


def measure(seconds: float) -> list[Row]:
    """The window for so long, one trouble after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="et-stall-")))
        clock = ManualClock(datetime.now(UTC))
        gateway = stack.enter_context(SimulatedGateway(HouseConfig(inverters=30), clock))
        set_up(folder / "profile", gateway)
        done = threading.Event()
        stack.callback(done.set)
        making = threading.Thread(target=_make_trouble, args=(gateway, folder / "profile" / "history.db", done))
        making.start()
        stack.callback(making.join)
        stack.callback(done.set)
        child = subprocess.run(
            [sys.executable, "-m", "tests.trust.stall", str(folder / "profile"), str(seconds)],
            cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=seconds + 120,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
        )  # fmt: skip
        done.set()
    if child.returncode:
        return [Row("B25", "event loop of the window", child.stderr[-300:], "", False)]
    gaps = sorted(json.loads(child.stdout.splitlines()[-1]))
    usual, longest = gaps[int(len(gaps) * 0.999)] * 1000, gaps[-1] * 1000
    told = f"{usual:.0f} ms (p99.9 of {len(gaps)}), {longest:.0f} ms at most"
    return [
        Row(
            "B25",
            f"window held up in {seconds:.0f} s of trouble",
            told,
            "100 ms, 250 ms",
            usual < 100 and longest < 250,
        )
    ]


def _make_trouble(gateway: SimulatedGateway, history: Path, done: threading.Event) -> None:
    for kind, target in cycle(_TROUBLES):
        gateway.inject(Fault(kind, gateway._clock.now(), target=target))
        held = None
        if history.exists():  # a backup tool that holds the file
            held = sqlite3.connect(history, timeout=0.2)
            try:
                held.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                held.close()
                held = None
        done.wait(_TROUBLE_SECONDS)
        if held is not None:
            held.close()
        gateway.repair(kind)
        if done.wait(_TROUBLE_SECONDS / 2):
            return


def watch(profile_folder: Path, seconds: float) -> list[float]:
    """The child: gaps of the event loop in seconds, while it polls all the time and asks a keyring that hangs."""
    from PySide6.QtCore import QLocale, QTimer
    from PySide6.QtWidgets import QApplication

    from enphase_tray.app.compose import Profile
    from enphase_tray.model.clock import SystemClock
    from enphase_tray.settings.paths import ProfilePaths
    from enphase_tray.settings.secrets import SecretStore
    from enphase_tray.status.words import Wording
    from enphase_tray.ui.desktop.desktop_memory import DesktopMemory
    from enphase_tray.ui.polling.live import Live
    from enphase_tray.ui.shell import Shell

    app = QApplication([])
    paths = ProfilePaths.at(profile_folder)
    profile = Profile(paths, SystemClock())
    settings = profile.store.load()
    secrets = SecretStore(paths, True, choose=lambda: time.sleep(3.0), deadline_seconds=2.0)
    profile = Profile(paths, SystemClock(), secrets=secrets, locate=lambda serial: ())
    live = Live(profile.service(settings), profile.clock)
    locale = QLocale.c()
    wording = Wording(locale.decimalPoint(), locale.groupSeparator(), settings.units.value)
    memory = DesktopMemory(paths.state_file.with_name("desktop.json"))
    shell = Shell(live, profile.history_reader, wording, None, memory, attention=profile.attention)
    polls, places = QTimer(), QTimer()
    polls.timeout.connect(live.poll_now)
    places.timeout.connect(live.secret_places)
    shell.start(hidden=False)
    polls.start(_POLL_MS)
    places.start(7 * _POLL_MS)
    gaps = _ticks(app, seconds)
    polls.stop()
    places.stop()
    shell.close()
    live.stop()
    return gaps


def _ticks(app: "QApplication", seconds: float) -> list[float]:
    """How much later than it should each tick came, without the time in which others ran."""
    from PySide6.QtCore import Qt, QTimer

    gaps: list[float] = []
    last = [time.monotonic(), _waited()]
    began = last[0]

    def tick() -> None:
        now, waited = time.monotonic(), _waited()
        if now - began > _SETTLE_SECONDS:
            gaps.append(max(0.0, now - last[0] - (waited - last[1]) - _TICK_MS / 1000))
        last[:] = [now, waited]
        if now - began > seconds:
            app.quit()

    ticking = QTimer()
    ticking.setTimerType(Qt.TimerType.PreciseTimer)
    ticking.timeout.connect(tick)
    ticking.start(_TICK_MS)
    app.exec()
    ticking.stop()
    return gaps


def _waited() -> float:
    """Seconds in which this thread could have run, but the system let others."""
    told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(told.read_text().split()[1]) / 1e9


if __name__ == "__main__":
    measured = watch(Path(sys.argv[1]), float(sys.argv[2]))
    print(json.dumps(measured), flush=True)
    os._exit(0)
