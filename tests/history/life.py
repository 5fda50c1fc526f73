"""A model of a system's life: what it truly made, and what its gateway tells of it, with everything that goes wrong."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from enphase_tray.history.database import open_for_writing, transaction
from enphase_tray.history.known import Known
from enphase_tray.history.local_days import LocalDays
from enphase_tray.history.recorder import record_poll
from enphase_tray.model.readings import InverterReading, NetReading, PowerReading, Snapshot, Source
from tests.history.conftest import snapshot

WRAP = 2**32 / 3600
MINUTE = 60
HOUSE_WATTS = 420.0


@dataclass
class Unit:
    """An inverter: how strong it is (W at noon), and what it has made, Wh. `last_words`: it is not heard any more."""

    serial: str
    watts: float
    lifetime: float
    days: dict[int, float] = field(default_factory=dict)
    retired: bool = False
    wraps: bool = False
    last_words: InverterReading | None = None


@dataclass
class Life:
    """A system that lives in steps of five minutes. What is true is in `made`, `used`, by local day, Wh."""

    zone: tzinfo
    now: int
    units: list[Unit]
    source: Source = Source.METER
    meter_offset: float = 2_000_000.0
    consumption_offset: float = 7_000_000.0
    reset_of_exchange: float = 0.0
    device_data: bool = True
    tells_zone: bool = True
    computer_ahead: int = 0
    gateway_ahead: int = 0
    made: dict[int, float] = field(default_factory=dict)
    used: dict[int, float] = field(default_factory=dict)
    total_made: float = 0.0
    total_used: float = 0.0
    imported: float = 0.0
    exported: float = 0.0

    def __post_init__(self) -> None:
        self.local = LocalDays(self.zone)
        self.shots: list[Snapshot] = []

    def live(self, minutes: int) -> None:
        """Let time pass."""
        end = self.now + minutes * MINUTE
        while self.now < end:
            day = self.local.day(self.now)
            until = min(end, self.local.begin(day + 1))
            sun_hours = self._sun_hours(day, until) - self._sun_hours(day, self.now)
            site = 0.0
            for unit in self.units:
                if not unit.retired:
                    energy = unit.watts * sun_hours
                    unit.lifetime += energy
                    unit.days[day] = unit.days.get(day, 0.0) + energy
                    site += energy
            used = HOUSE_WATTS * (until - self.now) / 3600
            self.made[day] = self.made.get(day, 0.0) + site
            self.used[day] = self.used.get(day, 0.0) + used
            self.total_made += site
            self.total_used += used
            self.imported += 0.6 * used
            self.exported += 0.4 * site
            self.now = until

    def poll(self, **changes: object) -> Snapshot:
        """What the program reads now."""
        day = self.local.day(self.now)
        light = self._light(self.now, day)
        units = tuple(self._told(unit, day, light) for unit in self.units if not unit.retired)
        watts = sum(unit.watts * light for unit in self.units if not unit.retired)
        at = datetime.fromtimestamp(self.now, UTC)
        shot = replace(
            snapshot(
                at + timedelta(seconds=self.computer_ahead),
                inverters=units,
                timezone=str(self.zone) if self.tells_zone else None,
                production=self._production(day, watts),
                consumption=_power(
                    Source.METER, HOUSE_WATTS, self.total_used + self.consumption_offset, self.used.get(day, 0.0)
                ),
                net=NetReading(HOUSE_WATTS - watts, self.imported - self.reset_of_exchange, self.exported + 1000.0),
            ),
            gateway_at=at + timedelta(seconds=self.gateway_ahead),
        )
        shot = replace(shot, **changes)  # type: ignore[arg-type]
        self.shots.append(shot)
        return shot

    def zeros(self) -> Snapshot:
        """What some gateways answer for minutes after a restart."""
        nothing = _power(Source.GATEWAY, 0.0, 0.0, 0.0)
        return self.poll(inverters=(), production=nothing, consumption=nothing, net=NetReading(0.0, 0.0, 0.0))

    def fall_silent(self) -> None:
        """From now on nobody hears the inverters; they work on. (Their counts of days are those of the gateway.)"""
        for unit in self.units:
            unit.last_words = self._told(unit, self.local.day(self.now), 0.0)

    def _told(self, unit: Unit, day: int, light: float) -> InverterReading:
        if unit.last_words is not None:
            return unit.last_words
        told = InverterReading(
            serial=unit.serial,
            last_report_watts=unit.watts * light,
            last_report_at=datetime.fromtimestamp(self.now - 20 + self.gateway_ahead, UTC),
            report_interval_seconds=900.0,
        )
        if not self.device_data:
            return told
        lifetime = unit.lifetime % WRAP if unit.wraps else unit.lifetime
        week = [unit.days.get(day - back, 0.0) for back in range(7)]
        return replace(
            told,
            watt_hours_today=float(math.floor(week[0])),
            watt_hours_yesterday=float(math.floor(week[1])),
            watt_hours_week=float(math.floor(sum(week))),
            watt_hours_lifetime=lifetime,
        )

    def _production(self, day: int, watts: float) -> PowerReading | None:
        if self.source is Source.METER:
            return _power(Source.METER, watts, self.total_made + self.meter_offset, self.made.get(day, 0.0))
        live = [unit for unit in self.units if not unit.retired]
        if self.source is Source.INVERTERS and self.device_data:
            week = sum(unit.days.get(day - back, 0.0) for unit in live for back in range(7))
            lifetime = sum(self._told(unit, day, 0.0).watt_hours_lifetime or 0.0 for unit in live)
            told = _power(Source.INVERTERS, watts, lifetime, sum(unit.days.get(day, 0.0) for unit in live))
            return replace(
                told,
                watt_hours_seven_days=week,
                source={**told.source, "watt_hours_seven_days": Source.INVERTERS},
            )
        aggregate = sum(unit.lifetime % WRAP for unit in live)
        return _power(Source.GATEWAY, watts, aggregate, None)

    def _light(self, at: int, day: int) -> float:
        """How much of its power a panel makes: a bell over the middle half of the day, higher or lower by the day."""
        x = self._time_of_day(at, day)
        return _weather(day) * math.sin(math.pi * x) ** 2 if 0 < x < 1 else 0.0

    def _sun_hours(self, day: int, until: int) -> float:
        """The integral of `_light` over the day until then."""
        x = min(max(self._time_of_day(until, day), 0.0), 1.0)
        hours = (self.local.begin(day + 1) - self.local.begin(day)) / 3600 / 2
        return _weather(day) * hours * (x / 2 - math.sin(2 * math.pi * x) / (4 * math.pi))

    def _time_of_day(self, at: int, day: int) -> float:
        begin, end = self.local.begin(day), self.local.begin(day + 1)
        return ((at - begin) / (end - begin) - 0.25) / 0.5


class Store:
    """A history that the recorder writes, without waiting for the disk."""

    def __init__(self, path: Path) -> None:
        self.connection = open_for_writing(path)
        self.connection.execute("PRAGMA synchronous = OFF")
        self.known = Known()

    def append(self, shot: Snapshot) -> None:
        with transaction(self.connection):
            self.known.trust(self.connection)
            record_poll(self.connection, shot, self.known)

    def restart(self) -> None:
        self.known = Known()

    def close(self) -> None:
        self.connection.close()


def site_life(zone: ZoneInfo, start: datetime, watts: list[float], source: Source) -> Life:
    """A system that has lived for ten days already, so that its counts of days are whole."""
    units = [Unit(f"9{number:011d}", power, 1_190_000.0 + 500.0 * number) for number, power in enumerate(watts)]
    life = Life(zone, int(start.timestamp()), units, source)
    life.live(10 * 1440)
    return life


def _weather(day: int) -> float:
    return 0.3 + 0.7 * ((day * 2654435761) % 1000) / 1000


def _power(source: Source, watts: float, lifetime: float, today: float | None) -> PowerReading:
    sources = {"watts_now": source, "watt_hours_lifetime": source, "watt_hours_today": source}
    return PowerReading(watts_now=watts, watt_hours_lifetime=lifetime, watt_hours_today=today, source=sources)
