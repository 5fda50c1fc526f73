"""Drop-down fields with an arrow of their own: a style sheet takes away the one of the style."""

from PySide6.QtCore import QLocale, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCalendarWidget, QComboBox, QDateEdit, QSpinBox, QTimeEdit, QWidget

from enphase_tray.model.language import code
from enphase_tray.ui.look.theme import GRID, to_font


class Choice(QComboBox):
    """One of several."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _chevron(self)


class DateChoice(QDateEdit):
    """A day, typed or picked from a calendar."""

    def __init__(self) -> None:
        super().__init__()
        # Months are named in the language of everything else; where a week starts is the user's own.
        locale = QLocale(QLocale(code()).language(), QLocale.system().territory())
        self.setLocale(locale)
        self.setCalendarPopup(True)
        calendar = self.calendarWidget()
        calendar.setLocale(locale)
        calendar.setMinimumSize(to_font(72 * GRID), to_font(48 * GRID))
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        # The sun knows no weekend: red is kept for what is wrong.
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, calendar.weekdayTextFormat(Qt.DayOfWeek.Monday))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _chevron(self)


class NumberChoice(QSpinBox):
    """A number, typed or stepped."""

    def __init__(self) -> None:
        super().__init__()
        # A style sheet's padding does not reach the line edit inside.
        self.lineEdit().setTextMargins(GRID + GRID // 2, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _steps(self)


class TimeChoice(QTimeEdit):
    """A time of day, typed or stepped."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setDisplayFormat("HH:mm")
        self.lineEdit().setTextMargins(GRID + GRID // 2, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _steps(self)


def _steps(widget: QWidget) -> None:
    middle = widget.height() / 2.0
    _chevron(widget, middle - GRID, -1)
    _chevron(widget, middle + GRID)


def _chevron(widget: QWidget, y: float | None = None, down: int = 1) -> None:
    """A small angle at the right edge, at `y` (the middle by default), pointing down (1) or up (-1)."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    tone = widget.palette().placeholderText().color()
    painter.setPen(QPen(tone, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    x, y, rise = widget.width() - 4.0 * GRID, widget.height() / 2.0 if y is None else y, 2.0 * down
    painter.drawPolyline(QPolygonF([QPointF(x - 4, y - rise), QPointF(x, y + rise), QPointF(x + 4, y - rise)]))
    painter.end()
