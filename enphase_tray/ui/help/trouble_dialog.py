"""What is wrong? Looks at the way to the gateway step by step and says which one has to be mended."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QWidget

from enphase_tray.model.checkup import CheckStep, StepVerdict, first_failure
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.language import mark, tr
from enphase_tray.ui.help.trouble_words import Way, advice_of, sentences, step_of, way_out
from enphase_tray.ui.login.certificate_dialog import ask_about_certificate
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.steps import StepList
from enphase_tray.ui.look.theme import GRID, open_at
from enphase_tray.ui.look.widgets import Card, Label, Role, button, column, row
from enphase_tray.ui.polling.live import Live

_NOTHING_SENT = mark("No password or token is sent to find this out, and nothing is changed by it.")


class TroubleDialog(QDialog):
    """Asks `live` for a check-up and lists what comes; closing it ends the work."""

    def __init__(self, live: Live, open_settings: Callable[[], None], parent: QWidget | None = None) -> None:
        """`open_settings` shows the settings."""
        super().__init__(parent)
        self._live = live
        self._open_settings = open_settings
        self._request: object = None
        self._found: list[CheckStep] = []
        self._way = Way.NONE
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("What is wrong?"))
        self._mark = MarkWidget(Mark.NONE, 24)
        self.verdict = Label(role=Role.TITLE, wrap=True)
        self.advice = Label(wrap=True)
        self.steps = StepList(tr("Steps of the way to the gateway"))
        self.mend = button("")
        self.again = button(tr("Look &again"))
        self.close_button = button(tr("&Close"))
        self._compose()
        self.mend.clicked.connect(self._mend)
        self.again.clicked.connect(self.look)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(self._stop)
        live.check_step.connect(self._stepped)
        live.check_finished.connect(self._ended)
        self.look()

    @Slot()
    def look(self) -> None:
        """Begin anew."""
        self.steps.clear()
        self._found = []
        self._way = Way.NONE
        self._show_verdict(Mark.NONE, tr("Looking…"), tr("This takes some seconds."))
        self.again.setEnabled(False)
        self._request = object()
        self._live.check_up(self._request)

    def _compose(self) -> None:
        body = column(self, 5 * GRID, 3 * GRID)
        head = row(spacing=3 * GRID)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(None, 0, GRID)
        texts.addWidget(self.verdict)
        texts.addWidget(self.advice)
        head.addLayout(texts, 1)
        body.addLayout(head)
        card = Card(4 * GRID, 3 * GRID)
        card.body.addWidget(self.steps, 1)
        body.addWidget(card, 1)
        body.addWidget(Label(tr(_NOTHING_SENT), Role.NOTE, wrap=True))
        buttons = row()
        buttons.addWidget(self.again)
        buttons.addStretch(1)
        buttons.addWidget(self.mend)
        buttons.addWidget(self.close_button)
        body.addLayout(buttons)
        self.close_button.setDefault(True)
        open_at(self, 640, 560)

    def _show_verdict(self, mark: Mark, title: str, advice: str) -> None:
        self._mark.set_mark(mark)
        self.verdict.say(title)
        self.advice.say(advice)
        self.advice.setVisible(bool(advice))
        words = {Way.SETTINGS: tr("Open &settings…"), Way.CERTIFICATE: tr("Loo&k at it…")}.get(self._way, "")
        self.mend.setText(words)
        self.mend.setVisible(bool(words))

    @Slot(object, object)
    def _stepped(self, request: object, step: object) -> None:
        if request is self._request and isinstance(step, CheckStep):
            self._found.append(step)
            self.steps.put(step_of(step))

    @Slot(object, object)
    def _ended(self, request: object, error: object) -> None:
        if request is not self._request:
            return
        self._request = None
        self.again.setEnabled(True)
        if isinstance(error, EnphaseTrayError):
            self._show_verdict(Mark.FAULT, error.title, error.advice)
            return
        failure = first_failure(self._found)
        if failure is not None:
            self.steps.ensureWidgetVisible(self.steps.lines[self._found.index(failure)])
            self._way = way_out(failure)
            if self._way is Way.CERTIFICATE and self._question() is None:
                self._way = Way.NONE
            self._show_verdict(Mark.FAULT, failure.title, sentences(advice_of(failure), ""))
        elif any(step.verdict is StepVerdict.ATTENTION for step in self._found):
            self._show_verdict(
                Mark.LOOK, tr("The way to the gateway is free"), tr("Something is worth a look all the same.")
            )
        else:
            self._show_verdict(Mark.WELL, tr("All is well"), tr("Every step on the way to the gateway works."))

    def _question(self) -> object:
        return None if self._live.latest is None else self._live.latest.certificate

    @Slot()
    def _mend(self) -> None:
        result = self._live.latest
        question = None if result is None else result.certificate
        if self._way is Way.SETTINGS:
            self._open_settings()
            self.accept()
        elif question is not None and ask_about_certificate(question, self._live.settings.gateway.host, self):
            self._live.trust(question)
            self.accept()

    @Slot()
    def _stop(self) -> None:
        if self._request is not None:
            self._request = None
            self._live.check_up(None)
