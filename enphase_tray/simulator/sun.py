"""Where the sun stands, what panels could make of it, what the clouds leave. Exact to a degree or so."""

import math
from dataclasses import dataclass

from enphase_tray.simulator.config import PanelGroup
from enphase_tray.simulator.noise import unit

_DEGREE = math.pi / 180.0
_SECONDS_PER_DAY = 86400.0
_J2000_DAY = 10957.5
_CLOUD_CELL_SECONDS = 1500


@dataclass(frozen=True, slots=True)
class SunPosition:
    """Degrees: elevation above the horizon, azimuth clockwise from north."""

    elevation: float
    azimuth: float


def sun_position(latitude: float, longitude: float, epoch: float) -> SunPosition:
    """The sun at a place (degrees, east positive) and time (epoch seconds, UTC)."""
    days = epoch / _SECONDS_PER_DAY - _J2000_DAY
    anomaly = (357.528 + 0.9856003 * days) * _DEGREE
    ecliptic = (280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly)) * _DEGREE
    tilt = 23.439 * _DEGREE
    ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    sin_declination = math.sin(tilt) * math.sin(ecliptic)
    cos_declination = math.sqrt(1.0 - sin_declination * sin_declination)
    sidereal = (280.46062 + 360.98564737 * days + longitude) % 360.0
    hour_angle = sidereal * _DEGREE - ascension
    sin_latitude, cos_latitude = math.sin(latitude * _DEGREE), math.cos(latitude * _DEGREE)
    sin_elevation = sin_latitude * sin_declination + cos_latitude * cos_declination * math.cos(hour_angle)
    azimuth = math.atan2(
        -cos_declination * math.sin(hour_angle),
        sin_declination * cos_latitude - cos_declination * math.cos(hour_angle) * sin_latitude,
    )
    elevation = math.asin(max(-1.0, min(1.0, sin_elevation)))
    return SunPosition(elevation / _DEGREE, azimuth / _DEGREE % 360.0)


def clear_sky(position: SunPosition, group: PanelGroup) -> float:
    """Output of a panel under a clear sky as a part of its peak power, 0 to about 1."""
    if position.elevation <= -1.0:
        return 0.0
    elevation = position.elevation * _DEGREE
    height = max(math.sin(elevation), 0.001)
    air_mass = min(1.0 / height, 38.0)
    beam = 1.05 * math.pow(0.7, math.pow(air_mass, 0.678))
    tilt = group.tilt * _DEGREE
    incidence = math.sin(elevation) * math.cos(tilt) + math.cos(elevation) * math.sin(tilt) * math.cos(
        (position.azimuth - group.azimuth) * _DEGREE
    )
    twilight = min(1.0, (position.elevation + 1.0) / 4.0)
    diffuse = 0.015 * twilight + 0.10 * math.sqrt(height) * twilight
    return beam * max(0.0, incidence) + diffuse


def clearness(seed: int, day: int) -> float:
    """How much of the clear sky's energy a day keeps, 0.2 to 0.97; `day` is a day number."""
    here = math.pow(unit(seed, 11, day), 0.7)
    return 0.20 + 0.77 * here


def cloud_factor(seed: int, epoch: float, day_clearness: float) -> float:
    """What passing clouds leave at one moment, 0.15 to 1; quiet on clear and on dull days, lively in between."""
    cell = epoch / _CLOUD_CELL_SECONDS
    index = int(cell)
    part = cell - index
    part = part * part * (3.0 - 2.0 * part)
    here = unit(seed, 12, index) * (1.0 - part) + unit(seed, 12, index + 1) * part
    fine = unit(seed, 13, int(epoch // 300))
    liveliness = 4.0 * day_clearness * (1.0 - day_clearness)
    return max(0.15, 1.0 - liveliness * (0.6 * here + 0.25 * fine))
