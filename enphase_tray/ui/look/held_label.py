"""A wrapping label that holds the height its words need, for halves of a splitter, which do not ask for it."""

from PySide6.QtGui import QResizeEvent

from enphase_tray.ui.look.widgets import Label, Role


class HeldLabel(Label):
    """As high as its words at the width that it has."""

    def __init__(self, role: Role = Role.TEXT) -> None:
        super().__init__(role=role, wrap=True)

    def say(self, text: str, hint: str = "") -> None:
        super().say(text, hint)
        self._hold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hold()

    def _hold(self) -> None:
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))
