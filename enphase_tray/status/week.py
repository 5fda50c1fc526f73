"""A week of a site as the history knows it: what the weekly report is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.health import HealthReport
from enphase_tray.model.history import Energy, HistoryEvent, SiteDay

_A_WEEK = timedelta(days=7)
_A_YEAR = timedelta(days=364)
"""52 weeks: the same days of the week."""
_MOST_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that was told, from its beginning to its end; `None` where it began before or has not ended."""

    title: str
    body: str
    severity: str
    raised_at: datetime | None
    cleared_at: datetime | None
    note: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven local days from `first` on. The three rows of days have seven places each, `None` for an unknown day."""

    first: date
    days: tuple[SiteDay | None, ...]
    before: tuple[SiteDay | None, ...]
    year_before: tuple[SiteDay | None, ...]
    episodes: tuple[Episode, ...]
    health: HealthReport | None
    made_at: datetime
    firmware: str = ""
    site_name: str = ""

    @property
    def last(self) -> date:
        """Its seventh day."""
        return self.first + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Against:
    """Production of the days that are known in both, Wh: of this week, and of the other."""

    own: float
    other: float
    days: int

    @property
    def change(self) -> float | None:
        """How much more this week brought, as a part of the other; `None` where there is nothing to compare."""
        return self.own / self.other - 1.0 if self.other > 0 else None


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def read_week(
    reader: HistoryReader,
    site: str,
    first: date,
    health: HealthReport | None,
    made_at: datetime,
    zone: tzinfo | None,
    *,
    firmware: str = "",
    site_name: str = "",
) -> Week:
    """The week from `first` on; `zone` is the gateway's. Raises HistoryError."""
    start, end = _midnight(first, zone), _midnight(first + _A_WEEK, zone)
    events = reader.events(_MOST_EVENTS, since=start, site=site)
    return Week(
        first,
        _days(reader, site, first),
        _days(reader, site, first - _A_WEEK),
        _days(reader, site, first - _A_YEAR),
        episodes(events, end),
        health,
        made_at,
        firmware,
        site_name,
    )


def episodes(events: Sequence[HistoryEvent], end: datetime) -> tuple[Episode, ...]:
    """What was told before `end`, the oldest first; when it was over may be later. `events`: newest first."""
    found: dict[str, list[HistoryEvent]] = {}
    for number, event in enumerate(reversed(events)):
        found.setdefault(event.alert_id or f"note-{number}", []).append(event)
    told = [_episode(parts) for parts in found.values() if parts[0].at < end]
    return tuple(told)


def against(days: Sequence[SiteDay | None], others: Sequence[SiteDay | None]) -> Against:
    """Two weeks, day by day."""
    pairs = [(own, other) for own, other in zip(map(made, days), map(made, others), strict=True)]
    known = [(own.watt_hours, other.watt_hours) for own, other in pairs if own is not None and other is not None]
    return Against(sum(own for own, _ in known), sum(other for _, other in known), len(known))


def made(day: SiteDay | None) -> Energy | None:
    """Its production."""
    return None if day is None else day.production


def best_day(days: Sequence[SiteDay | None]) -> tuple[date, Energy] | None:
    """The day that brought most."""
    known = [(day.day, day.production) for day in days if day is not None and day.production is not None]
    return max(known, key=lambda pair: pair[1].watt_hours, default=None)


def _days(reader: HistoryReader, site: str, first: date) -> tuple[SiteDay | None, ...]:
    known = {day.day: day for day in reader.days(site, first, first + timedelta(days=6))}
    return tuple(known.get(first + timedelta(days=step)) for step in range(7))


def _episode(parts: Sequence[HistoryEvent]) -> Episode:
    raised = next((event for event in parts if event.kind != "cleared"), None)
    cleared = next((event for event in parts if event.kind == "cleared"), None)
    said = raised or parts[0]
    return Episode(
        said.title,
        said.body,
        said.severity,
        next((event.at for event in parts if event.kind in {"raised", "note"}), None),
        None if cleared is None else cleared.at,
        said.kind == "note",
    )


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
