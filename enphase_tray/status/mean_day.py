"""How an inverter does over a mean day: reports of some days by half hours of the gateway's clock, against others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import pairwise
from statistics import fmean, median

from enphase_tray.model.history import InverterSeries
from enphase_tray.model.language import tr

SLOTS = 48
_Bin = tuple[date, int]
_APART_HOURS = 0.6
_LIT = 0.02


@dataclass(frozen=True, slots=True)
class MeanDay:
    """A panel against the median of the others in its group, W, by half hours of a day (n = 48).

    Both are means over the same half hours of the same days, those in which both are known; `None` where there were
    none. `days`: how many days had any.
    """

    own: tuple[float | None, ...]
    group: tuple[float | None, ...]
    days: int

    @property
    def lit(self) -> tuple[int, int]:
        """The first half hour with light, and the one behind the last; (0, 0) without any."""
        highest = max((watts for watts in self.group if watts is not None), default=0.0)
        lit = [slot for slot, watts in enumerate(self.group) if watts is not None and watts > highest * _LIT]
        return (lit[0], lit[-1] + 1) if lit else (0, 0)


def slot_hour(slot: int) -> float:
    """The hour in the middle of a half hour."""
    return (slot + 0.5) * 24 / SLOTS


class DayBins:
    """Means of reports by local day and half hour, for comparing any of them."""

    def __init__(self, series: InverterSeries, zone: tzinfo | None) -> None:
        """`zone`: the gateway's, `None` for the computer's."""
        places = [_place(datetime.fromtimestamp(seconds, zone)) for seconds in series.times]
        edges = [row for row, place in enumerate(places) if not row or place != places[row - 1]]
        # Rows are in the order of time, so those of a half hour stand together, but for the hour that autumn has twice.
        self._rows = [(places[a], a, b) for a, b in pairwise((*edges, len(places)))]
        self._watts = series.watts
        self._means: dict[str, Mapping[_Bin, float]] = {}

    def mean_day(self, serial: str, group: Collection[str]) -> MeanDay:
        """`serial` against the others of `group`."""
        own = self._of(serial)
        others = [self._of(other) for other in group if other != serial]
        pairs: dict[int, list[tuple[float, float]]] = {}
        days = set()
        for place, watts in own.items():
            known = [other[place] for other in others if place in other]
            if known:
                pairs.setdefault(place[1], []).append((watts, median(known)))
                days.add(place[0])
        return MeanDay(_means(pairs, 0), _means(pairs, 1), len(days))

    def centre(self, group: Collection[str]) -> float | None:
        """The hour around which a group makes its energy; `None` where nothing is known of it."""
        total = weighted = 0.0
        for serial in group:
            for (_, slot), watts in self._of(serial).items():
                total += watts
                weighted += watts * slot_hour(slot)
        return weighted / total if total > 0 else None

    def _of(self, serial: str) -> Mapping[_Bin, float]:
        if serial not in self._means:
            column: Sequence[float | None] = self._watts.get(serial, ())
            found: dict[_Bin, float] = {}
            for place, first, end in self._rows if column else ():
                known = [watts for watts in column[first:end] if watts is not None]
                if known:
                    found[place] = sum(known) / len(known)
            self._means[serial] = found
        return self._means[serial]


def leanings(centres: Sequence[float | None]) -> tuple[str, ...]:
    """For the centre of each group whether it is of the morning or the afternoon; empty where they hardly differ."""
    known = [centre for centre in centres if centre is not None]
    if len(known) < 2 or max(known) - min(known) < _APART_HOURS:
        return ("",) * len(centres)
    low, high = min(known), max(known)
    third = (high - low) / 3
    return tuple("" if at is None else _leaning(at, low + third, high - third) for at in centres)


def _leaning(centre: float, early: float, late: float) -> str:
    if centre < early:
        return tr("morning")
    return tr("afternoon") if centre > late else tr("midday")


def _place(there: datetime) -> _Bin:
    return there.date(), (there.hour * 60 + there.minute) * SLOTS // 1440


def _means(pairs: Mapping[int, Sequence[tuple[float, float]]], which: int) -> tuple[float | None, ...]:
    return tuple(fmean(pair[which] for pair in pairs[slot]) if slot in pairs else None for slot in range(SLOTS))
