"""The bars of the doctor: weak panels, groups and causes, on arrays with ailments."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from enphase_tray.model.alerts import Change
from enphase_tray.model.health import Cause, Finding, HealthReport
from enphase_tray.monitor.judge import Judge
from tests.analysis.ailments import DAY, Ailment, System, afflict, system
from tests.bars.bar import Bar

USABLE_DAYS = 7
SUDDEN_DAYS = 14
GROUP_DAYS = 14
HEALTHY_DAYS = 61
_LAST_DAYS = 5.0
_EVENING = 1.3
"""Days after midnight of the last day that counts, by which the evening's word is in: nights fall late in UTC."""
CAUSES = (
    Cause.WEAK,
    Cause.SHADE,
    Cause.SOILING,
    Cause.NO_DC,
    Cause.INVERTER_FAULT,
    Cause.NOT_REPORTING,
    Cause.GRID_TRIP,
    Cause.CURTAILED,
    Cause.CLIPPING,
    Cause.SNOW,
)


@dataclass
class Tally:
    """What was counted so far; `years` are of panels that nothing is wrong with."""

    years: float = 0.0
    false: list[str] = field(default_factory=list)
    weak: list[bool] = field(default_factory=list)
    sudden: list[bool] = field(default_factory=list)
    groups: list[float] = field(default_factory=list)
    causes: Counter[tuple[Cause, bool]] = field(default_factory=Counter)


def measure(systems: int, seed: int) -> list[Bar]:
    """Live through `systems` arrays of each kind, from this seed on."""
    return bars(tally(range(seed, seed + systems)))


def tally(seeds: Sequence[int]) -> Tally:
    """One array of each kind for every seed."""
    found = Tally()
    for seed in seeds:
        _watch(system(seed, HEALTHY_DAYS), None, math.inf, found)
        draw = random.Random(f"bars {seed}")
        _weak(seed, draw, found)
        _sudden(seed, draw, found)
        _cause(seed, draw, found)
    return found


def bars(found: Tally) -> list[Bar]:
    """The rows of the table."""
    rate = len(found.false) / found.years if found.years else 0.0
    mean = sum(found.groups) / max(1, len(found.groups))
    right = sum(count for (_, named), count in found.causes.items() if named)
    asked = found.causes.total()
    each = ", ".join(
        f"{cause.value} {found.causes[cause, True]}/{found.causes[cause, True] + found.causes[cause, False]}"
        for cause in CAUSES
        if found.causes[cause, True] + found.causes[cause, False]
    )
    return [
        Bar("weak panel (20 % or more lost)", "95 % in 7 usable days", *_part(found.weak, 0.95)),
        Bar("a sudden 15 % loss", "90 % in 14 days", *_part(found.sudden, 0.9)),
        Bar("weak panel: false ones", "1 in 10 system-years", f"{rate:.2f} a year ({found.years:.0f})", rate <= 0.1),
        Bar("groups after 14 days", "Rand index 0.9", f"{mean:.3f} ({len(found.groups)})", mean >= 0.9),
        Bar("cause named", "90 %", f"{right} of {asked}: {each}", right >= 0.9 * asked),
    ]


def _part(found: Sequence[bool], least: float) -> tuple[str, bool]:
    return f"{sum(found)} of {len(found)}", sum(found) >= least * len(found)


def _weak(seed: int, draw: random.Random, found: Tally) -> None:
    """Weak since before it was watched, or from some day on."""
    array = system(seed + 1_000_000, 40)
    first = draw.choice((0, 0, 12, 15, 20))
    panel = draw.randrange(array.count)
    sick = afflict(array, Ailment(panel, Cause.WEAK, first, draw.uniform(0.2, 0.6)))
    deadline = _deadline(array, first, USABLE_DAYS)
    if deadline is not None:
        found.weak.append(_watch(sick, panel, deadline, found))


def _sudden(seed: int, draw: random.Random, found: Tally) -> None:
    array = system(seed + 2_000_000, 44)
    first = draw.choice((14, 18, 22, 28))
    panel = draw.randrange(array.count)
    sick = afflict(array, Ailment(panel, Cause.WEAK, first, 0.15))
    if sum(array.usable(day) for day in range(first, first + SUDDEN_DAYS)) >= USABLE_DAYS:
        found.sudden.append(_watch(sick, panel, first + SUDDEN_DAYS + _EVENING - 1, found))


def _deadline(array: System, first: int, days: int) -> float | None:
    """The evening of the last of so many usable days."""
    usable = [day for day in range(first, array.days) if array.usable(day)]
    return usable[days - 1] + _EVENING if len(usable) >= days else None


