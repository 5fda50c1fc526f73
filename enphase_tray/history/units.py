"""Energy of the single inverters, by local days.

An inverter's counter is followed like the site's (see `ledger`), in whole Wh, so that its days add up exactly. Where
the gateway tells no counter of it, its reports are added up: mean power times the time since the report before.
"""

import math
import sqlite3
from collections.abc import Iterable, Sequence

from enphase_tray.history import unit_days
from enphase_tray.history.allocation import DAY, HOUR, Share, Told
from enphase_tray.history.bookkeeping import MOST_SUN_HOURS, Chain, Limits, Reading, Step
from enphase_tray.history.chains import count_rejection
from enphase_tray.history.known import KnownSite, UnitDay, UnitEpoch
from enphase_tray.history.ledger import TOUCH_SECONDS, WRAP, advance
from enphase_tray.history.local_days import LocalDays
from enphase_tray.history.packing import storable
from enphase_tray.history.unit_days import THOUSANDTHS
from enphase_tray.model.history import Provenance
from enphase_tray.model.readings import InverterReading

WATTS = 600.0
"""No microinverter makes more."""
LAG_SECONDS = 3600
"""So long a counter made of reports may run behind: they come every 15 min and are read every 15 min."""

Placed = tuple[int, InverterReading]
"""An inverter in use and its place."""

_LIMITS = Limits(WATTS, LAG_SECONDS, sunny=True, held_back=True)
_MOST_A_DAY = WATTS * MOST_SUN_HOURS
_MOST_COUNTED = 4e9
_USUAL_INTERVAL = 900.0
_LONGEST_INTERVALS = 2.2
_CLOCK_SLACK = 600
_LONGEST_SILENCE = 30 * DAY


