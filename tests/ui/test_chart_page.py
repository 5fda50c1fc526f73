"""The frame around a chart: what is read and when, table, copying, keys, remembering."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.ui.charting.chart import Jump
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._axes import WattAxis
from enphase_tray.ui.charts.day import DayChart
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.readout import Readout
from tests.ui import lived
from tests.ui import make_believe as site
from tests.ui.lived import TODAY, shown

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DAYS = {TODAY - timedelta(days=2): 12_000.0, TODAY - timedelta(days=1): 18_000.0, TODAY: 15_000.0}
NOW = 14.0
Make = Callable[..., ChartPage]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite"


@pytest.fixture
def make(qtbot: QtBot, file: Path) -> Make:
    def build(name: str = "day", choices: Choices | None = None, *, seen: bool = True) -> ChartPage:
        reader = lived.live(file, DAYS, NOW)
        page = ChartPage(name, lambda: reader, choices or Choices())
        qtbot.addWidget(page)
        page.resize(800, 500)
        page.show_moment(shown(lived.snapshot(DAYS, TODAY, NOW)), site.SITE)
        if seen:
            page.show()
            page.activateWindow()
            qtbot.waitUntil(page.isActiveWindow)
        return page

    return build


def points(page: ChartPage) -> int:
    assert isinstance(page.chart, DayChart)
    assert page.chart.compared is not None
    return len(page.chart.compared.day.production.times)


def test_nothing_is_read_before_the_page_is_in_sight(qtbot: QtBot, file: Path) -> None:
    asked: list[str] = []

    def history() -> HistoryReader:
        asked.append("opened")
        return HistoryReader(file)

    page = ChartPage("day", history, Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, NOW)), site.SITE)
    page.select("nobody")
    assert not asked
    page.show()
    assert asked


def test_results_missed_out_of_sight_are_read_from_the_history(make: Make, file: Path) -> None:
    page = make()
    before = points(page)
    page.hide()
    for hour in (15.0, 16.0):
        later = lived.snapshot(DAYS, TODAY, hour)
        page.show_moment(shown(later), site.SITE)
    lived.live(file.with_name("more.sqlite"), DAYS, 16.0).close()
    file.with_name("more.sqlite").replace(file)
    page.show()
    assert points(page) == before + 2


def test_a_result_in_sight_grows_the_day_once_and_leaves_past_days_alone(make: Make) -> None:
    page = make()
    before = points(page)
    for _ in range(2):
        page.show_moment(shown(lived.snapshot(DAYS, TODAY, 15.0)), site.SITE)
    assert points(page) == before + 1
    page.bar.earlier()
    yesterday = points(page)
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, 16.0)), site.SITE)
    assert points(page) == yesterday


@pytest.mark.parametrize("name", ["day", "energy", "inverter_day", "panel"])
def test_what_was_let_go_of_is_read_again(make: Make, name: str) -> None:
    page = make(name)
    before = [tuple(row) for row in page.chart.sheet().rows]
    assert before
    page.as_table.setChecked(True)
    shown_rows = page.model.rowCount()
    page.hide()
    page.let_go()
    assert page.model.rowCount() == 0
    page.chart.restyle()
    page.chart.select("nobody")
    page.show()
    assert [tuple(row) for row in page.chart.sheet().rows] == before
    assert page.model.rowCount() == shown_rows


def test_a_readout_that_does_not_fit_says_all_on_hover(qtbot: QtBot) -> None:
    readout = Readout(2)
    qtbot.addWidget(readout)
    readout.show()
    readout.resize(200, readout.height())
    readout.say("short")
    assert (readout.text(), readout.toolTip()) == ("short", "")
    long = "a sentence that goes on, " * 9 + "and on"
    readout.say(long)
    assert readout.text().endswith("…")
    assert readout.whole == long
    assert "and on" in readout.toolTip()
    readout.resize(2000, readout.height())
    assert (readout.text(), readout.toolTip()) == (long, "")


def test_months_are_named_in_the_language_of_all_other_words(make: Make) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        assert make().bar.date.text() == "Thu 25 Jun 2026"
    finally:
        QLocale.setDefault(before)


def test_unit_stands_at_the_highest_number_that_is_seen(make: Make) -> None:
    make()
    axis = WattAxis()
    axis.unit = True
    for highest in range(2900, 3200, 20):
        (spacing, ticks), *_ = axis.tickValues(0.0, float(highest), 200.0)
        assert max(ticks) < highest - 7 * highest / 201, "it would be cut off"
        assert axis.tickStrings(ticks, 1.0, spacing)[ticks.index(max(ticks))].endswith(" W")


def test_midnight_turns_the_page(make: Make) -> None:
    page = make()
    tomorrow = TODAY + timedelta(days=1)
    page.show_moment(shown(lived.snapshot({**DAYS, tomorrow: 1.0}, tomorrow, 0.5)), site.SITE)
    assert page.bar.day == tomorrow
    assert points(page) == 1


def test_table_twin_tells_the_same_and_keeps_up(make: Make, qtbot: QtBot) -> None:
    page = make()
    qtbot.keyClick(page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert page.table.isVisible()
    assert not page.chart.isVisible()
    assert page.model.rowCount() == points(page) == 15
    assert page.model.index(0, 0).data() == "14:00"
    assert page.model.index(0, 1).data() == "1,700 W"
    assert page.model.index(14, 1).data() == "0 W"
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, 15.0)), site.SITE)
    assert page.model.index(0, 0).data() == "15:00"
    qtbot.keyClick(page, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert page.chart.isVisible()


def test_copy_as_csv(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.as_table.setChecked(True)
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "time_utc,time_local,production_watts,consumption_watts,net_watts"
    assert lines[1] == "2026-06-24T22:00:00Z,2026-06-25 00:00:00,0,,"
    assert lines[-1] == "2026-06-25T12:00:00Z,2026-06-25 14:00:00,1700,,"
    assert len(lines) == 16


def test_copy_as_image(make: Make, qtbot: QtBot) -> None:
    page = make()
    page.chart.setFocus()
    qtbot.keyClick(page.chart, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    picture = QGuiApplication.clipboard().image()
    assert picture.width() >= page.chart.canvas.width()
    assert picture.height() > page.chart.canvas.height(), "a line above says what it is"
    seen = page.chart.canvas.grab().toImage().convertToFormat(picture.format())
    head = picture.height() - seen.height()
    assert picture.copy(0, head, seen.width(), seen.height()) == seen


def test_keys_of_the_page(make: Make, qtbot: QtBot) -> None:
    page = make()
    qtbot.keyClick(page.chart, Qt.Key.Key_PageUp)
    assert page.bar.day == TODAY - timedelta(days=1)
    qtbot.keyClick(page.chart, Qt.Key.Key_PageUp)
    qtbot.keyClick(page.chart, Qt.Key.Key_PageDown)
    assert page.bar.day == TODAY - timedelta(days=1)
    qtbot.keyClick(page.chart, Qt.Key.Key_D)
    assert page.bar.day == TODAY
    qtbot.keyClick(page.chart, Qt.Key.Key_T)
    assert page.as_table.isChecked()


def test_readout_is_told_to_a_screen_reader_too(make: Make, qtbot: QtBot) -> None:
    page = make()
    qtbot.keyClick(page.chart, Qt.Key.Key_End)
    assert page.readout.whole.startswith("14:00 · 1,700 W")
    assert page.chart.accessibleDescription() == page.readout.whole


def test_view_is_remembered(make: Make, qtbot: QtBot) -> None:
    choices = Choices()
    page = make("energy", choices.part("energy"))
    page.bar.go(TODAY, Span.YEAR)
    page.as_table.setChecked(True)
    again = make("energy", choices.part("energy"))
    assert again.bar.span is Span.YEAR
    assert again.table.isVisible()
    assert choices.get("energy.span") == "Year"


def test_a_remembered_span_that_no_longer_exists_is_left_out(make: Make) -> None:
    choices = Choices()
    choices.put("span", "Fortnight")
    assert make("energy", choices).bar.span is Span.MONTH


def test_span_of_another_page_leads_there(make: Make, qtbot: QtBot) -> None:
    page = make()
    with qtbot.waitSignal(page.jump) as asked:
        page.bar.elsewhere.emit(Span.MONTH)
    assert asked.args == [Jump(span=Span.MONTH, day=TODAY)]


def test_history_that_cannot_be_read_is_told_and_told_when_it_can(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    file.write_bytes(b"not a database, though long enough to be taken for one" * 100)
    said: list[str] = []
    page = ChartPage("day", lambda: HistoryReader(file), Choices())
    qtbot.addWidget(page)
    page.trouble.connect(said.append)
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, NOW)), site.SITE)
    page.show()
    assert said[-1]
    assert said[-1] in page.empty.text()
    assert page.empty.isVisible()
    assert not page.copy.isEnabled()
    file.unlink()
    lived.live(file, DAYS, NOW).close()
    page.show_moment(shown(lived.snapshot(DAYS, TODAY, NOW)), site.SITE)
    assert said[-1] == ""
    assert page.chart.isVisible()


def test_without_a_gateway_the_page_says_what_will_be_there(qtbot: QtBot, file: Path) -> None:
    page = ChartPage("day", lambda: HistoryReader(file), Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(None), "")
    page.show()
    assert "appear here" in page.empty.text()


def test_the_past_is_there_while_the_gateway_cannot_be_reached(qtbot: QtBot, file: Path) -> None:
    lived.live(file, DAYS, NOW).close()
    page = ChartPage("day", lambda: HistoryReader(file), Choices())
    qtbot.addWidget(page)
    page.show_moment(shown(None, lived.moment(TODAY, NOW)), site.SITE)
    page.show()
    assert points(page) == 15
    assert page.bar.date.minimumDate().toPython() == date(2026, 6, 15)


def test_chart_follows_the_palette(make: Make, qapp: QApplication) -> None:
    page = make()
    assert isinstance(page.chart, DayChart)
    before = page.chart.plot.backgroundBrush().color().name()
    palette = page.palette()
    palette.setColor(palette.ColorRole.Base, "#102030")
    page.chart.setPalette(palette)
    assert before != page.chart.plot.backgroundBrush().color().name() == "#102030"
