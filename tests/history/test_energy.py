"""Energy through the real store: inverters, choice of source, zones, what is rejected, and the check of it all."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.history.check import inspect
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Severity
from enphase_tray.model.history import Energy, Provenance, Rejection
from enphase_tray.model.readings import InverterReading, InverterState, NetReading, Snapshot, Source
from tests.history.conftest import NOON, SITE, inverter, power, snapshot

FIVE = timedelta(minutes=5)
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
MEASURED, DERIVED, BACK_FILLED, ESTIMATED = Provenance


def counted(
    serial: str, lifetime: float, today: float | None = None, yesterday: float | None = None, at: datetime = NOON
) -> InverterReading:
    return replace(
        inverter(serial, 100, at - timedelta(seconds=60)),
        watt_hours_today=today,
        watt_hours_yesterday=yesterday,
        watt_hours_lifetime=lifetime,
    )


def of_inverters(reader: HistoryReader, first: date = YESTERDAY, last: date = TODAY) -> dict[str, list[Energy | None]]:
    found = reader.inverter_days(SITE, first, last)
    return {serial: list(energy) for serial, energy in found.energy.items()}


def test_each_inverter_has_its_days_from_the_first_poll_on(writer: HistoryWriter, reader: HistoryReader) -> None:
    units = [counted("A", 90_000.4, 1200, 4000), counted("B", 80_000.0)]
    writer.append(snapshot(NOON, inverters=units))
    units = [counted("A", 90_012.6, 1212, 4000, NOON + FIVE), counted("B", 80_010.0, at=NOON + FIVE)]
    writer.append(snapshot(NOON + FIVE, inverters=units))
    assert reader.inverter_days(SITE, YESTERDAY, TODAY).days == (YESTERDAY, TODAY)
    assert of_inverters(reader) == {
        "A": [Energy(4000.0, BACK_FILLED), Energy(1213.0, DERIVED)],
        "B": [None, Energy(10.0, ESTIMATED)],  # only a part of the day was seen
    }
    assert set(reader.inverter_days(SITE, TODAY, TODAY, ["B", "C"]).energy) == {"B"}
    assert reader.inverter_days("UNKNOWN", YESTERDAY, TODAY).days == ()


def test_days_off_are_filled_from_what_each_inverter_tells(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, inverters=[counted("A", 90_000, 1000, 2000)]))
    later = NOON + timedelta(days=2)
    writer.append(snapshot(later, inverters=[counted("A", 94_600, 700, 3000, later)]))
    days = of_inverters(reader, TODAY, later.date())["A"]
    assert days == [Energy(1900.0, DERIVED), Energy(3000.0, BACK_FILLED), Energy(700.0, DERIVED)]


def test_a_replaced_inverter_and_its_successor_never_mix(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, inverters=[counted("OLD", 900_000, 1000)]))
    gone = replace(counted("OLD", 900_500, 1500), state=InverterState.RETIRED)
    for i in range(1, 5):
        at = NOON + i * FIVE
        writer.append(snapshot(at, inverters=[gone, counted("NEW", 10.0 * i, 10.0 * i, at=at)]))
    assert of_inverters(reader, TODAY) == {"OLD": [Energy(1000.0, DERIVED)], "NEW": [Energy(40.0, DERIVED)]}


def test_without_counters_the_reports_are_added_up(writer: HistoryWriter, reader: HistoryReader) -> None:
    """Ten minutes at 120 W are 20 Wh; two hours without a report are a hole."""
    minutes = [0, 10, 20, 140, 150]
    for minute in minutes:
        at = NOON + timedelta(minutes=minute)
        writer.append(snapshot(at, {"A": 120.0}))
        writer.append(snapshot(at + timedelta(seconds=90), {"A": 120.0}, reported=at - timedelta(seconds=60)))
    assert of_inverters(reader, TODAY) == {"A": [Energy(60.0, ESTIMATED)]}


def test_counters_take_the_place_of_what_was_added_up(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(7):
        writer.append(snapshot(NOON + 2 * i * FIVE, {"A": 120.0}))
    at = NOON + 14 * FIVE
    writer.append(snapshot(at, inverters=[counted("A", 90_000, 777, at=at)]))
    assert of_inverters(reader, TODAY) == {"A": [Energy(777.0, DERIVED)]}


def test_above_fifty_those_with_counters_keep_them(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(3):
        at = NOON + 2 * i * FIVE
        units = [counted(f"{n:02d}", 1000 + 20 * i, 100 + 20 * i, at=at) for n in range(50)]
        units += [inverter(f"{n:02d}", 120, at - timedelta(seconds=60)) for n in range(50, 60)]
        writer.append(snapshot(at, inverters=units))
    found = of_inverters(reader, TODAY)
    assert {found[f"{n:02d}"][0] for n in range(50)} == {Energy(140.0, DERIVED)}
    assert {found[f"{n:02d}"][0] for n in range(50, 60)} == {Energy(40.0, ESTIMATED)}


def test_a_unit_whose_counter_begins_again_by_wrapping_goes_on(writer: HistoryWriter, reader: HistoryReader) -> None:
    wrap = 2**32 / 3600
    for i, lifetime in enumerate((1_193_000.0, 1_193_040.0, 1_193_080.0 - wrap, 1_193_120.0 - wrap)):
        at = NOON + 3 * i * FIVE
        writer.append(snapshot(at, inverters=[counted("A", lifetime, 500 + 40 * i, at=at)]))
    assert of_inverters(reader, TODAY) == {"A": [Energy(620.0, DERIVED)]}


def _meter_then_inverters(writer: HistoryWriter, meter_until: int) -> None:
    """A day in steps of half an hour, from midnight; the meter falls silent at a step."""
    midnight = datetime(2026, 6, 25, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    for i in range(-2, 52):
        meter = i < meter_until
        lifetime = (5_000_000.0 if meter else 4_000_000.0) + 100.0 * i
        source = Source.METER if meter else Source.INVERTERS
        if i % 3 == 0 and meter:
            lifetime, source = 4_000_000.0 + 100.0 * i, Source.INVERTERS
        writer.append(snapshot(midnight + 6 * i * FIVE, production=power(200, lifetime, None, source)))


def test_a_whole_day_of_the_inverters_goes_before_half_a_day_of_the_meter(
    writer: HistoryWriter, reader: HistoryReader
) -> None:
    _meter_then_inverters(writer, meter_until=20)
    (day,) = reader.days(SITE, TODAY, TODAY)
    assert day.production == (pytest.approx(4800.0), MEASURED)


def test_the_meter_goes_first_where_both_know_the_whole_day(writer: HistoryWriter, reader: HistoryReader) -> None:
    midnight = datetime(2026, 6, 25, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    for i in range(-2, 60):
        meter = i % 2 == 0
        lifetime = 5_000_000.0 + 101.0 * i if meter else 4_000_000.0 + 100.0 * i
        source = Source.METER if meter else Source.INVERTERS
        writer.append(snapshot(midnight + 6 * i * FIVE, production=power(200, lifetime, None, source)))
    (day,) = reader.days(SITE, TODAY, TODAY)
    assert day.production == (pytest.approx(4848.0), MEASURED)


def test_energy_held_back_over_night_is_booked_on_both_days(
    writer: HistoryWriter, reader: HistoryReader, path: Path
) -> None:
    """Nobody heard the inverters from the afternoon on; in the morning their counters have caught up."""
    writer.append(snapshot(NOON, production=power(200, 500_000.0, 9000, Source.INVERTERS), watts={"A": 1, "B": 1}))
    for i in range(1, 40):
        stood = power(0, 500_000.0, None, Source.INVERTERS)
        writer.append(snapshot(NOON + 6 * i * FIVE, production=stood))
    morning = power(200, 503_000.0, 800, Source.INVERTERS)
    writer.append(snapshot(NOON + 6 * 40 * FIVE, production=morning))
    days = reader.days(SITE, TODAY, TODAY + timedelta(days=1))
    assert [day.production for day in days] == [Energy(11_200.0, DERIVED), Energy(800.0, DERIVED)]
    assert inspect(path).problems == ()


def test_yesterday_is_not_known_by_the_others_if_one_was_taken_away(
    writer: HistoryWriter, reader: HistoryReader
) -> None:
    units = [counted("A", 90_000, 1000, 3000), counted("B", 80_000, 1000, 3000)]
    writer.append(snapshot(NOON, inverters=units))
    later = NOON + timedelta(days=1)
    told = power(100, 93_000, 900, Source.INVERTERS)
    writer.append(snapshot(later, inverters=[counted("A", 93_000, 900, 2900, later)], production=told))
    days = reader.days(SITE, YESTERDAY, later.date())
    assert [(day.day, day.production) for day in days] == [(later.date(), Energy(900.0, DERIVED))]


def test_zeros_with_no_inverters_are_no_data(writer: HistoryWriter, reader: HistoryReader) -> None:
    units = [counted("A", 90_000, 1000)]
    writer.append(snapshot(NOON, inverters=units, production=power(500, 5000, 1000), net=NetReading(10, 700, 800)))
    zeros = power(0.0, 0.0, 0.0)
    writer.append(snapshot(NOON + FIVE, production=zeros, consumption=zeros, net=NetReading(0.0, 0.0, 0.0)))
    after = NOON + 2 * FIVE
    writer.append(snapshot(after, inverters=units, production=power(500, 5040, 1040), net=NetReading(10, 701, 801)))
    assert reader.site_series(SITE, NOON, after + FIVE).production == (500, None, 500)
    (day,) = reader.days(SITE, TODAY, TODAY)
    assert (day.production, day.consumption, day.imported) == ((1040.0, DERIVED), None, (1.0, ESTIMATED))
    assert reader.rejections(SITE) == tuple(
        Rejection(TODAY, quantity, "zero", 1) for quantity in ("exported", "imported", "production")
    )


def test_days_do_not_follow_the_computers_zone(
    writer: HistoryWriter, reader: HistoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the gateway tells no zone, the days stay those of the first poll's zone when the computer travels."""
    import time

    zones = iter(["Asia/Tokyo", "America/Los_Angeles"])
    try:
        for half in range(2):
            monkeypatch.setenv("TZ", next(zones))
            time.tzset()
            for i in range(half * 24, half * 24 + 24):
                at = datetime(2026, 6, 24, 15, tzinfo=UTC) + timedelta(hours=i)
                writer.append(snapshot(at, timezone=None, consumption=power(100, 5000.0 + 100 * i)))
            writer.close()
    finally:
        monkeypatch.undo()
        time.tzset()
    days = reader.days(SITE, date(2026, 6, 1), date(2026, 7, 30))
    assert [day.day.day for day in days] == [25, 26]
    assert days[0].consumption == (pytest.approx(2400.0), MEASURED)
    assert reader.timezone(SITE) is None


