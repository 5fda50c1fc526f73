"""A device says by itself that something is wrong with it."""

from collections.abc import Iterable, Sequence

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.standing import earliest
from enphase_tray.alerts.words import clock_time, listed, short, since_when
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import BatteryReading, InverterReading, InverterState, RelayReading, Snapshot
from enphase_tray.model.status_words import faults, meaning, suffix

_TOLD_ELSEWHERE = frozenset({"nsrb_ctrl.relayopen", "pcu_chan.gridgone"})
_SETTLE_SECONDS = 3600.0


class DeviceFault(Rule):
    """Fault words other than those of every night, said twice; a word counts once for all devices that say it."""

    name = "device_fault"
    label = mark("A device reports a fault")
    severity = Severity.WARNING
    raise_after_polls = 2
    rearm_seconds = 4 * 3600.0
    grouped = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        snapshot = evidence.snapshot
        if snapshot is None or snapshot.starting_up:
            return
        told: dict[tuple[str, ...], tuple[str, ...]] = {}
        for device, title in _speaking(snapshot, evidence):
            words = device.device.words
            if words not in told:  # most devices say the same
                told[words] = _news(words)
            for word in told[words]:
                yield Condition(
                    rule=self.name,
                    key=f"{device.serial} {word}",
                    severity=self.severity,
                    serials=(device.serial,),
                    title=tr(title, serial=short(device.serial), fault=meaning(word).label),
                    body=meaning(word).advice,
                )

    def group(self, key: str) -> str:
        return key.partition(" ")[2]

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(sorted(serial for c in conditions for serial in c.serials))
        first = min(conditions, key=lambda c: c.key)
        word = self.group(first.key)
        since = earliest(conditions)
        when = since_when(since, evidence)
        if len(conditions) == 1:
            title = first.title
            said = tr("It says so itself{when} ({word}).", when=when, word=word)
        else:
            fault = meaning(word).label
            title = trn("{count} device: {fault}", "{count} devices: {fault}", len(conditions), fault=fault)
            said = tr("{devices} say so themselves{when} ({word}).", devices=listed(serials), when=when, word=word)
        return Condition(self.name, first.key, self.severity, serials, title, f"{said} {first.body}", since)

    def settled(self, evidence: Evidence, key: str) -> bool:
        snapshot = evidence.snapshot
        if snapshot is None or snapshot.starting_up:
            return False
        serial = key.partition(" ")[0]
        if any(device.serial == serial for device, _ in _speaking(snapshot, evidence)):
            return True
        present = {d.serial for group in (snapshot.inverters, snapshot.relays, snapshot.batteries) for d in group}
        return bool(snapshot.inverters) and serial not in present

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """Grid faults come and go; within an hour they are one."""
        return _SETTLE_SECONDS

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        title = tr("Settled: {fault}", fault=meaning(self.group(alert.key)).label)
        body = trn(
            "{devices} no longer says so; the notice was of {time}.",
            "{devices} no longer say so; the notice was of {time}.",
            len(alert.serials),
            devices=listed(alert.serials),
            time=clock_time(alert.raised_at, evidence),
        )
        return title, body


def _news(words: tuple[str, ...]) -> tuple[str, ...]:
    """The faults among a device's words that no other rule tells of."""
    return tuple(word for word in dict.fromkeys(map(suffix, faults(words))) if word not in _TOLD_ELSEWHERE)


def _speaking(
    snapshot: Snapshot, evidence: Evidence
) -> Iterable[tuple[InverterReading | RelayReading | BatteryReading, str]]:
    """Devices whose words count now, and the title for a fault of each.

    Sleeping inverters, and those without grid or relay, say what they must.
    """
    assessment = evidence.assessment
    if not assessment.cut_off and assessment.quiet_until is None and assessment.daylight:
        for inverter in snapshot.inverters:
            if inverter.device.words and assessment.states.get(inverter.serial) is InverterState.REPORTING:
                yield inverter, mark("Inverter {serial}: {fault}")
    for relay in snapshot.relays:
        if relay.device.words:
            yield relay, mark("Relay {serial}: {fault}")
    for battery in snapshot.batteries:
        if battery.device.words:
            yield battery, mark("Battery {serial}: {fault}")
