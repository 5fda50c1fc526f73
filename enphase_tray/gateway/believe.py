"""Which of a gateway's numbers cannot be true, and which of those can be repaired. Pure.

Each function knows one symptom that real gateways have shown. Energies are Wh.
"""

from dataclasses import dataclass

from enphase_tray.model.identity import FirmwareVersion

WRAP = 2**32 / 3600
"""Wh: some firmware counts joules modulo 2**32, so that a lifetime falls back by 1,193,046 Wh each time."""

_WRAPPED_SINCE = (7,)
_WRAPPED_UNTIL = (8, 2, 4264)
_INVERTER_DAY = 5_600.0
"""Wh that one inverter can make in one day at the very most: 400 W for fourteen hours."""
_SITE_DAY = 250_000.0
"""Wh that a house does not use in a day, nor make where the number of inverters is unknown."""
_SAME = 0.002
_MATCH = 0.001
_GROWTH = 50_000.0
"""Wh that a site may make between two polls at the very most."""


@dataclass(frozen=True, slots=True)
class Energies:
    """Today and seven days as far as they are believable, and the names of what is not."""

    today: float | None
    seven_days: float | None
    doubtful: tuple[str, ...] = ()


def meter_energies(
    today: float | None, seven_days: float | None, lifetime: float | None, largest_day: float, young: bool
) -> Energies:
    """A production meter's energies without those whose baseline was lost.

    `largest_day` is the most that one day can bring; `young` means that the site is known to be under 8 days old.
    """
    doubtful: list[str] = []
    if today is not None and lifetime is not None and lifetime > largest_day and today > 0.98 * lifetime:
        return Energies(None, None, ("today", "seven days"))
    if _baseline_lost(today, seven_days, lifetime, young):
        doubtful.append("seven days")
        seven_days = None
    return Energies(today, seven_days, tuple(doubtful))


def consumption_energies(
    watts: float | None, today: float | None, seven_days: float | None, lifetime: float | None, young: bool
) -> Energies:
    """A consumption meter's energies without those whose baseline was lost or whose day was reset wrongly."""
    found = meter_energies(today, seven_days, lifetime, _SITE_DAY, young)
    doubtful = list(found.doubtful)
    used = lifetime is None or lifetime > 0
    today_kept, week_kept = found.today, found.seven_days
    if today_kept == 0 and watts is not None and watts > 0 and used:
        today_kept = None
        doubtful.append("today")
    if week_kept is not None and used and (week_kept < (today or 0.0) or (week_kept == 0 and (watts or 0.0) > 0)):
        week_kept = None
        doubtful.append("seven days")
    return Energies(today_kept, week_kept, tuple(doubtful))


def largest_day(inverters: int | None) -> float:
    """The most that this many inverters can make in a day; a generous bound where their number is unknown."""
    return inverters * _INVERTER_DAY if inverters else _SITE_DAY


def repeats(first: tuple[float | None, float | None], second: tuple[float | None, float | None]) -> bool:
    """Whether two meters tell the very same W and lifetime, which two real ones never do."""
    return None not in first and first == second and first != (0.0, 0.0)


def lifetime_wraps(firmware: FirmwareVersion) -> bool:
    """Whether the inverters' aggregate lifetime is counted modulo `WRAP` on this firmware."""
    numbers = firmware.numbers
    return not numbers or _WRAPPED_SINCE <= numbers < _WRAPPED_UNTIL


def unwrapped(value: float, known: float | None) -> float | None:
    """`value` with the wraps that `known`, another source of the same lifetime, proves; `None` if it proves none."""
    if known is None or known <= 0:
        return None
    wraps = round((known - value) / WRAP)
    return value + wraps * WRAP if wraps >= 0 and abs(known - value - wraps * WRAP) < _MATCH * WRAP else None


def wraps_between(before: float, now: float) -> int:
    """How often a lifetime counter fell back by a whole wrap between two polls; 0 for any other step."""
    wraps = round((before - now) / WRAP)
    if wraps < 1:
        return 0
    grown = now + wraps * WRAP - before
    return wraps if -1.0 <= grown <= _GROWTH else 0


def _baseline_lost(today: float | None, seven_days: float | None, lifetime: float | None, young: bool) -> bool:
    """Whether the last seven days hold everything that there ever was before today."""
    if today is None or seven_days is None or not lifetime or young:
        return False
    return abs(lifetime - today - seven_days) < _SAME * lifetime
