"""Memory of the window above that of the tray, on ten years of history: at its first page, and after all of them."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.plan import SITE, Plan
from tests.benchmarks.table import Row
from tests.benchmarks.tray_memory import memory_of, set_up, started
from tests.desktop.bench import Desktop, Program, wait_until
from tests.desktop.conftest import Tray, start_tray, start_window_manager

MOST_MIB = 70.0
PAGES = ("alt+i", "alt+y", "alt+h", "alt+p", "alt+e", "alt+o")
SECONDS_A_PAGE = 1.5


def measure(folder: Path, history: Path) -> list[Row]:
    """The real program on a private desktop, over the history of the gateway that it polls."""
    profile = folder / "profile"
    house = HouseConfig(serial=SITE, inverters=Plan().inverters)
    with SimulatedGateway(house, ManualClock(datetime.now(UTC))) as served:
        set_up(profile, served)
        with Desktop(folder) as desktop:
            tray = start_tray(desktop)
            start_window_manager(desktop)
            shutil.copy(history, profile / "history.db")
            program = started(desktop, tray, "--hidden", "--profile", profile)
            bare = memory_of(program)
            _end(program, tray)
            program = started(desktop, tray, "--profile", profile)
            wait_until(lambda: desktop.windows("Enphase Tray"), 30, "the window")
            first = memory_of(program) - bare
            for keys in PAGES:
                desktop.run("xdotool", "key", "--clearmodifiers", keys)
                time.sleep(SECONDS_A_PAGE)
            every = memory_of(program) - bare
            desktop.screenshot(folder / "last-page.png")
            _end(program, tray)
    return [
        Row("charts: memory of the window above the tray", first, bare, "MiB", None, most=MOST_MIB),
        Row("charts: the same after every page was seen", every, bare, "MiB", None, most=MOST_MIB),
    ]


def _end(program: Program, tray: Tray) -> None:
    program.stop()
    wait_until(lambda: not tray.items, what="the icon to go")
