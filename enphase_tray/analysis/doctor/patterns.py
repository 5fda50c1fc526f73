"""What a fall of a panel's share looks like beside the others, and what it cost."""

from collections.abc import Sequence
from math import log

from enphase_tray.analysis.doctor.comparison import Comparison
from enphase_tray.analysis.doctor.day_book import SLOT_HOURS, median
from enphase_tray.analysis.doctor.plateau import Plateau
from enphase_tray.analysis.doctor.weakness import Drop

_FEW_DAYS = 2
_ALIKE, _SOME_ALIKE = 0.5, 0.1
_SMALL_GROUP = 3
_PART_OF_FALL = 0.4
_BELOW_PLATEAU = 0.7
_WHOLE = 0.88
_STANDS = 0.05
_LEAST = 0.01
_EARLIER_DAYS, _SNOW_HELD_DAYS = 3, 12
_SNOW_SHARE, _COVERED, _SOME = 0.4, 0.6, 0.2


def falls_with_others(comparison: Comparison, panel: int, drop: Drop, day: int) -> bool:
    """Whether others sink alike: that is the season, which changes what one side of a roof makes beside another.

    It is asked where it may be so: of slow falls, and in groups so small that other sides are compared with. A slow
    fall of a panel that lies like no other may be nothing else.
    """
    standings = comparison.standings
    mates = sum(1 for one in standings if one.group == standings[panel].group)
    if not drop.gradual and mates > _SMALL_GROUP:
        return False
    if drop.gradual and mates == 1:
        return True
    alike = 0
    for other, one in enumerate(standings):
        shares = one.shares
        early, late = [share for when, share in shares if when < day], [share for when, share in shares if when >= day]
        if drop.gradual:
            third = len(shares) // 3
            early, late = [share for _, share in shares[:third]], [share for _, share in shares[-third:]]
        if other != panel and min(len(early), len(late)) >= _FEW_DAYS:
            before = median(early)
            alike += before > 0.0 and 1.0 - median(late) / before >= _ALIKE * drop.lost
    return alike >= max(1.0, _SOME_ALIKE * len(standings))


def fell_itself(comparison: Comparison, panel: int, drop: Drop, day: int) -> bool:
    """Whether it fell, and not its only neighbours rose: in a small group the whole site is asked too."""
    standing = comparison.standings[panel]
    if sum(1 for one in comparison.standings if one.group == standing.group) > _SMALL_GROUP:
        return True
    days = sorted(standing.offsets)
    early, late = [when for when in days if when < day], [when for when in days if when >= day]
    if drop.gradual:
        early, late = days[: len(days) // 3], days[-(len(days) // 3) :]
    if not early or not late:
        return len(comparison.standings) > 2
    fallen = median([standing.offsets[when] for when in late]) - median([standing.offsets[when] for when in early])
    return fallen <= _PART_OF_FALL * log(max(_LEAST, drop.after / drop.before))


def under_snow(comparison: Comparison, drop: Drop, place: int) -> bool:
    """Whether snow may lie on it, in the cold season: for some days, if much is missing or others are covered too."""
    sheet = comparison.sheet
    first = sheet.days[place]
    if sheet.days[-1] - first > _SNOW_HELD_DAYS:
        return False
    if drop.after < _SNOW_SHARE * drop.before:
        return True
    covered = sum(
        1
        for one in comparison.standings
        if any(sheet.days[day] >= first - _EARLIER_DAYS and share < _COVERED * one.share for day, share in one.shares)
    )
    return covered > max(1.0, _SOME * len(comparison.standings))


def is_held(comparison: Comparison, panel: int, days: Sequence[int], plateau: Plateau, drop: Drop) -> bool:
    """Whether it makes its share as long as that is below the plateau."""
    made = hoped = 0.0
    for day in days:
        row, hopes = comparison.sheet.rows[panel][day], comparison.expected.rows[panel][day]
        for slot in comparison.sheet.lit if row is not None else ():
            if row is not None and row[slot] >= 0.0 and 0.0 < hopes[slot] < _BELOW_PLATEAU * plateau.watts:
                made, hoped = made + row[slot], hoped + hopes[slot]
    usual = min(1.0, drop.before / comparison.standings[panel].share)
    return plateau.below and hoped > 0.0 and made >= _WHOLE * usual * hoped


def standing_part(comparison: Comparison, panel: int, days: Sequence[int]) -> float:
    """What part of all that is missing on these days is missing in half hours in which it made nothing."""
    lost = still = 0.0
    for day in days:
        row, hopes = comparison.sheet.rows[panel][day], comparison.expected.rows[panel][day]
        if row is None:
            continue
        for slot in comparison.sheet.lit:
            hope, watts = hopes[slot], row[slot]
            if hope > 0.0 and watts >= 0.0:
                lost += max(0.0, hope - watts)
                still += hope if watts < _STANDS * hope else 0.0
    return still / lost if lost > 0.0 else 0.0


def lost_watt_hours(
    comparison: Comparison, panel: int, place: int, before: float, *, standing_still: bool = False
) -> float:
    """Wh that it made less since day `place` of the sheet than it would have made at the share `before`.

    Half hours of which it did not report count only where it is known to stand still.
    """
    standing = comparison.standings[panel]
    factor = before / standing.share
    lost = 0.0
    for day in range(place, len(comparison.sheet.days)):
        row, hopes = comparison.sheet.rows[panel][day], comparison.expected.rows[panel][day]
        for slot in comparison.sheet.lit:
            watts = -1.0 if row is None else row[slot]
            if hopes[slot] > 0.0 and (watts >= 0.0 or standing_still):
                lost += factor * hopes[slot] - max(0.0, watts)
    return max(0.0, lost * SLOT_HOURS)
