"""Live and the poller in its real thread: a real profile and its service, with a simulated gateway behind them."""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.clock import Clock, ManualClock, RunningClock
from enphase_tray.model.connection import StepOutcome, Trust
from enphase_tray.model.errors import LoginRefused, Unreachable
from enphase_tray.model.identity import FoundGateway, Secret
from enphase_tray.monitor.result import PollResult
from enphase_tray.monitor.service import RESUME_GRACE_SECONDS, Draft
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.status.status import IconState, describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.polling.live import Live
from tests.ui.facts import NOON

FAST = 1200.0
"""Simulated seconds per second: the shortest period of a minute takes 50 ms."""


class WorkersClock:
    """The clock of the worker's side: goes by another one, notes who asks, and breaks as often as a test says."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.threads: set[int] = set()
        self.bugs: list[Exception] = []

    def now(self) -> datetime:
        self.threads.add(threading.get_ident())
        if self.bugs:
            raise self.bugs.pop(0)
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def real_seconds(self, seconds: float) -> float:
        return self._clock.real_seconds(seconds)


class Station:
    """A gateway, a profile that knows it and trusts it at first use, and the live connection of the windows."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.clock = clock
        self.workers_clock = WorkersClock(clock)
        self.gateway = SimulatedGateway(HouseConfig(), clock)
        self.gateway.start()
        self.paths = ProfilePaths.at(folder)
        self.settings = Settings(
            GatewaySettings(
                serial=self.gateway.serial,
                host=f"127.0.0.1:{self.gateway.port}",
                refresh_seconds=60,
                live_meters=False,
                auto_jwt=False,
            )
        )
        self.trust = Trust(first_use=True)
        self.secrets = SecretStore(self.paths, False, choose=lambda: None)
        self.secrets.keep_token(self.gateway.serial, Secret(self.gateway.token()))
        self.found: list[FoundGateway] = []
        self.make_cloud: Callable[[], CloudClient] = CloudClient

    def make(self, **more: float) -> Live:
        """The live connection, not yet started."""
        profile = Profile(
            self.paths,
            self.workers_clock,
            trust=self.trust,
            secrets=self.secrets,
            locate=lambda serial: (),
            discover=lambda seconds: self.found,
            make_cloud=lambda: self.make_cloud(),
        )
        self.service = profile.service(self.settings)
        self.live = Live(self.service, self.clock, **more)
        return self.live

    def fault(self, kind: FaultKind) -> None:
        self.gateway.inject(Fault(kind, self.clock.now()))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def stations(qtbot: object, tmp_path: Path) -> Iterator[Callable[[Clock], Station]]:
    made: list[Station] = []

    def make(clock: Clock) -> Station:
        made.append(Station(tmp_path / f"profile-{len(made)}", clock))
        return made[-1]

    yield make
    for station in made:
        station.live.stop()
        ended = station.live._thread.wait(3000)
        station.gateway.stop()
        assert ended


@pytest.fixture
def station(stations: Callable[[Clock], Station], clock: ManualClock) -> Station:
    """One whose time stands still: nothing is polled but at the start and when a test asks."""
    return stations(clock)


class Collector(QObject):
    """Remembers what a signal carried and in which thread it arrived."""

    def __init__(self, *signals: object) -> None:
        super().__init__()
        self.got: list[object] = []
        self.threads: set[int] = set()
        for signal in signals:
            signal.connect(self.take)

    def take(self, value: object = None) -> None:
        self.got.append(value)
        self.threads.add(threading.get_ident())


def start(qtbot, station: Station) -> Live:
    """Live at work, with its first result."""
    live = station.make()
    with qtbot.waitSignal(live.result):
        live.start()
    return live


def polled(qtbot, live: Live) -> PollResult:
    """What another poll tells."""
    with qtbot.waitSignal(live.result) as got:
        live.poll_now()
    return got.args[0]


def test_results_come_up_to_the_gui_thread_and_work_stays_below(qtbot, station) -> None:
    live = station.make()
    got = Collector(live.result)
    with qtbot.waitSignal(live.result):
        live.start()
    assert got.got == [live.latest]
    assert live.latest.failure is None
    assert live.latest.at == NOON
    assert live.latest.snapshot.gateway.serial == station.gateway.serial
    assert got.threads == {threading.get_ident()}
    assert len(station.workers_clock.threads) == 1
    assert threading.get_ident() not in station.workers_clock.threads


