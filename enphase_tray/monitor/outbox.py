"""Follows what was told, what waits for the end of the quiet hours, and what goes into the daily summary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from enphase_tray.model.alert_json import alert_from_json, alert_to_json
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.monitor.control import Telling, decide, is_quiet, time_of_day
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.attention import Mute, muted_by
from enphase_tray.settings.settings import RuleMode, Settings

_MOST = 200
"""So many alerts are kept for a summary; of more the oldest are left to the event list."""


REMINDED = frozenset({"certificate_changed"})
"""Rules whose alerts are told again each day while they stand: nothing is read until the user has an answer."""

_REMINDED_AFTER = timedelta(days=1)


class Occasion(StrEnum):
    """Why several alerts are told in one message."""

    WAITED = "waited"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Tell:
    """Show this alert, in the place of what was shown of it before; `over`: it is the good news."""

    alert: Alert
    over: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """Show these alerts in one message; those that are over have `cleared_at`."""

    occasion: Occasion
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take back what was shown of this alert, or of this occasion."""

    id: str


Order = Tell | Sum | Withdraw


@dataclass(frozen=True, slots=True)
class Rules:
    """What is in force at one poll. `zone` as in `control.decide`."""

    settings: Settings
    mutes: Sequence[Mute]
    now: datetime
    zone: tzinfo | None
    paused: bool = False

    def decide(self, alert: Alert) -> Telling:
        return decide(alert, self.settings, self.mutes, self.now, self.zone, paused=self.paused)


