"""Watches all panels of one site over days and says what each makes of its group's level, and why not more."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from enphase_tray.analysis.calm import zone_of
from enphase_tray.analysis.doctor import counters
from enphase_tray.analysis.doctor.cases import Case, case_from
from enphase_tray.analysis.doctor.day_book import KEPT_DAYS, SLOT_SECONDS, DayBook, standard_offset
from enphase_tray.analysis.doctor.examination import Examination, Known, PanelDays, examine
from enphase_tray.analysis.doctor.patterns import lost_watt_hours
from enphase_tray.analysis.doctor.sayings import Sayings
from enphase_tray.analysis.doctor.standstill import stands, without_night_words
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.model.alerts import Assessment
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, HealthReport, PanelHealth
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import InverterReading, InverterState, Snapshot

_ENOUGH_DAYS = 5
"""From so many usable days on, what was watched counts more than the gateway's own week."""
_MUCH_OF_A_DAY = 12
"""Half hours."""
_REST_SECONDS = 6 * 3600.0
"""At least so much lies between two evenings."""
_DARK_SECONDS = 20 * 3600.0
"""After so long it is time for an examination though no evening came: the day was dark, or the night is not."""
_FAULTY = (InverterState.SILENT, InverterState.STOPPED)
_NOTHING = PanelDays(None, Concern.UNKNOWN, None, None, None, ())


