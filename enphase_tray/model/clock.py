"""The only place that reads the time. Everything else is handed a `Clock`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program knows of time: a wall clock, a monotonic one, and how both relate to real waiting."""

    def now(self) -> datetime:
        """The present moment as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Seconds of this clock since an arbitrary start; never steps back, whatever happens to `now`."""
        ...

    def real_seconds(self, seconds: float) -> float:
        """How many real seconds pass while this clock advances by `seconds`."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def real_seconds(self, seconds: float) -> float:
        return seconds


class RunningClock:
    """A clock that started at a chosen moment and runs at a chosen speed: for the demo and the simulator."""

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        """`start` is an aware datetime; `speed` is simulated seconds per real second, above 0."""
        if start.tzinfo is None or speed <= 0:
            raise ValueError("a running clock needs an aware start and a speed above 0")
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._origin = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._origin) * self._speed

    def real_seconds(self, seconds: float) -> float:
        return seconds / self._speed


class ManualClock:
    """A clock that moves only when told to: for building history in advance, replay and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._elapsed

    def real_seconds(self, seconds: float) -> float:
        return seconds

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += seconds

    def set(self, moment: datetime) -> None:
        """Go to `moment`; the monotonic clock advances only if that lies ahead."""
        self._elapsed += max(0.0, (moment - self._now).total_seconds())
        self._now = moment.astimezone(UTC)
