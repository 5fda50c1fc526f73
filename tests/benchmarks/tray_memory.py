"""Memory of the running tray before its window first opens, beside a bare PySide6 script with a tray icon."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from enphase_tray.app.compose import Profile
from enphase_tray.model.clock import ManualClock, SystemClock
from enphase_tray.model.connection import Connection, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.benchmarks.house import YEAR_SECONDS, gateway
from tests.benchmarks.table import Row
from tests.desktop.bench import Desktop, Program, wait_until
from tests.desktop.conftest import Tray, start_tray

ROUNDS = 3
SETTLE_SECONDS = 4.0
LIMIT = 2.0


def measure(folder: Path) -> list[Row]:
    """Each in turn on a private desktop with a tray; ours after its first poll, with a figure in the tooltip."""
    profile = folder / "profile"
    ours: list[float] = []
    bare: list[float] = []
    with gateway(ManualClock(datetime.now(UTC))) as served:
        set_up(profile, served)
        for number in range(ROUNDS):
            place = folder / str(number)
            place.mkdir()
            with Desktop(place) as desktop:
                tray = start_tray(desktop)
                bare.append(_bare(desktop, tray))
                ours.append(_ours(desktop, tray, profile))
    return [Row("tray: memory before the window opens", median(ours), median(bare), "MiB", LIMIT)]


def set_up(folder: Path, served: SimulatedGateway) -> None:
    """A profile as it is after the guided set-up; the token lies in its file, since there is no keyring here."""
    profile = Profile(ProfilePaths.at(folder), SystemClock(), trust=Trust(first_use=True))
    where = GatewaySettings(serial=served.serial, host=f"{served.host}:{served.port}", auto_jwt=False)
    settings = replace(Settings(), gateway=where, token_in_file=True)
    profile.store.save(settings)
    secrets = profile.secrets(settings)
    secrets.keep_token(served.serial, Secret(served.token(expires_in=YEAR_SECONDS)))
    connection = Connection(serial=served.serial, host=served.host, port=served.port)
    reader = profile.reader(connection, secrets)
    reader.read()
    reader.close()


def _ours(desktop: Desktop, tray: Tray, profile: Path) -> float:
    return _settled(started(desktop, tray, "--hidden", "--profile", profile), tray)


def started(desktop: Desktop, tray: Tray, *arguments: str | Path) -> Program:
    """The program after its first poll."""
    program = desktop.start_enphase_tray(*arguments)
    item = tray.item(seconds=30)
    wait_until(
        lambda: " W now" in item.tooltip.title or "kW now" in item.tooltip.title, 30, lambda: f"a figure: {program.log}"
    )
    return program


def _bare(desktop: Desktop, tray: Tray) -> float:
    program = desktop.start_python(Path(__file__).with_name("bare_tray.py"))
    tray.item()
    return _settled(program, tray)


def _settled(program: Program, tray: Tray) -> float:
    """MiB in memory after a while of rest; then the program is ended."""
    memory = memory_of(program)
    program.stop()
    wait_until(lambda: not tray.items, what="the icon to go")
    return memory


def memory_of(program: Program) -> float:
    """MiB in memory after a while of rest."""
    time.sleep(SETTLE_SECONDS)
    status = Path(f"/proc/{program.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)
    if found is None:
        raise RuntimeError(f"ended:\n{program.log}")
    return int(found[1]) / 1024
