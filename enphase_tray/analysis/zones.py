"""Roughly where the people of a time zone live: latitude and longitude in degrees, and how far they may be from it."""

_NEAR = (4.0, 6.0)
_WIDE = (8.0, 10.0)

# Whole degrees: the middle of where most roofs are, not the city that gave the zone its name.
_PLACES = {
    "Europe/Amsterdam": (52, 5), "Europe/Athens": (38, 23), "Europe/Belgrade": (44, 20), "Europe/Berlin": (51, 10),
    "Europe/Bratislava": (48, 19), "Europe/Brussels": (51, 4), "Europe/Bucharest": (45, 25),
    "Europe/Budapest": (47, 19), "Europe/Copenhagen": (56, 10), "Europe/Dublin": (53, -8),
    "Europe/Helsinki": (63, 25), "Europe/Istanbul": (39, 32), "Europe/Kyiv": (49, 31), "Europe/Kiev": (49, 31),
    "Europe/Lisbon": (39, -8), "Europe/Ljubljana": (46, 15), "Europe/London": (53, -2), "Europe/Luxembourg": (50, 6),
    "Europe/Madrid": (40, -3), "Europe/Malta": (36, 14), "Europe/Oslo": (62, 10), "Europe/Paris": (47, 2),
    "Europe/Prague": (50, 15), "Europe/Riga": (57, 24), "Europe/Rome": (43, 12), "Europe/Sofia": (43, 25),
    "Europe/Stockholm": (60, 16), "Europe/Tallinn": (59, 25), "Europe/Vienna": (47, 14), "Europe/Vilnius": (55, 24),
    "Europe/Warsaw": (52, 19), "Europe/Zagreb": (45, 16), "Europe/Zurich": (47, 8), "Atlantic/Canary": (28, -16),
    "Atlantic/Madeira": (33, -17), "Atlantic/Reykjavik": (65, -19), "Atlantic/Bermuda": (32, -65),
    "America/Halifax": (45, -63), "America/St_Johns": (48, -54), "America/Phoenix": (34, -112),
    "America/Puerto_Rico": (18, -66), "America/Bogota": (5, -75), "America/Caracas": (9, -67),
    "America/Costa_Rica": (10, -84), "America/Panama": (9, -80), "America/Jamaica": (18, -77),
    "America/Guatemala": (15, -90), "America/El_Salvador": (14, -89), "America/Tegucigalpa": (15, -87),
    "America/Managua": (12, -86), "America/Santo_Domingo": (19, -70), "America/Tijuana": (32, -116),
    "America/Hermosillo": (29, -111), "America/Monterrey": (25, -101), "America/Montevideo": (-34, -56),
    "Pacific/Honolulu": (21, -157), "Pacific/Auckland": (-40, 174), "Pacific/Guam": (13, 145),
    "Australia/Sydney": (-33, 149), "Australia/Melbourne": (-37, 145), "Australia/Hobart": (-42, 147),
    "Australia/Adelaide": (-34, 138), "Australia/Darwin": (-14, 132), "Asia/Bangkok": (14, 101),
    "Asia/Colombo": (7, 81), "Asia/Dhaka": (24, 90), "Asia/Dubai": (25, 55), "Asia/Hong_Kong": (22, 114),
    "Asia/Jerusalem": (32, 35), "Asia/Kuala_Lumpur": (4, 103), "Asia/Manila": (13, 122), "Asia/Nicosia": (35, 33),
    "Asia/Seoul": (36, 128), "Asia/Singapore": (1, 104), "Asia/Taipei": (24, 121), "Africa/Cairo": (29, 31),
    "Africa/Casablanca": (33, -7), "Africa/Johannesburg": (-29, 27), "Africa/Nairobi": (0, 37),
    "Africa/Lagos": (8, 7), "Africa/Accra": (7, -1), "Africa/Tunis": (35, 10), "Indian/Mauritius": (-20, 57),
    "Indian/Reunion": (-21, 55), "UTC": None, "Etc/UTC": None,
}  # fmt: skip
_LARGE = {
    "America/New_York": (37, -77), "America/Detroit": (43, -84), "America/Toronto": (45, -79),
    "America/Montreal": (46, -73), "America/Chicago": (37, -92), "America/Winnipeg": (51, -98),
    "America/Denver": (39, -107), "America/Boise": (44, -115), "America/Edmonton": (53, -114),
    "America/Los_Angeles": (39, -120), "America/Vancouver": (50, -122), "America/Anchorage": (61, -150),
    "America/Mexico_City": (20, -100), "America/Lima": (-11, -76), "America/Santiago": (-35, -71),
    "America/Sao_Paulo": (-23, -47), "America/Argentina/Buenos_Aires": (-34, -61), "Australia/Brisbane": (-24, 150),
    "Australia/Perth": (-30, 117), "Asia/Calcutta": (20, 77), "Asia/Kolkata": (20, 77), "Asia/Tokyo": (36, 137),
    "Asia/Shanghai": (32, 112), "Asia/Ho_Chi_Minh": (15, 107), "Asia/Jakarta": (-6, 108), "Asia/Karachi": (29, 69),
    "Asia/Riyadh": (24, 45), "US/Eastern": (37, -77), "US/Central": (37, -92), "US/Mountain": (39, -107),
    "US/Pacific": (39, -120), "US/Arizona": (34, -112), "US/Hawaii": (21, -157),
}  # fmt: skip


def around(zone: str | None) -> tuple[float, float, float, float] | None:
    """Latitude, longitude, and how far from them a roof of that zone may stand; `None` where nobody can say."""
    if zone is None:
        return None
    for places, (north, east) in ((_PLACES, _NEAR), (_LARGE, _WIDE)):
        place = places.get(zone)
        if place is not None:
            return float(place[0]), float(place[1]), north, east
    return None
