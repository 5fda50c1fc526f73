"""Judging one poll after another: tracker and alert engine together, for the program and for replay alike."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from enphase_tray.alerts.engine import AlertEngine
from enphase_tray.analysis.doctor.doctor import Doctor
from enphase_tray.analysis.tracker import SiteTracker
from enphase_tray.model.alerts import DEFAULT_LIMITS, Alert, AlertEvent, Assessment, Evidence, Limits, PollFailure
from enphase_tray.model.health import HealthReport
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import Snapshot

_USUAL_INTERVAL = 300.0
"""Seconds between reports, before the first poll."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one poll means."""

    assessment: Assessment
    snapshot: Snapshot | None
    events: tuple[AlertEvent, ...]
    active: tuple[Alert, ...]
    health: HealthReport | None = None
    """The doctor's last word; `None` before the first."""

    @property
    def snapshot_with_states(self) -> Snapshot | None:
        """The snapshot, in which every inverter has its state from the assessment; made when asked for."""
        return None if self.snapshot is None else with_states(self.snapshot, self.assessment)


class Judge:
    """Follows one site. Not for several threads at once."""

    def __init__(
        self,
        enabled: Callable[[str], bool],
        memory: Mapping[str, Any] | None = None,
        *,
        timezone: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """`enabled` says of a rule's name whether it may tell; `memory` is what `memory()` gave in an earlier run.

        `limits` are the user's own, where a rule has any.
        """
        kept = memory or {}
        self._timezone: str | None = timezone
        self._tracker = SiteTracker(kept.get("tracker"), timezone=timezone, latitude=latitude, longitude=longitude)
        self._doctor = Doctor(kept.get("doctor"), timezone=timezone, latitude=latitude, longitude=longitude)
        self._interval = _USUAL_INTERVAL
        self._engine = AlertEngine(enabled, kept.get("engine"))
        self._firmware: str | None = kept.get("firmware")
        self._previous: Snapshot | None = None
        self._limits = limits

    @property
    def active(self) -> tuple[Alert, ...]:
        """All open alerts."""
        return self._engine.active

    def memory(self) -> dict[str, Any]:
        """Plain JSON to hand to the next run, so that it goes on where this one stopped."""
        return {
            "tracker": self._tracker.memory(),
            "doctor": self._doctor.memory(),
            "engine": self._engine.memory(),
            "firmware": self._firmware,
        }

    def recall(self, past: Iterable[InverterSeries]) -> None:
        """Give the doctor the curves of the days before this run, up to the last poll, in time order."""
        self._doctor.recall(past, self._interval)

    def judge(
        self,
        at: datetime,
        snapshot: Snapshot | None,
        failure: PollFailure | None,
        *,
        timezone: str | None = None,
        token_expires_at: datetime | None = None,
        token_renews_itself: bool = False,
        token_issued_at: datetime | None = None,
    ) -> Judgement:
        """Take in one poll's outcome, in time order: its snapshot, or its failure."""
        assessment = self._tracker.observe(at, snapshot, failure)
        self._interval = assessment.report_interval_seconds
        if snapshot is not None:
            self._doctor.observe(snapshot, assessment)
        health = self._doctor.report()
        self._timezone = timezone or (snapshot.timezone if snapshot is not None else None) or self._timezone
        events = self._engine.check(
            Evidence(
                at=at,
                snapshot=snapshot,
                failure=failure if snapshot is None else None,
                assessment=assessment,
                previous=self._previous,
                timezone=self._timezone,
                token_expires_at=token_expires_at,
                token_renews_itself=token_renews_itself,
                token_issued_at=token_issued_at,
                previous_firmware=self._firmware,
                health=health,
                limits=self._limits,
            )
        )
        if snapshot is not None:
            self._previous = snapshot
            if snapshot.gateway.firmware.numbers:
                self._firmware = snapshot.gateway.firmware.text
        return Judgement(assessment, snapshot, events, self._engine.active, health)


def day_by_day(
    read: Callable[[datetime, datetime], InverterSeries], start: datetime, end: datetime
) -> Iterator[InverterSeries]:
    """What `read` gives from `start` to before `end`, a day at a time: a month of a large site is 25 MB."""
    while start < end:
        stop = min(start + _DAY, end)
        yield read(start, stop)
        start = stop


def with_states(snapshot: Snapshot, assessment: Assessment) -> Snapshot:
    """The snapshot with each inverter's state as assessed."""
    states = assessment.states
    if all(states.get(inverter.serial, inverter.state) is inverter.state for inverter in snapshot.inverters):
        return snapshot
    return replace(
        snapshot,
        inverters=tuple(
            inverter
            if states.get(inverter.serial, inverter.state) is inverter.state
            else replace(inverter, state=states[inverter.serial])
            for inverter in snapshot.inverters
        ),
    )
