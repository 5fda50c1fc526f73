"""Spans of time that a chart can show, and moving through them by whole days of the gateway."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enphase_tray.model.dates import dated
from enphase_tray.model.language import mark, trc


class Span(StrEnum):
    """How much time is in sight. The value is what is remembered and, translated, what stands on the button."""

    DAY = mark("Day")
    WEEK = mark("Week")
    LAST_30 = mark("30 days")
    MONTH = mark("Month")
    LAST_90 = mark("90 days")
    YEAR = mark("Year")
    LAST_365 = mark("365 days")
    ALL = mark("All")


_ROLLING = {Span.LAST_30: 30, Span.LAST_90: 90, Span.LAST_365: 365}


@dataclass(frozen=True, slots=True)
class Period:
    """The local days `first` to `last`, both included."""

    span: Span
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1))

    @property
    def words(self) -> str:
        """As a title: `Thu 25 Jun 2026`, `22 Jun to 28 Jun 2026`, `June 2026`, `2026`."""
        first, last = self.first, self.last
        if first == last:
            return dated("{wkd} {day} {mon} {year}", first)
        if self.span is Span.MONTH:
            return dated("{month} {year}", first)
        if self.span is Span.YEAR:
            return f"{first.year}"
        begin = dated("{day} {mon}", first) if first.year == last.year else dated("{day} {mon} {year}", first)
        return trc("days", "{first} to {last}", first=begin, last=dated("{day} {mon} {year}", last))


def period_of(span: Span, day: date, earliest: date, today: date) -> Period:
    """The period of that span that `day` falls into.

    Weeks start on Monday. Those that are named by a number of days end with `day`; all goes from `earliest` to `today`.
    """
    if span is Span.ALL:
        return Period(span, min(earliest, today), today)
    if span in _ROLLING:
        return Period(span, day - timedelta(days=_ROLLING[span] - 1), day)
    if span is Span.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(span, monday, monday + timedelta(days=6))
    if span is Span.MONTH:
        return Period(span, day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if span is Span.YEAR:
        return Period(span, date(day.year, 1, 1), date(day.year, 12, 31))
    return Period(span, day, day)


def moved(span: Span, day: date, by: int) -> date:
    """`day` as many spans later (or earlier, negative) as `by` says; a 31st becomes the last of a shorter month."""
    if span is Span.MONTH:
        return _months_later(day, by)
    if span is Span.YEAR:
        return _months_later(day, 12 * by)
    if span is Span.ALL:
        return day
    return day + timedelta(days=by * _ROLLING.get(span, 7 if span is Span.WEEK else 1))


def year_before(day: date) -> date | None:
    """The same day of the year before; there is none for a 29 February."""
    return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _months_later(day: date, by: int) -> date:
    months = day.year * 12 + day.month - 1 + by
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
