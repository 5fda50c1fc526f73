"""Names written right at their curves, where they are in nobody's way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_Box = tuple[float, float, float, float]
"""Left, right, lower and upper edge in pixels."""
Height = Callable[[float], float | None]
"""The height of a curve (W) at a moment (epoch seconds), `None` where there is none."""

_PLACES = 14
_SAMPLES = 7
_OWN_SAMPLES = 17
"""A name must not touch even a jagged curve of its own."""
_FAR_PIXELS = 48.0
_APART_PIXELS = 2.0
_BEHIND_PIXELS = 5.0
_UPON = 100.0
"""Rather well away from its own curve than upon another one."""
_NEVER = 1000.0
"""Upon a curve a name can be read if need be, upon another name it cannot."""


@dataclass(frozen=True, slots=True)
class View:
    """What is in sight: seconds across and W up, and how many pixels that is."""

    low: float
    high: float
    bottom: float
    top: float
    wide: float
    tall: float

    def up(self, watts: float) -> float:
        """Pixels above the lower edge."""
        return (watts - self.bottom) / max(self.top - self.bottom, 1e-9) * self.tall

    def watts(self, up: float) -> float:
        """The W that are so many pixels above the lower edge."""
        return self.bottom + up / self.tall * (self.top - self.bottom)

    def moment(self, across: float) -> float:
        """The epoch second so many pixels from the left edge."""
        return self.low + across / self.wide * (self.high - self.low)

    def holds(self, foot: float, name: "Name") -> bool:
        """Whether a name with that lower edge is seen whole."""
        return foot >= 0.0 and foot + name.tall <= self.tall


@dataclass(frozen=True, slots=True)
class Name:
    """What is to be written at which curve, its size in pixels, and the epoch second at which the curve ends."""

    curve: int
    wide: float
    tall: float
    end: float


def places_for(names: Sequence[Name], curves: Sequence[Height], view: View) -> list[tuple[float, float] | None]:
    """For each name the moment of its left edge and the W of its lower edge; `None` where its curve is not in sight.

    A name stands just above or below its own curve, or behind its end: at the place of some that is farthest from
    other curves and names.
    """
    taken: list[_Box] = []
    found: list[tuple[float, float] | None] = []
    for name in names:
        if view.wide <= name.wide or view.tall <= name.tall:  # such as before it is first laid out
            found.append(None)
            continue
        candidates = _behind(name, curves, view, taken)
        for step in range(_PLACES):
            candidates += _along(name, curves, view, taken, step / _PLACES)
        best = max(candidates, default=None)
        found.append(None if best is None else (view.moment(best[1]), view.watts(best[2])))
        if best is not None:
            taken.append((best[1], best[1] + name.wide, best[2], best[2] + name.tall))
    return found


def _along(
    name: Name, curves: Sequence[Height], view: View, taken: Sequence[_Box], share: float
) -> list[tuple[float, float, float]]:
    """Above and below the curve: how free the place is (pixels to the next thing), its left and its lower edge."""
    left = share * (view.wide - name.wide)
    own = [watts for at in _across(name, left, view, _OWN_SAMPLES) if (watts := curves[name.curve](at)) is not None]
    if len(own) < _OWN_SAMPLES:
        return []
    low, high = view.up(min(own)), view.up(max(own))
    near = _heights(name, left, curves, view)
    feet = (foot for foot in (high + _APART_PIXELS, low - name.tall - _APART_PIXELS) if view.holds(foot, name))
    return [(min(_FAR_PIXELS - (high - low) * 0.5, _free(name, left, foot, near, taken)), left, foot) for foot in feet]


def _behind(
    name: Name, curves: Sequence[Height], view: View, taken: Sequence[_Box]
) -> list[tuple[float, float, float]]:
    """The same for the place behind the end of the curve, which is good, but not the best."""
    height = curves[name.curve](name.end)
    left = (name.end - view.low) / (view.high - view.low) * view.wide + _BEHIND_PIXELS
    if height is None or left < 0.0 or left + name.wide > view.wide:
        return []
    foot = min(max(view.up(height) - name.tall / 2, 0.0), view.tall - name.tall)
    return [(min(_FAR_PIXELS / 2, _free(name, left, foot, _heights(name, left, curves, view), taken)), left, foot)]


def _across(name: Name, left: float, view: View, count: int) -> list[float]:
    """Moments along a name that begins at `left`."""
    return [view.moment(left + name.wide * step / (count - 1)) for step in range(count)]


def _heights(name: Name, left: float, curves: Sequence[Height], view: View) -> list[float]:
    """Pixels of the other curves along a name that begins at `left`."""
    moments = _across(name, left, view, _SAMPLES)
    others = [curve for number, curve in enumerate(curves) if number != name.curve]
    return [view.up(watts) for curve in others for at in moments if (watts := curve(at)) is not None]


def _free(name: Name, left: float, foot: float, near: Sequence[float], taken: Sequence[_Box]) -> float:
    """Pixels to the nearest other curve or name; negative upon one."""
    free = min((max(height - foot - name.tall, foot - height) for height in near), default=_FAR_PIXELS)
    free = free if free >= 0.0 else free - _UPON
    for start, end, bottom, top in taken:
        if start < left + name.wide and left < end:
            away = max(bottom - foot - name.tall, foot - top)
            free = min(free, away if away >= 0.0 else away - _NEVER)
    return free
