"""A running program's default poll, one for each moment on standard input.

python -m tests.benchmarks.own_poll HOST:PORT TOKEN_FILE PROFILE
"""

import json
import logging
import sys
import time
from datetime import datetime
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Settings


class _OneToken:
    """Keeps the token it was given, in memory."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def token(self, serial: str) -> Secret | None:
        return self._token

    def keep_token(self, serial: str, token: Secret) -> None:
        self._token = token


def main(address: str, token_file: str, folder: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    moments = (datetime.fromisoformat(line.strip()) for line in sys.stdin)
    clock = ManualClock(next(moments))
    profile = Profile(ProfilePaths.at(Path(folder)), clock, trust=Trust(first_use=True))
    host, _, port = address.rpartition(":")
    tokens = _OneToken(Secret(Path(token_file).read_text(encoding="utf-8").strip()))
    monitor = profile.monitor(Connection(host=host, port=int(port)), Settings(), tokens)
    moment: datetime | None = clock.now()
    while moment is not None:
        clock.set(moment)
        before = time.process_time()
        result = monitor.poll()
        spent = (time.process_time() - before) * 1000
        if result.failure is not None:
            raise SystemExit(f"the poll failed: {result.failure}")
        print(json.dumps({"ms": spent}), flush=True)
        moment = next(moments, None)
    monitor.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
