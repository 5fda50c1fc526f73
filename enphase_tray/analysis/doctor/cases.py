"""Findings that stay open until the panel makes its share again, also when the days before them are forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from enphase_tray.analysis.doctor.diagnosis import Diagnosis, Weight
from enphase_tray.model.health import Cause, Certainty

_WELL_DAYS = 3
_WELL_PART = 0.4
"""Well is a panel that lacks less than this part of what it lacked at the worst."""


@dataclass(slots=True)
class Case:
    """One panel's open finding. `before`: the share of its group that it made or would make; `lost`: part of it."""

    cause: Cause
    certainty: Certainty
    since: datetime | None
    before: float
    lost: float
    opened: int
    """Day number."""

    def over(self, shares: Sequence[tuple[int, float]]) -> bool:
        """Whether the last days, by (day number, share), all were well."""
        late = [share for day, share in shares if day > self.opened][-_WELL_DAYS:]
        return len(late) >= _WELL_DAYS and min(late) >= self.before * (1.0 - _WELL_PART * self.lost)

    def memory(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "cause": self.cause.value,
            "certainty": self.certainty.value,
            "since": None if self.since is None else self.since.isoformat(),
            "before": self.before,
            "lost": self.lost,
            "opened": self.opened,
        }


def case_from(kept: Mapping[str, Any]) -> Case:
    """Back from `Case.memory()`."""
    since = kept.get("since")
    return Case(
        Cause(kept["cause"]),
        Certainty(kept["certainty"]),
        None if since is None else datetime.fromisoformat(since),
        float(kept["before"]),
        float(kept["lost"]),
        int(kept["opened"]),
    )


def follow(
    case: Case | None,
    diagnosis: Diagnosis | None,
    since: datetime | None,
    shares: Sequence[tuple[int, float]],
    today: int,
) -> Case | None:
    """The case of a panel after one more day. `since`: when the diagnosed fall began; `shares` by day number."""
    if case is not None and case.over(shares):
        return None
    if diagnosis is None or diagnosis.weight is not Weight.LOOK:
        return case
    share = diagnosis.numbers.get("share", diagnosis.before)
    lost = min(0.99, max(0.05, 1.0 - share / diagnosis.before))
    if case is None:
        return Case(diagnosis.cause, diagnosis.certainty, since, diagnosis.before, lost, today)
    case.lost = max(case.lost, lost) if case.before >= diagnosis.before else lost
    if diagnosis.certainty is not Certainty.UNSURE or case.certainty is Certainty.UNSURE:
        case.cause, case.certainty = diagnosis.cause, diagnosis.certainty
    return case
