"""Follows one site from poll to poll and says what each inverter is doing, without crying at nightfall."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.calm import Calm, zone_of
from enphase_tray.analysis.cut_off import CutOff
from enphase_tray.analysis.daylight import SLOT_SECONDS
from enphase_tray.analysis.days import Days
from enphase_tray.analysis.moment import Moment
from enphase_tray.analysis.neighbours import follow_neighbours
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import Sky, look
from enphase_tray.analysis.snow import Snow
from enphase_tray.analysis.stillness import Stillness
from enphase_tray.analysis.track import RETIRED_SECONDS, InverterTrack
from enphase_tray.analysis.verdicts import collapsed, proof_of, state_of
from enphase_tray.model.alerts import Assessment, DaylightProof, PollFailure
from enphase_tray.model.readings import InverterState, Snapshot

_MIN_ELEVATION = 5.0
_BRIGHT_WATTS = 60.0
_SMALL_HOURS, _NOON = 3, 12
_LEVELS = 3


class SiteTracker:
    """Learns report interval, working hours and state of each inverter of one site. Pure: it reads no clock."""

    def __init__(
        self,
        memory: Mapping[str, Any] | None = None,
        *,
        timezone: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
    ) -> None:
        """`memory` is what `memory()` gave in an earlier run; the place is used where it is known."""
        kept = memory or {}
        self._cadence = Cadence(kept.get("cadence"))
        self._calm = Calm(kept.get("calm"))
        self._tracks = {str(serial): InverterTrack(item) for serial, item in (kept.get("inverters") or {}).items()}
        self._levels: deque[float] = deque(kept.get("levels", ()), maxlen=_LEVELS)
        self._levels_at = float(kept.get("levels_at", 0.0))
        self._cut_off = CutOff(kept.get("cut_off") or kept)
        self._daylight: bool | None = kept.get("daylight")
        self._daylight_since: float | None = kept.get("daylight_since")
        self._slot: int | None = None
        self._slots_seen: set[int] = set()
        self._bright: set[int] = set()
        self._zone_name: str | None = timezone or kept.get("timezone")
        self._place = Whereabouts(kept.get("place"), latitude, longitude)
        self._place.use_zone(self._zone_name)
        self._proof: DaylightProof | None = None
        self._working = 0
        self._snow = Snow(kept.get("snow"))
        self._still = Stillness(kept.get("still"))
        self._days = Days(kept.get("days"))

    def memory(self) -> dict[str, Any]:
        """Plain JSON of what was learned; hand it to the next run."""
        return {
            "cadence": self._cadence.memory(),
            "calm": self._calm.memory(),
            "inverters": {serial: track.memory() for serial, track in self._tracks.items()},
            "levels": list(self._levels),
            "levels_at": self._levels_at,
            "cut_off": self._cut_off.memory(),
            "daylight": self._daylight,
            "daylight_since": self._daylight_since,
            "timezone": self._zone_name,
            "place": self._place.memory(),
            "snow": self._snow.memory(),
            "still": self._still.memory(),
            "days": self._days.memory(),
        }

    def observe(self, at: datetime, snapshot: Snapshot | None, failure: PollFailure | None) -> Assessment:
        """Take in one poll's outcome, in time order. `failure` is used only where there is no snapshot."""
        calm, cadence = self._calm, self._cadence
        calm.outcome(at, cadence.poll_seconds, cadence.interval)
        if calm.gap is not None:
            cadence.learn_poll(calm.gap)
        if calm.resumed:
            self._levels.clear()
        if snapshot is None:
            if failure is not None:
                calm.failed(at, zone_of(self._zone_name))
            return self._assessment(at)
        if snapshot.timezone is not None and snapshot.timezone != self._zone_name:
            self._zone_name = snapshot.timezone
            self._place.use_zone(self._zone_name)
        was_quiet_until = calm.quiet_until
        starting = calm.answered(at, snapshot, cadence.interval)
        if calm.quiet_until != was_quiet_until:
            self._levels.clear()
        if not starting:
            self._look(at, snapshot)
        return self._assessment(at)

    def _look(self, at: datetime, snapshot: Snapshot) -> None:
        now = snapshot.clock_at.timestamp()
        ailing = {serial: track.working_at for serial, track in self._tracks.items() if track.faulty}
        active, reported = self._take(snapshot, now)
        self._close_slots(now)
        if self._cut_off.follow(snapshot, now, self._cadence.interval):
            self._levels.clear()
        tracks = list(active.values())
        sky = look(tracks, snapshot)
        if sky.proven and sky.median >= _BRIGHT_WATTS and self._slot is not None:
            self._bright.add(self._slot)
        worked_at = max((track.working_at or 0.0 for track in tracks), default=0.0)
        self._follow_daylight(sky, tracks, now, worked_at if reported else None)
        cut_off = self._cut_off.at(now)
        if cut_off:
            self._forget_evidence()
        moment = self._moment(at, now, sky, cut_off)
        self._snow.follow(now, worked_at, active, self._place.snow_may_lie(now), sky.median)
        for serial, track in active.items():
            track.covered = self._snow.covers(serial)
        day = self._days.follow(now, worked_at)
        if day is not None:
            self._place.learn_day(*day)
        if not cut_off:
            for serial, track in active.items():
                follow_neighbours(track, serial in reported, moment)
            self._still.follow(tracks, worked_at, moment)
        self._working = sky.lit
        self._proof = proof_of(sky, tracks, moment)
        if collapsed(tracks, self._levels, self._still, moment):
            for track in tracks:
                if not track.faulty:
                    track.state = InverterState.STOPPED if track.makes_nothing else InverterState.SILENT
        for track in tracks:
            track.state = state_of(track, moment)
        for serial, before in ailing.items():
            if serial in active and before is not None and not active[serial].faulty and not cut_off:
                active[serial].learn_pause(before)

    def _take(self, snapshot: Snapshot, now: float) -> tuple[dict[str, InverterTrack], set[str]]:
        """Those to be judged, and the serials among them that have a new report."""
        cadence, gap = self._cadence, self._calm.gap or 0.0
        active: dict[str, InverterTrack] = {}
        reported = set()
        for reading in snapshot.inverters:
            track = self._tracks.get(reading.serial)
            first = track is None
            if track is None:
                track = self._tracks[reading.serial] = InverterTrack()
            difference = track.take(reading, now, cadence.fresh_seconds, cadence.interval)
            lost = track.age is not None and track.age > RETIRED_SECONDS and track.working_at is None
            if reading.retired or lost:
                track.state = InverterState.RETIRED
                continue
            if track.state is InverterState.RETIRED:
                track.state = InverterState.UNKNOWN
            active[reading.serial] = track
            duration = reading.report_interval_seconds
            if difference is not None:
                cadence.learn_report(difference, duration, gap)
                if not track.faulty and gap <= cadence.interval:
                    track.lost = cadence.learn_loss(difference, track.lost)
                reported.add(reading.serial)
            elif first and duration is not None:
                cadence.learn_report(0.0, duration, gap)
        cadence.settle(len(active))
        if len(self._tracks) > len(snapshot.inverters):
            for serial in self._tracks.keys() - {reading.serial for reading in snapshot.inverters}:
                if not self._tracks[serial].faulty:
                    self._tracks[serial].age = None
        return active, reported

    def _close_slots(self, now: float) -> None:
        slot = int(now) // SLOT_SECONDS
        self._slots_seen.add(slot)
        if slot == self._slot:
            return
        self._slot = slot
        lag = 1 + -(-int(2 * self._cadence.interval) // SLOT_SECONDS)
        over = sorted(number for number in self._slots_seen if number <= slot - lag)
        self._slots_seen.difference_update(over)
        cut_off = self._cut_off.at(now)
        for number in over:
            for track in self._tracks.values():
                if track.age is not None:
                    # What may become a fault within minutes is not what this inverter usually does.
                    suspect = track.faulty or track.idle > 0.0
                    track.learn_slot(number, number in self._bright, not suspect and not cut_off)
        self._bright = {number for number in self._bright if number > slot - lag}

    def _moment(self, at: datetime, now: float, sky: Sky, cut_off: bool) -> Moment:
        calm = self._calm
        least_height, most_height = self._place.heights(now)
        judging = not (calm.quiet(at) or cut_off or most_height < _MIN_ELEVATION)
        watched = 0.0 if calm.resumed or calm.gap is None else max(0.0, calm.gap)
        return Moment(now, watched, self._cadence, sky, judging, self._place, least_height, self._forenoon_seconds(at))

    def _follow_daylight(self, sky: Sky, tracks: list[InverterTrack], now: float, worked_at: float | None) -> None:
        """`worked_at`: the last power of anybody, where there is a new report; else `None`."""
        usual = any(track.hours.core(now) for track in tracks) if sky.meter else False
        if worked_at is not None and sky.lit and sky.proven:
            self._levels.append(sky.level)
            self._levels_at = worked_at
            self._still.learn_level(sky.level, self._place.heights(now)[1])
        elif worked_at is not None and worked_at > self._levels_at + 2 * self._cadence.interval:
            self._levels.clear()  # since then they made so little that nobody proved daylight
            self._still.clearness = 0.0
        if (sky.lit and sky.proven) or (sky.meter and usual):
            daylight: bool | None = True
        elif any(track.faulty and track.hours.core(now) for track in tracks):
            daylight = None
        else:
            daylight = None if any(track.fresh for track in tracks) or not tracks else False
        if daylight != self._daylight:
            self._daylight = daylight
            self._daylight_since = now

    def _forenoon_seconds(self, at: datetime) -> float:
        zone = zone_of(self._zone_name)
        local = at.astimezone(zone) if zone is not None else None
        if local is None or not _SMALL_HOURS <= local.hour < _NOON:
            return 0.0
        return (local.hour - _SMALL_HOURS) * 3600.0 + local.minute * 60.0

    def _forget_evidence(self) -> None:
        """Those who stand have another reason: what was seen so far proves nothing about them."""
        self._levels.clear()
        self._still.forget()
        for track in self._tracks.values():
            track.forget_evidence()

    def _assessment(self, at: datetime) -> Assessment:
        calm = self._calm
        since = {serial: moment for serial, t in self._tracks.items() if t.faulty and (moment := t.since()) is not None}
        since.update(self._cut_off.opened())
        lit_at = self._daylight_since
        return Assessment(
            at=at,
            daylight=self._daylight,
            daylight_since=None if lit_at is None else datetime.fromtimestamp(lit_at, UTC),
            report_interval_seconds=self._cadence.interval,
            states=MappingProxyType({serial: track.state for serial, track in self._tracks.items()}),
            quiet_until=calm.quiet_until if calm.quiet(at) else None,
            gap_seconds=calm.gap,
            since=MappingProxyType(since),
            failing_since=calm.failing_since,
            failed_polls=calm.failed_polls,
            cut_off=self._cut_off.at(at.timestamp()),
            relay_cut=self._cut_off.by_relay(at.timestamp()),
            proof=self._proof,
            working=self._working,
        )
