"""For how much daylight nobody has worked, where no neighbour is left to prove it: what the sun and habits say."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from enphase_tray.analysis.moment import UP_SUN, Moment
from enphase_tray.analysis.track import InverterTrack

_UNPROVEN_RATE = 0.4
"""What an hour of the usual day counts where nobody knows how high the sun is, hours of full sun."""
_USUAL_MORE = 0.7
"""By so many hours of full sun a stillness must be longer than the longest one that ended by itself."""
_LEAST_LEARNED, _MOST_LEARNED, _A_FAULT = 0.3, 3.0, 6.0
"""What ends by itself sooner teaches nothing; more is never expected; and so much was a fault."""
_USUAL_REPORTS = 2.2
"""Where it reports once an hour, an hour of sun lies between two reports; that, and one that got lost, is no pause."""
_KEPT = 0.9
_STEP_SECONDS, _UNSEEN_SECONDS, _UNWATCHED_SECONDS = 900.0, 16 * 3600.0, 3600.0
_BEST_KEPT = 0.9995


class Stillness:
    """Counts from the last power of anybody on; nights do not count, and only interrupt."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self.sun_hours = float(kept.get("sun_hours", 0.0))
        """Light missed, in hours of a sun straight overhead under a clear sky."""
        self.nothing_seconds = float(kept.get("nothing_seconds", 0.0))
        """For how long by day most of them have said that they make nothing."""
        self._watched_hours = float(kept.get("watched_hours", 0.0))
        """That part of `sun_hours` during which somebody watched."""
        self._longest = float(kept.get("longest", 0.0))
        self._worked_at = float(kept.get("worked_at", 0.0))
        self._seen_at = float(kept.get("seen_at", 0.0))
        self._best = float(kept.get("best", 0.0))
        self.clearness = float(kept.get("clearness", 0.0))
        """What was made at the last proof of daylight, as part of the best there for a sun of that height."""

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "sun_hours": self.sun_hours,
            "nothing_seconds": self.nothing_seconds,
            "watched_hours": self._watched_hours,
            "longest": self._longest,
            "worked_at": self._worked_at,
            "seen_at": self._seen_at,
            "best": self._best,
            "clearness": self.clearness,
        }

    def learn_level(self, watts: float, most_height: float) -> None:
        """The best inverters made so much, under a sun of at most that height (degrees)."""
        self._best = max(watts, self._best * _BEST_KEPT)
        part = math.sin(math.radians(min(90.0, most_height)))
        self.clearness = watts / (self._best * part) if self._best and most_height >= UP_SUN else 0.0

    def follow(self, tracks: Sequence[InverterTrack], worked_at: float, moment: Moment) -> None:
        """`worked_at` is the last power of anybody."""
        if worked_at > self._worked_at:
            paused = worked_at - self._worked_at > _USUAL_REPORTS * moment.cadence.interval
            if paused and _LEAST_LEARNED <= self._watched_hours <= _A_FAULT:
                self._longest = min(_MOST_LEARNED, max(self._longest * _KEPT, self._watched_hours))
            self._worked_at = self._seen_at = worked_at
            self.forget()
            return
        unseen = moment.now - self._seen_at > _UNWATCHED_SECONDS
        heard_at = max((track.report_at or 0.0 for track in tracks), default=0.0) if unseen else 0.0
        if heard_at > self._seen_at:
            self._seen_at = heard_at  # while nobody watched it may have worked
            self.forget()
        self._add_sun(moment, not unseen)
        saying = 2 * sum(1 for track in tracks if track.says_zero) >= len(tracks) > 0
        if moment.place.known and not saying:
            return
        usual = 2 * sum(1 for track in tracks if track.hours.core(moment.now, margin=2)) > len(tracks)
        if usual and not moment.place.known:
            self.sun_hours += moment.seconds / 3600.0 * _UNPROVEN_RATE
        if saying and (usual or moment.height >= UP_SUN):
            self.nothing_seconds += moment.seconds

    def _add_sun(self, moment: Moment, watched: bool) -> None:
        """All the light since the last look, also where nobody watched: the last report is known all the same."""
        begin = max(self._seen_at, moment.now - _UNSEEN_SECONDS)
        while moment.place.known and begin < moment.now:
            end = min(moment.now, begin + _STEP_SECONDS)
            height = moment.height if end == moment.now else moment.place.least_height(end)
            if height >= UP_SUN:
                light = (end - begin) / 3600.0 * math.sin(math.radians(height))
                self.sun_hours += light
                self._watched_hours += light if watched else 0.0
            begin = end
        self._seen_at = moment.now

    def forget(self) -> None:
        """What was seen so far has another cause."""
        self.sun_hours, self.nothing_seconds, self._watched_hours = 0.0, 0.0, 0.0

    def longer_than_usual(self) -> bool:
        """Whether it has lasted longer than any that ended by itself lately."""
        return self.sun_hours >= self._longest + _USUAL_MORE
