"""Dates in the user's language, the same in every face: names of months and days, and the order of a date's parts.

Not by `strftime`: what that says hangs on the system's locale, which is not always the language that was chosen.
"""

from datetime import date

from enphase_tray.model.language import mark, tr

_WEEKDAYS = mark("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_SHORT_WEEKDAYS = mark("Mon Tue Wed Thu Fri Sat Sun")
_MONTHS = mark("January February March April May June July August September October November December")
_SHORT_MONTHS = mark("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


def dated(pattern: str, day: date, /) -> str:
    """`day` as the language in use writes such a pattern: `{wkd} {day} {mon}` is `Mon 1 Jun`, in German `Mo. 1. Juni`.

    Fields: `{weekday}` Monday, `{wkd}` Mon, `{day}` 1, `{month}` June, `{mon}` Jun, `{year}` 2026. A moment is the day
    of its own zone. A pattern is a text to be translated, as if it were handed to `tr`.
    """
    return tr(
        pattern,
        weekday=_name(_WEEKDAYS, day.weekday()),
        wkd=_name(_SHORT_WEEKDAYS, day.weekday()),
        day=day.day,
        month=_name(_MONTHS, day.month - 1),
        mon=_name(_SHORT_MONTHS, day.month - 1),
        year=day.year,
    )


def _name(names: str, place: int) -> str:
    return tr(names).split()[place]
