"""The small window: what it says in each state, by keyboard and for a screen reader, and how little it needs."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.alerts import Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import Appearance, GatewaySettings, Settings
from enphase_tray.status.muting import Span
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.desktop.ways import Ways
from enphase_tray.ui.figures.site_day import span_to_show
from enphase_tray.ui.glance.glance import Glance
from enphase_tray.ui.glance.glance_day import against_yesterday, read_day
from enphase_tray.ui.glance.glance_keeper import GlanceKeeper
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from tests.ui import lived
from tests.ui import make_believe as site

# The offscreen platform has no stack of windows.
pytestmark = pytest.mark.qt_log_ignore("does not support (raise|propagateSizeHints)")

DAYS = {lived.TODAY - timedelta(days=1): 21_000.0, lived.TODAY: 24_500.0}
NOW = lived.moment(lived.TODAY, 13.5)
RELAY = replace(site.alert("relay_open", ("122100068177",), "Relay 68177 is open"), raised_at=NOW - timedelta(hours=1))
PANEL = replace(
    site.alert("inverter_stopped", ("121900001000",), "Panel 7 makes nothing", Severity.WARNING),
    raised_at=NOW - timedelta(minutes=30),
)
FIRMWARE = site.alert("firmware", (site.SITE,), "The firmware has changed", Severity.INFORMATION)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("past") / "history.db"
    lived.live(path, DAYS, 13.5, minutes=30).close()
    return path


def shot(*, metered: bool = False):
    return lived.snapshot(DAYS, lived.TODAY, 13.5, metered=metered)


@pytest.fixture
def live(qtbot, tmp_path: Path) -> Live:
    clock = ManualClock(NOW)
    service = site.profile_at(tmp_path / "profile", clock).service(Settings(GatewaySettings(serial=site.SITE)))
    return Live(service, clock)


@pytest.fixture
def make(qtbot, live: Live, past: Path) -> Callable[[PollResult | None], Glance]:
    def made(result: PollResult | None) -> Glance:
        live.latest = result
        attention = Attention(lambda: live.settings, live.clock)
        glance = Glance(live, lambda: HistoryReader(past), Wording(zone=lived.ZONE), attention)
        qtbot.addWidget(glance)
        glance.refill()
        return glance

    return made


def lines(glance: Glance) -> list[str]:
    return [concern.text.whole for concern in glance.concerns if concern.isVisibleTo(glance)]


class TestWords:
    def test_all_well(self, make) -> None:
        glance = make(site.result(shot()))
        assert glance.verdict.whole == "All well"
        assert glance.now_figure.value.text() == "2,963 W"
        assert glance.today_figure.value.text() == "16.9 kWh"
        assert glance.today_figure.below.text() == "14.5 kWh yesterday by this time"
        assert lines(glance) == []
        assert not glance.more.isVisibleTo(glance)
        assert glance.age.text() == "just now"

    def test_what_is_wrong_stands_in_lines_the_gravest_first(self, make) -> None:
        glance = make(site.result(shot(), active=(PANEL, FIRMWARE, RELAY)))
        assert glance.verdict.whole == "2 things to look at"
        assert lines(glance) == ["Relay 68177 is open since 12:30", "Panel 7 makes nothing since 13:00"]
        assert [concern._mark.mark for concern in glance.concerns[:2]] == [Mark.FAULT, Mark.LOOK]

    def test_more_than_there_is_room_for_is_counted(self, make) -> None:
        many = tuple(replace(PANEL, id=f"a{n}", title=f"Panel {n} makes nothing") for n in range(5))
        glance = make(site.result(shot(), active=many))
        assert len(lines(glance)) == 3
        assert glance.more.text() == "and 2 more"

    def test_what_is_muted_is_not_wrong(self, qtbot, live, past) -> None:
        live.latest = site.result(shot(), active=(PANEL,))
        attention = Attention(lambda: live.settings, live.clock)
        attention.mute(PANEL.rule, PANEL.serials, Span.TODAY)
        glance = Glance(live, lambda: HistoryReader(past), Wording(zone=lived.ZONE), attention)
        qtbot.addWidget(glance)
        glance.refill()
        assert lines(glance) == []
        assert glance.verdict.whole == "All well but for 1 muted alert"

    def test_old_figures_say_when_they_were_true(self, make, live) -> None:
        live.clock.advance(3000)
        glance = make(site.result(shot(), failure=site.failure(at=NOW), missed=9))
        assert glance.now_figure.name.text() == "At 13:30"
        assert not glance.now_figure.value.isEnabled()
        assert lines(glance) == ["The gateway does not answer"]

    def test_before_the_first_reading_there_are_dashes_with_a_reason(self, make) -> None:
        glance = make(None)
        assert glance.now_figure.value.text() == glance.today_figure.value.text() == UNKNOWN
        assert "Nothing has been read" in glance.now_figure.value.toolTip()
        assert glance.today_figure.below.text() == ""
        assert glance.sketch.accessibleDescription() == "Nothing has been read yet today."

    def test_use_is_told_where_it_is_measured(self, make) -> None:
        metered, plain = make(site.result(shot(metered=True))), make(site.result(shot()))
        assert metered.now_figure.below.text() == "using 400 W"
        assert plain.now_figure.below.text() == ""

    def test_the_curve_is_said_in_words(self, make) -> None:
        glance = make(site.result(shot()))
        assert glance.sketch.accessibleDescription() == "Power today, up to 3,207 W at 12:00"

    def test_what_no_notification_told_is_told_here(self, qtbot, live, past) -> None:
        titles: tuple[str, ...] = ("Relay 68177 is closed again", "The firmware has changed")
        live.latest = site.result(shot())
        attention = Attention(lambda: live.settings, live.clock)
        glance = Glance(live, lambda: HistoryReader(past), Wording(), attention, lambda: titles)
        qtbot.addWidget(glance)
        glance.refill()
        assert glance.unread.isVisibleTo(glance)
        assert glance.unread.text() == (
            "The desktop could not show: Relay 68177 is closed again · The firmware has changed"
        )
        titles = ()
        glance.refill()
        assert not glance.unread.isVisibleTo(glance)


class TestYesterday:
    def test_only_the_hours_of_light_are_drawn_even_where_use_is_measured(self, tmp_path: Path) -> None:
        reader = lived.live(tmp_path / "metered.db", DAYS, 13.5, minutes=60, metered=True)
        compared = read_day(reader, shot(metered=True), NOW)
        reader.close()
        start, end = span_to_show(compared.day, compared.others)
        assert end - start < 16 * 3600

    def test_a_day_that_was_seen_in_parts_tells_its_whole(self, tmp_path: Path) -> None:
        late = {lived.TODAY - timedelta(days=1): 11.0}
        reader = lived.live(tmp_path / "late.db", DAYS, 13.5, minutes=30, late=late)
        words = against_yesterday(read_day(reader, shot(), NOW), Wording())
        reader.close()
        assert words.endswith("kWh yesterday in all")

    def test_without_a_yesterday_nothing_is_said(self, tmp_path: Path) -> None:
        reader = lived.live(tmp_path / "new.db", {lived.TODAY: 24_500.0}, 13.5, minutes=30)
        compared = read_day(reader, lived.snapshot({lived.TODAY: 24_500.0}, lived.TODAY, 13.5), NOW)
        reader.close()
        assert compared.before is None
        assert against_yesterday(compared, Wording()) == ""


class TestHands:
    def test_escape_closes_and_enter_opens_the_window(self, qtbot, make) -> None:
        glance = make(site.result(shot()))
        glance.show()
        with qtbot.waitSignal(glance.closed):
            qtbot.keyClick(glance, Qt.Key.Key_Escape)
        assert not glance.isVisible()
        glance.show()
        with qtbot.waitSignal(glance.open_asked):
            qtbot.keyClick(glance, Qt.Key.Key_Return)
        assert not glance.isVisible()

    def test_a_line_leads_to_its_alert_by_mouse_and_keyboard(self, qtbot, make) -> None:
        glance = make(site.result(shot(), active=(RELAY,)))
        glance.show()
        line = glance.concerns[0].text
        with qtbot.waitSignal(glance.alert_asked) as asked:
            qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
        assert asked.args == [RELAY.id]
        glance.show()
        with qtbot.waitSignal(glance.alert_asked):
            qtbot.keyClick(line, Qt.Key.Key_Space)

    def test_trouble_with_the_connection_leads_to_the_window(self, qtbot, make) -> None:
        glance = make(site.result(None, failure=site.failure(), at=NOW))
        glance.show()
        with qtbot.waitSignal(glance.open_asked):
            qtbot.mouseClick(glance.concerns[0].text, Qt.MouseButton.LeftButton)

    def test_everything_is_reached_by_tab(self, qtbot, make) -> None:
        glance = make(site.result(shot(), active=(RELAY, PANEL)))
        glance.show()
        reached = set()
        for _ in range(8):
            qtbot.keyClick(QApplication.focusWidget() or glance, Qt.Key.Key_Tab)
            reached.add(glance.focusWidget())
        assert {glance.concerns[0].text, glance.concerns[1].text, glance.refresh, glance.open} <= reached

    def test_nothing_in_it_is_nameless(self, make) -> None:
        glance = make(site.result(shot(), active=(RELAY,)))
        glance.show()
        for widget in (glance.sketch, glance.open, glance.refresh, glance.concerns[0].text, glance.now_figure.value):
            told = QAccessible.queryAccessibleInterface(widget)
            assert told.text(QAccessible.Text.Name), widget
        told = QAccessible.queryAccessibleInterface(glance.sketch)
        assert told.text(QAccessible.Text.Description).startswith("Power today")

    def test_what_comes_while_it_is_open_is_shown(self, qtbot, make, live) -> None:
        glance = make(site.result(shot()))
        glance.show()
        live._on_result(site.result(shot(), active=(RELAY,)))
        assert lines(glance) == ["Relay 68177 is open since 12:30"]


class TestPicture:
    @pytest.mark.parametrize("look", [Appearance.LIGHT, Appearance.DARK])
    def test_today_is_drawn_over_yesterday(self, make, look: Appearance) -> None:
        app = QApplication.instance()
        apply_appearance(app, look)
        glance = make(site.result(shot()))
        empty = make(None)
        for shown in (glance, empty):
            shown.show()
        picture, nothing = glance.sketch.grab().toImage(), empty.sketch.grab().toImage()
        ground = picture.pixelColor(2, 2)
        inked = sum(picture.pixelColor(x, y) != ground for x in range(picture.width()) for y in range(60))
        blank = sum(nothing.pixelColor(x, y) != ground for x in range(nothing.width()) for y in range(30))
        assert inked > 2000
        assert blank == 0

    def test_nothing_is_cut_off_with_large_letters(self, make, qtbot) -> None:
        app = QApplication.instance()
        before = app.font()
        large = app.font()
        large.setPointSizeF(before.pointSizeF() * 2)
        try:
            app.setFont(large)
            glance = make(site.result(shot(metered=True), active=(RELAY, PANEL)))
            glance.show()
            for label in (glance.now_figure.value, glance.today_figure.value, glance.today_figure.below, glance.age):
                assert label.width() >= label.sizeHint().width(), label.text()
            for push in (glance.open, glance.refresh):
                assert push.width() >= push.sizeHint().width(), push.text()
        finally:
            app.setFont(before)


class TestKeeper:
    @pytest.fixture
    def keeper(self, live, past):
        live.latest = site.result(shot())
        attention = Attention(lambda: live.settings, live.clock)
        made = GlanceKeeper(
            live,
            lambda: HistoryReader(past),
            Wording(zone=lived.ZONE),
            attention,
            Ways(),
            lambda: QRect(700, 2, 24, 24),
        )
        yield made
        made.close()

    def test_a_click_opens_and_the_next_one_closes(self, qtbot, keeper) -> None:
        with qtbot.waitSignal(keeper.shown):
            keeper.toggle()
        assert keeper._glance.isVisible()
        keeper.toggle()
        assert not keeper._glance.isVisible()
        keeper.toggle()
        assert not keeper._glance.isVisible(), "the click that took the focus away"

    def test_it_stands_at_the_icon_and_on_the_screen(self, keeper) -> None:
        keeper.show()
        screen = QApplication.primaryScreen().availableGeometry()
        assert screen.contains(keeper._glance.geometry())
        assert keeper._glance.geometry().top() < 40

    def test_where_programs_may_not_place_windows_it_is_left_to_the_desktop(self, live, past, monkeypatch) -> None:
        live.latest = site.result(shot())
        moved: list[object] = []
        monkeypatch.setattr(Glance, "move", lambda _self, point: moved.append(point))
        attention = Attention(lambda: live.settings, live.clock)
        keeper = GlanceKeeper(
            live, lambda: HistoryReader(past), Wording(), attention, Ways(places_windows=False), QRect
        )
        keeper.show()
        assert moved == []
        keeper.close()


def test_it_needs_no_charts() -> None:
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]); "
        "import enphase_tray.ui.glance.glance; "
        "late = {'pyqtgraph', 'numpy', 'enphase_tray.ui.window.window', 'enphase_tray.ui.charts'}; "
        "print(*sorted(late & set(sys.modules)))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
