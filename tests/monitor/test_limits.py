"""The user's own thresholds reach the rules that have one."""

from datetime import timedelta

import pytest

from enphase_tray.model.alerts import AlertEvent, Limits, Severity
from enphase_tray.monitor.judge import Judge
from tests.alerts.story import Array, everything, failure, outcomes, utc

START = utc("2025-06-03T10:00:00")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("minutes", [15, 45, 120])
def test_the_gateway_may_be_silent_for_as_long_as_the_user_says(minutes: int) -> None:
    judge = Judge(everything, limits=Limits(unreachable_minutes=minutes))
    for poll in outcomes(Array(4), START, START + 30 * MINUTE):
        judge.judge(*poll)
    lost = START + 30 * MINUTE
    told: list[AlertEvent] = []
    for step in range(40):
        at = lost + 5 * step * MINUTE
        told += judge.judge(at, None, failure(at)).events
    assert [event.alert.rule for event in told] == ["gateway_unreachable"]
    assert told[0].at - lost == minutes * MINUTE


@pytest.mark.parametrize(
    ("chosen", "left", "severity"),
    [
        (30, 29, Severity.INFORMATION),
        (30, 31, None),
        (60, 50, Severity.INFORMATION),
        (14, 20, None),
        (3, 5, None),
        (3, 2, Severity.WARNING),
        (3, 0.5, Severity.CRITICAL),
    ],
)
def test_the_end_of_a_token_is_told_as_early_as_the_user_says(
    chosen: int, left: float, severity: Severity | None
) -> None:
    judge = Judge(everything, limits=Limits(token_days=chosen))
    told = judge.judge(START, Array(4).snapshot(START), None, token_expires_at=START + timedelta(days=left)).events
    assert [event.alert.severity for event in told] == ([] if severity is None else [severity])
