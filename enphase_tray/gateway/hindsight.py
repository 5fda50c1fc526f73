"""What only several polls together can tell: a source that stands still, a counter that wrapped, a restart."""

from enphase_tray.gateway.assemble import Past
from enphase_tray.gateway.believe import wraps_between
from enphase_tray.gateway.figures import active
from enphase_tray.gateway.parts import Figures, Parts

_STILL_SECONDS = 1800.0
_LONGEST_START = 7200.0
_MADE_MEANWHILE = 20.0
"""Wh that another source must have counted to prove that a source stands still."""


class Hindsight:
    """Watches the parts of successive polls. `monotonic` are seconds of the program's clock."""

    def __init__(self) -> None:
        self._production = _Stillness()
        self._consumption = _Stillness()
        self._aggregate: float | None = None
        self._wraps = 0
        self._had_energy = False
        self._zero_since: float | None = None

    def fell_to_zero(self, parts: Parts, monotonic: float) -> bool:
        """Whether all counters are 0 that were not before, as for a while after a restart.

        Where they stay at 0 that is how this gateway is from now on (its meters were switched off).
        """
        told = active(parts.production.production) if parts.production else None
        figures = told.figures if told is not None else parts.production_v1 or parts.page
        if figures is None:
            return False
        if not figures.no_energy:
            self._had_energy, self._zero_since = True, None
            return False
        if self._zero_since is None:
            self._zero_since = monotonic
        return self._had_energy and monotonic - self._zero_since < _LONGEST_START

    def look(self, parts: Parts, starting_up: bool, monotonic: float) -> Past:
        """What is known now, this poll included. Zeros of a starting gateway teach nothing."""
        if not starting_up:
            made, used = _made(parts), _used(parts)
            self._production.look(parts.production_v1, made, monotonic)
            self._consumption.look(parts.consumption_v1, used, monotonic)
            self._count_wraps(parts)
        return Past(
            starting_up=starting_up,
            v1_frozen=self._production.frozen,
            consumption_v1_frozen=self._consumption.frozen,
            wraps=self._wraps,
        )

    def _count_wraps(self, parts: Parts) -> None:
        entry = active(parts.production.inverters) if parts.production else None
        now = entry.figures.lifetime if entry is not None else None
        if not now:
            return
        if self._aggregate is not None:
            wraps = wraps_between(self._aggregate, now)
            # Any other fall is a new beginning (an inverter or the gateway was replaced): what was added is void.
            self._wraps = 0 if wraps == 0 and now < self._aggregate else self._wraps + wraps
        self._aggregate = now


def looks_empty(parts: Parts) -> bool:
    """Whether this is what a gateway shows just after its start: an empty list of inverters, and nothing but zeros."""
    if parts.inverters is None or parts.inverters.rows:
        return False
    if parts.device_data is not None and parts.device_data.rows:
        return False
    told = parts.production
    entries = (told.production, told.inverters) if told is not None else ()
    counters = [entry.figures for entry in entries if entry is not None and entry.active]
    counters += [figures for figures in (parts.production_v1, parts.page) if figures is not None]
    return bool(counters) and all(figures.no_energy and not figures.watts_now for figures in counters)


class _Stillness:
    """Whether four figures have stood still for half an hour, and others went on after that."""

    def __init__(self) -> None:
        self.frozen = False
        self._figures: Figures | None = None
        self._since = 0.0
        self._counted: float | None = None

    def look(self, figures: Figures | None, counted: float | None, monotonic: float) -> None:
        if figures is None:
            return
        if figures != self._figures:
            self._figures, self._since, self._counted, self.frozen = figures, monotonic, None, False
            return
        # The other source is first looked at when the half hour is over: until then it may still catch up with
        # what these figures already hold.
        if counted is None or monotonic - self._since < _STILL_SECONDS:
            return
        if self._counted is None:
            self._counted = counted
        self.frozen = self.frozen or counted - self._counted >= _MADE_MEANWHILE


def _made(parts: Parts) -> float | None:
    """Wh that another source than v1 has counted of production."""
    told = parts.production
    for entry in (told.production, told.inverters) if told is not None else ():
        if active(entry) is not None and entry is not None and entry.figures.lifetime:
            return entry.figures.lifetime
    rows = parts.device_data.rows if parts.device_data else ()
    lifetimes = [row.lifetime for row in rows if row.kind == "pcu" and row.lifetime is not None]
    return sum(lifetimes) if lifetimes else _made_by_reports(parts)


def _made_by_reports(parts: Parts) -> float | None:
    """Minutes of the newest report with power in it: they go on only while power is made, like Wh."""
    rows = [row for row in (parts.inverters.rows if parts.inverters else ()) if row.device_type == 1]
    newest = max((row.at for row in rows if row.at is not None and (row.watts or 0.0) >= _MADE_MEANWHILE), default=None)
    return None if newest is None else newest.timestamp() / 60.0


def _used(parts: Parts) -> float | None:
    total = active(parts.production.total) if parts.production else None
    return total.figures.lifetime if total is not None else None
