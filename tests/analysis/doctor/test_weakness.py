import random

import pytest

from enphase_tray.analysis.doctor.weakness import densest, find_drop, low_from_the_start


def noisy(seed: int, levels: list[float], noise: float = 0.02) -> list[float]:
    draw = random.Random(seed)
    return [level * draw.gauss(1.0, noise) for level in levels]


@pytest.mark.parametrize("seed", range(20))
def test_a_fall_is_found_with_its_day_and_size(seed: int) -> None:
    drop = find_drop(noisy(seed, [1.0] * 14 + [0.8] * 5))
    assert drop is not None
    assert abs(drop.place - 14) <= 1
    assert drop.lost == pytest.approx(0.2, abs=0.03)
    assert not drop.gradual


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_found_in_steady_days_though_some_are_odd(seed: int) -> None:
    levels = [1.0] * 25
    levels[5], levels[18], levels[24] = 0.6, 1.3, 0.7
    drop = find_drop(noisy(seed, levels))
    assert drop is None or drop.lost < 0.07


def test_what_has_passed_is_not_found() -> None:
    assert find_drop(noisy(1, [1.0] * 10 + [0.7] * 6 + [1.0] * 6)) is None


def test_too_few_days_say_nothing() -> None:
    assert find_drop([1.0, 1.0, 1.0, 0.5, 0.5, 0.5]) is None


@pytest.mark.parametrize("seed", range(20))
def test_a_slow_fall_is_told_from_a_sudden_one(seed: int) -> None:
    slow = find_drop(noisy(seed, [1.0] * 4 + [1.0 - 0.01 * day for day in range(24)], 0.01))
    assert slow is not None
    assert slow.gradual
    assert slow.lost == pytest.approx(0.24, abs=0.06)


def test_a_weak_panel_stands_out_of_its_group_and_five_of_twelve_cannot_hide_another() -> None:
    draw = random.Random(3)
    well = [draw.gauss(1.0, 0.03) for _ in range(7)]
    assert low_from_the_start([*well, 0.7], 7) < -5.0
    assert low_from_the_start([*well, 0.72, 0.7, 0.69, 0.71, 0.7], 8) < -3.0
    assert all(low_from_the_start(well, panel) > -3.0 for panel in range(7))


def test_where_all_differ_nobody_stands_out() -> None:
    levels = [0.42, 0.7, 0.8, 0.85, 0.9, 1.0, 1.0, 1.1, 1.2, 1.25, 1.3, 1.45]
    assert low_from_the_start(levels, 0) > -5.0
    assert low_from_the_start(levels, 1) > -3.0


def test_a_panel_alone_is_compared_with_nobody() -> None:
    assert low_from_the_start([0.5], 0) == 0.0


def test_the_densest_stretch_is_not_moved_by_many_low_ones() -> None:
    assert densest([0.7, 0.7, 0.98, 1.0, 1.02]) == pytest.approx(1.0)
    assert densest([0.6, 1.0]) == 1.0
    assert densest([0.9]) == 0.9


def test_panels_that_never_make_anything_are_no_trouble() -> None:
    assert find_drop([0.0] * 20) is None
    assert low_from_the_start([0.0, 0.0, 0.0], 1) == 0.0
    gone = find_drop([1.0] * 12 + [0.0] * 5)
    assert gone is not None
    assert gone.lost == 1.0


@pytest.mark.parametrize("seed", range(10))
def test_what_goes_on_sinking_is_told_from_what_has_fallen(seed: int) -> None:
    sinking = find_drop(noisy(seed, [1.0] * 20 + [0.97, 0.94, 0.9, 0.86, 0.82, 0.78], 0.01))
    fallen = find_drop(noisy(seed, [1.0] * 20 + [0.82] * 6, 0.01))
    assert sinking is not None
    assert sinking.sinking or sinking.gradual
    assert fallen is not None
    assert not fallen.sinking
