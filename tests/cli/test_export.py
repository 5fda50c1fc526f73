"""`export`: the rows, their times on days of 23 and 25 hours, and what it says when it cannot."""

import csv
import io
import os
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.cli.columns import COLUMNS
from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import NetReading
from tests.cli.conftest import Terminal
from tests.conftest import REPOSITORY
from tests.history.conftest import NOON, SITE, inverter, power, snapshot

OTHER = "122000000002"
FIRST, SECOND = "900000000011", "900000000022"
AUTUMN = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
"""Midnight in Berlin at the beginning of the day of 25 hours."""

Export = Callable[..., list[dict[str, str]]]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def writer(profile: Path) -> Iterator[HistoryWriter]:
    made = HistoryWriter(profile / "history.db", ManualClock(NOON))
    yield made
    made.close()


@pytest.fixture
def export(profile: Path, terminal: Terminal) -> Export:
    """`export("--what", "days", ...)`: the rows that are printed, as dictionaries."""

    def run(*arguments: str) -> list[dict[str, str]]:
        said = terminal("--profile", str(profile), "export", *arguments)
        assert (said.status, said.err) == (0, "")
        return list(csv.DictReader(io.StringIO(said.out)))

    return run


def live_through(writer: HistoryWriter, start: datetime, hours: float, minutes: int = 30) -> None:
    """A sunny site, read every half hour, that makes 1000 W all the time, a quarter of it in its first inverter."""
    for step in range(int(hours * 60 / minutes) + 1):
        at = start + timedelta(minutes=minutes * step)
        made = 9_000_000.0 + 1000 * (at - AUTUMN).total_seconds() / 3600
        writer.append(
            snapshot(
                at,
                {FIRST: 250.0, SECOND: 500.0},
                production=power(1000.0, made),
                consumption=power(400.25, made / 2),
                net=NetReading(-599.75, 10_000.0, made / 3),
            )
        )


def test_power_by_default_in_both_times(writer: HistoryWriter, terminal: Terminal, profile: Path) -> None:
    writer.append(snapshot(NOON, production=power(3421.0), consumption=power(400.0), net=NetReading(-3021.0)))
    writer.append_live(snapshot(NOON + timedelta(seconds=61), production=power(-2.0)))
    writer.append(snapshot(NOON + timedelta(seconds=300), {FIRST: 1.0}))  # no power known
    said = terminal("export", "--profile", str(profile))
    assert said.err == ""
    assert said.out == (
        "gateway,time_utc,time_local,production_watts,consumption_watts,net_watts\n"
        f"{SITE},2026-06-25T12:00:00Z,2026-06-25 14:00:00,3421,400,-3021\n"
        f"{SITE},2026-06-25T12:01:01Z,2026-06-25 14:01:01,-2,,\n"
    )


def test_local_times_of_the_day_of_25_hours(writer: HistoryWriter, export: Export) -> None:
    live_through(writer, AUTUMN - timedelta(hours=1), 28)
    rows = export("--from", "2026-10-25", "--to", "2026-10-25")
    assert len(rows) == 50
    assert (rows[0]["time_utc"], rows[0]["time_local"]) == ("2026-10-24T22:00:00Z", "2026-10-25 00:00:00")
    assert (rows[-1]["time_utc"], rows[-1]["time_local"]) == ("2026-10-25T22:30:00Z", "2026-10-25 23:30:00")
    twice = [row["time_utc"] for row in rows if row["time_local"] == "2026-10-25 02:30:00"]
    assert twice == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]


def test_days_say_their_limits_energy_and_provenance(writer: HistoryWriter, export: Export) -> None:
    live_through(writer, AUTUMN - timedelta(hours=1), 28)
    row = export("--what", "days", "--from", "2026-10-25", "--to", "2026-10-25")[0]
    assert (row["day"], row["start_utc"], row["end_utc"]) == (
        "2026-10-25",
        "2026-10-24T22:00:00Z",
        "2026-10-25T23:00:00Z",
    )
    assert (row["production_watt_hours"], row["production_provenance"]) == ("25000", "measured")
    assert (row["consumption_watt_hours"], row["consumption_provenance"]) == ("12500", "measured")
    assert (row["imported_watt_hours"], row["exported_watt_hours"]) == ("0", "8333.333")


def test_days_are_those_of_the_reader(writer: HistoryWriter, export: Export, profile: Path) -> None:
    """A week off leaves days that were shared out by guess, and each says so."""
    live_through(writer, NOON, 20)
    live_through(writer, NOON + timedelta(days=7), 20)
    reader = HistoryReader(profile / "history.db")
    days = reader.days(SITE, NOON.date(), NOON.date() + timedelta(days=9))
    reader.close()
    rows = export("--what", "days")
    assert [row["day"] for row in rows] == [day.day.isoformat() for day in days]
    for row, day in zip(rows, days, strict=True):
        assert day.production is not None
        assert float(row["production_watt_hours"]) == pytest.approx(day.production.watt_hours, abs=0.001)
        assert row["production_provenance"] == day.production.provenance.word
    assert {"measured", "estimated"} <= {row["production_provenance"] for row in rows}


