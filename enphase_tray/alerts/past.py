"""Episodes that are over, kept for some hours: what comes back within that time is the same episode."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from enphase_tray.alerts.episode import Episode, episode_from

_LONGEST_SECONDS = 86_400.0


class Past:
    """The last episode of each kind that ended lately."""

    def __init__(self, memory: Iterable[Mapping[str, Any]] = ()) -> None:
        """`memory` is what `memory()` gave in an earlier run."""
        self._closed = [(episode_from(item["episode"]), datetime.fromisoformat(item["at"])) for item in memory]

    def memory(self) -> list[dict[str, Any]]:
        """Plain JSON to keep for the next run."""
        return [{"episode": episode.memory(), "at": at.isoformat()} for episode, at in self._closed]

    def add(self, episode: Episode, at: datetime) -> None:
        """This one is over."""
        self._closed = [(one, when) for one, when in self._closed if (at - when).total_seconds() < _LONGEST_SECONDS]
        self._closed.append((episode, at))

    def take(self, rule: str, keys: Iterable[str], at: datetime, seconds: float) -> Episode | None:
        """The episode of that rule that one of the keys was part of, if it ended at most `seconds` ago."""
        wanted = set(keys)
        for position, (episode, when) in enumerate(self._closed):
            recent = 0.0 <= (at - when).total_seconds() <= seconds
            if recent and episode.alert.rule == rule and wanted & episode.members.keys():
                del self._closed[position]
                return episode
        return None
