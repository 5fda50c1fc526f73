"""The alert rules run over recorded results: the same code that judges live polls, with time from the lines alone."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from enphase_tray.model.alerts import AlertEvent, PollFailure
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.readings import Snapshot
from enphase_tray.model.result_parsing import ResultParser
from enphase_tray.monitor.judge import Judge

Outcome = tuple[datetime, Snapshot | None, PollFailure | None]
"""One poll: its moment, and its snapshot or its failure."""


def replay(
    lines: Iterable[str],
    *,
    timezone: str | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
    switches: Mapping[str, bool] | None = None,
) -> Iterator[AlertEvent]:
    """Each thing that the user would have been told, in order.

    `lines` hold one result each, as `watch --json` prints them, in time order; empty lines are skipped. The place is
    used where the results do not tell it; a rule that `switches` does not name is on. Raises `NotUnderstood` with the
    number of a line that is not a result, or that is older than the one before.
    """
    chosen = dict(switches or {})

    def enabled(rule: str) -> bool:
        return chosen.get(rule, True)

    yield from judge_all(Judge(enabled, timezone=timezone, latitude=latitude, longitude=longitude), _outcomes(lines))


def judge_all(judge: Judge, outcomes: Iterable[Outcome]) -> Iterator[AlertEvent]:
    """What `judge` tells of these outcomes, which come in time order."""
    for at, snapshot, failure in outcomes:
        yield from judge.judge(at, snapshot, failure).events


def _outcomes(lines: Iterable[str]) -> Iterator[Outcome]:
    before: datetime | None = None
    parser = ResultParser()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            at, snapshot, failure = parser.parse(_object(line))
        except NotUnderstood as problem:
            raise NotUnderstood(f"Line {number}: {problem.title}", problem.advice) from problem
        if before is not None and at < before:
            raise NotUnderstood(
                f"Line {number}: it is older than the line before it", "Give the results in the order of their times."
            )
        before = at
        yield at, snapshot, failure


def _object(line: str) -> Mapping[str, object]:
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise NotUnderstood("The line is not JSON", "Give one JSON object per line.") from problem
    if not isinstance(parsed, dict):
        raise NotUnderstood("The line is not a JSON object", "Give one JSON object per line.")
    return parsed
