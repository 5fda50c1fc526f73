"""Runs commands and says what they cost."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# A process inherits the peak memory of whoever starts it, so a bare interpreter stands in between.
_LAUNCHER = """
import json, os, sys
files = [(os.POSIX_SPAWN_DUP2, 2, 1)]
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_, status, used = os.wait4(pid, 0)
cpu = used.ru_utime + used.ru_stime
print(json.dumps({"status": os.waitstatus_to_exitcode(status), "cpu": cpu, "peak": used.ru_maxrss}))
"""


@dataclass(frozen=True)
class Cost:
    """CPU of the whole process in milliseconds, and the most memory it held in MiB."""

    cpu_ms: float
    peak_mib: float


def cost_of(arguments: Sequence[str | Path], output: Path) -> Cost:
    """Run this Python with `arguments` to its end; what it prints goes to the file `output`."""
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, sys.executable, *map(str, arguments)]
    with output.open("wb") as said:
        done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=said, check=True, timeout=120)
    measured = json.loads(done.stdout)
    if measured["status"]:
        raise RuntimeError(f"{arguments} ended with {measured['status']}:\n{output.read_text()}")
    return Cost(measured["cpu"] * 1000, measured["peak"] / 1024)
