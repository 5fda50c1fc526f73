"""Random outages: old figures never look like new ones, and the first poll after the return brings new ones."""

import random
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo, TokenFacts
from enphase_tray.model.readings import Login, PowerReading, Snapshot
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.status.status import IconState, describe
from enphase_tray.status.words import Wording
from tests.stories.home import Home
from tests.trust.bar import Row

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
_GATEWAY = GatewayInfo("123456789012", None, FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, True, None)
_GREY = {IconState.STALE, IconState.NOT_CONNECTED}
_LOOKS = 4


def stale(scripts: int) -> list[Row]:
    """How often a figure older than two periods was shown as if it were new, looked at in random outages."""
    chance = random.Random(12)
    old = wrong = 0
    for _ in range(scripts):
        found = _script(chance)
        old += found.old
        wrong += found.wrong
    told = f"{wrong} of {old} looks at old figures"
    return [Row("B12", f"old figures that look live, {scripts} outages", told, "0", wrong == 0 and old > scripts / 2)]


def recovery(times: int) -> list[Row]:
    """How often the first poll after an outage brought figures."""
    chance = random.Random(21)
    good = 0
    with tempfile.TemporaryDirectory(prefix="et-outages-") as folder:
        home = Home(Path(folder) / "profile", refresh_seconds=300, live_meters=False)
        with closing(home):
            home.live(6)
            for _ in range(times):
                home.fault(FaultKind.UNREACHABLE)
                home.live(chance.uniform(1, 60))
                home.gateway.repair(FaultKind.UNREACHABLE)
                home.results.clear()
                while not home.results:
                    home.live(1)
                good += home.results[0].failure is None
                home.live(chance.uniform(6, 30))
    return [Row("B21", "back within one poll", f"{good} of {times}", "all", good == times)]


@dataclass
class _Found:
    old: int = 0
    wrong: int = 0


class _Scripted:
    """A reader (see `monitor.SnapshotReader`) that answers while it is told to."""

    token_facts: TokenFacts | None = None
    token_renews_itself = False

    def __init__(self, clock: ManualClock) -> None:
        self.answers = True
        self._clock = clock

    def read(self) -> Snapshot:
        if not self.answers:
            raise Unreachable("The gateway does not answer", "It is tried again")
        watts = 100.0 + self._clock.monotonic() % 3000
        return Snapshot(self._clock.now(), _GATEWAY, Login.TOKEN, metered=True, production=PowerReading(watts))

    def read_live(self) -> Snapshot | None:
        return None

    def abort(self) -> None:
        """Nothing ever hangs here."""

    def close(self) -> None:
        """Nothing is held."""


def _script(chance: random.Random) -> _Found:
    """Some hours of polls and outages of a period of its own; now and then the poller itself is late."""
    period = chance.choice([60, 300, 300, 900])
    clock = ManualClock(NOON + timedelta(minutes=chance.randrange(240)))
    reader = _Scripted(clock)
    monitor = Monitor(reader, clock, refresh_seconds=period)
    result, found, wording = monitor.poll(), _Found(), Wording(zone=UTC)
    for _ in range(chance.randint(6, 20)):
        for _ in range(_LOOKS):
            clock.advance(period / _LOOKS * chance.choice([1.0, 1.0, 1.0, chance.uniform(0.5, 3.0)]))
            _look(result.snapshot, describe(result, clock.now(), wording), clock, period, found)
        reader.answers = chance.random() < (0.8 if reader.answers else 0.4)
        result = monitor.poll()
        _look(result.snapshot, describe(result, clock.now(), wording), clock, period, found)
    monitor.close()
    return found


def _look(snapshot: Snapshot | None, status: object, clock: ManualClock, period: int, found: _Found) -> None:
    if snapshot is None or (clock.now() - snapshot.at).total_seconds() <= 2 * period:
        return
    found.old += 1
    icon, headline, tooltip = (getattr(status, name) for name in ("icon", "headline", "tooltip"))
    aged = "ago" in tooltip and f"{snapshot.at:%H:%M}" in headline
    found.wrong += not (icon in _GREY and aged)
