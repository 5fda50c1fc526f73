"""Live and the poller in its real thread."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import QObject

from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import Unreachable
from enphase_tray.monitor.service import Draft
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.ui.live import Live
from tests.ui.scripted import NOON, SERIAL, ScriptedService, result


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def start(qtbot: object, clock: ManualClock) -> Iterator[object]:
    lives: list[tuple[Live, ScriptedService]] = []

    def make(service: ScriptedService, **more: float) -> Live:
        live = Live(service, clock, **more)  # type: ignore[arg-type]
        lives.append((live, service))
        return live

    yield make
    for live, service in lives:
        service.deaf = False
        live.stop()
        assert live._thread.wait(3000)


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


def test_results_come_up_to_the_gui_thread_and_work_stays_below(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON))
    live = start(service)
    got = Collector(live.result)
    with qtbot.waitSignal(live.result):
        live.start()
    assert live.latest == result(NOON)
    assert got.threads == {threading.get_ident()}
    assert service.threads
    assert threading.get_ident() not in service.threads


def test_polls_never_overlap_and_follow_the_period(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON), period=0.02)
    live = start(service)
    got = Collector(live.result)
    live.start()
    qtbot.waitUntil(lambda: len(got.got) >= 5)
    assert service.calls[:2] == ["open", "poll"]


def test_polling_is_announced_around_a_poll(qtbot, clock, start) -> None:
    live = start(ScriptedService(clock, result(NOON)))
    got = Collector(live.polling)
    with qtbot.waitSignal(live.result):
        live.start()
    assert got.got[:2] == [True, False]


def test_an_expected_error_becomes_a_failed_result_with_the_last_snapshot(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON), Unreachable("The gateway does not answer", "Check its power"))
    live = start(service)
    with qtbot.waitSignal(live.result):
        live.start()
    clock.advance(300)
    with qtbot.waitSignal(live.result):
        live.poll_now()
    assert live.latest.failure.kind == "unreachable"
    assert live.latest.snapshot == result(NOON).snapshot
    assert live.latest.missed == 1
    assert live.latest.at == NOON + timedelta(seconds=300)


def test_a_bug_is_announced_and_the_poller_lives_on(qtbot, clock, start) -> None:
    service = ScriptedService(clock, ZeroDivisionError("oops"), result(NOON))
    live = start(service)
    bugs = Collector(live.bug)
    with qtbot.waitSignal(live.result):
        live.start()
    assert live.latest.failure.kind == "bug"
    assert [type(error) for error in bugs.got] == [ZeroDivisionError]
    with qtbot.waitSignal(live.result):
        live.poll_now()
    assert live.latest.failure is None


def test_fifty_bugs_do_not_kill_the_poller(qtbot, clock, start) -> None:
    answers = [kind("injected") for kind in (KeyError, TypeError, RuntimeError, ValueError, RecursionError) * 10]
    live = start(ScriptedService(clock, *answers, result(NOON)))
    got = Collector(live.result)
    live.start()
    for count in range(1, 52):
        qtbot.waitUntil(lambda count=count: len(got.got) >= count)
        live.poll_now()
    qtbot.waitUntil(lambda: live.latest.failure is None)


def test_a_bug_does_not_make_the_poller_spin(qtbot, clock, start) -> None:
    service = ScriptedService(clock, ZeroDivisionError("oops"), period=0.0)
    live = start(service)
    with qtbot.waitSignal(live.result):
        live.start()
    qtbot.wait(150)
    assert service.calls.count("poll") == 1


def test_a_trial_tells_each_step_and_its_end(qtbot, clock, start) -> None:
    live = start(ScriptedService(clock, result(NOON)))
    steps = Collector(live.trial_step)
    live.start()
    with qtbot.waitSignal(live.trial_finished) as finished:
        live.try_connection(Draft(Settings()))
    assert [step.title for step in steps.got] == ["Found", "Log-in"]
    assert finished.args == [None]
    with qtbot.waitSignal(live.trial_finished) as finished:
        live.try_connection(Draft(Settings(gateway=GatewaySettings(host="nowhere"))))
    assert isinstance(finished.args[0], Unreachable)


def test_discovery_trust_and_waking_up_reach_the_service(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON))
    live = start(service)
    live.start()
    with qtbot.waitSignal(live.found) as found:
        live.discover(0.1)
    assert [gateway.serial for gateway in found.args[0]] == [SERIAL]
    live.resumed()
    qtbot.waitUntil(lambda: "resumed" in service.calls)


def test_applied_settings_are_in_force_and_refused_ones_say_why(qtbot, clock, start) -> None:
    live = start(ScriptedService(clock, result(NOON)))
    live.start()
    wanted = Settings(gateway=GatewaySettings(serial="122000000099"))
    with qtbot.waitSignal(live.applied) as applied:
        live.apply(Draft(wanted))
    assert applied.args == [None]
    assert live.settings == wanted
    with qtbot.waitSignal(live.applied) as applied:
        live.apply(Draft(Settings(gateway=GatewaySettings(serial="refused"))))
    assert applied.args[0].title == "The sign-in did not work"
    assert live.settings == wanted


def test_secret_places_are_asked_for_only_when_wanted_and_never_waited_for(qtbot, clock, start) -> None:
    live = start(ScriptedService(clock, result(NOON)))
    with qtbot.assertNotEmitted(live.places, wait=100):
        live.start()
    with qtbot.waitSignal(live.places) as places:
        assert live.secret_places() == {}
    assert places.args == [{"token": "keyring (Secret Service)"}]
    assert live.secret_places() == {"token": "keyring (Secret Service)"}


def test_stop_frees_a_hung_request_in_less_than_a_second(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON))
    service.hang = threading.Event()
    live = start(service)
    live.start()
    qtbot.waitUntil(service.in_request.is_set)
    began = time.monotonic()
    assert live.stop()
    assert time.monotonic() - began < 0.5
    assert service.calls[-1] == "close"


def test_stop_gives_up_on_a_deaf_worker_within_a_second(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON))
    service.hang, service.deaf = threading.Event(), True
    live = start(service)
    live.start()
    qtbot.waitUntil(service.in_request.is_set)
    began = time.monotonic()
    assert not live.stop()
    assert time.monotonic() - began < 1.0
    service.hang.set()


@pytest.mark.parametrize("moment", range(12))
def test_stop_at_any_moment_of_a_start(qtbot, clock, start, moment: int) -> None:
    live = start(ScriptedService(clock, result(NOON), period=0.001))
    live.start()
    qtbot.wait(moment)
    assert live.stop()
    assert live.stop(), "a second call is harmless"


def test_stop_without_a_start() -> None:
    assert Live(ScriptedService(ManualClock(NOON)), ManualClock(NOON)).stop()  # type: ignore[arg-type]


def test_a_hung_poller_is_shaken_loose_and_goes_on(qtbot, clock, start) -> None:
    service = ScriptedService(clock, result(NOON), period=0.05)
    live = start(service, grace_seconds=0.3)
    with qtbot.waitSignal(live.result):
        live.start()
    service.hang = threading.Event()
    with qtbot.waitSignal(live.hung):
        pass
    service.hang = None
    with qtbot.waitSignal(live.result, check_params_cb=lambda got: got.failure is None, timeout=8000):
        live.poll_now()
    assert service.calls.count("open") == 2


def test_nothing_is_logged_for_an_ordinary_life(qtbot, clock, start, caplog) -> None:
    live = start(ScriptedService(clock, result(NOON)))
    with caplog.at_level(logging.DEBUG), qtbot.waitSignal(live.result):
        live.start()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
