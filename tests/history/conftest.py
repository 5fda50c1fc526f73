"""A small make-believe site whose snapshots tests can shape."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import InverterReading, Login, NetReading, PowerReading, Snapshot, Source

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
SITE = "122000000001"


def gateway(serial: str = SITE) -> GatewayInfo:
    return GatewayInfo(serial, None, FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, True, None)


def power(
    watts: float | None = None,
    lifetime: float | None = None,
    today: float | None = None,
    source: Source = Source.METER,
) -> PowerReading:
    sources = {"watts_now": source, "watt_hours_lifetime": source, "watt_hours_today": source}
    return PowerReading(watts_now=watts, watt_hours_lifetime=lifetime, watt_hours_today=today, source=sources)


def inverter(serial: str, watts: float | None, reported: datetime | None) -> InverterReading:
    return InverterReading(serial=serial, last_report_watts=watts, last_report_at=reported)


def snapshot(
    at: datetime = NOON,
    watts: dict[str, float | None] | None = None,
    *,
    serial: str = SITE,
    timezone: str | None = "Europe/Berlin",
    reported: datetime | None = None,
    production: PowerReading | None = None,
    consumption: PowerReading | None = None,
    net: NetReading | None = None,
    inverters: Sequence[InverterReading] | None = None,
) -> Snapshot:
    units = tuple(
        inverter(name, value, reported or at - timedelta(seconds=60)) for name, value in (watts or {}).items()
    )
    return Snapshot(
        at=at,
        gateway=gateway(serial),
        login=Login.TOKEN,
        metered=True,
        timezone=timezone,
        production=production,
        consumption=consumption,
        net=net,
        inverters=units if inverters is None else tuple(inverters),
    )


def starting_up(shot: Snapshot) -> Snapshot:
    return replace(shot, starting_up=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "history.db"


@pytest.fixture
def writer(path: Path) -> Iterator[HistoryWriter]:
    made = HistoryWriter(path, ManualClock(NOON))
    yield made
    made.close()


@pytest.fixture
def reader(path: Path) -> Iterator[HistoryReader]:
    made = HistoryReader(path)
    yield made
    made.close()


@pytest.fixture
def dump(path: Path) -> Callable[[], tuple[str, ...]]:
    """All that the file holds, as SQL."""
    import sqlite3
    from contextlib import closing

    def everything() -> tuple[str, ...]:
        with closing(sqlite3.connect(path)) as connection:
            return tuple(connection.iterdump())

    return everything
