"""A panel makes lastingly less than its group: told by its energy over days, never by its watts of the moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import earliest
from enphase_tray.alerts.words import clock_time, listed, local, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.dates import dated
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, PanelHealth
from enphase_tray.model.language import mark, tr, trn

_SPEAKS_FROM = 0.6
"""The limit is the loss that shall not be missed; what is measured scatters, so smaller ones are told from here on."""
_CAUSES = {
    Cause.SHADE: mark("shade"),
    Cause.SOILING: mark("dirt or ageing, as it came slowly"),
    Cause.CURTAILED: mark("it is held back, as its power stays at one height"),
    Cause.CLIPPING: mark("its inverter's limit"),
    Cause.GRID_TRIP: mark("it switches itself off now and then because of the grid"),
    Cause.INVERTER_FAULT: mark("a fault of its inverter, which it tells itself"),
    Cause.NO_DC: mark("too little power from the panel, which its inverter tells itself"),
}
_ADVICE = {
    Cause.SHADE: mark("Look for something new that throws a shadow on it at that time."),
    Cause.SOILING: mark("Look whether it is dirty; if cleaning does not help, show your installer its evidence file."),
    Cause.CURTAILED: mark("If nobody ordered that, ask your installer."),
    Cause.GRID_TRIP: mark("If it lasts for weeks, ask your installer to measure the voltage at the roof."),
    Cause.INVERTER_FAULT: mark("Show your installer its evidence file."),
}
_LOOK = mark("Look for dirt, leaves or a shadow; if there is none, show your installer its evidence file.")
_SURENESS = {
    Certainty.SURE: mark("Surely {cause}."),
    Certainty.LIKELY: mark("Most likely {cause}."),
    Certainty.UNSURE: mark("Not sure, perhaps {cause}."),
}


class PanelWeak(Rule):
    """The doctor waits for some days with light before it asks for a look, and again before it takes that back."""

    name = "panel_weak"
    label = mark("A panel makes less than its group")
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
                title=tr(
                    "Panel {serial} makes {percent} % less than its group",
                    serial=short(panel.serial),
                    percent=round(100.0 * lost),
                ),
                body=f"{_since(finding, evidence)} {_why(finding)} {tr(_ADVICE.get(finding.cause, _LOOK))}",
                since=finding.since,
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        if len(conditions) == 1:
            return conditions[0]
        serials = tuple(sorted(condition.key for condition in conditions))
        since = earliest(conditions)
        if since is None:
            which = tr("{panels}, on all days that are known.", panels=listed(serials))
        else:
            which = tr("{panels}, the first since {day}.", panels=listed(serials), day=_day(since, evidence))
        where = tr("Health shows for each why, how sure that is, and what it cost.")
        return Condition(
            rule=self.name,
            key=serials[0],
            severity=self.severity,
            serials=serials,
            title=trn(
                "{count} panel makes less than its group", "{count} panels make less than their group", len(serials)
            ),
            body=f"{which} {where} {tr(_LOOK)}",
            since=since,
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        health = evidence.health
        panel = None if health is None else health.panel(key)
        if panel is None:
            return health is not None and bool(health.panels)  # others are known, this one no more
        return panel.concern in (Concern.WELL, Concern.WATCH)

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        time, panels, count = clock_time(alert.raised_at, evidence), listed(alert.serials), len(alert.serials)
        title = trn("Panel {panels} does its part again", "{count} panels do their part again", count, panels=panels)
        body = trn(
            "The notice of {time} is settled: its share was back for some days.",
            "The notice of {time} is settled: {panels}.",
            count,
            time=time,
            panels=panels,
        )
        return title, body


def _lost(panel: PanelHealth, finding: Finding) -> float | None:
    """Which part of what it should make is missing."""
    share = finding.numbers.get("share", panel.share)
    before = finding.numbers.get("share_before", 1.0)
    return None if share is None or before <= 0.0 else max(0.0, 1.0 - share / before)


def _since(finding: Finding, evidence: Evidence) -> str:
    if finding.since is not None:
        day = _day(finding.since, evidence)
        return tr("So it has been since about {day}, by its energy on days with good light.", day=day)
    days = finding.numbers.get("days")
    if days is None:
        return tr("So it was on all days that are known.")
    return trn(
        "So it was on all days that are known (the last {count} day).",
        "So it was on all days that are known (the last {count} days).",
        round(days),
    )


def _day(moment: datetime, evidence: Evidence) -> str:
    return dated("{day} {mon}", local(moment, evidence))


def _why(finding: Finding) -> str:
    if finding.cause not in _CAUSES:
        return tr("That it is so is sure; neither the hours nor its words tell why.")
    cause = tr(_CAUSES[finding.cause])
    begin, end = finding.numbers.get("hour_from"), finding.numbers.get("hour_to")
    if finding.cause is Cause.SHADE and begin is not None and end is not None:
        cause = tr(
            "shade between {start} and {end}, for its other hours are as they should be",
            start=_hour(begin),
            end=_hour(end),
        )
    return tr(_SURENESS[finding.certainty], cause=cause)


def _hour(hour: float) -> str:
    minutes = round(hour * 60.0) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
