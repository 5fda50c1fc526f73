"""Findings of the doctor in plain words: what a cause is called, what speaks for it, how sure it is, what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from enphase_tray.model.dates import dated
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, PanelHealth
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.status_words import phrase
from enphase_tray.status.words import UNKNOWN, Wording

_LABELS = {
    Cause.ASLEEP: mark("Asleep"),
    Cause.RETIRED: mark("Retired"),
    Cause.NOT_REPORTING: mark("Does not report"),
    Cause.NO_DC: mark("No power from panel"),
    Cause.INVERTER_FAULT: mark("Inverter fault"),
    Cause.GRID_TRIP: mark("Switched off by the grid"),
    Cause.SHADE: mark("Shade"),
    Cause.SOILING: mark("Soiling or ageing"),
    Cause.CURTAILED: mark("Held back"),
    Cause.CLIPPING: mark("At the inverter's limit"),
    Cause.SNOW: mark("Snow"),
    Cause.WEATHER: mark("Dark weather"),
    Cause.WEAK: mark("Weak"),
}
_IN_SENTENCE = {
    Cause.ASLEEP: mark("asleep"),
    Cause.RETIRED: mark("retired"),
    Cause.NOT_REPORTING: mark("does not report"),
    Cause.NO_DC: mark("no power from panel"),
    Cause.INVERTER_FAULT: mark("inverter fault"),
    Cause.GRID_TRIP: mark("switched off by the grid"),
    Cause.SHADE: mark("shade"),
    Cause.SOILING: mark("soiling or ageing"),
    Cause.CURTAILED: mark("held back"),
    Cause.CLIPPING: mark("at the inverter's limit"),
    Cause.SNOW: mark("snow"),
    Cause.WEATHER: mark("dark weather"),
    Cause.WEAK: mark("weak"),
}
"""As it stands in the middle of a sentence."""
_ADVICE = {
    Cause.ASLEEP: mark("Nothing: it wakes with the light."),
    Cause.RETIRED: mark("Nothing: it was taken out of the system."),
    Cause.NOT_REPORTING: mark(
        "Look at its breaker. It may go on making power unseen; if it stays silent for more than "
        "a day or two, tell your installer."
    ),
    Cause.NO_DC: mark(
        "Look whether something covers the panel; otherwise its connectors are a matter for your installer."
    ),
    Cause.INVERTER_FAULT: mark("Tell your installer: inverters have long warranties, and the evidence file helps."),
    Cause.GRID_TRIP: mark("If it comes back for weeks, ask your installer to measure the voltage at the roof."),
    Cause.SHADE: mark("Look from its place towards the sun at these hours: a branch or an aerial may be in the way."),
    Cause.SOILING: mark("Look whether the panel is dirty; where rain does not help, have it cleaned."),
    Cause.CURTAILED: mark("Nothing is wrong with the panel: the grid's rules or a command hold it back."),
    Cause.CLIPPING: mark("Nothing: the panel could give more than its inverter takes, as many are planned to."),
    Cause.SNOW: mark("Nothing: it slides or melts off by itself. Do not climb on the roof."),
    Cause.WEATHER: mark("Nothing: it passes."),
    Cause.WEAK: mark(
        "Look for leaves, dirt or something new that throws a shadow; if there is none, your installer can "
        "use the evidence file."
    ),
}


def cause_label(cause: Cause) -> str:
    """A cause in a few words."""
    return tr(_LABELS[cause])


def advice_words(finding: Finding) -> str:
    """What to do about it."""
    return tr(_ADVICE[finding.cause])


def sure_words(finding: Finding) -> str:
    """How sure the cause is."""
    if finding.cause is Cause.WEAK:
        sure = finding.certainty is Certainty.SURE
        return tr("That it is weak is sure, why is not.") if sure else tr("Why is not known.")
    match finding.certainty:
        case Certainty.SURE:
            return tr("Sure: nothing else fits.")
        case Certainty.LIKELY:
            return tr("Likely.")
    return tr("Not sure: too little speaks for one cause yet.")


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
    return dated("{day} {mon}", there) if there.year == here.year else dated("{day} {mon} {year}", there)


def hour_words(hour: float) -> str:
    """An hour of the day as a clock shows it: 15.5 is `15:30`."""
    minutes = round(hour * 60) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def cause_in_sentence(finding: Finding, wording: Wording) -> str:
    """The cause as it stands in the middle of a sentence, shade with its hours."""
    hours = _hours(finding.numbers)
    if finding.cause is Cause.SHADE and hours:
        return tr("shade between {start} and {end}", start=hours[0], end=hours[1])
    return tr(_IN_SENTENCE[finding.cause])


def evidence_words(finding: Finding, panel: PanelHealth, wording: Wording) -> str:
    """What speaks for the cause, in a sentence, and what the device says of itself."""
    said = _EVIDENCE[finding.cause](_Figures(panel, finding.numbers, wording))
    told = phrase(finding.words)
    return f"{said} {tr('It says: {words}.', words=told)}" if told else said


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
            return tr("It makes less than its group.")
        if not self.before or self.before == self.share:
            return tr("It makes {share} of what its group would in its place.", share=self.share)
        return tr(
            "It makes {share} of what its group would in its place; before it was {before}.",
            share=self.share,
            before=self.before,
        )

    @property
    def stands(self) -> bool:
        """Whether the panel makes nothing now, or is not heard of; its shares are of the days before."""
        return self.panel.concern is Concern.FAULT


def _asleep(figures: _Figures) -> str:
    return tr("It sleeps, as panels do without light.")


def _not_reporting(figures: _Figures) -> str:
    return tr("Its reports do not reach the gateway, which they do through the power line, while its neighbours' do.")


def _no_dc(figures: _Figures) -> str:
    volts = figures.number("dc_volts", 1, "V")
    if volts:
        said = tr("It gets only {volts} from its panel while its neighbours make power.", volts=volts)
    else:
        said = tr("It gets too little from its panel while its neighbours make power.")
    return said if figures.stands else f"{said} {figures.of_group}"


def _inverter_fault(figures: _Figures) -> str:
    volts = figures.number("dc_volts", 1, "V")
    if not figures.stands:
        return f"{tr('It tells of a fault of its own on several days.')} {figures.of_group}"
    if volts:
        return tr("It gets {volts} from its panel and yet makes nothing, while its neighbours make power.", volts=volts)
    return tr("It has light and yet makes nothing, while its neighbours make power.")


def _grid_trip(figures: _Figures) -> str:
    if figures.stands:
        return tr("It has switched itself off, because it finds the grid out of its limits.")
    return f"{tr('It switches itself off when the grid leaves its limits, and comes back.')} {figures.of_group}"


def _shade(figures: _Figures) -> str:
    hours = _hours(figures.numbers)
    if hours is None:
        return f"{tr('It loses at the same hours each day.')} {figures.of_group}"
    said = tr(
        "It loses between {start} and {end} each day and does its part at other hours.", start=hours[0], end=hours[1]
    )
    return f"{said} {figures.of_group}"


def _soiling(figures: _Figures) -> str:
    days = figures.numbers.get("days")
    over = "" if days is None else trn(" over {count} day", " over {count} days", round(days))
    if figures.share and figures.before:
        return tr(
            "Its share sank slowly{over}, from {before} to {share}, at all hours alike.",
            over=over,
            before=figures.before,
            share=figures.share,
        )
    return tr("Its share sinks slowly{over}, at all hours alike.", over=over)


def _curtailed(figures: _Figures) -> str:
    if figures.stands:
        return tr("It makes nothing, by command or because the grid's rules hold it back.")
    return _plateau(figures)


def _plateau(figures: _Figures) -> str:
    limit = figures.number("plateau_watts", 0, "W")
    if not limit:
        return tr("Its power stays at the same height day after day, while the light goes on rising.")
    return tr(
        "Its power stays at the same height of {watts} day after day, while the light goes on rising.", watts=limit
    )


def _weak(figures: _Figures) -> str:
    if figures.stands:
        return tr("It reports, but makes nothing while its neighbours do, and nothing tells why.")
    if not figures.panel.days and figures.share:
        return tr(
            "Over a week it made {share} of what most others did, by the gateway's own counters; whether its place on "
            "the roof explains that shows after some days with light.",
            share=figures.share,
        )
    return f"{figures.of_group} {tr('Neither its words nor the hours tell why.')}"


_EVIDENCE: Mapping[Cause, Callable[[_Figures], str]] = {
    Cause.ASLEEP: _asleep,
    Cause.RETIRED: lambda figures: tr("The gateway still lists it, but as one that was removed."),
    Cause.NOT_REPORTING: _not_reporting,
    Cause.NO_DC: _no_dc,
    Cause.INVERTER_FAULT: _inverter_fault,
    Cause.GRID_TRIP: _grid_trip,
    Cause.SHADE: _shade,
    Cause.SOILING: _soiling,
    Cause.CURTAILED: _curtailed,
    Cause.CLIPPING: _plateau,
    Cause.SNOW: lambda figures: tr("It makes next to nothing, as all do; panels come back one by one."),
    Cause.WEATHER: lambda figures: tr("All panels make little alike."),
    Cause.WEAK: _weak,
}


def _hours(numbers: Mapping[str, float]) -> tuple[str, str] | None:
    start, end = numbers.get("hour_from"), numbers.get("hour_to")
    return None if start is None or end is None else (hour_words(start), hour_words(end))
