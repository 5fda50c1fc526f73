"""The guided set-up and the questions about certificates."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import StepOutcome, TrialStep
from enphase_tray.model.errors import CertificateUnknown, LoginRefused, SettingsError, TokenMissing, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway, Secret
from enphase_tray.settings.settings import Settings
from enphase_tray.ui.certificate_dialog import CertificateDialog
from enphase_tray.ui.live import Live
from enphase_tray.ui.setup import DONE, FIND, LOGIN, TRUST, SetupWizard
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NEW = FoundGateway(site.SITE, "Envoy", ("192.168.1.20",), 443, FirmwareVersion.parse("8.3.5289"))
OLD = replace(NEW, port=80, firmware=FirmwareVersion.parse("5.0.62"))
UNKNOWN = CertificateUnknown("Unknown", "Trust it", site.certificate(), site.SITE)
WORKS = (TrialStep("Log-in", StepOutcome.OK), TrialStep("12 inverters", StepOutcome.OK))
Open = Callable[..., SetupWizard]


@pytest.fixture
def service() -> site.ScriptedService:
    return site.ScriptedService(Settings())


@pytest.fixture
def live(service: site.ScriptedService, qtbot: QtBot) -> Iterator[Live]:
    made = Live(service, ManualClock(site.NOON))  # type: ignore[arg-type]
    made.start()
    yield made
    assert made.stop()


@pytest.fixture
def start(qtbot: QtBot, live: Live, service: site.ScriptedService) -> Open:
    def build(*found: FoundGateway) -> SetupWizard:
        service.gateways = found
        wizard = SetupWizard(live)
        qtbot.addWidget(wizard)
        wizard.show()
        qtbot.waitUntil(lambda: wizard.find_page.found.again.isEnabled())
        return wizard

    return build


def at(wizard: SetupWizard, page: int) -> Callable[[], bool]:
    return lambda: wizard.page == page and wizard.next.isEnabled()


def test_new_gateway_from_finding_to_done(qtbot: QtBot, start: Open, service: site.ScriptedService) -> None:
    service.trials += [((), UNKNOWN), (WORKS, None)]
    wizard = start(NEW)
    assert wizard.find_page.fields.serial.text == site.SITE
    wizard.next.click()
    qtbot.waitUntil(at(wizard, TRUST))
    assert wizard.trust_page.code.text() == site.certificate().pairing_code
    assert "192.168.1.20" in wizard.trust_page.text.text()
    wizard.next.click()
    assert wizard.page == LOGIN
    qtbot.waitUntil(lambda: len(service.trusted) == 1)
    login = wizard.login_page.fields
    assert login.family is Family.TOKEN
    qtbot.keyClicks(login.token.email.editor, "me@example.org")
    qtbot.keyClicks(login.token.password.editor, "secret")
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    assert [line.title.text() for line in wizard.done_page.steps.lines] == ["Log-in", "12 inverters"]
    with qtbot.waitSignal(wizard.accepted):
        wizard.next.click()
    draft = service.applied[0]
    assert draft.settings.gateway.serial == site.SITE
    assert draft.settings.gateway.cloud_username == "me@example.org"
    assert draft.cloud_password == Secret("secret")


def test_old_gateway_needs_no_trust_and_offers_its_defaults(
    qtbot: QtBot, start: Open, service: site.ScriptedService
) -> None:
    service.trials.append((WORKS, None))
    wizard = start(OLD)
    wizard.next.click()
    assert wizard.page == LOGIN
    assert wizard.login_page.fields.digest.isVisible()
    assert not wizard.login_page.fields.token.isVisible()
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    assert service.tried[0].settings.gateway.username == "envoy"
    assert service.tried[0].password is None


def test_wrong_turns_lead_back_and_nothing_typed_is_lost(
    qtbot: QtBot, start: Open, service: site.ScriptedService
) -> None:
    told = TrialStep("Ask who it is", StepOutcome.OK, "", site.SITE, Family.DIGEST)
    service.trials += [((told,), LoginRefused("The gateway refused the log-in", "Type it again")), (WORKS, None)]
    wizard = start(OLD)
    wizard.next.click()
    login = wizard.login_page.fields
    qtbot.keyClicks(login.digest.password.editor, "mine")
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.banner.isVisible())
    assert wizard.banner.title.text() == "The gateway refused the log-in"
    assert wizard.page == LOGIN
    wizard.back.click()
    assert wizard.page == FIND
    assert wizard.find_page.fields.serial.text == site.SITE
    wizard.next.click()
    assert login.digest.password.text == "mine"
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    assert service.tried[-1].password == Secret("mine")


def test_typed_address_alone_is_enough(qtbot: QtBot, start: Open, service: site.ScriptedService) -> None:
    service.trials += [((), UNKNOWN)]
    wizard = start()
    assert "No gateway answered" in wizard.find_page.found.state.text()
    wizard.next.click()
    assert wizard.find_page.fields.serial.wrong
    qtbot.keyClicks(wizard.find_page.fields.host.editor, "192.168.1.77")
    wizard.next.click()
    qtbot.waitUntil(at(wizard, TRUST))
    assert wizard.find_page.fields.serial.text == site.SITE


def test_unreachable_stays_where_it_was_typed(qtbot: QtBot, start: Open, service: site.ScriptedService) -> None:
    service.trials.append(((), Unreachable("The gateway does not answer", "Check the address")))
    wizard = start(replace(NEW, firmware=None))
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.banner.isVisible())
    assert wizard.page == FIND
    assert wizard.find_page.isEnabled()


def test_known_certificate_goes_on_to_the_log_in(qtbot: QtBot, start: Open, service: site.ScriptedService) -> None:
    service.trials.append(((), TokenMissing("A token is needed", "Sign in")))
    wizard = start(NEW)
    wizard.next.click()
    qtbot.waitUntil(at(wizard, LOGIN))
    assert wizard.login_page.fields.family is Family.TOKEN
    assert not wizard.banner.isVisible()


def test_saving_trouble_is_said(qtbot: QtBot, start: Open, service: site.ScriptedService) -> None:
    service.trials.append((WORKS, None))
    service.apply_error = SettingsError("The settings cannot be written", "Free some space")
    wizard = start(OLD)
    wizard.next.click()
    wizard.next.click()
    qtbot.waitUntil(at(wizard, DONE))
    wizard.next.click()
    qtbot.waitUntil(lambda: wizard.banner.isVisible())
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
