"""Inverters that may lie under snow: they did not wake together with others, in a season in which snow may lie."""

from collections.abc import Mapping
from typing import Any

from enphase_tray.analysis.track import InverterTrack

_ASLEEP_SECONDS = 8 * 3600.0
"""Who has not worked for so long has slept a night since."""
_DARK_SECONDS = 22 * 3600.0
"""An array that has not worked for so long has skipped a day."""
_LATE_SECONDS, _EARLY_SECONDS = 5400.0, 2700.0
_RISING_SECONDS, _RISEN_SECONDS = 3600.0, 9000.0
_FEW, _CROWD = 0.1, 8
"""Where all but so few of a crowd wake within that time, the morning was dark: snow does not leave them all at once."""
_MOST_SECONDS = 6 * 86400.0
_SHARE = 0.2
_FREE_WATTS, _FREE_SHARE = 10.0, 0.25
"""Some light may come through the snow: who is free makes so much, and so much of what is usual at that moment."""


class Snow:
    """Keeps who may be covered, and since when (epoch seconds of their last work)."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        kept = memory or {}
        self._covered: dict[str, float] = {str(serial): float(at) for serial, at in (kept.get("covered") or {}).items()}
        self._left: dict[str, float] = {str(serial): float(at) for serial, at in (kept.get("left") or {}).items()}
        """Since when others have woken without them, and not to a few watts that come through the snow."""
        self._worked_at = float(kept.get("worked_at", 0.0))
        self._rose_at = float(kept.get("rose_at", 0.0))
        self._bright_at = float(kept.get("bright_at", 0.0))
        """When those that woke first made so much that all others should be awake, too; 0 while it is dark."""
        self._spell = bool(kept.get("spell", False))
        """Whether the array last woke later, or had gone dark sooner, than usual, or had skipped a day."""

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "covered": dict(self._covered),
            "left": dict(self._left),
            "worked_at": self._worked_at,
            "rose_at": self._rose_at,
            "bright_at": self._bright_at,
            "spell": self._spell,
        }

    def covers(self, serial: str) -> bool:
        """Whether this inverter's silence, or its nothing, may be snow."""
        return serial in self._covered

    def follow(
        self, now: float, worked_at: float, tracks: Mapping[str, InverterTrack], possible: bool, usual_watts: float
    ) -> None:
        """Look at everybody at `now`. `worked_at`: the last power of anybody; `possible`: it may snow there now.

        `usual_watts` is the middle of what those that report make.
        """
        dark = worked_at - self._worked_at if worked_at > self._worked_at > 0.0 else 0.0
        if dark > _ASLEEP_SECONDS / 2:
            self._rose_at, self._bright_at = worked_at, 0.0
            rose_late = any(track.hours.core_seconds(worked_at) > _LATE_SECONDS for track in tracks.values())
            set_early = any(track.hours.core(self._worked_at + _EARLY_SECONDS) for track in tracks.values())
            self._spell = rose_late or set_early or dark > _DARK_SECONDS
            if dark > 2 * _DARK_SECONDS:
                self._left.clear()  # it lay under snow again: those that still do are left behind only from now on
        self._worked_at = max(worked_at, self._worked_at)
        free = max(_FREE_WATTS, _FREE_SHARE * usual_watts)
        for serial in [s for s, since in self._covered.items() if _is_free(tracks.get(s), since, free)]:
            del self._covered[serial]
        late = {serial for serial, since in self._left.items() if now - since > _MOST_SECONDS}
        self._covered = {serial: since for serial, since in self._covered.items() if serial not in late}
        if not possible:
            self._left = {serial: since for serial, since in self._left.items() if serial in self._covered}
            return
        lying = {
            serial: track.working_at
            for serial, track in tracks.items()
            if track.working_at is not None
            and not track.faulty
            and now - track.working_at > _ASLEEP_SECONDS
            and track.working_at < self._rose_at
        }
        waiting = lying.keys() | self._covered.keys()
        known, works = self._left, usual_watts >= _FREE_WATTS
        if works and not self._bright_at:
            self._bright_at = now
        self._left = {serial: known.get(serial, self._rose_at) for serial in waiting if works or serial in known}
        lying = {serial: since for serial, since in lying.items() if serial not in late}
        bright = now - self._bright_at if self._bright_at else 0.0
        if self._spell and _RISING_SECONDS <= bright <= _RISEN_SECONDS:
            self._doubt_the_spell(lying, len(tracks))
        many = len(lying) >= 2 and len(lying) >= _SHARE * len(tracks) and bright >= _RISING_SECONDS
        if lying and (self._spell or many):
            self._covered.update(lying)

    def _doubt_the_spell(self, lying: Mapping[str, float], count: int) -> None:
        """A while after a late rise: it was no snow if nearly all of a crowd of `count` are awake."""
        if count < _CROWD or len(lying) > max(1.0, _FEW * count):
            return
        if all(self._left.get(serial) == self._rose_at for serial in lying):
            self._spell = False
            self._covered = {serial: since for serial, since in self._covered.items() if serial not in lying}


def _is_free(track: InverterTrack | None, since: float, free: float) -> bool:
    """Whether what covered it at `since` is gone, since it makes `free` watts; or the inverter itself is."""
    return track is None or ((track.working_at or 0.0) > since and (track.watts or 0.0) >= free)
