"""`/ivp/pdm/device_data`: the last report of each device with its energies and voltages."""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from enphase_tray.gateway.decode import decode_object, epoch, flag, identifier, mapping, number, objects, whole
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.fields import Fields, note_rejected
from enphase_tray.gateway.parts import DeviceDataPart, DeviceRow
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr

_JOULES_PER_WATT_HOUR = 3600.0
_CHANNEL_WATTS = 1_000.0
_CHANNEL_DAY = 24_000.0
_MOST_CHANNELS = 8
_ADDED = ("watts", "watts_used", "max_watts", "today", "yesterday", "week", "lifetime", "dc_amps")
_SHARED = ("interval_seconds", "dc_volts", "ac_volts", "hertz", "celsius")
_KINDS = frozenset({"pcu", "acb", "nsrb"})


def parse(body: bytes) -> DeviceDataPart:
    """The inverters, AC batteries and relays (not the meters). Raises `NotUnderstood`."""
    document = decode_object(body)
    devices = [value for value in document.values() if isinstance(value, dict)]
    if not devices and "deviceCount" not in document:
        raise NotUnderstood(tr("The device data hold no devices"), tr("Report the gateway's firmware version"))
    rejected: list[str] = []
    rows: dict[tuple[str, str], DeviceRow] = {}
    for raw in devices:
        kind = raw.get("devName")
        if not isinstance(kind, str) or kind not in _KINDS:
            continue
        serial = identifier(raw.get("sn"))
        if serial is None:
            note_rejected(rejected, "sn of a device")
            continue
        row = _row(raw, kind, serial, rejected)
        present = rows.get((serial, row.kind))
        if present is None or _rank(row) > _rank(present):
            rows[serial, row.kind] = row
    count = whole(document.get("deviceCount"), 0, 1_000_000)
    limit = whole(document.get("deviceDataLimit"), 1, 1_000_000)
    complete = limit is None or (len(devices) if count is None else count) < limit
    return DeviceDataPart(tuple(rows.values()), complete, tuple(rejected))


def _rank(row: DeviceRow) -> tuple[bool, float]:
    """Of a serial given twice the living one counts, then the newer."""
    return row.active, row.at.timestamp() if row.at else 0.0


def _row(raw: dict[str, Any], kind: str, serial: str, rejected: list[str]) -> DeviceRow:
    active = flag(raw.get("active")) is not False
    rows = [
        _channel(channel, serial, kind, active, rejected) for channel in objects(raw.get("channels"), _MOST_CHANNELS)
    ]
    return reduce(_joined, rows) if rows else DeviceRow(serial, kind, active)


def _channel(raw: dict[str, Any], serial: str, kind: str, active: bool, rejected: list[str]) -> DeviceRow:
    last = mapping(raw.get("lastReading"))
    # A removed device, one that never reported and an unused channel have zeros that mean nothing.
    about = f" of {serial}"
    energy = Fields(raw.get("wattHours") if last else None, rejected if kind == "pcu" else [], about)
    power = Fields(raw.get("watts") if last else None, rejected, about)
    joules = Fields(raw.get("lifetime"), rejected, about).number("joulesProduced", 0.0, 1e15)
    channel = whole(raw.get("chanEid"), 1, 2**32)
    return DeviceRow(
        serial=serial,
        kind=kind,
        active=active,
        channels=() if channel is None else (channel,),
        at=epoch(last.get("endDate")) or epoch(raw.get("created")),
        watts=power.watts("now", -_CHANNEL_WATTS, _CHANNEL_WATTS),
        watts_used=power.watts("nowUsed", 0.0, _CHANNEL_WATTS),
        max_watts=power.watts("max", 0.0, _CHANNEL_WATTS),
        # The last words of an inverter at dusk are much shorter than its reports, and tell nothing.
        interval_seconds=number(last.get("duration"), 240.0, 7_200.0),
        today=energy.number("today", 0.0, _CHANNEL_DAY),
        yesterday=energy.number("yesterday", 0.0, _CHANNEL_DAY),
        week=energy.number("week", 0.0, 8 * _CHANNEL_DAY),
        lifetime=None if joules is None else joules / _JOULES_PER_WATT_HOUR,
        dc_volts=_milli(last, "dcVoltageINmV", 200.0),
        dc_amps=_milli(last, "dcCurrentINmA", 60.0),
        ac_volts=_milli(last, "acVoltageINmV", 1_000.0),
        hertz=_milli(last, "acFrequencyINmHz", 100.0),
        celsius=number(last.get("channelTemp"), -60.0, 150.0),
    )


def _joined(row: DeviceRow, other: DeviceRow) -> DeviceRow:
    """Two channels of one inverter: powers, energies and panel currents add up, all else is the same for both."""
    told = [moment for moment in (row.at, other.at) if moment is not None]
    changed: dict[str, Any] = {name: _plus(getattr(row, name), getattr(other, name)) for name in _ADDED} | {
        name: getattr(other, name) for name in _SHARED if getattr(row, name) is None
    }
    return replace(row, channels=row.channels + other.channels, at=max(told, default=None), **changed)


def _milli(last: Mapping[str, Any], key: str, high: float) -> float | None:
    value = number(last.get(key), 0.0, high * 1000.0)
    return None if value is None else value / 1000.0


def _plus(first: float | None, second: float | None) -> float | None:
    return first if second is None else second if first is None else first + second


ENDPOINT = Endpoint(
    name="device_data",
    path="/ivp/pdm/device_data",
    title=mark("device data"),
    every_seconds=300,
    parse=parse,
    families=TOKEN_ONLY,
)
