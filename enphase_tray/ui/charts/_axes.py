"""Axes that speak the gateway's local time and the user's numbers."""

from datetime import UTC, datetime
from typing import Any

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._plotting import pg

_HOUR = 3600.0
_STEPS = (300.0, 600.0, 900.0, 1800.0, _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR)
_LABEL_PIXELS = 64.0


class TimeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Time of day in the zone of `wording`; ticks stand on whole local hours or parts of them."""

    def __init__(self) -> None:
        super().__init__(orientation="bottom")
        self._wording = Wording()
        self._start = 0.0
        self.enableAutoSIPrefix(False)

    def put_day(self, start: float, wording: Wording) -> None:
        """`start` is the day's local midnight in epoch seconds."""
        self._start, self._wording = start, wording
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        least = (high - low) * _LABEL_PIXELS / max(size, 1.0)
        step = next((step for step in _STEPS if step >= least), _STEPS[-1])
        first = int((low - self._start) // step) + (1 if (low - self._start) % step else 0)
        last = int((high - self._start) // step)
        return [(step, [self._start + place * step for place in range(first, last + 1)])]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        moments = (datetime.fromtimestamp(value, UTC) for value in values)
        return [self._wording.clock(moment, moment) for moment in moments]


class WattAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Whole W with the user's separators."""

    def __init__(self) -> None:
        super().__init__(orientation="left")
        self._wording = Wording()
        self.enableAutoSIPrefix(False)

    def put_wording(self, wording: Wording) -> None:
        """Take over the separators."""
        self._wording = wording
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        levels: list[tuple[Any, list[Any]]] = super().tickValues(low, high, size)
        return levels[:1] if levels and len(levels[0][1]) > 2 else levels[:2]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        return [self._wording.number(value, 0) for value in values]