def test_a_zone_that_fails_to_be_told_is_the_one_told_before(writer: HistoryWriter, reader: HistoryReader) -> None:
    start = datetime(2026, 6, 24, 14, 30, tzinfo=UTC)
    for i in range(48):
        zone = "Asia/Tokyo" if i % 2 == 0 else None
        at = start + i * timedelta(minutes=30)
        writer.append(snapshot(at, timezone=zone, consumption=power(100, 5000.0 + 50 * i)))
    assert [day.day.day for day in reader.days(SITE, date(2026, 6, 1), date(2026, 7, 30))] == [24, 25]
    assert reader.timezone(SITE) == "Asia/Tokyo"


def test_a_lost_clock_of_the_computer_moves_nothing(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(12):
        at = NOON + i * FIVE
        wrong = {3: datetime(1970, 1, 1, 0, i, tzinfo=UTC), 6: at + timedelta(days=1000)}.get(i, at)
        shot = snapshot(wrong, production=power(600, 5000 + 50 * i, 700 + 50 * i))
        writer.append(replace(shot, gateway_at=at))
    assert reader.first_at(SITE) == NOON
    assert reader.last_at(SITE) == NOON + 11 * FIVE
    assert [day.day for day in reader.days(SITE, date(1970, 1, 1), date(2099, 1, 1))] == [TODAY]


def test_an_answer_without_any_clock_that_can_be_is_left_out(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(datetime(1970, 1, 2, tzinfo=UTC), production=power(600, 5000, 700)))
    assert reader.first_at(SITE) is None


def test_events_can_be_asked_for_one_site(writer: HistoryWriter, reader: HistoryReader, path: Path) -> None:
    writer.record_note(NOON, "rule", Severity.INFORMATION, "of all", "")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO event (at, kind, rule, severity, serials, title, body, site)"
            " VALUES (?, 'note', 'rule', 'information', '[]', 'of the other', '', 'OTHER')",
            (NOON.timestamp() + 1,),
        )
    assert [event.title for event in reader.events()] == ["of the other", "of all"]
    assert [event.title for event in reader.events(site=SITE)] == ["of all"]


