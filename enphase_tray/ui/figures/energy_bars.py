"""Energy by days, months or years beside the same time of the year before: the figures of the energy chart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enphase_tray.model.dates import dated
from enphase_tray.model.history import Energy, Provenance, SiteDay
from enphase_tray.model.language import tr
from enphase_tray.ui.charting.periods import Period, Span, period_of, year_before

Days = Mapping[date, SiteDay]
_ENOUGH = 0.9
"""So much of a month must be known for being compared with: a half one would look like bad weather."""


class Quantity(StrEnum):
    """What is counted. The value is what is remembered."""

    PRODUCTION = "production"
    CONSUMPTION = "consumption"
    IMPORTED = "imported"
    EXPORTED = "exported"

    @property
    def words(self) -> str:
        """As the user reads it."""
        return {
            "production": tr("Production"),
            "consumption": tr("Consumption"),
            "imported": tr("From grid"),
            "exported": tr("To grid"),
        }[self.value]

    def of(self, day: SiteDay | None) -> Energy | None:
        """This quantity's energy of a day."""
        return None if day is None else _GETTERS[self](day)


_GETTERS: dict[Quantity, Callable[[SiteDay], Energy | None]] = {
    Quantity.PRODUCTION: lambda day: day.production,
    Quantity.CONSUMPTION: lambda day: day.consumption,
    Quantity.IMPORTED: lambda day: day.imported,
    Quantity.EXPORTED: lambda day: day.exported,
}


@dataclass(frozen=True, slots=True)
class Total:
    """Energy of several days, Wh: what is known of it, how much of that is not sure, and from how many days.

    Not sure is what was filled in afterwards or estimated; `provenance` is the least sure of all.
    """

    watt_hours: float
    unsure: float
    provenance: Provenance
    days: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, month or year: the days `first` to `last`, of which `over` have begun.

    `total` is `None` where nothing is known. `before` is the same time a year before, `None` where too little is known
    of it; `before_until` is the same up to the day that a running month or year has come to.
    """

    span: Span
    first: date
    last: date
    over: int
    total: Total | None
    before: Total | None
    before_until: Total | None

    @property
    def running(self) -> bool:
        """Whether some of its days are still to come."""
        return 0 < self.over <= (self.last - self.first).days

    @property
    def label(self) -> str:
        """The short name under the bar."""
        return {Span.MONTH: dated("{mon}", self.first), Span.YEAR: f"{self.first.year}"}.get(
            self.span, f"{self.first.day}"
        )

    @property
    def name(self) -> str:
        """The whole name."""
        return Period(self.span, self.first, self.last).words


def bars_of(days: Days, period: Period, quantity: Quantity, today: date) -> tuple[Bar, ...]:
    """The bars of `period`: days of a week or month, months of a year, years of all."""
    return tuple(_bar(days, part, quantity, today) for part in parts_of(period))


def parts_of(period: Period) -> list[Period]:
    """The days, months or years that `period` is shown by."""
    if period.span is Span.ALL:
        years = range(period.first.year, period.last.year + 1)
        return [Period(Span.YEAR, date(year, 1, 1), date(year, 12, 31)) for year in years]
    if period.span is Span.YEAR:
        months = (date(period.first.year, month, 1) for month in range(1, 13))
        return [period_of(Span.MONTH, month, month, month) for month in months]
    return [Period(Span.DAY, day, day) for day in period.days]


def total_of(energies: Iterable[Energy | None]) -> Total | None:
    """What is known of several days together."""
    known = [energy for energy in energies if energy is not None]
    if not known:
        return None
    unsure = sum(energy.watt_hours for energy in known if energy.provenance >= Provenance.BACK_FILLED)
    worst = max(energy.provenance for energy in known)
    return Total(sum(energy.watt_hours for energy in known), unsure, worst, len(known))


def total_between(days: Days, first: date, last: date, quantity: Quantity) -> Total | None:
    """What is known from `first` to `last`, both included."""
    return total_of(quantity.of(days.get(day)) for day in _each(first, last))


def offered(days: Days, fallback: Quantity) -> tuple[Quantity, ...]:
    """The quantities of which anything is known; `fallback` alone where nothing is."""
    known = tuple(quantity for quantity in Quantity if any(quantity.of(day) is not None for day in days.values()))
    return known or (fallback,)


def best_of(bars: Sequence[Bar]) -> Bar | None:
    """The bar with most energy, where there are several to choose from."""
    known = [bar for bar in bars if bar.total is not None]
    return max(known, key=lambda bar: bar.total.watt_hours if bar.total else 0.0) if len(known) > 1 else None


def _bar(days: Days, part: Period, quantity: Quantity, today: date) -> Bar:
    until = min(part.last, today)
    over = max(0, (until - part.first).days + 1)
    total = total_between(days, part.first, until, quantity) if over else None
    running = 0 < over <= (part.last - part.first).days
    # Beside a year that is over the year before stands as a bar of its own.
    whole = _before(days, part.first, part.last, quantity) if part.span is not Span.YEAR else None
    return Bar(
        part.span, part.first, part.last, over, total, whole,
        _before(days, part.first, until, quantity) if running else None,
    )  # fmt: skip


def _before(days: Days, first: date, last: date, quantity: Quantity) -> Total | None:
    earlier = [day for day in map(year_before, _each(first, last)) if day is not None]
    total = total_of(quantity.of(days.get(day)) for day in earlier)
    return total if total is not None and total.days >= _ENOUGH * len(earlier) else None


def _each(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))
