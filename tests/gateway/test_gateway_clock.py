"""A gateway whose time runs otherwise than ours, and polls that come oftener than usual."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.gateway.gateway_clock import GatewayClock
from enphase_tray.gateway.parts import Figures, MeterEntry, Parts, ProductionPart
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import RelayState
from enphase_tray.monitor.connecting import connection_of
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)


def parts(read_at: datetime) -> Parts:
    return Parts(production=ProductionPart(production=MeterEntry(1, Figures(), read_at=read_at)))


def test_stamps_that_move_with_the_clock_are_no_news() -> None:
    clock = GatewayClock()
    for minutes in range(0, 60, 5):
        assert not clock.ran_away(parts(NOON + timedelta(minutes=minutes)), NOON + timedelta(minutes=minutes))


def test_stamps_that_run_ahead_are_noticed() -> None:
    clock = GatewayClock()
    assert not clock.ran_away(parts(NOON), NOON)
    assert clock.ran_away(parts(NOON + timedelta(minutes=5)), NOON + timedelta(seconds=1))


def test_answers_from_different_moments_prove_nothing() -> None:
    """Recordings put together from several days: their stamps lie ahead, but stand still."""
    clock = GatewayClock()
    for _ in range(3):
        assert not clock.ran_away(parts(NOON + timedelta(days=9)), NOON)


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Home]:
    """A program that polls each second a gateway on which each second is five minutes."""
    home = Home(tmp_path / "profile")
    home.service.close()
    yield home
    home.gateway.stop()


def test_a_gateway_that_lives_faster_than_we_do_is_followed(fast: Home) -> None:
    ours = ManualClock(fast.clock.now())
    theirs, fast.clock = fast.clock, ours
    profile = fast.profile()
    tokens = profile.secrets(fast.settings)

    reader = profile.reader(connection_of(fast.settings.gateway), tokens, period_seconds=1.0)
    snapshot = reader.read()
    for poll in range(12):
        if poll == 8:
            fast.clock = theirs
            fast.fault(FaultKind.RELAY_OPEN)
            fast.clock = ours
        ours.advance(1)
        theirs.advance(300)
        snapshot = reader.read()
    reader.close()
    assert snapshot.gateway_at is not None
    assert abs((snapshot.gateway_at - theirs.now()).total_seconds()) < 5
    assert snapshot.relays[0].relay is RelayState.OPEN
    newest = max(one.last_report_at for one in snapshot.inverters if one.last_report_at is not None)
    assert theirs.now() - newest < timedelta(minutes=10)
