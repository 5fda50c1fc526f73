"""`watch`: one result per poll until stopped, remembered as the tray does."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from enphase_tray.app.log_file import logging_to
from enphase_tray.cli import output
from enphase_tray.cli.connection import connection_asked
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.cli.summary import zone_of
from enphase_tray.gateway.redact import Redactor
from enphase_tray.model.alerts import Change, PollFailure
from enphase_tray.model.clock import Clock
from enphase_tray.model.readings import InverterState
from enphase_tray.model.result_json import failure_to_json, snapshot_to_json
from enphase_tray.monitor.monitor import Monitor
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording


def watch(options: argparse.Namespace) -> int:
    """Poll and print until stopped or `--count` results are out; returns the exit status."""
    asked = connection_asked(options, profile_paths(options), system_clock())
    settings = asked.settings
    if options.interval is not None:
        refresh = max(1, round(options.interval))
        settings = replace(settings, gateway=replace(settings.gateway, refresh_seconds=refresh))
    interval = float(options.interval or settings.gateway.refresh_seconds)
    monitor = asked.profile.monitor(asked.connection, settings, asked.tokens)
    secrets = (asked.connection.token, asked.connection.password)
    with logging_to(asked.profile.paths.log_file, Redactor(secret for secret in secrets if secret)):
        return watch_monitor(monitor, asked.profile.clock, interval, count=options.count, as_json=options.json)


def watch_monitor(
    monitor: Monitor, clock: Clock, interval_seconds: float, *, count: int | None = None, as_json: bool = False
) -> int:
    """Poll a monitor in the foreground; ends with SIGINT or SIGTERM, after `count` results, or when polling on
    cannot help. The exit status is 0 when stopped or once any poll brought figures, else that of the last failure."""
    status = 0
    brought_figures = False
    last: PollFailure | None = None
    with _stopped_by_signals(monitor.abort) as stopped:
        try:
            for number in _numbers(count):
                started = clock.monotonic()
                result = monitor.poll()
                if stopped.is_set():
                    return 0
                _print(result, clock, as_json=as_json)
                failure = result.failure
                if failure is not None and (last is None or failure.title != last.title):
                    output.print_failure(failure.title, failure.advice)
                last = failure
                brought_figures = brought_figures or failure is None
                status = 0 if brought_figures or failure is None else output.exit_status(failure.kind)
                if failure is not None and failure.retry == "never":
                    return output.exit_status(failure.kind)
                if number == count:
                    return status
                if stopped.wait(clock.real_seconds(max(0.0, started + interval_seconds - clock.monotonic()))):
                    return 0
        finally:
            monitor.close()
    return status


def _numbers(count: int | None) -> Iterator[int]:
    number = 0
    while count is None or number < count:
        number += 1
        yield number


@contextmanager
def _stopped_by_signals(abort: Callable[[], None]) -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, freeing a hung request too; the old handlers come back at the end."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        abort()

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _print(result: PollResult, clock: Clock, *, as_json: bool) -> None:
    failure = result.failure
    if as_json:
        if failure is not None:
            output.print_json(failure_to_json(failure))
        elif result.snapshot is not None:
            output.print_json(snapshot_to_json(result.snapshot))
        return
    snapshot = result.snapshot
    wording = Wording(zone=zone_of(None if snapshot is None else snapshot.timezone))
    if failure is not None:
        output.print_line(f"{wording.clock(result.at, result.at)}  {failure.title}")
    else:
        now = clock.now()
        status = describe(result, now, wording)
        output.print_line(
            f"{wording.clock(result.at, now)}  {status.headline} · {_inverters(result)} · {status.verdict}"
        )
    for event in result.events:
        mark = {Change.RAISED: "▲", Change.UPDATED: "▲", Change.CLEARED: "✔"}[event.change]
        output.print_line(f"       {mark} {event.alert.title}. {event.alert.body}")


def _inverters(result: PollResult) -> str:
    inverters = () if result.snapshot is None else result.snapshot.inverters
    judged = [inverter for inverter in inverters if not inverter.retired]
    reporting = sum(inverter.state in {InverterState.REPORTING, InverterState.STOPPED} for inverter in judged)
    return f"{reporting} of {len(judged)} inverters report"
