"""The settings dialog, against a real live connection whose service answers as each test says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from enphase_tray.alerts.rules import RULES
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import GatewayVersion, StepOutcome, TrialStep
from enphase_tray.model.errors import CertificateUnknown, SettingsError, TokenMissing, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway, Secret, TokenFacts
from enphase_tray.settings.settings import GatewaySettings, IconStyle, Settings
from enphase_tray.status.status import IconState
from enphase_tray.ui import settings_dialog as dialog_module
from enphase_tray.ui.icon import IconKey, IconPainter
from enphase_tray.ui.live import Live
from enphase_tray.ui.login_fields import TokenLoginFields
from enphase_tray.ui.settings_dialog import GATEWAY, LOGIN, TEST, SettingsDialog
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FOUND = FoundGateway(site.SITE, "Envoy", ("192.168.1.20",), 443, FirmwareVersion.parse("8.3.5289"))


@pytest.fixture
def service() -> site.ScriptedService:
    return site.ScriptedService(Settings(GatewaySettings(serial=site.SITE, cloud_username="me@example.org")))


@pytest.fixture
def live(qtbot: QtBot, service: site.ScriptedService) -> Iterator[Live]:
    made = Live(service, ManualClock(site.NOON))  # type: ignore[arg-type]
    made.start()
    yield made
    assert made.stop()


@pytest.fixture
def dialog(qtbot: QtBot, live: Live) -> SettingsDialog:
    made = SettingsDialog(live)
    qtbot.addWidget(made)
    made.show()
    return made


def inspect(text: str) -> TokenFacts:
    """Tokens of the tests: `serial.role.days`."""
    if text.count(".") != 2 or text.endswith("."):
        raise TokenMissing("This is no token", "Paste the whole of it")
    serial, role, days = text.split(".")
    return TokenFacts(serial, role, site.NOON, site.NOON + timedelta(days=int(days)), "valid")


def version(dialog: SettingsDialog, chosen: GatewayVersion) -> None:
    dialog.version.setCurrentIndex(dialog.version.findData(chosen.value))


def test_fields_are_exactly_those_of_the_family(dialog: SettingsDialog) -> None:
    login = dialog.login
    version(dialog, GatewayVersion.BELOW_7)
    assert login.digest.isVisibleTo(login)
    assert not login.token.isVisibleTo(login)
    assert [field.editor.placeholderText() for field in (login.digest.username, login.digest.password)] == [
        "envoy", "last six digits of the serial number",
    ]  # fmt: skip
    version(dialog, GatewayVersion.FROM_7)
    assert not login.digest.isVisibleTo(login)
    assert login.token.email.isVisibleTo(login)
    assert not login.token.token.isVisibleTo(login)
    login.token.paste.setChecked(True)
    assert login.token.token.isVisibleTo(login)
    assert not login.token.email.isVisibleTo(login)


def test_detect_takes_what_is_known_of_the_gateway(
    qtbot: QtBot, service: site.ScriptedService, dialog: SettingsDialog, live: Live
) -> None:
    service.gateways = (replace(FOUND, firmware=FirmwareVersion.parse("5.0.62")),)
    assert dialog.family is None
    assert dialog.login.digest.isVisibleTo(dialog.login)
    assert dialog.login.token.isVisibleTo(dialog.login)
    qtbot.waitUntil(lambda: dialog.found.again.isEnabled())
    dialog.found.look()
    qtbot.waitUntil(lambda: dialog.family is Family.DIGEST)
    assert not dialog.login.token.isVisibleTo(dialog.login)


def test_found_gateway_fills_the_fields(qtbot: QtBot, service: site.ScriptedService) -> None:
    service.gateways = (FOUND, replace(FOUND, serial="122000000001", port=8443))
    service.settings = Settings()
    live = Live(service, ManualClock(site.NOON))  # type: ignore[arg-type]
    live.start()
    dialog = SettingsDialog(live)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.found.list.count() == 2)
    assert dialog.found.list.item(0).text() == f"Envoy {site.SITE}, at 192.168.1.20, firmware 8.3.5289"
    dialog.found.list.setCurrentRow(1)
    assert dialog.gateway.serial.text == "122000000001"
    assert dialog.gateway.host.text == "192.168.1.20:8443"
    assert live.stop()


@pytest.mark.parametrize(
    ("serial", "host", "field", "said"),
    [
        ("", "", "serial", "Type the serial number"),
        ("1234", "", "serial", "12 digits"),
        (site.SITE, "http://envoy.local", "host", "without http://"),
        (site.SITE, "8.8.8.8", "host", "public address"),
    ],
)
def test_wrong_input_is_marked_at_the_field(
    dialog: SettingsDialog, service: site.ScriptedService, serial: str, host: str, field: str, said: str
) -> None:
    dialog.tabs.setCurrentIndex(LOGIN)
    dialog.gateway.load(GatewaySettings(serial=serial, host=host))
    dialog.ok.click()
    marked = getattr(dialog.gateway, field)
    assert marked.wrong
    assert said in marked.note.text()
    assert said in marked.editor.accessibleDescription()
    assert dialog.tabs.currentIndex() == GATEWAY
    assert service.applied == []
    marked.editor.setText("1220")
    assert not marked.wrong


@pytest.mark.parametrize(
    ("token", "said", "wrong"),
    [
        (f"{site.SITE}.owner.341", "owner · this gateway · 341 days left", False),
        (f"{site.SITE}.installer.0", "This token has expired", True),
        ("122000000001.owner.12", "This token is for gateway 122000000001", True),
        ("garbage", "This is no token", True),
    ],
)
def test_token_says_what_it_is_as_it_is_typed(qtbot: QtBot, token: str, said: str, wrong: bool) -> None:
    fields = TokenLoginFields(ManualClock(site.NOON), inspect)
    qtbot.addWidget(fields)
    fields.paste.setChecked(True)
    fields.token.set_serial(site.SITE)
    qtbot.keyClicks(fields.token.editor, token)
    assert said in fields.token.note.text()
    assert bool(fields.check(site.SITE)) is wrong


def test_account_is_asked_for_its_parts(qtbot: QtBot) -> None:
    fields = TokenLoginFields(ManualClock(site.NOON), inspect)
    qtbot.addWidget(fields)
    assert fields.check(site.SITE) == [fields.email, fields.password]
    qtbot.keyClicks(fields.email.editor, "me@example.org")
    qtbot.keyClicks(fields.password.editor, "secret")
    assert fields.check(site.SITE) == []


def test_everything_typed_is_saved(qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService) -> None:
    version(dialog, GatewayVersion.FROM_7)
    qtbot.keyClicks(dialog.login.token.password.editor, "secret")
    dialog.login.token.keep.setChecked(True)
    dialog.program.minutes.setValue(10)
    dialog.program.start.setChecked(True)
    dialog.notifications.switches["relay_open"].setChecked(False)
    assert list(dialog.notifications.switches) == [rule.name for rule in RULES]
    with qtbot.waitSignal(dialog.accepted):
        dialog.ok.click()
    draft = service.applied[0]
    assert draft.cloud_password == Secret("secret")
    assert draft.password is draft.token is None
    gateway = draft.settings.gateway
    assert (gateway.serial, gateway.version) == (site.SITE, GatewayVersion.FROM_7)
    assert (gateway.refresh_seconds, gateway.keep_cloud_password) == (600, True)
    assert draft.settings.start_at_login
    assert draft.settings.rules["relay_open"] is False
    assert draft.settings.rules["inverter_stopped"] is True


def test_dialog_stays_open_where_saving_fails(
    qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService
) -> None:
    service.apply_error = SettingsError("The settings cannot be written", "Free some space")
    dialog.ok.click()
    assert not dialog.ok.isEnabled()
    qtbot.waitUntil(lambda: dialog.banner.isVisible())
    assert dialog.isVisible()
    assert dialog.banner.title.text() == "The settings cannot be written"
    assert dialog.ok.isEnabled()


def test_connection_test_lists_steps_and_the_error(
    qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService
) -> None:
    steps = (TrialStep("Address", StepOutcome.OK, "192.168.1.20"), TrialStep("Meter", StepOutcome.ABSENT, "no CTs"))
    service.trials.append((steps, Unreachable("The gateway went away", "Look at its lights")))
    dialog.test.click()
    assert dialog.tabs.currentIndex() == TEST
    qtbot.waitUntil(lambda: len(dialog.steps.lines) == 3)
    assert [line.title.text() for line in dialog.steps.lines] == ["Address", "Meter", "The gateway went away"]
    assert "no fault" in dialog.steps.lines[1].accessibleName()
    assert "does not work yet" in dialog.test_state.text()
    assert service.applied == []


def test_cancelled_test_says_nothing_more(
    qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService, live: Live
) -> None:
    service.trials.append(((TrialStep("Late", StepOutcome.OK),), None))
    dialog.test.click()
    assert dialog.test.text() == "Cancel t&est"
    with qtbot.waitSignal(live.trial_finished):
        dialog.test.click()
    assert dialog.steps.lines == []
    assert "Cancelled" in dialog.test_state.text()
    service.trials.append(((TrialStep("Again", StepOutcome.OK),), None))
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.test_state.text() == "The connection works.")
    assert [line.title.text() for line in dialog.steps.lines] == ["Again"]


def test_unknown_certificate_is_asked_about_and_the_test_goes_on(
    qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialog_module, "ask_about_certificate", lambda *_: True)
    unknown = CertificateUnknown("Unknown", "Trust it", site.certificate(), site.SITE)
    service.trials += [((), unknown), ((TrialStep("Log-in", StepOutcome.OK),), None)]
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.test_state.text() == "The connection works.")
    assert [question.certificate for question in service.trusted] == [site.certificate()]
    assert len(service.tried) == 2


def test_fields_have_names_and_labels_lead_to_them(dialog: SettingsDialog) -> None:
    for kind in (QLineEdit, QComboBox):
        for widget in dialog.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.accessibleName(), widget
    assert dialog.login.token.password.editor.echoMode() is QLineEdit.EchoMode.Password


def test_escape_leaves_without_saving(qtbot: QtBot, dialog: SettingsDialog, service: site.ScriptedService) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert service.applied == []


def test_the_tone_of_the_icon_stands_out_on_the_panel_that_it_is_offered_for(dialog: SettingsDialog) -> None:
    for place in range(dialog.program.icon.count()):
        words = dialog.program.icon.itemText(place)
        if "panel" not in words:
            continue
        style = IconStyle(dialog.program.icon.itemData(place))
        picture = IconPainter().icon(IconKey(IconState.NIGHT, "", style)).pixmap(32, 32).toImage()
        tones = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
        solid = [tone.lightness() for tone in tones if tone.alpha() > 200]
        assert (max(solid) < 128) is ("light panel" in words), words
