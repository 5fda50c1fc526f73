"""The settings: gateway, log-in, alerts, program; and the test of what was typed."""

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QTabWidget, QWidget

from enphase_tray.model.connection import GatewayVersion, TrialStep
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import Family, FoundGateway
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.settings import Settings
from enphase_tray.settings.state import TrustEntry
from enphase_tray.ui.login.certificate_dialog import ask_about_certificate
from enphase_tray.ui.login.gateway_fields import FoundList, GatewayFields, family_of
from enphase_tray.ui.login.login_fields import LoginFields, Trouble, add_row
from enphase_tray.ui.login.refusal import LOGIN_ERRORS, refused_login
from enphase_tray.ui.login.trial import Trial, TrialSteps, question_of
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.widgets import Banner, Card, Field, Label, Role, button, column, row
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.alerts_page import AlertsPage
from enphase_tray.ui.settings.settings_pages import ProgramPage, scrolled
from enphase_tray.ui.settings.trust_page import TrustPage

_VERSIONS = {
    GatewayVersion.DETECT: mark("Detect"),
    GatewayVersion.BELOW_7: mark("Below 7"),
    GatewayVersion.FROM_7: mark("7 and newer"),
}
GATEWAY, LOGIN, ALERTS, PROGRAM, TRUST, TEST = range(6)


