"""The gateway's own days: its time zone, and where a day starts and ends."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.model.readings import Snapshot


def zone_of(snapshot: Snapshot | None) -> tzinfo | None:
    """The gateway's time zone; `None` (the computer's own) where it tells none that is known here."""
    return named_zone(None if snapshot is None else snapshot.timezone)


def named_zone(name: str | None) -> tzinfo | None:
    """The time zone of that name; `None` for none, and for one that is not known here."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local_day(at: datetime, zone: tzinfo | None) -> date:
    """The day that `at` falls on in `zone`."""
    return at.astimezone(zone).date()


def day_bounds(day: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """First moment of `day` and of the day after, as UTC; 23 to 25 hours apart."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    start = datetime.combine(day, time.min, zone)
    return start.astimezone(UTC)
