"""The days of a site laid out for comparing: who made what in which half hour, and how bright it was."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enphase_tray.analysis.doctor.day_book import SLOTS, UNKNOWN

if TYPE_CHECKING:
    Row = array[float]
else:  # Python 3.11 has no `array[float]`
    Row = array
"""48 mean watts; below zero where unknown."""

_LIT_SHARE = 0.04
_LIT_WATTS = 5.0
_CLEAR_QUANTILE = 0.9
_BRIGHT = 0.7
_DULL, _DULL_WATTS = 0.4, 4.0
_STRONG_SHARE = 0.25
"""Dull half hours count where a clear one has so much of the best: elsewhere watts are rounded too coarsely."""
_USABLE_LIGHT = 0.2
_USABLE_KNOWN = 0.15
_USABLE_SLOTS = 4
_FEWEST_LIT = 10
"""With shorter days the sun hardly rises, and a degree of tilt makes all the difference."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows[panel][day]` are watts of panels (in order of serials) on days (rising numbers); `None` for no report.

    `mean[day][slot]` is the mean watts of a panel then (below zero: unknown), `clear[slot]` about the most of it on
    these days, `lit` the slots with light worth the name. `light[day]` is the part of a clear day that was made in the
    half hours that are known of it, `None` for hardly any.
    """

    serials: tuple[str, ...]
    days: tuple[int, ...]
    rows: tuple[tuple[Row | None, ...], ...]
    mean: tuple[Row, ...]
    clear: Row
    lit: tuple[int, ...]
    light: tuple[float | None, ...]
    bright: tuple[tuple[int, ...], ...]
    """By day the slots under a bright sky."""
    dull: tuple[tuple[int, ...], ...]
    """By day the slots under a dull sky, of those that can be strong."""

    def usable(self, day: int) -> bool:
        """Whether the day at this place had light enough to compare panels."""
        light = self.light[day]
        return light is not None and light >= _USABLE_LIGHT and len(self.lit) >= _FEWEST_LIT

    def brightness(self, day: int, slot: int) -> float:
        """What part of a clear sky's watts was made then; below zero where unknown."""
        return self.mean[day][slot] / self.clear[slot]


def lay_out(book: Mapping[int, Mapping[str, Row]], serials: Sequence[str]) -> Sheet:
    """The sheet of these inverters. Days on which none of them reported are left out."""
    days = tuple(day for day, rows in book.items() if any(serial in rows for serial in serials))
    rows = tuple(tuple(book[day].get(serial) for day in days) for serial in serials)
    mean = tuple(_mean([panel[place] for panel in rows]) for place in range(len(days)))
    clear = _clear(mean)
    strongest = max(clear, default=0.0)
    least = max(_LIT_WATTS, _LIT_SHARE * strongest)
    lit = tuple(slot for slot in range(SLOTS) if clear[slot] >= least)
    strong = [slot for slot in lit if clear[slot] >= _STRONG_SHARE * strongest]
    return Sheet(
        serials=tuple(serials),
        days=days,
        rows=rows,
        mean=mean,
        clear=clear,
        lit=lit,
        light=tuple(_light(day, clear, lit) for day in mean),
        bright=tuple(tuple([slot for slot in lit if day[slot] >= _BRIGHT * clear[slot]]) for day in mean),
        dull=tuple(tuple([slot for slot in strong if _DULL_WATTS < day[slot] <= _DULL * clear[slot]]) for day in mean),
    )


def _mean(rows: Sequence[Row | None]) -> Row:
    """Mean watts of the panels in each half hour that most of them reported of."""
    known = [row for row in rows if row is not None]
    means = array("f", [UNKNOWN]) * SLOTS
    for slot, values in enumerate(zip(*known, strict=True)):
        told = [value for value in values if value >= 0.0]
        if told and 2 * len(told) >= len(known):
            means[slot] = sum(told) / len(told)
    return means


def _clear(mean: Sequence[Row]) -> Row:
    """For each half hour nearly the most of all days."""
    clear = array("f", [0.0]) * SLOTS
    for slot, values in enumerate(zip(*mean, strict=True)):
        told = sorted(value for value in values if value >= 0.0)
        if told:
            clear[slot] = told[int(_CLEAR_QUANTILE * (len(told) - 1) + 0.5)]
    return clear


def _light(mean: Row, clear: Row, lit: Sequence[int]) -> float | None:
    known = [slot for slot in lit if mean[slot] >= 0.0]
    whole, possible = sum(clear[slot] for slot in lit), sum(clear[slot] for slot in known)
    if len(known) < _USABLE_SLOTS or possible < _USABLE_KNOWN * whole:
        return None
    return sum(mean[slot] for slot in known) / possible
