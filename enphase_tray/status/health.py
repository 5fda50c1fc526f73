"""What the doctor found, in plain words: one sentence-maker for window, weekly report and evidence file."""

from dataclasses import dataclass
from datetime import datetime

from enphase_tray.alerts.words import short
from enphase_tray.analysis.doctor.diagnosis import FEW_DAYS
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, HealthReport, PanelHealth
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.status.finding_words import (
    advice_words,
    cause_in_sentence,
    cause_label,
    evidence_words,
    percent,
    since_words,
    sure_words,
)
from enphase_tray.status.words import UNKNOWN, Wording

DAYS_NEEDED = FEW_DAYS
"""Days with light after which the doctor speaks of a panel's share."""

_ORDER = {Concern.FAULT: 0, Concern.LOOK: 1, Concern.WATCH: 2, Concern.UNKNOWN: 3, Concern.WELL: 4}


@dataclass(frozen=True, slots=True)
class Price:
    """What a kWh is worth, `None` where the user has not said."""

    per_kwh: float | None = None
    currency: str = ""

    def of(self, watt_hours: float | None, wording: Wording) -> str:
        """So much energy in money: `1.05 €`; empty where it is not known."""
        if watt_hours is None or self.per_kwh is None:
            return ""
        return f"{wording.number(watt_hours / 1000.0 * self.per_kwh, 2)} {self.currency}".strip()


NO_PRICE = Price()
"""Nothing is said of money."""


@dataclass(frozen=True, slots=True)
class PanelWords:
    """One panel: what it is called, its state in a few words, and the sentences behind it (empty where none).

    `share` is of its group, `usual` that of the time before; a dash where unknown, or where it makes nothing now.
    """

    name: str
    state: str
    share: str
    usual: str
    since: str
    cost: str
    sure: str
    sentence: str
    advice: str


def panel_name(serial: str) -> str:
    """As alerts call it, by the end of its serial."""
    return tr("Panel {serial}", serial=short(serial))


def state_words(panel: PanelHealth) -> str:
    """How a panel is, in a few words; only a likely cause is named without reserve."""
    finding = panel.finding
    if finding is not None and finding.cause is Cause.WEAK and panel.concern is Concern.FAULT:
        return tr("Makes nothing")
    if finding is not None:
        label = cause_label(finding.cause)
        return (
            tr("{cause}?", cause=label)
            if finding.certainty is Certainty.UNSURE and finding.cause is not Cause.WEAK
            else label
        )
    if panel.concern is Concern.UNKNOWN:
        return tr("Not known yet")
    return tr("Well") if panel.concern is Concern.WELL else tr("A little behind")


def cost_words(watt_hours: float | None, price: Price, wording: Wording) -> str:
    """Energy lost, and money where a price is set: `4.21 kWh (1.05 €)`."""
    money = price.of(watt_hours, wording)
    energy = wording.energy(watt_hours)
    return f"{energy} ({money})" if money else energy


def panel_words(panel: PanelHealth, now: datetime, wording: Wording, price: Price) -> PanelWords:
    """All that is said of one panel."""
    finding = panel.finding
    fault = finding is not None and finding.cause not in {Cause.ASLEEP, Cause.RETIRED}
    return PanelWords(
        name=panel_name(panel.serial),
        state=state_words(panel),
        share=UNKNOWN if panel.concern is Concern.FAULT else percent(panel.share, wording),
        usual=percent(panel.usual_share, wording),
        since=since_words(finding.since if finding is not None else None, now, wording),
        cost=cost_words(finding.lost_watt_hours if finding is not None else None, price, wording),
        sure=sure_words(finding) if finding is not None and fault else "",
        sentence=explanation(panel, wording),
        advice=advice_words(finding) if finding is not None else "",
    )


def explanation(panel: PanelHealth, wording: Wording) -> str:
    """One sentence with the evidence."""
    finding = panel.finding
    if finding is not None:
        said = evidence_words(finding, panel, wording)
        if finding.cause is Cause.ASLEEP and panel.share is not None:
            share = percent(panel.share, wording)
            return f"{said} {tr('By day it makes {share} of what its group would in its place.', share=share)}"
        return said
    if panel.concern is Concern.UNKNOWN:
        return tr("Too few days with light are known of it to compare it with others.")
    if panel.share is None:
        return tr("Nothing speaks against it.")
    share = percent(panel.share, wording)
    if panel.concern is Concern.WATCH:
        return tr(
            "It makes {share} of what its group would in its place; that may be chance, so it is watched.", share=share
        )
    return tr("It makes {share} of what its group would in its place.", share=share)


def by_concern(report: HealthReport) -> tuple[PanelHealth, ...]:
    """All panels, those that matter most first; what was taken out of the system stands last."""
    return tuple(sorted(report.panels, key=_rank))


def enough_days(report: HealthReport) -> bool:
    """Whether at least one panel can be spoken of."""
    return any(panel.concern is not Concern.UNKNOWN for panel in report.panels if not is_retired(panel))


def is_retired(panel: PanelHealth) -> bool:
    """Whether it is listed only because the gateway still does."""
    return panel.finding is not None and panel.finding.cause is Cause.RETIRED


