"""Notifications that nobody showed: they are kept until they are seen in the program, or are over."""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.ui.notices.desktop_notes import Note

log = logging.getLogger(__name__)

_MOST = 50


class Unread(QObject):
    """The badge of the icon, the line in the menu and the banner of the window come from here."""

    changed = Signal(int)
    """How many there are now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notes: dict[str, Note] = {}

    @property
    def notes(self) -> tuple[Note, ...]:
        """The oldest first."""
        return tuple(self._notes.values())

    def add(self, note: Note) -> None:
        """`note` could not be brought to the desktop."""
        log.warning("no notification could be shown, so this stands in the window only: %s", note.title)
        self._notes.pop(note.id, None)
        self._notes[note.id] = note
        while len(self._notes) > _MOST:
            del self._notes[next(iter(self._notes))]
        self.changed.emit(len(self._notes))

    @Slot(str)
    def drop(self, note_id: str) -> None:
        """What this was about is over, or was shown after all."""
        if self._notes.pop(note_id, None) is not None:
            self.changed.emit(len(self._notes))

    @Slot()
    def clear(self) -> None:
        """The user looks."""
        if self._notes:
            self._notes.clear()
            self.changed.emit(0)
