"""Findings of the doctor in plain words: what a cause is called, what speaks for it, how sure it is, what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from enphase_tray.model.health import Cause, Certainty, Concern, Finding, PanelHealth
from enphase_tray.model.status_words import describe_words
from enphase_tray.status.words import UNKNOWN, Wording

_LABELS = {
    Cause.ASLEEP: "Asleep",
    Cause.RETIRED: "Retired",
    Cause.NOT_REPORTING: "Does not report",
    Cause.NO_DC: "No power from panel",
    Cause.INVERTER_FAULT: "Inverter fault",
    Cause.GRID_TRIP: "Switched off by the grid",
    Cause.SHADE: "Shade",
    Cause.SOILING: "Soiling or ageing",
    Cause.CURTAILED: "Held back",
    Cause.CLIPPING: "At the inverter's limit",
    Cause.SNOW: "Snow",
    Cause.WEATHER: "Dark weather",
    Cause.WEAK: "Weak",
}
_ADVICE = {
    Cause.ASLEEP: "Nothing: it wakes with the light.",
    Cause.RETIRED: "Nothing: it was taken out of the system.",
    Cause.NOT_REPORTING: "Look at its breaker. It may go on making power unseen; if it stays silent for more than "
    "a day or two, tell your installer.",
    Cause.NO_DC: "Look whether something covers the panel; otherwise its connectors are a matter for your installer.",
    Cause.INVERTER_FAULT: "Tell your installer: inverters have long warranties, and the evidence file helps.",
    Cause.GRID_TRIP: "If it comes back for weeks, ask your installer to measure the voltage at the roof.",
    Cause.SHADE: "Look from its place towards the sun at these hours: a branch or an aerial may be in the way.",
    Cause.SOILING: "Look whether the panel is dirty; where rain does not help, have it cleaned.",
    Cause.CURTAILED: "Nothing is wrong with the panel: the grid's rules or a command hold it back.",
    Cause.CLIPPING: "Nothing: the panel could give more than its inverter takes, as many are planned to.",
    Cause.SNOW: "Nothing: it slides or melts off by itself. Do not climb on the roof.",
    Cause.WEATHER: "Nothing: it passes.",
    Cause.WEAK: "Look for leaves, dirt or something new that throws a shadow; if there is none, your installer can "
    "use the evidence file.",
}


def cause_label(cause: Cause) -> str:
    """A cause in a few words."""
    return _LABELS[cause]


def advice_words(finding: Finding) -> str:
    """What to do about it."""
    return _ADVICE[finding.cause]


def sure_words(finding: Finding) -> str:
    """How sure the cause is."""
    if finding.cause is Cause.WEAK:
        return "That it is weak is sure, why is not." if finding.certainty is Certainty.SURE else "Why is not known."
    return {
        Certainty.SURE: "Sure: nothing else fits.",
        Certainty.LIKELY: "Likely.",
        Certainty.UNSURE: "Not sure: too little speaks for one cause yet.",
    }[finding.certainty]


def percent(share: float | None, wording: Wording) -> str:
    """A share as whole per cents, a dash where unknown."""
    return UNKNOWN if share is None else f"{wording.number(share * 100.0, 0)} %"


def since_words(at: datetime | None, now: datetime, wording: Wording) -> str:
    """The day, on the same day the time: `12 Jun`, `10:40`; a dash where unknown."""
    if at is None:
        return UNKNOWN
    there, here = at.astimezone(wording.zone), now.astimezone(wording.zone)
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b}" if there.year == here.year else f"{there.day} {there:%b %Y}"


def hour_words(hour: float) -> str:
    """An hour of the day as a clock shows it: 15.5 is `15:30`."""
    minutes = round(hour * 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def cause_in_sentence(finding: Finding, wording: Wording) -> str:
    """The cause as it stands in the middle of a sentence, shade with its hours."""
    hours = _hours(finding.numbers)
    if finding.cause is Cause.SHADE and hours:
        return f"shade between {hours[0]} and {hours[1]}"
    label = cause_label(finding.cause)
    return label[:1].lower() + label[1:]


def evidence_words(finding: Finding, panel: PanelHealth, wording: Wording) -> str:
    """What speaks for the cause, in a sentence, and what the device says of itself."""
    said = _EVIDENCE[finding.cause](_Figures(panel, finding.numbers, wording))
    told = describe_words(finding.words) if finding.words else None
    return said if told is None else f"{said} It says: {told[:1].lower()}{told[1:]}."


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures behind a finding, each in words or empty."""

    panel: PanelHealth
    numbers: Mapping[str, float]
    wording: Wording

    def number(self, name: str, decimals: int, unit: str) -> str:
        value = self.numbers.get(name)
        return "" if value is None else f"{self.wording.number(value, decimals)} {unit}"

    @property
    def share(self) -> str:
        share = self.numbers.get("share", self.panel.share)
        return "" if share is None else percent(share, self.wording)

    @property
    def before(self) -> str:
        before = self.numbers.get("share_before", self.panel.usual_share)
        return "" if before is None else percent(before, self.wording)

    @property
    def of_group(self) -> str:
        """`It makes 66 % of what its group would in its place, 97 % before.`"""
        if not self.share:
            return "It makes less than its group."
        before = f"; before it was {self.before}" if self.before and self.before != self.share else ""
        return f"It makes {self.share} of what its group would in its place{before}."

    @property
    def stands(self) -> bool:
        """Whether the panel makes nothing now, or is not heard of; its shares are of the days before."""
        return self.panel.concern is Concern.FAULT


