"""The bar above a chart: earlier and later, any date, today, and how much time is in sight."""

from datetime import date

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QPushButton, QWidget

from enphase_tray.model.language import mark, tr
from enphase_tray.ui.charting.periods import Period, Span, moved, period_of
from enphase_tray.ui.look.choices import DateChoice
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Role, button, row

_FORMATS = {Span.WEEK: mark("'Week of' d MMM yyyy"), Span.MONTH: mark("MMMM yyyy"), Span.YEAR: "yyyy"}
_FORMAT = mark("ddd d MMM yyyy")
_EARLIER = {
    Span.DAY: mark("The day before (Page Up)"),
    Span.WEEK: mark("The week before (Page Up)"),
    Span.MONTH: mark("The month before (Page Up)"),
    Span.YEAR: mark("The year before (Page Up)"),
}
_LATER = {
    Span.DAY: mark("The day after (Page Down)"),
    Span.WEEK: mark("The week after (Page Down)"),
    Span.MONTH: mark("The month after (Page Down)"),
    Span.YEAR: mark("The year after (Page Down)"),
}
_BEFORE, _AFTER = mark("The time before (Page Up)"), mark("The time after (Page Down)")


class DateBar(QWidget):
    """Holds the period in sight. It follows today until the user goes elsewhere."""

    changed = Signal()
    """The user chose another period."""
    elsewhere = Signal(object)
    """The user chose a span (`Span`) that another page shows."""

    def __init__(self, spans: tuple[Span, ...], elsewhere: tuple[Span, ...] = ()) -> None:
        """`spans` are those of this page, the first one to begin with; `elsewhere` only lead away."""
        super().__init__()
        self._own = spans
        self._span = spans[0]
        self._today = self._earliest = self._day = date(2000, 1, 1)
        self._follow = True
        self._buttons: dict[Span, QPushButton] = {}
        self.earlier_button = button("◂", Role.QUIET)
        self.later_button = button("▸", Role.QUIET)
        self.today_button = button(tr("To&day"))
        self.today_button.setToolTip(tr("Back to today (D)"))
        self.date = DateChoice()
        self.date.setAccessibleName(tr("Day shown"))
        self.earlier_button.clicked.connect(self.earlier)
        self.later_button.clicked.connect(self.later)
        self.today_button.clicked.connect(self.go_today)
        self.date.dateChanged.connect(self._dated)
        self._compose([span for span in Span if span in spans or span in elsewhere])
        self._show()

    @property
    def span(self) -> Span:
        """How much is in sight."""
        return self._span

    @property
    def offers_spans(self) -> bool:
        """Whether there are spans to choose from."""
        return bool(self._buttons)

    @property
    def period(self) -> Period:
        """The days in sight."""
        return period_of(self._span, self._day, self._earliest, self._today)

    @property
    def day(self) -> date:
        """The day that was last gone to; it lies within the period."""
        return self._day

    def put_limits(self, earliest: date, today: date) -> None:
        """There is nothing before `earliest` nor after `today`. While it follows, the period moves with today."""
        if self._follow:
            self._day = today
        self._earliest, self._today = min(earliest, today), today
        self._day = self._clamped(self._day)
        self._show()

    def put_span(self, span: Span) -> None:
        """Show another of its spans around the same day, without a word; others are left out."""
        if span in self._own:
            self._span = span
            self._show()

    def go(self, day: date, span: Span | None = None) -> None:
        """Show the period around `day`."""
        before = self.period
        self._span = span if span in self._own and span is not None else self._span
        self._day = self._clamped(day)
        self._follow = self._today in self.period
        self._show()
        if self.period != before:
            self.changed.emit()

    @Slot()
    def earlier(self) -> None:
        """One span back."""
        if self.earlier_button.isEnabled():
            self.go(moved(self._span, self._day, -1))

    @Slot()
    def later(self) -> None:
        """One span on."""
        if self.later_button.isEnabled():
            self.go(moved(self._span, self._day, 1))

    @Slot()
    def go_today(self) -> None:
        """To the period with today in it, which it follows from then on."""
        self.go(self._today)

    def _compose(self, spans: list[Span]) -> None:
        bar = row(self, 0, GRID)
        for widget in (self.earlier_button, self.date, self.later_button, self.today_button):
            bar.addWidget(widget)
        bar.addStretch(1)
        group = QButtonGroup(self)
        for span in spans if len(spans) > 1 else ():
            made = button(tr(span.value), Role.QUIET)
            made.setCheckable(True)
            made.setAccessibleDescription(tr("Time in sight"))
            group.addButton(made)
            bar.addWidget(made)
            self._buttons[span] = made
        group.buttonClicked.connect(self._chosen)

    def _show(self) -> None:
        period = self.period
        for step, text in (
            (self.earlier_button, tr(_EARLIER.get(self._span, _BEFORE))),
            (self.later_button, tr(_LATER.get(self._span, _AFTER))),
        ):
            step.setAccessibleName(text.partition(" (")[0])
            step.setToolTip(text)
        self.date.blockSignals(True)
        self.date.setDisplayFormat(tr(_FORMATS.get(self._span, _FORMAT)))
        self.date.setMinimumDate(_to_qt(self._earliest))
        self.date.setMaximumDate(_to_qt(self._today))
        self.date.setDate(_to_qt(self._clamped(period.first if self._span is Span.WEEK else self._day)))
        self.date.blockSignals(False)
        for widget in (self.earlier_button, self.date, self.later_button, self.today_button):
            widget.setVisible(self._span is not Span.ALL)
        self.earlier_button.setEnabled(self._span is not Span.ALL and period.first > self._earliest)
        self.later_button.setEnabled(self._span is not Span.ALL and period.last < self._today)
        self.today_button.setEnabled(self._today not in period)
        if self._span in self._buttons:
            self._buttons[self._span].setChecked(True)

    def _clamped(self, day: date) -> date:
        return max(self._earliest, min(day, self._today))

    @Slot(QDate)
    def _dated(self, day: QDate) -> None:
        self.go(date(day.year(), day.month(), day.day()))

    @Slot(QAbstractButton)
    def _chosen(self, clicked: QAbstractButton) -> None:
        span = next(span for span, made in self._buttons.items() if made is clicked)
        if span in self._own:
            self.go(self._day, span)
        else:
            self._show()
            self.elsewhere.emit(span)


def _to_qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
