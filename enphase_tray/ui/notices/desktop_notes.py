"""Notifications as the freedesktop specification has them, over D-Bus: with urgency, buttons and replacement."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from enphase_tray.model.language import tr
from enphase_tray.ui.notices.bus_link import BusLink
from enphase_tray.ui.resources import APP_ID

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
APP_NAME = "Enphase Tray"
ANSWER_MS = 5000
"""A daemon that is started by the first notification needs a while; after this it counts as absent."""


@dataclass(frozen=True, slots=True)
class Note:
    """One notification. `id` is ours (an alert's); `urgency` is 0, 1 or 2; `picture` is a file's path."""

    id: str
    title: str
    body: str
    urgency: int
    picture: str = ""
    mutable: bool = True


class DesktopNotes(QObject):
    """Shows, replaces and withdraws notes. Never raises and never waits; what fails is handed to `failed`."""

    failed = Signal(object)
    """A `Note` that nobody took: no bus, no daemon, or no answer."""
    withdrawn = Signal(str)
    """What this note was about is over, whether it had been shown or not."""
    daemon_came = Signal()
    """A notification daemon started: what failed before may work now."""
    activated = Signal(str)
    """The desktop's leave to take the focus for what is asked next."""
    show_asked = Signal(str)
    mute_asked = Signal(str)

    def __init__(
        self,
        connect: Callable[[], BusLink] = lambda: BusLink(None),
        parent: QObject | None = None,
        *,
        answer_ms: int = ANSWER_MS,
    ) -> None:
        super().__init__(parent)
        self._connect = connect
        self._answer_ms = answer_ms
        self._link: BusLink | None = None
        self._target: Any = None
        self._capabilities: frozenset[str] | None = None
        self._queued: list[Note] = []
        self._shown: dict[str, int] = {}
        """Our id to the daemon's."""
        self._on_the_way: dict[str, Note | None] = {}
        """Sent but not numbered yet: what shall be there in the end, `None` where it is over already."""

    def show(self, note: Note) -> None:
        """Show `note`, in the place of an earlier one with its id."""
        if not self._ready():
            self.failed.emit(note)
        elif self._capabilities is None:
            self._queued.append(note)
            if len(self._queued) == 1:
                self._ask("GetCapabilities", "", (), self._on_capabilities)
        else:
            self._send(note, self._capabilities)

    def withdraw(self, note_id: str) -> None:
        """Take back what was shown for `note_id`, if it is still there."""
        self._queued = [note for note in self._queued if note.id != note_id]
        if note_id in self._on_the_way:
            self._on_the_way[note_id] = None
        number = self._shown.pop(note_id, None)
        if number is not None and self._link is not None:
            self._link.call(self._target, "CloseNotification", "u", (number,))
        self.withdrawn.emit(note_id)

    def close(self) -> None:
        """Hang up. What is on screen stays there."""
        link, self._link = self._link, None
        if link is not None:
            link.closed.disconnect(self._on_closed)
            link.close()
            link.deleteLater()
        self._forget()

    def _ready(self) -> bool:
        if self._link is not None:
            return True
        try:
            link = self._connect()
        except OSError:
            return False
        from jeepney import DBusAddress  # type: ignore[import-untyped]  # it has no types

        self._target = DBusAddress(PATH, SERVICE, SERVICE)
        link.signalled.connect(self._on_signal)
        link.closed.connect(self._on_closed)
        link.subscribe(f"type='signal',interface='{SERVICE}',path='{PATH}'")
        link.subscribe(
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
            f"member='NameOwnerChanged',arg0='{SERVICE}'"
        )
        self._link = link
        return True

    def _send(self, note: Note, capabilities: frozenset[str]) -> None:
        before = note.id in self._on_the_way
        self._on_the_way[note.id] = note
        if before:
            return  # its number is needed to replace it
        actions: list[str] = []
        if "actions" in capabilities:
            actions = ["default", tr("Show")]
            if note.mutable:
                actions += ["mute", tr("Mute for today")]
        # Angle brackets would be taken for markup, or drop half the sentence.
        body = html.escape(note.body, quote=False) if "body-markup" in capabilities else note.body
        hints = {
            "urgency": ("y", note.urgency),
            "desktop-entry": ("s", APP_ID),
            "category": ("s", "device.error" if note.urgency else "device"),
        }
        replaces = self._shown.get(note.id, 0)
        arguments = (APP_NAME, replaces, note.picture or APP_ID, note.title, body, actions, hints, -1)
        self._ask("Notify", "susssasa{sv}i", arguments, lambda answer: self._on_shown(note, answer))

    def _ask(
        self, member: str, signature: str, body: tuple[Any, ...], reply: Callable[[tuple[Any, ...] | None], None]
    ) -> None:
        """Call the daemon; without an answer in time `reply` gets `None`."""
        open_calls = [reply]

        def answer(result: tuple[Any, ...] | None) -> None:
            if open_calls:
                open_calls.pop()(result)

        if self._link is None:
            answer(None)
            return
        self._link.call(self._target, member, signature, body, answer)
        QTimer.singleShot(self._answer_ms, self, lambda: answer(None))

    def _on_capabilities(self, answer: tuple[Any, ...] | None) -> None:
        queued, self._queued = self._queued, []
        if answer is None:
            for note in queued:
                self.failed.emit(note)
            return
        self._capabilities = frozenset(str(word) for word in answer[0])
        for note in queued:
            self._send(note, self._capabilities)

    def _on_shown(self, note: Note, answer: tuple[Any, ...] | None) -> None:
        wanted = self._on_the_way.pop(note.id, note)
        if answer is None:
            self._shown.pop(note.id, None)
            if wanted is not None:
                self.failed.emit(wanted)
            return
        self._shown[note.id] = int(answer[0])
        if wanted is None:
            self.withdraw(note.id)
        elif wanted is not note:
            self.show(wanted)

    @Slot(str, object)
    def _on_signal(self, name: str, body: tuple[Any, ...]) -> None:
        if name == "NameOwnerChanged":
            # Another daemon counts its notifications anew: our numbers could be someone else's now.
            self._shown.clear()
            self._capabilities = None
            if len(body) == 3 and body[2]:
                self.daemon_came.emit()
        elif name == "ActivationToken" and len(body) == 2 and self._ours(body[0]) is not None:
            self.activated.emit(str(body[1]))
        elif name == "ActionInvoked" and len(body) == 2:
            self._on_action(self._ours(body[0]), str(body[1]))
        elif name == "NotificationClosed" and body:
            note_id = self._ours(body[0])
            if note_id is not None:
                del self._shown[note_id]

    def _on_action(self, note_id: str | None, action: str) -> None:
        if note_id is None:
            return
        if action == "default":
            self.show_asked.emit(note_id)
        elif action == "mute":
            self.mute_asked.emit(note_id)

    def _ours(self, number: object) -> str | None:
        return next((note_id for note_id, shown in self._shown.items() if shown == number), None)

    @Slot()
    def _on_closed(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.deleteLater()
        self._forget()

    def _forget(self) -> None:
        self._shown.clear()
        self._capabilities = None
        queued, self._queued = self._queued, []
        for note in queued:
            self.failed.emit(note)
