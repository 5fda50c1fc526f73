"""The tray's menu: built once, its texts changed in place."""

from enum import StrEnum

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from enphase_tray.model.language import tr, trn
from enphase_tray.status.status import IconState, Status

_MARKS = {IconState.FAULT: "⬣ ", IconState.LOOK: "▲ "}


class Pause(StrEnum):
    """For how long notifications are paused."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    UNTIL_TOLD = "until told"


class TrayMenu(QObject):
    """Headline, what is wrong, and what can be done from the tray."""

    open_asked = Signal()
    glance_asked = Signal()
    unread_asked = Signal()
    concern_asked = Signal()
    poll_asked = Signal()
    pause_asked = Signal(object)
    """A `Pause`, or `None` to resume."""
    settings_asked = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QObject | None = None, *, glance: bool = False) -> None:
        """`glance`: with a line for the small window, where a click on the icon opens this menu instead."""
        super().__init__(parent)
        self.menu = QMenu()
        self._headline = self.menu.addAction(tr("No reading yet"))
        self._headline.setEnabled(False)
        self._concern = self._add("", self.concern_asked)
        self._concern.setVisible(False)
        self._unread = self._add("", self.unread_asked)
        self._unread.setVisible(False)
        self.menu.addSeparator()
        self._add(tr("At a &glance"), self.glance_asked).setVisible(glance)
        self._add(tr("&Open"), self.open_asked)
        self._poll = self._add(tr("&Poll now"), self.poll_asked)
        self._pause = self.menu.addMenu(tr("Pause &notifications"))
        self._add_pauses()
        self._resume = self._add(tr("&Resume notifications"), None)
        self._resume.triggered.connect(self._on_resume)
        self._resume.setVisible(False)
        self.menu.addSeparator()
        self._add(tr("&Settings…"), self.settings_asked)
        self.help = self.menu.addMenu(tr("&Help"))
        """For others to fill."""
        self._add(tr("&Quit"), self.quit_asked)

    def show_status(self, status: Status) -> None:
        """Word the lines that speak of the present; actions only send what has changed."""
        self._headline.setText(_plain(status.headline))
        concern = status.concern
        self._concern.setText(_plain(f"{_MARKS.get(status.icon, '')}{concern}") if concern else "")
        self._concern.setVisible(bool(concern))
        self._poll.setText(f"&{_plain(status.poll_line)}")

    def show_unread(self, count: int) -> None:
        """Say how many notifications could not be brought to the desktop; none takes the line away."""
        words = trn("A notification could not be shown", "{count} notifications could not be shown", count)
        self._unread.setText(words)
        self._unread.setVisible(count > 0)

    def show_paused(self, until: str | None) -> None:
        """`until` says how long notifications are paused (`until 14:05`, ``), `None` that they are not."""
        self._pause.menuAction().setVisible(until is None)
        self._resume.setVisible(until is not None)
        plain = tr("&Resume notifications")
        self._resume.setText(tr("&Resume notifications (paused {until})", until=until) if until else plain)

    def _add(self, text: str, signal: object) -> QAction:
        action = self.menu.addAction(text)
        if signal is not None:
            action.triggered.connect(signal)
        return action

    def _add_pauses(self) -> None:
        for text, pause in (
            (tr("For &1 hour"), Pause.HOUR),
            (tr("Until &tomorrow"), Pause.TOMORROW),
            (tr("Until I &say"), Pause.UNTIL_TOLD),
        ):
            action = self._pause.addAction(text)
            action.setData(pause.value)
            action.triggered.connect(self._on_pause)

    @Slot()
    def _on_pause(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.pause_asked.emit(Pause(action.data()))

    @Slot()
    def _on_resume(self) -> None:
        self.pause_asked.emit(None)


def _plain(text: str) -> str:
    """Text as it is: an ampersand in it is no mnemonic."""
    return text.replace("&", "&&")
