"""Which inverters are not well, and what is said of a device, from its state and words alone."""

from collections.abc import Iterable

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.model.language import tr
from enphase_tray.model.readings import DeviceStatus, InverterReading, InverterState
from enphase_tray.model.status_words import WordSeverity, describe_words, faults, meaning
from enphase_tray.ui.look.marks import Mark

_GRAVITY = (Severity.CRITICAL, Severity.WARNING)
_TROUBLED = {InverterState.SILENT, InverterState.STOPPED}


def concerned_serials(alerts: Iterable[Alert]) -> frozenset[str]:
    """Serials that an open alert names."""
    return frozenset(serial for alert in alerts for serial in alert.serials)


def gravest_alert(alerts: Iterable[Alert]) -> Alert | None:
    """The one to look at first: the worst, of those the oldest; mere notes do not count."""
    grave = [alert for alert in alerts if alert.severity in _GRAVITY]
    return min(grave, key=lambda alert: (_GRAVITY.index(alert.severity), alert.raised_at), default=None)


def is_well(inverter: InverterReading, concerned: frozenset[str]) -> bool:
    """Whether there is nothing to look at. Retired and sleeping inverters are well; so is the silence of the night."""
    if inverter.retired:
        return True
    if inverter.state in _TROUBLED or inverter.serial in concerned or faults(inverter.device.words):
        return False
    if inverter.state is InverterState.ASLEEP:
        return True
    return not any(meaning(word).severity is WordSeverity.WARNING for word in inverter.device.words)


def inverter_mark(inverter: InverterReading, concerned: frozenset[str]) -> Mark:
    """The shape for an inverter's line."""
    if inverter.state is InverterState.RETIRED:
        return Mark.UNKNOWN
    if not is_well(inverter, concerned):
        grave = inverter.state in _TROUBLED or bool(faults(inverter.device.words))
        return Mark.FAULT if grave else Mark.LOOK
    return {InverterState.ASLEEP: Mark.ASLEEP, InverterState.REPORTING: Mark.WELL}.get(inverter.state, Mark.UNKNOWN)


def status_text(device: DeviceStatus) -> str | None:
    """All status words of a device in plain language, `None` where it said none."""
    return describe_words(device.words)


def status_advice(device: DeviceStatus) -> str:
    """The words with their advice and their spelling by the gateway, one a line: for a tooltip."""
    lines = []
    for word in device.words:
        said = meaning(word)
        label = said.label[:1].upper() + said.label[1:]
        lines.append(f"{label}. {said.advice} ({word})")
    return "\n".join(lines)


def flag_text(flag: bool | None) -> str:
    """A flag as a word."""
    return "–" if flag is None else tr("Yes") if flag else tr("No")
