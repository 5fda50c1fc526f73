"""A chart as a picture that still says what it shows when it lies in a letter."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QWidget

from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID


def picture_of(widget: QWidget, caption: str) -> QPixmap:
    """`widget` as it is seen, at the screen's resolution, with `caption` in a line above it."""
    metrics = widget.fontMetrics()
    head = metrics.height() + 4 * GRID
    scale = widget.devicePixelRatioF()
    picture = QPixmap(round(widget.width() * scale), round((widget.height() + head) * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(widget.palette().color(QPalette.ColorRole.Base))
    painter = QPainter(picture)
    painter.setFont(widget.font())
    painter.setPen(widget.palette().color(QPalette.ColorRole.Text))
    painter.drawText(QPoint(3 * GRID, 2 * GRID + metrics.ascent()), clean(caption))
    painter.drawPixmap(0, head, widget.grab())
    painter.end()
    return picture
