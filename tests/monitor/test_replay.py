import json
from datetime import timedelta

import pytest

from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.result_json import event_to_json, failure_to_json, snapshot_to_json
from enphase_tray.monitor.judge import Judge
from enphase_tray.monitor.replay import replay
from tests.alerts.story import Array, everything, failure, outcomes, tell, utc

START = utc("2025-06-03T04:00:00")
STOP = START + timedelta(days=3, hours=6)


def lines() -> list[str]:
    array = Array(6, dead={1: (STOP, "stopped", STOP + timedelta(days=1))})
    written = []
    for at, snapshot, _ in outcomes(array, START, START + timedelta(days=5)):
        lost = STOP + timedelta(hours=4) <= at < STOP + timedelta(hours=5)
        assert snapshot is not None
        written.append(json.dumps(failure_to_json(failure(at)) if lost else snapshot_to_json(snapshot)))
    return written


def test_a_replay_tells_what_the_program_told_and_always_the_same() -> None:
    recorded = lines()
    events = list(replay(recorded))
    assert [(event.change.value, event.alert.rule) for event in events] == [
        ("raised", "inverter_stopped"),
        ("raised", "gateway_unreachable"),
        ("cleared", "gateway_unreachable"),
        ("cleared", "inverter_stopped"),
    ]
    assert events == list(replay(recorded))
    assert json.dumps([event_to_json(event) for event in events])


def test_a_replay_of_recorded_polls_equals_live_judging() -> None:
    array = Array(6, dead={1: (STOP, "silent", None)})
    polls = list(outcomes(array, START, START + timedelta(days=4)))
    recorded = [json.dumps(snapshot_to_json(snapshot)) for _, snapshot, _ in polls if snapshot is not None]
    live, again = tell(Judge(everything), polls), list(replay(recorded))
    assert [event.alert.rule for event in live] == ["inverter_silent"]
    assert [(event.at, event.alert.title) for event in live] == [(event.at, event.alert.title) for event in again]


def test_rules_can_be_switched_off() -> None:
    rules = [event.alert.rule for event in replay(lines(), switches={"inverter_stopped": False})]
    assert set(rules) == {"gateway_unreachable"}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{", "Line 3: The line is not JSON"),
        ("[1]", "Line 3: The line is not a JSON object"),
        ('{"at": "never"}', "Line 3: The line is not a result"),
        ('{"at": "2025-06-01T00:00:00Z", "error": {"kind": "unreachable"}}', "Line 3: it is older"),
    ],
)
def test_a_bad_line_is_named(bad: str, says: str) -> None:
    good = lines()[0]
    with pytest.raises(NotUnderstood) as caught:
        list(replay([good, "", bad]))
    assert caught.value.title.startswith(says)
