"""How often inverters report, and how often this program asks: both learned, since both can change."""

from collections import deque
from collections.abc import Mapping
from math import ceil, log
from typing import Any

DEFAULT_SECONDS = 300.0
_KNOWN = ((450.0, 300.0), (1800.0, 900.0), (7200.0, 3600.0))
_RECENT = 24
_MIN_PATIENCE = 2700.0
_SEVERAL, _LONGEST_RUN, _DEAF_INTERVAL, _RUN_FADES = 1.5, 4, 900.0, 1 / 20_000
"""Where several reports in a row once went missing by chance, the power line is deaf at times: one more is awaited."""
_LOSS_OF_ALL = 1 / 1024
_LOSS_OF_ONE = 1 / 48
"""How much one report counts for the share of reports that get lost: among all inverters, and of this one."""
_LOST_BY_CHANCE = 5e-7
_MOST_LOST = 8
_PATIENT_SECONDS = 7800.0
_PATIENT_REPORTS = 5.2


def nearest_interval(seconds: float) -> float | None:
    """The interval (5, 15 or 60 min, in seconds) that a time between two reports points to; `None` for none."""
    if seconds < 200.0:
        return None
    for limit, interval in _KNOWN:
        if seconds <= limit:
            return interval
    return None


class Cadence:
    """Learns the report interval of a site from what its inverters say and from the times of their reports."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self.interval = float(kept.get("interval", DEFAULT_SECONDS))
        """Seconds between two reports of one inverter."""
        self.poll_seconds = float(kept.get("poll_seconds", DEFAULT_SECONDS))
        """Usual seconds between two polls."""
        self._lost = float(kept.get("lost", 0.0))
        self._run = float(kept.get("run", 0.0))
        """The most reports in a row that went missing of somebody who was well; it fades within months."""
        self._recent: deque[float] = deque(kept.get("recent", ()), maxlen=_RECENT)

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "interval": self.interval,
            "poll_seconds": self.poll_seconds,
            "lost": self._lost,
            "run": self._run,
            "recent": list(self._recent),
        }

    def learn_poll(self, gap: float) -> None:
        """`gap` seconds lie between this outcome and the one before. One long gap changes nothing."""
        if 20.0 <= gap <= 3 * self.poll_seconds or (gap <= 4000.0 and self.poll_seconds < 60.0):
            self.poll_seconds += (min(gap, 3900.0) - self.poll_seconds) / 8

    def learn_report(self, difference: float, duration: float | None, gap: float) -> None:
        """A new report came `difference` s after that inverter's last one; `gap` s lie between the two polls.

        `duration` is what the report itself says. A difference counts only where no report can have been missed.
        """
        said = nearest_interval(duration) if duration is not None else None
        if said is None and (gap <= 1.34 * self.interval or gap <= 0.6 * difference):
            said = nearest_interval(difference)
        if said is not None:
            self._recent.append(said)

    def learn_loss(self, difference: float, lost: float) -> float:
        """A report came `difference` s after that inverter's last one; `lost` is the share of it that went missing.

        Gives that share anew. Power lines are noisy: some sites lose one report in twenty, some inverters more.
        """
        missed = round(difference / self.interval) - 1
        if not 0 <= missed <= _MOST_LOST:
            return lost
        self._run -= self._run * _RUN_FADES
        if missed <= _LONGEST_RUN and self.interval <= _DEAF_INTERVAL:
            self._run = max(self._run, float(missed))
        for went_missing in (1.0,) * missed + (0.0,):
            self._lost += (went_missing - self._lost) * _LOSS_OF_ALL
            lost += (went_missing - lost) * _LOSS_OF_ONE
        return lost

    def lossy_patience(self, lost: float) -> float:
        """Up to this age, silence may be chance where reports get lost: it grows until chance is all but excluded."""
        share = min(0.5, max(lost, self._lost))
        if share < 0.001:
            return 0.0
        missing = min(float(_MOST_LOST), ceil(log(_LOST_BY_CHANCE) / log(share)))
        return min(missing * self.interval, max(_PATIENT_SECONDS, _PATIENT_REPORTS * self.interval))

    def settle(self, inverters: int) -> None:
        """Follow what was learned so far: what most of the last two reports of each of `inverters` say."""
        if not self._recent:
            return
        ordered = sorted(list(self._recent)[-max(4, 2 * inverters) :])
        self.interval = ordered[len(ordered) // 2]

    @property
    def fresh_seconds(self) -> float:
        """Up to this age a report speaks of now."""
        return 2 * self.interval + 60.0

    @property
    def patience_seconds(self) -> float:
        """From this age on, an inverter whose neighbours report is missed; slow while some report at a longer pace."""
        slowest = sorted(self._recent)[-3] if len(self._recent) >= 3 else self.interval
        pace = max(self.interval, slowest)
        reports = 3.0 if self._run < _SEVERAL or pace > _DEAF_INTERVAL else self._run + 2.2
        return max(_MIN_PATIENCE, reports * pace, 2.2 * self.poll_seconds + self.interval)
