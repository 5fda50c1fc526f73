"""Shapes in which the past is handed out: series for charts, days for bars, events for lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class InverterSeries:
    """Power of inverters over time.

    `times` are epoch seconds (UTC) in rising order, n of them; `watts[serial]` holds n values, `None` where that
    inverter had no new report.
    """

    times: tuple[float, ...]
    watts: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True, slots=True)
class SiteSeries:
    """Power of the site over time: n epoch seconds and n values each, `None` where unknown. Net: import positive."""

    times: tuple[float, ...]
    production: tuple[float | None, ...]
    consumption: tuple[float | None, ...]
    net: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SiteDay:
    """Energy of one local day of the gateway, Wh; `None` where unknown."""

    day: date
    production: float | None
    consumption: float | None
    imported: float | None
    exported: float | None


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One line of the event list: what the user was told, or what the program noticed.

    `kind` is `raised`, `updated`, `cleared` or `note`; `alert_id` is `None` for a note.
    """

    at: datetime
    kind: str
    rule: str
    severity: str
    serials: tuple[str, ...]
    title: str
    body: str
    alert_id: str | None