class Units:
    """One snapshot's work on the inverters of a site."""

    def __init__(self, connection: sqlite3.Connection, site: KnownSite, days: LocalDays, at: int, sure: bool) -> None:
        """`at` is the moment of the snapshot in epoch seconds, `sure` if both clocks told it."""
        self._connection = connection
        self._site = site
        self._days = days
        self._at = at
        self._sure = sure
        self._day = days.day(at)
        self._before: UnitDay | None = None
        self._elsewhere: dict[int, list[tuple[int, Share, bool]]] = {}
        self._changed = False
        if site.units is None:
            site.units = unit_days.newest(connection, site.number) or UnitDay(self._day, 0, [], bytearray(), [])
            site.unit_epochs = unit_days.epochs(connection, site.number, site.places)
        self._row = site.units
        if len(self._row.told) < len(site.places):
            unit_days.widen(self._row, len(site.places))

    def record(self, live: Sequence[Placed]) -> None:
        """Book what the inverters in use tell. To be called before their report times are noted."""
        if self._at <= self._row.at and not self._put_back(live):
            return
        if self._row.day != self._day:
            self._turn_over()
        for place, unit in self._go_on(live):
            if unit.watt_hours_lifetime is None:
                self._add_up(unit, place)
            else:
                self._follow(unit, place, unit.watt_hours_lifetime)
        self._save(live)

    def _go_on(self, live: Iterable[Placed]) -> list[Placed]:
        """The usual case, quickly: a little more than at the last report, or no change. Returns all others."""
        row, epochs, last, others = self._row, self._site.unit_epochs, self._site.last, []
        told, energy, counter, at = row.told, row.energy, row.counter, self._at
        for placed in live:
            place, unit = placed
            lifetime = unit.watt_hours_lifetime
            if lifetime is not None and lifetime == told[place] and energy[place] is not None:
                continue
            told[place], made = lifetime, energy[place]
            epoch, before, report_at = epochs.get(place), counter[place], last[place]
            if lifetime is None or not made or before is None or epoch is None or epoch.suspect is not None:
                others.append(placed)
                continue
            since = row.at if report_at is None or report_at > row.at else report_at
            wraps = epoch.wraps * WRAP if epoch.wraps else 0.0
            rise = round(lifetime + wraps) - before if lifetime <= _MOST_COUNTED else -1
            new = made + rise * THOUSANDTHS
            if rise < 0 or rise > WATTS * (at - since + LAG_SECONDS) / HOUR or new > _MOST_A_DAY * THOUSANDTHS:
                others.append(placed)
            elif rise:
                energy[place], counter[place] = new, before + rise
                self._changed = True
        return others

    def _follow(self, unit: InverterReading, place: int, lifetime: float) -> None:
        """The careful way: the first report, the first of a day, after a gap, or one that is not to be believed."""
        row, site = self._row, self._site
        told = Told(unit.watt_hours_today, unit.watt_hours_yesterday, unit.watt_hours_week, self._site.week_has_today)
        chain = self._chain(place)
        counted = lifetime if lifetime <= _MOST_COUNTED else math.nan
        step = advance(chain, Reading(self._at, counted, told), self._days, _LIMITS)
        for reason in step.rejected:
            count_rejection(self._connection, site.number, self._day, unit_days.QUANTITY, reason)
        new = step.chain
        if step.rejected or (new is not None and new.suspect is not None):
            row.told[place] = None  # to be looked at again, even if it stays the same
        if new is None:
            if row.energy[place] is None and not step.rejected:
                unit_days.book(row, place, Share(self._day, 0.0, Provenance.MEASURED))
                self._changed = True
            return
        begun = chain is None or new.number != chain.number
        opening = round(new.opening)
        before = opening if begun else row.counter[place] or 0
        if begun and chain is not None:
            self._keep_epoch(place, unit.serial, self._site.unit_epochs[place], row.counter[place] or 0)
        counter = before
        if new.latest_at == self._at:
            counter = max(round(new.latest + new.wraps * WRAP), before)
            self._book(place, step, counter - before, instead=chain is None)
            row.counter[place] = counter
            if begun and new.day == self._day:
                row.provenance[place] = max(row.provenance[place], new.provenance)
        self._note_epoch(place, unit.serial, new, step, opening, counter)

    def _chain(self, place: int) -> Chain | None:
        """The inverter's chain as `ledger` knows it."""
        epoch, counter = self._site.unit_epochs.get(place), self._row.counter[place]
        if epoch is None or counter is None:
            return None
        row = next((row for row in (self._row, self._before) if row is not None and _has(row, place)), None)
        if row is None:
            row = unit_days.newest_of(self._connection, self._site.number, place) or self._row
        made = row.energy[place] if _has(row, place) else None
        # It may have been read without having been heard: then the counter is that of its last report.
        report_at = self._site.last[place]
        heard = report_at is not None and max(epoch.opened_at, row.at - _LONGEST_SILENCE) <= report_at <= row.at
        moved_at = int(report_at) if heard and report_at is not None else row.at
        latest = counter - epoch.wraps * WRAP
        suspect = (epoch.suspect, epoch.suspect_at, epoch.suspect_reason)
        return Chain(
            epoch.number, epoch.opening, epoch.opened_at, latest, row.at, moved_at, epoch.wraps, 0.0, False, *suspect,
            row.day, (made or 0) / THOUSANDTHS, int(Provenance.MEASURED),
        )  # fmt: skip

    def _book(self, place: int, step: Step, total: int, *, instead: bool) -> None:
        """Book the shares in whole Wh. `instead`: what was added up of reports before there was a counter goes."""
        if instead:
            self._row.energy[place] = None
        for share in unit_days.whole_shares(step.bookings, total):
            self._add(place, share, instead=instead)

    def _add(self, place: int, share: Share, *, instead: bool) -> None:
        if share.day == self._day:
            unit_days.book(self._row, place, share)
            self._changed = True
        else:
            self._elsewhere.setdefault(share.day, []).append((place, share, instead))

    def _note_epoch(self, place: int, serial: str, new: Chain, step: Step, opening: int, counter: int) -> None:
        known = self._site.unit_epochs.get(place)
        begun = known is None or known.number != new.number
        day = step.bookings[0].day if begun or known is None else known.day
        suspect = (new.suspect, new.suspect_at, new.suspect_reason)
        epoch = UnitEpoch(new.number, day, opening, new.opened_at, new.wraps, *suspect)
        if epoch != known:
            self._site.unit_epochs[place] = epoch
            self._keep_epoch(place, serial, epoch, counter)

    def _keep_epoch(self, place: int, serial: str, epoch: UnitEpoch, counter: int) -> None:
        unit_days.save_epoch(self._connection, self._site.number, storable(serial), epoch, counter, self._at)

    def _add_up(self, unit: InverterReading, place: int) -> None:
        """A report of an inverter without a counter: its mean power, since the report before it."""
        before, watts, reported = self._site.last[place], unit.last_report_watts, unit.last_report_at
        if place in self._site.unit_epochs or before is None or watts is None or reported is None:
            return
        at = int(reported.timestamp())
        longest = _LONGEST_INTERVALS * (unit.report_interval_seconds or _USUAL_INTERVAL)
        now = self._at - DAY < at <= self._at + _CLOCK_SLACK
        if not (now and 0 < at - before <= longest and 0 <= watts <= WATTS):
            return
        share = Share(self._days.day(at), watts * (at - before) / HOUR, Provenance.ESTIMATED)
        self._add(place, share, instead=False)

    def _turn_over(self) -> None:
        """A new local day has begun: an empty row, with the counters of the one before."""
        self._before = self._row
        row = UnitDay(self._day, self._row.at, [], bytearray(), list(self._row.counter), list(self._row.told))
        unit_days.widen(row, len(self._site.places))
        self._row = self._site.units = row
        self._changed = any(counter is not None for counter in row.counter)

    def _put_back(self, live: Sequence[Placed]) -> bool:
        """Whether the clock was put back, and this is not an old snapshot: then a counter is above its last value.

        What was booked on days that have not come yet is then gathered on the present one.
        """
        row, number = self._row, self._site.number
        later = any(
            unit.watt_hours_lifetime is not None
            and (counter := row.counter[place]) is not None
            and (epoch := self._site.unit_epochs.get(place)) is not None
            and 0.5 < unit.watt_hours_lifetime + epoch.wraps * WRAP - counter <= _MOST_A_DAY
            for place, unit in live
        )
        if not later or (not self._sure and self._day < row.day - 1 and self._nothing_before()):
            return False
        if self._day < row.day:
            here = unit_days.of_day(self._connection, number, self._day)
            here = here or UnitDay(self._day, 0, [], bytearray(), [])
            unit_days.widen(here, len(self._site.places))
            here.counter, here.told = list(row.counter), list(row.told)
            for ahead in unit_days.after(self._connection, number, self._day):
                for place, made in enumerate(ahead.energy):
                    if made is not None:
                        unit_days.book(here, place, Share(self._day, made / THOUSANDTHS, Provenance.ESTIMATED))
            unit_days.forget_after(self._connection, number, self._day)
            for place, unit in live:
                epoch = self._site.unit_epochs.get(place)
                if epoch is not None and epoch.day > self._day:
                    epoch.day = self._day
                    self._keep_epoch(place, unit.serial, epoch, here.counter[place] or 0)
            self._row = self._site.units = here
            self._changed = True
        self._row.at = self._at - 1
        return True

    def _nothing_before(self) -> bool:
        """Whether the history of the inverters begins after this day."""
        found = self._connection.execute(
            "SELECT 1 FROM inverter_day WHERE site = ? AND day <= ? LIMIT 1", (self._site.number, self._day)
        )
        return found.fetchone() is None

    def _save(self, live: Sequence[Placed]) -> None:
        """Write what has changed; also now and then that counters were read and stand."""
        row, number = self._row, self._site.number
        for day, shares in self._elsewhere.items():
            other = unit_days.of_day(self._connection, number, day)
            other = other or UnitDay(day, self._days.begin(day + 1) - 1, [], bytearray(), [])
            unit_days.widen(other, len(self._site.places))
            for place, share, instead in shares:
                if instead:
                    other.energy[place] = None
                unit_days.book(other, place, share)
            unit_days.save(self._connection, number, other)
        stood = not self._changed and self._at - row.at >= TOUCH_SECONDS
        if self._changed or (stood and any(unit.watt_hours_lifetime is not None for _, unit in live)):
            row.at = self._at
            unit_days.save(self._connection, number, row)


def _has(row: UnitDay, place: int) -> bool:
    return place < len(row.energy) and row.energy[place] is not None
