"""Small words that the rules share: short serials, times of the gateway's day, ages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.model.alerts import Alert, DaylightProof, Evidence
from enphase_tray.model.dates import dated
from enphase_tray.model.language import tr, trn

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
        rest = len(names) - _LISTED
        return trn("{names} and {count} more", "{names} and {count} more", rest, names=", ".join(names[:_LISTED]))
    return joined(names)


def joined(names: Sequence[str]) -> str:
    """All of them in a phrase: `one`, `one and two`, `one, two and three`."""
    if len(names) > 1:
        return tr("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])
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
    day = dated("{day} {mon}", there) if there.year == today.year else dated("{day} {mon} {year}", there)
    return f"{day}, {there:%H:%M}{zone}"


def span(seconds: float) -> str:
    """A length of time in the largest unit that says enough."""
    minutes = max(0, round(seconds / 60))
    if minutes < 120:
        return tr("{minutes} min", minutes=minutes)
    hours = round(minutes / 60)
    return tr("{hours} h", hours=hours) if hours < 48 else trn("{count} day", "{count} days", round(hours / 24))


def how_sure(evidence: Evidence) -> str:
    """What says that an inverter that stands should make power now."""
    working = evidence.assessment.working
    match evidence.assessment.proof:
        case DaylightProof.NEIGHBOURS:
            return trn("One other makes power meanwhile.", "{count} others make power meanwhile.", working)
        case DaylightProof.METER:
            return tr("The production meter shows power meanwhile.")
        case DaylightProof.SUN:
            return tr("The sun is well up there; no neighbour can confirm it.")
        case DaylightProof.HOURS:
            return tr("By what was learned of this array it is its time of day; no neighbour can confirm it.")
    return tr("It was found by day.")


def between(moments: Sequence[datetime], evidence: Evidence) -> str:
    """Since the only moment, or since the first to the last where they lie apart; empty without any."""
    if not moments:
        return ""
    first, last = clock_time(min(moments), evidence), clock_time(max(moments), evidence)
    if (max(moments) - min(moments)).total_seconds() < _SAME_SECONDS:
        return tr(" since {time}", time=last)
    return tr(" since {first} to {last}", first=first, last=last)


def since_when(moment: datetime | None, evidence: Evidence) -> str:
    """As `between`, for one moment that may not be known."""
    return between(() if moment is None else (moment,), evidence)


def sentence(text: str) -> str:
    """The text with one full stop at its end."""
    return text if not text or text.endswith((".", "?")) else f"{text}."


def settled_words(alert: Alert, evidence: Evidence) -> str:
    """That the notice about these inverters is over."""
    return tr(
        "{inverters}: the notice of {time} is settled.",
        inverters=listed(alert.serials),
        time=clock_time(alert.raised_at, evidence),
    )