def test_series_of_some_inverters_only(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(4):
        writer.append(snapshot(NOON + i * FIVE, {"A": 100 + i, "B": 5 * i, **({"C": 900} if i == 2 else {})}))
    whole = reader.inverter_series(SITE, NOON, NOON + timedelta(hours=1))
    some = reader.inverter_series(SITE, NOON, NOON + timedelta(hours=1), ["C", "A"])
    assert some.watts == {serial: whole.watts[serial] for serial in ("A", "C")}
    only = reader.inverter_series(SITE, NOON, NOON + timedelta(hours=1), ["C"])
    assert (only.times, only.watts) == (((NOON + 2 * FIVE).timestamp(),), {"C": (900.0,)})


def _lived(writer: HistoryWriter) -> list[Snapshot]:
    shots = []
    for i in range(600):
        at = NOON + i * FIVE
        units = [counted(serial, 90_000 + 2.5 * i, at=at) for serial in "ABC"]
        shots.append(snapshot(at, inverters=units, production=power(100, 5000 + 8 * i), net=NetReading(1, i, 2 * i)))
    for shot in shots[:200] + shots[230:]:
        writer.append(shot)
    return shots


def test_a_whole_history_is_said_to_be_whole(writer: HistoryWriter, path: Path) -> None:
    assert inspect(path).sites == ()
    _lived(writer)
    found = inspect(path)
    assert found.problems == ()
    (site,) = found.sites
    assert (site.serial, site.readings, site.inverters, site.samples) == (SITE, 570, 3, 3 * 570)
    assert (site.first_at, site.last_at) == (NOON, NOON + 599 * FIVE)
    assert (site.gaps.usual, site.gaps.count, site.gaps.longest) == (300.0, 1, 31 * 300.0)
    assert {(chain.quantity, chain.source) for chain in site.chains} >= {("production", "meter"), ("inverter", "A")}
    assert sum(site.shares.values()) == pytest.approx(1.0)
    (epoch,) = next(chain.epochs for chain in site.chains if chain.quantity == "production")
    assert (epoch.opening, epoch.latest, epoch.wraps) == (5000.0, 5000.0 + 8 * 599, 0)
    assert epoch.counted == pytest.approx(epoch.booked) == 8 * 599
    assert found.bytes_per_sample == found.size / (3 * 570)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE epoch SET latest = latest + 5 WHERE quantity = 'production'", "add up to"),
        ("UPDATE energy SET watt_hours = -3 WHERE quantity = 'imported'", "cannot be -3 Wh"),
        ("UPDATE energy SET watt_hours = 1e9 WHERE quantity = 'production'", "cannot be 1000000000 Wh"),
        ("DELETE FROM epoch WHERE quantity = 'exported'", "exported from meter add up"),
        ("DELETE FROM inverter_day WHERE day = (SELECT min(day) FROM inverter_day)", "inverter from A add up"),
        ("UPDATE inverter_day SET energy = x'ffffff7fffffff7fffffff7f'", "an inverter's 2026-06-25 cannot be"),
    ],
)
def test_what_is_wrong_is_found(writer: HistoryWriter, path: Path, damage: str, words: str) -> None:
    _lived(writer)
    writer.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    assert any(words in problem for problem in inspect(path).problems), inspect(path).problems


def test_reading_the_days_of_ten_years_is_one_small_look(writer: HistoryWriter, reader: HistoryReader) -> None:
    """The figures of a day are chosen when it is over, not when they are read; only the newest is looked at closer."""
    _lived(writer)
    days = reader.days(SITE, TODAY, TODAY + timedelta(days=10))
    asked: list[str] = []
    assert reader._connection is not None
    reader._connection.set_trace_callback(asked.append)
    assert reader.days(SITE, TODAY, TODAY + timedelta(days=10)) == days
    assert len(asked) <= 6
    closer = [line for line in asked if "FROM energy" in line]
    assert len(closer) == 1
    assert f"day = {days[-1].day.toordinal()}" in closer[0]
