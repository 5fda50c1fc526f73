"""What the history knows of one inverter, as far as its page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import Energy, HistoryEvent, Provenance
from enphase_tray.model.language import tr
from enphase_tray.model.readings import InverterReading
from enphase_tray.ui.charting.chart import Sight
from enphase_tray.ui.charting.periods import Period, Span, period_of
from enphase_tray.ui.figures.panel_energy import Medians, bar_of, best_day, energy_of, worst_share
from enphase_tray.ui.figures.panel_words import Told, span_words

_EVENTS = 500
_A_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PanelPast:
    """Energy by days of one inverter (those in sight and the last weeks), and what happened to it, newest first.

    `scope` is the time in which extremes are looked for: the period, or the month around a day or week.
    """

    days: dict[date, Energy]
    scope: Period
    events: tuple[HistoryEvent, ...]

    def told(self, sight: Sight, serial: str, medians: Medians, peak: tuple[float, float] | None) -> Told:
        """All that can be said of the inverter; `peak` is the highest point of the curve in sight."""
        reading, today = reading_of(sight, serial), sight.today
        within = {day: energy for day, energy in self.days.items() if day in self.scope}
        over = {day: energy for day, energy in within.items() if day < today}
        fresh = None if reading is None else _derived(reading.watt_hours_today, Provenance.MEASURED)
        return Told(
            serial,
            reading,
            sight.shown.now,
            fresh or self.days.get(today),
            self.days.get(today - timedelta(days=1))
            or _derived(None if reading is None else reading.watt_hours_yesterday),
            energy_of(self.days, today - timedelta(days=6), today)
            or _derived(None if reading is None else reading.watt_hours_week),
            bar_of(today.replace(day=1), today, self.days, medians, today),
            tr("All time") if self.scope.span is Span.ALL else span_words(self.scope.first, self.scope.last),
            best_day(within),
            worst_share(over, medians),
            peak,
            self.events,
        )


def past_of(reader: HistoryReader, sight: Sight, serial: str) -> PanelPast:
    """Read what the page needs of `serial`. Raises HistoryError."""
    period, today = sight.period, sight.today
    near = period.span in {Span.DAY, Span.WEEK}
    scope = period_of(Span.MONTH, period.first, period.first, today) if near else period
    recent = min(today.replace(day=1), today - timedelta(days=6))
    days: dict[date, Energy] = {}
    first, last = min(scope.first, period.first), min(max(scope.last, period.last), today)
    for start, end in ((recent, today), *_by_years(first, last)):
        told = reader.inverter_days(sight.site, start, end, (serial,))
        energies = told.energy.get(serial, ())
        days |= {day: energy for day, energy in zip(told.days, energies, strict=False) if energy is not None}
    events = tuple(event for event in reader.events(_EVENTS, site=sight.site) if serial in event.serials)
    return PanelPast(days, scope, events)


def known_serials(reader: HistoryReader, sight: Sight, wanted: str) -> tuple[str, ...]:
    """Whose page can be opened: those that the gateway names, else those with energy in the last year in sight.

    `wanted` too if there is anything of it: it may be remembered from another gateway. Raises HistoryError.
    """
    snapshot = sight.shown.snapshot
    named = {inverter.serial for inverter in snapshot.inverters} if snapshot is not None else set()
    if not named:
        last = min(sight.period.last, sight.today)
        named = set(reader.inverter_days(sight.site, max(sight.period.first, last - _A_YEAR), last).energy)
    if wanted and wanted not in named and reader.inverter_days(sight.site, date.min, date.max, (wanted,)).energy:
        named.add(wanted)
    return tuple(sorted(named))


def reading_of(sight: Sight, serial: str) -> InverterReading | None:
    """The inverter as the gateway last told of it."""
    snapshot = sight.shown.snapshot
    inverters = () if snapshot is None else snapshot.inverters
    return next((inverter for inverter in inverters if inverter.serial == serial), None)


def _by_years(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The same days in pieces: reading takes memory for all inverters, whichever of them is wanted."""
    for year in range(first.year, last.year + 1):
        yield max(first, date(year, 1, 1)), min(last, date(year, 12, 31))


def _derived(watt_hours: float | None, provenance: Provenance = Provenance.DERIVED) -> Energy | None:
    return None if watt_hours is None else Energy(watt_hours, provenance)
