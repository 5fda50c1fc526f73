"""What may be told on the desktop, and when: the one place that decides. Everything is in the event list anyway."""

from collections.abc import Sequence
from datetime import datetime, time, tzinfo
from enum import StrEnum

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.attention import Mute, muted_by
from enphase_tray.settings.settings import QuietHours, RuleMode, Settings


class Telling(StrEnum):
    """What becomes of an alert that is new.

    `NOW`: told. `LATER`: when the quiet hours or a pause are over, if it still stands. `DIGEST`: once a day, in one
    summary. `LISTED`: in the event list and the window only, as long as it is muted or its rule is off.
    """

    NOW = "now"
    LATER = "later"
    DIGEST = "digest"
    LISTED = "listed"


def decide(
    alert: Alert,
    settings: Settings,
    mutes: Sequence[Mute],
    now: datetime,
    zone: tzinfo | None,
    *,
    paused: bool = False,
) -> Telling:
    """What to do with `alert` at `now`; `zone` is where the user's days and nights are (`None`: the computer's)."""
    mode = settings.mode(alert.rule)
    if mode is RuleMode.OFF or muted_by(alert, mutes, now) is not None:
        return Telling.LISTED
    if mode is RuleMode.DIGEST:
        return Telling.DIGEST
    critical = alert.severity is Severity.CRITICAL and settings.quiet.critical_anyway
    if paused or (is_quiet(settings.quiet, now, zone) and not critical):
        return Telling.LATER
    return Telling.NOW


def is_quiet(quiet: QuietHours, now: datetime, zone: tzinfo | None) -> bool:
    """Whether `now` lies in the quiet hours."""
    if not quiet.enabled or quiet.start == quiet.end:
        return False
    here = time_of_day(now, zone)
    if quiet.start < quiet.end:
        return quiet.start <= here < quiet.end
    return here >= quiet.start or here < quiet.end


def time_of_day(now: datetime, zone: tzinfo | None) -> time:
    """What the user's clock shows."""
    return now.astimezone(zone).time()


def unheard(
    result: PollResult | None, settings: Settings, mutes: Sequence[Mute], now: datetime
) -> dict[str, Mute | None]:
    """Open alerts that shall not colour the icon: their ids, and the mute (`None`: the rule is off)."""
    found: dict[str, Mute | None] = {}
    for alert in () if result is None else result.active:
        mute = muted_by(alert, mutes, now)
        if mute is not None or settings.mode(alert.rule) is RuleMode.OFF:
            found[alert.id] = mute
    return found
