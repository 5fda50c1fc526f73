"""The pace of trying again (bar B14): spread a little, never faster than promised, never slower than the period."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_tray.monitor.service import RESUME_GRACE_SECONDS, RETRY_WAITS_SECONDS
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home

PERIOD = 300.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path / "profile")
    yield one
    one.close()


def test_b14_each_wait_is_within_a_fifth_of_its_step(home: Home) -> None:
    home.live(1)
    home.fault(FaultKind.UNREACHABLE)
    seen: dict[float, list[float]] = {step: [] for step in RETRY_WAITS_SECONDS}
    for _ in range(15):
        home.service.resumed()  # counts the failures from 0 again
        for step in RETRY_WAITS_SECONDS:
            home.service.poll()
            seen[step].append(home.service.wait_seconds())
        home.service.poll()
        assert home.service.wait_seconds() == pytest.approx(PERIOD)
    for step, waits in seen.items():
        assert all(0.8 * step <= wait <= 1.2 * step for wait in waits)
        assert min(waits) < step < max(waits), "spread to both sides, so that many programs do not fall into step"


def test_b14_a_short_period_bounds_every_wait(tmp_path: Path) -> None:
    home = Home(tmp_path / "short", refresh_seconds=60)
    home.live(1)
    home.fault(FaultKind.UNREACHABLE)
    for _ in range(8):
        home.service.poll()
        assert 0.0 < home.service.wait_seconds() <= 60.0
    home.close()


def test_b14_after_waking_up_the_network_gets_its_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "asleep", live_meters=False)
    home.live(1)
    home.service.resumed()
    assert home.service.wait_seconds() == pytest.approx(RESUME_GRACE_SECONDS)
    home.close()


def test_b14_what_trying_again_cannot_mend_is_left_alone(home: Home) -> None:
    home.live(1)
    home.fault(FaultKind.TOKEN_EXPIRED)
    result = home.service.poll()
    assert result.failure is not None
    assert (result.failure.kind, home.service.wait_seconds()) == ("login_refused", math.inf)


def test_b14_nothing_is_read_between_polls_without_meters_or_after_a_failure(tmp_path: Path) -> None:
    bare = Home(tmp_path / "bare", HouseConfig(meters=Meters.NONE))
    bare.live(11)
    assert [result.live for result in bare.results] == [False] * len(bare.results)
    bare.close()
    metered = Home(tmp_path / "metered")
    metered.live(1)
    metered.fault(FaultKind.UNREACHABLE)
    metered.results.clear()
    metered.live(14)
    metered.close()
    assert [result.live for result in metered.results].count(True) <= 5
    assert metered.results[-1].failure is not None
