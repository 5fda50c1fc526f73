"""One inverter's energy by days, months or years against the median of its group, and its extremes. Pure figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from enphase_tray.model.history import Energy, Provenance
from enphase_tray.ui.charting.periods import Period, Span
from enphase_tray.ui.figures.heat import DIM_WATT_HOURS

_MOST_MONTHS = 60
Days = Mapping[date, Energy]
Medians = Mapping[date, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """The energy of the days `first` to `last`, Wh, and the median of the group over the same known days.

    `unsure` is the part of the energy that was estimated or told afterwards; `unknown` counts days before tomorrow
    that nothing is known of.
    """

    first: date
    last: date
    energy: Energy | None
    median: float | None
    unsure: float
    unknown: int

    @property
    def to_come(self) -> bool:
        """Whether it lies in the future altogether."""
        return self.energy is None and not self.unknown

    @property
    def share(self) -> float | None:
        """Of the median; `None` where either is unknown or there was too little light to compare."""
        if self.energy is None or self.median is None or self.median < DIM_WATT_HOURS:
            return None
        return self.energy.watt_hours / self.median


def bars_of(period: Period, days: Days, medians: Medians, today: date) -> tuple[Bar, ...]:
    """Bars for a period: days of a week or month, months of a year, months or years of all."""
    return tuple(bar_of(first, last, days, medians, today) for first, last in _parts(period))


def bar_of(first: date, last: date, days: Days, medians: Medians, today: date) -> Bar:
    """All of the days `first` to `last` in one."""
    known: list[Energy] = []
    against: list[float] = []
    past = 0
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        past += day <= today
        energy, middle = days.get(day), medians.get(day)
        if energy is not None:
            known.append(energy)
            if middle is not None:
                against.append(middle)
    # A median of fewer days than the energy would make the inverter look better than it is.
    whole = bool(known) and len(against) == len(known)
    unsure = sum(energy.watt_hours for energy in known if energy.provenance >= Provenance.BACK_FILLED)
    middle = sum(against) if whole else None
    return Bar(first, last, _sum(known) if known else None, middle, unsure, past - len(known))


def energy_of(days: Days, first: date, last: date) -> Energy | None:
    """The sum over the days `first` to `last`, `None` unless every one of them is known."""
    wanted = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    known = [days[day] for day in wanted if day in days]
    return _sum(known) if wanted and len(known) == len(wanted) else None


def best_day(days: Days) -> tuple[date, Energy] | None:
    """The day with the most energy."""
    return max(days.items(), key=lambda item: item[1].watt_hours, default=None)


def worst_share(days: Days, medians: Medians) -> tuple[date, float] | None:
    """The day on which it did worst against its group; days with too little light do not count."""
    shares = [
        (day, energy.watt_hours / middle)
        for day, energy in days.items()
        if (middle := medians.get(day)) is not None and middle >= DIM_WATT_HOURS
    ]
    return min(shares, key=lambda item: item[1], default=None)


def _parts(period: Period) -> list[tuple[date, date]]:
    if period.span in {Span.DAY, Span.WEEK, Span.MONTH}:
        return [(day, day) for day in period.days]
    months = 12 * (period.last.year - period.first.year) + period.last.month - period.first.month + 1
    if period.span is Span.YEAR or months <= _MOST_MONTHS:
        firsts = [_month_later(period.first.replace(day=1), step) for step in range(months)]
        return [(first, _month_later(first, 1) - timedelta(days=1)) for first in firsts]
    return [(date(year, 1, 1), date(year, 12, 31)) for year in range(period.first.year, period.last.year + 1)]


def _sum(known: Sequence[Energy]) -> Energy:
    return Energy(sum(energy.watt_hours for energy in known), max(energy.provenance for energy in known))


def _month_later(first: date, months: int) -> date:
    total = first.year * 12 + first.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
