"""A surface for charts that are painted by hand.

Heat map, small curves and bars need no zoom, and a plotting library would take ten times as long to lay them out.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from enphase_tray.ui.look.theme import Colours, colours, note_font


class Canvas(QWidget):
    """Calls `paint` with the font of notes on the background of charts; tells where the mouse is."""

    hovered = Signal(QPointF)
    left = Signal()
    clicked = Signal(QPointF)
    double_clicked = Signal(QPointF)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.paint: Callable[[QPainter], None] = lambda painter: None

    @property
    def tones(self) -> Colours:
        """The colours by meaning of the palette in use."""
        return colours(self.palette())

    def note_metrics(self) -> QFontMetrics:
        """Of the font for axes and names."""
        return QFontMetrics(note_font(self.font()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)  # lets the chart take the focus
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.double_clicked.emit(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.tones.base)
        painter.setFont(note_font(self.font()))
        self.paint(painter)
        painter.end()


def blended(front: QColor, back: QColor, share: float) -> QColor:
    """`share` of `front` on `back`, without transparency, which costs time."""
    rest = 1.0 - share
    return QColor(
        round(front.red() * share + back.red() * rest),
        round(front.green() * share + back.green() * rest),
        round(front.blue() * share + back.blue() * rest),
    )


def words(
    painter: QPainter, box: QRectF, text: str, tone: QColor, align: Qt.AlignmentFlag, *, bold: bool = False
) -> None:
    """Write `text` on one line into `box`, in the middle of its height."""
    usual = painter.font()
    if bold:
        heavy = QFont(usual)
        heavy.setWeight(QFont.Weight.Bold)
        painter.setFont(heavy)
    painter.setPen(tone)
    painter.drawText(box, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), text)
    painter.setFont(usual)