def _asleep(figures: _Figures) -> str:
    return "It sleeps, as panels do without light."


def _not_reporting(figures: _Figures) -> str:
    return "Its reports do not reach the gateway, which they do through the power line, while its neighbours' do."


def _no_dc(figures: _Figures) -> str:
    volts = figures.number("dc_volts", 1, "V")
    got = f"gets only {volts}" if volts else "gets too little"
    said = f"It {got} from its panel while its neighbours make power."
    return said if figures.stands else f"{said} {figures.of_group}"


def _inverter_fault(figures: _Figures) -> str:
    volts = figures.number("dc_volts", 1, "V")
    if not figures.stands:
        return f"It tells of a fault of its own on several days. {figures.of_group}"
    got = f"It gets {volts} from its panel and yet" if volts else "It has light and yet"
    return f"{got} makes nothing, while its neighbours make power."


def _grid_trip(figures: _Figures) -> str:
    if figures.stands:
        return "It has switched itself off, because it finds the grid out of its limits."
    return f"It switches itself off when the grid leaves its limits, and comes back. {figures.of_group}"


def _shade(figures: _Figures) -> str:
    hours = _hours(figures.numbers)
    if hours is None:
        return f"It loses at the same hours each day. {figures.of_group}"
    return f"It loses between {hours[0]} and {hours[1]} each day and does its part at other hours. {figures.of_group}"


def _soiling(figures: _Figures) -> str:
    days = figures.number("days", 0, "days")
    over = f" over {days}" if days else ""
    if figures.share and figures.before:
        return f"Its share sank slowly{over}, from {figures.before} to {figures.share}, at all hours alike."
    return f"Its share sinks slowly{over}, at all hours alike."


def _curtailed(figures: _Figures) -> str:
    if figures.stands:
        return "It makes nothing, by command or because the grid's rules hold it back."
    return _plateau(figures)


def _plateau(figures: _Figures) -> str:
    limit = figures.number("plateau_watts", 0, "W")
    height = f" of {limit}" if limit else ""
    return f"Its power stays at the same height{height} day after day, while the light goes on rising."


def _weak(figures: _Figures) -> str:
    if figures.stands:
        return "It reports, but makes nothing while its neighbours do, and nothing tells why."
    if not figures.panel.days and figures.share:
        return (
            f"Over a week it made {figures.share} of what most others did, by the gateway's own counters; whether "
            "its place on the roof explains that shows after some days with light."
        )
    return f"{figures.of_group} Neither its words nor the hours tell why."


_EVIDENCE: Mapping[Cause, Callable[[_Figures], str]] = {
    Cause.ASLEEP: _asleep,
    Cause.RETIRED: lambda figures: "The gateway still lists it, but as one that was removed.",
    Cause.NOT_REPORTING: _not_reporting,
    Cause.NO_DC: _no_dc,
    Cause.INVERTER_FAULT: _inverter_fault,
    Cause.GRID_TRIP: _grid_trip,
    Cause.SHADE: _shade,
    Cause.SOILING: _soiling,
    Cause.CURTAILED: _curtailed,
    Cause.CLIPPING: _plateau,
    Cause.SNOW: lambda figures: "It makes next to nothing, as all do; panels come back one by one.",
    Cause.WEATHER: lambda figures: "All panels make little alike.",
    Cause.WEAK: _weak,
}


def _hours(numbers: Mapping[str, float]) -> tuple[str, str] | None:
    start, end = numbers.get("hour_from"), numbers.get("hour_to")
    return None if start is None or end is None else (hour_words(start), hour_words(end))
