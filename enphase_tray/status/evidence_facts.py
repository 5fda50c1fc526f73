"""What is known of one inverter that somebody else should see: read here, written down in `evidence`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.health import HealthReport, PanelHealth
from enphase_tray.model.history import Energy, HistoryEvent, InverterSeries
from enphase_tray.model.readings import InverterReading, Snapshot
from enphase_tray.status.words import Wording

DAYS_OF_SHARES = 60
DAYS_OF_CURVES = 14
_MOST_EVENTS = 2000


@dataclass(frozen=True, slots=True)
class EvidenceDay:
    """One local day. `share` is the doctor's; `group` the median energy of the others in its group, `None` unknown."""

    day: date
    share: float | None
    usable: bool | None
    energy: Energy | None
    group: Energy | None
    others: int


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """All of it. `series` holds its reports and those of its group; `site` is the gateway's serial, to be kept out."""

    serial: str
    site: str
    made_at: datetime
    reading: InverterReading | None
    firmware: str
    health: PanelHealth | None
    group: tuple[str, ...]
    days: tuple[EvidenceDay, ...]
    series: InverterSeries
    events: tuple[HistoryEvent, ...]


def read_evidence(
    reader: HistoryReader,
    site: str,
    serial: str,
    made_at: datetime,
    snapshot: Snapshot | None,
    report: HealthReport | None,
    wording: Wording,
) -> EvidenceFacts:
    """Gather it from the history; `wording.zone` is the gateway's. Raises HistoryError."""
    health = None if report is None else report.panel(serial)
    group = group_of(report, health, snapshot, serial)
    today = made_at.astimezone(wording.zone).date()
    events = reader.events(_MOST_EVENTS, site=site)
    return EvidenceFacts(
        serial,
        site,
        made_at,
        next((one for one in snapshot.inverters if one.serial == serial), None) if snapshot is not None else None,
        "" if snapshot is None else snapshot.gateway.firmware.text,
        health,
        group,
        _days(reader, site, serial, group, today, health),
        reader.inverter_series(site, made_at - timedelta(days=DAYS_OF_CURVES), made_at, group),
        tuple(event for event in events if serial in event.serials),
    )


def group_of(
    report: HealthReport | None, health: PanelHealth | None, snapshot: Snapshot | None, serial: str
) -> tuple[str, ...]:
    """Whom it is compared with, itself included: its group, without one all that are in use."""
    if report is not None and health is not None and health.group is not None and health.group < len(report.groups):
        return report.groups[health.group]
    used = [] if snapshot is None else [one.serial for one in snapshot.inverters if not one.retired]
    return tuple(sorted({*used, serial}))


def _days(
    reader: HistoryReader, site: str, serial: str, group: Sequence[str], today: date, health: PanelHealth | None
) -> tuple[EvidenceDay, ...]:
    told = reader.inverter_days(site, today - timedelta(days=DAYS_OF_SHARES), today, group)
    shares = {} if health is None else {day.day: day for day in health.days}
    places = {day: place for place, day in enumerate(told.days)}
    found = []
    for day in sorted({*places, *shares}):
        row = {one: energies[places[day]] for one, energies in told.energy.items()} if day in places else {}
        others = [energy for one, energy in row.items() if one != serial and energy is not None]
        level = None
        if others:
            worst = max(energy.provenance for energy in others)
            level = Energy(median(energy.watt_hours for energy in others), worst)
        share, own = shares.get(day), row.get(serial)
        if share is None and own is None and level is None:
            continue
        found.append(
            EvidenceDay(
                day,
                None if share is None else share.share,
                None if share is None else share.usable,
                own,
                level,
                len(others),
            )
        )
    return tuple(found)
