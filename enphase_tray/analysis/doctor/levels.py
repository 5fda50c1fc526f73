"""What each panel would have made if it had done as its group did at that time: half hour by half hour."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from enphase_tray.analysis.doctor.day_book import SLOT_HOURS, SLOTS, UNKNOWN
from enphase_tray.analysis.doctor.shapes import Factor, light
from enphase_tray.analysis.doctor.sheet import Row, Sheet

_FEW = 2
"""So many of a group must be known at a time; with fewer the whole site is asked, each by its own factor."""
_SMALL_GROUP = 5
"""Up to this size a panel is left out of the level that it is held against."""
_STANDING = 0.1
"""Who makes less than this part of the best stands still, and says nothing of the light."""
_COVERED = 0.2
_USUAL_QUANTILE = 0.75


@dataclass(frozen=True, slots=True)
class Expected:
    """`rows[panel][day]`: expected mean watts by slot, below zero where no other panel was known to compare with."""

    rows: tuple[tuple[Row, ...], ...]


def expect(sheet: Sheet, factors: Sequence[Factor], groups: Sequence[int | None]) -> Expected:
    """Expected watts of all panels on all days of the sheet."""
    teams = [_Team(members, factors, sheet.lit) for members in _members(groups)]
    rows: list[list[Row]] = [[] for _ in sheet.serials]
    unknown: Sequence[float] = array("f", [UNKNOWN]) * SLOTS
    for day, mean in enumerate(sheet.mean):
        for team in teams:
            team.watts = list(zip(*[sheet.rows[panel][day] or unknown for panel in team.members], strict=True))
            team.hopes = [team.nothing] * SLOTS
        for slot in sheet.lit:
            if mean[slot] > 0.0:
                _hope(teams, slot, light(mean[slot] / sheet.clear[slot]))
        for team in teams:
            for panel, values in zip(team.members, zip(*team.hopes, strict=True), strict=True):
                rows[panel].append(array("f", values))
    return Expected(tuple(tuple(own) for own in rows))


class _Team:
    """The panels of one group with their factors by slot; of one day, by slot, their watts and what is expected."""

    __slots__ = ("bright", "dull", "hopes", "members", "nothing", "slope", "watts")

    def __init__(self, members: list[int], factors: Sequence[Factor], lit: Sequence[int]) -> None:
        self.members = members
        self.nothing = [UNKNOWN] * len(members)
        self.dull = {slot: [factors[panel].dull[slot] for panel in members] for slot in lit}
        self.slope = {slot: [factors[panel].slope[slot] for panel in members] for slot in lit}
        self.bright = {slot: [a + b for a, b in zip(self.dull[slot], self.slope[slot], strict=True)] for slot in lit}
        self.watts: list[tuple[float, ...]] = []
        self.hopes: list[list[float]] = []

    def factors(self, slot: int, light: float) -> list[float]:
        """Of all members at a time with so much light (0 to 1)."""
        if light == 1.0:
            return self.bright[slot]
        if light == 0.0:
            return self.dull[slot]
        return [dull + slope * light for dull, slope in zip(self.dull[slot], self.slope[slot], strict=True)]


def _members(groups: Sequence[int | None]) -> list[list[int]]:
    found: dict[int | None, list[int]] = {}
    for panel, number in enumerate(groups):
        found.setdefault(number, []).append(panel)
    return list(found.values())


def _hope(teams: Sequence[_Team], slot: int, light: float) -> None:
    """Put down what each panel is expected to make at one time, by what the others say of the light."""
    told = []
    few = False
    for team in teams:
        factors = team.factors(slot, light)
        own = [watts / factor for watts, factor in zip(team.watts[slot], factors, strict=True)]
        values = _who_work(own)
        few = few or len(values) < _FEW
        told.append((team, factors, own, values))
    everybody = _who_work([value for _, _, own, _ in told for value in own]) if few else []
    for team, factors, own, values in told:
        if len(values) < _FEW:
            values = everybody
        if len(values) > _SMALL_GROUP:
            level = _middle(values)
            team.hopes[slot] = [factor * level for factor in factors]
        elif values:
            team.hopes[slot] = _without_itself(factors, own, values)


def _who_work(values: Sequence[float]) -> list[float]:
    """In rising order, without those that are unknown (below zero) or stand still."""
    ordered = sorted(values)
    return ordered[bisect_left(ordered, max(0.0, _STANDING * ordered[-1])) :]


def _without_itself(factors: Sequence[float], told: Sequence[float], values: list[float]) -> list[float]:
    """What each panel of a team is expected to make, held against the middle of the others among `values`."""
    least = values[0]
    hopes = []
    for factor, mine in zip(factors, told, strict=True):
        others = values
        if mine >= least:
            place = bisect_left(values, mine)
            others = values[:place] + values[place + 1 :]
        hopes.append(factor * _middle(others) if others else UNKNOWN)
    return hopes


def _middle(ordered: Sequence[float]) -> float:
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True, slots=True)
class Made:
    """Energies (Wh) of one panel on one day in the half hours in which both it and others are known."""

    watt_hours: float
    expected: float

    @property
    def share(self) -> float:
        """What it made of what was expected."""
        return self.watt_hours / self.expected


def days_of(sheet: Sheet, expected: Expected, panel: int) -> list[Made | None]:
    """Each day of one panel; `None` for days without light, or of which too little is known."""
    made = [_day(sheet, expected, panel, day) if sheet.usable(day) else None for day in range(len(sheet.days))]
    energies = sorted(one.expected for one in made if one is not None)
    if not energies:
        return made
    least = _COVERED * energies[int(_USUAL_QUANTILE * (len(energies) - 1))]
    return [None if one is None or one.expected < least else one for one in made]


def _day(sheet: Sheet, expected: Expected, panel: int, day: int) -> Made | None:
    row = sheet.rows[panel][day]
    if row is None:
        return None
    made = hoped = 0.0
    wanted = expected.rows[panel][day]
    for slot in sheet.lit:
        hope, watts = wanted[slot], row[slot]
        if hope > 0.0 and watts >= 0.0:
            made += watts
            hoped += hope
    return Made(made * SLOT_HOURS, hoped * SLOT_HOURS) if hoped > 0.0 else None
