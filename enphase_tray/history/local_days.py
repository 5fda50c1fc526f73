"""Local days of a zone as numbers, and zones by name."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCAL_TIME = Path("/etc/localtime")
_HALF_A_YEAR = timedelta(days=182)


class LocalDays:
    """Which local day a moment is in and when days begin. Days are `date.toordinal`, moments epoch seconds."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._day = self._begin = self._end = -1

    def day(self, at: float) -> int:
        """The local day of `at`."""
        if not self._begin <= at < self._end:
            self._day = datetime.fromtimestamp(at, self._zone).toordinal()
            self._begin, self._end = self._midnight(self._day), self._midnight(self._day + 1)
        return self._day

    def begin(self, day: int) -> int:
        """The moment of the local midnight at which `day` begins; a day has 23, 24 or 25 hours."""
        if day == self._day:
            return self._begin
        if day == self._day + 1:
            return self._end
        return self._midnight(day)

    def _midnight(self, day: int) -> int:
        return int(datetime.combine(date.fromordinal(day), time(), self._zone).timestamp())


@lru_cache(maxsize=16)
def zone_named(name: str) -> tzinfo | None:
    """The zone of an IANA name or of an offset as `computer_zone` writes it; `None` if there is no such zone."""
    if name.startswith(("+", "-")):
        minutes = int(name[1:3]) * 60 + int(name[4:6])
        return timezone(timedelta(minutes=minutes if name[0] == "+" else -minutes))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def site_zone(told: str | None, own: str | None) -> tzinfo:
    """The zone that a gateway told, else the one of the computer as it was kept; UTC where neither is known."""
    return (zone_named(told) if told else None) or (zone_named(own) if own else None) or UTC


def computer_zone(at: datetime) -> str:
    """The computer's own zone: its IANA name where the system tells one, else its offset at that moment."""
    _, found, name = str(_LOCAL_TIME.resolve()).partition("/zoneinfo/")
    zone = zone_named(name) if found else None
    # The environment may have set another zone than the system's: then both differ now or in half a year.
    if zone is not None and all(
        moment.astimezone(zone).utcoffset() == moment.astimezone().utcoffset() for moment in (at, at + _HALF_A_YEAR)
    ):
        return name
    minutes = int((at.astimezone().utcoffset() or timedelta()).total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if minutes else str(UTC)
