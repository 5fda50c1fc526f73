"""The page of the settings about alerts, and the look back that it offers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from enphase_tray.alerts.rules import RULES
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import AlertEvent, Change, Limits
from enphase_tray.model.clock import ManualClock
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import QuietHours, RuleMode, Settings
from enphase_tray.status.muting import Span
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.alerts_page import AlertsPage
from enphase_tray.ui.settings.preview_dialog import PreviewDialog
from enphase_tray.ui.settings.settings_dialog import ALERTS, SettingsDialog
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CHOSEN = Settings(
    rules={"relay_open": RuleMode.DIGEST, "firmware_changed": RuleMode.OFF},
    limits=Limits(weak_percent=20, unreachable_minutes=45, token_days=14),
    quiet=QuietHours(True, time(21, 30), time(6, 15), False),
    digest_at=time(7, 45),
    price_per_kwh=0.321,
    currency="EUR",
    weekly_report=True,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(site.NOON)


@pytest.fixture
def attention(qapp: object, clock: ManualClock, tmp_path: Path) -> Attention:
    return Attention(Settings, clock, AttentionStore(ProfilePaths.at(tmp_path / "kept")))


@pytest.fixture
def page(qtbot: QtBot, attention: Attention, clock: ManualClock) -> AlertsPage:
    made = AlertsPage(attention, clock.now)
    qtbot.addWidget(made)
    return made


def choose(page: AlertsPage, rule: str, mode: RuleMode) -> None:
    choice = page.modes[rule]
    choice.setCurrentIndex(choice.findData(mode.value))


def test_what_is_set_is_shown_and_given_back(page: AlertsPage) -> None:
    page.load(CHOSEN)
    given = page.settings(CHOSEN)
    assert {name: mode for name, mode in given.rules.items() if mode is not RuleMode.ON} == dict(CHOSEN.rules)
    assert set(given.rules) == {rule.name for rule in RULES}
    assert replace(given, rules=CHOSEN.rules) == CHOSEN


def test_what_is_chosen_is_given(page: AlertsPage) -> None:
    page.load(Settings())
    choose(page, "inverter_stopped", RuleMode.DIGEST)
    page.limits["unreachable_minutes"].setValue(60)
    page.quiet.setChecked(True)
    page.weekly.setChecked(True)
    page.price.editor.setText("0,25")
    given = page.settings(Settings(rules={"of_another_version": RuleMode.OFF}))
    assert given.mode("inverter_stopped") is RuleMode.DIGEST
    assert given.mode("of_another_version") is RuleMode.OFF
    assert given.limits == Limits(unreachable_minutes=60)
    assert given.quiet == QuietHours(True)
    assert given.weekly_report
    assert given.price_per_kwh == 0.25


def test_each_rule_of_the_shelf_has_its_line(page: AlertsPage) -> None:
    assert list(page.modes) == [rule.name for rule in RULES]


@pytest.mark.parametrize(("typed", "said"), [("much", "a number such as"), ("-1", "above 0"), ("0", "above 0")])
def test_a_price_that_is_none_is_marked(page: AlertsPage, typed: str, said: str) -> None:
    page.load(Settings())
    assert page.check() == []
    page.price.editor.setText(typed)
    assert page.check() == [page.price]
    assert said in page.price.note.text()


def test_a_price_is_typed_with_the_separator_of_the_language(page: AlertsPage) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German))
    try:
        page.load(CHOSEN)
        assert page.price.editor.text() == "0,321"
        assert page.settings(Settings()).price_per_kwh == 0.321
    finally:
        QLocale.setDefault(before)


def test_quiet_hours_that_are_off_cannot_be_set(page: AlertsPage) -> None:
    page.load(Settings())
    assert not page.quiet_start.isEnabled()
    page.quiet.setChecked(True)
    assert page.quiet_start.isEnabled()


def test_mutes_are_listed_and_taken_back(page: AlertsPage, attention: Attention) -> None:
    page.load(Settings())
    page.show()
    assert not page.muted.isVisible()
    attention.mute(None, ("121900001111",), Span.WEEK)
    attention.mute("device_fault", (), Span.EVER)
    shown = [page.muted.item(place).text() for place in range(page.muted.count())]
    assert sorted(text.split(": muted by you at")[0] for text in shown) == [
        "Everything about device 01111",
        "“A device reports a fault”",
    ]
    assert any(text.endswith("until you remove it") for text in shown)
    assert not page.hear.isEnabled()
    page.muted.setCurrentRow(next(place for place, text in enumerate(shown) if "01111" in text))
    page.hear.click()
    assert [(mute.rule, mute.serial) for mute in attention.mutes] == [("device_fault", None)]
    assert page.muted.count() == 1


def test_mutes_end_by_themselves(attention: Attention, clock: ManualClock) -> None:
    for span in Span:
        attention.mute(f"rule {span}", (), span)
    clock.advance(86_400)
    assert {mute.rule for mute in attention.mutes} == {f"rule {Span.WEEK}", f"rule {Span.EVER}"}
    clock.advance(30 * 86_400)
    assert {mute.rule for mute in attention.mutes} == {f"rule {Span.EVER}"}


def test_a_new_mute_of_the_same_takes_the_place_of_the_old(attention: Attention, clock: ManualClock) -> None:
    attention.mute(None, ("1",), Span.EVER)
    attention.mute(None, ("1",), Span.DAY)
    (mute,) = attention.mutes
    assert mute.until == clock.now() + timedelta(days=1)


@pytest.mark.expects_log("what is muted cannot be kept")
def test_a_mute_that_cannot_be_kept_holds_until_the_end(qapp: object, clock: ManualClock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    attention = Attention(Settings, clock, AttentionStore(ProfilePaths.at(tmp_path / "other")))
    attention._store = AttentionStore(ProfilePaths.at(tmp_path / "file" / "below"))
    attention.mute(None, ("1",), Span.WEEK)
    assert len(attention.mutes) == 1


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path / "profile", site.OLD) as made:
        yield made


@pytest.fixture
def live(qtbot: QtBot, program: site.Program) -> Live:
    """A connection after its first poll, with three days of history and a relay that was open in them."""
    paths = program.profile.paths
    paths.prepare()
    site.fill_history(paths.history_file, 12, site.NOON, days=3).close()
    told = site.alert("relay_open", ("122100068177",), "Relay 68177 is open")
    writer = HistoryWriter(paths.history_file, program.clock)
    writer.record_events((AlertEvent(told.raised_at, Change.RAISED, told),), site.SITE)
    writer.close()
    made = program.start(program.settings)
    qtbot.waitUntil(lambda: made.latest is not None)
    return made


def test_everything_on_the_page_has_a_name_and_a_key_leads_to_it(qtbot: QtBot, live: Live) -> None:
    dialog = SettingsDialog(live)
    qtbot.addWidget(dialog)
    dialog.tabs.setCurrentIndex(ALERTS)
    dialog.show()
    page = dialog.alerts
    for kind in (QComboBox, QAbstractSpinBox, QListWidget, QLineEdit):
        for widget in page.findChildren(kind):
            assert widget.accessibleName() or widget.objectName().startswith("qt_"), widget
    for button in page.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button
    names = [widget.accessibleName() for widget in page.findChildren(QComboBox)]
    assert len(set(names)) == len(names) == len(RULES)


def test_settings_of_alerts_are_saved(qtbot: QtBot, program: site.Program, live: Live) -> None:
    dialog = SettingsDialog(live)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog.alerts, "inverter_silent", RuleMode.DIGEST)
    dialog.alerts.price.editor.setText("much")
    dialog.ok.click()
    assert dialog.tabs.currentIndex() == ALERTS
    dialog.alerts.price.editor.setText("0.4")
    with qtbot.waitSignal(dialog.accepted):
        dialog.ok.click()
    saved = program.profile.store.load()
    assert saved == live.settings
    assert (saved.mode("inverter_silent"), saved.price_per_kwh) == (RuleMode.DIGEST, 0.4)


def test_the_look_back_opens_for_its_rule_with_the_limits_as_they_are_typed(qtbot: QtBot, live: Live) -> None:
    dialog = SettingsDialog(live)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.alerts.limits["unreachable_minutes"].setValue(77)
    dialog.alerts.preview_asked.emit("gateway_unreachable")
    (opened,) = dialog.findChildren(PreviewDialog)
    assert opened.isVisible()
    assert opened._request.limits.unreachable_minutes == 77
    assert opened.windowTitle() == "The gateway does not answer: the last 30 days"
    qtbot.waitUntil(lambda: opened.count.text().startswith("It told you nothing"))
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.isVisible()


def test_what_was_told_is_listed_with_its_words(qtbot: QtBot, live: Live) -> None:
    dialog = PreviewDialog(live, "relay_open", Limits())
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.count.text().startswith("It told you once since 22 Jun"))
    assert [event.title for event in dialog.model.events] == ["Relay 68177 is open"]
    dialog.view.selectRow(0)
    assert dialog.body_text.text().startswith("Production has stopped.")
    assert "really told" in dialog.note.text()


def test_polls_go_on_while_it_looks_back_and_closing_it_ends_that(qtbot: QtBot, live: Live) -> None:
    steps: list[object] = []
    live.preview_step.connect(steps.append)
    dialog = PreviewDialog(live, "inverter_stopped", Limits())
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(live.result):
        live.poll_now()
    dialog.close()
    with qtbot.waitSignal(live.result):
        live.poll_now()
    seen = len(steps)
    with qtbot.waitSignal(live.result):
        live.poll_now()
    assert len(steps) == seen


def test_it_looks_back_to_the_end(qtbot: QtBot, live: Live) -> None:
    dialog = PreviewDialog(live, "inverter_stopped", Limits())
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.count.text() == "It would have told you nothing since 22 Jun 06:00", timeout=20_000)
    assert dialog.empty.isVisible()
    assert "Worked out by the same rules" in dialog.note.text()
