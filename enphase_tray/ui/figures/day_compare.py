"""A day beside the one before it and the best of the last month: what the day's chart is made of."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import Energy, Provenance, SiteDay
from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.figures.site_day import SiteDayCurves, energy_until, shift
from enphase_tray.ui.look.when import day_bounds

BEST_OF_DAYS = 30
_KEPT = 8
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Compared:
    """The day, the day before and the best of the days before it (`None` without a curve), and counted energies."""

    day: SiteDayCurves
    before: SiteDayCurves | None
    best: SiteDayCurves | None
    energies: dict[date, SiteDay]

    @property
    def others(self) -> tuple[SiteDayCurves, ...]:
        """What stands behind the day, each once."""
        return tuple(curves for curves in (self.before, self.best) if curves is not None)

    def apart(self, other: SiteDayCurves) -> float:
        """Seconds from a moment of `other` to the one of the day that it is drawn at."""
        return shift(other, self.day)

    def made(self, curves: SiteDayCurves | None) -> Energy | None:
        """The counted production of one of the days."""
        found = None if curves is None else self.energies.get(curves.day)
        return None if found is None else found.production

    def used(self) -> Energy | None:
        """The counted consumption of the day."""
        found = self.energies.get(self.day.day)
        return None if found is None else found.consumption

    def before_until(self, moment: float) -> float | None:
        """Energy made on the day before until the sun stood as it does at `moment`, Wh."""
        made = self.made(self.before)
        if self.before is None or made is None:
            return None
        return energy_until(self.before.production, moment - self.apart(self.before), made.watt_hours)


class DayShelf:
    """Reads days; the power curves of a few past ones are kept, since they cannot change."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tzinfo | None, date], SiteDayCurves] = OrderedDict()

    def compare(self, reader: HistoryReader, site: str, zone: tzinfo | None, day: date, today: date) -> Compared:
        """`day` and what it is compared with. Raises HistoryError."""
        yesterday = day - timedelta(days=1)
        known = {found.day: found for found in reader.days(site, day - timedelta(days=BEST_OF_DAYS), day)}
        curves = self._curves(reader, site, zone, day, today)
        before = self._curves(reader, site, zone, yesterday, today)
        best = None
        for candidate, energy in _best_first(known, day)[:_TRIES]:
            found = before if candidate == yesterday else self._curves(reader, site, zone, candidate, today)
            # A day that was watched for some of its hours would be no measure for this one.
            if energy_until(found.production, found.end, energy) is not None:
                best = found
                break
        return Compared(curves, before if before.production.times else None, best, known)

    def _curves(self, reader: HistoryReader, site: str, zone: tzinfo | None, day: date, today: date) -> SiteDayCurves:
        key = (site, zone, day)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        curves = SiteDayCurves(day, zone, reader.site_series(site, *day_bounds(day, zone)))
        if day < today:
            self._kept[key] = curves
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return curves


def light_words(compared: Compared, wording: Wording, *, live: bool) -> tuple[tuple[float, str], ...]:
    """Moments at which the array woke and fell asleep, with their words; only those that were seen.

    Of today's evening nothing is known yet: there the one of the day before stands, and says so.
    """
    day, before = compared.day, compared.before
    marks = []
    if (first := day.first_light()) is not None:
        marks.append((first, tr("first light {clock}", clock=_clock(first, wording))))
    if (last := day.last_light()) is not None and not (live and _may_shine_again(day, before, last)):
        marks.append((last, tr("last light {clock}", clock=_clock(last, wording))))
    elif live and before is not None and (last := before.last_light()) is not None:
        marks.append((last + shift(before, day), tr("last light yesterday {clock}", clock=_clock(last, wording))))
    return tuple(marks)


def _may_shine_again(day: SiteDayCurves, before: SiteDayCurves | None, last: float) -> bool:
    """Whether `last` may be a dark hour at noon: later than that it was light on the day before."""
    usual = None if before is None else before.last_light()
    return before is not None and usual is not None and last < usual + shift(before, day) - 3600.0


def _best_first(known: dict[date, SiteDay], day: date) -> list[tuple[date, float]]:
    """Days with a curve to be expected and their Wh, the one with most first."""
    told = [
        (found.production.watt_hours, found.day)
        for found in known.values()
        if found.production is not None and found.day != day and found.production.provenance <= Provenance.DERIVED
    ]
    return [(best, energy) for energy, best in sorted(told, reverse=True) if energy > 0.0]


def _clock(moment: float, wording: Wording) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    return wording.clock(at, at)
