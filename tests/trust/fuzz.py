"""Thousands of spoilt answers over every gateway at hand, recorded and simulated: nothing breaks, nothing spreads.

Drawn from a seed, so that a failure comes back. Each case spoils one answer of a gateway (some of them two) and reads
it as the first poll does.
"""

import json
import math
import random
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.info import parse_info
from enphase_tray.gateway.parts import Parts
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import GatewayInfo
from enphase_tray.model.readings import Snapshot
from enphase_tray.model.result_json import snapshot_to_json
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultPlan
from enphase_tray.simulator.message import request
from enphase_tray.simulator.respond import HouseBackend
from tests.conftest import captures_root
from tests.gateway.captured import NOW, Answers, parts_of, snapshot
from tests.gateway.mutations import check, damaged, mutated
from tests.trust.bar import Row

HOUSES = (
    HouseConfig(seed=1, firmware="3.7.0", inverters=4, meters=Meters.NONE),
    HouseConfig(seed=2, firmware="3.9.36", inverters=4, meters=Meters.NONE),
    HouseConfig(seed=3, firmware="4.10.35", inverters=6),
    HouseConfig(seed=4, firmware="5.0.62", inverters=4, meters=Meters.NONE),
    HouseConfig(seed=5, firmware="7.6.175", inverters=5, meters=Meters.DISABLED),
    HouseConfig(seed=6, firmware="8.2.127", inverters=5, phases=2, batteries=2, relays=2),
    HouseConfig(seed=7, firmware="8.3.5289", inverters=8, phases=3, batteries=1, ac_batteries=1, retired=1),
)
_MEGAWATT = 1_000_000.0
_LONGEST_SECONDS = 0.05
_NAMES = {endpoint.path: endpoint.name for endpoint in (*ENDPOINTS, *FALLBACKS)}


@dataclass
class Gateway:
    """What a gateway answers when nothing is wrong, by path, and what is made of that."""

    name: str
    info: bytes
    about: GatewayInfo
    answers: dict[str, tuple[int, bytes]]
    parts: Parts


@dataclass
class Tally:
    """What happened. `spread` are values of another endpoint that changed or went; `absurd` what cannot be data."""

    cases: int = 0
    stored: int = 0
    broken: list[str] = field(default_factory=list)
    spread: list[str] = field(default_factory=list)
    absurd: list[str] = field(default_factory=list)
    longest: float = 0.0


def measure(structures: int, raw: int) -> list[Row]:
    """So many cases of each kind, spread over all gateways in turn."""
    tally = run(structures, raw, gateways())
    about = f"{structures} spoilt structures, {raw} damaged bytes"
    told = f"{len(tally.broken)} errors, {len(tally.spread)} spread, longest {tally.longest * 1000:.0f} ms of CPU"
    return [
        Row(
            "B10",
            about,
            told,
            "0, 0, 50 ms",
            not tally.broken and not tally.spread and tally.longest < _LONGEST_SECONDS,
        ),
        Row("B11", f"nonsense taken for data ({tally.stored} stored)", f"{len(tally.absurd)}", "0", not tally.absurd),
    ]


