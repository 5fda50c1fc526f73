"""Proof of daylight at one moment: what the inverters that are well, and the production meter, say together."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from enphase_tray.analysis.track import InverterTrack
from enphase_tray.model.readings import Snapshot, Source

LIT_PROOF_WATTS = 10.0
_LONE_SIBLING_WATTS = 20.0
_METER_WATTS = 50.0
_METER_WATTS_EACH = 30.0
"""So much from each on average: on a gloomy day a large array makes 50 W with most of its inverters asleep."""
_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Sky:
    """The well inverters of one poll: how many, how many make power, and their watts in rising order."""

    well: int
    lit: int
    watts: tuple[float, ...]
    meter: bool
    tracks: tuple[InverterTrack, ...] = ()
    """The well inverters themselves."""

    def heard_since(self, report_at: float, but: InverterTrack) -> list[tuple[float, InverterTrack]]:
        """What the others reported since then, in rising order; empty where fewer than a quarter of them did."""
        others = [track for track in self.tracks if track is not but]
        heard = [
            (track.watts, track)
            for track in others
            if track.watts is not None and (track.report_at or 0.0) >= report_at
        ]
        heard.sort(key=itemgetter(0))
        return heard if 4 * len(heard) >= len(others) else []

    @property
    def proven(self) -> bool:
        """Whether somebody makes enough power for it to be day."""
        return self.meter or (self.well > 0 and self.lit >= max(1, min(2, self.well), _SHARE * self.well))

    @property
    def median(self) -> float:
        """Middle of the watts of those that reported lately; 0 where nobody did."""
        return self.watts[len(self.watts) // 2] if self.watts else 0.0

    @property
    def level(self) -> float:
        """What the best quarter of them makes at least: one side of a roof. It stays while they stop one by one."""
        return self.watts[-(self.lit + 3) // 4] if self.lit else 0.0

    def proven_without(self, track: InverterTrack) -> bool:
        """Whether the others prove daylight, so that this one's silence or nothing means something."""
        counted = not track.faulty
        others = self.well - counted
        lit = self.lit - (counted and is_lit(track))
        if others <= 0:
            return False
        if others == 1:
            return lit == 1 and self.median_without(track) >= _LONE_SIBLING_WATTS
        return lit >= max(2.0, _SHARE * others)

    def without(self, track: InverterTrack) -> tuple[bool, float]:
        """`proven_without` and `median_without` in one look."""
        counted = not track.faulty
        others = self.well - counted
        if others <= 1:
            return self.proven_without(track), self.median_without(track)
        watts, own = self.watts, track.watts
        seen = counted and track.fresh and own is not None
        lit = self.lit - (seen and own is not None and own >= LIT_PROOF_WATTS)
        proven = lit >= 2.0 and lit >= _SHARE * others
        if seen and own is not None:
            middle = (len(watts) - 1) // 2
            return proven, watts[middle + (bisect_left(watts, own) <= middle)] if len(watts) > 1 else 0.0
        return proven, watts[len(watts) // 2] if watts else 0.0

    def median_without(self, track: InverterTrack) -> float:
        """Middle of the others' watts."""
        watts = self.watts
        if not track.faulty and track.fresh and track.watts is not None:
            own = bisect_left(watts, track.watts)
            middle = (len(watts) - 1) // 2
            return watts[middle + (own <= middle)] if len(watts) > 1 else 0.0
        return watts[len(watts) // 2] if watts else 0.0


def is_lit(track: InverterTrack) -> bool:
    """Whether this inverter's own report proves light."""
    return track.fresh and track.watts is not None and track.watts >= LIT_PROOF_WATTS


def look(tracks: Sequence[InverterTrack], snapshot: Snapshot) -> Sky:
    """What this poll says of the sky."""
    well = [track for track in tracks if not track.faulty and track.age is not None]
    watts = sorted(track.watts for track in well if track.fresh and track.watts is not None)
    return Sky(
        well=len(well),
        lit=sum(1 for watt in watts if watt >= LIT_PROOF_WATTS),
        watts=tuple(watts),
        meter=_meter_proves(snapshot, len(well)),
        tracks=tuple(well),
    )


def _meter_proves(snapshot: Snapshot, inverters: int) -> bool:
    production = snapshot.production
    return (
        production is not None
        and production.watts_now is not None
        and production.watts_now > max(_METER_WATTS, _METER_WATTS_EACH * inverters)
        and production.source.get("watts_now") is Source.METER
    )
