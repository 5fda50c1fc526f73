"""Shapes in which the past is handed out: series for charts, days for bars, events for lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import NamedTuple


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


class Provenance(IntEnum):
    """Where a figure comes from, the surest first.

    `MEASURED`: counters read close enough around the limits of the day. `DERIVED`: the gateway's own figure of that
    day fills the part that was not watched. `BACK_FILLED`: told afterwards for a day on which nothing was read (the
    gateway's yesterday and week). `ESTIMATED`: a known total shared out over several days, power added up over time, or
    what a counter saw of a day of which it missed a part.
    """

    MEASURED = 0
    DERIVED = 1
    BACK_FILLED = 2
    ESTIMATED = 3

    @property
    def word(self) -> str:
        """As exports and tables write it."""
        return self.name.lower().replace("_", "-")


class Energy(NamedTuple):
    """Energy of a stretch of time, Wh, and the least sure source that had a part in it."""

    watt_hours: float
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class SiteDay:
    """Energy of one local day of the gateway; `None` where unknown."""

    day: date
    production: Energy | None
    consumption: Energy | None
    imported: Energy | None
    exported: Energy | None


@dataclass(frozen=True, slots=True)
class InverterDays:
    """Energy of inverters by local days of the gateway: n days in order, n values for each serial, `None` unknown."""

    days: tuple[date, ...]
    energy: Mapping[str, tuple[Energy | None, ...]]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Answers of one local day that were no data: `count` of them, for one `reason` (a word), of one quantity."""

    day: date
    quantity: str
    reason: str
    count: int


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


@dataclass(frozen=True, slots=True)
class EpochCheck:
    """A counter followed without a break: what it moved by (wraps undone) against what its days add up to, Wh."""

    number: int
    opened_at: datetime
    latest_at: datetime
    opening: float
    latest: float
    wraps: int
    counted: float
    booked: float


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """One counter of a site: a quantity from a source, and its epochs.

    For the inverters the quantity is `inverter`, the source a serial, and the epochs are taken together as one.
    """

    quantity: str
    source: str
    epochs: tuple[EpochCheck, ...]


@dataclass(frozen=True, slots=True)
class GapCheck:
    """Holes between readings longer than twice their usual distance; seconds. `count` 0: none."""

    usual: float
    count: int
    total: float
    longest: float


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What there is of one site. `shares`: how much of all production is of which provenance, 0 to 1.

    `rejections` are counted by reason. `samples`: reports of single inverters that are stored.
    """

    serial: str
    first_at: datetime | None
    last_at: datetime | None
    readings: int
    samples: int
    days: int
    inverters: int
    chains: tuple[ChainCheck, ...]
    gaps: GapCheck
    shares: Mapping[Provenance, float]
    rejections: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HistoryCheck:
    """The state of a whole history. `problems`: sentences; empty when it is whole. `size`: bytes of the file."""

    sites: tuple[SiteCheck, ...]
    size: int
    problems: tuple[str, ...]

    @property
    def bytes_per_sample(self) -> float | None:
        """All that the file holds, for each stored report of an inverter."""
        samples = sum(site.samples for site in self.sites)
        return self.size / samples if samples else None
