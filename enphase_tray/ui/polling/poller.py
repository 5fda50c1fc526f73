"""The worker's side: drives the gateway service in its own thread, one thing at a time."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from enphase_tray.model.alerts import Assessment, PollFailure
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.monitor.result import PollResult
from enphase_tray.ui.polling.bugs import failure_words
from enphase_tray.ui.polling.piecework import Piecework

if TYPE_CHECKING:
    from enphase_tray.monitor.service import GatewayService

LONGEST_WAIT_MS = 24 * 3600 * 1000
_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 300.0


class Poller(QObject):
    """Lives in the worker thread; everything but the constructor runs there, called through queued signals.

    Whatever the service throws, the poller lives on: an expected error and a bug both become a failed result.
    """

    result = Signal(object)
    polling = Signal(bool)
    trial_step = Signal(object)
    trial_finished = Signal(object)
    found = Signal(object)
    applied = Signal(object)
    preview_step = Signal(object)
    check_step = Signal(object, object)
    check_finished = Signal(object, object)
    preview_finished = Signal(object, object)
    places = Signal(object)
    trust_log = Signal(object)
    bug = Signal(object)
    armed = Signal(float)
    """The heartbeat: alive, and the next step is due after so many real seconds (may be infinite)."""
    closed = Signal()

    def __init__(self, service: "GatewayService", clock: Clock) -> None:
        super().__init__()
        self._service = service
        self._clock = clock
        self._timer: QTimer | None = None
        self._latest: PollResult | None = None
        self._pause_seconds = 0.0
        self._ended = False
        self._previews = Piecework(
            self._guarded, lambda _, step: self.preview_step.emit(step), self.preview_finished.emit, self
        )
        self._check_ups = Piecework(self._guarded, self.check_step.emit, self.check_finished.emit, self)

    @Slot()
    def open(self) -> None:
        """The first thing in the new thread: a timer that belongs to it, and the service opened inside it."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._step)
        error = self._guarded(self._service.open)
        if error is not None:
            self.result.emit(self._failed(error, self._clock.now()))
        self._step()

    @Slot()
    def poll_now(self) -> None:
        self._read(self._service.poll)

    @Slot()
    def resumed(self) -> None:
        self._guarded(self._service.resumed)
        self._arm()

    @Slot()
    def reopen(self) -> None:
        """After a hung step was freed: the service builds its monitor anew, for an aborted one reads no more."""
        self._guarded(self._service.open)
        self._arm()

    @Slot(object)
    def try_connection(self, draft: object) -> None:
        def run() -> None:
            for step in self._service.try_connection(draft):  # type: ignore[arg-type]  # Qt carries plain objects
                self.trial_step.emit(step)

        self.trial_finished.emit(self._guarded(run))
        self._arm()

    @Slot(float)
    def discover(self, seconds: float) -> None:
        def run() -> None:
            found.extend(self._service.discover(seconds))

        found: list[object] = []
        self._guarded(run)
        self.found.emit(tuple(found))
        self._arm()

    @Slot(object)
    def trust(self, question: object) -> None:
        self._guarded(lambda: self._service.trust(question))  # type: ignore[arg-type]  # Qt carries plain objects
        if self._service.settings.configured:
            self._read(self._service.poll)

    @Slot(object)
    def apply(self, draft: object) -> None:
        error = self._guarded(lambda: self._service.apply(draft))  # type: ignore[arg-type]  # Qt carries plain objects
        if error is None:
            self._latest = None
            self._pause_seconds = 0.0
            self.tell_places()
        self.applied.emit(error)
        self._arm()

    @Slot(object)
    def preview(self, request: object) -> None:
        """Begin a preview in place of one that runs; `None` ends it without another word."""
        if request is None or self._ended:
            self._previews.end()
        else:
            self._previews.begin(request, lambda: self._service.preview(request))  # type: ignore[arg-type]  # as above

    @Slot(object)
    def check_up(self, request: object) -> None:
        """Begin a check-up in place of one that runs; `None` ends it without another word."""
        if request is None or self._ended:
            self._check_ups.end()
        else:
            self._check_ups.begin(request, self._service.check_up)

    @Slot()
    def shut_down(self) -> None:
        """The last thing: close the service; the thread may end after `closed`."""
        self._ended = True
        self._previews.end()
        self._check_ups.end()
        if self._timer is not None:
            self._timer.stop()
            self._timer.deleteLater()
            self._timer = None
        self._guarded(self._service.close)
        self.closed.emit()

    @Slot()
    def _step(self) -> None:
        self._read(self._service.step)

    def _read(self, read: Callable[[], PollResult | None]) -> None:
        outcome: list[PollResult] = []

        def run() -> None:
            result = read()
            if result is not None:
                outcome.append(result)

        self.polling.emit(True)
        error = self._guarded(run)
        self.polling.emit(False)
        if error is not None:
            outcome.append(self._failed(error, self._clock.now()))
        self._pause_seconds = 0.0 if error is None else self._longer_pause()
        for result in outcome:
            self._latest = result
            self.result.emit(result)
        self._arm()

    def _arm(self) -> None:
        """The next step is armed after the present one ended: steps never overlap."""
        if self._ended or self._timer is None:
            return
        seconds = [0.0]
        self._guarded(lambda: seconds.__setitem__(0, self._service.wait_seconds()))
        wait = max(seconds[0], self._pause_seconds, 0.0)
        self.armed.emit(wait)
        if math.isinf(wait):
            self._timer.stop()
        else:
            self._timer.start(min(math.ceil(wait * 1000), LONGEST_WAIT_MS))

    @Slot()
    def tell_places(self) -> None:
        """Ask where secrets are kept. Only when somebody wants to know: it may make the keyring ask for a password."""
        self._guarded(lambda: self.places.emit(dict(self._service.secret_places())))

    @Slot()
    def tell_trust(self) -> None:
        """Tell every change of trust."""
        self._guarded(lambda: self.trust_log.emit(self._service.trust_log()))

    def _guarded(self, work: Callable[[], None]) -> Exception | None:
        """Run `work`; a bug is announced, and either kind of error is returned."""
        try:
            work()
        except EnphaseTrayError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the one place that must outlive any bug: the thread would be lost
            self.bug.emit(error)
            return error
        return None

    def _failed(self, error: Exception, now: datetime) -> PollResult:
        kind, title, advice, retry = failure_words(error)
        failure = PollFailure(now, kind, title, advice, retry)
        if self._latest is None:
            return PollResult(now, None, failure, Assessment(now), missed=1)
        last = self._latest
        return replace(last, at=now, failure=failure, events=(), missed=last.missed + 1, live=False)

    def _longer_pause(self) -> float:
        return min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, self._pause_seconds * 2))
