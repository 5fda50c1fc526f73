import json
from dataclasses import replace
from datetime import datetime, timedelta

from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import InverterState
from enphase_tray.monitor.judge import Judge, day_by_day
from tests.alerts.story import Array, everything, failure, last_judgement, outcomes, utc

START = utc("2025-06-03T12:00:00")


def test_a_single_poll_by_day_reports_and_by_night_sleeps() -> None:
    array = Array(3)
    day = last_judgement(Judge(everything), outcomes(array, START, START + timedelta(minutes=1)))
    assert day.snapshot_with_states is not None
    assert {i.state for i in day.snapshot_with_states.inverters} == {InverterState.REPORTING}
    night = array.snapshot(START + timedelta(hours=12))
    judged = Judge(everything).judge(night.at, night, None).snapshot_with_states
    assert judged is not None
    assert {i.state for i in judged.inverters} == {InverterState.ASLEEP}


def test_a_failed_poll_has_no_snapshot_and_keeps_what_is_active() -> None:
    array = Array(6, dead={2: (START + timedelta(hours=1), "stopped", None)})
    judge = Judge(everything)
    told = last_judgement(judge, outcomes(array, START - timedelta(days=2), START + timedelta(hours=3)))
    at = START + timedelta(hours=3)
    failed = judge.judge(at, None, failure(at))
    assert failed.snapshot_with_states is None
    assert failed.active == told.active
    assert [alert.rule for alert in failed.active] == ["inverter_stopped"]


def test_a_token_that_ends_soon_is_told_once_per_stage() -> None:
    judge = Judge(everything)
    expires = START + timedelta(days=8)
    told = []
    for day in range(10):
        snapshot = replace(Array(1).snapshot(START + timedelta(days=day)))
        judgement = judge.judge(snapshot.at, snapshot, None, token_expires_at=expires)
        told += [(day, str(event.change), str(event.alert.severity)) for event in judgement.events]
    assert told == [(0, "raised", "information"), (1, "updated", "warning"), (7, "updated", "critical")]
    snapshot = Array(1).snapshot(START + timedelta(days=10))
    renewed = judge.judge(snapshot.at, snapshot, None, token_expires_at=expires + timedelta(days=365))
    assert [str(event.change) for event in renewed.events] == ["cleared"]


def test_the_doctor_speaks_of_each_poll_and_is_remembered() -> None:
    array = Array(4)
    judge = Judge(everything)
    told = last_judgement(judge, outcomes(array, START, START + timedelta(minutes=20)))
    assert told.health is not None
    assert [panel.serial for panel in told.health.panels] == [array.serial(number) for number in range(4)]
    at = START + timedelta(hours=1)
    assert judge.judge(at, None, failure(at)).health is told.health
    assert json.loads(json.dumps(judge.memory()))["doctor"]["zone"] == "Europe/Brussels"


def test_the_past_is_read_a_day_at_a_time_without_a_gap() -> None:
    asked: list[tuple[datetime, datetime]] = []

    def read(start: datetime, end: datetime) -> InverterSeries:
        asked.append((start, end))
        return InverterSeries((), {})

    pieces = day_by_day(read, START, START + timedelta(days=2, hours=5))
    next(pieces)
    assert asked == [(START, START + timedelta(days=1))], "nothing is read ahead"
    assert len(list(pieces)) == 2
    assert [start for start, _ in asked[1:]] == [end for _, end in asked[:-1]]
    assert asked[-1][1] == START + timedelta(days=2, hours=5)
