"""The gateway's own week of each inverter: what tells of panels before enough days were watched."""

from collections.abc import Sequence
from dataclasses import dataclass

from enphase_tray.analysis.doctor.weakness import densest, low_from_the_start
from enphase_tray.model.health import Concern
from enphase_tray.model.readings import InverterReading

_FEW = 8
_LEAST_WATT_HOURS = 500.0
_ALIKE, _MOST = 0.12, 0.65
"""Where fewer lie so near to each other the roof has several sides, or they differ too much to compare."""
_LOOK_SHARE, _LOOK_FAR = 0.8, -5.0
_WATCH_SHARE, _WATCH_FAR = 0.9, -3.5


@dataclass(frozen=True, slots=True)
class Week:
    """One inverter's part of the usual week of its site, how much that matters, and what it lacks, Wh."""

    share: float
    concern: Concern
    lacking: float


def weeks(inverters: Sequence[InverterReading]) -> dict[str, Week]:
    """By serial; nothing where few tell their week. Roofs of several sides differ so much that nobody stands out."""
    told = [(one.serial, one.watt_hours_week or 0.0) for one in inverters if not one.retired]
    known = [(serial, energy) for serial, energy in told if energy > 0.0]
    if len(known) < _FEW:
        return {}
    energies = [energy for _, energy in known]
    centre = densest(sorted(energies))
    alike = sum(1 for energy in energies if abs(energy - centre) <= _ALIKE * centre)
    if centre < _LEAST_WATT_HOURS:
        return {}
    several_sides = alike < _MOST * len(energies)
    found = {}
    for place, (serial, energy) in enumerate(known):
        far, share = low_from_the_start(energies, place), energy / centre
        concern = Concern.UNKNOWN if several_sides else _concern(share, far)
        found[serial] = Week(share, concern, max(0.0, centre - energy))
    return found


def _concern(share: float, far: float) -> Concern:
    if share < _LOOK_SHARE and far <= _LOOK_FAR:
        return Concern.LOOK
    return Concern.WATCH if share < _WATCH_SHARE and far <= _WATCH_FAR else Concern.UNKNOWN
