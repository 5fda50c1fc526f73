"""From the window's verdict and from an alert to the panel that it is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from enphase_tray.model.alerts import Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.look.wellness import gravest_alert
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.window.window import MainWindow
from tests.status import sick_bay as bay
from tests.ui import make_believe as site
from tests.ui import ward

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SHADED = site.serial(ward.SHADED)
WEAK = replace(
    site.alert("panel_weak", (SHADED,), "Panel 01111 makes less than its group", Severity.WARNING),
    raised_at=bay.SINCE,
)
Make = Callable[[PollResult], MainWindow]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Make:
    def build(result: PollResult) -> MainWindow:
        clock = ManualClock(site.NOON + timedelta(minutes=2))
        profile = site.profile_at(tmp_path, clock)
        ward.history(profile.paths.history_file, days=2).close()
        settings = Settings(GatewaySettings(serial=site.SITE, host="192.168.1.20"), price_per_kwh=0.4, currency="CHF")
        live = Live(profile.service(settings), clock)
        live.latest = result
        window = MainWindow(live, profile.history_reader, Wording(), open_settings=lambda: None)
        qtbot.addWidget(window)
        window.show()
        return window

    return build


def in_front(window: MainWindow) -> str:
    return window.tabs.tabText(window.tabs.currentIndex()).replace("&", "")


def test_the_page_stands_between_panel_and_events(make: Make) -> None:
    window = make(site.result(site.snapshot(), health=bay.house()))
    titles = [window.tabs.tabText(place).replace("&", "") for place in range(window.tabs.count())]
    assert titles[-3:] == ["Panel", "Health", "Events"]
    mnemonics = [title[title.index("&") + 1].lower() for title in map(window.tabs.tabText, range(window.tabs.count()))]
    assert len(set(mnemonics)) == len(mnemonics)


def test_an_alert_of_a_weak_panel_leads_to_its_health(make: Make) -> None:
    window = make(site.result(site.snapshot(), health=bay.house(), active=(WEAK,)))
    window.show_event(WEAK.id)
    assert in_front(window) == "Health"
    assert window.tabs.health.selected_serial() == SHADED
    assert window.inverters.selected_serial() == SHADED


def test_an_alert_of_a_panel_that_the_doctor_finds_well_leads_to_the_inverters(make: Make) -> None:
    window = make(site.result(site.snapshot(), health=bay.healthy(), active=(WEAK,)))
    window.show_event(WEAK.id)
    assert in_front(window) == "Inverters"


def test_the_verdict_leads_on_by_mouse_and_keyboard(make: Make, qtbot: QtBot) -> None:
    window = make(site.result(site.snapshot(), health=bay.house(), active=(WEAK,)))
    assert "Panel 01111 makes less than its group" in window.title_line.verdict.whole
    qtbot.mouseClick(window.title_line.verdict, Qt.MouseButton.LeftButton)
    assert in_front(window) == "Health"
    assert window.tabs.health.selected_serial() == SHADED
    window.tabs.setCurrentIndex(0)
    qtbot.keyClick(window.title_line.verdict, Qt.Key.Key_Return)
    assert in_front(window) == "Health"


def test_with_nothing_wrong_the_verdict_leads_to_how_the_panels_are(make: Make, qtbot: QtBot) -> None:
    window = make(site.result(site.snapshot(), health=bay.healthy()))
    qtbot.keyClick(window.title_line.verdict, Qt.Key.Key_Space)
    assert in_front(window) == "Health"
    window.tabs.setCurrentIndex(0)
    qtbot.mouseClick(window.title_line.verdict, Qt.MouseButton.RightButton)
    assert in_front(window) == "Today"


def test_the_verdict_shows_that_it_has_the_focus(make: Make, qtbot: QtBot) -> None:
    window = make(site.result(site.snapshot()))
    with qtbot.waitActive(window):
        window.activateWindow()
    window.title_line.verdict.setFocus()
    assert window.title_line.verdict.font().underline()
    window.tabs.tabBar().setFocus()
    assert not window.title_line.verdict.font().underline()


def test_a_jump_to_a_panel_selects_it_here_too(make: Make) -> None:
    window = make(site.result(site.snapshot(), health=bay.house()))
    window.tabs.follow(Jump("panel", serial=SHADED))
    assert in_front(window) == "Panel"
    assert window.tabs.health.selected_serial() == SHADED


def test_what_was_lost_is_worth_the_users_price(make: Make) -> None:
    window = make(site.result(site.snapshot(), health=bay.house()))
    window.tabs.setCurrentWidget(window.tabs.health)
    window.tabs.health.select(SHADED)
    chart = window.tabs.health.chart.chart
    assert any(fact.value == "1.68 CHF" for fact in chart.facts.facts)  # type: ignore[attr-defined]


def test_the_gravest_alert_is_the_worst_and_the_oldest() -> None:
    note = replace(WEAK, id="n", severity=Severity.INFORMATION)
    later = replace(WEAK, id="l", raised_at=WEAK.raised_at + timedelta(days=1))
    relay = replace(WEAK, id="r", severity=Severity.CRITICAL, raised_at=WEAK.raised_at + timedelta(days=2))
    assert gravest_alert((note,)) is None
    assert gravest_alert((later, WEAK, note)) is WEAK
    assert gravest_alert((later, WEAK, relay)) is relay
