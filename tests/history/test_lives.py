"""Random lives of a system, through the real store: what must hold whatever happens."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enphase_tray.history.check import inspect
from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import InverterDays, Provenance, SiteDay
from enphase_tray.model.readings import NetReading, Source
from tests.history.conftest import SITE
from tests.history.life import Life, Store, Unit, site_life

ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "UTC"])
STARTS = st.sampled_from([datetime(2026, month, 20, 17, tzinfo=UTC) for month in (3, 6, 10)])
LIVES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

Event = Callable[[Life, Store], None]


def _watch(minutes: int, step: int) -> Event:
    def event(life: Life, writer: Store) -> None:
        for _ in range(minutes // step):
            life.live(step)
            writer.append(life.poll())

    return event


def _off(minutes: int) -> Event:
    return lambda life, writer: life.live(minutes)


def _restart(life: Life, writer: Store) -> None:
    writer.restart()


def _zeros(life: Life, writer: Store) -> None:
    for _ in range(2):
        life.live(5)
        writer.append(life.zeros())


def _again(life: Life, writer: Store) -> None:
    for shot in life.shots[-5:]:
        writer.append(shot)


def _nonsense(life: Life, writer: Store) -> None:
    life.live(5)
    shot = life.poll()
    assert shot.production is not None
    wrong = replace(shot.production, watt_hours_lifetime=float("nan"))
    writer.append(replace(shot, production=wrong, net=NetReading(0.0, -1.0, float("inf"))))


def _glitch(life: Life, writer: Store) -> None:
    life.live(5)
    shot = life.poll()
    assert shot.production is not None
    writer.append(replace(shot, production=replace(shot.production, watt_hours_lifetime=90_000_000.0)))


def _replace_unit(life: Life, writer: Store) -> None:
    life.units[0].retired = True
    life.units.append(Unit(f"8{len(life.units):011d}", 300.0, 20.0))


def _reset_exchange(life: Life, writer: Store) -> None:
    life.reset_of_exchange = life.imported - 3.0


def _narrow_units(life: Life, writer: Store) -> None:
    for unit in life.units:
        unit.wraps = True


def _other_firmware(life: Life, writer: Store) -> None:
    life.device_data = not life.device_data


def _unheard(minutes: int) -> Event:
    def event(life: Life, writer: Store) -> None:
        life.fall_silent()
        _watch(minutes, 30)(life, writer)
        for unit in life.units:
            unit.last_words = None

    return event


def _other_source(source: Source) -> Event:
    def event(life: Life, writer: Store) -> None:
        life.source = source

    return event


def _computer_clock(seconds: int) -> Event:
    def event(life: Life, writer: Store) -> None:
        life.computer_ahead = seconds
        _watch(15, 5)(life, writer)
        life.computer_ahead = 0

    return event


def _gateway_clock(seconds: int) -> Event:
    def event(life: Life, writer: Store) -> None:
        life.gateway_ahead = seconds
        _watch(15, 5)(life, writer)
        life.gateway_ahead = 0

    return event


QUIET = st.one_of(
    st.builds(_watch, st.integers(30, 300), st.sampled_from([5, 15, 30])),
    st.builds(_off, st.one_of(st.integers(1, 300), st.integers(300, 4000), st.integers(4000, 22 * 1440))),
    st.sampled_from([_restart, _again, _zeros, _nonsense]),
)
"""What takes nothing away from the truth: outages, restarts, duplicates, zeros, answers that are no numbers."""
ANYTHING = st.one_of(
    QUIET,
    st.sampled_from([_glitch, _replace_unit, _reset_exchange, _narrow_units, _other_firmware]),
    st.builds(_unheard, st.integers(60, 2000)),
    st.builds(_other_source, st.sampled_from([Source.METER, Source.INVERTERS, Source.GATEWAY])),
    st.builds(_computer_clock, st.sampled_from([-3600, 3600, 3 * 365 * 86_400, -1_782_000_000, -40 * 86_400])),
    st.builds(_gateway_clock, st.sampled_from([-3600, 3600, 3 * 365 * 86_400, -1_782_000_000, -40 * 86_400])),
)


def _lived(path: Path, zone: str, start: datetime, source: Source, events: list[Event], *, wraps: bool = False) -> Life:
    """`wraps`: the inverters' counters have 32 bits of joules, and are about to begin again."""
    life = site_life(ZoneInfo(zone), start, [250.0, 300.0, 280.0], source)
    for unit in life.units if wraps else ():
        unit.wraps = True
        unit.lifetime -= 5000.0
    with closing(Store(path)) as writer:
        _watch(120, 15)(life, writer)
        for event in events:
            event(life, writer)
        _watch(60, 15)(life, writer)
    return life


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def check_sums(path: Path, life: Life) -> None:
    """The history is whole, and no day is negative, impossible or of a time that never was."""
    problems = inspect(path).problems
    assert not problems, problems
    days, units = _read(path)
    lived = {date.fromordinal(day) for day in (*life.made, life.local.day(life.now))}
    most = 600.0 * 25
    for day in days:
        assert day.day in lived, f"{day} never was"
        for energy in (day.production, day.consumption, day.imported, day.exported):
            assert energy is None or energy.watt_hours >= 0
        assert day.production is None or day.production.watt_hours <= most * len(life.units)
    assert set(units.days) <= lived
    for unit in units.energy.values():
        assert all(energy is None or 0 <= energy.watt_hours <= most for energy in unit)


