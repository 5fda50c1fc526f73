"""The gateway runs another firmware than before."""

from collections.abc import Iterable

from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.words import clock_time
from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity
from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.model.language import mark, tr


class FirmwareChanged(Rule):
    """A note, told once: it explains why figures or log-ins may differ from now on."""

    name = "firmware_changed"
    label = mark("The gateway's firmware changes")
    severity = Severity.INFORMATION
    momentary = True

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        if evidence.snapshot is None or evidence.previous_firmware is None:
            return
        now = evidence.snapshot.gateway.firmware
        if now.text == evidence.previous_firmware:
            return
        before = FirmwareVersion.parse(evidence.previous_firmware)
        if not now.numbers or not before.numbers or now == before:
            return
        yield Condition(
            rule=self.name,
            key=now.text,
            severity=self.severity,
            serials=(),
            title=tr("The gateway now runs firmware {version}", version=now),
            body=tr(
                "It says so itself since {time}; it was {before} before. Enphase installs firmware by itself; nothing "
                "needs to be done as long as figures keep coming.",
                time=clock_time(evidence.at, evidence),
                before=before,
            ),
        )

    def settled(self, evidence: Evidence, key: str) -> bool:
        return True

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        return alert.title, alert.body
