"""Follows one site from poll to poll and says what each inverter is doing, without crying at nightfall."""

from collections import Counter, deque
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.calm import Calm, zone_of
from enphase_tray.analysis.daylight import SLOT_SECONDS, sun_elevation
from enphase_tray.analysis.sky import Sky, look
from enphase_tray.analysis.track import RETIRED_SECONDS, InverterTrack
from enphase_tray.analysis.verdicts import Moment, collapsed, state_of
from enphase_tray.model.alerts import Assessment, PollFailure
from enphase_tray.model.readings import InverterState, RelayReading, RelayState, Snapshot

_GRID_GONE = "gridgone"
_MIN_ELEVATION = 5.0
_MIN_EXPECTED_WATTS = 30.0
_UNSEEN_SHARE = 0.3
"""Taken for the share of an inverter that was never seen at this hour with its neighbours at work."""
_BRIGHT_WATTS = 60.0
_SMALL_HOURS, _NOON = 3, 12
_MIN_SHARE_WATTS = 20.0
_RELAY_UNSEEN_SECONDS = 86_400.0
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
        self._open_relays: dict[str, float] = dict(kept.get("open_relays") or {})
        self._cut_until: float = float(kept.get("cut_until", 0.0))
        self._relay_until: float = float(kept.get("relay_until", 0.0))
        self._daylight: bool | None = kept.get("daylight")
        self._daylight_since: float | None = kept.get("daylight_since")
        self._slot: int | None = None
        self._slots_seen: set[int] = set()
        self._bright: set[int] = set()
        self._zone_name: str | None = timezone or kept.get("timezone")
        self._place = (latitude, longitude) if latitude is not None and longitude is not None else None

    def memory(self) -> dict[str, Any]:
        """Plain JSON of what was learned; hand it to the next run."""
        return {
            "cadence": self._cadence.memory(),
            "calm": self._calm.memory(),
            "inverters": {serial: track.memory() for serial, track in self._tracks.items()},
            "levels": list(self._levels),
            "levels_at": self._levels_at,
            "open_relays": dict(self._open_relays),
            "cut_until": self._cut_until,
            "relay_until": self._relay_until,
            "daylight": self._daylight,
            "daylight_since": self._daylight_since,
            "timezone": self._zone_name,
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
        self._zone_name = snapshot.timezone or self._zone_name
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
        self._follow_relays(snapshot, now)
        tracks = list(active.values())
        sky = look(tracks, snapshot)
        if sky.proven and sky.median >= _BRIGHT_WATTS and self._slot is not None:
            self._bright.add(self._slot)
        self._follow_daylight(sky, tracks, now, bool(reported))
        cut_off = now < self._cut_until
        if cut_off:
            self._forget_proof()
        judging = not (self._calm.quiet(at) or cut_off or self._sun_is_low(at))
        moment = Moment(now, self._cadence, sky, judging, self._forenoon_seconds(at))
        if not cut_off:
            for serial, track in active.items():
                _follow_neighbours(track, serial in reported, moment)
        if collapsed(tracks, self._levels, moment):
            for track in tracks:
                if not track.faulty:
                    track.state = InverterState.STOPPED if track.makes_nothing else InverterState.SILENT
        for track in tracks:
            track.state = state_of(track, moment)
        for serial, worked_at in ailing.items():
            if serial in active and worked_at is not None and not active[serial].faulty and not cut_off:
                active[serial].learn_pause(worked_at)

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
        cut_off = now < self._cut_until
        for number in over:
            for track in self._tracks.values():
                if track.age is not None:
                    # What may become a fault within minutes is not what this inverter usually does.
                    suspect = track.faulty or track.zero_since is not None
                    track.learn_slot(number, number in self._bright, not suspect and not cut_off)
        self._bright = {number for number in self._bright if number > slot - lag}

    def _follow_relays(self, snapshot: Snapshot, now: float) -> None:
        for relay in snapshot.relays:
            if is_open(relay):
                self._open_relays[relay.serial] = now
            elif relay.relay is RelayState.CLOSED:
                self._open_relays.pop(relay.serial, None)
        self._open_relays = {s: seen for s, seen in self._open_relays.items() if now - seen < _RELAY_UNSEEN_SECONDS}
        if self._open_relays or grid_is_gone(snapshot):
            self._cut_until = now + max(900.0, 3 * self._cadence.interval)
            self._levels.clear()
        if self._open_relays:
            self._relay_until = self._cut_until

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

    def _sun_is_low(self, at: datetime) -> bool:
        return self._place is not None and sun_elevation(*self._place, at) < _MIN_ELEVATION

    def _forget_proof(self) -> None:
        """What was seen so far no longer proves anything about now."""
        self._levels.clear()
        for track in self._tracks.values():
            track.proof_since, track.zero_since, track.zero_reports = None, None, 0

    def _assessment(self, at: datetime) -> Assessment:
        calm = self._calm
        since = {serial: moment for serial, t in self._tracks.items() if t.faulty and (moment := t.since()) is not None}
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
            cut_off=at.timestamp() < self._cut_until,
            relay_cut=at.timestamp() < self._relay_until,
        )


def is_open(relay: RelayReading) -> bool:
    """Whether the relay, or one of its lines, is known to be open."""
    return relay.relay is RelayState.OPEN or bool(relay.open_lines)


def grid_is_gone(snapshot: Snapshot) -> bool:
    """Whether most inverters say that there is no grid."""
    said = Counter(inverter.device.words for inverter in snapshot.inverters if not inverter.retired)
    gone = sum(count for words, count in said.items() if any(word.lower().endswith(_GRID_GONE) for word in words))
    return gone > 0 and 2 * gone >= said.total() - said[()]


def _follow_neighbours(track: InverterTrack, new_report: bool, moment: Moment) -> None:
    """Keep since when its neighbours prove daylight, how long it says nothing meanwhile, and what share it makes."""
    sky, now = moment.sky, moment.now
    median = sky.median_without(track)
    strong = proven = False
    if sky.proven_without(track):
        share = track.share.at(now)
        strong = proven = median * min(1.0, _UNSEEN_SHARE if share is None else share) >= _MIN_EXPECTED_WATTS
    elif sky.meter:
        proven = track.hours.core(now)
    if not proven:
        track.proof_since = None
    elif track.proof_since is None:
        track.proof_since = now
    track.count_zero(new_report, strong)
    if not (new_report and track.watts and track.fresh) or track.faulty or track.report_at is None:
        return
    if min(sky.median, median) >= _MIN_SHARE_WATTS:
        track.share.learn(track.report_at - moment.cadence.interval, track.report_at, track.watts / median)
