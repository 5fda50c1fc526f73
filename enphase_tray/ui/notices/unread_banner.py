"""The line at the top of the main window for notifications that the desktop did not show."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from enphase_tray.model.language import tr, trn
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Banner, column

_MOST_TITLES = 3


class UnreadBanner(QWidget):
    """Stays until its button is pressed, or the window is closed after it stood there."""

    seen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.banner = Banner()
        body = column(self, 0, 0)
        body.setContentsMargins(4 * GRID, 3 * GRID, 4 * GRID, 0)
        body.addWidget(self.banner)
        self.setVisible(False)

    def say(self, titles: tuple[str, ...]) -> None:
        """Show these; none takes the line away."""
        if titles:
            count = len(titles)
            title = trn(
                "Your desktop did not show a notification", "Your desktop did not show {count} notifications", count
            )
            latest = " · ".join(titles[-_MOST_TITLES:])
            advice = tr("{titles}. All of them stand in the events, and what is still so in the icon.", titles=latest)
            self.banner.show_trouble(Mark.LOOK, title, advice, tr("&Seen"), self.seen.emit)
        self.setVisible(bool(titles))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Closed with its window, not minimised: whoever had it before them knows.
        if not event.spontaneous() and not self.isHidden():
            self.seen.emit()
