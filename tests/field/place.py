"""Where systems stand, and where the sun stands there."""

import numpy as np

from tests.field.chance import Floats

DAY = 86400.0
PLACES = (
    ("Europe/Brussels", 50.8, 4.4),
    ("Europe/London", 52.5, -1.5),
    ("Europe/Stockholm", 59.3, 18.0),
    ("Europe/Oslo", 63.4, 10.4),
    ("Europe/Madrid", 38.5, -4.0),
    ("Europe/Rome", 43.0, 12.0),
    ("Europe/Berlin", 51.5, 10.0),
    ("Europe/Helsinki", 65.0, 25.5),
    ("America/New_York", 41.0, -76.0),
    ("America/Chicago", 39.0, -92.0),
    ("America/Denver", 40.0, -106.0),
    ("America/Los_Angeles", 36.0, -119.5),
    ("America/Phoenix", 33.5, -112.0),
    ("America/Anchorage", 61.2, -149.9),
    ("America/Mexico_City", 20.5, -100.5),
    ("America/Bogota", 4.6, -74.1),
    ("America/Sao_Paulo", -22.0, -47.5),
    ("America/Santiago", -34.5, -71.0),
    ("Australia/Melbourne", -37.4, 145.0),
    ("Australia/Sydney", -32.5, 150.5),
    ("Australia/Perth", -32.0, 116.2),
    ("Pacific/Auckland", -37.8, 175.0),
    ("Asia/Kolkata", 19.0, 75.0),
    ("Asia/Singapore", 1.3, 103.8),
    ("Africa/Nairobi", -0.8, 36.8),
    ("Africa/Johannesburg", -28.5, 27.5),
    ("Asia/Tokyo", 36.0, 138.5),
)


def sun(latitude: float, longitude: float, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the sun stands: east, north and up parts of a unit vector; good to a degree."""
    days = at / DAY
    turn = 2 * np.pi * ((days + 10) % 365.2425) / 365.2425
    declination = np.radians(-23.44) * np.cos(turn)
    season = 2 * np.pi * ((days - 81) % 365.2425) / 365.2425
    minutes = 9.87 * np.sin(2 * season) - 7.53 * np.cos(season) - 1.5 * np.sin(season)
    hour = 2 * np.pi * ((days + minutes / 1440.0) % 1.0) - np.pi + np.radians(longitude)
    place = np.radians(latitude)
    return (
        -np.sin(hour) * np.cos(declination),
        np.cos(place) * np.sin(declination) - np.sin(place) * np.cos(declination) * np.cos(hour),
        np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour),
    )


def is_cold(latitude: float, at: float) -> bool:
    """Whether snow may fall there at that time of the year."""
    middle = 15.0 if latitude > 0 else 197.0
    away = abs((at / DAY - middle + 182.6) % 365.2425 - 182.6)
    return abs(latitude) > 37.0 and away < (abs(latitude) - 37.0) * 2.4 + 45.0
