"""Stories of the windows with nothing scripted behind them: the first start, wrong turns, and log-ins that go wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.identity import Family, Secret
from enphase_tray.model.readings import Login
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.ui.settings.settings_dialog import LOGIN as LOGIN_TAB
from enphase_tray.ui.settings.settings_dialog import TEST, SettingsDialog
from enphase_tray.ui.setup.setup import DONE, FIND, LOGIN, TRUST, SetupWizard
from tests.stories.desk import NEW, OLD, Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def old_desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path / "profile", OLD) as made:
        yield made


def first_start(qtbot: QtBot, desk: Desk) -> SetupWizard:
    wizard = SetupWizard(desk.live)
    qtbot.addWidget(wizard)
    wizard.show()
    qtbot.keyClicks(wizard.find_page.fields.host.editor, desk.address)
    return wizard


def go_on(qtbot: QtBot, wizard: SetupWizard, page: int) -> None:
    """Press the button and wait for `page`, or for what went wrong there."""
    wizard.next.click()
    qtbot.waitUntil(
        lambda: wizard.page == page and wizard.next.isEnabled() and not wizard.trial.running, timeout=10_000
    )


def at_log_in(qtbot: QtBot, desk: Desk) -> SetupWizard:
    wizard = first_start(qtbot, desk)
    go_on(qtbot, wizard, TRUST)
    go_on(qtbot, wizard, LOGIN)
    return wizard


def paste(qtbot: QtBot, wizard: SetupWizard, token: str) -> None:
    login = wizard.login_page.fields.token
    login.paste.setChecked(True)
    login.token.editor.setPlainText(token)


def finish(qtbot: QtBot, wizard: SetupWizard, desk: Desk) -> None:
    with qtbot.waitSignal(wizard.accepted, timeout=10_000):
        wizard.next.click()
    assert desk.wait_for_figure(qtbot).snapshot.production.watts_now > 0


def test_from_an_address_to_the_first_figure(qtbot: QtBot, desk: Desk) -> None:
    wizard = first_start(qtbot, desk)
    go_on(qtbot, wizard, TRUST)
    assert wizard.find_page.fields.serial.text == desk.gateway.serial
    certificate = desk.gateway.certificate
    assert certificate is not None
    assert desk.profile.state.pinned_serials() == (), "nothing is believed before the user says so"
    go_on(qtbot, wizard, LOGIN)
    paste(qtbot, wizard, desk.gateway.token())
    assert "owner · this gateway" in wizard.login_page.fields.token.token.note.text()
    go_on(qtbot, wizard, DONE)
    titles = [line.title.text() for line in wizard.done_page.steps.lines]
    assert titles[:4] == ["Find the gateway", "Check its certificate", "Ask who it is", "Log in"]
    assert titles[-1] == "Read it"
    finish(qtbot, wizard, desk)
    assert desk.profile.store.load().gateway.serial == desk.gateway.serial
    assert desk.profile.state.pin(desk.gateway.serial).certificate.fingerprint == desk.gateway.fingerprint
    assert not [result for result in desk.results if result.failure is not None], "no false alarm on the way"


def test_a_wrong_token_leads_back_and_nothing_typed_is_lost(qtbot: QtBot, desk: Desk) -> None:
    wizard = at_log_in(qtbot, desk)
    strange = Desk(desk.paths.directory / "other", replace(NEW, seed=9)).gateway
    forged = strange.mint.token(desk.gateway.serial)
    paste(qtbot, wizard, forged)
    go_on(qtbot, wizard, LOGIN)
    field = wizard.login_page.fields.token.token
    assert wizard.banner.isVisible()
    assert field.wrong
    assert field.text == forged
    wizard.back.click()
    assert wizard.page == TRUST
    wizard.back.click()
    assert wizard.page == FIND
    assert wizard.find_page.fields.host.text == desk.address
    go_on(qtbot, wizard, LOGIN)
    assert field.text == forged
    paste(qtbot, wizard, desk.gateway.token())
    go_on(qtbot, wizard, DONE)
    finish(qtbot, wizard, desk)


def test_an_address_where_nobody_is_keeps_what_was_typed(qtbot: QtBot, desk: Desk) -> None:
    address = desk.address
    desk.gateway.stop()
    wizard = first_start(qtbot, desk)
    go_on(qtbot, wizard, FIND)
    assert wizard.banner.isVisible()
    assert wizard.find_page.fields.host.text == address
    assert wizard.find_page.isEnabled()


def test_below_7_the_usual_password_needs_no_typing(qtbot: QtBot, old_desk: Desk) -> None:
    desk = old_desk
    wizard = first_start(qtbot, desk)
    go_on(qtbot, wizard, DONE)
    assert wizard.find_page.fields.serial.text == desk.gateway.serial, "as the gateway told it"
    finish(qtbot, wizard, desk)
    assert desk.results[-1].snapshot.login is Login.DIGEST
    assert len(desk.results[-1].snapshot.inverters) == 12
    assert desk.live.settings.gateway.serial == desk.gateway.serial


def test_below_7_with_a_password_of_its_own(qtbot: QtBot, tmp_path: Path) -> None:
    with Desk(tmp_path / "profile", replace(OLD, password="changed-1")) as desk:
        wizard = first_start(qtbot, desk)
        go_on(qtbot, wizard, LOGIN)
        login = wizard.login_page.fields
        assert login.family is Family.DIGEST
        for typed, page in (("wrong-1", LOGIN), ("changed-1", DONE)):
            login.digest.password.editor.setText(typed)
            go_on(qtbot, wizard, page)
            assert login.digest.password.text == typed
            assert login.digest.password.wrong is (page == LOGIN)
        finish(qtbot, wizard, desk)
        assert desk.secrets.get(desk.gateway.serial, "password") == Secret("changed-1")
        assert b"changed-1" not in desk.gateway.received


def test_signing_in_after_a_mistyped_password(qtbot: QtBot, desk: Desk) -> None:
    user = CloudUser("me@example.org", "sunshine-1")
    with SimulatedCloud(desk.gateway.mint, desk.clock, (user,), secure=False) as cloud:
        desk.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        wizard = at_log_in(qtbot, desk)
        login = wizard.login_page.fields.token
        login.email.editor.setText("me@example.org")
        for typed, page in (("sunshin", LOGIN), ("sunshine-1", DONE)):
            login.password.editor.setText(typed)
            go_on(qtbot, wizard, page)
            assert login.password.wrong is (page == LOGIN)
            assert login.email.text == "me@example.org"
        finish(qtbot, wizard, desk)
    assert desk.secrets.get(desk.gateway.serial, "cloud_password") is None, "used once, and forgotten"
    assert b"sunshine-1" not in desk.gateway.received


def test_an_account_with_multi_factor_log_in_is_led_to_pasting(qtbot: QtBot, desk: Desk) -> None:
    user = CloudUser("me@example.org", "sunshine-1", multi_factor=True)
    with SimulatedCloud(desk.gateway.mint, desk.clock, (user,), secure=False) as cloud:
        desk.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        wizard = at_log_in(qtbot, desk)
        login = wizard.login_page.fields.token
        login.email.editor.setText("me@example.org")
        login.password.editor.setText("sunshine-1")
        go_on(qtbot, wizard, LOGIN)
        assert "multi-factor" in wizard.banner.title.text()
        assert login.paste.isChecked()
        assert "paste it" in login.token.note.text()
        login.token.editor.setPlainText(desk.gateway.token())
        go_on(qtbot, wizard, DONE)
        finish(qtbot, wizard, desk)


def set_up(qtbot: QtBot, desk: Desk, draft: Callable[[Settings], Draft]) -> None:
    settings = Settings(GatewaySettings(serial=desk.gateway.serial, host=desk.address, auto_jwt=False))
    with qtbot.waitSignal(desk.live.result, timeout=10_000), qtbot.waitSignal(desk.live.applied):
        desk.live.apply(draft(settings))


def test_a_wrong_password_is_marked_in_the_settings(qtbot: QtBot, old_desk: Desk) -> None:
    set_up(qtbot, old_desk, lambda settings: Draft(settings, password=Secret("not-the-password")))
    dialog = SettingsDialog(old_desk.live)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.login.digest.password
    assert dialog.tabs.currentIndex() == LOGIN_TAB, "what the last poll said is where it can be mended"
    assert field.wrong
    field.editor.setText("still-wrong")
    assert not field.wrong
    dialog.test.click()
    assert dialog.tabs.currentIndex() == TEST
    qtbot.waitUntil(lambda: not dialog.trial.running, timeout=10_000)
    assert dialog.tabs.currentIndex() == LOGIN_TAB
    assert field.wrong
    assert field.text == "still-wrong"
    field.editor.setText(old_desk.gateway.password)
    with qtbot.waitSignal(dialog.accepted, timeout=10_000):
        dialog.ok.click()
    old_desk.wait_for_figure(qtbot)
    qtbot.waitUntil(lambda: len(old_desk.results[-1].snapshot.inverters) == 12)


def test_where_secrets_are_kept_stands_in_the_settings_at_first_sight(qtbot: QtBot, desk: Desk) -> None:
    set_up(qtbot, desk, lambda settings: Draft(settings, token=Secret(desk.gateway.token())))
    dialog = SettingsDialog(desk.live)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.program.places.text() == "Access token: this session only", timeout=10_000)


def test_settings_are_saved_at_once_while_gateways_are_looked_for(qtbot: QtBot, desk: Desk) -> None:
    set_up(qtbot, desk, lambda settings: Draft(settings, token=Secret(desk.gateway.token())))
    dialog = SettingsDialog(desk.live)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(desk.searching.is_set)
    with qtbot.waitSignal(dialog.accepted, timeout=2_000):
        dialog.ok.click()
