"""Muting from the window: the menus at inverters, relays and events, and what the window says of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QTableView
from pytestqt.qtbot import QtBot

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import RelayState
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.status.muting import Span
from enphase_tray.status.words import Wording
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.window.inverter_model import STATE_COLUMN
from enphase_tray.ui.window.window import MainWindow
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

RELAY = "122100068177"
BAD = site.serial(3)
STOPPED = site.alert("inverter_stopped", (BAD,), f"Inverter {BAD[-5:]} makes nothing", Severity.WARNING)
OPEN = site.alert("relay_open", (RELAY,), "Relay 68177 is open")


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths.at(tmp_path)


@pytest.fixture
def attention(qapp: object, paths: ProfilePaths) -> Attention:
    return Attention(Settings, ManualClock(site.NOON), AttentionStore(paths))


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, attention: Attention) -> MainWindow:
    """An inverter makes nothing and the relay is open; both are in the list of events."""
    clock = ManualClock(site.NOON)
    profile = site.profile_at(tmp_path, clock)
    writer = HistoryWriter(profile.paths.history_file, clock)
    writer.record_events([AlertEvent(alert.raised_at, Change.RAISED, alert) for alert in (STOPPED, OPEN)], site.SITE)
    writer.record_note(site.NOON, "damage_found", "warning", "Something was damaged", "It was kept aside")
    writer.close()
    live = Live(profile.service(Settings(GatewaySettings(serial=site.SITE, host="192.168.1.20"))), clock)
    shot = site.snapshot(relays=(site.relay(RelayState.OPEN),))
    bad = tuple(site.stopped(3, site.NOON) if one.serial == BAD else one for one in shot.inverters)
    live.latest = site.result(replace(shot, inverters=bad), active=(STOPPED, OPEN))
    made = MainWindow(live, profile.history_reader, Wording(), open_settings=lambda: None, attention=attention)
    qtbot.addWidget(made)
    made.show()
    return made


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def action(menu: QMenu, *path: str) -> QAction:
    """The action that is called so, in the menus that are called so before it."""
    for name in path:
        found = next(one for one in menu.actions() if one.text().replace("&", "").startswith(name))
        menu = found.menu() or menu
    return found


def by_key(view: QTableView) -> None:
    """Ask for the menu as the keyboard's own key does."""
    place = view.viewport().rect().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), asked)


def test_an_inverter_is_muted_from_its_row(window: MainWindow, attention: Attention) -> None:
    page = window.inverters
    window.tabs.setCurrentWidget(page)
    page.select(BAD)
    by_key(page.view)
    assert texts(page.menu) == ["&Show its page", f"Mute inverter {BAD[-5:]}"]
    action(page.menu, "Mute", "For a week").trigger()
    page.menu.hide()
    (mute,) = attention.mutes
    assert (mute.rule, mute.serial) == (None, BAD)
    assert "Relay 68177 is open" in window.title_line.verdict.whole, "the other alert still counts"
    assert "(1 muted)" in window.title_line.verdict.whole
    state = page.model.index([i.serial for i in page.model.inverters].index(BAD), STATE_COLUMN)
    assert state.data() == "Makes nothing, muted"
    assert "Muted by you at 14:00, until 2 Jul 14:00" in state.data(Qt.ItemDataRole.ToolTipRole)
    by_key(page.view)
    action(page.menu, "No longer mute").trigger()
    page.menu.hide()
    assert attention.mutes == ()
    assert state.data() == "Makes nothing"


def test_a_relay_is_muted_at_its_card(window: MainWindow, attention: Attention) -> None:
    (box,) = window.relays.boxes
    assert not box.muted.isVisible()
    assert "Mute relay" in box.mute.accessibleName()
    box.menu.aboutToShow.emit()
    action(box.menu, "Mute relay 68177", "For ever").trigger()
    assert box.muted.text() == "Muted by you at 14:00, until you remove it"
    assert box.muted.isVisible()
    box.menu.aboutToShow.emit()
    action(box.menu, "No longer mute").trigger()
    assert not box.muted.isVisible()


def test_an_event_is_muted_for_its_device_or_its_rule_altogether(window: MainWindow, attention: Attention) -> None:
    page = window.events
    window.tabs.setCurrentWidget(page)
    assert not page.mute.isVisible()
    page.reveal(STOPPED.id)
    assert page.mute.isVisible()
    page.menu.aboutToShow.emit()
    assert texts(page.menu) == [f"Mute this for {BAD[-5:]}", "Mute “An inverter makes nothing” altogether"]
    action(page.menu, "Mute this", "For a day").trigger()
    assert [(mute.rule, mute.serial) for mute in attention.mutes] == [("inverter_stopped", BAD)]
    assert "until 26 Jun 14:00" in page.muted.text()
    page.menu.aboutToShow.emit()
    action(page.menu, "Mute “An inverter", "For ever").trigger()
    assert {(mute.rule, mute.serial) for mute in attention.mutes} == {
        ("inverter_stopped", BAD),
        ("inverter_stopped", None),
    }


def test_notes_of_the_program_cannot_be_muted(window: MainWindow) -> None:
    page = window.events
    window.tabs.setCurrentWidget(page)
    page.view.selectRow([event.rule for event in page.model.events].index("damage_found"))
    assert page.title.isVisible()
    assert not page.mute.isVisible()


def test_with_everything_muted_the_window_says_so_and_since_when(window: MainWindow, attention: Attention) -> None:
    attention.mute(None, (BAD,), Span.EVER)
    attention.mute("relay_open", (), Span.WEEK)
    verdict = window.title_line.verdict
    assert verdict.whole.endswith("All well but for 2 muted alerts")
    assert "Relay 68177 is open: muted by you at 14:00, until 2 Jul 14:00" in verdict.toolTip()


def test_what_is_muted_is_kept(attention: Attention, paths: ProfilePaths) -> None:
    attention.mute(None, (BAD,), Span.EVER)
    assert [mute.serial for mute in AttentionStore(paths).mutes()] == [BAD]
