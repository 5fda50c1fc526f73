"""Recorded gateways: what is judged of them alone raises nothing at night, and knows the removed from the sleeping."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.gateway.info import parse_info
from enphase_tray.model.alerts import Change
from enphase_tray.model.readings import InverterState, Snapshot
from enphase_tray.monitor.judge import Judge
from tests.alerts.story import everything
from tests.gateway.captured import Answers, snapshot

REMOVED = {"8.3.5289_modGone": 3, "8.3.5433_tot_is_net_cons": 8}


def recorded(capture: Path) -> Snapshot:
    answers = Answers(folder=capture)
    about = next((capture / name).read_bytes() for name in ("info", "info.xml") if (capture / name).is_file())
    gateway = parse_info(about)
    return snapshot(answers, gateway)


def told(capture: Path, hours: int) -> list[str]:
    """What is told where the gateway goes on to say the same: nobody reports any more, as by night."""
    first = recorded(capture)
    judge = Judge(everything)
    events = []
    for step in range(12 * hours):
        later = timedelta(minutes=5 * step)
        clock = None if first.gateway_at is None else first.gateway_at + later
        events += judge.judge(first.at + later, replace(first, at=first.at + later, gateway_at=clock), None).events
    return [event.alert.rule for event in events if event.change is Change.RAISED]


def test_a_recorded_gateway_that_goes_to_sleep_raises_nothing_but_its_relay(capture: Path) -> None:
    rules = set(told(capture, hours=14))
    has_open_relay = any(relay.open_lines or relay.relay == "open" for relay in recorded(capture).relays)
    assert rules <= ({"relay_open"} if has_open_relay else set()), rules


@pytest.mark.parametrize("name", REMOVED)
def test_removed_units_are_retired(captures_dir: Path, name: str) -> None:
    if not (captures_dir / name).is_dir():
        pytest.skip(f"no recorded gateway {name}")
    first = recorded(captures_dir / name)
    states = Judge(everything).judge(first.at, first, None).assessment.states
    retired = [serial for serial, state in states.items() if state is InverterState.RETIRED]
    assert len(retired) == REMOVED[name]
