"""The main window as its user meets it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import AlertEvent, Change
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.identity import Secret
from enphase_tray.model.readings import DeviceStatus, InverterState, Problem, ProblemKind, RelayState, Snapshot
from enphase_tray.monitor.result import PollResult
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Appearance, GatewaySettings, Settings
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.desktop.desktop_memory import Choices, DesktopMemory
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import apply_appearance, colours, contrast, is_dark
from enphase_tray.ui.look.widgets import ElidedLabel
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.window.inverter_model import COLUMNS
from enphase_tray.ui.window.pages import TABS
from enphase_tray.ui.window.window import MainWindow
from tests.ui import make_believe as site

Make = Callable[..., MainWindow]
CONFIGURED = Settings(GatewaySettings(serial=site.SITE, host="192.168.1.20"))

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(site.NOON + timedelta(minutes=2))


@pytest.fixture
def opened() -> list[str]:
    """What the window asked to be opened."""
    return []


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path) as made:
        yield made


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path, clock: ManualClock, opened: list[str]) -> Make:
    """A window over a live connection that is handed in, or one that was not started yet."""

    def build(
        latest: PollResult | None = None,
        *,
        live: Live | None = None,
        settings: Settings | None = None,
        choices: Choices | None = None,
    ) -> MainWindow:
        profile = site.profile_at(tmp_path, clock)
        if live is None:
            live = Live(profile.service(settings or CONFIGURED), clock)
        if latest is not None:
            live.latest = latest
        window = MainWindow(
            live,
            profile.history_reader,
            Wording(),
            open_settings=lambda: opened.append("settings"),
            choices=choices,
        )
        qtbot.addWidget(window)
        window.show()
        return window

    return build


def troubled(count: int = 12) -> Snapshot:
    shot = site.snapshot(count=count)
    inverters = list(shot.inverters)
    inverters[6] = site.stopped(6, site.NOON)
    words = DeviceStatus(None, False, True, None, ("envoy.cond_flags.obs_strs.failure",))
    inverters[3] = site.inverter(3, site.NOON, state=InverterState.SILENT, device=words)
    inverters[0] = site.inverter(
        0, site.NOON, state=InverterState.RETIRED, last_report_watts=None, last_report_at=None, device=DeviceStatus()
    )
    return replace(shot, inverters=tuple(inverters))


def serials(window: MainWindow) -> list[str]:
    proxy = window.inverters.proxy
    return [proxy.index(row, 0).data() for row in range(proxy.rowCount())]


def test_figures_are_those_of_the_gateway(make: Make) -> None:
    window = make(site.result(site.snapshot(metered=True)))
    now, today, week, life = window.figures.figures
    assert now.value.text() == "2,965 W"
    assert (today.value.text(), week.value.text(), life.value.text()) == ("12.3 kWh", "81.2 kWh", "10.3 MWh")
    assert [figure.below.text() for figure in window.figures.figures] == [
        "Using 1,014 W", "Used 8.23 kWh", "Used 61.4 kWh", "Used 7.12 MWh",
    ]  # fmt: skip
    assert window.figures.grid.name.text() == "To grid"
    assert window.figures.grid.value.text() == "1,951 W"
    assert "204 days left" in window.footer.whole
    assert "All well" in window.title_line.verdict.whole


def test_unmetered_site_shows_neither_use_nor_grid(make: Make) -> None:
    window = make(site.result(site.snapshot()))
    assert not window.figures.grid.isVisible()
    assert not window.figures.figures[0].below.isVisible()


def test_unknown_is_a_dash_that_says_why(make: Make) -> None:
    shot = site.snapshot()
    assert shot.production is not None
    problem = Problem("/api/v1/production", ProblemKind.REJECTED, "The gateway lost its seven-day count", "Wait a week")
    shot = replace(shot, production=replace(shot.production, watt_hours_seven_days=None), problems=(problem,))
    value = make(site.result(shot)).figures.figures[2].value
    assert value.text() == "–"
    assert "lost its seven-day count" in value.toolTip()
    assert value.accessibleName() == "7 days: not known"


def test_old_figures_say_from_when_they_are(make: Make, clock: ManualClock) -> None:
    window = make(site.result(site.snapshot()))
    assert window.figures.figures[0].name.text() == "Production now"
    assert not window.banners[0].isVisible()
    clock.advance(1200)
    window._tick()
    assert window.figures.figures[0].name.text() == "Production at 14:00"
    assert not window.figures.figures[0].value.isEnabled()
    assert window.banners[0].isVisible()
    assert "14:00" in window.banners[0].title.text()
    assert window.title_line.age.text() == "Read 22 min ago"


def test_what_was_well_hours_ago_is_not_called_well_now(make: Make) -> None:
    window = make(site.result(replace(site.snapshot(), at=site.NOON - timedelta(hours=3))))
    assert window.title_line.verdict.whole.endswith("Not read for some time")
    window.show_result(site.result(site.snapshot()))
    assert window.title_line.verdict.whole.endswith("All well")


def test_connection_trouble_offers_what_helps(make: Make, qtbot: QtBot, opened: list[str]) -> None:
    window = make(site.result(site.snapshot(), failure=site.failure("login_refused"), missed=1))
    banner = window.banners[0]
    assert banner.title.text() == "The gateway refused the log-in"
    qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert opened == ["settings"]
    saving = "The disk is full"
    window.show_result(site.result(site.snapshot(), failure=site.failure(), missed=3, saving_problem=saving))
    assert banner.button.text() == "Try a&gain"
    assert window.banners[1].title.text() == saving
    window.show_result(site.result(site.snapshot()))
    assert not banner.isVisible()


def test_certificate_banner_asks_and_passes_the_answer_on(make: Make, qtbot: QtBot, program: site.Program) -> None:
    program.trust()
    before = program.trusted
    program.clock.advance(330 * 86_400)
    program.secrets.keep_token(site.SITE, Secret(program.gateway.token()))
    program.inject(FaultKind.CERTIFICATE_RENEWED)
    window = make(live=program.start(program.settings))
    banner = window.banners[0]
    qtbot.waitUntil(banner.isVisible)
    assert "renewed its certificate" in banner.title.text()
    assert program.trusted == before != program.gateway.fingerprint
    with site.agreeing() as asked:
        qtbot.mouseClick(banner.button, Qt.MouseButton.LeftButton)
    assert asked == ["Your gateway has renewed its certificate, as it does about once a year"]
    qtbot.waitUntil(lambda: program.trusted == program.gateway.fingerprint)
    qtbot.waitUntil(lambda: not banner.isVisible())


def test_without_a_gateway_the_window_says_what_to_do(make: Make) -> None:
    window = make(settings=Settings())
    assert window.banners[0].title.text() == "No gateway is set up yet"
    assert "appear here" in window.tabs.charts["day"].empty.text()
    assert [figure.value.text() for figure in window.figures.figures] == ["–"] * 4
    assert "once the gateway has been read" in window.relays.empty.text()


def test_without_a_gateway_there_is_no_day_to_choose(make: Make) -> None:
    assert not make(settings=Settings()).tabs.charts["day"].bar.isVisible()
    assert make(site.result(site.snapshot())).tabs.charts["day"].bar.isVisible()


def test_table_sorts_by_true_values_with_retired_and_unknown_last(make: Make) -> None:
    window = make(site.result(troubled()))
    view = window.inverters.view
    last = next(place for place, column in enumerate(COLUMNS) if column.title == "Last")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        view.sortByColumn(last, order)
        values = [window.inverters.proxy.index(row, last).data() for row in range(12)]
        assert values[-1] == "–"
        watts = [int(text.split()[0]) for text in values[:-1]]
        assert watts == sorted(watts, reverse=order is Qt.SortOrder.DescendingOrder)
        assert serials(window)[-1] == site.serial(0)


def test_filters(make: Make, qtbot: QtBot) -> None:
    window = make(site.result(troubled()))
    page = window.inverters
    page.only_unwell.setChecked(True)
    assert serials(window) == [site.serial(3), site.serial(6)]
    assert page.only_unwell.text() == "&Not well (2)"
    qtbot.keyClicks(page.needle, "grid")
    assert serials(window) == [site.serial(6)]
    page.only_unwell.setChecked(False)
    page.needle.setText(site.serial(5)[-4:])
    assert serials(window) == [site.serial(5)]
    page.needle.setText("nothing like this")
    assert page._empty.isVisibleTo(page)
    assert "fits the filter" in page._empty.text()


def test_night_is_nothing_to_look_at(make: Make) -> None:
    words = ("envoy.cond_flags.obs_strs.failure", "envoy.cond_flags.pcu_ctrl.dc-pwr-low")
    asleep = DeviceStatus(False, False, False, False, words)
    shot = site.snapshot()
    inverters = tuple(replace(i, state=InverterState.ASLEEP, device=asleep) for i in shot.inverters)
    window = make(site.result(replace(shot, inverters=inverters)))
    assert window.inverters.only_unwell.text() == "&Not well (0)"
    window.inverters.only_unwell.setChecked(True)
    assert "Every inverter is well" in window.inverters._empty.text()


def test_selected_row_survives_the_next_poll(make: Make) -> None:
    window = make(site.result(site.snapshot()))
    window.inverters.select(site.serial(4))
    window.show_result(site.result(site.snapshot(site.NOON + timedelta(minutes=5))))
    assert window.inverters.selected_serial() == site.serial(4)


def test_tabs_fit_and_have_keys_of_their_own(make: Make) -> None:
    window = make(site.result(site.snapshot(metered=True)))
    window.resize(820, 560)
    bar = window.tabs.tabBar()
    assert [bar.tabText(place).replace("&", "") for place in range(bar.count())] == [
        "Today", "Inverters", "Energy", "Heat map", "Panel", "Health", "Events",
    ]  # fmt: skip
    assert bar.sizeHint().width() <= window.tabs.width()
    for place, (name, _) in enumerate(TABS):
        window.tabs.setCurrentIndex(place)
        shown = [widget.text() for widget in window.findChildren(QAbstractButton) if widget.isVisible()]
        keys = [key.upper() for text in (*shown, *(title for _, title in TABS)) for key in re.findall(r"&(\w)", text)]
        assert sorted(set(keys)) == sorted(keys), name


def test_charts_lead_to_each_other(make: Make) -> None:
    window = make(site.result(site.snapshot()))
    day, energy = (window.tabs.charts[name] for name in ("day", "energy"))
    day.bar.elsewhere.emit(Span.YEAR)
    assert window.tabs.currentWidget() is energy
    assert energy.bar.period.words == "2026"
    energy.jump.emit(Jump(span=Span.MONTH, day=date(2026, 6, 20)))
    assert window.tabs.currentWidget() is energy
    assert energy.bar.period.words == "June 2026"
    energy.jump.emit(Jump(span=Span.DAY, day=date(2026, 6, 20)))
    assert window.tabs.currentWidget() is day
    assert day.bar.day == date(2026, 6, 20)


def test_last_view_is_remembered(make: Make, tmp_path: Path) -> None:
    memory = DesktopMemory(tmp_path / "desktop.json")
    window = make(site.result(site.snapshot()), choices=Choices(memory))
    window.tabs.setCurrentWidget(window.tabs.charts["energy"])
    window.tabs.charts["energy"].bar.go(date(2026, 6, 25), Span.WEEK)
    window.hide()
    again = make(site.result(site.snapshot()), choices=Choices(DesktopMemory(tmp_path / "desktop.json")))
    assert again.tabs.currentWidget() is again.tabs.charts["energy"]
    assert again.tabs.charts["energy"].bar.span is Span.WEEK


def test_a_remembered_tab_that_no_longer_exists_is_left_out(make: Make) -> None:
    choices = Choices()
    choices.put("tab", "weather")
    window = make(site.result(site.snapshot()), choices=choices)
    assert window.tabs.currentIndex() == 0


def test_relay_card(make: Make, tmp_path: Path) -> None:
    path = ProfilePaths.at(tmp_path).history_file
    writer = HistoryWriter(path, ManualClock(site.NOON))
    alert = site.alert("relay_open", (site.relay().serial,), "Relay 68177 is open")
    ended = replace(alert, cleared_at=site.NOON - timedelta(hours=1))
    raised = AlertEvent(alert.raised_at, Change.RAISED, alert)
    writer.record_events((raised, AlertEvent(site.NOON - timedelta(hours=1), Change.CLEARED, ended)))
    writer.close()
    window = make(site.result(site.snapshot()))
    box = window.relays.boxes[0]
    assert box.state.text() == "Closed"
    assert box.since.text() == "since 13:00"
    assert box.age.text() == "Reported 14 min ago"
    assert box.words.text() == "All well"
    assert "Communicating\u00a0yes" in box.flags.text()
    assert [line.accessibleName() for line in box.lines] == [
        "Line 1: closed", "Line 2: not there, or not told", "Line 3: not there, or not told",
    ]  # fmt: skip
    shot = replace(site.snapshot(), relays=(site.relay(RelayState.OPEN),))
    window.show_result(site.result(shot, active=(alert,)))
    assert box.state.text() == "Open"
    assert box.since.text() == "since 12:40"
    assert "Relay open" in box.words.text()


def test_an_open_relay_stands_above_the_closed_ones(make: Make) -> None:
    relays = (site.relay(serial="121700000001"), site.relay(RelayState.OPEN, serial="121700000002"))
    window = make(site.result(replace(site.snapshot(), relays=relays)))
    assert [box.state.text() for box in window.relays.boxes] == ["Open", "Closed"]


def test_the_relay_card_gives_its_room_away_where_it_has_nothing_to_tell(make: Make) -> None:
    window = make(site.result(replace(site.snapshot(), relays=(), batteries=(), dry_contacts=())))
    assert window.relays.isHidden()
    window.show_result(site.result(replace(site.snapshot(), relays=(site.relay(),))))
    assert not window.relays.isHidden()


def test_relay_card_speaks_without_relays_and_knows_batteries(make: Make) -> None:
    window = make(site.result(replace(site.snapshot(metered=True), relays=())))
    assert window.relays.empty.text() == "This gateway tells of no relay."
    assert window.relays.batteries.text() == "2 batteries · 82 % full · giving 1,200\u00a0W"


def test_one_open_line_is_not_closed(make: Make) -> None:
    relay = site.relay(lines=(True, False, True))
    window = make(site.result(replace(site.snapshot(), relays=(relay,))))
    assert window.relays.boxes[0].state.text() == "Line 2 open"


@pytest.fixture
def told(tmp_path: Path) -> str:
    """A history with events of a relay and an inverter; the id of the inverter's alert."""
    writer = HistoryWriter(ProfilePaths.at(tmp_path).history_file, ManualClock(site.NOON))
    relay = site.alert("relay_open", ("122100068177",), "Relay 68177 is open")
    panel = site.alert("inverter_stopped", (site.serial(6),), "Panel 7 makes nothing")
    for alert in (relay, panel):
        writer.record_events((AlertEvent(alert.raised_at, Change.RAISED, alert),))
    writer.record_note(site.NOON, "firmware_changed", "information", "Firmware 8.3.5290", "It was 8.3.5289.")
    writer.close()
    return panel.id


