"""Energy of inverters by days against the median of their group: the heat map's figures. Nothing is drawn here."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from enphase_tray.model.history import Energy, InverterDays

DIM_WATT_HOURS = 50.0
"""A median below this is a day of snow or hardly any light: shares of it mean nothing."""
LIMITS = (0.25, 0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.35)
"""Where one class of shares ends and the next begins: finer where panels lose than where they gain."""
SAME_CLASS = 5
CLASSES = len(LIMITS) + 1
UNKNOWN_CLASS = CLASSES
DIM_CLASS = CLASSES + 1
_RECENT = 14
_LEAST_GROUP = 2


@dataclass(frozen=True, slots=True)
class HeatMap:
    """n days, and for each serial n energies, n shares of the group's median, and n classes.

    A share is `None` where the energy is unknown, and where the day was too dim to compare or is not over; the class
    tells which.
    `medians` are Wh, n for each group.
    """

    days: tuple[date, ...]
    energy: Mapping[str, tuple[Energy | None, ...]]
    shares: Mapping[str, tuple[float | None, ...]]
    classes: Mapping[str, bytes]
    medians: Mapping[str, tuple[float | None, ...]]
    unfinished: date | None
    group_of: Callable[[str], str]

    def median(self, serial: str, place: int) -> float | None:
        """The median of that inverter's group on a day, Wh."""
        return self.medians[self.group_of(serial)][place]

    def dim(self, serial: str, place: int) -> bool:
        """Whether there was too little light on that day to compare."""
        middle = self.median(serial, place)
        return middle is not None and middle < DIM_WATT_HOURS

    def recent_share(self, serial: str) -> float | None:
        """The mean share of the newest two weeks that are known."""
        known = [share for share in self.shares[serial] if share is not None][-_RECENT:]
        return fmean(known) if known else None

    def order(self, by_concern: bool, concerned: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Serials from top to bottom: as they are, or the concerned first, then the weakest; unknown ones last."""
        serials = sorted(self.energy)
        if not by_concern:
            return tuple(serials)
        shares = {serial: self.recent_share(serial) for serial in serials}
        return tuple(sorted(serials, key=lambda serial: _rank(serial in concerned, shares[serial])))


def heat_map(
    days: InverterDays, unfinished: date | None = None, group_of: Callable[[str], str] = lambda serial: ""
) -> HeatMap:
    """Compare each inverter with the others of its group; `group_of` names the group of a serial (one for all).

    The `unfinished` day is not compared: in the morning a whole roof side lies behind the other.
    """
    groups: dict[str, list[str]] = {}
    for serial in days.energy:
        groups.setdefault(group_of(serial), []).append(serial)
    medians = {name: medians_of(days, serials) for name, serials in groups.items()}
    skipped = days.days.index(unfinished) if unfinished in days.days else -1
    shares: dict[str, tuple[float | None, ...]] = {}
    classes: dict[str, bytes] = {}
    for name, serials in groups.items():
        for serial in serials:
            shares[serial], classes[serial] = _compared(days.energy[serial], medians[name], skipped)
    return HeatMap(days.days, days.energy, shares, classes, medians, unfinished, group_of)


def on_calendar(days: InverterDays, first: date, last: date) -> InverterDays:
    """The same energies for every day from `first` to `last`; what is not in `days` is unknown."""
    calendar = tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
    if days.days == calendar:
        return days
    place = {day: number for number, day in enumerate(days.days)}
    places = [place.get(day) for day in calendar]
    return InverterDays(
        calendar,
        {
            serial: tuple([None if at is None else energies[at] for at in places])
            for serial, energies in days.energy.items()
        },
    )


def medians_of(days: InverterDays, serials: Iterable[str]) -> tuple[float | None, ...]:
    """The median energy of `serials` for each day, Wh; `None` where fewer than two are known."""
    found: list[float | None] = []
    for values in zip(*(days.energy[serial] for serial in serials), strict=True):
        known = sorted([energy[0] for energy in values if energy is not None])
        half = len(known) // 2
        # By hand: a year of thirty inverters is in sight at once, and the library's median takes three times as long.
        found.append(None if len(known) < _LEAST_GROUP else (known[half] + known[~half]) / 2)
    return tuple(found)


def class_of(share: float) -> int:
    """The class of a share, 0 for next to nothing; `SAME_CLASS` means as much as the group."""
    return bisect_right(LIMITS, share)


def _compared(
    energies: tuple[Energy | None, ...], medians: tuple[float | None, ...], skipped: int
) -> tuple[tuple[float | None, ...], bytes]:
    shares: list[float | None] = []
    classes = bytearray()
    for place, (energy, middle) in enumerate(zip(energies, medians, strict=True)):
        if energy is None or middle is None:
            shares.append(None)
            classes.append(UNKNOWN_CLASS)
        elif middle < DIM_WATT_HOURS or place == skipped:
            shares.append(None)
            classes.append(DIM_CLASS)
        else:
            share = energy[0] / middle
            shares.append(share)
            classes.append(class_of(share))
    return tuple(shares), bytes(classes)


def _rank(concerned: bool, share: float | None) -> tuple[bool, bool, float]:
    return not concerned, share is None, 0.0 if share is None else share
