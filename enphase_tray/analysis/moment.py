"""What all verdicts of one poll share."""

from dataclasses import dataclass

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import Sky
from enphase_tray.analysis.track import InverterTrack

HIGH_SUN, UP_SUN = 25.0, 12.0
"""Heights, degrees: here panels make power under any cloud; here no evening has begun."""
_WAKING_DAY_SECONDS = 18 * 3600.0


@dataclass(frozen=True, slots=True)
class Moment:
    """`now` is the gateway's time, epoch seconds; `seconds` have been watched without a break until then."""

    now: float
    seconds: float
    cadence: Cadence
    sky: Sky
    judging: bool
    """Whether anybody may be found wrong now (not quiet, not cut off, the sun not known to be low)."""
    place: Whereabouts
    height: float
    """The least height that the sun may have now, degrees."""
    forenoon_seconds: float = 0.0
    """Before noon, seconds since the small hours: what worked since then has no evening to go to yet. Otherwise 0."""


def woke_today(track: InverterTrack, moment: Moment) -> bool:
    """Whether it has worked since the last night."""
    return track.woken_at is not None and moment.now - track.woken_at < _WAKING_DAY_SECONDS
