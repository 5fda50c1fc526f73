"""Which panels lie alike, found from the shapes of their days: clusters that neither level nor a shadow can split."""

from collections.abc import Sequence

from enphase_tray.analysis.doctor.shapes import Shape

_FEW_SLOTS = 4
_UNKNOWN = 9.0
_LEAST_LIMIT, MOST_LIMIT = 0.065, 0.1
"""Panels farther apart than this lie in different ways."""
_NOISE_FACTOR = 3.0
_DULL_WEIGHT = 0.5
_ALONE_FACTOR = 2.5
"""A panel by itself is a group of its own only where it is so much farther away than the limit."""


def distance(one: Shape, other: Shape, weight: Sequence[float]) -> float | None:
    """How unlike two days are, whatever their level: 0.1 is about ten per cent; `None` where too little is known.

    Middles are taken over the half hours, so that a shadow of less than half the day does not count.
    """
    common = [slot for slot in one.bright if slot in other.bright]
    if len(common) < _FEW_SLOTS:
        return None
    apart = [(one.bright[slot] - other.bright[slot], weight[slot]) for slot in common]
    level = weighted_median(apart)
    shape = weighted_median([(abs(value - level), heavy) for value, heavy in apart])
    if one.dull is None or other.dull is None:
        return shape
    return float(shape + _DULL_WEIGHT * abs(level - (one.dull - other.dull)))


def weighted_median(pairs: Sequence[tuple[float, float]]) -> float:
    """The value at which half of the weight is reached, of (value, weight)."""
    ordered = sorted(pairs)
    half, reached = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= half:
            return value
    return ordered[-1][0]


def group(shapes: Sequence[Shape], weight: Sequence[float]) -> tuple[list[int | None], list[list[float | None]]]:
    """A group number for each panel (the largest group first; `None`: too little known), and all distances."""
    count = len(shapes)
    apart: list[list[float | None]] = [[None] * count for _ in range(count)]
    for one in range(count):
        for other in range(one):
            apart[one][other] = apart[other][one] = distance(shapes[one], shapes[other], weight)
    placed = [panel for panel in range(count) if len(shapes[panel].bright) >= _FEW_SLOTS]
    limit = _limit(apart, placed)
    clusters = _take_in_the_lone(_merge(apart, placed, limit), apart, limit)
    clusters.sort(key=lambda members: (-len(members), members[0]))
    numbers: list[int | None] = [None] * count
    for number, members in enumerate(clusters):
        for panel in members:
            numbers[panel] = number
    return numbers, apart


def _limit(apart: Sequence[Sequence[float | None]], placed: Sequence[int]) -> float:
    """Up to this distance clusters are one: some times what nearest neighbours are apart by chance."""
    nearest = sorted(
        min((far for other in placed if other != panel and (far := apart[panel][other]) is not None), default=0.0)
        for panel in placed
    )
    noise = nearest[len(nearest) // 2] if nearest else 0.0
    return min(MOST_LIMIT, max(_LEAST_LIMIT, _NOISE_FACTOR * noise))


def _merge(apart: Sequence[Sequence[float | None]], placed: Sequence[int], limit: float) -> list[list[int]]:
    """Join the two clusters that are nearest on average, until all are farther apart than the limit."""
    clusters = {panel: [panel] for panel in placed}
    between: dict[tuple[int, int], float] = {}
    for one in placed:
        for other in placed:
            if one < other:
                between[one, other] = _far(apart[one][other])
    while between:
        (one, other), least = min(between.items(), key=lambda item: (item[1], item[0]))
        if least > limit:
            break
        del between[one, other]
        joined = clusters.pop(other)
        mine, theirs = len(clusters[one]), len(joined)
        clusters[one] = sorted(clusters[one] + joined)
        for third in clusters:
            if third != one:
                near, gone = (min(one, third), max(one, third)), (min(other, third), max(other, third))
                between[near] = (mine * between[near] + theirs * between.pop(gone)) / (mine + theirs)
    return list(clusters.values())


def _take_in_the_lone(
    clusters: list[list[int]], apart: Sequence[Sequence[float | None]], limit: float
) -> list[list[int]]:
    """Panels by themselves join the nearest cluster unless they are truly apart."""
    homes = [members for members in clusters if len(members) > 1]
    stay = []
    for members in clusters:
        if len(members) > 1:
            continue
        panel = members[0]
        near = sorted(
            (sum(_far(apart[panel][other]) for other in home) / len(home), number) for number, home in enumerate(homes)
        )
        if near and near[0][0] <= _ALONE_FACTOR * limit:
            homes[near[0][1]] = sorted([*homes[near[0][1]], panel])
        else:
            stay.append(members)
    return homes + stay


def _far(distance: float | None) -> float:
    return _UNKNOWN if distance is None else distance
