"""What a rule would have told: rebuilt from the history it must be what was told live."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import AlertEvent, Change, Limits
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import RelayState, Snapshot
from enphase_tray.monitor.judge import Judge
from enphase_tray.monitor.preview import PreviewRequest, preview
from tests.alerts.story import Array, Edit, everything, outcomes, relay, utc

SITE = "122000000001"
START = utc("2025-06-03T04:00:00")
STOP = START + timedelta(days=1, hours=6)
END = START + timedelta(days=3)


@contextmanager
def lived(
    folder: Path, array: Array, edit: Edit | None = None, end: datetime = END, period: float = 300.0
) -> Iterator[tuple[HistoryReader, list[AlertEvent]]]:
    """The history of some days, and what was told meanwhile."""
    file, clock, judge = folder / "history.db", ManualClock(START), Judge(everything)
    writer, told = HistoryWriter(file, clock), []
    for at, snapshot, failure in outcomes(array, START, end, edit, period):
        clock.set(at)
        events = judge.judge(at, snapshot, failure).events
        if snapshot is not None:
            writer.append(snapshot)
        if events:
            writer.record_events(events, SITE)
            told += events
    writer.close()
    reader = HistoryReader(file)
    try:
        yield reader, told
    finally:
        reader.close()


def looked(
    reader: HistoryReader, rule: str, start: datetime = START, end: datetime = END, **more: object
) -> list[AlertEvent]:
    request = PreviewRequest(rule, SITE, start, end, **more)  # type: ignore[arg-type]
    steps = list(preview(reader, request))
    assert steps[-1].done == 1.0
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert {step.since for step in steps} == {start}
    return [event for step in steps for event in step.events]


@pytest.mark.parametrize(("how", "rule"), [("stopped", "inverter_stopped"), ("silent", "inverter_silent")])
def test_it_says_what_was_told_live(tmp_path: Path, how: str, rule: str) -> None:
    array = Array(8, dead={1: (STOP, how, STOP + timedelta(days=1))})
    with lived(tmp_path, array) as (reader, told):
        again = looked(reader, rule)
        assert [(event.change, event.alert.rule) for event in told] == [(Change.RAISED, rule), (Change.CLEARED, rule)]
        assert [(event.change, event.alert.title) for event in again] == [(e.change, e.alert.title) for e in told]
        for one, other in zip(again, told, strict=True):
            assert abs(one.at - other.at) <= timedelta(minutes=10)
        assert looked(reader, rule, START) == again, "always the same"
        other_rule = {"inverter_stopped": "inverter_silent", "inverter_silent": "inverter_stopped"}[rule]
        assert looked(reader, other_rule) == []
        assert looked(reader, rule, STOP + timedelta(days=1, hours=6)) == [], "it was over by then"
        assert looked(reader, rule, known=frozenset({array.serial(0), array.serial(2)})) == []


@pytest.mark.slow
def test_a_weak_panel_is_found_as_it_was_live_with_the_limit_that_is_asked_for(tmp_path: Path) -> None:
    end = START + timedelta(days=16)
    array = Array(8, cloudy=0.1)
    array.spread[2] *= 0.6
    with lived(tmp_path, array, end=end, period=900.0) as (reader, told):
        assert [(event.change, event.alert.serials) for event in told] == [(Change.RAISED, (array.serial(2),))]
        (again,) = looked(reader, "panel_weak", end=end)
        assert again.alert.serials == (array.serial(2),)
        assert abs(again.at - told[0].at) <= timedelta(days=1)
        assert looked(reader, "panel_weak", end=end, limits=Limits(weak_percent=80)) == []
        assert looked(reader, "panel_weak", start=told[0].at + timedelta(days=2), end=end) == [], "it was told before"


def test_an_open_relay_explains_the_panels_and_is_shown_as_it_was_told(tmp_path: Path) -> None:
    reopened = STOP + timedelta(hours=5)

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        if not STOP <= at < reopened:
            return snapshot
        return replace(snapshot, relays=(relay(RelayState.OPEN, False, last_report_at=at),))

    dead = dict.fromkeys(range(8), (STOP, "stopped", reopened))
    with lived(tmp_path, Array(8, dead=dead), edit) as (reader, told):
        assert {event.alert.rule for event in told} == {"relay_open"}
        shown = looked(reader, "relay_open")
        assert [(e.at, e.change, e.alert.title, e.alert.body) for e in shown] == [
            (e.at, e.change, e.alert.title, e.alert.body) for e in told
        ]
        for rule in ("site_stopped", "inverter_stopped", "inverter_silent"):
            assert looked(reader, rule) == []


def test_without_a_history_it_says_so(tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path / "history.db")
    for rule in ("inverter_stopped", "relay_open"):
        steps = list(preview(reader, PreviewRequest(rule, SITE, START, END)))
        assert {step.since for step in steps} == {None}
        assert not [event for step in steps for event in step.events]