def test_inverters_have_a_row_for_each_report(writer: HistoryWriter, export: Export) -> None:
    later = NOON + timedelta(minutes=5)
    writer.append(snapshot(NOON, {FIRST: 250.0, SECOND: 0.0}))
    writer.append(
        snapshot(later, inverters=[inverter(FIRST, 251.0, later), inverter(SECOND, 0.0, NOON - timedelta(seconds=60))])
    )
    rows = export("--what", "inverters")
    assert [(row["time_utc"], row["serial"], row["watts"]) for row in rows] == [
        ("2026-06-25T12:00:00Z", FIRST, "250"),
        ("2026-06-25T12:00:00Z", SECOND, "0"),
        ("2026-06-25T12:05:00Z", FIRST, "251"),
    ]


def test_energy_of_inverters_by_day(writer: HistoryWriter, export: Export) -> None:
    live_through(writer, AUTUMN + timedelta(hours=8), 4, minutes=5)
    rows = export("--what", "inverter-days")
    assert [(row["gateway"], row["day"], row["serial"]) for row in rows] == [
        (SITE, "2026-10-25", FIRST),
        (SITE, "2026-10-25", SECOND),
    ]
    assert [float(row["watt_hours"]) for row in rows] == pytest.approx([1000, 2000], rel=0.05)
    assert {row["provenance"] for row in rows} == {"estimated"}  # power added up: this firmware counts no energy


def test_one_gateway_or_one_inverter(writer: HistoryWriter, export: Export, terminal: Terminal, profile: Path) -> None:
    live_through(writer, NOON, 1, minutes=5)
    writer.append(snapshot(NOON, {"900000000099": 7.0}, serial=OTHER, production=power(7.0, 1.0), timezone=None))
    assert {row["gateway"] for row in export()} == {SITE, OTHER}
    assert {row["gateway"] for row in export("--serial", OTHER)} == {OTHER}
    assert {row["serial"] for row in export("--what", "inverters", "--serial", SITE)} == {FIRST, SECOND}
    for what in ("inverters", "inverter-days"):
        assert {(row["gateway"], row["serial"]) for row in export("--what", what, "--serial", SECOND)} == {
            (SITE, SECOND)
        }
    said = terminal("--profile", str(profile), "export", "--serial", SECOND)
    assert (said.status, said.out) == (2, "")
    assert "is an inverter. Add --what inverters or --what inverter-days." in said.err


def test_events_in_order_of_time_and_without_formulas(writer: HistoryWriter, export: Export) -> None:
    later = NOON + timedelta(hours=1)
    writer.record_note(
        later, "relay_open", Severity.WARNING, "=HYPERLINK(1)", "two\nlines, \x1b[31mred", [FIRST, SECOND]
    )
    writer.record_note(NOON, "note", Severity.INFORMATION, "+1", "-1")
    writer.append(snapshot(NOON))
    rows = export("--what", "events")
    assert [(row["time_utc"], row["title"], row["body"]) for row in rows] == [
        ("2026-06-25T12:00:00Z", "'+1", "'-1"),
        ("2026-06-25T13:00:00Z", "'=HYPERLINK(1)", "two lines, [31mred"),
    ]
    assert (rows[1]["kind"], rows[1]["severity"], rows[1]["serials"]) == ("note", "warning", f"{FIRST} {SECOND}")
    assert [row["title"] for row in export("--what", "events", "--from", "2026-06-26")] == []


def test_hostile_serials_are_no_formulas(writer: HistoryWriter, terminal: Terminal, profile: Path) -> None:
    writer.append(snapshot(NOON, {"=cmd|'/c calc'!A1": 1.0}, serial="@SUM(1)", production=power(1.0, 5.0)))
    for what in COLUMNS:
        said = terminal("--profile", str(profile), "export", "--what", what)
        cells = [cell for line in csv.reader(io.StringIO(said.out)) for cell in line]
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+@\t\r")]


def test_a_stretch_with_nothing_in_it_is_a_header(writer: HistoryWriter, terminal: Terminal, profile: Path) -> None:
    live_through(writer, NOON, 1)
    for what, columns in COLUMNS.items():
        said = terminal("--profile", str(profile), "export", "--what", what, "--from", "2031-01-01")
        assert (said.status, said.out, said.err) == (0, ",".join(columns) + "\n", "")


