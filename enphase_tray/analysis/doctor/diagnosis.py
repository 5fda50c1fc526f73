"""One panel's days put into a finding: whether it makes lastingly less, since when, and what that looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import log

from enphase_tray.analysis.doctor.comparison import Comparison, Standing
from enphase_tray.analysis.doctor.grouping import MOST_LIMIT, weighted_median
from enphase_tray.analysis.doctor.patterns import falls_with_others, fell_itself, is_held, standing_part, under_snow
from enphase_tray.analysis.doctor.plateau import Plateau
from enphase_tray.analysis.doctor.sayings import cause_of
from enphase_tray.analysis.doctor.shade import Shadow, between, find_shadow, profile_of
from enphase_tray.analysis.doctor.weakness import Drop, densest, find_drop, low_from_the_start
from enphase_tray.model.health import Cause, Certainty

FEW_DAYS = 3
"""With fewer usable days nothing is said of a panel's share."""
_FEW_FROM_START = 5
_LONG_DAY = 14
"""Half hours with light; under a lower sun panels of one side differ more."""
_FEW_IN_GROUP = 2
_LOW_FROM_START, _LOWER_THAN_ANY = 0.8, 0.74
_LOW_AMONG_FEW = 0.77
_FEW_TO_TELL_MODELS, _FEW_TO_COMPARE = 5, 4
_TWIN = 0.09
_FAR_FROM_START = -3.5
_PART_IN_ENERGY = 0.5
"""So much of what is missing in a panel's level must be missing in its energy too."""
_LOOK_LOST = 0.12
_WATCH_LOST = 0.07
_SHADED = 0.93
_RECENT = 7
_STANDING_PART = 0.6
_WORD_DAYS = 2
_KNOWN_SLOTS = 6


class Weight(Enum):
    """How much it matters: worth a note, or a look."""

    NOTE = 1
    LOOK = 2


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause with its evidence. `place`: the day of the sheet since which, `None` for all of it.

    `before`: the share of its group that it would make without.
    """

    cause: Cause
    certainty: Certainty
    weight: Weight
    place: int | None
    before: float
    numbers: Mapping[str, float] = field(default_factory=dict)
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What else is known of a panel: telling words of late and on how many days, its plateau.

    `cold`: snow may lie now.
    """

    words: Mapping[str, int]
    plateau: Plateau | None
    cold: bool


def diagnose(comparison: Comparison, panel: int, hints: Hints) -> Diagnosis | None:
    """What is wrong with one panel by its days; `None` for nothing worth telling, or too few days."""
    standing = comparison.standings[panel]
    counted = standing.shares
    if len(counted) < FEW_DAYS:
        return None
    shares = [share for _, share in counted]
    drop = find_drop(shares)
    if drop is not None:
        first = counted[drop.place][0]
        if falls_with_others(comparison, panel, drop, first) or not fell_itself(comparison, panel, drop, first):
            drop = None
    if drop is not None and drop.lost >= _WATCH_LOST:
        return _of_drop(comparison, panel, hints, drop, [day for day, _ in counted])
    if len(counted) < _FEW_FROM_START:
        return None
    if len(comparison.sheet.lit) < _LONG_DAY:
        return _of_hints(hints, standing)
    return _from_the_start(comparison, panel, hints)


