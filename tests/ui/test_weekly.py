"""The report of last week comes by itself, once, and only where it is wished."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from enphase_tray.model.health import HealthReport
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.status.words import Wording
from enphase_tray.ui.weekly import WeeklyReports
from tests.status import sick_bay as bay
from tests.ui import lived
from tests.ui import make_believe as site

MONDAY = date(2026, 6, 22)
DAYS = {date(2026, 6, 10) + timedelta(days=step): 9000.0 for step in range(13)}
LAST_WEEK = "week-2026-06-15.html"
Make = Callable[..., WeeklyReports]


def poll(day: date = MONDAY, hour: float = 6.0, health: HealthReport | None = None, **changes: object) -> PollResult:
    shot = replace(site.snapshot(lived.moment(day, hour)), at=lived.moment(day, hour))
    return replace(site.result(shot, health=health), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("past") / "history.sqlite"
    lived.live(file, DAYS).close()
    return file


@pytest.fixture
def make(qapp: object, past: Path, tmp_path: Path) -> Make:
    from enphase_tray.history.reader import HistoryReader

    def build(*, wished: bool = True) -> WeeklyReports:
        gateway = GatewaySettings(serial=site.SITE, site_name="Home")
        settings = Settings(gateway, weekly_report=wished, price_per_kwh=0.25, currency="€")
        return WeeklyReports(tmp_path / "reports", lambda: settings, lambda: HistoryReader(past), Wording)

    return build


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "reports").glob("*"))


def test_the_first_result_of_a_week_brings_the_report_of_the_last(make: Make, tmp_path: Path) -> None:
    make().tell(poll(health=bay.house()))
    assert written(tmp_path) == [LAST_WEEK]
    file = tmp_path / "reports" / LAST_WEEK
    text = file.read_text(encoding="utf-8")
    assert "Home · Week of 15 to 21 June 2026" in text
    assert "63.0 kWh (worth 15.75 €) in 7 days." in text
    assert "Panel 01037 makes nothing" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_is_written_once_and_what_is_there_stays(make: Make, tmp_path: Path) -> None:
    weekly = make()
    weekly.tell(poll(health=bay.house()))
    (tmp_path / "reports" / LAST_WEEK).write_text("kept")
    weekly.tell(poll(day=MONDAY + timedelta(days=3), health=bay.house()))
    make().tell(poll(health=bay.house()))
    assert (tmp_path / "reports" / LAST_WEEK).read_text() == "kept"
    assert written(tmp_path) == [LAST_WEEK]


def test_it_waits_a_little_for_the_doctor(make: Make, tmp_path: Path) -> None:
    weekly = make()
    weekly.tell(poll())
    weekly.tell(poll(hour=6.1))
    assert written(tmp_path) == []
    weekly.tell(poll(hour=6.2))
    assert written(tmp_path) == [LAST_WEEK]


def test_nothing_is_written_unasked_nor_from_a_failed_or_small_reading(make: Make, tmp_path: Path) -> None:
    make(wished=False).tell(poll(health=bay.house()))
    weekly = make()
    weekly.tell(poll(health=bay.house(), failure=site.failure()))
    weekly.tell(poll(health=bay.house(), live=True))
    weekly.tell(poll(health=bay.house(), snapshot=None))
    assert written(tmp_path) == []


def test_a_week_that_nobody_saw_has_no_report(make: Make, tmp_path: Path) -> None:
    make().tell(poll(day=date(2026, 9, 7), health=bay.house()))
    assert written(tmp_path) == []


@pytest.mark.expects_log("the weekly report could not be written")
def test_a_folder_that_cannot_be_made_is_logged_once(make: Make, tmp_path: Path, caplog: object) -> None:
    (tmp_path / "reports").write_text("a file is in the way")
    weekly = make()
    weekly.tell(poll(health=bay.house()))
    weekly.tell(poll(hour=7.0, health=bay.house()))
    records = [record for record in caplog.records if "weekly report" in record.getMessage()]  # type: ignore[attr-defined]
    assert len(records) == 1
