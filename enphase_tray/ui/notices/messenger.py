"""The way of words to the desktop: notifications, and what becomes of those that nobody shows."""

import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.ways import Ways
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.desktop_notes import DesktopNotes, Note
from enphase_tray.ui.notices.notifier import BalloonNotes, Notes, Notifier
from enphase_tray.ui.notices.unread import Unread
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.resources import app_icon_file

CLOSED = "closed"


class Messenger(QObject):
    """D-Bus on Linux, balloons at the icon elsewhere. `unread` has what was shown by neither."""

    activated = Signal(str)
    """The desktop's leave to take the focus, right before a notification leads to a window."""
    not_told = Signal(str, str)
    """Title and body of a note that is not about the site, and that nobody showed: it needs a box."""

    def __init__(
        self,
        live: Live,
        attention: Attention,
        wording: Wording,
        ways: Ways,
        balloon: Callable[[str, str, int], bool],
        parent: QObject | None = None,
    ) -> None:
        """`balloon` shows title, body and urgency (0 to 2) at the icon; `False` where it cannot."""
        super().__init__(parent)
        self.unread = Unread(self)
        self._desktop_notes = DesktopNotes(parent=self) if sys.platform.startswith("linux") else None
        balloons = BalloonNotes(
            balloon, self._on_failed, self.unread.drop, title_units=ways.title_units, body_units=ways.body_units
        )
        self._notes: Notes = self._desktop_notes or balloons
        self.notifier = Notifier(
            self._notes, lambda: live.settings, live.clock, attention, lambda: wording, parent=self
        )
        live.result.connect(self.notifier.tell)
        if self._desktop_notes is not None:
            self._connect(self._desktop_notes)

    def tell_closed(self, *, icon_away: bool) -> None:
        """Closing the window does not end the program. `icon_away`: its icon comes only when something is wrong."""
        title = tr("Enphase Tray goes on in the tray")
        body = tr("A click on its icon shows how it is; “Quit” in the icon's menu ends it.")
        if icon_away:
            body = tr("Its icon comes when something is wrong. Start the program again to open its window.")
        self._notes.show(Note(CLOSED, title, body, 0, str(app_icon_file()), mutable=False))

    def close(self) -> None:
        """Hang up. What is on screen stays there."""
        if self._desktop_notes is not None:
            self._desktop_notes.close()

    def _connect(self, notes: DesktopNotes) -> None:
        notes.activated.connect(self.activated)
        notes.show_asked.connect(self.notifier.show_alert)
        notes.mute_asked.connect(self.notifier.mute)
        notes.failed.connect(self._on_failed)
        notes.withdrawn.connect(self.unread.drop)
        notes.daemon_came.connect(self._on_daemon)

    @Slot(object)
    def _on_failed(self, note: Note) -> None:
        if note.id == CLOSED:
            self.not_told.emit(note.title, note.body)
        else:
            self.unread.add(note)

    @Slot()
    def _on_daemon(self) -> None:
        """At log-in the daemon may come after the first alert."""
        waiting = self.unread.notes
        self.unread.clear()
        for note in waiting:
            self._notes.show(note)
