"""Days of polls with the window open and its curves drawn: how much memory that takes in the end.

The program and its gateway live in a child (`python -m tests.trust.open_window POLLS`), by a clock that goes on by a
period with each result; everything else is as in the tray.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.model.clock import ManualClock
from enphase_tray.monitor.result import PollResult
from enphase_tray.simulator import house
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.tray_memory import set_up
from tests.trust.bar import Row
from tests.trust.soak import held

REPOSITORY = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
PERIOD_SECONDS = 300
_A_DAY = 288
_MOST_MIB = 8.0


def measure(polls: int) -> list[Row]:
    """So many polls; what is held is compared with what was held after the first day (or third of the polls)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.open_window", str(polls)],
        cwd=REPOSITORY, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True,
        check=False, timeout=1500,
    )  # fmt: skip
    if done.returncode:
        last = " | ".join(line for line in done.stderr.splitlines() if "plugin" not in line)[-300:]
        return [Row("B22", "with the window open", f"status {done.returncode}: {last}", "0", False)]
    grown = json.loads(done.stdout.splitlines()[-1])
    told = f"{grown['rss']:+.2f} MiB, threads {grown['threads']:+}, descriptors {grown['fds']:+}"
    steady = grown["rss"] < _MOST_MIB and grown["threads"] <= 0 and grown["fds"] <= 0 and grown["failed"] == 0
    what = f"growth over {polls - _warm(polls)} polls, window open"
    return [Row("B22", what, told, f"{_MOST_MIB:g} MiB, 0, 0", steady)]


def run(polls: int, folder: Path) -> dict[str, float]:
    """The child: what the program holds at the end, without what it held after a day."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from enphase_tray.settings.paths import ProfilePaths
    from enphase_tray.status.words import Wording
    from enphase_tray.ui.desktop.desktop_memory import DesktopMemory
    from enphase_tray.ui.polling.live import Live
    from enphase_tray.ui.shell import Shell

    house._KEPT_DAYS = 4  # the gateway lives in this process too, and usually remembers many of its days
    app = QApplication([])
    clock = ManualClock(NOON)
    before: dict[str, float] = {}
    with SimulatedGateway(HouseConfig(inverters=12), clock) as gateway:
        set_up(folder / "profile", gateway)
        profile = Profile(ProfilePaths.at(folder / "profile"), clock, locate=lambda serial: ())
        live = Live(profile.service(profile.store.load()), clock)
        memory = DesktopMemory(folder / "profile" / "desktop.json")
        shell = Shell(live, profile.history_reader, Wording(), None, memory, attention=profile.attention)
        left, failed = polls, 0

        def go_on(result: PollResult) -> None:
            nonlocal left, failed
            left -= 1
            failed += result.failure is not None
            gateway.forget()
            if left == polls - _warm(polls):
                before.update(held())
            if left == 0:
                app.quit()
                return
            clock.advance(PERIOD_SECONDS)
            QTimer.singleShot(0, live.poll_now)

        live.result.connect(go_on)
        shell.start(hidden=False)
        app.exec()
        after = held()
        shell.close()
        live.stop()
    return {name: after[name] - before[name] for name in ("rss", "threads", "fds")} | {"failed": failed}


def _warm(polls: int) -> int:
    return min(_A_DAY, polls // 3)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="et-window-") as place:
        measured = run(int(sys.argv[1]), Path(place))
    print(json.dumps(measured), flush=True)
    os._exit(0)
