"""How seldom the token server is asked: to the second, and whatever the clock does meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from enphase_tray.gateway.cloud import CloudBusy, CloudClient
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.renewal import TokenSource
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import CloudAccount
from enphase_tray.model.errors import LoginRefused, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.cloud import CloudTrouble, SimulatedCloud
from enphase_tray.simulator.tokens import TokenMint
from tests.gateway.transport_support import MemoryState

SERIAL = "123456789012"
ACCOUNT = CloudAccount("owner@example.com", Secret("sunshine"))
QUARTER, DAY, SECOND = timedelta(minutes=15), timedelta(hours=24), timedelta(seconds=1)


@pytest.fixture
def cloud(manual_clock: ManualClock) -> Iterator[SimulatedCloud]:
    with SimulatedCloud(TokenMint(manual_clock), manual_clock, secure=False) as cloud:
        yield cloud


@pytest.fixture
def state() -> MemoryState:
    return MemoryState()


def _source(cloud: SimulatedCloud, state: MemoryState, account: CloudAccount | None = ACCOUNT) -> TokenSource:
    return TokenSource(
        SERIAL, account, state, state, Breaker(), lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
    )


def test_a_try_may_follow_a_quarter_of_an_hour_later(
    cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    source, began = _source(cloud, state), manual_clock.now()
    cloud.enlighten_trouble = CloudTrouble.SERVER_ERROR
    with pytest.raises(CloudBusy):
        source.fetch(began)
    asked = len(cloud.requests)
    assert not source.may_try(began + QUARTER - SECOND)
    with pytest.raises(Unreachable, match="not asked so often") as caught:
        source.fetch(began + QUARTER - SECOND)
    assert f"{began + QUARTER:%H:%M}" in caught.value.advice
    assert len(cloud.requests) == asked
    assert source.may_try(began + QUARTER)
    cloud.enlighten_trouble = None
    assert source.fetch(began + QUARTER).reveal().startswith("eyJ")


def test_four_tries_in_any_24_hours(cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock) -> None:
    cloud.enlighten_trouble = CloudTrouble.SERVER_ERROR
    began = manual_clock.now()
    for number in range(4):
        source = _source(cloud, state)  # also over restarts of the program
        with pytest.raises(CloudBusy):
            source.fetch(began + number * QUARTER)
    assert not source.may_try(began + 4 * QUARTER)
    assert not source.may_try(began + DAY - SECOND)
    assert source.may_try(began + DAY)
    assert len(cloud.requests) == 4


def test_what_the_server_asks_for_counts_where_it_is_longer(
    cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    cloud.enlighten_trouble = CloudTrouble.TOO_MANY  # two minutes: less than a quarter of an hour
    source, began = _source(cloud, state), manual_clock.now()
    with pytest.raises(CloudBusy):
        source.fetch(began)
    assert not source.may_try(began + QUARTER - SECOND)
    assert source.may_try(began + QUARTER)


def test_a_clock_that_was_set_back_locks_it_out_for_a_day_at_most(
    cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    state.known[SERIAL] = {"cloud": {"not_before": (manual_clock.now() + 900 * DAY).timestamp()}}
    source = _source(cloud, state)
    with pytest.raises(Unreachable, match="not asked so often") as caught:
        source.fetch(manual_clock.now())
    assert f"{manual_clock.now() + DAY:%H:%M}" in caught.value.advice


def test_a_refused_password_is_never_sent_again_and_another_one_at_once(
    cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    now = manual_clock.now()
    wrong = replace(ACCOUNT, password=Secret("moonshine"))
    source = _source(cloud, state, wrong)
    with pytest.raises(LoginRefused):
        source.fetch(now)
    assert (source.able, source.may_try(now + 9 * DAY)) == (False, False)
    assert not _source(cloud, state, wrong).able
    right = _source(cloud, state)
    assert right.may_try(now)
    assert right.fetch(now).reveal().startswith("eyJ")
    assert "moonshine" not in str(state.known)


@pytest.mark.parametrize(
    "account", [None, CloudAccount("x"), CloudAccount("", Secret("y")), CloudAccount("x", Secret(""))]
)
def test_without_name_and_password_nothing_is_asked(
    account: CloudAccount | None, cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    source = _source(cloud, state, account)
    assert (source.able, source.may_try(manual_clock.now())) == (False, False)
    with pytest.raises(LoginRefused, match="No Enphase account"):
        source.fetch(manual_clock.now())
    assert cloud.requests == []


@pytest.mark.parametrize("memory", [{"tries": "x"}, {"tries": [None, "1", {}, 1e300]}, {"not_before": "soon"}, 7, None])
def test_a_memory_that_makes_no_sense_is_none(
    memory: object, cloud: SimulatedCloud, state: MemoryState, manual_clock: ManualClock
) -> None:
    state.known[SERIAL] = {"cloud": memory}
    assert _source(cloud, state).may_try(manual_clock.now())
