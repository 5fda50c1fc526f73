"""What is remembered of one inverter from poll to poll."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from enphase_tray.analysis.daylight import SLOT_SECONDS, UsualHours, UsualShare
from enphase_tray.model.readings import InverterReading, InverterState

NOTHING_WATTS = 1.0
"""At most this is nothing: inverters round."""
LIT_WATTS = 3.0
"""From this on an inverter is at work, however dull the day."""
RETIRED_SECONDS = 14 * 86400.0
_PAUSE_SECONDS = 8 * 3600.0

_FAULTY = (InverterState.SILENT, InverterState.STOPPED)


class InverterTrack:
    """One inverter: its last report, its recent nothing, and the hours at which it usually works (epoch seconds)."""

    __slots__ = (
        "age",
        "covered",
        "fresh",
        "hours",
        "idle",
        "lost",
        "missed",
        "nothing_at",
        "nothing_for",
        "nothing_since",
        "proven",
        "report_at",
        "share",
        "state",
        "watts",
        "woken_at",
        "working_at",
    )

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self.state = InverterState(kept.get("state", "unknown"))
        self.report_at: float | None = kept.get("report_at")
        self.watts: float | None = kept.get("watts")
        self.working_at: float | None = kept.get("working_at")
        """Time of its last report with power."""
        self.woken_at: float | None = kept.get("woken_at")
        """When it first made power after its last sleep."""
        self.missed = float(kept.get("missed", 0.0))
        """For how long its neighbours have proven daylight since its last report, seconds; nights do not count."""
        self.idle = float(kept.get("idle", 0.0))
        """For how long its reports have said nothing while those of its neighbours showed light, seconds."""
        self.nothing_at: float | None = kept.get("nothing_at")
        """End of its last report of nothing, if it is not yet known what the neighbours say of that time."""
        self.nothing_for = float(kept.get("nothing_for", 0.0))
        """How long a time that report speaks of, seconds."""
        self.nothing_since: float | None = kept.get("nothing_since")
        """Since when its reports have come without a break and said nothing, whatever its neighbours say."""
        self.lost = float(kept.get("lost", 0.0))
        """What share of its reports goes missing by day, lately."""
        self.hours = UsualHours(str(kept.get("hours", "")))
        self.share = UsualShare(str(kept.get("share", "")))
        self.age: float | None = None
        self.fresh = False
        self.proven = False
        """Whether its neighbours prove daylight to it now."""
        self.covered = False
        """Whether snow may lie on its panel."""

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "state": self.state.value,
            "report_at": self.report_at,
            "watts": self.watts,
            "working_at": self.working_at,
            "woken_at": self.woken_at,
            "missed": self.missed,
            "idle": self.idle,
            "nothing_at": self.nothing_at,
            "nothing_for": self.nothing_for,
            "nothing_since": self.nothing_since,
            "lost": self.lost,
            "hours": self.hours.packed(),
            "share": self.share.packed(),
        }

    def take(self, reading: InverterReading, now: float, fresh_seconds: float, interval: float) -> float | None:
        """Look at a reading taken at `now`. Gives the seconds between its last two reports if there is a new one."""
        self.watts = reading.last_report_watts
        if reading.last_report_at is None:
            self.age, self.fresh = None, False
            return None
        report = reading.last_report_at.timestamp()
        self.age = max(0.0, now - report)
        self.fresh = self.age <= fresh_seconds
        before, self.report_at = self.report_at, report
        if before is not None and report <= before:
            return None
        self.missed = 0.0
        if not self.makes_nothing:
            self.nothing_since, self.nothing_at = None, None
            if self.fresh:
                self.idle = 0.0
        else:
            self._say_nothing(report, before, fresh_seconds, interval)
        if self.watts is not None and self.watts >= LIT_WATTS and (self.fresh or before is not None):
            if self.working_at is None or report - self.working_at > 4 * 3600.0:
                self.woken_at = report
            self.working_at = report
            if self.state not in _FAULTY:
                self.hours.mark(report - interval, report)
        return None if before is None else report - before

    def _say_nothing(self, report: float, before: float | None, fresh_seconds: float, interval: float) -> None:
        """A report of nothing came. One before it that its neighbours have not spoken of yet waits on, and grows by it.

        Where polls keep step with reports, some neighbours' always come too late for the one at hand. But no more than
        half an interval of what waited: theirs will hardly speak of the time before that.
        """
        pause = None if self.nothing_since is None or before is None else report - before
        if pause is None or pause > 2 * fresh_seconds:
            self.nothing_since = self.nothing_at = report
            self.nothing_for = interval
        elif self.nothing_at is not None and report - self.nothing_at <= fresh_seconds:
            self.nothing_for = min(self.nothing_for, interval / 2) + min(pause, fresh_seconds)
        else:
            self.nothing_at, self.nothing_for = report, min(pause, fresh_seconds)

    @property
    def faulty(self) -> bool:
        """Whether it was found silent or stopped and has not recovered."""
        return self.state in _FAULTY

    @property
    def makes_nothing(self) -> bool:
        """Whether it reports, and reports nothing."""
        return self.fresh and self.watts is not None and self.watts <= NOTHING_WATTS

    @property
    def says_zero(self) -> bool:
        """Whether it reports, and not even a watt."""
        return self.fresh and self.watts is not None and self.watts <= 0.0

    def learn_slot(self, slot: int, bright: bool, learn: bool) -> None:
        """Half hour number `slot` (since the epoch) is over; `bright` says whether its neighbours made good power."""
        if learn and bright and not self.hours.lit(slot):
            self.share.learn(slot * SLOT_SECONDS, slot * SLOT_SECONDS, 0.0)
        self.hours.close(slot, learn)

    def learn_pause(self, start: float) -> None:
        """It works again after it was thought to be faulty since `start`: it may pause at these hours every day."""
        if self.report_at is not None and self.report_at - start <= _PAUSE_SECONDS:
            for slot in range(int(start) // SLOT_SECONDS + 1, int(self.report_at) // SLOT_SECONDS):
                self.learn_slot(slot, bright=True, learn=True)

    def forget_evidence(self) -> None:
        """What spoke against it so far has another cause."""
        self.missed, self.idle, self.nothing_at = 0.0, 0.0, None

    def since(self) -> datetime | None:
        """Its last sign of power, as far as known."""
        moment = self.working_at if self.working_at is not None else self.report_at
        return None if moment is None else datetime.fromtimestamp(moment, UTC)