def test_events_are_listed_and_filtered(make: Make, told: str) -> None:
    window = make(site.result(site.snapshot()))
    page = window.events
    assert page.model.rowCount() == 3
    assert page.model.index(0, 2).data() == "Firmware 8.3.5290"
    page.kind.setCurrentIndex(1)
    assert {event.rule for event in page.model.events} == {"relay_open", "inverter_stopped"}
    page.needle.setText(site.serial(6))
    assert [event.alert_id for event in page.model.events] == [told]
    page.view.selectRow(0)
    assert "Production has stopped" in page.body_text.text()


def test_show_event_goes_to_what_it_is_about(make: Make, told: str) -> None:
    window = make(site.result(site.snapshot()))
    window.inverters.needle.setText("nothing like this")
    window.show_event(told)
    assert window.tabs.currentWidget() is window.inverters
    assert window.inverters.selected_serial() == site.serial(6)
    window.show_event("relay_open-1")
    assert window.tabs.currentWidget() is window.events
    assert "Relay 68177" in window.events.title.text()


def test_outside_text_is_never_rich_text(make: Make) -> None:
    evil = "<img src=file:///etc/passwd><b>x</b>\u202e\n&amp;"
    shot = site.snapshot(count=2)
    inverters = (replace(shot.inverters[0], serial=evil), *shot.inverters[1:])
    relays = (site.relay(serial=evil, reason=evil, device=DeviceStatus(words=(evil,))),)
    shot = replace(shot, inverters=inverters, relays=relays, gateway=replace(shot.gateway, serial="<h1>9" * 3000))
    window = make(site.result(shot, failure=replace(site.failure(), title=evil, advice=evil), missed=3))
    for label in window.findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
    for text in [label.toolTip() for label in window.findChildren(QLabel)]:
        assert "<img" not in text
    assert window.width() <= 1000
    assert "\u202e" not in clean(evil)
    assert tip(evil) == tip(evil).replace("<img", "&lt;img")


