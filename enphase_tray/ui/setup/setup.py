"""The first start: find the gateway, trust it, log in, done. Wrong turns lead back; nothing typed is lost."""

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from enphase_tray.model.connection import GatewayVersion, TrialStep
from enphase_tray.model.errors import EnphaseTrayError, LoginRefused, TokenExpired, TokenMissing, TokenWrongGateway
from enphase_tray.model.identity import Family, FoundGateway
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.result import CertificateQuestion
from enphase_tray.monitor.service import Draft
from enphase_tray.ui.login.certificate_dialog import ask_about_certificate
from enphase_tray.ui.login.trial import Trial, question_of
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.widgets import Banner, Role, button, column, row
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.setup.setup_pages import DonePage, FindPage, LoginPage, Progress, TrustPage

FIND, TRUST, LOGIN, DONE = range(4)
_NEXT = (mark("This &is mine"), mark("&Trust it"), mark("&Continue"), mark("&Done"))
_FOR_TOKEN = (TokenMissing, TokenExpired, TokenWrongGateway)


class SetupWizard(QDialog):
    """Needs no settings; saves through `live.apply` at its end and is accepted when that succeeded."""

    def __init__(self, live: Live, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._question: CertificateQuestion | None = None
        self._family: Family | None = None
        self._saving = False
        self.setWindowTitle(tr("Set up Enphase Tray"))
        self.find_page = FindPage(live)
        self.trust_page = TrustPage()
        self.login_page = LoginPage(live.clock)
        self.done_page = DonePage()
        self.trial = Trial(live, self)
        self.progress = Progress()
        self.banner = Banner()
        self.back = button(tr("&Back"))
        self.next = button(tr(_NEXT[FIND]), Role.MAIN)
        self.next.setDefault(True)
        self.pages = QStackedWidget()
        self._compose()
        self._connect()
        open_at(self, 680, 540)
        self._go(FIND)
        self.find_page.found.look()

    @property
    def page(self) -> int:
        """Where the user is: FIND, TRUST, LOGIN or DONE."""
        return self.pages.currentIndex()

    def draft(self) -> Draft:
        """All that is typed so far."""
        settings = self._live.settings
        gateway = replace(
            settings.gateway,
            serial=self.find_page.fields.serial.text,
            host=self.find_page.fields.host.text,
            version=GatewayVersion.DETECT,
        )
        return self.login_page.fields.draft(Draft(replace(settings, gateway=gateway)))

    def reject(self) -> None:
        """Leave; nothing is saved."""
        self.trial.cancel()
        super().reject()

    def _compose(self) -> None:
        for page in (self.find_page, self.trust_page, self.login_page, self.done_page):
            self.pages.addWidget(page)
        body = column(self, 5 * GRID, 4 * GRID)
        body.addWidget(self.progress)
        body.addWidget(self.banner)
        body.addWidget(self.pages, 1)
        buttons = row()
        buttons.addWidget(self.back)
        buttons.addStretch(1)
        buttons.addWidget(self.next)
        body.addLayout(buttons)

    def _connect(self) -> None:
        self.back.clicked.connect(self._back)
        self.next.clicked.connect(self._forward)
        self.find_page.found.chosen.connect(self._chosen)
        self.trial.step.connect(self._stepped)
        self.trial.finished.connect(self._tried)
        self.trial.running_changed.connect(self._busy)
        self._live.applied.connect(self._applied)

    def _go(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        self.progress.show_step(page)
        self.next.setText(tr(_NEXT[page]))
        self.back.setVisible(page != FIND)
        self.banner.setVisible(False)
        if page == LOGIN:
            self.login_page.fields.set_family(self._family)
            self.login_page.fields.token.token.set_serial(self.find_page.fields.serial.text)
        self._busy(self.trial.running)
        begin = {FIND: self.find_page.fields.serial, LOGIN: self.login_page.fields.first}
        (begin[page].editor if page in begin else self.next).setFocus()

    @Slot(object)
    def _chosen(self, found: FoundGateway) -> None:
        self.find_page.take(found)

    @Slot()
    def _back(self) -> None:
        self.trial.cancel()
        earlier = {TRUST: FIND, LOGIN: FIND if self._question is None else TRUST, DONE: LOGIN}
        self._go(earlier.get(self.page, FIND))

    @Slot()
    def _forward(self) -> None:
        self.banner.setVisible(False)
        if self.page == FIND:
            self._leave_find()
        elif self.page == TRUST and self._question is not None:
            self._live.trust(self._question)
            self._family = Family.TOKEN
            self._go(LOGIN)
        elif self.page == LOGIN:
            wrong = self.login_page.fields.check(self.find_page.fields.serial.text)
            if wrong:
                wrong[0].editor.setFocus()
            else:
                self._try()
        elif self.page == DONE:
            self._saving = True
            self.next.setEnabled(False)
            self._live.apply(self.draft())

    def _leave_find(self) -> None:
        if self.find_page.check():
            return
        self._question = None
        self._family = self.find_page.family
        if self._family is Family.DIGEST:
            self._go(LOGIN)
        else:
            # What was typed of a log-in before a way back may be half of it: it is not tried from here.
            self._try(replace(self.draft(), password=None, token=None, cloud_password=None))

    def _try(self, draft: Draft | None = None) -> None:
        self.done_page.steps.clear()
        self.trial.start(draft or self.draft())

    @Slot(object)
    def _stepped(self, step: TrialStep) -> None:
        if step.serial and not self.find_page.fields.serial.text:
            self.find_page.fields.put_serial(step.serial)
        if step.family is not None:
            self._family = step.family
        self.done_page.steps.add(step)

    @Slot(object)
    def _tried(self, error: object) -> None:
        if error is None:
            self._go(DONE)
            return
        question = question_of(error)
        if question is not None:
            self._show_certificate(question)
        elif isinstance(error, (*_FOR_TOKEN, LoginRefused)):
            self._needs_login(error)
        elif isinstance(error, EnphaseTrayError):
            self.banner.show_trouble(Mark.FAULT, error.title, error.advice)

    def _show_certificate(self, question: CertificateQuestion) -> None:
        if question.expected_renewal is not None:
            if ask_about_certificate(question, self.find_page.fields.host.text, self):
                self._live.trust(question)
                self._try()
            return
        self._question = question
        if question.serial and not self.find_page.fields.serial.text:
            self.find_page.fields.put_serial(question.serial)
        self.trust_page.show_question(question, self.find_page.where)
        self._go(TRUST)

    def _needs_login(self, error: EnphaseTrayError) -> None:
        first = self.page == FIND
        if isinstance(error, _FOR_TOKEN):
            self._family = Family.TOKEN
        self._go(LOGIN)
        if not first:
            self.banner.show_trouble(Mark.FAULT, error.title, error.advice)
            self.login_page.fields.refuse(error).editor.setFocus()

    @Slot(bool)
    def _busy(self, busy: bool) -> None:
        self.next.setEnabled(not busy and not self._saving)
        for page in (self.find_page, self.trust_page, self.login_page, self.done_page):
            page.setEnabled(not busy)
        self.next.setText(tr("Trying…") if busy else tr(_NEXT[self.page]))
        if busy:
            self.banner.setVisible(False)
            self.back.setVisible(True)
            self.back.setText(tr("&Cancel"))
        else:
            self.back.setText(tr("&Back"))
            self.back.setVisible(self.page != FIND)

    @Slot(object)
    def _applied(self, error: object) -> None:
        if not self._saving:
            return
        self._saving = False
        self.next.setEnabled(True)
        if error is None:
            self.accept()
        elif isinstance(error, (*_FOR_TOKEN, LoginRefused)):
            self._needs_login(error)
        elif isinstance(error, EnphaseTrayError):
            self.banner.show_trouble(Mark.FAULT, error.title, error.advice)
