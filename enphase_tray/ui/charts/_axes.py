"""Axes that speak the gateway's local time and the user's numbers."""

from datetime import UTC, datetime
from typing import Any

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._plotting import pg
from enphase_tray.ui.look.theme import to_font

_HOUR = 3600.0
_STEPS = (300.0, 600.0, 900.0, 1800.0, _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR)
_LABEL_PIXELS = 64.0
_EDGE_PIXELS = 7.0
_KILO_FROM = 10_000.0


class _PlainAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis with numbers and no words: laying out an empty label, dozens of times, took a tenth of a first frame."""

    def _updateLabel(self) -> None:
        self._adjustSize()
        self.picture = None
        self.update()


class TimeAxis(_PlainAxis):
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
        least = (high - low) * to_font(_LABEL_PIXELS) / max(size, 1.0)
        step = next((step for step in _STEPS if step >= least), _STEPS[-1])
        first = int((low - self._start) // step) + (1 if (low - self._start) % step else 0)
        last = int((high - self._start) // step)
        return [(step, [self._start + place * step for place in range(first, last + 1)])]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        moments = (datetime.fromtimestamp(value, UTC) for value in values)
        return [self._wording.clock(moment, moment) for moment in moments]


class WattAxis(_PlainAxis):
    """Power with the user's separators: W, or kW where the user or the height asks for it and `unit` is shown."""

    def __init__(self) -> None:
        super().__init__(orientation="left")
        self._wording = Wording()
        self._highest = 0.0
        self.unit = False
        """Whether the unit stands after the highest number."""
        self.unsigned = False
        """Whether what is below 0 is labelled without a sign, because words beside it say which way it goes."""
        self.enableAutoSIPrefix(False)

    def put_wording(self, wording: Wording) -> None:
        """Take over the separators."""
        self._wording = wording
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        levels: list[tuple[Any, list[Any]]] = super().tickValues(low, high, size)
        # A label that would be cut off at the edge is left out by the axis, and the unit with it.
        edge = (high - low) * to_font(_EDGE_PIXELS) / max(size, 1.0)
        levels = [(step, [value for value in values if value <= high - edge]) for step, values in levels]
        shown = levels[:1] if levels and len(levels[0][1]) > 2 else levels[:2]
        self._highest = max((value for _, values in shown for value in values), default=0.0)
        return shown

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        units = self._wording.units
        kilo = self.unit and (units == "kilowatts" or (units == "auto" and self._highest >= _KILO_FROM))
        size = 1000.0 if kilo else 1.0
        decimals = 0 if spacing >= size else 1 if spacing >= size / 10 else 2
        shown = [abs(value) if self.unsigned else value for value in values]
        unit = (" kW" if kilo else " W") if self.unit else ""
        return [
            self._wording.number(value / size, decimals) + (unit if tick == self._highest else "")
            for tick, value in zip(values, shown, strict=True)
        ]
