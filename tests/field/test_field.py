"""A small, fixed part of `python -m tests.bars`: systems drawn from seeds, well ones and broken ones."""

import random
from datetime import UTC, datetime

import pytest

from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from tests.bars import measured
from tests.field.life import Life
from tests.field.place import DAY
from tests.field.story import YEAR, break_inverters, open_relay, watch
from tests.field.system import draw

SEEDS = range(6000, 6016)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_well_systems_bring_no_word() -> None:
    told: list[AlertEvent] = []
    for seed in range(6000, 6008):
        start = YEAR + random.Random(seed).uniform(0, 365) * DAY
        told += watch(draw(seed, start, 10), start, start + 10 * DAY)
    (bar,) = measured.false_alarms(told, 8 * 10 / 365)
    assert bar.measured.startswith("0.00"), bar.measured


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_inverters_that_stand_still_are_told_soon_and_once() -> None:
    cases = [case for case in map(break_inverters, SEEDS) if case is not None]
    assert len(cases) >= 10
    for bar in measured.inverters(cases) + measured.messages([case.told for case in cases]):
        assert bar.holds, bar


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_at_once_is_one_message() -> None:
    causes = {0: "breaker", 1: "grid"}
    cases = [break_inverters(seed, whole=True, cause=causes[seed % 2]) for seed in range(6100, 6108)]
    bars = measured.site([case for case in cases if case is not None])
    assert all(bar.holds for bar in bars), bars


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_relays_are_told_within_two_polls_by_day_and_night() -> None:
    cases = [open_relay(seed) for seed in range(6200, 6208)]
    bars = measured.relays(cases) + measured.messages([case.told for case in cases])
    assert all(bar.holds for bar in bars), bars


def test_the_field_is_what_it_says() -> None:
    """Nights are dark, days make power, losses lose, and the same seed is the same system."""
    start = YEAR + 170 * DAY
    system = draw(6001, start, 2)
    again = draw(6001, start, 2)
    assert (system.panels, system.paces, system.zone) == (again.panels, again.paces, again.zone)
    assert [system.light(0, start + step) for step in range(0, 86400, 3600)] == [
        again.light(0, start + step) for step in range(0, 86400, 3600)
    ]
    noon = start + 1.5 * DAY - system.longitude * 240.0
    assert max(system.light(0, noon + step * 3600.0) for step in range(-4, 5)) > 5.0
    if abs(system.latitude) < 60:
        assert system.light(0, noon - 12 * 3600.0) == 0.0
    polls = [outcome for outcome, _ in Life(system, start, start + DAY).polls()]
    assert len({snapshot.inverters for _, snapshot, _ in polls if snapshot is not None}) > 10


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("It says so itself since 10:40. Call your installer.", ""),
        ("It says so itself. Call your installer.", "since when"),
        ("So since 10:40. Call your installer.", "how sure"),
        ("It says so itself since 10:40.", "what to do"),
    ],
)
def test_a_message_that_lacks_something_is_noticed(body: str, missing: str) -> None:
    at = datetime.fromtimestamp(YEAR, UTC)
    alert = Alert("1", "relay_open", "1", Severity.CRITICAL, ("1",), "Relay 1 is open", body, at)
    assert measured.what_is_missing(AlertEvent(at, Change.RAISED, alert)) == missing
