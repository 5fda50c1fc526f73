"""A small array under a sky, made for telling stories to the judge. It shares nothing with the product's simulator."""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from enphase_tray.model.alerts import AlertEvent, Change, PollFailure
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import (
    DeviceStatus,
    InverterReading,
    InverterState,
    Login,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
)
from enphase_tray.monitor.judge import Judge, Judgement

ZONE = "Europe/Brussels"
RELAY = "999999968177"
Outcome = tuple[datetime, Snapshot | None, PollFailure | None]
Death = tuple[datetime, str, datetime | None]
Edit = Callable[[datetime, Snapshot], Snapshot | PollFailure]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def gateway(firmware: str = "8.3.5289") -> GatewayInfo:
    return GatewayInfo("122000000001", None, FirmwareVersion.parse(firmware), Family.TOKEN, False, None)


def relay(state: RelayState = RelayState.CLOSED, line_one: bool | None = True, **more: object) -> RelayReading:
    reading = RelayReading(RELAY, RelayKind.IQ_RELAY, state, (line_one, None, None))
    return replace(reading, **more)  # type: ignore[arg-type]


def failure(at: datetime, kind: str = "unreachable") -> PollFailure:
    return PollFailure(at, kind, "The gateway does not answer", "Check that it is switched on", "soon")


@dataclass
class Array:
    """`dead` maps an inverter's number to (when, how): how is `stopped` or `silent`, until when may follow."""

    count: int = 12
    interval: Callable[[datetime], float] | float = 300.0
    seed: int = 1
    offsets: tuple[float, ...] = (0.0,)
    latitude: float = 50.9
    cloudy: float = 0.3
    dead: Mapping[int, Death] = field(default_factory=dict)
    zone: str | None = ZONE
    says_interval: bool = False

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        self.spread = [rng.uniform(0.94, 1.06) for _ in range(self.count)]
        self.phase = [rng.random() for _ in range(self.count)]
        self.waking = [rng.uniform(1.0, 6.0) for _ in range(self.count)]
        self.last: dict[int, tuple[datetime, float, float]] = {}
        self.next: dict[int, datetime] = {}

    def serial(self, number: int) -> str:
        return f"90000000{number:04d}"

    def watts(self, number: int, at: datetime, healthy: bool = False) -> float:
        dead = self.dead.get(number)
        if not healthy and dead is not None and dead[0] <= at < (dead[2] or at + timedelta(1)):
            return 0.0 if dead[1] == "stopped" else -1.0
        days = at.timestamp() / 86400.0
        declination = math.radians(-23.44 * math.cos(2 * math.pi * (days % 365.25 + 10) / 365.25))
        hour = math.radians((days % 1.0) * 360.0 - 180.0 + 4.4)
        latitude = math.radians(self.latitude)
        height = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
            hour
        )
        if height <= 0:
            return -1.0
        offset = math.radians(self.offsets[number % len(self.offsets)])
        direct = max(0.0, math.cos(hour - offset))
        clear = 300 * height * (0.2 + 0.8 * direct)
        return clear * self.spread[number] * self.cloud(at)

    def cloud(self, at: datetime) -> float:
        block, part = divmod(at.timestamp() / 1800.0, 1.0)
        levels = [random.Random(f"{self.seed}/{int(block) + step}").random() for step in (0, 1)]
        level = levels[0] * (1 - part) + levels[1] * part
        return 1.0 - self.cloudy * level * 2 if self.cloudy < 0.5 else 1.0 - 0.96 * level

    def report(self, at: datetime) -> None:
        interval = self.interval(at) if callable(self.interval) else self.interval
        for number in range(self.count):
            due = self.next.get(number)
            if due is None:
                due = at - timedelta(seconds=interval * self.phase[number])
            while due <= at:
                watts = self.watts(number, due)
                if watts >= self.waking[number] or (watts == 0.0 and self.awake(number, due)):
                    self.last[number] = (due, round(watts), interval)
                due += timedelta(seconds=interval)
            self.next[number] = due

    def awake(self, number: int, at: datetime) -> bool:
        """A stopped inverter reports as long as its panel would let it."""
        return self.watts(number, at, healthy=True) >= self.waking[number]

    def snapshot(self, at: datetime) -> Snapshot:
        self.report(at)
        inverters = []
        for number in range(self.count):
            last = self.last.get(number)
            interval = last[2] if last is not None and self.says_interval else None
            inverters.append(
                InverterReading(
                    self.serial(number),
                    last_report_watts=None if last is None else last[1],
                    last_report_at=None if last is None else last[0],
                    report_interval_seconds=interval,
                )
            )
        return Snapshot(
            at=at,
            gateway=gateway(),
            login=Login.TOKEN,
            metered=False,
            timezone=self.zone,
            gateway_at=at,
            inverters=tuple(inverters),
            relays=(relay(last_report_at=at - timedelta(minutes=20)),),
        )


def outcomes(
    array: Array, start: datetime, end: datetime, edit: Edit | None = None, period: float = 300.0
) -> Iterator[Outcome]:
    """Polls from start to end. `edit` may change a snapshot or make a failure of it."""
    at = start
    while at < end:
        snapshot = array.snapshot(at)
        changed = snapshot if edit is None else edit(at, snapshot)
        yield (at, changed, None) if isinstance(changed, Snapshot) else (at, None, changed)
        at += timedelta(seconds=period)


def tell(judge: Judge, polls: Iterable[Outcome]) -> list[AlertEvent]:
    """All events of those polls."""
    return [event for poll in polls for event in judge.judge(*poll).events]


def last_judgement(judge: Judge, polls: Iterable[Outcome]) -> Judgement:
    """What the last of those polls means."""
    judgement = None
    for poll in polls:
        judgement = judge.judge(*poll)
    if judgement is None:
        raise ValueError("no polls")
    return judgement


def everything(rule: str) -> bool:
    return True


def raised(events: Iterable[AlertEvent], rule: str | None = None) -> list[AlertEvent]:
    return [e for e in events if e.change is Change.RAISED and (rule is None or e.alert.rule == rule)]


def cleared(events: Iterable[AlertEvent], rule: str | None = None) -> list[AlertEvent]:
    return [e for e in events if e.change is Change.CLEARED and (rule is None or e.alert.rule == rule)]


def with_words(snapshot: Snapshot, serial: str, *words: str) -> Snapshot:
    return replace(
        snapshot,
        inverters=tuple(
            replace(i, device=DeviceStatus(words=words)) if i.serial == serial else i for i in snapshot.inverters
        ),
    )


def retire(snapshot: Snapshot, serial: str) -> Snapshot:
    return replace(
        snapshot,
        inverters=tuple(
            replace(i, state=InverterState.RETIRED) if i.serial == serial else i for i in snapshot.inverters
        ),
    )