@pytest.mark.parametrize(
    ("arguments", "status", "hint"),
    [
        (["--from", "yesterday"], 2, "2026-06-25"),
        (["--from", "2026-02-30"], 2, "2026-06-25"),
        (["--to", "0001-01-01"], 2, "2026-06-25"),
        (["--from", "2026-06-26", "--to", "2026-06-25"], 2, "--to lies before --from"),
        (["--what", "weather"], 2, "inverter-days"),
        (["--serial", "123"], 2, SITE),
        (["--json"], 2, "no option --json"),
        (["--output", "no-such-folder/out.csv"], 7, "No such file"),
        (["--output", "."], 7, "Is a directory"),
    ],
)
def test_errors_are_one_helpful_line(
    arguments: list[str], status: int, hint: str, writer: HistoryWriter, terminal: Terminal, profile: Path
) -> None:
    live_through(writer, NOON, 1)
    said = terminal("--profile", str(profile), "export", *arguments)
    assert said.status == status
    assert said.err.count("\n") == 1
    assert hint in said.err


@pytest.mark.parametrize("broken", [False, True])
def test_without_a_history_the_file_stays(broken: bool, terminal: Terminal, profile: Path, tmp_path: Path) -> None:
    if broken:
        profile.mkdir()
        (profile / "history.db").write_bytes(b"no database at all " * 300)
    target = tmp_path / "out.csv"
    target.write_text("of last week")
    said = terminal("--profile", str(profile), "export", "--output", str(target))
    assert said.status == 7
    assert said.err.count("\n") == 1
    assert target.read_text() == "of last week"
    assert [path.name for path in tmp_path.glob("*.csv*")] == ["out.csv"]
    assert not broken or (profile / "history.db").read_bytes().startswith(b"no database")


def test_a_file_is_replaced_by_a_whole_one(
    writer: HistoryWriter, terminal: Terminal, profile: Path, tmp_path: Path
) -> None:
    live_through(writer, NOON, 1)
    before = os.umask(0o022)
    try:
        plain, private, link = (tmp_path / name for name in ("plain.csv", "private.csv", "link.csv"))
        private.write_text("old")
        private.chmod(0o600)
        link.symlink_to(private)
        for target in (plain, link):
            said = terminal("--profile", str(profile), "export", "--output", str(target))
            assert (said.status, said.out, said.err) == (0, "", "")
    finally:
        os.umask(before)
    printed = terminal("--profile", str(profile), "export", "--output", "-").out
    assert plain.read_bytes() == private.read_bytes() == printed.encode()
    assert printed.count("\n") == 4
    assert [stat.S_IMODE(path.stat().st_mode) for path in (plain, private)] == [0o644, 0o600]
    assert link.is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"plain.csv", "private.csv", "link.csv", "profile"}


def test_the_history_is_not_replaced_by_its_export(writer: HistoryWriter, terminal: Terminal, profile: Path) -> None:
    live_through(writer, NOON, 1)
    said = terminal("--profile", str(profile), "export", "--output", str(profile / "." / "history.db"))
    assert said.status == 2
    assert len(terminal("--profile", str(profile), "export").out.splitlines()) == 4


def test_an_export_is_whole_while_the_history_grows(
    writer: HistoryWriter, terminal: Terminal, profile: Path, tmp_path: Path
) -> None:
    """Whatever was stored before it began is there, in order, and every row is complete."""
    live_through(writer, NOON - timedelta(days=3), 60, minutes=10)
    writer.close()
    stored, ended = threading.Event(), threading.Event()
    acknowledged = 0

    def write_on() -> None:
        nonlocal acknowledged
        own = HistoryWriter(profile / "history.db", ManualClock(NOON))
        while not ended.is_set():
            own.append(snapshot(NOON + timedelta(minutes=5 * acknowledged), production=power(float(acknowledged))))
            acknowledged += 1
            stored.set()
        own.close()

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        assert stored.wait(10)
        for number in range(5):
            target, certain = tmp_path / f"{number}.csv", acknowledged
            assert terminal("--profile", str(profile), "export", "--output", str(target)).status == 0
            rows = list(csv.reader(io.StringIO(target.read_text())))
            assert {len(row) for row in rows} == {len(COLUMNS["power"])}
            times = [row[1] for row in rows[1:]]
            assert times == sorted(set(times))
            assert len(times) >= 361 + certain
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize("name", ["README.md", "packaging/enphase-tray.1"])
def test_every_column_is_documented(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8").replace("\\-", "-")
    missing = {column for columns in COLUMNS.values() for column in columns if column not in text}
    assert missing == set()
    assert not [what for what in COLUMNS if what not in text]


def test_help_tells_every_column(terminal: Terminal) -> None:
    said = terminal("export", "--help")
    assert all(column in said.out for columns in COLUMNS.values() for column in columns)
