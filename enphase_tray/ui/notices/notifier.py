"""Brings to the desktop what the outbox says: once per episode, withdrawn or replaced when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.model.clock import Clock
from enphase_tray.model.language import tr
from enphase_tray.monitor.outbox import Occasion, Order, Outbox, Rules, Sum, Withdraw
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import Settings
from enphase_tray.status.muting import Span, summary_words
from enphase_tray.status.words import Wording
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.desktop_notes import Note
from enphase_tray.ui.resources import app_icon_file, tray_picture
from enphase_tray.ui.tray.tray_menu import Pause

_SHOWN = 100
_URGENCY = {Severity.INFORMATION: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


class Notes(Protocol):
    """Where notes are shown; `DesktopNotes` on Linux, the tray's balloon elsewhere."""

    def show(self, note: Note) -> None: ...

    def withdraw(self, note_id: str) -> None: ...


class BalloonNotes:
    """Notes as balloons at the tray icon: the platform's way where there is no D-Bus.

    They cannot be replaced or withdrawn, and have no buttons: a click opens the window.
    """

    def __init__(
        self,
        show: Callable[[str, str, int], bool],
        failed: Callable[[Note], None],
        over: Callable[[str], object],
        *,
        title_units: int,
        body_units: int,
    ) -> None:
        """`failed` is told of a note for which there is no icon, `over` of the id of one that is over.

        Texts that are longer than the units (0: any) are cut.
        """
        self._show = show
        self._failed = failed
        self._over = over
        self._title_units = title_units
        self._body_units = body_units

    def show(self, note: Note) -> None:
        if not self._show(cut(note.title, self._title_units), cut(note.body, self._body_units), note.urgency):
            self._failed(note)

    def withdraw(self, note_id: str) -> None:
        """A balloon goes by itself."""
        self._over(note_id)


class Notifier(QObject):
    """Shows what `monitor.outbox` says. What is not told here still stands in the event list and in the window."""

    show_requested = Signal(str)
    """The user wants to see this alert."""
    paused_changed = Signal(object)
    """A sentence part such as `until 14:05` (empty: until told), or `None` when not paused."""

    def __init__(
        self,
        notes: Notes,
        settings: Callable[[], Settings],
        clock: Clock,
        attention: Attention,
        wording: Callable[[], Wording] = Wording,
        parent: QObject | None = None,
    ) -> None:
        """`settings` gives those in force. Days begin and end in the zone of `attention`."""
        super().__init__(parent)
        self._notes = notes
        self._settings = settings
        self._clock = clock
        self._attention = attention
        self._wording = wording
        self._outbox = Outbox(attention.told)
        self._shown: dict[str, Alert] = {}
        """What stands on the screen by its own, by id: to know what a note is about when it is muted."""
        self._pause: Pause | None = None
        self._paused_until: datetime | None = None

    @property
    def paused(self) -> bool:
        return self._pause is not None and (self._paused_until is None or self._clock.now() < self._paused_until)

    @property
    def pause_now(self) -> tuple[Pause | None, datetime | None]:
        """The pause in force and when it ends, for a later `resume_pause`."""
        return self._pause, self._paused_until

    @Slot(object)
    def pause(self, pause: Pause | None) -> None:
        """Tell nothing for a while; `None` ends that."""
        now = self._clock.now()
        ends = {Pause.HOUR: now + timedelta(hours=1), Pause.TOMORROW: self._attention.today_ends(now)}
        self._set_pause(pause, None if pause is None else ends.get(pause))

    def resume_pause(self, pause: Pause, until: datetime | None) -> None:
        """Go on with a pause of an earlier run, unless it is over."""
        if until is None or self._clock.now() < until:
            self._set_pause(pause, until)

    def _set_pause(self, pause: Pause | None, until: datetime | None) -> None:
        self._pause, self._paused_until = pause, until
        words = ""
        if until is not None:
            hour = tr("until {time}", time=f"{until.astimezone(self._attention.zone):%H:%M}")
            words = hour if pause is Pause.HOUR else tr("until tomorrow")
        self.paused_changed.emit(None if pause is None else words)

    @Slot(object)
    def tell(self, result: PollResult) -> None:
        """Tell what is new in a result, and what may be told at last."""
        if self._pause is not None and not self.paused:
            self.pause(None)
        attention = self._attention
        rules = Rules(self._settings(), attention.mutes, self._clock.now(), attention.zone, self.paused)
        for order in self._outbox.take(result, rules):
            self._carry_out(order)
        attention.keep_told(self._outbox.memory())

    @Slot(str)
    def mute(self, alert_id: str) -> None:
        """Say nothing more today of what this alert is about."""
        alert = self._shown.get(alert_id)
        if alert is not None:
            self._attention.mute(alert.rule, alert.serials, Span.TODAY)
            self._withdraw(alert_id)

    @Slot(str)
    def show_alert(self, alert_id: str) -> None:
        self.show_requested.emit(alert_id)

    def _carry_out(self, order: Order) -> None:
        if isinstance(order, Withdraw):
            self._withdraw(order.id)
        elif isinstance(order, Sum):
            self._notes.show(_summary(order, self._clock.now(), self._wording().with_zone(self._attention.zone)))
        else:
            self._notes.show(_note(order.alert, open_=not order.over))
            self._shown[order.alert.id] = order.alert
            while len(self._shown) > _SHOWN:
                del self._shown[next(iter(self._shown))]

    def _withdraw(self, alert_id: str) -> None:
        self._shown.pop(alert_id, None)
        self._notes.withdraw(alert_id)


def cut(text: str, units: int) -> str:
    """`text` in at most so many UTF-16 units (0: any), which is how Windows counts; it cuts without a mark."""
    if not units or len(text.encode("utf-16-le")) // 2 <= units:
        return text
    kept = text.encode("utf-16-le")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    return f"{kept.rstrip()}…"


def _note(alert: Alert, *, open_: bool) -> Note:
    if not open_:
        return Note(alert.id, alert.title, alert.body, 1, str(app_icon_file()), mutable=False)
    return Note(alert.id, alert.title, alert.body, _URGENCY[alert.severity], _picture(alert.severity))


def _picture(severity: Severity) -> str:
    pictures = {
        Severity.CRITICAL: tray_picture("fault-empty", mono=False),
        Severity.WARNING: tray_picture("look-empty", mono=False),
    }
    return str(pictures.get(severity, app_icon_file()))


def _summary(order: Sum, now: datetime, wording: Wording) -> Note:
    open_ = [alert.severity for alert in order.alerts if alert.cleared_at is None]
    worst = max(open_, key=_URGENCY.__getitem__, default=Severity.INFORMATION)
    title, body = summary_words(order, now, wording)
    urgency = min(_URGENCY[worst], 1) if order.occasion is Occasion.DAILY else _URGENCY[worst]
    return Note(order.occasion.value, title, body, urgency, _picture(worst), mutable=False)
