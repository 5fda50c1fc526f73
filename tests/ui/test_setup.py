"""The guided set-up and the questions about certificates."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from enphase_tray.model.errors import LoginRefused, TokenMissing, Unreachable
from enphase_tray.model.identity import Family, FoundGateway, Secret
from enphase_tray.settings.settings import Settings
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.ui.login.certificate_dialog import CertificateDialog
from enphase_tray.ui.setup.setup import DONE, FIND, LOGIN, TRUST, SetupWizard
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Open = Callable[..., SetupWizard]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def old(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path / "profile", site.OLD) as made:
        yield made


@pytest.fixture
def start(qtbot: QtBot) -> Open:
    def build(program: site.Program, *found: FoundGateway) -> SetupWizard:
        program.found = found
        wizard = SetupWizard(program.start(Settings()))
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitUntil(lambda: wizard.find_page.found.again.isEnabled())
        return wizard

    return build


def at(wizard: SetupWizard, page: int) -> Callable[[], bool]:
    return lambda: wizard.page == page and wizard.next.isEnabled()


def steps(wizard: SetupWizard) -> list[str]:
    return [line.title.text() for line in wizard.done_page.steps.lines]


def test_new_gateway_from_finding_to_done(qtbot: QtBot, start: Open, program: site.Program) -> None:
    certificate = program.shown()
    wizard = start(program, program.announced)
    assert wizard.find_page.fields.serial.text == site.SITE
    wizard.next.click()
    qtbot.waitUntil(at(wizard, TRUST))
    assert wizard.trust_page.code.text() == certificate.pairing_code
    assert "127.0.0.1" in wizard.trust_page.text.text()
    assert program.trusted is None
    wizard.next.click()
    assert wizard.page == LOGIN
    qtbot.waitUntil(lambda: program.trusted == certificate.fingerprint)
    login = wizard.login_page.fields
    assert login.family is Family.TOKEN
    qtbot.keyClicks(login.token.email.editor, site.EMAIL)
    qtbot.keyClicks(login.token.password.editor, "secret")
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    shown = steps(wizard)
    assert shown[:4] == ["Find the gateway", "Check its certificate", "Ask who it is", "Log in"]
    assert shown[-1] == "Read it"
    assert not program.saved
    with qtbot.waitSignal(wizard.accepted):
        wizard.next.click()
    gateway = program.profile.store.load().gateway
    assert gateway.serial == site.SITE
    assert gateway.cloud_username == site.EMAIL
    assert program.secrets.token(site.SITE) is not None, "the account gives none without its password"
    assert b"secret" not in program.gateway.received


def test_old_gateway_needs_no_trust_and_offers_its_defaults(qtbot: QtBot, start: Open, old: site.Program) -> None:
    wizard = start(old, old.announced)
    wizard.next.click()
    assert wizard.page == LOGIN
    assert old.gateway.requests == ()
    assert wizard.login_page.fields.digest.isVisible()
    assert not wizard.login_page.fields.token.isVisible()
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    assert wizard.draft().settings.gateway.username == "envoy"
    assert wizard.draft().password is None
    assert b'username="envoy"' in old.gateway.received


def test_wrong_turns_lead_back_and_nothing_typed_is_lost(qtbot: QtBot, start: Open, tmp_path: Path) -> None:
    with site.Program(tmp_path / "profile", replace(site.OLD, password="mine")) as old:
        old.inject(FaultKind.PASSWORD_CHANGED)
        wizard = start(old, old.announced)
        wizard.next.click()
        login = wizard.login_page.fields
        qtbot.keyClicks(login.digest.password.editor, "mine")
        wizard.next.click()
        qtbot.waitUntil(lambda: wizard.banner.isVisible())
        assert wizard.banner.title.text() == "The gateway refuses this user name or password"
        assert wizard.page == LOGIN
        wizard.back.click()
        assert wizard.page == FIND
        assert wizard.find_page.fields.serial.text == site.SITE
        wizard.next.click()
        assert login.digest.password.text == "mine"
        old.gateway.repair(FaultKind.PASSWORD_CHANGED)
        wizard.next.click()
        qtbot.waitUntil(at(wizard, DONE))
        assert wizard.draft().password == Secret("mine")
        assert [type(error) for error in old.ended] == [LoginRefused, type(None)]


def test_typed_address_alone_is_enough(qtbot: QtBot, start: Open, program: site.Program) -> None:
    wizard = start(program)
    assert "No gateway answered" in wizard.find_page.found.state.text()
    wizard.next.click()
    assert wizard.find_page.fields.serial.wrong
    qtbot.keyClicks(wizard.find_page.fields.host.editor, program.address)
    wizard.next.click()
    qtbot.waitUntil(at(wizard, TRUST))
    assert wizard.find_page.fields.serial.text == site.SITE


def test_unreachable_stays_where_it_was_typed(qtbot: QtBot, start: Open, program: site.Program) -> None:
    program.inject(FaultKind.UNREACHABLE)
    wizard = start(program, replace(program.announced, firmware=None))
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.banner.isVisible())
    assert [isinstance(error, Unreachable) for error in program.ended] == [True]
    assert wizard.page == FIND
    assert wizard.find_page.isEnabled()


def test_known_certificate_goes_on_to_the_log_in(qtbot: QtBot, start: Open, program: site.Program) -> None:
    program.trust()
    wizard = start(program, program.announced)
    wizard.next.click()
    qtbot.waitUntil(at(wizard, LOGIN))
    assert [type(error) for error in program.ended] == [TokenMissing]
    assert wizard.login_page.fields.family is Family.TOKEN
    assert not wizard.banner.isVisible()


def test_saving_trouble_is_said(qtbot: QtBot, start: Open, old: site.Program) -> None:
    old.refuse_to_save()
    wizard = start(old, old.announced)
    wizard.next.click()
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.banner.isVisible())
    assert wizard.banner.title.text() == "The settings were written by a newer enphase_tray"
    assert wizard.isVisible()
    assert wizard.next.isEnabled()


def test_first_contact_shows_the_pairing_code(qtbot: QtBot) -> None:
    dialog = CertificateDialog(site.question(renewal=None), "192.168.1.20")
    qtbot.addWidget(dialog)
    assert dialog.agree.text() == "&Trust it"
    assert site.certificate().pairing_code in [label.text() for label in dialog.findChildren(type(dialog.text))]


def test_expected_renewal_takes_one_click(qtbot: QtBot) -> None:
    dialog = CertificateDialog(site.question(renewal=True))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.title.text().startswith("Your gateway has renewed its certificate")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == CertificateDialog.DialogCode.Accepted


def test_strange_certificate_needs_the_last_digits(qtbot: QtBot) -> None:
    dialog = CertificateDialog(site.question(renewal=False), "192.168.1.20")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.title.text() == "This does not look like your gateway"
    assert not dialog.agree.isEnabled()
    qtbot.keyClicks(dialog.digits, "1111")
    dialog.agree.click()
    assert dialog.isVisible()
    assert dialog.answer.wrong
    dialog.digits.setText(site.SITE[-4:])
    dialog.agree.click()
    assert dialog.result() == CertificateDialog.DialogCode.Accepted


def test_strange_certificate_stays_paused_by_default(qtbot: QtBot) -> None:
    dialog = CertificateDialog(site.question(renewal=False))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == CertificateDialog.DialogCode.Rejected