def run(structures: int, raw: int, over: list[Gateway]) -> Tally:
    """The cases, one after the other; each kind has a seed of its own."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="et-fuzz-") as folder:
        clock = ManualClock(NOW)
        with closing(HistoryWriter(Path(folder) / "history.db", clock)) as history:
            for seed, cases, raw_bytes in ((1, structures, False), (2, raw, True)):
                chance = random.Random(seed)
                for number in range(cases):
                    gateway = over[number % len(over)]
                    told = _case(gateway, chance, raw_bytes, tally)
                    if told is not None and number % 10 == 0:
                        clock.advance(300)
                        _store(history, told, tally)
    return tally


def gateways() -> list[Gateway]:
    """All that are at hand: recordings where there are any, and houses of each kind."""
    root = captures_root()
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    found = [_gateway(folder.name, (folder / "info").read_bytes(), Answers(folder=folder)) for folder in folders]
    for house in HOUSES:
        answers = _house(house)
        found.append(_gateway(f"house {house.firmware}", answers.pop("/info")[1], Answers(answers)))
    return found


def _gateway(name: str, told: bytes, answers: Answers) -> Gateway:
    about = parse_info(told)
    parts, _ = parts_of(answers, about)
    paths = dict.fromkeys(answers.asked)
    return Gateway(name, told, about, {path: _answer(answers, path) for path in paths}, parts)


def _answer(answers: Answers, path: str) -> tuple[int, bytes]:
    given = answers.get(path)
    return given.status, given.body


def _house(house: HouseConfig) -> dict[str, Any]:
    backend = HouseBackend(house, FaultPlan(()))
    given = {path: backend.answer(request("GET", path, {}, b""), NOW) for path in ("/info", *_NAMES)}
    return {path: (answer.status, answer.body) for path, answer in given.items()}


def _case(gateway: Gateway, chance: random.Random, raw: bool, tally: Tally) -> Snapshot | None:
    paths = [path for path, (status, _) in gateway.answers.items() if status == 200]
    chosen = chance.sample(["/info", *paths], min(len(paths), chance.choice([1, 1, 1, 2])))
    answers = dict(gateway.answers)
    told = gateway.info
    for path in chosen:
        if path == "/info":
            told = damaged(told, chance)
        else:
            answers[path] = (200, _spoilt(answers[path][1], chance, raw))
    tally.cases += 1
    began = time.thread_time()
    try:
        about = _identity(told, gateway)
        got = snapshot(Answers(dict(answers)), about)
        result = snapshot_to_json(got)
    except Exception as error:  # noqa: BLE001 - whatever comes is what is looked for
        tally.broken.append(f"{gateway.name} {chosen}: {error!r}")
        return None
    spent = time.thread_time() - began
    tally.longest = max(tally.longest, spent)
    _look(result, f"{gateway.name} {chosen}", tally)
    if "/info" not in chosen:
        _look_beside(gateway, answers, chosen, tally)
    return got


def _identity(told: bytes, gateway: Gateway) -> GatewayInfo:
    """As the connection does: what is no `/info` is refused, and then nothing is read at all."""
    with suppress(EnphaseTrayError):
        parse_info(told)
    return gateway.about


def _spoilt(body: bytes, chance: random.Random, raw: bool) -> bytes:
    if not raw:
        try:
            return json.dumps(mutated(json.loads(body), chance)).encode("utf-8", "surrogatepass")
        except ValueError:  # a page
            pass
    return damaged(body, chance)


def _look(result: dict[str, Any], case: str, tally: Tally) -> None:
    try:
        check(result)
    except (AssertionError, ValueError) as error:
        tally.absurd.append(f"{case}: {error!r}")
    for number in _numbers(result):
        if not math.isfinite(number):
            tally.absurd.append(f"{case}: {number}")
    latest = NOW + timedelta(days=2)
    for inverter in result["inverters"]:
        watts, at = inverter.get("last_report_watts"), inverter.get("last_report_at")
        if watts is not None and abs(watts) >= _MEGAWATT:
            tally.absurd.append(f"{case}: {watts} W")
        if at is not None and inverter["state"] == "reporting" and not _known(at, latest):
            tally.absurd.append(f"{case}: reported at {at}")


def _known(at: str, latest: datetime) -> bool:
    return datetime(2005, 1, 1, tzinfo=UTC) <= datetime.fromisoformat(at) <= latest


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for inner in value.values() for number in _numbers(inner)]
    if isinstance(value, list):
        return [number for inner in value for number in _numbers(inner)]
    return [value] if isinstance(value, float) else []


def _look_beside(gateway: Gateway, answers: dict[str, tuple[int, bytes]], chosen: list[str], tally: Tally) -> None:
    """Every other endpoint that was asked has told what it tells without the spoilt one."""
    asking = Answers(dict(answers))
    parts, _ = parts_of(asking, gateway.about)
    spoilt = {_NAMES[path] for path in chosen}
    for path in asking.asked:
        name = _NAMES[path]
        if name not in spoilt and path in gateway.answers and getattr(gateway.parts, name) != getattr(parts, name):
            tally.spread.append(f"{gateway.name} {chosen}: {name}")


def _store(history: HistoryWriter, told: Snapshot, tally: Tally) -> None:
    try:
        history.append(told)
    except Exception as error:  # noqa: BLE001 - nothing that was read may fail to be stored
        tally.broken.append(f"storing: {error!r}")
    tally.stored += 1
