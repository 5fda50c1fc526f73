"""A panel that makes only a part of what it could: always, or between two hours of each day, as in a shadow."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_PART = 0.7
_HOUR = r"(?:1?\d|2[0-4])(?:\.\d+)?"
_FORM = re.compile(rf"(?P<who>\w+)(?:=(?P<part>0?\.\d+)(?:,(?P<begin>{_HOUR})-(?P<end>{_HOUR}))?)?")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """From `first` to before `last` (epoch seconds) only `part` is made, where `hours` are given only between them.

    `hours` are those of the local clock, as 14.5 for half past two.
    """

    first: float
    last: float
    part: float
    hours: tuple[float, float] | None = None

    def runs(self, epoch: float, zone: ZoneInfo) -> bool:
        """Whether it takes its share at this moment."""
        if self.hours is None or not self.first <= epoch < self.last:
            return self.first <= epoch < self.last
        begin, end = self.window(datetime.fromtimestamp(epoch, zone).date(), zone)
        return begin <= epoch < end

    def window(self, day: date, zone: ZoneInfo) -> tuple[float, float]:
        """From when until when it runs on one local day; the end is not after the begin where it does not."""
        first, last = (_at(day, hour, zone) for hour in self.hours or (0.0, 24.0))
        return max(first, self.first), min(last, self.last)


def shortfall(target: str | None, first: float, last: float) -> tuple[str | None, Shortfall]:
    """Who (serial or number, `None`: not told) and what, from `[WHO[=PART[,HOUR-HOUR]]]`; may raise `ValueError`."""
    if target is None:
        return None, Shortfall(first, last, _PART)
    match = _FORM.fullmatch(target)
    hours = None if match is None or match["begin"] is None else (float(match["begin"]), float(match["end"]))
    if match is None or (hours is not None and not hours[0] < hours[1] <= 24.0):
        raise ValueError(f"A weak panel is written WHO[=PART[,HOUR-HOUR]], such as 7=0.6,14-17, not {target!r}")
    part = _PART if match["part"] is None else float(match["part"])
    return match["who"], Shortfall(first, last, part, hours)


def _at(day: date, hour: float, zone: ZoneInfo) -> float:
    if hour >= 24.0:
        return datetime.combine(day + timedelta(days=1), time(), zone).timestamp()
    return datetime.combine(day, time(int(hour), int(hour % 1.0 * 60.0)), zone).timestamp()
