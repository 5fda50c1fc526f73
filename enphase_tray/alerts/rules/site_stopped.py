"""So many inverters stand still together that the cause is common: one message for the plant."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import Standing, awaits_relay, relay_is_open, standing
from enphase_tray.alerts.words import clock_time, how_sure, since_when
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import InverterState, Snapshot

_KEY = "site"
_STRAGGLER_SECONDS = 1800.0


class SiteStopped(Rule):
    """All or most inverters stop together by day, or say together that there is no grid."""

    name = "site_stopped"
    label = mark("All inverters stop by day")
    severity = Severity.CRITICAL
    raise_after_polls = 2
    clear_after_polls = 2
    rearm_seconds = 2 * 3600.0
    keeps_words = True
    absorbs = ("inverter_stopped", "inverter_silent")

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        snapshot = evidence.snapshot
        if snapshot is None or snapshot.starting_up or relay_is_open(snapshot):
            return
        without_grid = () if evidence.assessment.relay_cut else _without_grid(snapshot, evidence)
        if without_grid:
            yield self._condition(
                without_grid,
                tr("There is no grid at the inverters"),
                tr(
                    "Production has stopped{when} because the inverters see no grid voltage, as they say themselves. "
                    "They start again some minutes after the grid is back; if your lights are on, check the breaker "
                    "of the solar system.",
                    when=_seen(evidence),
                ),
            )
            return
        now = standing(evidence, snapshot)
        if not now.whole_site or awaits_relay(evidence, snapshot):
            return
        since = [evidence.assessment.since[s] for s in now.together if s in evidence.assessment.since]
        told = tr(
            "They have made no power{when} though it is day.", when=since_when(max(since, default=None), evidence)
        )
        advice = tr(
            "Check the breaker of the solar system and whether the grid is there; if both are well, call your "
            "installer."
        )
        yield self._condition(now.together, _how_many(now), f"{told} {how_sure(evidence)} {advice}")

    def settled(self, evidence: Evidence, key: str) -> bool:
        snapshot = evidence.snapshot
        return (
            snapshot is not None
            and not snapshot.starting_up
            and bool(snapshot.inverters)
            and (relay_is_open(snapshot) or evidence.assessment.daylight is True)
        )

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """Where some still stand, they get time to start before they are spoken of one by one."""
        snapshot = evidence.snapshot
        if snapshot is None or relay_is_open(snapshot) or not standing(evidence, snapshot).bad:
            return 0.0
        return _STRAGGLER_SECONDS + 2 * evidence.assessment.report_interval_seconds

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        if evidence.snapshot is not None and relay_is_open(evidence.snapshot):
            return (
                tr("The cause is known: a relay is open"),
                tr("The inverters stand still because of it; see its own notice."),
            )
        time = clock_time(alert.raised_at, evidence)
        return tr("The inverters make power again"), tr("They had stood still since before {time}.", time=time)

    def _condition(self, serials: tuple[str, ...], title: str, body: str) -> Condition:
        return Condition(self.name, _KEY, self.severity, serials, title, body)


def _seen(evidence: Evidence) -> str:
    """Since when, as far as the inverters' last signs of power tell."""
    snapshot = evidence.snapshot
    known = () if snapshot is None else snapshot.inverters
    since = [evidence.assessment.since[one.serial] for one in known if one.serial in evidence.assessment.since]
    if since:
        return since_when(max(since), evidence)
    return tr(" (first seen at {time})", time=clock_time(evidence.at, evidence))


def _how_many(now: Standing) -> str:
    if len(now.together) == now.judged:
        return tr("All inverters stand still")
    return trn(
        "{count} of {total} inverters stands still",
        "{count} of {total} inverters stand still",
        len(now.together),
        total=now.judged,
    )


def _without_grid(snapshot: Snapshot, evidence: Evidence) -> tuple[str, ...]:
    """The inverters that say that the grid is gone, if they are most of those that say anything."""
    states = evidence.assessment.states
    speaking = [i for i in snapshot.inverters if i.device.words and states.get(i.serial) is not InverterState.RETIRED]
    if not speaking:
        return ()
    gone = tuple(i.serial for i in speaking if any(w.lower().endswith("pcu_chan.gridgone") for w in i.device.words))
    return gone if gone and 2 * len(gone) >= len(speaking) else ()
