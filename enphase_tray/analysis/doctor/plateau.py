"""Flat tops of days: power that stays at one value for hours, at the same value on several days, is held there."""

from collections.abc import Sequence
from dataclasses import dataclass

from enphase_tray.analysis.doctor.sheet import Row, Sheet

_FLAT = 0.012
_FLAT_WATTS = 1.0
_RUN_SLOTS = 4
"""A round top of clear days has two half hours within a hundredth, at most three."""
_RUN_SLOTS_HOURLY = 7
_HOURLY = 1800.0
_SAME = 0.012
_DAYS = 2
_LOOKED_AT = 10
_AT_LIMIT = 0.97
_LEAST_WATTS = 25.0


@dataclass(frozen=True, slots=True)
class Plateau:
    """Power is held at `watts` on `days` days lately, for `hours` a day; `below`: it has made lastingly more before."""

    watts: float
    days: int
    hours: float
    below: bool


def find_plateau(sheet: Sheet, panel: int, interval: float, most_watts: float | None) -> Plateau | None:
    """The plateau of one panel, `None` for round days. `most_watts`: the most it ever reported, as far as it tells."""
    rows = [row for day, row in enumerate(sheet.rows[panel]) if row is not None and sheet.usable(day)]
    need = _RUN_SLOTS if interval < _HOURLY else _RUN_SLOTS_HOURLY
    tops = [flat for row in rows[-_LOOKED_AT:] if (flat := _flat_top(row, sheet.lit, need)) is not None]
    if len(tops) < _DAYS:
        return None
    watts = max(top for top, _ in tops)
    for candidate, _ in sorted(tops, reverse=True):
        same = [run for top, run in tops if abs(top - candidate) <= _SAME * candidate + _FLAT_WATTS]
        if len(same) >= _DAYS:
            watts, runs = candidate, same
            break
    else:
        return None
    most = max([max(row) for row in rows] + ([most_watts] if most_watts else []))
    return Plateau(watts, len(runs), sum(runs) / len(runs) / 2, watts < _AT_LIMIT * most)


def _flat_top(row: Row, lit: Sequence[int], need: int) -> tuple[float, int] | None:
    """The top of a day and for how many half hours it lasts; `None` where it is round."""
    top = max(row)
    if top < _LEAST_WATTS:
        return None
    floor = min((1.0 - _FLAT) * top, top - _FLAT_WATTS)
    best = run = 0
    for slot in lit:
        run = run + 1 if row[slot] >= floor else 0
        best = max(best, run)
    return (top, best) if best >= need else None
