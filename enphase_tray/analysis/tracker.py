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
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import LIT_PROOF_WATTS, Sky, look
from enphase_tray.analysis.snow import Snow
from enphase_tray.analysis.track import RETIRED_SECONDS, InverterTrack
from enphase_tray.analysis.verdicts import HIGH_SUN, Moment, collapsed, proof_of, state_of
from enphase_tray.model.alerts import Assessment, DaylightProof, PollFailure
from enphase_tray.model.readings import InverterState, Snapshot

_MIN_ELEVATION = 5.0
_MIN_EXPECTED_WATTS = 30.0
_UNSEEN_SHARE = 0.3
"""Taken for the share of an inverter that was never seen at this hour with its neighbours at work."""
_BRIGHT_WATTS = 60.0
_CLOUD_SECONDS = 1200.0
"""For so long a cloud may hide the proof of daylight."""
_SMALL_HOURS, _NOON = 3, 12
_MIN_SHARE_WATTS = 20.0
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
            "days": self._days.memory(),
        }

    def observe(self, at: datetime, snapshot: Snapshot | None, failure: PollFailure | None) -> Assessment:
        """Take in one poll's outcome, in time order. `failure` is used only where there is no snapshot."""
        calm, cadence = self._calm, self._cadence
        calm.outcome(at, cadence.poll_seconds, cadence.interval)
        if calm.gap is not None:
            cadence.learn_poll(calm.gap)
        if calm.resumed:
            self._forget_proof()
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
            self._forget_proof()
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
        self._follow_daylight(sky, tracks, now, bool(reported))
        cut_off = self._cut_off.at(now)
        if cut_off:
            self._forget_proof()
        least_height, most_height = self._place.heights(now)
        judging = not (self._calm.quiet(at) or cut_off or most_height < _MIN_ELEVATION)
        moment = Moment(now, self._cadence, sky, judging, self._place, least_height, self._forenoon_seconds(at))
        worked_at = max((track.working_at or 0.0 for track in tracks), default=0.0)
        self._snow.follow(now, worked_at, active, self._place.snow_may_lie(now))
        for serial, track in active.items():
            track.covered = self._snow.covers(serial)
        day = self._days.follow(now, worked_at)
        if day is not None:
            self._place.learn_day(*day)
        if not cut_off:
            for serial, track in active.items():
                _follow_neighbours(track, serial in reported, moment)
        self._working = sky.lit
        self._proof = proof_of(sky, tracks, moment)
        if collapsed(tracks, self._levels, moment):
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
                    suspect = track.faulty or track.zero_since is not None
                    track.learn_slot(number, number in self._bright, not suspect and not cut_off)
        self._bright = {number for number in self._bright if number > slot - lag}

    def _follow_daylight(self, sky: Sky, tracks: list[InverterTrack], now: float, news: bool) -> None:
        usual = any(track.hours.core(now) for track in tracks) if sky.meter else False
        worked_at = max((track.working_at or 0.0 for track in tracks), default=0.0)
        if news and sky.lit and sky.proven:
            self._levels.append(sky.level)
            self._levels_at = worked_at
        elif worked_at > self._levels_at + 2 * self._cadence.interval:
            self._levels.clear()  # since then they made so little that nobody proved daylight
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

    def _forget_proof(self) -> None:
        """What was seen so far no longer proves anything about now."""
        self._levels.clear()
        for track in self._tracks.values():
            track.proof_since, track.zero_since, track.zero_reports = None, None, 0

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


def _follow_neighbours(track: InverterTrack, new_report: bool, moment: Moment) -> None:
    """Keep since when its neighbours prove daylight, how long it says nothing meanwhile, and what share it makes."""
    sky, now = moment.sky, moment.now
    if not sky.lit and not sky.meter:
        _forget_light(track, moment)
        return
    others_work, median = sky.without(track)
    strong = proven = False
    if others_work:
        share = track.share.at(now)
        expected = median * min(1.0, _UNSEEN_SHARE if share is None else share)
        strong = expected >= _MIN_EXPECTED_WATTS
        proven = strong or (moment.height >= HIGH_SUN and expected >= LIT_PROOF_WATTS)
    elif sky.meter:
        proven = track.hours.core(now)
    if proven:
        if track.proof_since is None:
            track.proof_since = now
        track.proven_at = now
        track.count_zero(new_report, strong)
    else:
        _forget_light(track, moment)
    if not (new_report and track.watts and track.fresh) or track.faulty or track.report_at is None:
        return
    if min(sky.median, median) >= _MIN_SHARE_WATTS:
        track.share.learn(track.report_at - moment.cadence.interval, track.report_at, track.watts / median)


def _forget_light(track: InverterTrack, moment: Moment) -> None:
    """Nothing proves daylight to it now; what did a moment ago still counts, as clouds pass."""
    if track.zero_since is not None:
        track.zero_since, track.zero_reports = None, 0
    if track.proof_since is None:
        return
    cloud = max(_CLOUD_SECONDS, 1.5 * moment.cadence.interval)
    if track.proven_at is None or moment.now - track.proven_at > cloud:
        track.proof_since = None
