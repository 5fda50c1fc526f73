"""The only door between the threads: what the windows ask goes down, what the poller tells comes up."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import EnphaseTrayError, Unreachable
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.settings.settings import Settings
from enphase_tray.ui.polling.bugs import failure_words
from enphase_tray.ui.polling.poller import Poller

if TYPE_CHECKING:
    from enphase_tray.monitor.preview import PreviewRequest
    from enphase_tray.monitor.service import Draft, GatewayService

_GRACE_SECONDS = 180.0
"""How long after its announced step a poller may be busy (cloud log-in, keyring prompt) before it counts as hung."""
_STOP_MS = 700
_SECOND_STOP_MS = 200


class Live(QObject):
    """Lives on the GUI thread, owns the worker thread and the poller in it. Nothing here ever waits, except `stop`."""

    result = Signal(object)
    polling = Signal(bool)
    trial_step = Signal(object)
    trial_finished = Signal(object)
    found = Signal(object)
    applied = Signal(object)
    preview_step = Signal(object)
    """A `PreviewStep`: one more day of a preview."""
    check_step = Signal(object, object)
    """One more step (a `CheckStep`) of the check-up that was asked for with this request."""
    check_finished = Signal(object, object)
    """A check-up is done: its request, and `None` or the error that ended it."""
    preview_finished = Signal(object, object)
    """A preview is done: its request, and `None` or the error that ended it."""
    places = Signal(object)
    """Kind of secret to where it is kept, after `secret_places` asked or settings were applied."""
    trust_log = Signal(object)
    """Every change of trust, oldest first, after `tell_trust` asked."""
    bug = Signal(object)
    """An exception that nobody expected; the poller goes on."""
    hung = Signal()
    """The poller has not been heard of for too long and was shaken loose."""

    _ask_open = Signal()
    _ask_poll = Signal()
    _ask_trial = Signal(object)
    _ask_discover = Signal(float)
    _ask_trust = Signal(object)
    _ask_apply = Signal(object)
    _ask_preview = Signal(object)
    _ask_check_up = Signal(object)
    _ask_places = Signal()
    _ask_trust_log = Signal()
    _ask_resumed = Signal()
    _ask_reopen = Signal()
    _ask_shut_down = Signal()

    def __init__(
        self,
        service: "GatewayService",
        clock: Clock,
        parent: QObject | None = None,
        *,
        grace_seconds: float = _GRACE_SECONDS,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._grace_seconds = grace_seconds
        self.clock = clock
        self.latest: PollResult | None = None
        self._places: Mapping[str, str] = MappingProxyType({})
        self._stopped = False
        self._searching = False
        self._thread = QThread()
        self._thread.setObjectName("poller")
        self._poller = Poller(service, clock)
        self._poller.moveToThread(self._thread)
        self._watchdog = QTimer(self)
        self._watchdog.setSingleShot(True)
        self._watchdog.setTimerType(Qt.TimerType.CoarseTimer)
        self._watchdog.timeout.connect(self._shake_loose)
        self._connect_down()
        self._connect_up()

    @property
    def settings(self) -> Settings:
        return self._service.settings

    def start(self) -> None:
        """Begin polling."""
        self._thread.start()
        self._ask_open.emit()

    def stop(self) -> bool:
        """End polling within a second, whatever is going on. `False`: the thread could not be freed in time."""
        if self._stopped:
            return not self._thread.isRunning()
        self._stopped = True
        self._watchdog.stop()
        if not self._thread.isRunning():
            return True
        self._ask_shut_down.emit()
        self._service.abort()
        if self._thread.wait(_STOP_MS):
            return True
        # A request may have begun just after the first call.
        self._service.abort()
        return self._thread.wait(_SECOND_STOP_MS)

    def poll_now(self) -> None:
        self._ask_poll.emit()

    def try_connection(self, draft: "Draft") -> None:
        self._end_search()
        self._ask_trial.emit(draft)

    def cancel_trial(self) -> None:
        """End a running trial at once; it still tells that it finished."""
        self._service.cancel()

    def discover(self, seconds: float = 4.0) -> None:
        self._searching = True
        self._ask_discover.emit(seconds)

    def trust(self, question: CertificateQuestion) -> None:
        self._ask_trust.emit(question)

    def apply(self, draft: "Draft") -> None:
        self._end_search()
        self._ask_apply.emit(draft)

    def preview(self, request: "PreviewRequest | None") -> None:
        """Ask what a rule would have told; `None` ends what runs. Polling goes on meanwhile."""
        self._ask_preview.emit(request)

    def check_up(self, request: object) -> None:
        """Ask for a check-up of the way to the gateway, told as that of `request`; `None` ends what runs."""
        if request is None:
            self._service.cancel()
        self._ask_check_up.emit(request)

    @Slot()
    def resumed(self) -> None:
        """The computer woke up."""
        self._ask_resumed.emit()

    def secret_places(self) -> Mapping[str, str]:
        """Where each kind of secret is kept, as last told by the poller; it is asked again and `places` follows.

        Never waits: a keyring may have to be unlocked first.
        """
        self._ask_places.emit()
        return self._places

    def tell_trust(self) -> None:
        """Ask for the trust log; `trust_log` follows."""
        self._ask_trust_log.emit()

    def _end_search(self) -> None:
        """Who has chosen need not wait for the rest of the gateways."""
        if self._searching:
            self._service.cancel()

    def _connect_down(self) -> None:
        poller, queued = self._poller, Qt.ConnectionType.QueuedConnection
        self._ask_open.connect(poller.open, queued)
        self._ask_poll.connect(poller.poll_now, queued)
        self._ask_trial.connect(poller.try_connection, queued)
        self._ask_discover.connect(poller.discover, queued)
        self._ask_trust.connect(poller.trust, queued)
        self._ask_apply.connect(poller.apply, queued)
        self._ask_preview.connect(poller.preview, queued)
        self._ask_check_up.connect(poller.check_up, queued)
        self._ask_places.connect(poller.tell_places, queued)
        self._ask_trust_log.connect(poller.tell_trust, queued)
        self._ask_resumed.connect(poller.resumed, queued)
        self._ask_reopen.connect(poller.reopen, queued)
        self._ask_shut_down.connect(poller.shut_down, queued)
        # Direct, in the worker itself: the GUI thread waits in `stop` and could not pass it on.
        poller.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)

    def _connect_up(self) -> None:
        poller = self._poller
        poller.result.connect(self._on_result)
        poller.polling.connect(self._on_polling)
        poller.trial_step.connect(self._on_trial_step)
        poller.trial_finished.connect(self._on_trial_finished)
        poller.found.connect(self._on_found)
        poller.applied.connect(self._on_applied)
        poller.preview_step.connect(self.preview_step)
        poller.check_step.connect(self.check_step)
        poller.check_finished.connect(self._on_check_finished)
        poller.preview_finished.connect(self._on_preview_finished)
        poller.places.connect(self._on_places)
        poller.trust_log.connect(self.trust_log)
        poller.bug.connect(self._on_bug)
        poller.armed.connect(self._on_armed)

    @Slot(object)
    def _on_result(self, result: object) -> None:
        if isinstance(result, PollResult):
            self.latest = result
            self.result.emit(result)

    @Slot(bool)
    def _on_polling(self, polling: bool) -> None:
        self.polling.emit(polling)

    @Slot(object)
    def _on_trial_step(self, step: object) -> None:
        self.trial_step.emit(step)

    @Slot(object)
    def _on_trial_finished(self, error: object) -> None:
        self.trial_finished.emit(_as_ours(error))

    @Slot(object)
    def _on_found(self, gateways: object) -> None:
        self._searching = False
        self.found.emit(gateways)

    @Slot(object)
    def _on_applied(self, error: object) -> None:
        if error is None:
            self.latest = None
        self.applied.emit(_as_ours(error))

    @Slot(object, object)
    def _on_preview_finished(self, request: object, error: object) -> None:
        self.preview_finished.emit(request, _as_ours(error))

    @Slot(object, object)
    def _on_check_finished(self, request: object, error: object) -> None:
        self.check_finished.emit(request, _as_ours(error))

    @Slot(object)
    def _on_places(self, places: object) -> None:
        if isinstance(places, dict):
            self._places = MappingProxyType(dict(places))
            self.places.emit(self._places)

    @Slot(object)
    def _on_bug(self, error: object) -> None:
        self.bug.emit(error)

    @Slot(float)
    def _on_armed(self, seconds: float) -> None:
        if self._stopped:
            return
        if math.isinf(seconds):
            self._watchdog.stop()
        else:
            self._watchdog.start(int(min(seconds + self._grace_seconds, 86_400.0) * 1000))

    @Slot()
    def _shake_loose(self) -> None:
        self._service.abort()
        self._ask_reopen.emit()
        self.hung.emit()


def _as_ours(error: object) -> EnphaseTrayError | None:
    """A window can only say an `EnphaseTrayError`; a bug has been told apart already."""
    if error is None or isinstance(error, EnphaseTrayError):
        return error
    _, title, advice, _ = failure_words(error if isinstance(error, BaseException) else Unreachable("", ""))
    return EnphaseTrayError(title, advice)
