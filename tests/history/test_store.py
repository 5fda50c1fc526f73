"""Writer and reader together, on a real file."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.history import Provenance, Rejection
from enphase_tray.model.readings import InverterReading, InverterState, NetReading, Snapshot, Source
from tests.history.conftest import NOON, SITE, inverter, power, snapshot, starting_up

DAY = (NOON - timedelta(days=1), NOON + timedelta(days=1))
FIVE = timedelta(minutes=5)


def test_before_there_is_a_file_everything_is_empty(reader: HistoryReader, path: Path) -> None:
    assert reader.sites() == ()
    assert reader.inverter_series(SITE, *DAY).times == ()
    assert reader.site_series(SITE, *DAY).times == ()
    assert reader.days(SITE, NOON.date(), NOON.date()) == ()
    assert reader.events() == ()
    assert reader.first_at(SITE) is None
    assert not path.exists()


def test_power_and_reports_come_back(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(watts={"A": 251.4, "B": 0}, production=power(1623.6), net=NetReading(watts_now=-1200.2)))
    series = reader.inverter_series(SITE, *DAY)
    assert series.times == (NOON.timestamp(),)
    assert series.watts == {"A": (251.0,), "B": (0.0,)}
    site = reader.site_series(SITE, *DAY)
    assert (site.production, site.consumption, site.net) == ((1624,), (None,), (-1200,))
    assert reader.first_at(SITE) == reader.last_at(SITE) == NOON
    assert reader.sites() == (SITE,)


def test_only_new_reports_are_stored(writer: HistoryWriter, reader: HistoryReader) -> None:
    old = NOON - timedelta(seconds=30)
    writer.append(snapshot(NOON, {"A": 100, "B": 200}, reported=old))
    later = snapshot(NOON + FIVE, inverters=[inverter("A", 100, old), inverter("B", 210, NOON + timedelta(minutes=4))])
    writer.append(later)
    writer.append(snapshot(NOON + 2 * FIVE, {"A": 100, "B": 210}, reported=old))
    series = reader.inverter_series(SITE, *DAY)
    assert series.watts == {"A": (100.0, None), "B": (200.0, 210.0)}
    assert len(reader.site_series(SITE, *DAY).times) == 3


def test_a_report_of_last_night_is_not_drawn_at_the_first_poll(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, {"A": 3}, reported=NOON - timedelta(hours=6)))
    writer.append(snapshot(NOON + FIVE, {"A": 90}, reported=NOON))
    assert reader.inverter_series(SITE, *DAY).watts == {"A": (90.0,)}


def test_reports_from_the_future_and_after_a_corrected_clock(writer: HistoryWriter, reader: HistoryReader) -> None:
    ahead = replace(snapshot(NOON, {"A": 10}, reported=NOON + timedelta(days=9)), gateway_at=NOON)
    writer.append(ahead)
    fast = NOON + timedelta(days=30)
    writer.append(replace(snapshot(NOON + FIVE, {"A": 20}, reported=fast), gateway_at=fast))
    writer.append(replace(snapshot(NOON + 2 * FIVE, {"A": 30}, reported=NOON + FIVE), gateway_at=NOON + 2 * FIVE))
    assert reader.inverter_series(SITE, *DAY).watts == {"A": (20.0, 30.0)}


def test_the_same_snapshots_twice_change_nothing(writer: HistoryWriter, dump: Callable[[], tuple[str, ...]]) -> None:
    shots = [
        snapshot(
            NOON + i * FIVE,
            {"A": 100 + i, "B": 200 + i},
            production=power(300, 5000 + 25 * i, 700 + 25 * i),
            net=NetReading(10, 900 + i, 40),
        )
        for i in range(12)
    ]
    for shot in shots:
        writer.append(shot)
        writer.append_live(replace(shot, at=shot.at + timedelta(seconds=60)))
    before = dump()
    writer.append(shots[-1])
    assert dump() == before
    for shot in shots:
        writer.append(shot)
        writer.append_live(replace(shot, at=shot.at + timedelta(seconds=60)))
    assert dump() == before
    assert len(before) > 40


def _busy_day() -> list[Snapshot]:
    """Polls over two local days: inverters come, energies rise, the clock steps back once."""
    shots = []
    for i in range(160):
        at = NOON + i * FIVE - (timedelta(hours=2) if i == 70 else timedelta())
        watts = {"A": float(i), "B": 2.0} if i < 80 else {"C": 3.0, "A": float(i), "B": 2.0}
        units = [
            InverterReading(
                name,
                last_report_watts=value,
                last_report_at=at - FIVE,
                watt_hours_today=10.0 * (i % 100) + 0.4,
                watt_hours_lifetime=None if name == "B" else 70_000 + 10.3 * i,
            )
            for name, value in watts.items()
        ]
        made = power(300, 5000 + 25 * i, 700 + 25 * i)
        shots.append(snapshot(at, inverters=units, production=made, net=NetReading(10, 900 + i, 40)))
    return shots


def test_what_the_writer_remembers_changes_nothing(tmp_path: Path) -> None:
    def stored(name: str, writers: int, anew_each: int) -> tuple[str, ...]:
        path = tmp_path / name
        held = [HistoryWriter(path, ManualClock(NOON)) for _ in range(writers)]
        for number, shot in enumerate(_busy_day()):
            writer = held[number % writers]
            writer.append(shot)
            if number % anew_each == 0:
                writer.close()
        for writer in held:
            writer.close()
        with closing(sqlite3.connect(path)) as connection:
            return tuple(connection.iterdump())

    one = stored("one", writers=1, anew_each=1000)
    assert one == stored("reopened", writers=1, anew_each=1)
    assert one == stored("two programs", writers=2, anew_each=1000)
    assert len(one) > 160


def test_what_was_rolled_back_is_forgotten(
    writer: HistoryWriter, reader: HistoryReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.append(snapshot(NOON, {"A": 1}, production=power(300, 5000, 700)))
    assert writer._connection is not None
    writer._connection.execute(
        "CREATE TEMP TRIGGER no_room BEFORE UPDATE ON main.epoch BEGIN SELECT raise(ABORT, 'no room'); END"
    )
    with pytest.raises(HistoryError):
        writer.append(snapshot(NOON + FIVE, {"A": 2, "B": 2}, production=power(300, 5025, 725)))
    writer._connection.execute("DROP TRIGGER no_room")
    writer.append(snapshot(NOON + 2 * FIVE, {"A": 3, "B": 3}, production=power(300, 5050, 750)))
    assert reader.inverter_series(SITE, *DAY).watts == {"A": (1.0, 2.0, 3.0), "B": (None, 2.0, 3.0)}
    assert reader.days(SITE, NOON.date(), NOON.date())[0].production == (750.0, Provenance.DERIVED)


def test_two_gateways_never_mix(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(20):
        writer.append(snapshot(NOON + i * FIVE, {"A": 1, "B": 2}, production=power(3, 1000 + i, 10 + i)))
        writer.append(snapshot(NOON + i * FIVE, {"B": 7, "C": 8}, serial="OTHER", production=power(9, 77_000, 500)))
    assert set(reader.inverter_series(SITE, *DAY).watts) == {"A", "B"}
    assert set(reader.inverter_series(SITE, *DAY).watts["B"]) == {2.0}
    assert set(reader.inverter_series("OTHER", *DAY).watts["B"]) == {7.0}
    assert set(reader.site_series("OTHER", *DAY).production) == {9}
    assert reader.days("OTHER", NOON.date(), NOON.date())[0].production == (500.0, Provenance.DERIVED)
    assert reader.inverter_series("UNKNOWN", *DAY).times == ()
    assert reader.sites() == (SITE, "OTHER")


def test_inverters_come_go_and_change_their_order(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, {"B": 2, "A": 1}))
    writer.append(snapshot(NOON + FIVE, {"A": 11, "C": 13, "B": 12}))
    writer.append(snapshot(NOON + 2 * FIVE, {"C": 23}))
    assert reader.inverter_series(SITE, *DAY).watts == {
        "A": (1.0, 11.0, None),
        "B": (2.0, 12.0, None),
        "C": (None, 13.0, 23.0),
    }


def test_windows_are_half_open(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(4):
        writer.append(snapshot(NOON + i * FIVE, {"A": i}))
    assert reader.inverter_series(SITE, NOON + FIVE, NOON + 3 * FIVE).watts == {"A": (1.0, 2.0)}
    assert len(reader.site_series(SITE, NOON + timedelta(microseconds=1), NOON + FIVE).times) == 0


def test_starting_up_and_retired_units_are_no_data(writer: HistoryWriter, reader: HistoryReader) -> None:
    zeros = starting_up(snapshot(NOON - FIVE, {"A": 0}, production=power(0, 0, 0)))
    for _ in range(2):
        writer.append(zeros)
        writer.append_live(replace(zeros, at=NOON - FIVE / 2))
    series = reader.site_series(SITE, *DAY)
    assert (series.production, series.consumption, series.net) == ((None,), (None,), (None,))
    assert reader.days(SITE, NOON.date(), NOON.date()) == ()
    assert reader.rejections(SITE) == (Rejection(NOON.date(), "production", "restart", 1),)
    retired = replace(inverter("R", 5, NOON), state=InverterState.RETIRED, watt_hours_today=3)
    writer.append(snapshot(NOON, inverters=[retired, inverter("A", 7, NOON)]))
    assert reader.inverter_series(SITE, *DAY).watts == {"A": (7.0,)}


def test_absurd_values_are_stored_as_unknown(writer: HistoryWriter, reader: HistoryReader) -> None:
    absurd = power(float("nan"), 2.0**70, float("inf"))
    units = [
        inverter("A", float("inf"), NOON),
        replace(inverter("Lone \udce9", 1e300, NOON), watt_hours_today=float("nan"), watt_hours_lifetime=2.0**80),
        inverter("Old", 5, datetime(1, 1, 1, tzinfo=UTC)),
        inverter("Late", 5, datetime(9999, 12, 31, tzinfo=UTC)),
        inverter("None", None, None),
    ]
    writer.append(
        snapshot(NOON, inverters=units, timezone="No/Where", production=absurd, net=NetReading(-1e300, -5, 1e30))
    )
    lost = replace(snapshot(NOON + FIVE, production=power(1, 5, 5)), gateway_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    writer.append(lost)
    assert reader.site_series(SITE, *DAY).production == (None, 1)
    assert reader.site_series(SITE, *DAY).net == (None, None)
    assert [day.day for day in reader.days(SITE, date(2026, 1, 1), date(9999, 12, 31))] == [NOON.date()]


def test_live_readings_lie_between_polls(writer: HistoryWriter, reader: HistoryReader) -> None:
    writer.append(snapshot(NOON, {"A": 1}, production=power(100)))
    writer.append_live(snapshot(NOON + timedelta(seconds=60), production=power(160), consumption=power(40)))
    writer.append_live(snapshot(NOON, production=power(999)))
    writer.append_live(snapshot(NOON + timedelta(seconds=120)))
    writer.append(snapshot(NOON + timedelta(seconds=60), {"A": 2}, reported=NOON, production=power(170)))
    site = reader.site_series(SITE, *DAY)
    assert site.production == (100, 170)
    assert site.consumption == (None, 40)
    assert reader.inverter_series(SITE, *DAY).watts == {"A": (1.0, 2.0)}


def test_days_follow_the_gateways_own_midnight(writer: HistoryWriter, reader: HistoryReader) -> None:
    """Ten days through the end of summer time at 1,200 W: 24 h are 28.8 kWh, the long day has 25 h."""
    start = datetime(2026, 10, 20, 12, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    for i in range(10 * 288):
        counter = 5000.0 + 100.0 * i
        writer.append(
            snapshot(start + i * FIVE, production=power(1200, counter), net=NetReading(0, counter / 2, counter / 4))
        )
    days = {day.day.day: day for day in reader.days(SITE, date(2026, 10, 1), date(2026, 10, 31))}
    assert list(days) == list(range(20, 31))
    assert days[21].production == (28_800.0, Provenance.MEASURED)
    assert days[25].production == (30_000.0, Provenance.MEASURED)
    assert days[25].imported == (15_000.0, Provenance.MEASURED)
    assert days[25].exported == (7_500.0, Provenance.MEASURED)
    assert days[25].consumption is None
    assert [day.day.day for day in reader.days(SITE, date(2026, 10, 22), date(2026, 10, 23))] == [22, 23]
    whole = [0.0 if day.production is None else day.production.watt_hours for day in days.values()]
    assert sum(whole) == pytest.approx(100.0 * (10 * 288 - 1))


def test_a_second_source_does_not_disturb_the_first(writer: HistoryWriter, reader: HistoryReader) -> None:
    """The figure flips between the meter and the inverters' sum: no day is invented from their difference."""
    for i in range(40):
        meter = i % 3 != 0
        lifetime, today = (8_000_000, 1000) if meter else (7_100_000, 400)
        source = Source.METER if meter else Source.INVERTERS
        writer.append(snapshot(NOON + i * FIVE, production=power(600, lifetime + 50 * i, today + 50 * i, source)))
    (day,) = reader.days(SITE, NOON.date(), NOON.date())
    assert day.production == (1000 + 50 * 38, Provenance.DERIVED)


