"""What a rule would have told of days that are over: polls rebuilt from the history, judged as live ones are.

The history holds the reports of the inverters and the power of the site, not the words of devices and not the relays:
rules that need more are shown as they were told at the time. Between the first and the last word that a relay was open,
the rebuilt polls say so too, so that the panels behind it are its consequence here as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.alerts import DEFAULT_LIMITS, Alert, AlertEvent, Change, Limits, Severity
from enphase_tray.model.history import HistoryEvent, InverterSeries
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import (
    InverterReading,
    Login,
    PowerReading,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)
from enphase_tray.monitor.judge import Judge, day_by_day
from enphase_tray.monitor.replay import Outcome, judge_all

REBUILT_RULES = frozenset({"inverter_stopped", "inverter_silent", "site_stopped", "panel_weak"})
"""Rules that need no more than the history holds."""

WARM_UP = timedelta(days=7)
"""So many days before are judged too, so that the judge knows the site when its word begins to count."""

_RECALLED = timedelta(days=28)
"""Of so many days more the curves alone are looked at, as after a start of the program."""
_STEP = timedelta(hours=6)
"""Of 60 inverters that takes a fifth of a second: so long a poll, or the end of the program, may have to wait."""
_LEAST_SECONDS = 200.0
"""Readings of the meters between polls are left out."""
_RELAY = "relay_open"
_MOST_EVENTS = 5000


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """Which rule, at which site (its gateway's serial), over which time.

    `known`: the inverters that count today; others (retired, replaced) are left out. `None`: all.
    """

    rule: str
    site: str
    start: datetime
    end: datetime
    limits: Limits = DEFAULT_LIMITS
    known: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PreviewStep:
    """Some more hours of a request are done: what was told in them, and how much of the whole is done (0 to 1).

    `since`: from when on the history knows anything of the time asked for; `None` where it does not.
    """

    request: PreviewRequest
    events: tuple[AlertEvent, ...]
    done: float
    since: datetime | None


def preview(reader: HistoryReader, request: PreviewRequest) -> Iterator[PreviewStep]:
    """What one rule would have told, some hours at a time, so that one can stop in between. Raises HistoryError.

    A report counts as made when the poll brought it, which may be some minutes late. A time in which the gateway did
    not answer cannot be told from one in which the program was off.
    """
    first = reader.first_at(request.site)
    since = None if first is None or first >= request.end else max(first, request.start)
    if request.rule not in REBUILT_RULES:
        found = reader.events(_MOST_EVENTS, request.start, request.site)
        told = [_told(event) for event in reversed(found) if event.rule == request.rule and event.kind != "note"]
        yield PreviewStep(request, tuple(event for event in told if event.at < request.end), 1.0, since)
        return
    start = max(request.start - WARM_UP, request.start if first is None else min(first, request.start))
    past = _Past(reader, request, start)
    judge = Judge(lambda name: name == request.rule, timezone=past.timezone, limits=request.limits)
    earlier: set[str] = set()
    at = start
    while at < request.end:
        stop = min(at + _STEP, request.end)
        events = tuple(judge_all(judge, past.polls(at, stop)))
        if at == start:
            judge.recall(day_by_day(past.series, start - _RECALLED, stop))
        # What was over before, or began before, is not part of the answer.
        earlier.update(event.alert.id for event in events if event.at < request.start)
        counted = tuple(event for event in events if event.alert.id not in earlier)
        at = stop
        yield PreviewStep(request, counted, (at - start) / (request.end - start), since)


class _Past:
    """Rebuilds polls in time order; what each inverter reported last is carried on."""

    def __init__(self, reader: HistoryReader, request: PreviewRequest, start: datetime) -> None:
        site = request.site
        self._reader = reader
        self._site = site
        self._known = request.known
        self.timezone = reader.timezone(site)
        self._gateway = GatewayInfo(site, None, FirmwareVersion.parse(""), Family.TOKEN, False, None)
        self._last: dict[str, InverterReading] = {}
        self._inverters: tuple[InverterReading, ...] = ()
        self._at = float("-inf")
        self._open = _open_relays(reader.events(_MOST_EVENTS, start - WARM_UP, site))

    def series(self, start: datetime, end: datetime) -> InverterSeries:
        """What is stored of the inverters that count."""
        return self._reader.inverter_series(self._site, start, end, self._known)

    def polls(self, start: datetime, end: datetime) -> Iterator[Outcome]:
        """Those of one stretch, which begins where the one before ended."""
        series = self.series(start, end)
        power = self._reader.site_series(self._site, start, end)
        reports = dict(zip(series.times, range(len(series.times)), strict=True))
        made = dict(zip(power.times, power.production, strict=True))
        metered = any(value is not None for value in power.consumption)
        for moment in sorted({*reports, *made}):
            row = reports.get(moment)
            if row is None and moment - self._at < _LEAST_SECONDS:
                continue
            self._at = moment
            at = datetime.fromtimestamp(moment, UTC)
            if row is not None:
                self._take(at, {serial: column[row] for serial, column in series.watts.items()})
            yield at, self._snapshot(at, made.get(moment), metered=metered), None

    def _take(self, at: datetime, watts: Mapping[str, float | None]) -> None:
        for serial, value in watts.items():
            if value is not None:
                self._last[serial] = InverterReading(serial, last_report_watts=value, last_report_at=at)
        self._inverters = tuple(self._last[serial] for serial in sorted(self._last))

    def _snapshot(self, at: datetime, watts: float | None, *, metered: bool) -> Snapshot:
        source = {"watts_now": Source.METER if metered else Source.INVERTERS}
        return Snapshot(
            at=at,
            gateway=self._gateway,
            login=Login.TOKEN,
            metered=metered,
            timezone=self.timezone,
            gateway_at=at,
            production=None if watts is None else PowerReading(watts_now=watts, source=source),
            inverters=self._inverters,
            relays=tuple(
                RelayReading(serial, RelayKind.IQ_RELAY, RelayState.OPEN if is_open else RelayState.CLOSED)
                for serial, is_open in self._relays(at)
            ),
        )

    def _relays(self, at: datetime) -> Iterator[tuple[str, bool]]:
        for serial in sorted(self._open):
            yield serial, any(since <= at and (until is None or at < until) for since, until in self._open[serial])


def _open_relays(events: Sequence[HistoryEvent]) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """When each relay was open, as it was told at the time (events come newest first)."""
    spans: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for event in reversed(events):
        if event.rule != _RELAY:
            continue
        for serial in event.serials:
            known = spans.setdefault(serial, [])
            if event.kind == "raised":
                known.append((event.at, None))
            elif event.kind == "cleared" and known and known[-1][1] is None:
                known[-1] = (known[-1][0], event.at)
    return spans


def _told(event: HistoryEvent) -> AlertEvent:
    severity = Severity(event.severity)
    key = event.serials[0] if event.serials else ""
    alert = Alert(event.alert_id or "", event.rule, key, severity, event.serials, event.title, event.body, event.at)
    return AlertEvent(event.at, Change(event.kind), alert)