def test_everything_that_takes_focus_has_a_name(make: Make) -> None:
    window = make(site.result(site.snapshot()))
    for kind in (QAbstractButton, QLineEdit, QComboBox, QTableView):
        for widget in window.findChildren(kind):
            hidden = not widget.isVisibleTo(window) and widget.parent() in window.banners
            if hidden or widget.focusPolicy() is Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
                continue
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert named, widget
    assert all(page.chart.accessibleName() for page in window.tabs.charts.values())
    assert all(len(column.meaning) >= len(column.title.rstrip(".")) for column in COLUMNS)


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_colours_by_meaning_are_readable(qapp: QApplication, appearance: Appearance) -> None:
    apply_appearance(qapp, appearance)
    assert is_dark(qapp.palette()) is (appearance is Appearance.DARK)
    tones = colours(qapp.palette())
    for line in (tones.production, tones.consumption, tones.exported, tones.imported, tones.battery, tones.expected):
        assert contrast(line, tones.base) >= 3.0
    for word in (tones.well, tones.look, tones.fault, tones.asleep, tones.text, tones.note, tones.selected):
        assert contrast(word, tones.base) >= 4.5


def test_appearance_changes_with_the_settings(
    make: Make, qtbot: QtBot, program: site.Program, qapp: QApplication
) -> None:
    live = program.start(Settings(appearance=Appearance.LIGHT))
    make(site.result(site.snapshot()), live=live)
    assert not is_dark(qapp.palette())
    with qtbot.waitSignal(live.applied):
        live.apply(Draft(Settings(appearance=Appearance.DARK)))
    assert is_dark(qapp.palette())


