"""Relays, batteries and dry contacts. Pure."""

from enphase_tray.gateway.ensemble_parts import BatteryPower, EnsembleRelay
from enphase_tray.gateway.parts import InventoryDevice, ListedInverter, Parts
from enphase_tray.model.readings import BatteryReading, DryContactReading, RelayKind, RelayReading, RelayState

_BATTERY_TYPE = 11
_RELAY_TYPE = 12


def relays(parts: Parts) -> tuple[RelayReading, ...]:
    """Every relay in use, sorted by serial; removed ones are left out."""
    found: dict[tuple[str, RelayKind], RelayReading] = {}
    removed: set[str] = set()
    if parts.inventory is not None:
        for device in parts.inventory.relays:
            if device.deleted:
                removed.add(device.serial)
            else:
                found.setdefault((device.serial, RelayKind.IQ_RELAY), _iq_relay(device))
    for reading in _relays_without_inventory(parts):
        if reading.serial not in removed:
            found.setdefault((reading.serial, RelayKind.IQ_RELAY), reading)
    if parts.ensemble_inventory is not None:
        status = parts.ensemble_status
        for told in parts.ensemble_inventory.controllers:
            state, reason = told.relay, told.reason
            if state is None and status is not None:
                state, reason = status.mains, status.reason
            found.setdefault((told.serial, RelayKind.MAINS), _switch(told, RelayKind.MAINS, state, reason))
        for told in parts.ensemble_inventory.collars:
            found.setdefault((told.serial, RelayKind.COLLAR), _switch(told, RelayKind.COLLAR, told.relay, told.reason))
    return tuple(sorted(found.values(), key=lambda relay: (relay.serial, relay.kind)))


def batteries(parts: Parts) -> tuple[BatteryReading, ...]:
    """Every battery in use, sorted by serial."""
    found: dict[str, BatteryReading] = {}
    powers = parts.ensemble_power.by_serial if parts.ensemble_power else {}
    for told in parts.ensemble_inventory.batteries if parts.ensemble_inventory else ():
        power = powers.get(told.serial, BatteryPower())
        found[told.serial] = BatteryReading(
            serial=told.serial,
            kind="iq_battery",
            percent_full=told.percent_full if told.percent_full is not None else power.percent_full,
            watts_now=power.watts,
            capacity_watt_hours=told.capacity,
            celsius=told.celsius,
            device=told.status,
            part_number=told.part_number,
        )
    for battery in _ac_batteries(parts):
        found.setdefault(battery.serial, battery)
    return tuple(sorted(found.values(), key=lambda battery: battery.serial))


def dry_contacts(parts: Parts) -> tuple[DryContactReading, ...]:
    """The contacts of a system controller; without one the gateway lists four that do not exist."""
    if parts.dry_contacts is None or not has_controller(parts):
        return ()
    names = parts.dry_contact_names.names if parts.dry_contact_names else {}
    return tuple(
        DryContactReading(contact, state, names.get(contact))
        for contact, state in sorted(parts.dry_contacts.states.items())
    )


def has_controller(parts: Parts) -> bool:
    """Whether there is a system controller (Enpower)."""
    return bool(parts.ensemble_inventory and parts.ensemble_inventory.controllers)


def _iq_relay(device: InventoryDevice) -> RelayReading:
    return RelayReading(
        serial=device.serial,
        kind=RelayKind.IQ_RELAY,
        relay=device.relay,
        lines=device.lines,
        device=device.status,
        reason=device.reason,
        part_number=device.part_number,
        last_report_at=device.last_report_at,
    )


def _relays_without_inventory(parts: Parts) -> list[RelayReading]:
    """Relays whose presence is all that is known: no state is told outside the inventory."""
    rows = [row for row in (parts.device_data.rows if parts.device_data else ()) if row.kind == "nsrb"]
    found = [RelayReading(row.serial, RelayKind.IQ_RELAY, last_report_at=row.at) for row in rows if row.active]
    gone = {row.serial for row in rows if not row.active}
    found += [
        RelayReading(row.serial, RelayKind.IQ_RELAY, last_report_at=row.at)
        for row in _listed(parts, _RELAY_TYPE)
        if row.serial not in gone
    ]
    return found


def _switch(told: EnsembleRelay, kind: RelayKind, state: RelayState | None, reason: str | None) -> RelayReading:
    return RelayReading(
        serial=told.serial,
        kind=kind,
        relay=state or RelayState.UNKNOWN,
        device=told.status,
        reason=reason,
        part_number=told.part_number,
        last_report_at=told.last_report_at,
    )


def _ac_batteries(parts: Parts) -> list[BatteryReading]:
    """AC batteries of the inventory, else of the other lists, where only their presence (and power) is told."""
    inventory = parts.inventory.batteries if parts.inventory else ()
    rows = {row.serial: row for row in (parts.device_data.rows if parts.device_data else ()) if row.kind == "acb"}
    removed = {device.serial for device in inventory if device.deleted}
    removed |= {serial for serial, row in rows.items() if not row.active}
    known = {device.serial: device for device in inventory}
    serials = [*known, *rows, *(row.serial for row in _listed(parts, _BATTERY_TYPE))]
    found = []
    for serial in dict.fromkeys(serials):
        if serial in removed:
            continue
        device, row = known.get(serial), rows.get(serial)
        given = None if row is None or row.watts is None else row.watts - (row.watts_used or 0.0)
        reading = BatteryReading(serial, "ac_battery", watts_now=given)
        if device is not None:
            reading = BatteryReading(
                serial=serial,
                kind="ac_battery",
                percent_full=device.percent_full,
                watts_now=given,
                celsius=device.celsius,
                device=device.status,
                part_number=device.part_number,
            )
        found.append(reading)
    return found


def _listed(parts: Parts, device_type: int) -> list[ListedInverter]:
    """The rows of this type in the list of reports, but for those that other answers know as inverters."""
    found = [row for row in (parts.inverters.rows if parts.inverters else ()) if row.device_type == device_type]
    if not found:
        return []
    inverters = {device.serial for device in (parts.inventory.inverters if parts.inventory else ())}
    inverters |= {row.serial for row in (parts.device_data.rows if parts.device_data else ()) if row.kind == "pcu"}
    return [row for row in found if row.serial not in inverters]
