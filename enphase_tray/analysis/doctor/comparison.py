"""All that the days of a site say of its panels side by side: groups, lasting levels, daily shares."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from enphase_tray.analysis.doctor.day_book import median
from enphase_tray.analysis.doctor.grouping import group, weighted_median
from enphase_tray.analysis.doctor.levels import Expected, Made, days_of, expect
from enphase_tray.analysis.doctor.shapes import Factor, Shape, shapes_of
from enphase_tray.analysis.doctor.sheet import Sheet, lay_out
from enphase_tray.analysis.doctor.weakness import densest

_RECENT = 7
"""Days."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One panel in its group. `level`: its usual part of the group's level at all hours alike (a shadow aside).

    `share`: its usual part of the group's energy; `profile`: its part and the weight by slot of the day, under a bright
    sky. `days[day]`: what it made, and what it usually makes in that light (`None`: nothing to be said).
    """

    group: int | None
    level: float
    share: float
    profile: Mapping[int, tuple[float, float]]
    days: Sequence[Made | None]
    offsets: Mapping[int, float]
    """See `Shape`."""
    dull: float | None
    """Its part of the mean of the site under a dull sky, which hardly depends on how it lies; `None`: none was seen."""
    shares: Sequence[tuple[int, float]]
    """(day, part of the group's energy) of all days that count."""
    recent: float
    """What part of its own usual it has made of late."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`standings` are in the order of the sheet's serials."""

    sheet: Sheet
    expected: Expected
    standings: tuple[Standing, ...]
    usable_days: int


def compare(
    book: Mapping[int, Mapping[str, "array[float]"]], serials: Sequence[str], ill: Collection[tuple[str, int]] = ()
) -> Comparison:
    """Compare these inverters by the days of the book. `ill`: (serial, day number) of days that do not count."""
    sheet = lay_out(book, serials)
    shapes = shapes_of(sheet)
    numbers, _ = group(shapes, sheet.clear)
    factors = [Factor(shape, sheet.lit) for shape in shapes]
    expected = expect(sheet, factors, numbers)
    teams: dict[int, list[int]] = {}
    for panel, number in enumerate(numbers):
        if number is not None:
            teams.setdefault(number, []).append(panel)
    usual: dict[int, tuple[float, float, dict[int, tuple[float, float]]]] = {}
    for members in teams.values():
        usual.update(_usual(members, shapes, sheet))
    standings = []
    for panel, serial in enumerate(serials):
        level, share, profile = usual.get(panel, (1.0, 1.0, {}))
        days = [
            None if (serial, sheet.days[day]) in ill else made
            for day, made in enumerate(days_of(sheet, expected, panel))
        ]
        parts = [(day, made.share) for day, made in enumerate(days) if made is not None]
        shape = shapes[panel]
        standings.append(
            Standing(
                numbers[panel],
                level,
                share,
                profile,
                days,
                shape.offsets,
                None if shape.dull is None else exp(shape.dull),
                [(day, part * share) for day, part in parts],
                median([part for _, part in parts[-_RECENT:]]) if parts else 1.0,
            )
        )
    usable = sum(1 for day in range(len(sheet.days)) if sheet.usable(day))
    return Comparison(sheet, expected, tuple(standings), usable)


def _usual(
    members: Sequence[int], shapes: Sequence[Shape], sheet: Sheet
) -> dict[int, tuple[float, float, dict[int, tuple[float, float]]]]:
    """Level, share and profile of each panel of one group against the others."""
    middle: dict[int, float] = {}
    for slot in sheet.lit:
        logs = sorted(shapes[panel].bright[slot] for panel in members if slot in shapes[panel].bright)
        if 2 * len(logs) > len(members):
            middle[slot] = logs[len(logs) // 2]
    parts = {
        panel: {slot: shapes[panel].bright[slot] - middle[slot] for slot in shapes[panel].bright if slot in middle}
        for panel in members
    }
    levels = {
        panel: exp(weighted_median([(part, sheet.clear[slot]) for slot, part in own.items()]))
        for panel, own in parts.items()
        if own
    }
    if not levels:
        return {}
    centre = densest(sorted(levels.values()))
    found = {}
    for panel, level in levels.items():
        profile = {
            slot: (exp(part) / centre, sheet.clear[slot] * exp(middle[slot])) for slot, part in parts[panel].items()
        }
        weight = sum(heavy for _, heavy in profile.values())
        share = sum(part * heavy for part, heavy in profile.values()) / weight
        found[panel] = (level / centre, share, profile)
    return found
