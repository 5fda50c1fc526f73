"""`enphase-tray read` beside a script that only imports requests and PyJWT and makes the same requests."""

import os
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from enphase_tray.model.clock import ManualClock
from tests.benchmarks.house import YEAR_SECONDS, gateway
from tests.benchmarks.processes import Cost, cost_of
from tests.benchmarks.table import Row

ROUNDS = 11
LIMIT = 1.6


def measure(folder: Path) -> list[Row]:
    """Alternating runs against one gateway; the first, in which the profile learns the gateway, does not count."""
    token, profile = folder / "token", folder / "profile"
    with gateway(ManualClock(datetime.now(UTC))) as served:
        token.touch(mode=0o600)
        token.write_text(served.token(expires_in=YEAR_SECONDS), encoding="utf-8")
        where: list[str | Path] = ["--host", f"{served.host}:{served.port}", "--trust-on-first-use"]
        where += ["--token-file", token]
        read: list[str | Path] = ["-m", "enphase_tray", "read", "--json", "--profile", profile, *where]
        cost_of(read, folder / "first.log")
        ours: list[Cost] = []
        bare: list[Cost] = []
        paths: list[str] = []
        for _ in range(ROUNDS):
            served.forget()
            ours.append(cost_of(read, folder / "read.log"))
            paths = [record.target for record in served.requests]
            script = Path(__file__).with_name("bare_read.py")
            bare.append(cost_of([script, served.url, token, *paths], folder / "bare.log"))
    print(f"{len(paths)} requests on {os.cpu_count()} cores: {' '.join(paths)}")
    return [
        Row("read: CPU", median(c.cpu_ms for c in ours), median(c.cpu_ms for c in bare), "ms", LIMIT),
        Row("read: peak memory", median(c.peak_mib for c in ours), median(c.peak_mib for c in bare), "MiB", LIMIT),
    ]
