"""Who the inverters are: the rows about each, joined out of reports, device data and inventory. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from enphase_tray.gateway.parts import (
    DeviceDataPart,
    DeviceRow,
    InventoryDevice,
    InventoryPart,
    InverterListPart,
    ListedInverter,
    Parts,
)
from enphase_tray.model.readings import InverterReading

STRANGE_FUTURE = timedelta(days=1)
"""A report so far ahead of the clock is not of this time."""
_INVERTER_TYPE = 1
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Candidate:
    """All that is said of one inverter.

    `report` is the row whose W and time are taken, `at` the end of the last report, if it ever reported; `reading` is
    what was made of all this last.
    """

    serial: str
    listed: ListedInverter | None = None
    detailed: DeviceRow | None = None
    device: InventoryDevice | None = None
    report: ListedInverter | DeviceRow | None = None
    at: datetime | None = None
    reading: InverterReading | None = None

    def choose(self, latest: datetime) -> None:
        """Which report counts; one from after `latest` is not of this time."""
        report = _newer(self.listed, self.detailed, latest)
        if report is not self.report:
            self.report, self.reading = report, None
        if report is not None:
            self.at = report.at
        else:
            self.at = self.device.last_report_at if self.device else None


class InverterMemo:
    """What the last table was made of. As long as the gateway repeats its lists word for word, much of it stands."""

    __slots__ = ("_candidates", "_parts")

    def __init__(self) -> None:
        self._parts: tuple[DeviceDataPart | None, InverterListPart | None, InventoryPart | None] | None = None
        self._candidates: list[Candidate] = []

    def candidates(self, parts: Parts) -> list[Candidate]:
        """Every inverter once, sorted by serial."""
        known = self._parts
        if (
            known is None
            or known[0] is not parts.device_data
            or known[1] is not parts.inverters
            or known[2] is not parts.inventory
        ):
            found = _candidates(parts, device_data_suffices(parts))
            _join_inventory(found, parts)
            self._candidates = sorted(found.values(), key=lambda candidate: candidate.serial)
            self._parts = (parts.device_data, parts.inverters, parts.inventory)
        return self._candidates


def device_data_suffices(parts: Parts) -> bool:
    """Whether `device_data` lists every inverter, so that the list of reports need not be asked for."""
    detailed = parts.device_data
    if detailed is None or not detailed.complete:
        return False
    rows = sum(1 for row in detailed.rows if row.kind == "pcu")
    listed = parts.inverters.rows if parts.inverters else ()
    return rows > 0 and rows >= sum(1 for row in listed if row.device_type == _INVERTER_TYPE)


def _candidates(parts: Parts, complete: bool) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    if parts.device_data is not None:
        for row in parts.device_data.rows:
            if row.kind == "pcu":
                found[row.serial] = Candidate(row.serial, detailed=row)
    strangers = _strangers(parts)
    for listed in parts.inverters.rows if parts.inverters is not None else ():
        if listed.device_type != _INVERTER_TYPE or listed.serial in strangers:
            continue
        candidate = found.get(listed.serial)
        if candidate is None and not complete:
            candidate = found[listed.serial] = Candidate(listed.serial)
        if candidate is not None:
            candidate.listed = listed
    return found


def _strangers(parts: Parts) -> set[str]:
    """Serials of AC batteries and relays: the list of reports holds them too, and on old firmware without a type."""
    rows = parts.device_data.rows if parts.device_data else ()
    found = {row.serial for row in rows if row.kind != "pcu"}
    own = {row.serial for row in rows if row.kind == "pcu"}
    if parts.inventory is not None:
        found |= {device.serial for device in (*parts.inventory.batteries, *parts.inventory.relays)}
        own |= {device.serial for device in parts.inventory.inverters}
    return found - own


def _join_inventory(candidates: dict[str, Candidate], parts: Parts) -> None:
    """By channel where `device_data` names it and the serial does not contradict, else by serial."""
    if parts.inventory is None:
        return
    devices = parts.inventory.inverters
    other = {d.serial for d in (*parts.inventory.batteries, *parts.inventory.relays)}
    by_channel = {device.channel: device for device in devices if device.channel is not None}
    by_serial: dict[str, list[InventoryDevice]] = {}
    for device in devices:
        by_serial.setdefault(device.serial, []).append(device)
    joined: set[int] = set()
    for candidate in candidates.values():
        same = by_serial.get(candidate.serial)
        channels = candidate.detailed.channels if candidate.detailed else ()
        if same is None:
            match = next((by_channel[channel] for channel in channels if channel in by_channel), None)
        elif len(same) == 1:
            match = same[0]
        else:
            match = next((device for device in same if device.channel in channels), same[0])
        if match is not None:
            candidate.device = match
            joined.add(id(match))
    for device in devices:
        if id(device) not in joined and device.serial not in candidates and device.serial not in other:
            candidates[device.serial] = Candidate(device.serial, device=device)


def _newer(listed: ListedInverter | None, row: DeviceRow | None, latest: datetime) -> ListedInverter | DeviceRow | None:
    """The later of two reports, unless it claims to come from the future; of the same one the longer form."""
    if listed is None or row is None:
        return listed or row
    if listed.at == row.at:
        return row
    return row if _rank(row, latest) >= _rank(listed, latest) else listed


def _rank(report: ListedInverter | DeviceRow, latest: datetime) -> datetime:
    return _NEVER if report.at is None or report.at > latest else report.at
