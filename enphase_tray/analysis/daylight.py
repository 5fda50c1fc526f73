"""Whether panels can make power: by the sun's height, and by the hours at which an inverter usually does."""

import math
from datetime import datetime

SLOT_SECONDS = 1800
_SLOTS = 86400 // SLOT_SECONDS
_UNKNOWN = 255
_USUAL = 50
_FIRST = 80
_J2000 = 946_728_000.0
"""Epoch seconds of 2000-01-01 12:00 UTC, from which almanac formulas count days."""


def sun_over(at: float) -> tuple[float, float]:
    """The latitude and longitude over which the sun stands at epoch second `at`, degrees, within half a degree."""
    days = (at - _J2000) / 86400.0
    mean_longitude = math.radians((280.460 + 0.9856474 * days) % 360.0)
    anomaly = math.radians((357.528 + 0.9856003 * days) % 360.0)
    ecliptic = mean_longitude + math.radians(1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    obliquity = math.radians(23.439 - 0.0000004 * days)
    ascension = math.atan2(math.cos(obliquity) * math.sin(ecliptic), math.cos(ecliptic))
    latitude = math.asin(math.sin(obliquity) * math.sin(ecliptic))
    sidereal = 280.46062 + 360.98564737 * days
    return math.degrees(latitude), (math.degrees(ascension) - sidereal + 180.0) % 360.0 - 180.0


def sun_elevation(latitude: float, longitude: float, at: datetime) -> float:
    """Height of the sun's centre above the horizon in degrees, within about half a degree."""
    sun, noon = sun_over(at.timestamp())
    tilt, height, hour_angle = math.radians(sun), math.radians(latitude), math.radians(longitude - noon)
    sine = math.sin(height) * math.sin(tilt) + math.cos(height) * math.cos(tilt) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def declination(at: float) -> float:
    """How far north of the equator the sun stands at epoch second `at`, radians, within half a degree."""
    days = (at - _J2000) / 86400.0
    return -math.radians(23.44) * math.cos(math.tau * (days + 11.0) / 365.2425)


class UsualShare:
    """What part of its neighbours' power something makes in each half hour of the (UTC) day, learned from reports."""

    __slots__ = ("_parts",)

    def __init__(self, packed: str = "") -> None:
        """`packed` is what `packed()` gave in an earlier run."""
        parts = list(bytes.fromhex(packed)) if packed else []
        self._parts = [float(part) for part in parts] if len(parts) == _SLOTS else [float(_UNKNOWN)] * _SLOTS

    def packed(self) -> str:
        """All half hours as one short text (percent, up to 200)."""
        return bytes(round(part) for part in self._parts).hex()

    def learn(self, start: float, end: float, share: float) -> None:
        """It made this share from `start` to `end`. Less is learned sooner than more: that errs to silence."""
        percent = min(200.0, 100.0 * share)
        for slot in range(int(start) // SLOT_SECONDS, int(end) // SLOT_SECONDS + 1):
            before = self._parts[slot % _SLOTS]
            if before == _UNKNOWN:
                self._parts[slot % _SLOTS] = percent
            else:
                self._parts[slot % _SLOTS] = before + (percent - before) * (0.3 if percent < before else 0.1)

    def at(self, epoch: float) -> float | None:
        """The least share that is usual around this moment, 1 being like the neighbours; `None` if never seen."""
        slot, parts = int(epoch) // SLOT_SECONDS, self._parts
        least = min(parts[(slot - 1) % _SLOTS], parts[slot % _SLOTS], parts[(slot + 1) % _SLOTS])
        return None if least == _UNKNOWN else least / 100.0


class UsualHours:
    """In which half hours of the (UTC) day something makes power, learned from recent days.

    Each half hour holds 0 to 100: how regularly, lately. One day with power makes it usual; a day without takes a
    third away, so that the season is followed and a dull day does not count for much.
    """

    __slots__ = ("_levels", "_lit")

    def __init__(self, packed: str = "") -> None:
        """`packed` is what `packed()` gave in an earlier run."""
        levels = list(bytes.fromhex(packed)) if packed else []
        self._levels = levels if len(levels) == _SLOTS else [_UNKNOWN] * _SLOTS
        self._lit: set[int] = set()

    def packed(self) -> str:
        """All half hours as one short text."""
        return bytes(self._levels).hex()

    def mark(self, start: float, end: float) -> None:
        """Power was made between these two epoch seconds."""
        self._lit.update(range(int(start) // SLOT_SECONDS, int(end) // SLOT_SECONDS + 1))

    def lit(self, slot: int) -> bool:
        """Whether power was made in half hour number `slot` (since the epoch), which is not closed yet."""
        return slot in self._lit

    def close(self, slot: int, learn: bool) -> None:
        """Half hour number `slot` (since the epoch) is over, and was seen; forget it unless `learn`."""
        lit = slot in self._lit
        self._lit = {number for number in self._lit if number > slot}
        if not learn:
            return
        index = slot % _SLOTS
        level = self._levels[index]
        if level == _UNKNOWN:
            self._levels[index] = _FIRST if lit else 0
        else:
            self._levels[index] = (level + 101) // 2 if lit else level - round(level / 3)

    def knows(self, epoch: float) -> bool:
        """Whether the half hours around this moment have been seen on some day, lit or not."""
        slot = int(epoch) // SLOT_SECONDS
        return all(self._levels[(slot + step) % _SLOTS] != _UNKNOWN for step in (-1, 0, 1))

    def core(self, epoch: float, margin: int = 1) -> bool:
        """Whether this moment and `margin` half hours on either side are usually lit."""
        slot = int(epoch) // SLOT_SECONDS
        for number in range(slot - margin, slot + margin + 1):
            if not _USUAL <= self._levels[number % _SLOTS] < _UNKNOWN:
                return False
        return True

    def core_seconds(self, epoch: float) -> float:
        """For how long it has been inside the usual hours at this moment, seconds; 0 outside."""
        slot = int(epoch) // SLOT_SECONDS
        steps = 0
        while steps < _SLOTS and _USUAL <= self._levels[(slot - steps) % _SLOTS] < _UNKNOWN:
            steps += 1
        return 0.0 if steps == 0 else (steps - 1) * SLOT_SECONDS + epoch % SLOT_SECONDS
