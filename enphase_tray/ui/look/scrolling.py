"""Areas that scroll up and down only, and are as wide as what is in them needs."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from enphase_tray.ui.look.theme import to_font


class DownScroll(QScrollArea):
    """Gives way in height, never in width; but for the width of a column, beyond which outside words are cut."""

    def __init__(self, least: int = 0, widest: int = 0) -> None:
        """A column of `least` to `widest` pixels (see `to_font`); without these as wide as there is room."""
        super().__init__()
        self._least = to_font(least)
        self._widest = to_font(widest)
        # The fields in it scroll into sight when they get the focus; a stop of its own would show nothing.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if widest:
            self.setSizePolicy(self.sizePolicy().Policy.Fixed, self.sizePolicy().Policy.Expanding)

    def put_page(self, page: QWidget) -> None:
        """Show `page` in it, on the surface that is behind."""
        page.setProperty("role", "sheet")
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wanted(), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(self._wanted(), hint.height()) if self._widest else hint.expandedTo(self.minimumSizeHint())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in it needs other room."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _wanted(self) -> int:
        page = self.widget()
        bar = self.verticalScrollBar().sizeHint().width()
        wanted = max(self._least, 0 if page is None else page.minimumSizeHint().width() + bar)
        return min(wanted, self._widest) if self._widest else wanted