def check_truth(path: Path, life: Life) -> None:
    """What is not estimated is as it truly was, but for rounding and the first day of a counter that tells no today."""
    days, units = _read(path)
    for day in days:
        made, used = day.production, day.consumption
        if made is not None and made.provenance <= Provenance.BACK_FILLED:
            # Each inverter's yesterday is told in whole Wh, and a day before it has what is left.
            rounding = 0.0 if life.source is Source.METER else float(len(life.units))
            assert abs(made.watt_hours - life.made.get(day.day.toordinal(), 0.0)) <= 1.0 + rounding, day
        if used is not None and used.provenance <= Provenance.BACK_FILLED:
            assert abs(used.watt_hours - life.used.get(day.day.toordinal(), 0.0)) <= 1.0, day
    for unit in life.units:
        for day_, energy in zip(units.days, units.energy[unit.serial], strict=True):
            if energy is not None and energy.provenance <= Provenance.BACK_FILLED:
                # Counters are followed in whole Wh; what is told of today and yesterday is cut to whole Wh too.
                most = 2.0 if energy.provenance is Provenance.MEASURED else 3.0
                assert abs(energy.watt_hours - unit.days.get(day_.toordinal(), 0.0)) <= most, (unit, day_, energy)


def check_same(path: Path, life: Life) -> None:
    """The answers once more, in their order and backwards, change nothing."""
    before = _dump(path)
    for shots in (life.shots, life.shots[::-1]):
        with closing(Store(path)) as store:
            for shot in shots:
                store.append(shot)
        assert _dump(path) == before


def _read(path: Path) -> tuple[tuple[SiteDay, ...], InverterDays]:
    ever = (date(1970, 1, 1), date(2100, 1, 1))
    with closing(HistoryReader(path)) as reader:
        return reader.days(SITE, *ever), reader.inverter_days(SITE, *ever)


METERED_OR_NOT = st.sampled_from([Source.METER, Source.INVERTERS])


@LIVES
@given(ZONES, STARTS, METERED_OR_NOT, st.lists(ANYTHING, max_size=8))
def test_whatever_happens_the_days_add_up(zone: str, start: datetime, source: Source, events: list[Event]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        check_sums(path, _lived(path, zone, start, source, events))


@LIVES
@given(ZONES, STARTS, METERED_OR_NOT, st.lists(QUIET, max_size=8), st.booleans())
def test_what_is_not_estimated_is_true(
    zone: str, start: datetime, source: Source, events: list[Event], wraps: bool
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        check_truth(path, _lived(path, zone, start, source, events, wraps=wraps))


@LIVES
@given(ZONES, STARTS, METERED_OR_NOT, st.lists(ANYTHING, max_size=8))
def test_the_same_answers_again_change_nothing(zone: str, start: datetime, source: Source, events: list[Event]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.db"
        check_same(path, _lived(path, zone, start, source, events))
