"""A panel makes lastingly less than its group: told by its energy over days, never by its watts of the moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import earliest
from enphase_tray.alerts.words import clock_time, listed, local, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, PanelHealth

_SPEAKS_FROM = 0.6
"""The limit is the loss that shall not be missed; what is measured scatters, so smaller ones are told from here on."""
_CAUSES = {
    Cause.SHADE: "shade",
    Cause.SOILING: "dirt or ageing, as it came slowly",
    Cause.CURTAILED: "it is held back, as its power stays at one height",
    Cause.CLIPPING: "its inverter's limit",
    Cause.GRID_TRIP: "it switches itself off now and then because of the grid",
    Cause.INVERTER_FAULT: "a fault of its inverter, which it tells itself",
    Cause.NO_DC: "too little power from the panel, which its inverter tells itself",
}
_ADVICE = {
    Cause.SHADE: "Look for something new that throws a shadow on it at that time",
    Cause.SOILING: "Look whether it is dirty; if cleaning does not help, show your installer its evidence file",
    Cause.CURTAILED: "If nobody ordered that, ask your installer",
    Cause.GRID_TRIP: "If it lasts for weeks, ask your installer to measure the voltage at the roof",
    Cause.INVERTER_FAULT: "Show your installer its evidence file",
}
_LOOK = "Look for dirt, leaves or a shadow; if there is none, show your installer its evidence file"
_SURENESS = {Certainty.SURE: "Surely", Certainty.LIKELY: "Most likely", Certainty.UNSURE: "Not sure, perhaps"}


class PanelWeak(Rule):
    """The doctor waits for some days with light before it asks for a look, and again before it takes that back."""

    name = "panel_weak"
    label = "A panel makes less than its group"
    severity = Severity.WARNING
    grouped = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        for panel in () if evidence.health is None else evidence.health.panels:
            finding = panel.finding
            if panel.concern is not Concern.LOOK or finding is None:
                continue
            lost = _lost(panel, finding)
            if lost is None or 100.0 * lost < _SPEAKS_FROM * evidence.limits.weak_percent:
                continue
            yield Condition(
                rule=self.name,
                key=panel.serial,
                severity=self.severity,
                serials=(panel.serial,),
                title=f"Panel {short(panel.serial)} makes {round(100.0 * lost)} % less than its group",
                body=f"{_since(finding, evidence)} {_why(finding)} {_ADVICE.get(finding.cause, _LOOK)}.",
                since=finding.since,
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        if len(conditions) == 1:
            return conditions[0]
        serials = tuple(sorted(condition.key for condition in conditions))
        since = earliest(conditions)
        when = ", on all days that are known" if since is None else f", the first since {_day(since, evidence)}"
        return Condition(
            rule=self.name,
            key=serials[0],
            severity=self.severity,
            serials=serials,
            title=f"{len(serials)} panels make less than their group",
            body=f"{listed(serials)}{when}. Health shows for each why, how sure that is, and what it cost. {_LOOK}.",
            since=since,
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        health = evidence.health
        panel = None if health is None else health.panel(key)
        if panel is None:
            return health is not None and bool(health.panels)  # others are known, this one no more
        return panel.concern in (Concern.WELL, Concern.WATCH)

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        told = f"The notice of {clock_time(alert.raised_at, evidence)} is settled"
        if len(alert.serials) == 1:
            return f"Panel {short(alert.serials[0])} does its part again", f"{told}: its share was back for some days."
        return f"{len(alert.serials)} panels do their part again", f"{told}: {listed(alert.serials)}."


def _lost(panel: PanelHealth, finding: Finding) -> float | None:
    """Which part of what it should make is missing."""
    share = finding.numbers.get("share", panel.share)
    before = finding.numbers.get("share_before", 1.0)
    return None if share is None or before <= 0.0 else max(0.0, 1.0 - share / before)


def _since(finding: Finding, evidence: Evidence) -> str:
    if finding.since is not None:
        return f"So it has been since about {_day(finding.since, evidence)}, by its energy on days with good light."
    days = finding.numbers.get("days")
    over = "" if days is None else f" (the last {round(days)} days)"
    return f"So it was on all days that are known{over}."


def _day(moment: datetime, evidence: Evidence) -> str:
    there = local(moment, evidence)
    return f"{there.day} {there:%b}"


def _why(finding: Finding) -> str:
    if finding.cause not in _CAUSES:
        return "That it is so is sure; neither the hours nor its words tell why."
    what = _CAUSES[finding.cause]
    begin, end = finding.numbers.get("hour_from"), finding.numbers.get("hour_to")
    if finding.cause is Cause.SHADE and begin is not None and end is not None:
        what = f"shade between {_hour(begin)} and {_hour(end)}, for its other hours are as they should be"
    return f"{_SURENESS[finding.certainty]} {what}."


def _hour(hour: float) -> str:
    minutes = round(hour * 60.0) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
