"""Where the array stands, as far as that is known, and how high the sun is there.

It is known from the settings, from the time zone, or from the array's own days: they tell its noon, and their length
with the season how far from the equator it is.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from enphase_tray.analysis.daylight import declination, sun_elevation, sun_over
from enphase_tray.analysis.zones import around

_BUCKET_DAYS = 8
_BUCKETS = 46
_FEW = 3
_WAKING_DEGREES, _FIRST_DEGREES = 4.0, 0.0
"""At this height of the sun inverters have woken; below that one none can. Far north an hour lies between."""
_TOO_LONG_SECONDS = 900.0
"""By so much a day may seem longer than it can be: the last report of a day speaks of the time before it."""
_TOO_SHORT_SECONDS = (14_400.0, 10_800.0, 5400.0)
"""By so much clouds, hills and trees may have shortened the one day that is known; two; three and more."""
_NOON_DEGREES = 6.0
_FIRST_NOON_DEGREES = 15.0
_STEP_SECONDS = 900
_DAY = 86400.0
_COLDEST = {1: 20.0, -1: 202.0}
"""Days after New Year on which it is coldest, north and south of the equator."""
_SNOW_LATITUDE, _UNLIKELY_EDGE = 37.0, 2.0
"""Nearer to the equator no snow stays; the last degrees of a box are taken off, so that no desert is thought snowy."""
_COLD_DAYS, _COLD_DAYS_PER_DEGREE, _MOST_COLD_DAYS = 50.0, 2.5, 120.0
"""So many days before and after the coldest one there may be snow: at that latitude, for each degree more, at most."""
_NORTHERN_COLD = frozenset({1, 2, 3, 4, 11, 12})


class Whereabouts:
    """A box of latitudes and longitudes that the array must stand in."""

    def __init__(
        self, memory: Mapping[str, Any] | None = None, latitude: float | None = None, longitude: float | None = None
    ) -> None:
        """`memory` is what `memory()` gave in an earlier run; latitude and longitude are used where they are known."""
        kept = memory or {}
        self._days: dict[int, tuple[float, float]] = {
            int(bucket): (float(day[0]), float(day[1])) for bucket, day in (kept.get("days") or {}).items()
        }
        self._zone: str | None = None
        self._given = (latitude, longitude, 0.5, 0.5) if latitude is not None and longitude is not None else None
        self._box = self._find()
        self._slot = -1
        self._heights = (0.0, 0.0)

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {"days": {str(bucket): list(day) for bucket, day in self._days.items()}}

    def use_zone(self, name: str | None) -> None:
        """The gateway's time zone, as an IANA name."""
        if name != self._zone:
            self._zone = name
            self._box, self._slot = self._find(), -1

    def learn_day(self, first: float, last: float) -> None:
        """The array made power from `first` to `last`, epoch seconds, and both ends were watched."""
        middle, length = (first + last) / 2, last - first
        if not 3 * 3600.0 <= length <= 22 * 3600.0:
            return
        bucket = int(middle // _DAY) // _BUCKET_DAYS
        if length <= self._days.get(bucket, (0.0, 0.0))[1]:
            return  # clouds and snow make days shorter, never longer
        self._days[bucket] = (middle, length)
        for old in sorted(self._days)[:-_BUCKETS]:
            del self._days[old]
        self._box, self._slot = self._find(), -1

    @property
    def known(self) -> bool:
        """Whether anything can be said of the sun's height."""
        return self._box is not None

    def heights(self, at: float) -> tuple[float, float]:
        """The least and the greatest height that the sun may have at `at`, degrees; -90 and 90 where it is unknown."""
        if self._box is None:
            return -90.0, 90.0
        slot = int(at) // _STEP_SECONDS
        if slot != self._slot:
            self._slot, self._heights = slot, self._look(slot * float(_STEP_SECONDS))
        return self._heights

    def least_height(self, at: float) -> float:
        """As `heights`, for any moment that is not asked for again."""
        return -90.0 if self._box is None else self._look(at)[0]

    def snow_may_lie(self, at: float) -> bool:
        """Whether it is a season in which snow may keep an array dark for days."""
        moment = datetime.fromtimestamp(at, UTC)
        if self._box is None:
            return moment.month in _NORTHERN_COLD
        latitude, _, north, _ = self._box
        day = moment.timetuple().tm_yday
        for side, coldest in _COLDEST.items():
            beyond = side * latitude + max(0.0, north - _UNLIKELY_EDGE) - _SNOW_LATITUDE
            cold_days = min(_MOST_COLD_DAYS, _COLD_DAYS + _COLD_DAYS_PER_DEGREE * beyond)
            if beyond > 0 and abs((day - coldest + 182.6) % 365.2425 - 182.6) < cold_days:
                return True
        return False

    def _look(self, at: float) -> tuple[float, float]:
        if self._box is None:
            return -90.0, 90.0
        latitude, longitude, north, east = self._box
        moment = datetime.fromtimestamp(at, UTC)
        seen = [
            sun_elevation(max(-89.0, min(89.0, latitude + step * north)), longitude + side * east, moment)
            for step in (-1, 0, 1)
            for side in (-1, 0, 1)
        ]
        return min(seen), max(seen)

    def _find(self) -> tuple[float, float, float, float] | None:
        if self._given is not None:
            return self._given
        box = around(self._zone)
        if not self._days or (box is not None and len(self._days) < _FEW):
            return box
        noons = sorted(sun_over(middle)[1] for middle, _ in self._days.values())
        noon = noons[len(noons) // 2]
        if box is not None:
            latitude, longitude, north, east = box
            if abs((noon - longitude + 180.0) % 360.0 - 180.0) <= east + _NOON_DEGREES:
                return latitude, noon, north, _NOON_DEGREES
            return box if len(self._days) < 2 * _FEW else self._by_days(noon)  # a zone that was never set
        return self._by_days(noon)

    def _by_days(self, noon: float) -> tuple[float, float, float, float]:
        """The latitudes at which days may be as long as they were: never much shorter, often longer."""
        slack = _TOO_SHORT_SECONDS[min(len(self._days), len(_TOO_SHORT_SECONDS)) - 1]
        errors = {}
        for latitude in range(-66, 67, 2):
            missing = sorted(_day_length(latitude, at, _WAKING_DEGREES) - length for at, length in self._days.values())
            beyond = max(length - _day_length(latitude, at, _FIRST_DEGREES) for at, length in self._days.values())
            errors[latitude] = max(beyond - _TOO_LONG_SECONDS, missing[len(missing) // 2] - slack, 0.0)
        least = min(errors.values())
        fitting = [latitude for latitude, error in errors.items() if error <= least]
        low, high = min(fitting), max(fitting)
        east = _FIRST_NOON_DEGREES if len(self._days) < _FEW else _NOON_DEGREES + 2.0
        return (low + high) / 2, noon, (high - low) / 2 + 2.0, east


def _day_length(latitude: float, at: float, height: float) -> float:
    """For how long the sun stands above that height (degrees) on that day, seconds."""
    place, tilt = math.radians(latitude), declination(at)
    edge = math.sin(math.radians(height)) - math.sin(place) * math.sin(tilt)
    cosine = edge / (math.cos(place) * math.cos(tilt))
    return _DAY / math.pi * math.acos(max(-1.0, min(1.0, cosine)))
