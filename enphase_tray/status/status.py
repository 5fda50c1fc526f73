"""A poll's result as one status: the icon's key and figure, the tooltip's lines, the window's verdict."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import InverterState, Snapshot
from enphase_tray.monitor.result import PollResult
from enphase_tray.status.words import UNKNOWN, Wording

TOOLTIP_UNITS = 127
"""Windows cuts a tooltip silently after this many UTF-16 units."""

NO_CONTACT_SECONDS = 900.0
"""After this long (and three periods) without an answer the last figure is no longer worth an icon."""

_NEEDS_THE_USER = {"login_refused", "token_expired", "token_missing", "token_wrong_gateway", "wrong_gateway"}
_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}
_MARKS = {"fault": "⬣", "look": "▲"}


class IconState(StrEnum):
    """What the tray icon says by its shape."""

    NORMAL = "normal"
    NIGHT = "night"
    LOOK = "look"
    FAULT = "fault"
    STALE = "stale"
    NOT_CONNECTED = "not_connected"
    CERTIFICATE = "certificate"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Status:
    """The words and the icon key for one moment; every face takes from it what it has room for."""

    icon: IconState
    figure: str
    headline: str
    concern: str | None
    age: str
    tooltip: str
    verdict: str
    poll_line: str


def describe(
    result: PollResult | None, now: datetime, wording: Wording, unheard: Collection[str] = frozenset()
) -> Status:
    """Put a result (`None` before the first) into words as they are true at `now`.

    `unheard`: ids of open alerts that the user does not want to hear of, which neither show in the icon nor concern.
    """
    if result is None:
        waiting = tr("Waiting for the first reading")
        return _status(IconState.UNKNOWN, "", tr("No reading yet"), None, tr("never"), waiting, None)
    snapshot = result.snapshot
    age_seconds = None if snapshot is None else max(0.0, (now - snapshot.at).total_seconds())
    age = tr("never") if age_seconds is None else wording.age(age_seconds)
    stale = _is_stale(result, age_seconds)
    heard = tuple(alert for alert in result.active if alert.id not in unheard)
    icon = _icon(result, heard, age_seconds, stale)
    figure = "" if icon in _WITHOUT_FIGURE else icon_figure(_watts_now(snapshot), wording.decimal)
    concern = _concern(result, heard, icon, now, wording)
    headline = _headline(snapshot, stale, now, wording)
    verdict = _verdict(result, icon, concern, len(result.active) - len(heard))
    return _status(icon, figure, headline, concern, age, verdict, age_seconds)


def icon_figure(watts: float | None, decimal: str = ".") -> str:
    """The two or three characters of the icon: `850` below 1 kW, `3.4` from there, `12` from 10 kW; else empty.

    Of the decimal marks only point and comma can be drawn.
    """
    if watts is None:
        return ""
    whole = max(0, round(watts))
    if whole < 1000:
        return str(whole)
    tenths = round(whole / 100)
    if tenths < 100:
        return f"{tenths // 10}{',' if decimal == ',' else '.'}{tenths % 10}"
    return str(round(whole / 1000))


def inverter_state_words(state: InverterState) -> str:
    """What a state of an inverter means, in a few plain words."""
    return tr(_STATES[state])


_STATES = {
    InverterState.REPORTING: mark("Reporting"),
    InverterState.ASLEEP: mark("Asleep"),
    InverterState.SILENT: mark("Does not report"),
    InverterState.STOPPED: mark("Makes nothing"),
    InverterState.RETIRED: mark("Retired"),
    InverterState.UNKNOWN: mark("Not known yet"),
}
_WITHOUT_FIGURE = {IconState.NIGHT, IconState.NOT_CONNECTED, IconState.CERTIFICATE, IconState.UNKNOWN}


def _watts_now(snapshot: Snapshot | None) -> float | None:
    return snapshot.production.watts_now if snapshot is not None and snapshot.production is not None else None


def _is_stale(result: PollResult, age_seconds: float | None) -> bool:
    return age_seconds is not None and (result.stale or age_seconds > 2 * result.refresh_seconds)


def _icon(result: PollResult, heard: Sequence[Alert], age_seconds: float | None, stale: bool) -> IconState:
    if result.certificate is not None:
        return IconState.CERTIFICATE
    failure = result.failure
    if failure is not None and (age_seconds is None or failure.kind in _NEEDS_THE_USER):
        return IconState.NOT_CONNECTED
    if age_seconds is not None and stale:
        gone = age_seconds > max(NO_CONTACT_SECONDS, 3 * result.refresh_seconds)
        return IconState.NOT_CONNECTED if gone else IconState.STALE
    worst = min((_ORDER[alert.severity] for alert in heard), default=2)
    if worst < 2:
        return IconState.FAULT if worst == 0 else IconState.LOOK
    watts = _watts_now(result.snapshot)
    if result.assessment.daylight is False and (watts is None or watts < 1.0):
        return IconState.NIGHT
    return IconState.UNKNOWN if watts is None else IconState.NORMAL


def _headline(snapshot: Snapshot | None, stale: bool, now: datetime, wording: Wording) -> str:
    if snapshot is None:
        return tr("No reading yet")
    production = snapshot.production
    watts = wording.watts(None if production is None else production.watts_now)
    if stale:
        power = tr("{watts} at {time}", watts=watts, time=wording.clock(snapshot.at, now))
    else:
        power = tr("{watts} now", watts=watts)
    today = UNKNOWN if production is None else wording.energy(production.watt_hours_today)
    return power if today == UNKNOWN else f"{power} · {tr('{energy} today', energy=today)}"


def _concern(
    result: PollResult, heard: Sequence[Alert], icon: IconState, now: datetime, wording: Wording
) -> str | None:
    if result.certificate is not None:
        if result.certificate.previous is None:
            return tr("The gateway's certificate waits for your word")
        return tr("Paused: the gateway shows another certificate")
    if result.failure is not None and icon in {IconState.NOT_CONNECTED, IconState.STALE}:
        return result.failure.title
    alerts = sorted(
        (alert for alert in heard if alert.severity is not Severity.INFORMATION),
        key=lambda alert: (_ORDER[alert.severity], alert.raised_at),
    )
    if not alerts:
        return result.saving_problem
    first = _since(alerts[0], now, wording)
    more = len(alerts) - 1
    return trn("{alert} (and {count} more)", "{alert} (and {count} more)", more, alert=first) if more else first


def _since(alert: Alert, now: datetime, wording: Wording) -> str:
    return tr("{alert} since {time}", alert=alert.title, time=wording.clock(alert.raised_at, now))


def _verdict(result: PollResult, icon: IconState, concern: str | None, muted: int) -> str:
    """What is muted is not well: it is only not to be heard of."""
    if concern is not None:
        verdict = concern
    elif icon is IconState.NIGHT:
        verdict = tr("Asleep for the night")
    elif icon is IconState.STALE:
        verdict = tr("Waiting for the gateway")
    elif result.snapshot is None:
        verdict = tr("No reading yet")
    elif muted:
        return trn("All well but for {count} muted alert", "All well but for {count} muted alerts", muted)
    else:
        return tr("All well")
    return trn("{verdict} ({count} muted)", "{verdict} ({count} muted)", muted, verdict=verdict) if muted else verdict


def _status(
    icon: IconState,
    figure: str,
    headline: str,
    concern: str | None,
    age: str,
    verdict: str,
    age_seconds: float | None,
) -> Status:
    mark = _MARKS.get(icon.value, "▲")
    lines = [headline, f"{mark} {concern}" if concern else "", "" if age_seconds is None else age]
    poll_line = tr("Poll now") if age_seconds is None else tr("Poll now (last: {age})", age=age)
    return Status(icon, figure, headline, concern, age, fit_tooltip(lines), verdict, poll_line)


def fit_tooltip(lines: list[str]) -> str:
    """Join headline, concern and age; the concern is cut so that the whole has at most `TOOLTIP_UNITS` units."""
    kept = [line for line in lines if line]
    room = TOOLTIP_UNITS - sum(_units(line) + 1 for line in kept) + 1
    if room < 0 and len(kept) > 1:
        kept[1] = _cut(kept[1], _units(kept[1]) + room)
    return _cut("\n".join(kept), TOOLTIP_UNITS)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    if _units(text) <= units:
        return text
    while text and _units(text) > units - 1:
        text = text[:-1]
    return text.rstrip() + "…"
