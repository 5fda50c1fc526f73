"""The terminal contract's JSON for results, failures and alert events, and the way back.

Figures are rounded to one decimal, times are UTC to the second with `Z`, unknown is `null`. Beyond the contract a
result holds `gateway_at`, `starting_up` and `report_interval_seconds`, so that a replay judges as the program did.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from enphase_tray.model import result_parsing
from enphase_tray.model.alerts import AlertEvent, PollFailure
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.readings import (
    BatteryReading,
    DeviceStatus,
    InverterReading,
    NetReading,
    PhaseReading,
    PowerReading,
    RelayReading,
    Snapshot,
)
from enphase_tray.model.status_words import describe_words

SCHEMA = result_parsing.SCHEMA
POWER_FIELDS = result_parsing.POWER_FIELDS

result_from_json = result_parsing.result_from_json


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Any]:
    """One result object of the contract."""
    gateway = snapshot.gateway
    return {
        "schema": SCHEMA,
        "at": time_to_json(snapshot.at),
        "gateway": {
            "serial": gateway.serial,
            "part_number": gateway.part_number,
            "firmware": gateway.firmware.text,
            "login": snapshot.login.value,
            "metered": snapshot.metered,
            "timezone": snapshot.timezone,
        },
        "gateway_at": time_to_json(snapshot.gateway_at),
        "starting_up": snapshot.starting_up,
        "production": _power(snapshot.production),
        "consumption": _power(snapshot.consumption),
        "net": _net(snapshot.net),
        "phases": [_phase(phase) for phase in snapshot.phases],
        "inverters": [_inverter(inverter) for inverter in snapshot.inverters],
        "relays": [_relay(relay) for relay in snapshot.relays],
        "batteries": [_battery(battery) for battery in snapshot.batteries],
        "dry_contacts": [{"id": c.id, "state": c.state.value, "name": c.name} for c in snapshot.dry_contacts],
        "problems": [
            {"path": p.path, "kind": p.kind.value, "title": p.title, "advice": p.advice} for p in snapshot.problems
        ],
    }


def failure_to_json(failure: PollFailure | EnphaseTrayError, at: datetime | None = None) -> dict[str, Any]:
    """The error object of the contract; with the moment where it is known (a line of `watch` and `replay`)."""
    moment = failure.at if isinstance(failure, PollFailure) else at
    line: dict[str, Any] = {"schema": SCHEMA}
    if moment is not None:
        line["at"] = time_to_json(moment)
    line["error"] = {
        "kind": failure.kind,
        "title": failure.title,
        "advice": failure.advice,
        "retry": str(failure.retry),
    }
    return line


def event_to_json(event: AlertEvent) -> dict[str, Any]:
    """One line of `replay --json`."""
    alert = event.alert
    return {
        "at": time_to_json(event.at),
        "event": event.change.value,
        "rule": alert.rule,
        "severity": alert.severity.value,
        "serials": list(alert.serials),
        "title": alert.title,
        "body": alert.body,
    }


def time_to_json(moment: datetime | None) -> str | None:
    """UTC to the second with `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _figure(value: float | None) -> float | int | None:
    return round(value, 1) if isinstance(value, float) else value


def _power(reading: PowerReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    figures: dict[str, Any] = {name: _figure(getattr(reading, name)) for name in POWER_FIELDS}
    sources: Mapping[str, Any] = reading.source
    figures["source"] = {
        name: str(sources[name]) if figures[name] is not None and name in sources else None for name in POWER_FIELDS
    }
    return figures


def _net(net: NetReading | None) -> dict[str, Any] | None:
    if net is None:
        return None
    return {
        "watts_now": _figure(net.watts_now),
        "watt_hours_imported": _figure(net.watt_hours_imported),
        "watt_hours_exported": _figure(net.watt_hours_exported),
    }


def _phase(phase: PhaseReading) -> dict[str, Any]:
    return {
        "phase": phase.phase,
        "production_watts": _figure(phase.production_watts),
        "consumption_watts": _figure(phase.consumption_watts),
        "net_watts": _figure(phase.net_watts),
        "volts": _figure(phase.volts),
        "hertz": _figure(phase.hertz),
    }


def _device(device: DeviceStatus) -> dict[str, Any]:
    return {
        "producing": device.producing,
        "communicating": device.communicating,
        "provisioned": device.provisioned,
        "operating": device.operating,
        "status": list(device.words),
        "status_text": describe_words(device.words),
    }


def _inverter(inverter: InverterReading) -> dict[str, Any]:
    return {
        "serial": inverter.serial,
        "state": inverter.state.value,
        "last_report_watts": _figure(inverter.last_report_watts),
        "max_report_watts": _figure(inverter.max_report_watts),
        "last_report_at": time_to_json(inverter.last_report_at),
        "report_interval_seconds": _figure(inverter.report_interval_seconds),
        **_device(inverter.device),
        "part_number": inverter.part_number,
        "watt_hours_today": _figure(inverter.watt_hours_today),
        "watt_hours_yesterday": _figure(inverter.watt_hours_yesterday),
        "watt_hours_week": _figure(inverter.watt_hours_week),
        "watt_hours_lifetime": _figure(inverter.watt_hours_lifetime),
        "dc_volts": _figure(inverter.dc_volts),
        "dc_amps": _figure(inverter.dc_amps),
        "ac_volts": _figure(inverter.ac_volts),
        "hertz": _figure(inverter.hertz),
        "celsius": _figure(inverter.celsius),
    }


def _relay(relay: RelayReading) -> dict[str, Any]:
    one, two, three = relay.lines
    return {
        "serial": relay.serial,
        "kind": relay.kind.value,
        "relay": relay.relay.value,
        "line1_connected": one,
        "line2_connected": two,
        "line3_connected": three,
        **_device(relay.device),
        "reason": relay.reason,
        "part_number": relay.part_number,
        "last_report_at": time_to_json(relay.last_report_at),
    }


def _battery(battery: BatteryReading) -> dict[str, Any]:
    return {
        "serial": battery.serial,
        "kind": battery.kind,
        "percent_full": _figure(battery.percent_full),
        "watts_now": _figure(battery.watts_now),
        "capacity_watt_hours": _figure(battery.capacity_watt_hours),
        "celsius": _figure(battery.celsius),
        **_device(battery.device),
        "part_number": battery.part_number,
    }