def test_hidden_window_needs_no_timer(make: Make) -> None:
    window = make(site.result(site.snapshot()))
    assert window._timer.isActive()
    window.hide()
    assert not window._timer.isActive()


def test_what_came_while_hidden_is_there_when_shown_again(make: Make, tmp_path: Path) -> None:
    path = ProfilePaths.at(tmp_path).history_file
    site.fill_history(path, 4).close()
    window = make(site.result(site.snapshot(count=4)))
    table = window.tabs.charts["day"].chart.twin
    rows = table().count
    window.hide()
    writer = HistoryWriter(path, ManualClock(site.NOON))
    for minutes in (5, 10, 15):
        later = site.snapshot(site.NOON + timedelta(minutes=minutes), 4)
        writer.append(later)
        window.show_result(site.result(later))
    writer.close()
    assert table().count == rows
    window.show()
    assert table().count == rows + 3


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells which files are open")
def test_a_closed_window_lets_go_of_the_history(make: Make, tmp_path: Path) -> None:
    path = ProfilePaths.at(tmp_path).history_file
    site.fill_history(path, 4).close()
    window = make(site.result(site.snapshot(count=4)))

    def open_files() -> list[str]:
        return [place for link in Path("/proc/self/fd").iterdir() if (place := _target(link)) == str(path)]

    assert open_files()
    window.close()
    assert not open_files()
    window.show()
    assert open_files()
    assert window.tabs.charts["day"].chart.twin().count


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def test_the_verdict_stands_alone_before_it_is_cut_off(qtbot: QtBot) -> None:
    line = ElidedLabel()
    qtbot.addWidget(line)
    long, short = "Gateway 1220…5678 · Relay 68177 is open", "Relay 68177 is open"
    line.say(long, short=short)
    line.show()
    for width, text in ((1000, long), (line.fontMetrics().horizontalAdvance(short) + 4, short)):
        line.resize(width, 20)
        assert line.text() == text
    assert line.toolTip(), "the whole is said on hover"
    line.resize(60, 20)
    assert line.text().startswith("Rel")
    assert line.text().endswith("…")


