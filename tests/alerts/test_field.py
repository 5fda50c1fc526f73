"""Systems drawn from seeds: no word while all is well, and a fault told soon. A short form of a long measurement."""

import itertools
import random
import statistics

import pytest

from enphase_tray.model.alerts import AlertEvent, Change
from enphase_tray.monitor.judge import Judge
from tests.alerts.field import DAY, YEAR, Field, alarms, bright_moments, live
from tests.alerts.story import everything

NEED = 3 * 3600.0
HABITS = [(0.0, 24.0), (0.0, 24.0), (8.0, 17.0), (17.5, 22.5), (6.0, 10.0)]


@pytest.mark.parametrize("seed", range(8000, 8016))
def test_a_well_system_brings_no_word(seed: int) -> None:
    draw = random.Random(seed)
    start = YEAR + draw.uniform(0, 360) * DAY
    hours = HABITS[seed % len(HABITS)]
    assert not alarms(live(Field(seed), Judge(everything), start, start + 5 * DAY, hours))


def test_faults_are_told_soon_and_once_from_the_first_day_on() -> None:
    delays = []
    for seed, whole in itertools.product(range(9000, 9012), (False, True)):
        field = Field(seed)
        draw = random.Random(seed)
        lead = draw.choice((0.15, 0.4, 1.2, 4.0))
        found = list(itertools.islice(bright_moments(field, YEAR + (100 + 100 * draw.random()) * DAY, NEED), 3))
        if not found or (len(field.panels) == 1 and not whole):
            continue
        at = found[-1]
        for number in range(len(field.panels)) if whole else [0]:
            field.dead[number] = (at, "silent" if seed % 2 else "stopped")
        told = [e for e in live(field, Judge(everything), at - lead * DAY, at + NEED) if e.change is Change.RAISED]
        assert len(told) <= 1, alarms(told)
        delays.append(_minutes(told, at))
    assert len(delays) >= 12
    assert statistics.median(delays) <= 60, delays
    assert sorted(delays)[-2] <= 150, delays


def _minutes(told: list[AlertEvent], at: float) -> float:
    return (told[0].at.timestamp() - at) / 60 if told else float("inf")
