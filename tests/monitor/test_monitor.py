"""One gateway's polls: what is handed out when things go well, and when they do not."""

from pathlib import Path

import pytest

from enphase_tray.model.connection import Connection
from enphase_tray.monitor.connecting import connection_of
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home


def monitor_of(home: Home, connection: Connection | None = None) -> Monitor:
    profile = home.profile()
    return profile.monitor(
        connection or connection_of(home.settings.gateway), home.settings, profile.secrets(home.settings)
    )


@pytest.fixture
def monitor(home: Home) -> Monitor:
    home.service.close()
    return monitor_of(home)


def test_a_poll_brings_figures_and_remembers_them(home: Home, monitor: Monitor) -> None:
    result = monitor.poll()
    monitor.close()
    assert result.failure is None
    assert result.missed == 0
    assert not result.stale
    reader = home.profile().history_reader()
    assert reader.first_at(home.gateway.serial) == result.at
    reader.close()


def test_an_outage_keeps_the_last_figures_and_counts_periods(home: Home, monitor: Monitor) -> None:
    good = monitor.poll().snapshot
    home.fault(FaultKind.UNREACHABLE)
    seen = []
    for seconds in (300, 5, 15, 280, 300):
        home.clock.advance(seconds)
        result = monitor.poll()
        assert result.snapshot is good
        assert result.failure is not None
        seen.append((result.missed, result.stale))
    assert seen == [(1, False), (1, False), (1, False), (2, True), (3, True)]
    home.gateway.repair(FaultKind.UNREACHABLE)
    home.clock.advance(300)
    assert monitor.poll().missed == 0
    monitor.close()


def test_a_live_reading_has_new_watts_and_the_states_of_the_poll(home: Home, monitor: Monitor) -> None:
    full = monitor.poll()
    home.clock.advance(60)
    live = monitor.poll_live()
    monitor.close()
    assert live is not None
    assert live.live
    assert full.snapshot is not None
    assert live.snapshot is not None
    assert live.snapshot.at > full.snapshot.at
    assert [i.state for i in live.snapshot.inverters] == [i.state for i in full.snapshot.inverters]
    asked = [record.target for record in home.gateway.requests][-1]
    assert asked.startswith("/ivp/meters/readings")


def test_a_live_reading_that_fails_says_nothing(home: Home, monitor: Monitor) -> None:
    monitor.poll()
    home.fault(FaultKind.UNREACHABLE)
    assert monitor.poll_live() is None
    monitor.close()


@pytest.mark.expects_log("readings are not being saved")
def test_readings_go_on_while_they_cannot_be_saved(home: Home, monitor: Monitor) -> None:
    """A folder in the place of the history's file: nothing can be written, until it goes away."""
    place: Path = home.profile().paths.history_file
    for leftover in place.parent.glob(place.name + "*"):
        leftover.unlink()
    place.mkdir(parents=True)
    result = monitor.poll()
    assert result.failure is None
    assert result.snapshot is not None
    assert result.saving_problem
    place.rmdir()
    home.clock.advance(300)
    assert monitor.poll().saving_problem is None
    monitor.close()
    reader = home.profile().history_reader()
    assert reader.first_at(home.gateway.serial) is not None
    reader.close()


def test_the_doctor_learns_the_days_before_a_restart_from_the_history(home: Home, monitor: Monitor) -> None:
    """Not before the first figures: those wait for nothing."""
    for _ in range(2 * 24):
        monitor.poll()
        home.clock.advance(1800)
    monitor.close()
    again = monitor_of(home)
    first = again.poll()
    home.clock.advance(300)
    second = again.poll()
    again.close()
    assert first.health is not None
    assert second.health is not None
    assert all(len(panel.days) <= 1 for panel in first.health.panels)
    assert all(len(panel.days) >= 2 for panel in second.health.panels)
