import random

import pytest

from enphase_tray.analysis.doctor.grouping import distance, group, weighted_median
from enphase_tray.analysis.doctor.shapes import Shape

SLOTS = range(16, 36)
WEIGHT = [1.0] * 48


def shape(turn: float, level: float = 1.0, dull: float = 0.0, seed: int = 0, shadow: range = range(0)) -> Shape:
    """`turn`: towards the morning (below zero) or the afternoon."""
    draw = random.Random(seed)
    bright = {
        slot: level - 1.0 + turn * (slot - 25.5) / 10 + draw.gauss(0, 0.01) - (1.2 if slot in shadow else 0.0)
        for slot in SLOTS
    }
    return Shape(bright, level - 1.0 + dull)


def test_level_and_a_shadow_do_not_set_panels_apart_but_orientation_does() -> None:
    plain = shape(0.0, seed=1)
    assert distance(plain, shape(0.0, level=0.5, seed=2), WEIGHT) == pytest.approx(0.0, abs=0.02)
    assert distance(plain, shape(0.0, seed=3, shadow=range(30, 36)), WEIGHT) == pytest.approx(0.0, abs=0.03)
    turned = distance(plain, shape(0.4, seed=4), WEIGHT)
    assert turned is not None
    assert turned > 0.15


def test_a_tilt_that_shows_only_between_bright_and_dull_skies_counts() -> None:
    tilted = distance(shape(0.0, seed=1), shape(0.0, dull=0.3, seed=2), WEIGHT)
    assert tilted is not None
    assert tilted > 0.1


def test_too_little_in_common_is_no_distance() -> None:
    assert distance(Shape({20: 0.0}, None), shape(0.0), WEIGHT) is None
    numbers, _ = group([Shape({}, None), shape(0.0, seed=1), shape(0.0, seed=2)], WEIGHT)
    assert numbers == [None, 0, 0]


def test_groups_are_found_the_largest_first_and_always_the_same() -> None:
    shapes = [shape((-0.5, 0.5, 0.5)[panel % 3], seed=panel) for panel in range(12)]
    numbers, _ = group(shapes, WEIGHT)
    assert numbers == [(1, 0, 0)[panel % 3] for panel in range(12)]
    assert group(shapes, WEIGHT)[0] == numbers


@pytest.mark.parametrize("count", [2, 3, 5, 12, 60])
def test_one_roof_side_stays_one_group(count: int) -> None:
    shadow = range(16, 21)
    shapes = [shape(0.0, seed=panel, shadow=shadow if panel == 1 else range(0)) for panel in range(count)]
    assert set(group(shapes, WEIGHT)[0]) == {0}


def test_a_panel_alone_joins_its_nearest_unless_it_is_truly_apart() -> None:
    side = [shape(0.0, seed=panel) for panel in range(6)]
    near, _ = group([*side, shape(0.2, seed=9)], WEIGHT)
    far, _ = group([*side, shape(0.9, seed=9)], WEIGHT)
    assert near[6] == 0
    assert far[6] == 1


def test_weighted_median() -> None:
    assert weighted_median([(1.0, 1.0), (2.0, 5.0), (9.0, 1.0)]) == 2.0
    assert weighted_median([(3.0, 1.0)]) == 3.0
