"""At which hours of the day something is lost: a shadow comes at the same hours, and leaves the others whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enphase_tray.analysis.doctor.grouping import weighted_median
from enphase_tray.analysis.doctor.levels import Expected
from enphase_tray.analysis.doctor.sheet import Sheet

_DEEP = 0.85
"""Half hours with less than this part of the better ones lie in the shadow."""
_WHOLE = 0.93
_MOST_OF_LOSS = 0.6
_MOST_OF_DAY = 0.66
_LEAST_LOSS = 0.02
_TOP = 0.7
_BRIGHT = 0.6
_FEW_DAYS = 2


@dataclass(frozen=True, slots=True)
class Shadow:
    """From half hour `first` to `last` (both included) only `share` is made, of what the other hours make."""

    first: int
    last: int
    share: float


def find_shadow(profile: Mapping[int, tuple[float, float]]) -> Shadow | None:
    """The shadow in a profile: what part is made (1: all) and the weight, by slot of the day."""
    if len(profile) < 6:
        return None
    slots = sorted(profile)
    total = sum(weight for _, weight in profile.values())
    top = _quantile([profile[slot] for slot in slots], _TOP)
    deep = [slot for slot in slots if profile[slot][0] < _DEEP * top]
    run = _longest_run(deep, slots)
    inside = [slot for slot in run if slot in deep]
    outside = [profile[slot] for slot in slots if slot not in run]
    if not inside or not outside or total <= 0.0:
        return None
    lost = sum(max(0.0, top - part) * weight for part, weight in profile.values())
    lost_inside = sum(max(0.0, top - profile[slot][0]) * profile[slot][1] for slot in inside)
    weight_inside = sum(profile[slot][1] for slot in inside)
    if lost_inside < _LEAST_LOSS * top * total or lost_inside < _MOST_OF_LOSS * lost:
        return None
    if weight_inside > _MOST_OF_DAY * total or weighted_median(outside) < _WHOLE * top:
        return None
    return Shadow(run[0], run[-1], 1.0 - lost_inside / (top * weight_inside))


def profile_of(
    sheet: Sheet, expected: Expected, panel: int, days: Sequence[int], bright: bool = True
) -> dict[int, tuple[float, float]]:
    """What part of the expected a panel made at each half hour of bright skies, and the expected as weight."""
    made: dict[int, tuple[float, float, int]] = {}
    for day in days:
        row, hopes = sheet.rows[panel][day], expected.rows[panel][day]
        if row is None:
            continue
        for slot in sheet.lit:
            if row[slot] < 0.0 or hopes[slot] <= 0.0:
                continue
            if bright == (sheet.brightness(day, slot) >= _BRIGHT):
                watts, hope, count = made.get(slot, (0.0, 0.0, 0))
                made[slot] = (watts + row[slot], hope + hopes[slot], count + 1)
    return {slot: (watts / hope, hope) for slot, (watts, hope, count) in made.items() if count >= _FEW_DAYS}


def between(
    after: Mapping[int, tuple[float, float]], before: Mapping[int, tuple[float, float]]
) -> dict[int, tuple[float, float]]:
    """One profile against another: what changed at each half hour that both know."""
    return {
        slot: (part / before[slot][0], before[slot][0] * weight)
        for slot, (part, weight) in after.items()
        if slot in before and before[slot][0] > 0.05
    }


def _quantile(pairs: Sequence[tuple[float, float]], part: float) -> float:
    ordered = sorted(pairs)
    whole, reached = part * sum(weight for _, weight in ordered), 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= whole:
            return value
    return ordered[-1][0]


def _longest_run(deep: Sequence[int], slots: Sequence[int]) -> list[int]:
    """The longest stretch of deep half hours, one other among them allowed."""
    best: list[int] = []
    run: list[int] = []
    for slot in deep:
        run = list(range(run[0], slot + 1)) if run and slot - run[-1] <= 2 else [slot]
        if len(run) > len(best):
            best = run
    return [slot for slot in best if slot in slots]
