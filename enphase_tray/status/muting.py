"""Mutes and summaries in words, the same wherever they are shown."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from enphase_tray.alerts.rules import RULES
from enphase_tray.alerts.words import short
from enphase_tray.model.alerts import Alert
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.monitor.outbox import Occasion, Sum
from enphase_tray.settings.attention import Mute
from enphase_tray.status.words import Wording

_LINES = 6


class Span(StrEnum):
    """For how long something is muted."""

    TODAY = mark("for today")
    DAY = mark("for a day")
    WEEK = mark("for a week")
    EVER = mark("for ever")


def rule_label(name: str) -> str:
    """A rule as the settings call it; its bare name where this version does not know it."""
    return next((tr(rule.label) for rule in RULES if rule.name == name), name)


def mute_subject(mute: Mute) -> str:
    """What is muted."""
    if mute.rule is None:
        return tr("Everything about device {serial}", serial=short(mute.serial or ""))
    if mute.serial is None:
        return tr("“{rule}”", rule=rule_label(mute.rule))
    return tr("“{rule}” of device {serial}", rule=rule_label(mute.rule), serial=short(mute.serial))


def mute_words(mute: Mute, now: datetime, wording: Wording) -> str:
    """Who muted it, and until when."""
    made = wording.clock(mute.made_at, now)
    if mute.until is None:
        return tr("muted by you at {time}, until you remove it", time=made)
    return tr("muted by you at {time}, until {end}", time=made, end=wording.clock(mute.until, now))


def summary_words(summary: Sum, now: datetime, wording: Wording) -> tuple[str, str]:
    """Title and body of one message about several alerts."""
    alerts = summary.alerts
    if summary.occasion is Occasion.DAILY:
        title = trn("Daily summary: {count} alert", "Daily summary: {count} alerts", len(alerts))
    else:
        title = trn("While it was quiet: {count} alert", "While it was quiet: {count} alerts", len(alerts))
    return title, "\n".join(_lines(alerts, now, wording))


def _lines(alerts: Sequence[Alert], now: datetime, wording: Wording) -> list[str]:
    shown = list(alerts) if len(alerts) <= _LINES else list(alerts[: _LINES - 1])
    lines = []
    for alert in shown:
        begun = wording.clock(alert.raised_at, now)
        if alert.cleared_at is None:
            lines.append(tr("{alert} (since {time})", alert=alert.title, time=begun))
        else:
            over = wording.clock(alert.cleared_at, now)
            lines.append(tr("{alert} (since {time}, over again at {end})", alert=alert.title, time=begun, end=over))
    rest = len(alerts) - len(shown)
    if rest:
        lines.append(trn("and {count} more, in the list of events", "and {count} more, in the list of events", rest))
    return lines
