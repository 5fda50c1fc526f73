"""Reads the days that the energy chart needs, and only those."""

from datetime import date, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import Rejection, SiteDay
from enphase_tray.ui.charting.periods import Period, Span

_RECENT = timedelta(days=40)
"""Counted anew with each result: after an outage the gateway tells of days that have passed."""


class EnergyDays:
    """The days in sight, the same ones a year before, and those of this year for the totals."""

    def __init__(self) -> None:
        self.days: dict[date, SiteDay] = {}
        self.rejections: tuple[Rejection, ...] = ()

    def load(self, reader: HistoryReader, site: str, period: Period, today: date) -> None:
        """Read anew. Raises HistoryError."""
        monday = today - timedelta(days=today.weekday())
        this_year = min(date(today.year, 1, 1), monday)
        first = period.first if period.span is Span.ALL else date(period.first.year - 1, 1, 1)
        last = min(period.last, today)
        near = last + timedelta(days=366) >= this_year
        wanted = [(first, today)] if near else [(first, last), (this_year, today)]
        self.days = {day.day: day for start, end in wanted for day in reader.days(site, start, end)}
        self.rejections = reader.rejections(site)

    def refresh(self, reader: HistoryReader, site: str, today: date) -> None:
        """Read only what a new result can have changed. Raises HistoryError."""
        self.days.update((day.day, day) for day in reader.days(site, today - _RECENT, today))
        self.rejections = reader.rejections(site)
