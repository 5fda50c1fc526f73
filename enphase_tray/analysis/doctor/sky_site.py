"""What all panels of a site suffer alike: snow, dull days, a limit, the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enphase_tray.analysis.doctor.plateau import Plateau
from enphase_tray.analysis.doctor.sheet import Sheet
from enphase_tray.model.health import Cause, Certainty

_DARK = 0.02
_DULL = 0.25
_MOST = 0.6
_FEW_DAYS = 5
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class SiteCause:
    """`day`: the first day number of it."""

    cause: Cause
    certainty: Certainty
    day: int | None
    numbers: Mapping[str, float]


def dark_days(sheet: Sheet, watched: Mapping[int, int]) -> list[int]:
    """Day numbers on which next to nothing was made though most of the usual light's hours were watched.

    `watched`: bit sets of the half hours with polls, by day number.
    """
    dark = [
        number for number, light in zip(sheet.days, sheet.light, strict=True) if light is not None and light < _DARK
    ]
    light_of = dict(zip(sheet.days, sheet.light, strict=True))
    for number, slots in watched.items():
        seen = sum(1 for slot in sheet.lit if slots >> slot & 1)
        if light_of.get(number) is None and sheet.lit and seen >= _MOST * len(sheet.lit):
            dark.append(number)
    return sorted(set(dark))


def site_cause(
    sheet: Sheet,
    dark: Sequence[int],
    plateaus: Sequence[Plateau | None],
    commanded: int,
    tripped: int,
    today: int,
    *,
    cold: bool,
) -> SiteCause | None:
    """`commanded` and `tripped` count the panels that said so in the last days; `cold`: snow may lie now."""
    count = len(sheet.serials)
    run = _run(dark, today)
    if run and cold:
        sure = Certainty.LIKELY if len(run) >= 2 else Certainty.UNSURE
        return SiteCause(Cause.SNOW, sure, run[0], {"days": len(run)})
    flat = [plateau for plateau in plateaus if plateau is not None]
    held = len(flat) >= max(1.0, _MOST * count)
    if commanded > _HALF * count:
        return SiteCause(Cause.CURTAILED, Certainty.SURE, None, {"panels": commanded})
    if held:
        below = sum(1 for plateau in flat if plateau.below) > _HALF * len(flat)
        watts = sorted(plateau.watts for plateau in flat)[len(flat) // 2]
        cause = Cause.CURTAILED if below else Cause.CLIPPING
        return SiteCause(cause, Certainty.LIKELY, None, {"panels": len(flat), "plateau_watts": watts})
    if count > 1 and tripped > _HALF * count:
        return SiteCause(Cause.GRID_TRIP, Certainty.SURE, None, {"panels": tripped})
    return _weather(sheet)


def _run(dark: Sequence[int], today: int) -> list[int]:
    """Dark days in a row up to today or yesterday."""
    run: list[int] = []
    for day in reversed(dark):
        if day >= (run[0] if run else today) - 1:
            run.insert(0, day)
    return run


def _weather(sheet: Sheet) -> SiteCause | None:
    known = [(number, light) for number, light in zip(sheet.days, sheet.light, strict=True) if light is not None]
    if len(known) < _FEW_DAYS or known[-1][1] >= _DULL:
        return None
    first = len(known) - 1
    while first > 0 and known[first - 1][1] < _DULL:
        first -= 1
    light = sum(one for _, one in known[first:]) / (len(known) - first)
    return SiteCause(Cause.WEATHER, Certainty.LIKELY, known[first][0], {"light": light, "days": len(known) - first})
