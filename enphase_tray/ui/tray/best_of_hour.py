"""How good it is now: production against the best of this time of day in the last weeks."""

from collections.abc import Callable
from datetime import datetime, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.readings import Snapshot

DAYS = 28
AROUND = timedelta(minutes=30)
_KEPT = timedelta(minutes=10)


class BestOfHour:
    """The most power read within half an hour of this time of day on one of the last 28 days.

    The history is opened for a moment every ten minutes, and only while somebody asks. The sun knows no summer time,
    so days are 24 hours.
    """

    def __init__(self, history: Callable[[], HistoryReader]) -> None:
        """`history` opens it for reading."""
        self._history = history
        self._site = ""
        self._asked_at: datetime | None = None
        self._best: float | None = None

    def share(self, snapshot: Snapshot | None) -> float | None:
        """Production now as a share of the best, above 1 where it is better; `None` where either is not known."""
        watts = None if snapshot is None or snapshot.production is None else snapshot.production.watts_now
        if snapshot is None or watts is None:
            return None
        best = self._best_at(snapshot.gateway.serial, snapshot.at)
        return None if best is None or best < 1.0 else max(0.0, watts) / best

    def _best_at(self, site: str, at: datetime) -> float | None:
        fresh = self._asked_at is not None and timedelta() <= at - self._asked_at < _KEPT
        if not fresh or site != self._site:
            self._site, self._asked_at = site, at
            self._best = self._look_up(site, at)
        return self._best

    def _look_up(self, site: str, at: datetime) -> float | None:
        reader = self._history()
        found: list[float] = []
        try:
            for days in range(1, DAYS + 1):
                then = at - timedelta(days=days)
                series = reader.site_series(site, then - AROUND, then + AROUND)
                found += [watts for watts in series.production if watts is not None]
        except HistoryError:
            return None  # the window says what is wrong with the history
        finally:
            reader.close()
        return max(found, default=None)
