"""Decides what of a result is told on the desktop, and how: once per episode, withdrawn or replaced when it is over."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import Clock
from enphase_tray.monitor.result import PollResult
from enphase_tray.ui.desktop_notes import Note
from enphase_tray.ui.resources import app_icon_file, tray_picture
from enphase_tray.ui.tray_menu import Pause

_URGENCY = {Severity.INFORMATION: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


class Notes(Protocol):
    """Where notes are shown; `DesktopNotes` on Linux, the tray's balloon elsewhere."""

    def show(self, note: Note) -> None: ...

    def withdraw(self, note_id: str) -> None: ...


class BalloonNotes:
    """Notes as balloons at the tray icon: the platform's way where there is no D-Bus, and the last resort."""

    def __init__(self, show: Callable[[str, str, int], bool]) -> None:
        self._show = show

    def show(self, note: Note) -> None:
        self._show(note.title, note.body, note.urgency)

    def withdraw(self, note_id: str) -> None:
        """A balloon goes by itself."""


class Notifier(QObject):
    """Edge-triggered: tells what is new. What is not told here still stands in the event list and in the icon."""

    show_requested = Signal(str)
    """The user wants to see this alert."""
    mute_requested = Signal(str)
    """The user does not want to hear of this alert's kind again today."""
    paused_changed = Signal(object)
    """A sentence part such as `until 14:05` (empty: until told), or `None` when not paused."""

    def __init__(
        self,
        notes: Notes,
        rules: Callable[[], Mapping[str, bool]],
        clock: Clock,
        zone: tzinfo | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`rules` gives the switches in force; `zone` is where the user's days begin (the computer's by default)."""
        super().__init__(parent)
        self._notes = notes
        self._rules = rules
        self._clock = clock
        self._zone = zone
        self._started_at = clock.now()
        self._told: dict[str, Alert] = {}
        self._severities: dict[str, Severity] = {}
        """Of alerts that are or were open: the word that one is over no longer says how grave it was."""
        self._muted: dict[tuple[str, str], datetime] = {}
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
        ends = {Pause.HOUR: self._clock.now() + timedelta(hours=1), Pause.TOMORROW: self._tomorrow()}
        self._set_pause(pause, None if pause is None else ends.get(pause))

    def resume_pause(self, pause: Pause, until: datetime | None) -> None:
        """Go on with a pause of an earlier run, unless it is over."""
        if until is None or self._clock.now() < until:
            self._set_pause(pause, until)

    def _set_pause(self, pause: Pause | None, until: datetime | None) -> None:
        self._pause, self._paused_until = pause, until
        words = ""
        if until is not None:
            hour = f"until {until.astimezone(self._zone):%H:%M}"
            words = hour if pause is Pause.HOUR else "until tomorrow"
        self.paused_changed.emit(None if pause is None else words)

    @Slot(object)
    def tell(self, result: PollResult) -> None:
        """Tell the events of a result."""
        if self._pause is not None and not self.paused:
            self.pause(None)
        self._severities.update({alert.id: alert.severity for alert in result.active})
        for event in result.events:
            if event.change is Change.CLEARED:
                self._tell_cleared(event)
            elif event.change is Change.RAISED or event.alert.id in self._told:
                self._tell_open(event.alert)

    @Slot(str)
    def mute(self, alert_id: str) -> None:
        """Say nothing more today of what this alert is about."""
        alert = self._told.get(alert_id)
        if alert is not None:
            self._muted[(alert.rule, alert.key)] = self._tomorrow()
            self._notes.withdraw(alert_id)
        self.mute_requested.emit(alert_id)

    @Slot(str)
    def show_alert(self, alert_id: str) -> None:
        self.show_requested.emit(alert_id)

    def _tell_open(self, alert: Alert) -> None:
        self._severities[alert.id] = alert.severity
        if self._may_tell(alert):
            self._told[alert.id] = alert
            self._notes.show(_note(alert, open_=True))

    def _tell_cleared(self, event: AlertEvent) -> None:
        """Good news about something grave is worth a note; the rest just goes."""
        alert = event.alert
        told = self._told.pop(alert.id, None) is not None or alert.raised_at < self._started_at
        severity = self._severities.pop(alert.id, alert.severity)
        if told and severity is Severity.CRITICAL and self._may_tell(alert):
            self._notes.show(_note(alert, open_=False))
        else:
            self._notes.withdraw(alert.id)

    def _may_tell(self, alert: Alert) -> bool:
        muted_until = self._muted.get((alert.rule, alert.key))
        muted = muted_until is not None and self._clock.now() < muted_until
        return self._rules().get(alert.rule, True) and not muted and not self.paused

    def _tomorrow(self) -> datetime:
        local = self._clock.now().astimezone(self._zone)
        return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _note(alert: Alert, *, open_: bool) -> Note:
    if not open_:
        return Note(alert.id, alert.title, alert.body, 1, str(app_icon_file()), mutable=False)
    picture = {
        Severity.CRITICAL: tray_picture("fault-empty", mono=False),
        Severity.WARNING: tray_picture("look-empty", mono=False),
    }.get(alert.severity, app_icon_file())
    return Note(alert.id, alert.title, alert.body, _URGENCY[alert.severity], str(picture))
