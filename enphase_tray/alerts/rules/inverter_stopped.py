"""An inverter reports, but makes nothing while its neighbours make power."""

from collections.abc import Iterable, Sequence

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import BACK_SECONDS, awaits_relay, earliest, in_state, recovered
from enphase_tray.alerts.words import between, clock_time, how_sure, listed, short
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.readings import InverterReading, InverterState
from enphase_tray.model.status_words import describe_words

_NO_SUN = "pcu_ctrl.dc-pwr-low"


class InverterStopped(Rule):
    """The tracker has already waited for several reports, so it is told at the second poll that finds it."""

    name = "inverter_stopped"
    label = "An inverter makes nothing"
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
                title=f"Inverter {short(serial)} makes nothing",
                body=_advice(inverter),
                since=evidence.assessment.since.get(serial),
            )

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(sorted(c.key for c in conditions))
        moments = [c.since for c in conditions if c.since is not None]
        when = between(moments, evidence)
        if len(conditions) == 1:
            title = conditions[0].title
            fact = f"It reports, but has made no power{when}. {how_sure(evidence)}"
            advice = conditions[0].body
        else:
            title = f"{len(conditions)} inverters make nothing"
            fact = f"{listed(serials)} report, but have made no power{when}. {how_sure(evidence)}"
            advice = "Look for snow or shade on the panels and at their breaker; otherwise call your installer."
        since = earliest(conditions)
        return Condition(self.name, serials[0], self.severity, serials, title, f"{fact} {advice}", since)

    def settled(self, evidence: Evidence, key: str) -> bool:
        return recovered(evidence, key)

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """One good report among many of nothing is not the end of it."""
        return BACK_SECONDS

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        if len(alert.serials) == 1:
            return f"Inverter {short(alert.serials[0])} makes power again", _told(alert, evidence)
        return f"{len(alert.serials)} inverters make power again", _told(alert, evidence)


def _told(alert: Alert, evidence: Evidence) -> str:
    return f"{listed(alert.serials)}: the notice of {clock_time(alert.raised_at, evidence)} is settled."


def _advice(inverter: InverterReading) -> str:
    words = [word for word in inverter.device.words if word.strip()]
    if words and all(word.lower().endswith(_NO_SUN) for word in words):
        return "It says that its panel gives too little: there is no sun on it, or it is disconnected."
    described = describe_words(words)
    if described is None or described == "All well":
        return "Look for snow or shade on its panel; otherwise call your installer."
    return f"It says: {described[0].lower()}{described[1:]}. If its panel is in the sun, call your installer."