def _event(change: Change, at: datetime, title: str) -> AlertEvent:
    cleared = at if change is Change.CLEARED else None
    alert = Alert("relay:1", "relay_open", "1", Severity.CRITICAL, ("481",), title, "Body \udce9", NOON, cleared)
    return AlertEvent(at, change, alert)


def test_events_newest_first_and_only_once(writer: HistoryWriter, reader: HistoryReader) -> None:
    events = [_event(Change.RAISED, NOON, "open"), _event(Change.CLEARED, NOON + FIVE, "closed")]
    writer.record_events(events)
    writer.record_events(events)
    writer.record_events([])
    writer.record_note(NOON + 2 * FIVE, "firmware", "information", "New firmware", "8.3", ["A", "B"])
    found = reader.events()
    assert [(event.kind, event.title) for event in found] == [
        ("note", "New firmware"),
        ("cleared", "closed"),
        ("raised", "open"),
    ]
    assert found[2].at == NOON
    assert found[2].serials == ("481",)
    assert (found[2].alert_id, found[0].alert_id) == ("relay:1", None)
    assert found[2].body == "Body ?"
    assert len(reader.events(limit=1)) == 1
    assert len(reader.events(since=NOON + FIVE)) == 2


def test_state_survives(writer: HistoryWriter, path: Path) -> None:
    assert writer.load_state("tracker") is None
    writer.save_state("tracker", {"a": [1, None, "ü"]})
    writer.save_state("tracker", {"a": [2, None, "\udce9"]})
    writer.close()
    assert writer.load_state("tracker") == {"a": [2, None, "\udce9"]}


def test_the_writer_belongs_to_its_thread(writer: HistoryWriter) -> None:
    import sqlite3

    writer.open()
    errors: list[BaseException] = []

    def elsewhere() -> None:
        try:
            writer.append(snapshot())
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_reading_while_writing(writer: HistoryWriter, reader: HistoryReader) -> None:
    for i in range(50):
        writer.append(snapshot(NOON + i * FIVE, {"A": i}))
        assert len(reader.inverter_series(SITE, *DAY).times) == i + 1
