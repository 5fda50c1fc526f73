"""One counter's ledger in memory, booked as the store does it."""

from datetime import date, tzinfo

from enphase_tray.history.allocation import Share, Told
from enphase_tray.history.bookkeeping import Chain, Limits, Reading, surer
from enphase_tray.history.ledger import advance, go_on
from enphase_tray.history.local_days import LocalDays
from enphase_tray.model.history import Provenance

NOTHING_TOLD = Told()
Booked = dict[int, tuple[float, int]]


class Book:
    """What the readings of a counter come to."""

    def __init__(self, zone: tzinfo, limits: Limits, *, from_midnight: bool = True) -> None:
        """`from_midnight`: the counter was read at midnight too, unless the first reading tells today."""
        self.from_midnight = from_midnight
        self.zone = zone
        self.limits = limits
        self.local = LocalDays(zone)
        self.chain: Chain | None = None
        self.closed: list[Chain] = []
        self.booked: dict[int, Booked] = {}
        self.rejected: list[str] = []
        self.readings: list[Reading] = []

    def read(
        self, at: int, lifetime: float, told: Told = NOTHING_TOLD, *, flowing: bool = False, sure: bool = False
    ) -> None:
        if self.chain is None and self.from_midnight and told.today is None:
            begin = Reading(self.local.begin(self.local.day(at)), lifetime)
            self._take(begin)
        reading = Reading(at, lifetime, told, flowing, sure)
        self.readings.append(reading)
        self._take(reading)

    def _take(self, reading: Reading) -> None:
        step = advance(self.chain, reading, self.local, self.limits)
        if self.chain is not None:
            quick = go_on(self.chain, reading.at, reading.lifetime, self.local.day(reading.at), self.limits)
            assert quick is None or (quick, ()) == (step.chain or self.chain, step.rejected)
        self.rejected += step.rejected
        if step.chain is None:
            return
        begun = self.chain is None or step.chain.number != self.chain.number
        if self.chain is not None and begun:
            self.closed.append(self.chain)
        self.chain = step.chain
        days = self.booked.setdefault(step.chain.number, {})
        if step.gather_on is not None:
            self._gather(days, step.gather_on)
        for share in step.bookings:
            self._add(days, share)
        if step.bookings:
            made, provenance = days[step.chain.day]
            if begun:
                provenance = max(provenance, step.chain.provenance)
                days[step.chain.day] = (made, provenance)
            self.chain = step.chain._replace(booked=made, provenance=provenance)

    def read_next(self, lifetime: float) -> None:
        """The next reading five minutes later, from noon of 24 June 2026."""
        first = 1782295200
        self.read(first + 300 * len(self.readings), lifetime)

    def days(self) -> dict[int, tuple[float, Provenance]]:
        """Energy and provenance of all days, by the day of the month, all epochs together."""
        found: dict[int, tuple[float, Provenance]] = {}
        for days in self.booked.values():
            for day, (made, provenance) in sorted(days.items()):
                before = found.get(date.fromordinal(day).day, (0.0, Provenance.MEASURED))
                found[date.fromordinal(day).day] = (before[0] + made, Provenance(max(before[1], provenance)))
        return found

    def days_of(self, last: Told) -> dict[int, float]:
        """The same days had the last reading told this instead."""
        again = Book(self.zone, self.limits, from_midnight=self.from_midnight)
        for reading in self.readings[:-1]:
            again.read(reading.at, reading.lifetime, reading.told)
        again.read(self.readings[-1].at, self.readings[-1].lifetime, last)
        return {day: made for day, (made, _) in again.days().items()}

    def epochs(self) -> list[Chain]:
        """All epochs, the newest last."""
        return [*self.closed, *([] if self.chain is None else [self.chain])]

    def _add(self, days: Booked, share: Share) -> None:
        made, provenance = days.get(share.day, (0.0, int(Provenance.MEASURED)))
        days[share.day] = (made + share.watt_hours, surer(provenance, share))

    def _gather(self, days: Booked, day: int) -> None:
        for later in [one for one in days if one > day]:
            made, _ = days.pop(later)
            self._add(days, Share(day, made, Provenance.ESTIMATED))
