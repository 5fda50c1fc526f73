"""The tray's host, menu and status line, with a tray that comes and goes as the test says."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from enphase_tray.app.compose import Profile
from enphase_tray.model.alerts import Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import IconStyle, Settings
from enphase_tray.status.status import IconState, Status
from enphase_tray.status.words import Wording
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.polling.status_feed import StatusFeed, next_change_seconds
from enphase_tray.ui.tray.tray import Look, TrayHost
from enphase_tray.ui.tray.tray_menu import Pause, TrayMenu
from tests.ui.facts import NOON, alert, event, result

# The offscreen platform has no tray of its own to listen to.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")

STATUS = Status(
    IconState.LOOK, "3.4", "3,421 W now & more", "Panel 7 rests", "2 min ago", "tip", "1 thing", "Poll now (last: x)"
)
LIGHT = Look(IconStyle.MONO_LIGHT)


class Switch:
    def __init__(self, on: bool = False) -> None:
        self.on = on

    def __call__(self) -> bool:
        return self.on


@pytest.fixture
def menu(qapp) -> QMenu:
    return QMenu()


@pytest.fixture
def host(qtbot, menu):
    switch = Switch()
    host = TrayHost(menu, switch, missing_ms=50)
    host.show_status(STATUS, LIGHT)
    yield host, switch
    host.stop()


def look(host: TrayHost) -> None:
    host._look_for_tray()


def test_the_icon_is_only_made_when_there_is_a_tray(host) -> None:
    tray, switch = host
    tray.start()
    assert not tray.present
    switch.on = True
    look(tray)
    assert tray.present


def test_it_goes_with_the_tray_and_comes_again_as_a_new_one(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    first = tray._tray
    switch.on = False
    look(tray)
    assert not tray.present
    switch.on = True
    with qtbot.waitSignal(tray.appeared):
        look(tray)
    assert tray._tray is not first


def test_a_missing_tray_is_told_once_and_again_after_the_next_loss(qtbot, host) -> None:
    tray, switch = host
    with qtbot.waitSignal(tray.missing):
        tray.start()
    with qtbot.assertNotEmitted(tray.missing, wait=120):
        pass
    switch.on = True
    look(tray)
    switch.on = False
    with qtbot.waitSignal(tray.missing):
        look(tray)


def test_a_tray_in_time_is_not_missing(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    with qtbot.assertNotEmitted(tray.missing, wait=120):
        tray.start()


def test_looking_slows_down(host) -> None:
    tray, _ = host
    tray.start()
    for _ in range(60):
        look(tray)
    assert tray._look.interval() == 10_000


def test_only_changes_are_sent(host, monkeypatch) -> None:
    tray, switch = host
    switch.on = True
    sent: list[str] = []
    monkeypatch.setattr(QSystemTrayIcon, "setToolTip", lambda _self, text: sent.append(text))
    monkeypatch.setattr(QSystemTrayIcon, "setIcon", lambda _self, _icon: sent.append("icon"))
    tray.start()
    sent.clear()
    tray.show_status(STATUS, LIGHT)
    assert sent == []
    tray.show_status(STATUS, Look())
    assert sent == ["icon"]
    tray.show_status(replace(STATUS, tooltip="tap"), Look())
    assert sent == ["icon", "tap"]


def test_on_a_screen_of_another_scale_the_icon_is_painted_anew(host, monkeypatch) -> None:
    """The same status would send nothing, but stretching would blur the picture."""
    tray, switch = host
    switch.on = True
    tray.start()
    sent: list[QIcon] = []
    monkeypatch.setattr(QSystemTrayIcon, "setIcon", lambda _self, icon: sent.append(icon))
    monkeypatch.setattr(QGuiApplication, "devicePixelRatio", lambda _self: 1.5)
    tray.show_status(STATUS, LIGHT)
    assert len(sent) == 1
    assert 24 in {size.width() for size in sent[0].availableSizes()}, "16 px at 1.5"
    tray.show_status(STATUS, LIGHT)
    assert len(sent) == 1


def test_what_was_shown_before_the_tray_came_is_in_it(host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    assert tray._tray.toolTip() == "tip"
    assert not tray._tray.icon().isNull()


def test_clicks(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    reasons = QSystemTrayIcon.ActivationReason
    with qtbot.waitSignal(tray.toggled):
        tray._tray.activated.emit(reasons.Trigger)
    with qtbot.waitSignal(tray.middle_clicked):
        tray._tray.activated.emit(reasons.MiddleClick)


def test_two_clicks_of_a_double_click_toggle_once(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    toggles: list[int] = []
    tray.toggled.connect(lambda: toggles.append(1))
    reasons = QSystemTrayIcon.ActivationReason
    tray._tray.activated.emit(reasons.Trigger)
    tray._tray.activated.emit(reasons.Trigger)
    qtbot.wait(250)
    tray._tray.activated.emit(reasons.Trigger)  # a slow second click of the same double click
    qtbot.wait(250)
    assert toggles == [1]


def test_a_double_click_opens_and_toggles_nothing(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    reasons = QSystemTrayIcon.ActivationReason
    with qtbot.assertNotEmitted(tray.toggled, wait=250), qtbot.waitSignal(tray.opened):
        tray._tray.activated.emit(reasons.Trigger)
        tray._tray.activated.emit(reasons.DoubleClick)


def test_an_icon_that_is_not_wanted_stays_away_and_is_not_missing(qtbot, host) -> None:
    tray, switch = host
    switch.on = True
    tray.show_status(STATUS, replace(LIGHT, away=True))
    with qtbot.assertNotEmitted(tray.missing, wait=120), qtbot.waitSignal(tray.appeared):
        tray.start()
    assert tray.present
    assert tray._tray is None
    tray.show_status(STATUS, LIGHT)
    assert tray._tray is not None
    tray.show_status(STATUS, replace(LIGHT, away=True))
    assert tray._tray is None


def test_a_black_picture_is_given_to_systems_that_tint_it(host) -> None:
    tray, switch = host
    switch.on = True
    tray.start()
    assert not tray._tray.icon().isMask()
    tray.show_status(STATUS, Look(IconStyle.MONO))
    assert tray._tray.icon().isMask()


def test_where_a_click_opens_the_menu_it_has_a_line_for_the_small_window(qtbot) -> None:
    menu = TrayMenu(glance=True)
    line = next(action for action in menu.menu.actions() if action.text() == "At a &glance")
    assert line.isVisible()
    with qtbot.waitSignal(menu.glance_asked):
        line.trigger()


def test_what_could_not_be_notified_stands_in_the_menu(qtbot) -> None:
    menu = TrayMenu()
    line = menu._unread
    assert not line.isVisible()
    menu.show_unread(1)
    assert (line.isVisible(), line.text()) == (True, "A notification could not be shown")
    menu.show_unread(3)
    assert line.text() == "3 notifications could not be shown"
    with qtbot.waitSignal(menu.unread_asked):
        line.trigger()
    menu.show_unread(0)
    assert not line.isVisible()


def test_the_menu_words_the_status(qapp) -> None:
    menu = TrayMenu()
    assert not menu.menu.actions()[0].isEnabled()
    menu.show_status(STATUS)
    texts = [action.text() for action in menu.menu.actions() if not action.isSeparator() and action.isVisible()]
    assert texts == [
        "3,421 W now && more",
        "▲ Panel 7 rests",
        "&Open",
        "&Poll now (last: x)",
        "Pause &notifications",
        "&Settings…",
        "&Help",
        "&Quit",
    ]


def test_a_well_site_has_no_line_of_concern(qapp) -> None:
    menu = TrayMenu()
    menu.show_status(Status(IconState.NORMAL, "3.4", "h", None, "", "", "", "Poll now"))
    assert "▲" not in "".join(action.text() for action in menu.menu.actions() if action.isVisible())
    assert not menu.menu.actions()[1].isVisible()


def test_pause_and_resume_in_the_menu(qtbot) -> None:
    menu = TrayMenu()
    asked: list[object] = []
    menu.pause_asked.connect(asked.append)
    for action in menu._pause.actions():
        action.trigger()
    assert asked == [Pause.HOUR, Pause.TOMORROW, Pause.UNTIL_TOLD]
    menu.show_paused("until 14:05")
    assert menu._resume.text() == "&Resume notifications (paused until 14:05)"
    assert not menu._pause.menuAction().isVisible()
    menu._resume.trigger()
    assert asked[-1] is None
    menu.show_paused(None)
    assert menu._pause.menuAction().isVisible()


def test_the_menu_asks(qtbot) -> None:
    menu = TrayMenu()
    by_text = {action.text(): action for action in menu.menu.actions()}
    for text, signal in {
        "&Open": menu.open_asked,
        "&Poll now": menu.poll_asked,
        "&Settings…": menu.settings_asked,
        "&Quit": menu.quit_asked,
    }.items():
        with qtbot.waitSignal(signal):
            by_text[text].trigger()


@pytest.fixture
def feed(qtbot, tmp_path: Path):
    clock = ManualClock(NOON)
    paths = ProfilePaths.at(tmp_path)
    profile = Profile(paths, clock, secrets=SecretStore(paths, False, choose=lambda: None))
    live = Live(profile.service(Settings()), clock)
    wording = Wording()
    return StatusFeed(live, lambda: wording), live, clock


def deliver(live: Live, outcome: object) -> None:
    live._on_result(outcome)


def test_a_new_result_is_a_new_status(qtbot, feed) -> None:
    status, live, clock = feed
    assert status.status.icon is IconState.UNKNOWN
    with qtbot.waitSignal(status.changed):
        deliver(live, result(clock.now()))
    assert status.status.figure == "3.4"
    assert len(status.status.tooltip.encode("utf-16-le")) // 2 <= 127


def test_the_age_stays_true_and_only_changed_words_are_sent(qtbot, feed) -> None:
    status, live, clock = feed
    deliver(live, result(clock.now()))
    with qtbot.assertNotEmitted(status.changed):
        status.refresh()
    clock.advance(120)
    with qtbot.waitSignal(status.changed):
        status.refresh()
    assert "2 min ago" in status.status.tooltip


def test_stale_figures_are_greyed(qtbot, feed) -> None:
    status, live, clock = feed
    deliver(live, result(clock.now()))
    clock.advance(601)
    status.refresh()
    assert status.status.icon is IconState.STALE
    assert "10 min ago" in status.status.tooltip


@pytest.mark.parametrize("age", [0, 10, 44, 46, 89, 91, 1000, 5000, 100_000])
def test_between_two_refreshes_the_words_do_not_change(age: float) -> None:
    wording = Wording()
    wait = next_change_seconds(age)
    assert wait > 0
    if age < 90 * 60:
        assert wording.age(age) == wording.age(age + wait - 1.0)
    assert wait >= 0.5


def test_an_alert_shows_in_icon_and_menu_line(qtbot, feed) -> None:
    status, live, clock = feed
    trouble = alert(clock.now() - timedelta(minutes=5), severity=Severity.CRITICAL)
    deliver(live, result(clock.now(), 3421.0, event(trouble)))
    assert status.status.icon is IconState.FAULT
    assert status.status.concern is not None
