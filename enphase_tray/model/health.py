"""What the days so far say about each panel: facts of the doctor's, without words.

Energies are Wh, shares are parts of what the panel's group would have made in its place (1 is like the group).
Unknown is `None`, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """Why a panel makes less than its group, or nothing. `WEAK`: it does, and nothing tells why.

    `SNOW` and `WEATHER` are of a whole array; `CLIPPING` is a plateau at the inverter's own limit, `CURTAILED` one
    below it, ordered by the grid. `ASLEEP` and `RETIRED` are no faults.
    """

    ASLEEP = "asleep"
    RETIRED = "retired"
    NOT_REPORTING = "not_reporting"
    NO_DC = "no_dc"
    INVERTER_FAULT = "inverter_fault"
    GRID_TRIP = "grid_trip"
    SHADE = "shade"
    SOILING = "soiling"
    CURTAILED = "curtailed"
    CLIPPING = "clipping"
    SNOW = "snow"
    WEATHER = "weather"
    WEAK = "weak"


class Certainty(StrEnum):
    """How sure a cause is: the evidence excludes others; it speaks for this one; too little evidence."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


class Concern(StrEnum):
    """How much a panel matters now, the least first. `UNKNOWN`: too few days are known to say."""

    WELL = "well"
    UNKNOWN = "unknown"
    WATCH = "watch"
    LOOK = "look"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class ShareDay:
    """What a panel made of its group's level on one local day; `share` is `None` where the day says nothing."""

    day: date
    share: float | None
    usable: bool
    """Whether the day had enough light to count."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause with what speaks for it. `lost_watt_hours`: since `since`, within the days looked at."""

    cause: Cause
    certainty: Certainty
    since: datetime | None
    lost_watt_hours: float | None
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """The evidence in figures, by name: `share`, `share_before`, `hour_from`, `hour_to`, `dc_volts`, `days`, ..."""
    words: tuple[str, ...] = ()
    """Device-status words that speak for it."""


@dataclass(frozen=True, slots=True)
class PanelHealth:
    """One inverter. `share` is of the last seven usable days, `usual_share` of those before."""

    serial: str
    group: int | None
    concern: Concern
    share: float | None = None
    usual_share: float | None = None
    finding: Finding | None = None
    days: tuple[ShareDay, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The doctor's word at one moment. `groups` holds serials by group number; panels are sorted by serial."""

    at: datetime
    first_day: date | None
    last_day: date | None
    usable_days: int
    groups: tuple[tuple[str, ...], ...] = ()
    panels: tuple[PanelHealth, ...] = ()
    site: Finding | None = None
    """What all panels suffer alike (snow, weather, curtailed, grid)."""

    @property
    def lost_watt_hours(self) -> float:
        """Of all panels together, as far as known."""
        found = (panel.finding for panel in self.panels)
        return sum(one.lost_watt_hours or 0.0 for one in found if one is not None)

    def panel(self, serial: str) -> PanelHealth | None:
        """That inverter's health."""
        return next((panel for panel in self.panels if panel.serial == serial), None)