class SettingsDialog(QDialog):
    """Saves through `live.apply` and closes only when that succeeded."""

    def __init__(self, live: Live, parent: QWidget | None = None, attention: Attention | None = None) -> None:
        """`attention` knows what is muted; without it that is nothing."""
        super().__init__(parent)
        self._live = live
        self._before: Settings = live.settings
        self._saving = False
        self._told: tuple[str, Family] | None = None
        """Serial and family of the gateway that was tried last."""
        self.setWindowTitle(tr("Settings"))
        self.found = FoundList(live)
        self.gateway = GatewayFields()
        self.version = Choice()
        self.version.setAccessibleName(tr("Firmware version of the gateway"))
        for version, words in _VERSIONS.items():
            self.version.addItem(tr(words), version.value)
        self.login = LoginFields(live.clock)
        known = attention or Attention(lambda: live.settings, live.clock, parent=self)
        self.alerts = AlertsPage(known, live.clock.now)
        self.program = ProgramPage()
        self.trust = TrustPage()
        self.trial = Trial(live, self)
        self.steps = TrialSteps()
        self.test_state = Label(role=Role.NOTE, wrap=True)
        self.find_out = button(
            tr("What is &wrong?"), name=tr("What is wrong with the connection that is saved, step by step")
        )
        self.banner = Banner()
        self.test = button(tr("T&est connection"))
        self.cancel = button(tr("Cancel"))
        self.ok = button("OK", Role.MAIN)
        self.ok.setDefault(True)
        self._compose()
        self._load()
        self._connect()
        refused = refused_login(live.latest)
        if refused is not None:
            self._refuse(refused)
        open_at(self, 760, 540)
        self.found.look()

    @property
    def family(self) -> Family | None:
        """Which family's fields are shown: as chosen, or as far as it is known."""
        version = GatewayVersion(self.version.currentData())
        if version is not GatewayVersion.DETECT:
            return Family.DIGEST if version is GatewayVersion.BELOW_7 else Family.TOKEN
        serial = self.gateway.serial.text
        if self._told is not None and self._told[0] == serial:
            return self._told[1]
        latest = self._live.latest
        snapshot = None if latest is None else latest.snapshot
        if snapshot is not None and snapshot.gateway.serial == serial:
            return snapshot.gateway.family
        return next((family_of(found) for found in self.found.gateways if found.serial == serial), None)

    def draft(self) -> Draft:
        """All that is typed."""
        program = self.program
        gateway = replace(
            self._before.gateway,
            serial=self.gateway.serial.text,
            host=self.gateway.host.text,
            version=GatewayVersion(self.version.currentData()),
            refresh_seconds=program.refresh_seconds,
            live_meters=program.live.isChecked(),
            accept_expected_renewals=program.renewals.isChecked(),
        )
        chosen = self.alerts.settings(program.settings(replace(self._before, gateway=gateway)))
        return self.login.draft(Draft(chosen))

    def check(self) -> bool:
        """Mark what is wrong and go to the first such field."""
        places: list[tuple[int, list[Field]]] = [
            (GATEWAY, self.gateway.check()),
            (LOGIN, self.login.check(self.gateway.serial.text)),
            (ALERTS, self.alerts.check()),
        ]
        for page, wrong in places:
            if wrong:
                self.tabs.setCurrentIndex(page)
                wrong[0].editor.setFocus()
                return False
        return True

    def reject(self) -> None:
        """Leave without saving."""
        self.trial.cancel()
        super().reject()

    def _compose(self) -> None:
        which = QWidget()
        page = column(which, 4 * GRID, 3 * GRID)
        page.addWidget(Label(tr("Found in your network")))
        page.addWidget(self.found)
        add_row(self.gateway.form, tr("&Version"), self.version)
        page.addWidget(self.gateway)
        page.addStretch(1)
        log_in = QWidget()
        column(log_in, 4 * GRID).addWidget(self.login)
        tested = QWidget()
        results = column(tested, 4 * GRID, 2 * GRID)
        results.addWidget(self.test_state)
        results.addWidget(self.steps, 1)
        results.addWidget(self.find_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setUsesScrollButtons(False)
        names = (tr("&Gateway"), tr("&Log-in"), tr("Aler&ts"), tr("&Program"), tr("Tru&st"))
        for inner, name in zip((which, log_in, self.alerts, self.program, self.trust), names, strict=True):
            self.tabs.addTab(_on_card(scrolled(inner)), name)
        self.tabs.addTab(_on_card(tested), tr("&Connection test"))
        body = column(self, 4 * GRID, 3 * GRID)
        body.addWidget(self.banner)
        body.addWidget(self.tabs, 1)
        buttons = row()
        buttons.addWidget(self.test)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.ok)
        body.addLayout(buttons)

    def _load(self) -> None:
        settings = self._before
        self.gateway.load(settings.gateway)
        self.version.setCurrentIndex(self.version.findData(settings.gateway.version.value))
        self.login.load(settings.gateway)
        self.alerts.load(settings)
        self.program.load(settings, self._live.secret_places())
        self.test_state.say(tr("“Test connection” tries what is typed here, step by step. Nothing is saved by it."))
        self._refit()

    def _connect(self) -> None:
        self.found.chosen.connect(self._chosen)
        self.gateway.edited.connect(self._refit)
        self.version.currentIndexChanged.connect(self._refit)
        self.test.clicked.connect(self._test)
        self.find_out.clicked.connect(self._find_out)
        self.cancel.clicked.connect(self.reject)
        self.ok.clicked.connect(self._save)
        self.alerts.preview_asked.connect(self._look_back)
        self.trial.step.connect(self._stepped)
        self.trial.finished.connect(self._tested)
        self._live.applied.connect(self._applied)
        self._live.found.connect(self._refit)
        self._live.places.connect(self.program.show_places)
        self._live.trust_log.connect(self._show_trust)
        self._live.tell_trust()

    @Slot(object)
    def _show_trust(self, entries: tuple[TrustEntry, ...]) -> None:
        self.trust.show_log(entries, self._before.gateway.serial)

    @Slot(object)
    def _chosen(self, found: FoundGateway) -> None:
        if not self.gateway.serial.text or self.found.list.hasFocus():
            self.gateway.take(found)
            self._refit()

    @Slot()
    def _refit(self) -> None:
        self.login.set_family(self.family)
        self.login.token.token.set_serial(self.gateway.serial.text)

    @Slot(str)
    def _look_back(self, rule: str) -> None:
        from enphase_tray.ui.settings.preview_dialog import PreviewDialog

        PreviewDialog(self._live, rule, self.alerts.chosen_limits(self._before.limits), self).open()

    @Slot()
    def _find_out(self) -> None:
        from enphase_tray.ui.help.trouble_dialog import TroubleDialog

        TroubleDialog(self._live, lambda: self.tabs.setCurrentIndex(GATEWAY), self).open()

    @Slot()
    def _test(self) -> None:
        if self.trial.running:
            self.trial.cancel()
            self.test.setText(tr("T&est connection"))
            self.test_state.say(tr("Cancelled. What was under way ends by itself."))
        elif self.check():
            self._try()

    def _try(self) -> None:
        self.steps.clear()
        self.tabs.setCurrentIndex(TEST)
        self.test_state.say(tr("Trying…"))
        self.test.setText(tr("Cancel t&est"))
        self.trial.start(self.draft())

    @Slot(object)
    def _stepped(self, step: TrialStep) -> None:
        self.steps.add(step)
        if step.family is not None:
            self._told = (step.serial or "", step.family)
            self._refit()

    @Slot(object)
    def _tested(self, error: object) -> None:
        self.test.setText(tr("T&est connection"))
        if error is None:
            self.test_state.say(tr("The connection works."))
            return
        question = question_of(error, None if self._live.latest is None else self._live.latest.certificate)
        if question is not None:
            self.test_state.say(tr("The gateway's certificate waits for your word."))
            if ask_about_certificate(question, self.gateway.host.text, self):
                self._live.trust(question)
                self._try()
            return
        self.test_state.say(tr("The connection does not work yet."))
        if isinstance(error, EnphaseTrayError):
            self.steps.add_error(error)
        if isinstance(error, LOGIN_ERRORS):
            self._refuse(error)

    @Slot()
    def _save(self) -> None:
        self.banner.setVisible(False)
        if not self.check():
            return
        self._set_saving(True)
        self._live.apply(self.draft())

    @Slot(object)
    def _applied(self, error: object) -> None:
        if not self._saving:
            return
        self._set_saving(False)
        if error is None:
            self.trial.cancel()
            self.accept()
        elif isinstance(error, EnphaseTrayError):
            self.banner.show_trouble(Mark.FAULT, error.title, error.advice)
            if isinstance(error, LOGIN_ERRORS):
                self._refuse(error)

    def _refuse(self, trouble: Trouble) -> None:
        """The log-in was refused: go to where it is typed."""
        field = self.login.refuse(trouble)
        self.tabs.setCurrentIndex(LOGIN)
        field.editor.setFocus()

    def _set_saving(self, saving: bool) -> None:
        self._saving = saving
        self.ok.setEnabled(not saving)
        self.ok.setText(tr("Saving…") if saving else "OK")


def _on_card(page: QWidget) -> Card:
    card = Card(0, 0)
    card.body.addWidget(page)
    return card
