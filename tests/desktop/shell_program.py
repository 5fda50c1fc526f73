"""The real desktop program on a scripted service: for what a gateway would have to be timed for.

Run as `python -m tests.desktop.shell_program PROFILE SCRIPT [--hidden]`. It says which service calls were made.
"""

import sys
import threading
from datetime import timedelta
from pathlib import Path

from enphase_tray.app.desktop import run
from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.alerts import Change
from enphase_tray.model.clock import SystemClock
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Settings
from tests.ui.scripted import CONFIGURED, ScriptedService, alert, event, result


class SpokenService(ScriptedService):
    """Says on standard output what it is asked for."""

    def _note(self, call: str) -> None:
        super()._note(call)
        print(f"call {call}", flush=True)

    def cancel(self) -> None:
        """Nothing runs that could be ended."""

    def abort(self) -> None:
        super().abort()
        print("call abort", flush=True)


class ScriptedProfile:
    """What `app.compose.Profile` offers to the desktop."""

    def __init__(self, directory: Path, script: str) -> None:
        self.paths = ProfilePaths.at(directory)
        self.clock = SystemClock()
        self._script = script

    def service(self, settings: Settings) -> SpokenService:
        now = self.clock.now()
        relay = alert(now)
        closed = alert(now, title="Relay 68177 is closed again")
        answers = {
            "relay": [
                result(now),
                result(now, 3421.0, event(relay)),
                result(now + timedelta(seconds=2), 3421.0, event(closed, Change.CLEARED)),
            ],
            "climb": [result(now, 3421.0), result(now, 850.0), result(now, 12_300.0)],
        }.get(self._script, [result(now)])
        service = SpokenService(self.clock, *answers, settings=settings)
        if self._script in {"hang", "deaf"}:
            service.hang = threading.Event()
            service.deaf = self._script == "deaf"
        return service

    def history_reader(self) -> HistoryReader:
        return HistoryReader(self.paths.history_file)


if __name__ == "__main__":
    profile = ScriptedProfile(Path(sys.argv[1]), sys.argv[2])
    sys.exit(run(profile, CONFIGURED, hidden="--hidden" in sys.argv))  # type: ignore[arg-type]