def test_desktops_add_no_second_name_to_the_title(make: Make, qtbot: QtBot, tmp_path: Path) -> None:
    assert make(site.result(site.snapshot())).windowTitle() == "Enphase Tray"
    live = Live(site.profile_at(tmp_path, ManualClock(site.NOON)).service(CONFIGURED), ManualClock(site.NOON))
    demo = MainWindow(
        live, lambda: HistoryReader(tmp_path / "none"), Wording(), open_settings=lambda: None, note="demo"
    )
    qtbot.addWidget(demo)
    assert demo.windowTitle().endswith("Enphase Tray")
    assert demo.windowTitle() != "Enphase Tray"


def test_chart_and_a_row_of_the_table_are_seen_in_the_smallest_window(make: Make, qapp: QApplication) -> None:
    window = make(site.result(troubled(60)))
    window.resize(820, 560)
    window.tabs.setCurrentWidget(window.inverters)
    qapp.processEvents()
    table = window.inverters.view
    assert window.inverters.chart.chart.canvas.height() >= 110
    assert table.viewport().height() >= table.rowHeight(0)


@pytest.mark.parametrize("size", [(820, 560), (900, 600), (1000, 680)])
def test_nothing_is_cut_at_small_sizes(make: Make, size: tuple[int, int], qapp: QApplication) -> None:
    window = make(site.result(site.snapshot(metered=True)))
    window.resize(*size)
    qapp.processEvents()
    assert (window.width(), window.height()) == size
    for figure in (*window.figures.figures, window.figures.grid):
        for label in (figure.name, figure.value, figure.below):
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width() + 1, label.text()
