"""Seventy-two days of polls in one process, with all that happens to a gateway: what grows, and who is talked to.

Run as a program it prints one JSON object. It lives by a manual clock; sockets, TLS, files and the history are real.
The environment it is run in is full of traps (proxies, authorities), which must stay untouched.
"""

import ctypes
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from enphase_tray.gateway.token import inspect_token
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.service import Draft
from enphase_tray.simulator import house
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.stories.home import Home
from tests.trust.bar import Row

REPOSITORY = Path(__file__).resolve().parents[2]
START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PERIOD_MINUTES = 5.0
_DAY_MINUTES = 24 * 60.0
_OUTAGE = timedelta(minutes=8)
_MOST_REQUESTS = 3
_MOST_IN_A_MINUTE = 4
_HASTY_MINUTES = 720
_FULL_DAYS = 36
"""After so long every memory that is bounded is full: the doctor's is the longest, 35 days."""
_STEADY_REFERENCES = 48
_GROWING_REFERENCES = 400
"""While the doctor's days fill up it keeps one reference to True for each inverter and day."""
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")
_TRAPS = dict.fromkeys(_PROXIES, "http://127.0.0.1:9/trap") | dict.fromkeys(
    ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NETRC"), "/nonexistent/trap"
)


def measure(days: int) -> list[Row]:
    """The rows of B7, B13 and B22, and that of the promises over the whole time."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.soak", str(days)],
        cwd=REPOSITORY, env={**os.environ, **_TRAPS}, capture_output=True, text=True, check=False, timeout=1500,
    )  # fmt: skip
    if done.returncode:
        return [Row("B22", f"{days} days", done.stderr[-300:], "", False)]
    got = json.loads(done.stdout.splitlines()[-1])
    grown, hosts = got["grown"], got["hosts"]
    counts = f"None {grown['none']:+}, True {grown['true']:+}"
    whole = days > _FULL_DAYS
    most = 2.0 if whole else 8.0  # in a short life some of it is still the first time
    steady = grown["threads"] == grown["fds"] == 0 and grown["rss"] < most
    few = _STEADY_REFERENCES if whole else _GROWING_REFERENCES
    constant = abs(grown["none"]) < few and abs(grown["true"]) < few
    told = f"{grown['rss']:+.2f} MiB, threads {grown['threads']:+}, descriptors {grown['fds']:+}"
    share = 100.0 * got["stored"] / got["possible"]
    over = f"{got['counted']} polls" + (f" after {got['warm']} days, when each bounded memory is full" if whole else "")
    rows = [
        Row("B7", f"hosts contacted in {days} days", " ".join(hosts), "the gateway", hosts == ["127.0.0.1"]),
        Row(
            "B13", "requests: at one time; in an ordinary poll", f"{got['in_flight']}; {got['most']}", "1; 3",
            got["in_flight"] == 1 and got["most"] <= _MOST_REQUESTS,
        ),
        Row(
            "B13", f"requests in each of {got['minutes']} minutes, polled each minute", f"{got['hasty']}", "4",
            0 < got["hasty"] <= _MOST_IN_A_MINUTE,
        ),
        Row("B22", f"growth over {over}", told, f"{most:g} MiB, 0, 0", steady),
        Row("B22", f"references to None and True over {over}", counts, f"{few}", constant),
        Row(
            "SLO", "stored outside outages; notes", f"{share:.3f} %; {got['events']}", "99.9 %; at most 1 for each",
            share >= 99.9 and all(count <= got["allowed"].get(rule, 0) for rule, count in got["events"].items()),
        ),
    ]  # fmt: skip
    if whole:
        half, end = got["sizes"]
        rows.append(_size_row(half, end, got["computed"]))
    return rows


def _size_row(half: int, end: int, computed: float) -> Row:
    told = f"{half / 2**20:.2f} MiB, then {end / 2**20:.2f} MiB (computed {computed / 2**20:.2f})"
    what = "size of the history, computed from its growth in the middle of the time"
    return Row("B22", what, told, "5 %", abs(end - computed) <= 0.05 * computed)


class Watch:
    """Whom this process talks to, by Python's own audit events."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            self.hosts.add(str(arguments[1][0]))
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self.hosts.add(str(arguments[0]))


class Life:
    """A home that is lived in, with nothing kept of what was lived."""

    def __init__(self, folder: Path, refresh_seconds: int = 300) -> None:
        config = HouseConfig(seed=9, firmware="8.2.4264", inverters=8)
        self.home = Home(folder, config, START, refresh_seconds=refresh_seconds, live_meters=False)
        self.polls = self.stored = self.possible = self.most = self.in_flight = 0
        self.events: Counter[str] = Counter()
        self._out_until = START
        self._calm = 0

    def out(self, minutes: float) -> None:
        """No answers are expected for so long."""
        self._out_until = max(self._out_until, self.home.clock.now() + timedelta(minutes=minutes))

    def live(self, minutes: float) -> None:
        home = self.home
        end = home.clock.now() + timedelta(minutes=minutes)
        while (left := (end - home.clock.now()).total_seconds()) > 0:
            home.clock.advance(min(left, max(0.05, home.service.wait_seconds())))
            home.gateway.forget()
            result = home.service.step()
            if result is None:
                continue
            self.polls += 1
            self.events.update(event.alert.rule for event in result.events if event.change.value == "raised")
            self._count(result.failure is None)

    def _count(self, good: bool) -> None:
        gateway = self.home.gateway
        self.in_flight = max(self.in_flight, gateway.max_in_flight)
        out = self.home.clock.now() <= self._out_until
        # After trouble a poll may ask more: all that there is, and who it is.
        self._calm = self._calm + 1 if good and not out else 0
        if self._calm > 2:
            self.most = max(self.most, len(gateway.requests))
        if not out:
            self.possible += 1
            self.stored += good


