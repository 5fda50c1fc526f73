"""From when until when the array made power on a day, where both ends were watched."""

from collections.abc import Mapping
from typing import Any

_NIGHT_SECONDS = 5400.0
_UNSEEN_SECONDS = 2400.0


class Days:
    """Keeps the day at hand: its first and last power, and whether anybody looked around them (epoch seconds)."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self._seen_at = float(kept.get("seen_at", 0.0))
        self._dark_since = float(kept.get("dark_since", 0.0))
        """Since when it is dark without a gap in the watch; 0 where it is not."""
        self._first = float(kept.get("first", 0.0))
        self._last = float(kept.get("last", 0.0))

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {"seen_at": self._seen_at, "dark_since": self._dark_since, "first": self._first, "last": self._last}

    def follow(self, now: float, worked_at: float) -> tuple[float, float] | None:
        """It is `now`, and somebody made power at `worked_at` for the last time. Gives a day once, when it is over."""
        watched = 0.0 < now - self._seen_at <= _UNSEEN_SECONDS
        self._seen_at = now
        if worked_at > self._last:
            if self._dark_since and watched and now - self._dark_since >= _NIGHT_SECONDS:
                self._first = worked_at
            elif not watched:
                self._first = 0.0
            self._last, self._dark_since = worked_at, 0.0
            return None
        if not watched:
            self._first, self._dark_since = 0.0, now
            return None
        if not self._dark_since:
            self._dark_since = now
        if self._first and now - self._last >= _NIGHT_SECONDS:
            first, self._first = self._first, 0.0
            return first, self._last
        return None