class Outbox:
    """Takes results in the order of their times and says what to show; pure, its memory is plain JSON."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        """`memory` is what `memory()` gave in an earlier run; one that cannot be read counts as none."""
        self._told: dict[str, Severity] = {}
        self._waiting: dict[str, Alert] = {}
        self._momentary: set[str] = set()
        """Those of `_waiting` that have no end, and so stand by themselves."""
        self._summed: set[str] = set()
        self._daily: dict[str, Alert] = {}
        self._daily_on: date | None = None
        self._last_told: dict[str, datetime] = {}
        """When alerts of `REMINDED` were told last."""
        if memory:
            self._restore(memory)

    def memory(self) -> dict[str, Any]:
        """Plain JSON to hand to the next run."""
        return {
            "told": {name: severity.value for name, severity in self._told.items()},
            "waiting": [alert_to_json(alert) for alert in self._waiting.values()],
            "momentary": sorted(self._momentary),
            "summed": sorted(self._summed),
            "daily": [alert_to_json(alert) for alert in self._daily.values()],
            "daily_on": None if self._daily_on is None else self._daily_on.isoformat(),
            "last_told": {name: at.isoformat() for name, at in self._last_told.items()},
        }

    def take(self, result: PollResult, rules: Rules) -> tuple[Order, ...]:
        """What to show because of this result, in order."""
        orders: list[Order] = []
        standing = {alert.id: alert for alert in result.active}
        for event in result.events:
            if event.change is Change.CLEARED:
                orders += self._over(event, rules)
            elif event.change is Change.RAISED or self._knows(event.alert.id):
                orders += self._open(event.alert, rules, momentary=event.alert.id not in standing)
        if standing or result.failure is None:  # else it is not known what stands
            orders += self._waited(standing, rules)
        orders += self._reminders(standing, rules, {order.alert.id for order in orders if isinstance(order, Tell)})
        orders += self._summary(rules)
        return tuple(orders)

    def _knows(self, alert_id: str) -> bool:
        return alert_id in self._told or alert_id in self._waiting or alert_id in self._daily

    def _open(self, alert: Alert, rules: Rules, *, momentary: bool) -> list[Order]:
        telling = rules.decide(alert)
        self._forget(alert.id)
        if telling is Telling.NOW:
            self._daily.pop(alert.id, None)
            if not momentary:
                self._told[alert.id] = alert.severity
            return [Tell(alert)]
        if telling is Telling.DIGEST:
            self._collect(alert)
        else:
            self._waiting[alert.id] = alert
            if momentary:
                self._momentary.add(alert.id)
        return []

    def _over(self, event: AlertEvent, rules: Rules) -> list[Order]:
        """Good news about something grave is worth a note; the rest just goes."""
        alert = event.alert
        self._forget(alert.id)
        collected = self._daily.get(alert.id)
        if collected is not None:
            self._daily[alert.id] = replace(collected, cleared_at=event.at)
        severity = self._told.pop(alert.id, None)
        orders: list[Order] = []
        if alert.id in self._summed:
            self._summed.discard(alert.id)
            if not self._summed:
                orders.append(Withdraw(Occasion.WAITED))
        if severity is Severity.CRITICAL and rules.decide(alert) is Telling.NOW:
            return [*orders, Tell(alert, over=True)]
        return [*orders, Withdraw(alert.id)]

    def _waited(self, standing: Mapping[str, Alert], rules: Rules) -> list[Order]:
        """What may be heard at last, of it what still stands."""
        ripe: list[Alert] = []
        for name, kept in list(self._waiting.items()):
            alert = standing.get(name, kept)
            telling = rules.decide(alert)
            if telling in (Telling.LATER, Telling.LISTED):
                continue
            stands = name in standing or name in self._momentary
            self._forget(name)
            if telling is Telling.DIGEST:
                self._collect(alert)
            elif stands:
                ripe.append(alert)
        for alert in ripe:
            if alert.id in standing:
                self._told[alert.id] = alert.severity
        if len(ripe) < 2:
            return [Tell(alert) for alert in ripe]
        self._summed = {alert.id for alert in ripe if alert.id in standing}
        return [Sum(Occasion.WAITED, tuple(ripe))]

    def _reminders(self, standing: Mapping[str, Alert], rules: Rules, just_told: set[str]) -> list[Order]:
        """What has been told a day ago and still stands, where that stops all reading."""
        orders: list[Order] = []
        reminded = {name: alert for name, alert in standing.items() if alert.rule in REMINDED and name in self._told}
        for name, alert in reminded.items():
            last = self._last_told.get(name)
            if last is None or name in just_told:
                self._last_told[name] = rules.now
            elif rules.now - last >= _REMINDED_AFTER and rules.decide(alert) is Telling.NOW:
                self._last_told[name] = rules.now
                orders.append(Tell(alert))
        self._last_told = {name: at for name, at in self._last_told.items() if name in reminded}
        return orders

    def _summary(self, rules: Rules) -> list[Order]:
        """Once a day, at the first result after the chosen time."""
        settings, today = rules.settings, rules.now.astimezone(rules.zone).date()
        due = time_of_day(rules.now, rules.zone) >= settings.digest_at
        if self._daily_on is None:
            self._daily_on = today if due else today - timedelta(days=1)
        if not due or self._daily_on == today or rules.paused or is_quiet(settings.quiet, rules.now, rules.zone):
            return []
        self._daily_on = today
        wanted = tuple(
            alert
            for alert in self._daily.values()
            if settings.mode(alert.rule) is not RuleMode.OFF and muted_by(alert, rules.mutes, rules.now) is None
        )
        self._daily.clear()
        return [Sum(Occasion.DAILY, wanted)] if wanted else []

    def _collect(self, alert: Alert) -> None:
        self._daily[alert.id] = alert
        while len(self._daily) > _MOST:
            del self._daily[next(iter(self._daily))]

    def _forget(self, alert_id: str) -> None:
        """It no longer waits."""
        self._waiting.pop(alert_id, None)
        self._momentary.discard(alert_id)

    def _restore(self, memory: Mapping[str, Any]) -> None:
        try:
            told = {str(name): Severity(word) for name, word in memory["told"].items()}
            waiting = {alert.id: alert for alert in map(alert_from_json, memory["waiting"])}
            momentary, summed = set(map(str, memory["momentary"])), set(map(str, memory["summed"]))
            daily = {alert.id: alert for alert in map(alert_from_json, memory["daily"])}
            day = None if memory["daily_on"] is None else date.fromisoformat(memory["daily_on"])
            last_told = {str(name): datetime.fromisoformat(at) for name, at in memory.get("last_told", {}).items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        self._told, self._waiting, self._momentary = told, waiting, momentary
        self._summed, self._daily, self._daily_on = summed, daily, day
        self._last_told = last_told
