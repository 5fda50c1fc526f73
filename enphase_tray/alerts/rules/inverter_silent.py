"""An inverter no longer reports by day while its neighbours do."""

from collections.abc import Iterable, Sequence

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import BACK_SECONDS, awaits_relay, in_state, recovered
from enphase_tray.alerts.words import between, how_sure, listed, settled_words, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import InverterState


class InverterSilent(Rule):
    """The tracker has already been patient, so it is told at the second poll that finds it."""

    name = "inverter_silent"
    label = mark("An inverter stops reporting")
    severity = Severity.WARNING
    raise_after_polls = 2
    rearm_seconds = 4 * 3600.0
    keeps_words = True
    grouped = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        if evidence.snapshot is None:
            return
        silent = in_state(evidence, evidence.snapshot, InverterState.SILENT)
        if silent and awaits_relay(evidence, evidence.snapshot):
            return
        for inverter in silent:
            yield Condition(
                rule=self.name,
                key=inverter.serial,
                severity=self.severity,
                serials=(inverter.serial,),
                title=tr("Inverter {serial} does not report", serial=short(inverter.serial)),
                body="",
                since=inverter.last_report_at or evidence.assessment.since.get(inverter.serial),
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(sorted(c.key for c in conditions))
        last = [c.since for c in conditions if c.since is not None]
        when = between(last, evidence)
        if len(conditions) == 1:
            title = conditions[0].title
            fact = tr("The gateway has not heard it{when}.", when=when)
            advice = tr(
                "It may still make power and only be hard to hear over the power line, or it may be off; if it stays "
                "silent for a sunny day, call your installer."
            )
        else:
            title = trn("{count} inverter does not report", "{count} inverters do not report", len(conditions))
            fact = tr("The gateway has not heard {inverters}{when}.", inverters=listed(serials), when=when)
            advice = tr(
                "They may still make power and only be hard to hear over the power line, or they may be off; if they "
                "stay silent for a sunny day, call your installer."
            )
        body = f"{fact} {how_sure(evidence)} {advice}"
        return Condition(self.name, serials[0], self.severity, serials, title, body, max(last, default=None))

    def settled(self, evidence: Evidence, key: str) -> bool:
        return recovered(evidence, key)

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """One report among silence is not the end of it."""
        return BACK_SECONDS

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        title = trn(
            "Inverter {serial} reports again",
            "{count} inverters report again",
            len(alert.serials),
            serial=listed(alert.serials),
        )
        return title, settled_words(alert, evidence)