class Doctor:
    """Follows one site. Pure: it reads no clock; what it sees comes in time order."""

    def __init__(
        self,
        memory: Mapping[str, Any] | None = None,
        *,
        timezone: str | None = None,
        latitude: float | None = None,
        longitude: float | None = None,
    ) -> None:
        """`memory` is what `memory()` gave in an earlier run; days are cut at midnight of the place, where known."""
        kept = memory or {}
        self._zone: str | None = timezone or kept.get("zone")
        self._longitude = longitude
        self._place = Whereabouts(latitude=latitude, longitude=longitude)
        self._place.use_zone(self._zone)
        self._book = DayBook(standard_offset(self._zone, longitude) or 0.0)
        self._sayings = Sayings(kept.get("sayings"))
        self._cases: dict[str, Case] = {
            str(serial): case_from(item) for serial, item in (kept.get("cases") or {}).items()
        }
        self._ill: set[tuple[str, int]] = {
            (str(serial), int(day)) for serial, days in (kept.get("ill") or {}).items() for day in days
        }
        self._watched: dict[int, int] = {int(day): int(slots) for day, slots in (kept.get("watched") or {}).items()}
        self._inverters: dict[str, InverterReading] = {}
        self._states: dict[str, InverterState] = {}
        self._said: dict[str, tuple[str, ...]] = {}
        """Words of those that stand, as they said them last by proven daylight."""
        self._since: Mapping[str, datetime] = {}
        self._interval = 300.0
        self._at: datetime | None = None
        self._examined_at: datetime | None = None
        self._due = True
        """An examination is due with the next report."""
        self._lit = False
        """There was light since the last examination."""
        self._day = -1
        self._examination: Examination | None = None
        self._weeks: dict[str, counters.Week] = {}
        self._panels: dict[str, PanelHealth] = {}
        self._report: HealthReport | None = None

    def memory(self) -> dict[str, Any]:
        """Plain JSON of what no history holds; hand it to the next run."""
        ill: dict[str, list[int]] = {}
        for serial, day in sorted(self._ill):
            ill.setdefault(serial, []).append(day)
        return {
            "zone": self._zone,
            "sayings": self._sayings.memory(),
            "cases": {serial: case.memory() for serial, case in self._cases.items()},
            "ill": ill,
            "watched": {str(day): slots for day, slots in self._watched.items()},
        }

    def recall(self, past: Iterable[InverterSeries], interval_seconds: float) -> None:
        """Learn the curves of earlier days from the history; what was watched so far must be part of them.

        They come in time order, in as many pieces as one likes: no more than one is held at a time.
        """
        book = DayBook(self._book.offset)
        for series in past:
            book.recall(series, interval_seconds)
        if book.today >= 0:
            self._book = book
            self._due = True

    def observe(self, snapshot: Snapshot, assessment: Assessment) -> None:
        """Take in one poll, and what it was judged to mean."""
        if snapshot.starting_up or not snapshot.inverters:
            return
        if self._zone is None and snapshot.timezone is not None:
            self._settle(snapshot.timezone)
        clock_at = snapshot.clock_at
        self._at, self._interval = snapshot.at, assessment.report_interval_seconds
        self._since = assessment.since
        self._book.take(snapshot.inverters, self._interval)
        day, slot = self._book.day_of(clock_at), self._book.slot_of(clock_at)
        self._watched[day] = self._watched.get(day, 0) | 1 << slot
        self._watch(snapshot, assessment, day)
        if assessment.daylight:
            self._lit = True
        elif self._lit and assessment.daylight is False and self._rested(_REST_SECONDS):
            self._due = True
        if day != self._day:
            self._day = day
            self._forget(day)
            self._due = self._due or self._rested(_DARK_SECONDS)

    def report(self) -> HealthReport | None:
        """The last word on all panels; `None` before the first poll."""
        if self._at is None:
            return None
        if self._due:
            self._examine()
        elif self._report is not None and len(self._panels) == len(self._inverters):
            return self._report
        self._report = self._compose(self._at)
        return self._report

    def _settle(self, zone: str) -> None:
        """The site's zone is known now; nothing was booked before, or by days that differ from its own."""
        self._zone = zone
        self._place.use_zone(zone)
        offset = standard_offset(zone, self._longitude)
        if offset is not None and self._book.today < 0:
            self._book = DayBook(offset)

    def _watch(self, snapshot: Snapshot, assessment: Assessment, day: int) -> None:
        """Note telling words by day, days of standstill, and whose state or words changed."""
        states, before_states, known = assessment.states, self._states, self._inverters
        judged = assessment.daylight is True and assessment.quiet_until is None
        for reading in snapshot.inverters:
            serial = reading.serial
            state = states.get(serial, reading.state)
            before = known.get(serial)
            if before is not reading:
                if before is None or before.device.words != reading.device.words:
                    self._panels.pop(serial, None)
                    self._due = self._due or before is None
                known[serial] = reading
            if before_states.get(serial) is not state:
                before_states[serial] = state
                self._panels.pop(serial, None)
                self._said.pop(serial, None)
            if judged:
                if assessment.cut_off or state in _FAULTY:
                    self._ill.add((serial, day))
                    if self._said.get(serial) != reading.device.words:
                        self._said[serial] = reading.device.words
                        self._panels.pop(serial, None)
                elif words := reading.device.words:
                    self._sayings.note(serial, words, day)
        if len(known) > len(snapshot.inverters):
            self._drop(known.keys() - {reading.serial for reading in snapshot.inverters})

    def _drop(self, serials: set[str]) -> None:
        for serial in serials:
            del self._inverters[serial], self._states[serial]
            self._panels.pop(serial, None)
            self._said.pop(serial, None)
        self._report = None

    def _rested(self, seconds: float) -> bool:
        if self._examined_at is None or self._at is None:
            return True
        return (self._at - self._examined_at).total_seconds() >= seconds

    def _forget(self, day: int) -> None:
        oldest = day - KEPT_DAYS
        self._ill = {(serial, when) for serial, when in self._ill if when > oldest}
        self._watched = {when: slots for when, slots in self._watched.items() if when > oldest}

    def _examine(self) -> None:
        inverters = [self._read(serial) for serial in sorted(self._inverters)]
        cold = self._at is not None and self._place.snow_may_lie(self._at.timestamp())
        known = Known(self._sayings, self._ill, self._watched, self._interval, cold)
        self._examination = examine(self._book, inverters, self._cases, known)
        # After a start the days before are not recalled yet, but what was said of them stays said.
        watched = sum(1 for slots in self._watched.values() if slots.bit_count() >= _MUCH_OF_A_DAY)
        known_days = max(self._examination.usable_days, watched)
        self._weeks = {} if known_days >= _ENOUGH_DAYS else counters.weeks(inverters)
        self._due = self._lit = False
        self._examined_at = self._at
        self._panels.clear()

    def _read(self, serial: str) -> InverterReading:
        """The last reading, marked as retired where it was judged to be."""
        reading = self._inverters[serial]
        if self._states[serial] is InverterState.RETIRED and not reading.retired:
            return replace(reading, state=InverterState.RETIRED)
        return reading

    def _compose(self, at: datetime) -> HealthReport:
        examination, panels = self._examination, self._panels
        for serial in self._inverters:
            if serial not in panels:
                panels[serial] = self._panel(serial)
        return HealthReport(
            at=at,
            first_day=None if examination is None else examination.first_day,
            last_day=None if examination is None else examination.last_day,
            usable_days=0 if examination is None else examination.usable_days,
            groups=() if examination is None else examination.groups,
            panels=tuple(panels[serial] for serial in sorted(panels)),
            site=self._site(),
        )

    def _panel(self, serial: str) -> PanelHealth:
        reading, state = self._inverters[serial], self._states[serial]
        found = self._examination.panels.get(serial, _NOTHING) if self._examination is not None else _NOTHING
        concern, finding = found.concern, self._told(found.finding)
        share = found.share
        if state is InverterState.RETIRED or reading.retired:
            concern, finding = Concern.WELL, Finding(Cause.RETIRED, Certainty.SURE, None, None)
        elif state in _FAULTY:
            since = self._since.get(serial)
            words = self._said.get(serial, without_night_words(reading.device.words))
            concern, finding = Concern.FAULT, stands(reading, state, words, since, self._lost_since(serial, since))
        elif concern is Concern.UNKNOWN and serial in self._weeks:
            week = self._weeks[serial]
            share, concern = week.share, week.concern
            if concern is not Concern.UNKNOWN:
                numbers = {"share": share, "days": 7.0}
                finding = Finding(Cause.WEAK, Certainty.UNSURE, None, week.lacking, MappingProxyType(numbers))
        if finding is None and state is InverterState.ASLEEP:
            finding = Finding(Cause.ASLEEP, Certainty.SURE, None, None)
        return PanelHealth(serial, found.group, concern, share, found.usual_share, finding, found.days)

    def _lost_since(self, serial: str, since: datetime | None) -> float | None:
        """Wh that a standing panel would have made on the days that are over."""
        if self._examination is None or since is None:
            return None
        comparison = self._examination.comparison
        sheet = comparison.sheet
        if serial not in sheet.serials:
            return None
        first = self._book.day_of(since)
        place = next((number for number, day in enumerate(sheet.days) if day >= first), None)
        if place is None:
            return None
        panel = sheet.serials.index(serial)
        return lost_watt_hours(comparison, panel, place, comparison.standings[panel].share, standing_still=True)

    def _site(self) -> Finding | None:
        cause = None if self._examination is None else self._examination.site
        if cause is None:
            return None
        since = None if cause.day is None else self._book.start_of(cause.day)
        return Finding(cause.cause, cause.certainty, since, None, MappingProxyType(dict(cause.numbers)))

    def _told(self, finding: Finding | None) -> Finding | None:
        """Hours of the day as the site's clocks show them now."""
        if finding is None or "slot_from" not in finding.numbers or self._at is None:
            return finding
        numbers = dict(finding.numbers)
        zone = zone_of(self._zone)
        ahead = (self._at.astimezone(zone or UTC).utcoffset() or self._at - self._at).total_seconds()
        shift = (ahead - self._book.offset) / 3600.0
        for name, slot in (("hour_from", "slot_from"), ("hour_to", "slot_to")):
            numbers[name] = (numbers.pop(slot) * SLOT_SECONDS / 3600.0 + shift) % 24.0
        return replace(finding, numbers=MappingProxyType(numbers))