def run(days: int, folder: Path) -> dict[str, Any]:
    """The whole life, and what it left."""
    watch = Watch()
    house._KEPT_DAYS = 4  # the make-believe gateway lives in this process too, and usually remembers many of its days
    life = Life(folder)
    before: dict[str, float] = {}
    counted = 0
    warm = _FULL_DAYS if days > _FULL_DAYS else max(1, days // 3)
    half = (warm + days) // 2
    hasty = min(_HASTY_MINUTES, days * 60)
    sizes: dict[int, int] = {}
    happenings = _happenings(life, warm)
    for day in range(days):
        if day == warm:
            before = held()
            counted = life.polls
        if day in (warm, half):
            sizes[day] = _stored_bytes(folder)
        happenings.get(day, lambda: None)()
        _until_evening(life)
    after = held()
    end = _stored_bytes(folder)
    life.home.close()
    a_day = (sizes[half] - sizes[warm]) / max(1, half - warm)
    return {
        "polls": life.polls, "possible": life.possible, "stored": life.stored,
        "most": life.most, "in_flight": life.in_flight, "hosts": sorted(watch.hosts),
        "hasty": _hasty(folder.with_name("hasty"), hasty), "minutes": hasty,
        "grown": {name: after[name] - before[name] for name in after}, "events": dict(life.events),
        "counted": life.polls - counted, "warm": warm,
        "sizes": [sizes[half], end], "computed": sizes[half] + a_day * (days - half),
        "allowed": {"certificate_changed": 1, "firmware_changed": 1, "token_expiring": 1, "login_refused": 1},
    }  # fmt: skip


def _hasty(folder: Path, minutes: int) -> int:
    """The most requests in one poll of a life that is polled each minute."""
    life = Life(folder, refresh_seconds=60)
    life.live(minutes)
    life.home.close()
    return life.most if life.stored == life.polls else 0


def _until_evening(life: Life) -> None:
    """A day, with its outage at 23:00 of the house."""
    clock = life.home.clock
    night = clock.now().replace(hour=21, minute=0, second=0)  # 23:00 in summer
    night += timedelta(days=1) if night <= clock.now() else timedelta()
    life.live((night - clock.now()).total_seconds() / 60.0)
    life.home.gateway.inject(Fault(FaultKind.UNREACHABLE, clock.now(), clock.now() + _OUTAGE))
    life.out(_OUTAGE.total_seconds() / 60.0 + PERIOD_MINUTES)
    life.live(_DAY_MINUTES / 2)


def _happenings(life: Life, warm: int) -> dict[int, Callable[[], None]]:
    """Two restarts, three new addresses, a new firmware, a renewed certificate, a token that ends: in the first part.

    What is loaded for the first time with them stays in memory, and what grows in the long part is no first time.
    """
    steps: list[Callable[[Life], None]] = [_restart, _move, _renew, _move, _restart, _move, _upgrade, _expire]
    apart = max(1, (warm - 1) // len(steps))
    return {1 + number * apart: partial(step, life) for number, step in enumerate(steps)}


def _restart(life: Life) -> None:
    life.home.fault(FaultKind.RESTART)
    life.out(20)


def _upgrade(life: Life) -> None:
    life.home.fault(FaultKind.FIRMWARE_UPGRADE, target="8.3.5289")
    life.out(10)


def _move(life: Life) -> None:
    life.home.move()
    life.out(10)


def _renew(life: Life) -> None:
    gateway = life.home.gateway
    gateway.set_certificate(gateway.new_certificate(same_key=False))
    life.home.fault(FaultKind.UNREACHABLE, minutes=PERIOD_MINUTES + 1.0)  # the gateway's server starts anew with it
    life.out(60)
    life.live(30)
    question = life.home.service.poll().certificate
    if question is None:
        raise RuntimeError("nobody asked about the new certificate")
    life.home.service.trust(question)
    life.live(30)


def _expire(life: Life) -> None:
    home = life.home
    gateway: SimulatedGateway = home.gateway
    life.out(10)
    home.service.apply(Draft(home.settings, token=Secret(gateway.token(expires_in=3 * 3600.0))))
    life.live(150)
    life.out(300)
    life.live(120)
    fresh = Secret(gateway.token())
    inspect_token(fresh.reveal())
    home.service.apply(Draft(replace(home.settings), token=fresh))
    life.live(30)


def _stored_bytes(folder: Path) -> int:
    """The file's size. Looked at from outside: to open it here would take a descriptor that is counted."""
    return (folder / "history.db").stat().st_size


def held() -> dict[str, float]:
    """What this process holds: MiB, threads, descriptors, references."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # what was freed is not held, whatever the C library keeps for later
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return {
        "rss": resident,
        "threads": threading.active_count(),
        "fds": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - the folder is gone once it is read
        "none": sys.getrefcount(None),
        "true": sys.getrefcount(True),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="et-soak-") as place:
        print(json.dumps(run(int(sys.argv[1]), Path(place) / "profile")))
