"""Clocks that jump, screens that go, panels' tones, notes that nobody showed, and what the icon makes of it all."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.clock import ManualClock
from enphase_tray.settings.settings import Appearance, GatewaySettings, IconShows, IconStyle, Settings
from enphase_tray.status.status import IconState, Status
from enphase_tray.ui.desktop.clock_watch import ClockWatch
from enphase_tray.ui.desktop.network import NetworkWatch
from enphase_tray.ui.desktop.screens import ScreenWatch
from enphase_tray.ui.desktop.ways import Ways, ways_of
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.notices.desktop_notes import Note
from enphase_tray.ui.notices.unread import Unread
from enphase_tray.ui.notices.unread_banner import UnreadBanner
from enphase_tray.ui.tray.icon_choice import IconChoice, is_wrong
from enphase_tray.ui.tray.panel_tone import DesktopTone, taskbar_is_dark
from enphase_tray.ui.tray.tray import Look
from tests.ui.facts import NOON
from tests.ui.test_manners import FakeRegistry

# The offscreen platform has no window manager to be told.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

CONFIGURED = Settings(GatewaySettings(serial="122000000042"))


class SetClock(ManualClock):
    """Its wall time can be set without time passing."""

    def set_wall(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class TestClockWatch:
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock(NOON)

    def test_time_that_passes_is_no_jump(self, qtbot, clock) -> None:
        watch = ClockWatch(clock)
        with qtbot.assertNotEmitted(watch.jumped):
            for seconds in (60, 9 * 3600):
                clock.advance(seconds)
                watch.look()

    @pytest.mark.parametrize("seconds", [-86_400.0, -121.0, 121.0, 9 * 3600.0])
    def test_a_set_clock_is_told_once(self, qtbot, clock, seconds: float) -> None:
        watch = ClockWatch(clock)
        clock.set_wall(seconds)
        with qtbot.waitSignal(watch.jumped):
            watch.look()
        with qtbot.assertNotEmitted(watch.jumped):
            watch.look()

    def test_a_clock_that_is_put_right_by_a_minute_is_no_jump(self, qtbot, clock) -> None:
        watch = ClockWatch(clock)
        clock.set_wall(60)
        with qtbot.assertNotEmitted(watch.jumped):
            watch.look()

    def test_a_jump_that_is_known_is_not_told(self, qtbot, clock) -> None:
        watch = ClockWatch(clock)
        clock.set_wall(9 * 3600)
        watch.accept()
        with qtbot.assertNotEmitted(watch.jumped):
            watch.look()


class TestNetworkWatch:
    def test_only_a_network_that_was_gone_comes_back(self, qtbot) -> None:
        watch = NetworkWatch()
        with qtbot.assertNotEmitted(watch.back):
            for state in (70, 60, 40, 70, 20, 30, 40):
                watch.on_state(state)
        with qtbot.waitSignal(watch.back):
            watch.on_state(50)

    def test_other_systems_say_it_plainly(self, qtbot) -> None:
        watch = NetworkWatch()
        watch.on_connected(False)
        with qtbot.waitSignal(watch.back):
            watch.on_connected(True)

    def test_where_nobody_tells_it_is_simply_not_noticed(self, qtbot) -> None:
        assert NetworkWatch().start() is False


class TestScreenWatch:
    @pytest.fixture
    def window(self, qtbot) -> QWidget:
        made = QWidget()
        qtbot.addWidget(made)
        made.resize(300, 200)
        return made

    def test_a_window_on_a_screen_that_went_comes_back(self, qtbot, window) -> None:
        watch = ScreenWatch()
        watch.start()
        window.move(6000, 300)
        window.show()
        QGuiApplication.instance().screenRemoved.emit(QGuiApplication.primaryScreen())
        room = QGuiApplication.primaryScreen().availableGeometry()
        qtbot.waitUntil(lambda: room.contains(window.frameGeometry()))

    def test_hidden_and_well_placed_windows_stay(self, qtbot, window) -> None:
        window.move(6000, 300)
        ScreenWatch().look()
        assert window.x() == 6000
        window.move(50, 60)
        window.show()
        before = window.geometry()
        ScreenWatch().look()
        assert window.geometry() == before

    def test_a_screen_that_shrinks_under_a_window(self, qtbot, window, monkeypatch) -> None:
        monkeypatch.setattr(
            "enphase_tray.ui.desktop.screens.back_on_screen", lambda frame, rooms: QRect(5, 6, 200, 100)
        )
        window.show()
        ScreenWatch().look()
        assert window.frameGeometry() == QRect(5, 6, 200, 100)


class TestPanelTone:
    def test_the_taskbar_of_windows_has_a_setting_of_its_own(self) -> None:
        registry = FakeRegistry()
        assert taskbar_is_dark(registry) is None
        registry.values[("Personalize", "SystemUsesLightTheme")] = 0
        assert taskbar_is_dark(registry) is True
        registry.values[("Personalize", "SystemUsesLightTheme")] = 1
        assert taskbar_is_dark(registry) is False
        assert taskbar_is_dark(None) is None

    def test_our_own_windows_colours_are_not_the_desktops(self, qapp) -> None:
        apply_appearance(qapp, Appearance.LIGHT)
        tone = DesktopTone()
        apply_appearance(qapp, Appearance.DARK)
        assert tone.is_dark() is False
        apply_appearance(qapp, Appearance.LIGHT)


class TestUnread:
    NOTE = Note("a", "Relay 68177 is open", "Body", 2)

    @pytest.fixture
    def unread(self, qtbot) -> Unread:
        return Unread()

    @pytest.mark.expects_log("no notification could be shown")
    def test_it_is_counted_logged_and_gone_when_it_was_seen(self, unread) -> None:
        counts: list[int] = []
        unread.changed.connect(counts.append)
        unread.add(self.NOTE)
        unread.add(replace(self.NOTE, id="b"))
        unread.clear()
        unread.clear()
        assert counts == [1, 2, 0]

    @pytest.mark.expects_log("no notification could be shown")
    def test_the_same_matter_counts_once_with_its_latest_words(self, unread) -> None:
        unread.add(self.NOTE)
        unread.add(replace(self.NOTE, title="Relay 68177 is closed again"))
        assert [note.title for note in unread.notes] == ["Relay 68177 is closed again"]
        unread.drop("a")
        unread.drop("a")
        assert unread.notes == ()

    @pytest.mark.expects_log("no notification could be shown")
    def test_it_does_not_grow_for_ever(self, unread) -> None:
        for number in range(80):
            unread.add(replace(self.NOTE, id=str(number)))
        assert len(unread.notes) == 50
        assert unread.notes[-1].id == "79"


class TestUnreadBanner:
    @pytest.fixture
    def window(self, qtbot) -> tuple[QMainWindow, UnreadBanner]:
        window, banner = QMainWindow(), UnreadBanner()
        qtbot.addWidget(window)
        window.setCentralWidget(QWidget())
        window.setMenuWidget(banner)
        return window, banner

    def test_it_says_what_was_missed_until_it_was_seen(self, qtbot, window) -> None:
        main, banner = window
        main.show()
        assert not banner.isVisible()
        banner.say(("Relay 68177 is open",))
        assert banner.isVisible()
        assert banner.banner.title.text() == "Your desktop did not show a notification"
        banner.say(("One", "Two", "Three", "Four"))
        assert banner.banner.title.text() == "Your desktop did not show 4 notifications"
        assert banner.banner.advice.text().startswith("Two · Three · Four.")
        with qtbot.waitSignal(banner.seen):
            banner.banner.button.click()

    def test_closing_the_window_after_it_counts_as_seen_and_taking_it_away_does_not(self, qtbot, window) -> None:
        main, banner = window
        main.show()
        banner.say(("Relay 68177 is open",))
        with qtbot.waitSignal(banner.seen):
            main.hide()
        main.show()
        with qtbot.assertNotEmitted(banner.seen):
            banner.say(())


def status(icon: IconState, concern: str | None = None) -> Status:
    return Status(icon, "3.4", "headline", concern, "now", "tip", "verdict", "Poll now")


class TestIconChoice:
    @pytest.fixture
    def choice(self, tmp_path) -> IconChoice:
        dark = ways_of("linux", "GNOME")
        return IconChoice(lambda: HistoryReader(tmp_path / "none.db"), dark, lambda: False, lambda: None)

    @pytest.mark.parametrize(
        ("icon", "concern", "wrong"),
        [
            (IconState.NORMAL, None, False),
            (IconState.NIGHT, None, False),
            (IconState.UNKNOWN, None, False),
            (IconState.STALE, "The gateway does not answer", False),
            (IconState.NORMAL, "Readings cannot be saved", True),
            (IconState.LOOK, "Panel 7", True),
            (IconState.FAULT, "Relay", True),
            (IconState.NOT_CONNECTED, None, True),
            (IconState.CERTIFICATE, None, True),
        ],
    )
    def test_away_exactly_while_nothing_is_wrong(self, choice, icon: IconState, concern: str | None, wrong) -> None:
        settings = replace(CONFIGURED, icon_only_when_wrong=True)
        assert is_wrong(status(icon, concern)) is wrong
        assert choice.look(status(icon, concern), None, settings, unread=False).away is not wrong
        assert not choice.look(status(icon, concern), None, CONFIGURED, unread=False).away

    def test_something_unread_brings_it_with_a_badge(self, choice) -> None:
        settings = replace(CONFIGURED, icon_only_when_wrong=True)
        look = choice.look(status(IconState.NORMAL), None, settings, unread=True)
        assert (look.away, look.badge) == (False, True)

    def test_before_there_is_a_gateway_it_leads_to_the_set_up(self, choice) -> None:
        assert not choice.look(status(IconState.UNKNOWN), None, Settings(icon_only_when_wrong=True), unread=False).away

    def test_what_was_chosen_is_followed(self, choice) -> None:
        settings = replace(CONFIGURED, icon_style=IconStyle.MONO, icon_shows=IconShows.RING)
        expected = Look(IconStyle.MONO_DARK, IconShows.RING, None)
        assert choice.look(status(IconState.NORMAL), None, settings, unread=False) == expected
        plain = IconChoice(lambda: HistoryReader(None), Ways(), lambda: False, lambda: None)  # type: ignore[arg-type]
        assert plain.look(status(IconState.NORMAL), None, CONFIGURED, unread=False) == Look()
