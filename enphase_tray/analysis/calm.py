"""When nobody is to be judged, and for how long the gateway has been failing: gaps, restarts, the nightly reset."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.model.readings import Snapshot

_GRACE_SECONDS = 900.0
_RESET_START = (22, 50)
_RESET_MINUTES = 40
"""Gateways reset themselves at about 23:00 of their day; with tolerance, 22:50 to 23:30."""
_OUTAGES, _OUTAGE_SECONDS = 4, 3600.0
_SAME_HOUR_SECONDS, _RECENT_SECONDS = 1200.0, 4 * 86_400.0
"""Short outages that begin within so much of the same time of day, so lately, are this gateway's habit."""


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of that IANA name; `None` where it is unknown."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def reset_window(at: datetime, zone: tzinfo | None) -> tuple[datetime, datetime] | None:
    """The nightly reset that `at` lies in: its start and end; `None` outside, or where the zone is unknown."""
    if zone is None:
        return None
    local = at.astimezone(zone)
    start = local.replace(hour=_RESET_START[0], minute=_RESET_START[1], second=0, microsecond=0)
    end = start + timedelta(minutes=_RESET_MINUTES)
    return (start.astimezone(UTC), end.astimezone(UTC)) if start <= local < end else None


class Calm:
    """Keeps `quiet_until`, and since when polls have been failing."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self.last_at = _moment(kept.get("last_at"))
        self.quiet_until = _moment(kept.get("quiet_until"))
        self.failing_since = _moment(kept.get("failing_since"))
        self.failed_polls = int(kept.get("failed_polls", 0))
        self._outage_at = _moment(kept.get("outage_at"))
        self._outages: list[float] = [float(at) for at in kept.get("outages") or ()]
        """When the last short outages began, epoch seconds."""
        self.gap: float | None = None
        self.resumed = False
        self._had_inverters = bool(kept.get("had_inverters", False))

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "last_at": _text(self.last_at),
            "quiet_until": _text(self.quiet_until),
            "failing_since": _text(self.failing_since),
            "failed_polls": self.failed_polls,
            "outage_at": _text(self._outage_at),
            "outages": list(self._outages),
            "had_inverters": self._had_inverters,
        }

    def outcome(self, at: datetime, poll_seconds: float, interval: float) -> None:
        """Any poll ended at `at`. Tells a resume (or a new start) from the ordinary pace of polls."""
        self.gap = None if self.last_at is None else (at - self.last_at).total_seconds()
        self.last_at = at
        self.resumed = self.gap is None or self.gap > max(2.5 * poll_seconds, _GRACE_SECONDS) or self.gap < -60.0
        if self.resumed:
            self._hush(at, max(_GRACE_SECONDS, interval))
            self.failing_since, self.failed_polls, self._outage_at = None, 0, None

    def failed(self, at: datetime, zone: tzinfo | None) -> None:
        """This poll brought nothing."""
        self.failed_polls += 1
        if self.failing_since is None:
            self.failing_since = self._outage_at = at
            if self._is_habit(at.timestamp()):
                self.failing_since = at + timedelta(minutes=_RESET_MINUTES)
        window = reset_window(self.failing_since, zone)
        if window is not None:
            self.failing_since = window[1]

    def answered(self, at: datetime, snapshot: Snapshot, interval: float) -> bool:
        """This poll brought a snapshot. Says whether the gateway seems to be starting up."""
        if self.failing_since is not None:
            missing = (at - self.failing_since).total_seconds()
            if missing > 600.0 or self.failed_polls >= 3:
                self._hush(at, max(_GRACE_SECONDS, interval))
            if self._outage_at is not None and (at - self._outage_at).total_seconds() <= _OUTAGE_SECONDS:
                self._outages = [*self._outages, self._outage_at.timestamp()][-_OUTAGES:]
        self.failing_since, self.failed_polls, self._outage_at = None, 0, None
        emptied = self._had_inverters and not snapshot.inverters
        self._had_inverters = self._had_inverters or bool(snapshot.inverters)
        if snapshot.starting_up or emptied:
            self._hush(at, max(_GRACE_SECONDS, 3 * interval))
            return True
        return False

    def quiet(self, at: datetime) -> bool:
        """Whether nobody is to be judged at `at`."""
        return self.quiet_until is not None and at < self.quiet_until

    def _is_habit(self, at: float) -> bool:
        """Whether two of the last outages began at this time of the day."""
        ages = [at - before for before in self._outages]
        same = [age for age in ages if abs((age + 43_200.0) % 86_400.0 - 43_200.0) <= _SAME_HOUR_SECONDS]
        return sum(1 for age in same if 43_200.0 < age <= _RECENT_SECONDS) >= 2

    def _hush(self, at: datetime, seconds: float) -> None:
        until = at + timedelta(seconds=seconds)
        if self.quiet_until is None or until > self.quiet_until:
            self.quiet_until = until


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
