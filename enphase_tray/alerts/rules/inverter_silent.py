"""An inverter no longer reports by day while its neighbours do."""

from collections.abc import Iterable, Sequence

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import in_state, recovered
from enphase_tray.alerts.words import clock_time, listed, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.readings import InverterState


class InverterSilent(Rule):
    """The tracker has already been patient, so it is told at the second poll that finds it."""

    name = "inverter_silent"
    label = "An inverter stops reporting"
    severity = Severity.WARNING
    raise_after_polls = 2
    grouped = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        if evidence.snapshot is None:
            return
        for inverter in in_state(evidence, evidence.snapshot, InverterState.SILENT):
            yield Condition(
                rule=self.name,
                key=inverter.serial,
                severity=self.severity,
                serials=(inverter.serial,),
                title=f"Inverter {short(inverter.serial)} does not report",
                body="",
                since=inverter.last_report_at,
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(sorted(c.key for c in conditions))
        last = max((c.since for c in conditions if c.since is not None), default=None)
        when = f" since {clock_time(last, evidence)}" if last is not None else ""
        advice = (
            "It may still make power and only be hard to hear over the power line, or it may be off; if it stays "
            "silent for a sunny day, call your installer."
        )
        if len(conditions) == 1:
            title = conditions[0].title
            fact = f"The gateway has not heard it{when} while its neighbours report"
        else:
            title = f"{len(conditions)} inverters do not report"
            fact = f"The gateway has not heard {listed(serials)}{when} while their neighbours report"
            advice = (
                "They may still make power and only be hard to hear over the power line, or they may be off; if they "
                "stay silent for a sunny day, call your installer."
            )
        return Condition(self.name, serials[0], self.severity, serials, title, f"{fact}. {advice}", last)

    def settled(self, evidence: Evidence, key: str) -> bool:
        return recovered(evidence, key)

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        body = f"{listed(alert.serials)}: the notice of {clock_time(alert.raised_at, evidence)} is settled."
        if len(alert.serials) == 1:
            return f"Inverter {short(alert.serials[0])} reports again", body
        return f"{len(alert.serials)} inverters report again", body
