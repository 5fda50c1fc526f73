"""Small words that the rules share: short serials, times of the gateway's day, ages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.model.alerts import DaylightProof, Evidence

_SHORT = 5
_LISTED = 5
_SAME_SECONDS = 2400.0


def short(serial: str) -> str:
    """The last five digits of a serial, as stickers and maps are read."""
    return serial[-_SHORT:]


def listed(serials: Sequence[str]) -> str:
    """Up to five short serials in a phrase, the rest counted."""
    names = [short(serial) for serial in serials]
    if len(names) > _LISTED:
        return f"{', '.join(names[:_LISTED])} and {len(names) - _LISTED} more"
    if len(names) > 1:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return "".join(names)


def local(moment: datetime, evidence: Evidence) -> datetime:
    """The moment in the gateway's zone; in UTC where that is unknown."""
    name = (evidence.snapshot.timezone if evidence.snapshot is not None else None) or evidence.timezone
    try:
        return moment.astimezone(ZoneInfo(name) if name else UTC)
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(UTC)


def clock_time(moment: datetime, evidence: Evidence) -> str:
    """Time of day, with the date where that is not today, and the zone where it is not the gateway's."""
    there = local(moment, evidence)
    today = local(evidence.at, evidence).date()
    zone = " UTC" if there.tzinfo is UTC else ""
    if there.date() == today:
        return f"{there:%H:%M}{zone}"
    year = f" {there.year}" if there.year != today.year else ""
    return f"{there.day} {there:%b}{year}, {there:%H:%M}{zone}"


def span(seconds: float) -> str:
    """A length of time in the largest unit that says enough."""
    minutes = max(0, round(seconds / 60))
    if minutes < 120:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def how_sure(evidence: Evidence) -> str:
    """What says that an inverter that stands should make power now."""
    working = evidence.assessment.working
    match evidence.assessment.proof:
        case DaylightProof.NEIGHBOURS:
            return "One other makes power meanwhile." if working == 1 else f"{working} others make power meanwhile."
        case DaylightProof.METER:
            return "The production meter shows power meanwhile."
        case DaylightProof.SUN:
            return "The sun is well up there; no neighbour can confirm it."
        case DaylightProof.HOURS:
            return "By what was learned of this array it is its time of day; no neighbour can confirm it."
    return "It was found by day."


def between(moments: Sequence[datetime], evidence: Evidence) -> str:
    """Since the only moment, or since the first to the last where they lie apart; empty without any."""
    if not moments:
        return ""
    first, last = clock_time(min(moments), evidence), clock_time(max(moments), evidence)
    if (max(moments) - min(moments)).total_seconds() < _SAME_SECONDS:
        return f" since {last}"
    return f" since {first} to {last}"


def sentence(text: str) -> str:
    """The text with one full stop at its end."""
    return text if not text or text.endswith((".", "?")) else f"{text}."