def _watch(array: System, sick: int | None, deadline: float, found: Tally) -> bool:
    """Live until the sick panel is told of or the deadline is over; whoever else is told of is counted as false."""
    judge = Judge(lambda rule: rule == "panel_weak")
    told: set[str] = set()
    number = None if sick is None else array.serial(sick)
    grouped = False
    for snapshot in array.polls(night=False):
        day = (snapshot.at.timestamp() - array.start) / DAY
        if day > deadline:
            break
        judgement = judge.judge(snapshot.at, snapshot, None)
        for event in judgement.events:
            if event.change is not Change.CLEARED:
                told.update(event.alert.serials)
        if sick is None and not grouped and day >= GROUP_DAYS and judgement.health is not None:
            grouped = True
            _count_groups(array, judgement.health, found)
        if number in told:
            break
    found.years += min(deadline, array.days) / 365
    found.false += sorted(told - {number or ""})
    return number in told


def _count_groups(array: System, health: HealthReport, found: Tally) -> None:
    if 2 <= len(set(array.planes)) <= 4:
        numbers = {serial: number for number, group in enumerate(health.groups) for serial in group}
        found.groups.append(rand_index(array.planes, [numbers.get(array.serial(p), -1) for p in range(array.count)]))


def rand_index(one: Sequence[int], other: Sequence[int]) -> float:
    """The adjusted Rand index of two ways to put the same things into groups: 1 the same, 0 by chance."""
    pairs = math.comb(len(one), 2)
    both = sum(math.comb(count, 2) for count in Counter(zip(one, other, strict=True)).values())
    mine = sum(math.comb(count, 2) for count in Counter(one).values())
    theirs = sum(math.comb(count, 2) for count in Counter(other).values())
    chance, most = mine * theirs / pairs, (mine + theirs) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _cause(seed: int, draw: random.Random, found: Tally) -> None:
    """What the doctor says of one ailment, where there was evidence to say it."""
    cause = CAUSES[seed % len(CAUSES)]
    array, ailment, until = ailing(seed + 3_000_000, cause, draw)
    named = last_word(array, ailment, until)
    if named is None and not array.words and not array.device_data and cause in (Cause.NO_DC, Cause.INVERTER_FAULT):
        return
    unsure = named is not None and named.cause is Cause.WEAK and not array.words and not array.device_data
    if unsure and cause in (Cause.NO_DC, Cause.INVERTER_FAULT):
        return  # nothing told why: not to be sure is right
    found.causes[cause, named is not None and named.cause is cause] += 1


def ailing(seed: int, cause: Cause, draw: random.Random) -> tuple[System, Ailment, float]:
    """An array with this ailment, and the day by which it must have a name."""
    while True:
        array = system(seed, 38)
        first = draw.randrange(2, 8) if cause is Cause.SOILING else draw.randrange(12, 18)
        panel: int | None = draw.randrange(array.count)
        size, last, until = draw.uniform(0.2, 0.45), math.inf, first + 12.0
        if cause is Cause.SOILING:
            size, until = draw.uniform(0.008, 0.012), 37.0
        elif cause is Cause.CURTAILED:
            size, panel = draw.uniform(0.3, 0.6), draw.choice((None, panel))
        elif cause is Cause.CLIPPING:
            first, panel, size = 0, None, draw.uniform(0.15, 0.3)
        elif cause is Cause.SNOW:
            last = first + draw.randrange(2, 5)
            panel, until = None, last - 0.1
        seed += 10_000
        usable = sum(array.usable(day) for day in range(first, min(array.days, int(until))))
        if cause is Cause.SNOW:
            if _is_winter(array):
                return _prepared(array, Ailment(panel, cause, first, size, last)), Ailment(panel, cause, first), until
        elif usable >= USABLE_DAYS and (cause is not Cause.GRID_TRIP or array.words):
            ailment = Ailment(panel, cause, first, size, last)
            return _prepared(array, ailment), ailment, until


def _prepared(array: System, ailment: Ailment) -> System:
    if ailment.cause is Cause.CLIPPING:
        array.limit = round(float(array.clear.max(axis=1).min()) * (1 - ailment.size))
        return array
    return afflict(array, ailment)


def _is_winter(array: System) -> bool:
    lit = (array.clear.mean(axis=0) > 0.04 * array.clear.max()).sum() / array.days / 12
    return bool(lit < 9.5)


def last_word(array: System, ailment: Ailment, until: float) -> Finding | None:
    """The finding on the ailing panel (or the site) that stood for most of the last days before that day."""
    judge = Judge(lambda rule: False)
    said: Counter[Cause] = Counter()
    last: dict[Cause, Finding] = {}
    for snapshot in array.polls(night=ailment.cause is Cause.SNOW):
        day = (snapshot.at.timestamp() - array.start) / DAY
        if day > until + 0.9:
            break
        health = judge.judge(snapshot.at, snapshot, None).health
        if health is None or day < max(ailment.first_day + 0.3, until - _LAST_DAYS):
            continue
        if ailment.panel is None:
            found = health.site
        else:
            panel = health.panel(array.serial(ailment.panel))
            found = None if panel is None else panel.finding
        if found is not None and found.cause not in (Cause.ASLEEP, Cause.WEATHER):
            said[found.cause] += 1
            last[found.cause] = found
    return last[said.most_common(1)[0][0]] if said else None
