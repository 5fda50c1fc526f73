"""Taking numbers out of one JSON object while noting which of them could not be true."""

from collections.abc import Callable
from typing import Any

from enphase_tray.gateway.decode import NUMBERS, mapping, number
from enphase_tray.gateway.parts import Figures

MEGAWATT = 1_000_000.0
"""W; no site that a gateway serves comes near it."""
LARGEST_ENERGY = 1e12
"""Wh; 1,000 GWh."""
MOST_REJECTED = 20
"""How many doubtful values of one answer are named; a spoilt answer must not fill the screen."""

_SIGN_LIMIT = 2.0**31
_WHOLE_RANGE = 2.0**32


class Fields:
    """The numbers of one object. What is there but not within its limits comes back as `None` and is noted."""

    __slots__ = ("_about", "_get", "_rejected")

    def __init__(self, raw: object, rejected: list[str], about: str = "") -> None:
        """`rejected` collects the names of doubtful values, each followed by `about`."""
        self._get: Callable[[str], Any] = mapping(raw).get
        self._rejected = rejected
        self._about = about

    def number(self, key: str, low: float, high: float) -> float | None:
        """The number under `key`, if it lies within `low` .. `high`."""
        raw = self._get(key)
        # As `decode.number`, without the call: a poll of a large site takes some thousand numbers.
        if type(raw) in NUMBERS and low <= raw <= high:
            return float(raw)
        if raw is not None:
            self.reject(key)
        return None

    def watts(self, key: str, low: float = -MEGAWATT, high: float = MEGAWATT) -> float | None:
        """As `number`, undoing that some counters show -4 as 4294967292."""
        raw = self._get(key)
        if type(raw) in NUMBERS and low <= raw <= high:
            return float(raw)
        value = signed(raw, low, high)
        if value is None and raw is not None:
            self.reject(key)
        return value

    def energy(self, key: str, low: float = 0.0) -> float | None:
        """A counter in Wh; never negative unless `low` allows it."""
        return self.number(key, low, LARGEST_ENERGY)

    def reject(self, key: str) -> None:
        """Note that the value under `key` is not believed."""
        note_rejected(self._rejected, f"{key}{self._about}")


def signed(raw: object, low: float, high: float) -> float | None:
    """`raw` as watts within `low` .. `high`, a 32-bit number that lost its sign put right."""
    value = number(raw, -_WHOLE_RANGE, _WHOLE_RANGE)
    if value is not None and value > _SIGN_LIMIT:
        value -= _WHOLE_RANGE
    return value if value is not None and low <= value <= high else None


def watt_hours(raw: object, rejected: list[str], about: str = "") -> Figures:
    """The object `{wattHoursToday, wattHoursSevenDays, wattHoursLifetime, wattsNow}` that several answers use."""
    take = Fields(raw, rejected, about)
    return Figures(
        watts_now=take.watts("wattsNow"),
        today=take.energy("wattHoursToday"),
        seven_days=take.energy("wattHoursSevenDays"),
        lifetime=take.energy("wattHoursLifetime"),
    )


def note_rejected(rejected: list[str], name: str) -> None:
    """Add a name once, up to a limit."""
    if len(rejected) < MOST_REJECTED and name not in rejected:
        rejected.append(name)
