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
    for day in range(len(sheet.days)):
        for team in teams:
            team.columns = list(zip(*[sheet.rows[panel][day] or unknown for panel in team.members], strict=True))
        columns: list[list[list[float]]] = [[team.nothing] * SLOTS for team in teams]
        for slot in sheet.lit:
            if sheet.mean[day][slot] > 0.0:
                for number, hopes in enumerate(_at(teams, slot, light(sheet.brightness(day, slot)))):
                    columns[number][slot] = hopes
        for team, hoped in zip(teams, columns, strict=True):
            for panel, values in zip(team.members, zip(*hoped, strict=True), strict=True):
                rows[panel].append(array("f", values))
    return Expected(tuple(tuple(own) for own in rows))


class _Team:
    """The panels of one group with their factors by slot, and their watts of one day by slot."""

    __slots__ = ("columns", "dull", "members", "nothing", "slope")

    def __init__(self, members: list[int], factors: Sequence[Factor], lit: Sequence[int]) -> None:
        self.members = members
        self.nothing = [UNKNOWN] * len(members)
        self.dull = {slot: [factors[panel].dull[slot] for panel in members] for slot in lit}
        self.slope = {slot: [factors[panel].slope[slot] for panel in members] for slot in lit}
        self.columns: list[tuple[float, ...]] = []


def _members(groups: Sequence[int | None]) -> list[list[int]]:
    found: dict[int | None, list[int]] = {}
    for panel, number in enumerate(groups):
        found.setdefault(number, []).append(panel)
    return list(found.values())


def _at(teams: Sequence[_Team], slot: int, brightness: float) -> list[list[float]]:
    """What the panels of each team are expected to make at one time."""
    factors = [
        [dull + slope * brightness for dull, slope in zip(team.dull[slot], team.slope[slot], strict=True)]
        for team in teams
    ]
    told = [
        [watts / factor if watts >= 0.0 else UNKNOWN for watts, factor in zip(team.columns[slot], own, strict=True)]
        for team, own in zip(teams, factors, strict=True)
    ]
    everybody = sorted([value for team in told for value in team if value >= 0.0])
    hopes = []
    for own, mine in zip(factors, told, strict=True):
        values = _who_work([value for value in mine if value >= 0.0])
        hopes.append(_levels(own, mine, values if len(values) >= _FEW else _who_work(everybody)))
    return hopes


def _who_work(values: list[float]) -> list[float]:
    """In rising order, without those that stand still."""
    values = sorted(values)
    return values[bisect_left(values, _STANDING * values[-1]) :] if values else values


def _levels(own: Sequence[float], told: Sequence[float], values: list[float]) -> list[float]:
    """What each panel of a team is expected to make, by the word of the others on the light: a middle of `values`."""
    if not values:
        return [UNKNOWN] * len(own)
    if len(values) > _SMALL_GROUP:
        level = _middle(values)
        return [factor * level for factor in own]
    least = values[0]
    hopes = []
    for factor, mine in zip(own, told, strict=True):
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
