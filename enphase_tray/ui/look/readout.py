"""The line beneath a chart that says what stands under the cursor."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QSizePolicy

from enphase_tray.ui.look.text import tip
from enphase_tray.ui.look.widgets import ElidedLabel, Role

_SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
_ENDLESS = 10_000


class Readout(ElidedLabel):
    """One line, or several; its height stays, so that the chart above does not jump with the text."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        super().__init__(role=Role.NOTE)
        self.setWordWrap(lines > 1)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        # Without it the buttons beside it would share its room.
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 1)

    def _fit(self, hint: str) -> None:
        if self._lines == 1:
            super()._fit(hint)
            return
        # Words break where they like, so how much text fits is only known by trying.
        metrics, room = self.fontMetrics(), self._lines * self.width()
        cut = [metrics.elidedText(self._whole, Qt.TextElideMode.ElideRight, int(room * share)) for share in _SHARES]
        shown = next((text for text in cut if self._fits(text)), cut[-1])
        self.setText(shown)
        self.setToolTip(tip(hint or (self._whole if shown != self._whole else "")))

    def _fits(self, text: str) -> bool:
        room = QRect(0, 0, self.width(), _ENDLESS)
        needed = self.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)
        return needed.height() < self.height() and needed.width() <= self.width()
