"""Mutes and summaries in words, the same wherever they are shown."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from enphase_tray.alerts.rules import RULES
from enphase_tray.alerts.words import short
from enphase_tray.model.alerts import Alert
from enphase_tray.monitor.outbox import Occasion, Sum
from enphase_tray.settings.attention import Mute
from enphase_tray.status.words import Wording

_LINES = 6


class Span(StrEnum):
    """For how long something is muted."""

    TODAY = "for today"
    DAY = "for a day"
    WEEK = "for a week"
    EVER = "for ever"


def rule_label(name: str) -> str:
    """A rule as the settings call it; its bare name where this version does not know it."""
    return next((rule.label for rule in RULES if rule.name == name), name)


def mute_subject(mute: Mute) -> str:
    """What is muted."""
    rule = None if mute.rule is None else f"“{rule_label(mute.rule)}”"
    device = None if mute.serial is None else f"device {short(mute.serial)}"
    if rule is None or device is None:
        return rule or f"Everything about {device}"
    return f"{rule} of {device}"


def mute_words(mute: Mute, now: datetime, wording: Wording) -> str:
    """Who muted it, and until when."""
    made = wording.clock(mute.made_at, now)
    until = "until you remove it" if mute.until is None else f"until {wording.clock(mute.until, now)}"
    return f"muted by you at {made}, {until}"


def summary_words(summary: Sum, now: datetime, wording: Wording) -> tuple[str, str]:
    """Title and body of one message about several alerts."""
    alerts = summary.alerts
    if summary.occasion is Occasion.DAILY:
        title = "Daily summary: 1 alert" if len(alerts) == 1 else f"Daily summary: {len(alerts)} alerts"
    else:
        title = f"While it was quiet: {len(alerts)} alerts"
    return title, "\n".join(_lines(alerts, now, wording))


def _lines(alerts: Sequence[Alert], now: datetime, wording: Wording) -> list[str]:
    shown = list(alerts) if len(alerts) <= _LINES else list(alerts[: _LINES - 1])
    lines = []
    for alert in shown:
        over = "" if alert.cleared_at is None else f", over again at {wording.clock(alert.cleared_at, now)}"
        lines.append(f"{alert.title} (since {wording.clock(alert.raised_at, now)}{over})")
    if len(shown) < len(alerts):
        lines.append(f"and {len(alerts) - len(shown)} more, in the list of events")
    return lines
