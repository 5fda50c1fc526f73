"""Trying a connection from a window: one at a time, cancellable, each step shown as it comes."""

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.connection import StepOutcome, TrialStep
from enphase_tray.model.errors import CertificateChanged, CertificateUnknown, EnphaseTrayError
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.result import CertificateQuestion
from enphase_tray.monitor.service import Draft
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.steps import Step, StepList
from enphase_tray.ui.polling.live import Live

_MARKS = {
    StepOutcome.OK: Mark.WELL,
    StepOutcome.ABSENT: Mark.UNKNOWN,
    StepOutcome.WARNING: Mark.LOOK,
    StepOutcome.FAILED: Mark.FAULT,
}
_WORDS = {
    StepOutcome.OK: mark("done"),
    StepOutcome.ABSENT: mark("not there, which is no fault"),
    StepOutcome.WARNING: mark("to look at"),
    StepOutcome.FAILED: mark("failed"),
}


class Trial(QObject):
    """Passes on the steps and the end of the last trial that was started, unless it was cancelled.

    The poller works off one trial after the other and tells the end of each exactly once: counting them is enough
    to know whose steps these are.
    """

    step = Signal(object)
    finished = Signal(object)
    running_changed = Signal(bool)

    def __init__(self, live: Live, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._outstanding = 0
        self._wanted = False
        live.trial_step.connect(self._on_step)
        live.trial_finished.connect(self._on_finished)

    @property
    def running(self) -> bool:
        return self._wanted

    def start(self, draft: Draft) -> None:
        """Try `draft`; an earlier trial is no longer listened to."""
        self._outstanding += 1
        self._set_wanted(True)
        self._live.try_connection(draft)

    @Slot()
    def cancel(self) -> None:
        """Stop listening, and end the request under way."""
        if self._outstanding:
            self._live.cancel_trial()
        self._set_wanted(False)

    def _set_wanted(self, wanted: bool) -> None:
        if wanted != self._wanted:
            self._wanted = wanted
            self.running_changed.emit(wanted)

    @Slot(object)
    def _on_step(self, step: object) -> None:
        if self._wanted and self._outstanding == 1:
            self.step.emit(step)

    @Slot(object)
    def _on_finished(self, error: object) -> None:
        self._outstanding = max(0, self._outstanding - 1)
        if self._wanted and self._outstanding == 0:
            self._set_wanted(False)
            self.finished.emit(error)


class TrialSteps(StepList):
    """The steps of a trial so far."""

    def __init__(self) -> None:
        super().__init__(tr("Steps of the connection test"))
        self._last: TrialStep | None = None

    def clear(self) -> None:
        super().clear()
        self._last = None

    @Slot(object)
    def add(self, step: TrialStep) -> None:
        """Show another step."""
        self._last = step
        title, detail = step.title, step.detail
        if title.startswith("/") and detail:  # an address of the gateway: words come first
            title, detail = detail, title
        self.put(Step(_MARKS[step.outcome], tr(_WORDS[step.outcome]), title, detail))

    def add_error(self, error: EnphaseTrayError) -> None:
        """Show what ended the trial, unless the last step says the same already."""
        last = self._last
        if last is None or last.outcome is not StepOutcome.FAILED or error.title not in f"{last.title} {last.detail}":
            self.add(TrialStep(error.title, StepOutcome.FAILED, error.advice))


def question_of(error: object, known: CertificateQuestion | None = None) -> CertificateQuestion | None:
    """The question behind an error about a certificate; `known` supplies the earlier certificate."""
    if isinstance(error, CertificateUnknown):
        return CertificateQuestion(error.serial or "", error.certificate, None, None)
    if isinstance(error, CertificateChanged):
        previous = None if known is None else known.previous
        return CertificateQuestion(error.serial, error.certificate, previous, error.expected_renewal)
    return None
