"""An inverter reports, but makes nothing while its neighbours make power."""

from collections.abc import Iterable, Sequence

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import BACK_SECONDS, awaits_relay, earliest, in_state, recovered
from enphase_tray.alerts.words import between, how_sure, listed, settled_words, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import InverterReading, InverterState
from enphase_tray.model.status_words import phrase

_NO_SUN = "pcu_ctrl.dc-pwr-low"


class InverterStopped(Rule):
    """The tracker has already waited for several reports, so it is told at the second poll that finds it."""

    name = "inverter_stopped"
    label = mark("An inverter makes nothing")
    severity = Severity.WARNING
    raise_after_polls = 2
    rearm_seconds = 4 * 3600.0
    keeps_words = True
    grouped = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        if evidence.snapshot is None:
            return
        stopped = in_state(evidence, evidence.snapshot, InverterState.STOPPED)
        if stopped and awaits_relay(evidence, evidence.snapshot):
            return
        for inverter in stopped:
            serial = inverter.serial
            yield Condition(
                rule=self.name,
                key=serial,
                severity=self.severity,
                serials=(serial,),
                title=tr("Inverter {serial} makes nothing", serial=short(serial)),
                body=_advice(inverter),
                since=evidence.assessment.since.get(serial),
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(sorted(c.key for c in conditions))
        moments = [c.since for c in conditions if c.since is not None]
        when = between(moments, evidence)
        if len(conditions) == 1:
            title = conditions[0].title
            fact = tr("It reports, but has made no power{when}.", when=when)
            advice = conditions[0].body
        else:
            title = trn("{count} inverter makes nothing", "{count} inverters make nothing", len(conditions))
            fact = tr("{inverters} report, but have made no power{when}.", inverters=listed(serials), when=when)
            advice = tr("Look for snow or shade on the panels and at their breaker; otherwise call your installer.")
        body = f"{fact} {how_sure(evidence)} {advice}"
        return Condition(self.name, serials[0], self.severity, serials, title, body, earliest(conditions))

    def settled(self, evidence: Evidence, key: str) -> bool:
        return recovered(evidence, key)

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """One good report among many of nothing is not the end of it."""
        return BACK_SECONDS

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        title = trn(
            "Inverter {serial} makes power again",
            "{count} inverters make power again",
            len(alert.serials),
            serial=listed(alert.serials),
        )
        return title, settled_words(alert, evidence)


def _advice(inverter: InverterReading) -> str:
    words = [word for word in inverter.device.words if word.strip()]
    if words and all(word.lower().endswith(_NO_SUN) for word in words):
        return tr("It says that its panel gives too little: there is no sun on it, or it is disconnected.")
    said = phrase(words)
    if not said:
        return tr("Look for snow or shade on its panel; otherwise call your installer.")
    return tr("It says: {words}. If its panel is in the sun, call your installer.", words=said)
