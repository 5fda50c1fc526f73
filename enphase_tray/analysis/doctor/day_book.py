"""Reports of inverters as mean watts of half hours, by days at one fixed offset from UTC: no hour is skipped."""

from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import InverterReading

SLOTS = 48
SLOT_SECONDS = 1800.0
SLOT_HOURS = 0.5
KEPT_DAYS = 35
UNKNOWN = -1.0
"""Stands for no reading in a row; watts are never negative."""

_DAY_SECONDS = 86_400.0
_ENOUGH_SECONDS = 240.0
"""One report of five minutes within a half hour says enough of it; less is an edge of one."""
_LONGEST_REPORT = 7200.0


def standard_offset(timezone: str | None, longitude: float | None) -> float | None:
    """Seconds by which the days of a place are ahead of UTC, without summer time; `None` where neither is known."""
    if timezone:
        try:
            zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = None
        if zone is not None:
            offsets = [datetime(2025, month, 1, tzinfo=UTC).astimezone(zone).utcoffset() for month in (1, 7)]
            return min((offset or timedelta()).total_seconds() for offset in offsets)
    return None if longitude is None else 240.0 * longitude


class _Page:
    """One inverter's running day: energy (J) and the seconds it is known for, by half hours."""

    __slots__ = ("day", "end", "heard_at", "joules", "seconds")

    def __init__(self) -> None:
        self.day = -1
        self.end = 0.0
        self.heard_at: datetime | None = None
        self.joules = [0.0] * SLOTS
        self.seconds = [0.0] * SLOTS


class DayBook:
    """Rows of 48 mean watts by day number and serial; a day number counts days since 1970 at this offset."""

    def __init__(self, offset: float = 0.0) -> None:
        """`offset`: seconds by which the days are ahead of UTC."""
        self.offset = offset
        self.today = -1
        """The newest day that anything is known of; -1 before the first report."""
        self._pages: dict[str, _Page] = {}
        self._days: dict[int, dict[str, array[float]]] = {}

    def take(self, inverters: Iterable[InverterReading], interval: float) -> None:
        """Book the reports of one poll that are new. `interval`: seconds of a report that does not say its own."""
        pages = self._pages
        for reading in inverters:
            heard_at = reading.last_report_at
            if heard_at is None:
                continue
            page = pages.get(reading.serial)
            if page is None:
                page = pages[reading.serial] = _Page()
            if heard_at == page.heard_at:
                continue
            page.heard_at = heard_at
            watts = reading.last_report_watts
            if watts is not None:
                self._book(
                    page, reading.serial, heard_at.timestamp(), watts, reading.report_interval_seconds or interval
                )

    def recall(self, series: InverterSeries, interval: float) -> None:
        """Book what is stored of earlier days. A report is at most one poll older than the moment it was stored."""
        times = series.times
        gaps = sorted(later - earlier for earlier, later in pairwise(times))
        lag = min(gaps[len(gaps) // 2], interval) / 2 if gaps else 0.0
        for serial, column in series.watts.items():
            page = self._pages.setdefault(serial, _Page())
            for moment, watts in zip(times, column, strict=True):
                if watts is not None:
                    self._book(page, serial, moment - lag, watts, interval)

    def _book(self, page: _Page, serial: str, end: float, watts: float, length: float) -> None:
        since = end - page.end
        if since <= 0.0:
            return  # heard of already, or a clock that was set back
        page.end = end
        length = min(length, since, _LONGEST_REPORT)
        last = end + self.offset
        day, into = divmod(last, _DAY_SECONDS)
        if day != page.day:
            self._turn(page, serial, int(day))
        slot = int(into / SLOT_SECONDS)
        inside = into - slot * SLOT_SECONDS
        watts = max(watts, 0.0)
        while length > inside and slot > 0:
            page.joules[slot] += watts * inside
            page.seconds[slot] += inside
            length -= inside
            slot -= 1
            inside = SLOT_SECONDS
        part = min(length, inside)
        page.joules[slot] += watts * part
        page.seconds[slot] += part

    def _turn(self, page: _Page, serial: str, day: int) -> None:
        self._write(page, serial)
        page.day = day
        page.joules = [0.0] * SLOTS
        page.seconds = [0.0] * SLOTS
        if day > self.today:
            self.today = day
            for old in [number for number in self._days if number <= day - KEPT_DAYS]:
                del self._days[old]

    def _write(self, page: _Page, serial: str) -> None:
        if page.day < 0 or page.day <= self.today - KEPT_DAYS:
            return
        means = [
            joules / seconds if seconds >= _ENOUGH_SECONDS else UNKNOWN
            for joules, seconds in zip(page.joules, page.seconds, strict=True)
        ]
        if any(mean >= 0.0 for mean in means):
            self._days.setdefault(page.day, {})[serial] = array("f", means)

    def rows(self) -> dict[int, dict[str, "array[float]"]]:
        """All kept days in order, the running one included, as rows by serial."""
        for serial, page in self._pages.items():
            self._write(page, serial)
        return dict(sorted(self._days.items()))

    def start_of(self, day: int, slot: int = 0) -> datetime:
        """The moment (UTC) at which a half hour of a day begins."""
        return datetime.fromtimestamp(day * _DAY_SECONDS + slot * SLOT_SECONDS - self.offset, UTC)

    def day_of(self, moment: datetime) -> int:
        """The day number of a moment."""
        return int((moment.timestamp() + self.offset) // _DAY_SECONDS)

    def slot_of(self, moment: datetime) -> int:
        """The half hour of the day of a moment."""
        return int((moment.timestamp() + self.offset) % _DAY_SECONDS // SLOT_SECONDS)


def median(values: Sequence[float]) -> float:
    """The middle of at least one value."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