def test_polls_never_overlap_and_follow_the_period(qtbot, stations) -> None:
    station = stations(RunningClock(NOON, FAST))
    live = station.make()
    got, announced = Collector(live.result), Collector(live.polling)
    live.start()
    qtbot.waitUntil(lambda: len(got.got) >= 5)
    assert [result.failure for result in got.got] == [None] * len(got.got)
    assert announced.got[:10] == [True, False] * 5
    assert station.gateway.max_in_flight == 1
    times = [result.at for result in got.got]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert min(gaps) >= station.settings.gateway.refresh_seconds


def test_polling_is_announced_around_a_poll(qtbot, station) -> None:
    live = station.make()
    got = Collector(live.polling)
    with qtbot.waitSignal(live.result):
        live.start()
    assert got.got[:2] == [True, False]


def test_an_expected_error_becomes_a_failed_result_with_the_last_snapshot(qtbot, station, clock) -> None:
    live = start(qtbot, station)
    before = live.latest.snapshot
    station.gateway.stop()
    clock.advance(300)
    polled(qtbot, live)
    assert live.latest.failure.kind == "unreachable"
    assert live.latest.snapshot == before
    assert live.latest.missed == 1
    assert live.latest.at == NOON + timedelta(seconds=300)


def test_an_error_of_the_service_itself_becomes_a_failed_result(qtbot, station) -> None:
    station.settings = Settings()
    live = station.make()
    bugs = Collector(live.bug)
    live.start()
    result = polled(qtbot, live)
    assert result.failure.title == "No gateway is set up yet"
    assert (result.snapshot, result.missed) == (None, 1)
    assert bugs.got == []


def test_a_bug_is_announced_and_the_poller_lives_on(qtbot, station) -> None:
    station.fault(FaultKind.STATUS)
    station.workers_clock.bugs.append(ZeroDivisionError("oops"))
    live = station.make()
    bugs = Collector(live.bug)
    with qtbot.waitSignal(live.result):
        live.start()
    assert live.latest.failure.kind == "bug"
    assert live.latest.snapshot is None
    assert [type(error) for error in bugs.got] == [ZeroDivisionError]
    station.gateway.repair(FaultKind.STATUS)
    assert polled(qtbot, live).failure is None


def test_a_bug_keeps_the_last_snapshot(qtbot, station, clock) -> None:
    live = start(qtbot, station)
    before = live.latest
    clock.advance(300)
    station.workers_clock.bugs.append(ZeroDivisionError("oops"))
    result = polled(qtbot, live)
    assert result.failure.kind == "bug"
    assert (result.snapshot, result.missed, result.at) == (before.snapshot, 1, NOON + timedelta(seconds=300))


def test_fifty_bugs_do_not_kill_the_poller(qtbot, station) -> None:
    live = start(qtbot, station)
    bugs = Collector(live.bug)
    kinds = [KeyError, TypeError, RuntimeError, ValueError, RecursionError] * 10
    for kind in kinds:
        station.workers_clock.bugs.append(kind("injected"))
        assert polled(qtbot, live).failure.kind == "bug"
    assert [type(error) for error in bugs.got] == kinds
    assert polled(qtbot, live).failure is None


def test_bugs_in_a_row_show_in_the_icon_and_its_words(qtbot, station, clock) -> None:
    live = start(qtbot, station)
    for _ in range(3):
        station.workers_clock.bugs.append(KeyError("injected"))
        polled(qtbot, live)
    status = describe(live.latest, clock.now(), Wording())
    assert status.icon in (IconState.STALE, IconState.NOT_CONNECTED)
    assert "The program made a mistake" in status.tooltip


def test_a_bug_does_not_make_the_poller_spin(qtbot, station) -> None:
    station.fault(FaultKind.STATUS)
    station.workers_clock.bugs = [ZeroDivisionError("oops") for _ in range(1000)]
    live = station.make()
    bugs = Collector(live.bug)
    with qtbot.waitSignal(live.result):
        live.start()
    assert station.service.wait_seconds() == 0.0, "the service itself would go on at once"
    qtbot.wait(150)
    assert len(bugs.got) == 1


def test_a_trial_tells_each_step_and_its_end(qtbot, station) -> None:
    live = start(qtbot, station)
    steps = Collector(live.trial_step)
    with qtbot.waitSignal(live.trial_finished) as finished:
        live.try_connection(Draft(station.settings))
    titles = [step.title for step in steps.got]
    assert titles[:4] == ["Find the gateway", "Check its certificate", "Ask who it is", "Log in"]
    assert titles[-1] == "Read it"
    assert finished.args == [None]
    station.gateway.stop()
    with qtbot.waitSignal(live.trial_finished) as finished:
        live.try_connection(Draft(station.settings))
    assert isinstance(finished.args[0], Unreachable)
    assert steps.got[-1].outcome is StepOutcome.FAILED


