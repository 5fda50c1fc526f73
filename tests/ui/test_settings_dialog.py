"""The settings dialog of the real program, with a simulated gateway at the other end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from enphase_tray.alerts.rules import RULES
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import GatewayVersion, StepOutcome, TrialStep
from enphase_tray.model.errors import CertificateUnknown, NotUnderstood, TokenMissing, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway, Secret, TokenFacts
from enphase_tray.settings.settings import (
    GatewaySettings,
    IconShows,
    IconStyle,
    RuleMode,
    Settings,
    TrayClick,
)
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.status.status import IconState
from enphase_tray.ui.login.login_fields import TokenLoginFields
from enphase_tray.ui.login.trial import TrialSteps
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.settings_dialog import GATEWAY, LOGIN, TEST, SettingsDialog
from enphase_tray.ui.settings.tray_fields import TrayFields
from enphase_tray.ui.tray.icon import IconKey, IconPainter
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FOUND = FoundGateway(site.SITE, "Envoy", ("192.168.1.20",), 443, FirmwareVersion.parse("8.3.5289"))


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    """A gateway that is set up, but whose certificate is not known."""
    with site.Program(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def old(tmp_path: Path) -> Iterator[site.Program]:
    """A gateway of old firmware, which needs no more than is known."""
    with site.Program(tmp_path / "profile", site.OLD) as made:
        yield made


@pytest.fixture
def live(qtbot: QtBot, program: site.Program) -> Live:
    return program.start(program.settings)


@pytest.fixture
def dialog(qtbot: QtBot, live: Live) -> SettingsDialog:
    return opened(qtbot, live)


def opened(qtbot: QtBot, live: Live) -> SettingsDialog:
    dialog = SettingsDialog(live)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def read_once(qtbot: QtBot, program: site.Program) -> Live:
    """A live connection after its first poll: nothing else is under way."""
    live = program.start(program.settings)
    qtbot.waitUntil(lambda: live.latest is not None)
    return live


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
        "envoy", "last six of the serial number",
    ]  # fmt: skip
    version(dialog, GatewayVersion.FROM_7)
    assert not login.digest.isVisibleTo(login)
    assert login.token.email.isVisibleTo(login)
    assert not login.token.token.isVisibleTo(login)
    login.token.paste.setChecked(True)
    assert login.token.token.isVisibleTo(login)
    assert not login.token.email.isVisibleTo(login)


def test_detect_takes_what_is_known_of_the_gateway(qtbot: QtBot, program: site.Program, dialog: SettingsDialog) -> None:
    program.found = (replace(FOUND, firmware=FirmwareVersion.parse("5.0.62")),)
    assert dialog.family is None
    assert dialog.login.digest.isVisibleTo(dialog.login)
    assert dialog.login.token.isVisibleTo(dialog.login)
    qtbot.waitUntil(lambda: dialog.found.again.isEnabled())
    dialog.found.look()
    qtbot.waitUntil(lambda: dialog.family is Family.DIGEST)
    assert not dialog.login.token.isVisibleTo(dialog.login)


def test_found_gateway_fills_the_fields(qtbot: QtBot, program: site.Program) -> None:
    program.found = (FOUND, replace(FOUND, serial="122000000001", port=8443))
    dialog = opened(qtbot, program.start(Settings()))
    qtbot.waitUntil(lambda: dialog.found.list.count() == 2)
    assert dialog.found.list.item(0).text() == f"Envoy {site.SITE}, at 192.168.1.20, firmware 8.3.5289"
    dialog.found.list.setCurrentRow(1)
    assert dialog.gateway.serial.text == "122000000001"
    assert dialog.gateway.host.text == "192.168.1.20:8443"


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
    qtbot: QtBot,
    dialog: SettingsDialog,
    program: site.Program,
    live: Live,
    serial: str,
    host: str,
    field: str,
    said: str,
) -> None:
    dialog.tabs.setCurrentIndex(LOGIN)
    dialog.gateway.load(GatewaySettings(serial=serial, host=host))
    dialog.ok.click()
    marked = getattr(dialog.gateway, field)
    assert marked.wrong
    assert said in marked.note.text()
    assert said in marked.editor.accessibleDescription()
    assert dialog.tabs.currentIndex() == GATEWAY
    program.settled(qtbot, live)
    assert program.applied == []
    assert not program.saved
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


def test_everything_typed_is_saved(qtbot: QtBot, dialog: SettingsDialog, program: site.Program, live: Live) -> None:
    version(dialog, GatewayVersion.FROM_7)
    qtbot.keyClicks(dialog.login.token.password.editor, "secret")
    dialog.login.token.keep.setChecked(True)
    dialog.program.minutes.setValue(10)
    dialog.program.start.setChecked(True)
    off = dialog.alerts.modes["relay_open"]
    off.setCurrentIndex(off.findData(RuleMode.OFF.value))
    assert list(dialog.alerts.modes) == [rule.name for rule in RULES]
    with qtbot.waitSignal(dialog.accepted):
        dialog.ok.click()
    assert program.applied == [None]
    kept = {kind: program.secrets.get(site.SITE, kind) for kind in ("cloud_password", "password", "token")}
    assert kept == {"cloud_password": Secret("secret"), "password": None, "token": None}
    settings = program.profile.store.load()
    assert settings == live.settings
    gateway = settings.gateway
    assert (gateway.serial, gateway.version) == (site.SITE, GatewayVersion.FROM_7)
    assert (gateway.refresh_seconds, gateway.keep_cloud_password) == (600, True)
    assert settings.start_at_login
    assert settings.rules["relay_open"] is RuleMode.OFF
    assert settings.rules["inverter_stopped"] is RuleMode.ON


def test_dialog_stays_open_where_saving_fails(qtbot: QtBot, dialog: SettingsDialog, program: site.Program) -> None:
    program.refuse_to_save()
    dialog.ok.click()
    assert not dialog.ok.isEnabled()
    qtbot.waitUntil(lambda: dialog.banner.isVisible())
    assert dialog.isVisible()
    assert dialog.banner.title.text() == "The settings were written by a newer enphase_tray"
    assert dialog.ok.isEnabled()


def test_connection_test_lists_steps_and_the_error(qtbot: QtBot, old: site.Program) -> None:
    old.inject(FaultKind.HTML_INSTEAD)
    dialog = opened(qtbot, read_once(qtbot, old))
    dialog.test.click()
    assert dialog.tabs.currentIndex() == TEST
    qtbot.waitUntil(lambda: not dialog.trial.running)
    assert [type(error) for error in old.ended] == [NotUnderstood]
    lines = dialog.steps.lines
    titles = [line.title.text() for line in lines]
    assert titles[:3] == ["Find the gateway", "Ask who it is", "Log in"]
    assert titles[-1] == "Read it"
    assert "done" in lines[0].accessibleName()
    assert lines[0].detail.text() == f"It answers at {old.address}"
    addressed = [line for line in lines if line.detail.text() == "/api/v1/production"]
    assert len(addressed) == 1, "words first, the gateway's address beneath"
    assert not [title for title in titles if title.startswith("/")]
    for line in lines[3:-1]:
        assert "no fault" in line.accessibleName()
    assert "failed. The gateway answers, but tells no figures" in lines[-1].accessibleName()
    assert "does not work yet" in dialog.test_state.text()
    assert dialog.tabs.currentIndex() == TEST
    assert old.applied == []
    assert not old.saved


def test_what_ended_a_trial_is_said_once(qtbot: QtBot) -> None:
    steps = TrialSteps()
    qtbot.addWidget(steps)
    error = Unreachable("The gateway went away", "Look at its lights")
    steps.add(TrialStep("Meter", StepOutcome.ABSENT, "no CTs"))
    steps.add_error(error)
    assert [line.title.text() for line in steps.lines] == ["Meter", "The gateway went away"]
    steps.clear()
    steps.add(TrialStep("Read it", StepOutcome.FAILED, str(error)))
    steps.add_error(error)
    assert [line.title.text() for line in steps.lines] == ["Read it"]


def test_cancelled_test_says_nothing_more(qtbot: QtBot, old: site.Program) -> None:
    live = read_once(qtbot, old)
    dialog = opened(qtbot, live)
    late: list[TrialStep] = []
    live.trial_step.connect(late.append)
    old.inject(FaultKind.HANG)
    dialog.test.click()
    assert dialog.test.text() == "Cancel t&est"
    qtbot.waitUntil(lambda: old.gateway.in_flight > 0)
    with qtbot.waitSignal(live.trial_finished):
        dialog.test.click()
    assert [step.outcome for step in late] == [StepOutcome.FAILED], "what came after the user had lost interest"
    assert dialog.steps.lines == []
    assert "Cancelled" in dialog.test_state.text()
    old.gateway.repair(FaultKind.HANG)
    late.clear()
    dialog.test.click()
    qtbot.waitUntil(lambda: dialog.test_state.text() == "The connection works.")
    titles = [line.title.text() for line in dialog.steps.lines]
    assert titles == [step.detail if step.title.startswith("/") else step.title for step in late]
    assert (titles[0], titles[-1]) == ("Find the gateway", "Read it")


def test_unknown_certificate_is_asked_about_and_the_test_goes_on(qtbot: QtBot, program: site.Program) -> None:
    program.secrets.keep_token(site.SITE, Secret(program.gateway.token()))
    dialog = opened(qtbot, read_once(qtbot, program))
    with site.agreeing() as asked:
        dialog.test.click()
        qtbot.waitUntil(lambda: dialog.test_state.text() == "The connection works.")
    assert asked == ["From now on only this device is believed"]
    assert program.trusted == program.gateway.fingerprint
    assert [type(error) for error in program.ended] == [CertificateUnknown, type(None)]


def test_fields_have_names_and_labels_lead_to_them(dialog: SettingsDialog) -> None:
    for kind in (QLineEdit, QComboBox):
        for widget in dialog.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.accessibleName(), widget
    assert dialog.login.token.password.editor.echoMode() is QLineEdit.EchoMode.Password


def test_escape_leaves_without_saving(qtbot: QtBot, dialog: SettingsDialog, program: site.Program, live: Live) -> None:
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    program.settled(qtbot, live)
    assert program.applied == []
    assert not program.saved


def test_the_tone_of_the_icon_stands_out_on_the_panel_that_it_is_offered_for(dialog: SettingsDialog) -> None:
    tones = dialog.program.tray.style_choice
    for place in range(tones.count()):
        words = tones.itemText(place)
        if "panel" not in words:
            continue
        style = IconStyle(tones.itemData(place))
        picture = IconPainter().icon(IconKey(IconState.NIGHT, "", style)).pixmap(32, 32).toImage()
        pixels = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
        solid = [tone.lightness() for tone in pixels if tone.alpha() > 200]
        assert (max(solid) < 128) is ("light panel" in words), words


def test_choices_about_the_tray_are_loaded_and_given_back(qtbot: QtBot) -> None:
    chosen = Settings(
        icon_shows=IconShows.RING,
        icon_style=IconStyle.MONO,
        tray_click=TrayClick.WINDOW,
        icon_only_when_wrong=True,
    )
    fields = TrayFields()
    qtbot.addWidget(fields)
    fields.load(chosen)
    assert fields.settings(Settings()) == chosen
    fields.load(Settings())
    assert fields.settings(chosen) == Settings()