def _of_drop(comparison: Comparison, panel: int, hints: Hints, drop: Drop, days: Sequence[int]) -> Diagnosis:
    late = days[-min(_RECENT, len(days) - drop.place) :] if not drop.gradual else days[-max(3, len(days) // 4) :]
    early = days[: drop.place] if not drop.gradual else days[: max(3, len(days) // 4)]
    changed = between(
        profile_of(comparison.sheet, comparison.expected, panel, late),
        profile_of(comparison.sheet, comparison.expected, panel, early),
    )
    shadow = find_shadow(changed)
    numbers = {"share": drop.after, "share_before": drop.before, "days": float(len(days) - drop.place)}
    pattern = _Pattern(
        shadow,
        drop.gradual,
        standing_part(comparison, panel, days[drop.place :]),
        len(changed),
        snow=hints.cold and under_snow(comparison, drop, days[drop.place]),
        held=hints.plateau is not None and is_held(comparison, panel, days[drop.place :], hints.plateau, drop),
    )
    cause, certainty, more = _cause(hints, pattern)
    moves = drop.sinking or (drop.gradual and cause is Cause.SHADE)  # as shadows do with the season
    heavy = drop.lost >= _LOOK_LOST and cause is not Cause.SNOW and not moves
    return Diagnosis(
        cause,
        certainty,
        Weight.LOOK if heavy else Weight.NOTE,
        days[drop.place],
        drop.before,
        numbers | more,
        _words_for(hints.words, cause),
    )


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How something is missing: in a shadow, bit by bit, by standing still, after snow, above a limit."""

    shadow: Shadow | None
    gradual: bool
    standing: float
    known: int
    snow: bool
    held: bool


def _cause(hints: Hints, pattern: _Pattern) -> tuple[Cause, Certainty, dict[str, float]]:
    """The likeliest cause of a fall: what the device says first, then the pattern of what is missing."""
    spoken = _spoken(hints.words)
    if spoken is not None:
        return spoken, Certainty.SURE, {}
    if pattern.snow:
        return Cause.SNOW, Certainty.LIKELY, {}
    if pattern.held and hints.plateau is not None:
        return Cause.CURTAILED, Certainty.SURE, _plateau_numbers(hints.plateau)
    if pattern.standing >= _STANDING_PART:
        return Cause.GRID_TRIP, Certainty.UNSURE, {"standing": pattern.standing}
    if pattern.shadow is not None:
        sure = Certainty.LIKELY if pattern.gradual else Certainty.SURE
        return Cause.SHADE, sure, _hours(pattern.shadow)
    if pattern.gradual:
        return Cause.SOILING, Certainty.LIKELY, {}
    return Cause.WEAK, Certainty.LIKELY if pattern.known >= _KNOWN_SLOTS else Certainty.UNSURE, {}


def _plateau_numbers(plateau: Plateau) -> dict[str, float]:
    return {"plateau_watts": plateau.watts, "plateau_hours": plateau.hours}


def _from_the_start(comparison: Comparison, panel: int, hints: Hints) -> Diagnosis | None:
    standing = comparison.standings[panel]
    mates = [other for other, one in enumerate(comparison.standings) if one.group == standing.group]
    if standing.group is None or len(mates) < _FEW_IN_GROUP or not standing.profile:
        return _of_hints(hints, standing)
    levels = [comparison.standings[other].level * comparison.standings[other].recent for other in mates]
    level = levels[mates.index(panel)]
    share = standing.share * standing.recent
    numbers = {"share": share, "days": float(len(standing.shares))}
    shadow = find_shadow(standing.profile)
    if shadow is not None and share < _SHADED:
        return Diagnosis(Cause.SHADE, Certainty.LIKELY, Weight.NOTE, None, level, numbers | _hours(shadow))
    far = low_from_the_start(levels, mates.index(panel))
    if far > _FAR_FROM_START or not _is_low(comparison, panel, level, len(mates)):
        return _of_hints(hints, standing)
    if 1.0 - share < _PART_IN_ENERGY * (1.0 - level):
        return _of_hints(hints, standing)  # at some hours it makes less than others, by the day it does not
    if _lies_otherwise(standing):
        return _of_hints(hints, standing)
    pattern = _Pattern(None, False, 0.0, len(standing.profile), snow=False, held=False)
    cause, certainty, more = _cause(hints, pattern)
    return Diagnosis(
        cause,
        certainty,
        Weight.LOOK,
        None,
        1.0,
        numbers | more | {"sigmas": -far},
        _words_for(hints.words, cause),
    )


def _lies_otherwise(standing: Standing) -> bool:
    """Whether its part of the group differs so from hour to hour that it was put there for want of a better group."""
    parts = [(log(part / standing.level), weight) for part, weight in standing.profile.values() if part > 0.0]
    return not parts or weighted_median([(abs(apart), weight) for apart, weight in parts]) > MOST_LIMIT


def _is_low(comparison: Comparison, panel: int, level: float, mates: int) -> bool:
    """Whether a level is lower than one of another model or tilt would be: of such there are mostly more on a roof."""
    standings = comparison.standings
    alike = sum(1 for one in standings if abs(one.level * one.recent - level) <= _TWIN * level)
    if level < _LOWER_THAN_ANY:
        return alike <= 1 or standings[panel].dull is not None  # else another tilt looks like another level
    comparable = mates >= _FEW_TO_COMPARE or _is_low_under_a_dull_sky(standings, panel)
    low = _LOW_FROM_START if comparable else _LOW_AMONG_FEW
    # In a group of the smaller model the larger one stands out, by as much as the smaller elsewhere.
    larger = sum(1 for one in standings if abs(one.level * one.recent * level - 1.0) <= _TWIN)
    return level < low and alike <= 1 and larger <= 1 and len(standings) >= _FEW_TO_TELL_MODELS


def _is_low_under_a_dull_sky(standings: Sequence[Standing], panel: int) -> bool:
    """Whether it is low beside all panels of the site, which under a dull sky can be compared however they lie."""
    sizes = [(other, one.dull * one.recent) for other, one in enumerate(standings) if one.dull is not None]
    places = [other for other, _ in sizes]
    if panel not in places or len(sizes) < _FEW_TO_TELL_MODELS:
        return False
    levels, place = [size for _, size in sizes], places.index(panel)
    low = levels[place] < _LOW_FROM_START * densest(sorted(levels))
    return low and low_from_the_start(levels, place) <= _FAR_FROM_START


def _of_hints(hints: Hints, standing: Standing) -> Diagnosis | None:
    """Nothing is missing that can be measured, but the device says something, or is held at a plateau."""
    share = standing.share * standing.recent
    spoken = _spoken(hints.words)
    if spoken is not None:
        words = _words_for(hints.words, spoken)
        return Diagnosis(spoken, Certainty.SURE, Weight.NOTE, None, share, {}, words)
    if hints.plateau is not None:
        cause = Cause.CURTAILED if hints.plateau.below else Cause.CLIPPING
        return Diagnosis(cause, Certainty.LIKELY, Weight.NOTE, None, share, _plateau_numbers(hints.plateau))
    return None


def _hours(shadow: Shadow) -> dict[str, float]:
    return {"slot_from": shadow.first, "slot_to": shadow.last + 1, "share_in_shadow": shadow.share}


def _spoken(words: Mapping[str, int]) -> Cause | None:
    """What its words of several days speak for, the most often said first."""
    for word, days in sorted(words.items(), key=lambda item: (-item[1], item[0])):
        cause = cause_of(word)
        if cause is not None and days >= _WORD_DAYS:
            return cause
    return None


def _words_for(words: Mapping[str, int], cause: Cause) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if cause_of(word) is cause))