def site_concern(report: HealthReport | None) -> Concern:
    """The worst concern of any panel."""
    if report is None or not enough_days(report):
        return Concern.UNKNOWN
    known = [panel.concern for panel in report.panels if not is_retired(panel)]
    worst = min(known, key=_ORDER.__getitem__)
    return Concern.WELL if worst is Concern.UNKNOWN else worst


def site_verdict(report: HealthReport | None, now: datetime, wording: Wording) -> str:
    """How the panels are, in a sentence or two."""
    if report is None:
        return tr("The panels have not been compared yet; that takes some days with light.")
    panels = [panel for panel in by_concern(report) if not is_retired(panel)]
    if not panels:
        return tr("The gateway has not named any panel yet.")
    ill = [panel for panel in panels if panel.concern in {Concern.FAULT, Concern.LOOK}]
    whole = "" if report.site is None else f"{_of_site(report.site, now, wording)} "
    if not ill and not enough_days(report) and len(panels) > 1:
        days = min(report.usable_days, DAYS_NEEDED)
        return whole + tr("Not enough days yet: {days} of {needed} with light.", days=days, needed=DAYS_NEEDED)
    if ill:
        more = len(ill) - 1
        rest = trn(" One more needs a look.", " {count} more need a look.", more) if more else ""
        return f"{whole}{headline(ill[0], now, wording)}{rest}"
    return whole + _all_well(panels)


def headline(panel: PanelHealth, now: datetime, wording: Wording) -> str:
    """A panel of concern in one sentence: what, how much, since when, and the cause."""
    finding, name = panel.finding, panel_name(panel.serial)
    share = percent(panel.share, wording)
    if finding is None:
        return tr("{panel} makes {share} of what its group does.", panel=name, share=share)
    since = _since(finding, now, wording)
    if finding.cause is Cause.NOT_REPORTING:
        return tr("{panel} does not report{since}.", panel=name, since=since)
    because = _because(finding, wording)
    if panel.concern is Concern.FAULT:
        return tr("{panel} makes nothing{since}{because}.", panel=name, since=since, because=because)
    if panel.share is None:
        return tr("{panel} makes too little{since}{because}.", panel=name, since=since, because=because)
    if finding.since is None:
        return tr("{panel} makes {share} of what its group does{because}.", panel=name, share=share, because=because)
    before = finding.numbers.get("share_before", panel.usual_share) or 1.0
    lost = percent(max(0.0, 1.0 - panel.share / before), wording)
    return tr("{panel} lost {share}{since}{because}.", panel=name, share=lost, since=since, because=because)


_CAUSES_WITH_DOUBT = {
    Certainty.SURE: mark(", {cause}"),
    Certainty.LIKELY: mark(", probably {cause}"),
    Certainty.UNSURE: mark(", perhaps {cause}"),
}


def _because(finding: Finding, wording: Wording) -> str:
    if finding.cause is Cause.WEAK:
        return tr("; why is not known")
    return tr(_CAUSES_WITH_DOUBT[finding.certainty], cause=cause_in_sentence(finding, wording))


def _since(finding: Finding, now: datetime, wording: Wording) -> str:
    if finding.since is None:
        return ""
    return tr(" since {time}", time=since_words(finding.since, now, wording))


def _rank(panel: PanelHealth) -> tuple[bool, int, float, float, str]:
    lost = panel.finding.lost_watt_hours if panel.finding is not None else None
    share = 1.0 if panel.share is None else panel.share
    return is_retired(panel), _ORDER[panel.concern], -(lost or 0.0), share, panel.serial


def _all_well(panels: list[PanelHealth]) -> str:
    count = len(panels)
    watched = sum(panel.concern is Concern.WATCH for panel in panels)
    unknown = sum(panel.concern is Concern.UNKNOWN for panel in panels)
    if count == 1 and unknown:
        return tr("A single panel has no others to be compared with; what it says and reports is watched.")
    if count == 1 and watched:
        return tr("The panel is a little behind; it is watched.")
    if count == 1:
        return tr("The panel does what it usually does.")
    if unknown:
        return trn(
            "{known} of {total} panels do what their group does; too little is known of the other yet.",
            "{known} of {total} panels do what their group does; too little is known of the other {count} yet.",
            unknown,
            known=count - unknown,
            total=count,
        )
    if watched:
        return trn(
            "No panel needs a look; {count} of {total} is a little behind.",
            "No panel needs a look; {count} of {total} are a little behind.",
            watched,
            total=count,
        )
    return trn("The {count} panel does what its group does.", "All {count} panels do what their group does.", count)


def _of_site(finding: Finding, now: datetime, wording: Wording) -> str:
    text = _ALL_ALIKE.get(finding.cause, mark("All panels suffer alike{since}: {cause}"))
    said = tr(text, since=_since(finding, now, wording), cause=cause_in_sentence(finding, wording))
    return tr("{sentence}, as it seems.", sentence=said) if finding.certainty is Certainty.UNSURE else f"{said}."


_ALL_ALIKE = {
    Cause.SNOW: mark("Snow lies on the panels{since}"),
    Cause.WEATHER: mark("Dark weather holds all panels down{since}"),
    Cause.CURTAILED: mark("All panels are held back by the grid or by command{since}"),
    Cause.CLIPPING: mark("Inverters run at their own limit{since}"),
    Cause.GRID_TRIP: mark("The grid switches the panels off again and again{since}"),
}
