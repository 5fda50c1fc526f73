"""What sets panels apart whatever their size: by which factor each differs from the mean at each half hour of the day.

Under a bright sky that factor follows from orientation and shade, under a dull one hardly from anything but size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import exp, log

from enphase_tray.analysis.doctor.day_book import median
from enphase_tray.analysis.doctor.sheet import Row, Sheet
from enphase_tray.analysis.doctor.weakness import find_drop

_FEW_DAYS, _FEW_SLOTS = 2, 3
_FEW_DULL = 5
_POLISHES = 2
_STEADY_DAYS = 5
_ALL_DAYS = 1_000_000
_LEAST_LOG = log(0.02)
_DULL_LIGHT, _BRIGHT_LIGHT = 0.3, 0.7


@dataclass(frozen=True, slots=True)
class Shape:
    """Natural logs of the factors: `bright` by slot (only those seen bright often enough), `dull` for all the day."""

    bright: dict[int, float]
    dull: float | None
    offsets: Mapping[int, float] = field(default_factory=dict)
    """By day of the sheet: how much more or less than usual it made of the mean of the site, under a bright sky."""

    @property
    def known(self) -> bool:
        return bool(self.bright) or self.dull is not None


def shapes_of(sheet: Sheet) -> list[Shape]:
    """The factors of all panels, middles over the days of the sheet."""
    logs = [[log(watts) if watts > 0.0 else 0.0 for watts in day] for day in sheet.mean]
    return [_shape(sheet, panel, logs) for panel in range(len(sheet.serials))]


def _shape(sheet: Sheet, panel: int, means: Sequence[Sequence[float]]) -> Shape:
    """A panel that failed on one of the days would look like two: its factors are those of before."""
    rows = sheet.rows[panel]
    logs = {}
    for day, row in enumerate(rows):
        if row is not None:
            found = _logs(row, means[day], sheet.bright[day])
            if len(found) >= _FEW_SLOTS:
                logs[day] = found
    bright, middles = _polished(logs)
    offsets = _energies(logs, bright, sheet.mean)
    first, end = _steady_part(offsets)
    dull: list[float] = []
    for day, row in enumerate(rows):
        if row is not None and first <= day < end:
            dull += _logs(row, means[day], sheet.dull[day]).values()
    same = [offset for day, offset in middles.items() if first <= day < end]
    level = median(same) if same else 0.0
    bright = {slot: value + level for slot, value in bright.items()}
    if len(same) < len(middles):
        own, own_middles = _polished({day: found for day, found in logs.items() if first <= day < end})
        level = median(list(own_middles.values())) if own_middles else 0.0
        bright |= {slot: value + level for slot, value in own.items()}
    return Shape(bright, median(dull) if len(dull) >= _FEW_DULL else None, offsets)


def _logs(row: Row, mean: Sequence[float], slots: Sequence[int]) -> dict[int, float]:
    """Logs of the factors at these slots of one day, as far as known. `mean` are logs too."""
    found = {}
    for slot in slots:
        watts = row[slot]
        if watts > 0.0:
            value = log(watts) - mean[slot]
            found[slot] = value if value > _LEAST_LOG else _LEAST_LOG
        elif watts == 0.0:
            found[slot] = _LEAST_LOG
    return found


def _polished(logs: Mapping[int, Mapping[int, float]]) -> tuple[dict[int, float], dict[int, float]]:
    """Values by day and slot taken apart into a middle of each slot and an offset of each day (median polish)."""
    columns: dict[int, list[tuple[int, float]]] = {}
    for day, values in logs.items():
        for slot, value in values.items():
            columns.setdefault(slot, []).append((day, value))
    columns = {slot: column for slot, column in columns.items() if len(column) >= _FEW_DAYS}
    offsets = dict.fromkeys(logs, 0.0)
    slots: dict[int, float] = {}
    for _ in range(_POLISHES):
        slots = {slot: median([value - offsets[day] for day, value in column]) for slot, column in columns.items()}
        for day, values in logs.items():
            rest = [value - slots[slot] for slot, value in values.items() if slot in slots]
            offsets[day] = median(rest) if rest else 0.0
    return slots, offsets


def _energies(
    logs: Mapping[int, Mapping[int, float]], slots: Mapping[int, float], means: Sequence[Row]
) -> dict[int, float]:
    """Logs of what was made in the bright half hours of each day to what these factors make of it."""
    factors = {slot: exp(value) for slot, value in slots.items()}
    found = {}
    for day, values in logs.items():
        mean = means[day]
        known = [slot for slot in values if slot in factors]
        hoped = sum([factors[slot] * mean[slot] for slot in known])
        if hoped > 0.0:
            found[day] = log(sum([exp(values[slot]) * mean[slot] for slot in known]) / hoped)
    return found


def _steady_part(offsets: Mapping[int, float]) -> tuple[int, int]:
    """First day, and the day after the last, of the days before the offsets fall for good, of all if they do not.

    Of those after it where there are too few before.
    """
    days = sorted(offsets)
    drop = find_drop([exp(offsets[day]) for day in days])
    if drop is None:
        return 0, _ALL_DAYS
    before = drop.place >= min(_STEADY_DAYS, len(days) - drop.place)
    return (0, days[drop.place]) if before else (days[drop.place], _ALL_DAYS)


class Factor:
    """A panel's factor by slot and brightness: between that of a dull and that of a bright sky."""

    __slots__ = ("dull", "slope")

    def __init__(self, shape: Shape, lit: Sequence[int]) -> None:
        bright = _filled(shape, lit)
        dull = exp(shape.dull) if shape.dull is not None else None
        self.dull = {slot: value if dull is None else dull for slot, value in bright.items()}
        self.slope = {slot: value - self.dull[slot] for slot, value in bright.items()}
        """The factor is `dull + slope * light(brightness)`."""


def light(brightness: float) -> float:
    """0 for a dull sky to 1 for a bright one."""
    return (min(max(brightness, _DULL_LIGHT), _BRIGHT_LIGHT) - _DULL_LIGHT) / (_BRIGHT_LIGHT - _DULL_LIGHT)


def _filled(shape: Shape, lit: Sequence[int]) -> dict[int, float]:
    """Factors of all slots: those not seen bright take over from their nearest neighbour."""
    if not shape.bright:
        level = exp(shape.dull or 0.0)
        return dict.fromkeys(lit, level)
    known = sorted(shape.bright)
    nearest = {slot: min(known, key=partial(_apart, slot)) for slot in lit if slot not in shape.bright}
    return {slot: exp(shape.bright[nearest.get(slot, slot)]) for slot in lit}


def _apart(slot: int, other: int) -> int:
    return abs(other - slot)