def test_discovery_and_waking_up_reach_the_service(qtbot, station) -> None:
    serial = station.gateway.serial
    station.found = [FoundGateway(serial, "envoy", ("192.0.2.7",), 443, None)]
    live = start(qtbot, station)
    with qtbot.waitSignal(live.found) as found:
        live.discover(0.1)
    assert [gateway.serial for gateway in found.args[0]] == [serial]
    assert station.service.wait_seconds() == 60.0
    live.resumed()
    qtbot.waitUntil(lambda: station.service.wait_seconds() == RESUME_GRACE_SECONDS)


def test_what_the_user_trusts_is_read_at_once(qtbot, station) -> None:
    station.trust = Trust()
    live = start(qtbot, station)
    assert live.latest.certificate.serial == station.gateway.serial
    with qtbot.waitSignal(live.result):
        live.trust(live.latest.certificate)
    assert live.latest.failure is None


def test_applied_settings_are_in_force_and_refused_ones_say_why(qtbot, station) -> None:
    live = start(qtbot, station)
    wanted = replace(station.settings, gateway=replace(station.settings.gateway, serial="122000000099"))
    with qtbot.waitSignal(live.applied) as applied:
        live.apply(Draft(wanted))
    assert applied.args == [None]
    assert live.settings == wanted
    account = replace(wanted, gateway=replace(wanted.gateway, auto_jwt=True, cloud_username="me@example.org"))
    users = (CloudUser("me@example.org", "right"),)
    with SimulatedCloud(station.gateway.mint, station.clock, users, secure=False) as cloud:
        station.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        with qtbot.waitSignal(live.applied) as applied:
            live.apply(Draft(account, cloud_password=Secret("wrong")))
    assert isinstance(applied.args[0], LoginRefused)
    assert live.settings == wanted


def test_secret_places_are_asked_for_only_when_wanted_and_never_waited_for(qtbot, station) -> None:
    live = station.make()
    with qtbot.assertNotEmitted(live.places, wait=100):
        live.start()
    with qtbot.waitSignal(live.places) as places:
        assert live.secret_places() == {}
    told = {"password": "none", "token": "this session only", "cloud_password": "none"}
    assert places.args == [told]
    assert live.secret_places() == told


def test_stop_frees_a_hung_request_in_less_than_a_second(qtbot, station) -> None:
    station.fault(FaultKind.HANG)
    live = station.make()
    live.start()
    qtbot.waitUntil(lambda: station.gateway.in_flight == 1)
    began = time.monotonic()
    assert live.stop()
    assert time.monotonic() - began < 0.5
    assert math.isinf(station.service.wait_seconds()), "the service is closed"


def test_stop_gives_up_on_a_deaf_worker_within_a_second(qtbot, station) -> None:
    """A keyring that asks the user for its password: nobody can end that."""
    asked, answered = threading.Event(), threading.Event()

    def prompt() -> None:
        asked.set()
        answered.wait(30)

    station.secrets = SecretStore(station.paths, False, choose=prompt, deadline_seconds=30)
    live = station.make()
    live.start()
    qtbot.waitUntil(asked.is_set)
    began = time.monotonic()
    stopped = live.stop()
    took = time.monotonic() - began
    answered.set()
    assert not stopped
    assert took < 1.0


@pytest.mark.parametrize("moment", range(12))
def test_stop_at_any_moment_of_a_start(qtbot, stations, moment: int) -> None:
    live = stations(RunningClock(NOON, 60_000.0)).make()
    live.start()
    qtbot.wait(moment)
    assert live.stop()
    assert live.stop(), "a second call is harmless"


@pytest.mark.parametrize("moment", [30, 45, 60, 90, 140])
def test_stop_at_any_moment_of_polling(qtbot, stations, moment: int) -> None:
    live = stations(RunningClock(NOON, 60_000.0)).make()
    live.start()
    qtbot.wait(moment)
    assert live.stop()


def test_stop_without_a_start(station) -> None:
    assert station.make().stop()


def test_a_hung_poller_is_shaken_loose_and_goes_on(qtbot, stations) -> None:
    station = stations(RunningClock(NOON, FAST))
    live = station.make(grace_seconds=0.6)
    with qtbot.waitSignal(live.result):
        live.start()
    station.fault(FaultKind.HANG)
    with qtbot.waitSignal(live.hung):
        pass
    station.gateway.repair(FaultKind.HANG)
    # One that was aborted reads no more: a good result is that of a monitor built anew.
    with qtbot.waitSignal(live.result, check_params_cb=lambda got: got.failure is None, timeout=8000):
        live.poll_now()


def test_nothing_is_logged_for_an_ordinary_life(qtbot, station, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        start(qtbot, station)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
