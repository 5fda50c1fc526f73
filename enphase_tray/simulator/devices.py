"""Bodies of single devices: the inverter list, device_data, the inventory, `/home`."""

from datetime import UTC, datetime
from typing import Any

from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.personality import Personality
from enphase_tray.simulator.production import CHANNEL_EID, NET_EID, PRODUCTION_EID
from enphase_tray.simulator.site import OK, InverterMoment, SiteMoment

DEVICE_LIMIT = 50
_PCU_EID, _PCU_CHANNEL = 553648384, 1627390225
_RELAY_EID, _RELAY_CHANNEL = 738197760, 1811939601
_RELAY_OPEN = "envoy.cond_flags.nsrb_ctrl.relayopen"
_NIGHT_FLAGS = 0x200000
_ZEROS = (
    "pwrConvErrSecs", "pwrConvMaxErrCycles", "joulesUsed", "laggingVArs", "acCurrentInmA", "l1NAcVoltageInmV",
    "l2NAcVoltageInmV", "l3NAcVoltageInmV", "rssi", "issi",
)  # fmt: skip
_RETIRED_DAYS = 400


def inverter_list(moment: SiteMoment, traits: Personality) -> list[dict[str, Any]]:
    """`/api/v1/production/inverters`: also batteries and what was removed long ago; empty after a restart."""
    if moment.starting:
        return []
    rows = [
        _row(inverter.serial, inverter.report_at, 1, inverter.watts, inverter.max_watts)
        for inverter in moment.inverters
    ]
    rows += [_row(serial, moment.epoch - 40, 11, 2, 271) for serial in moment.config.ac_battery_serials]
    old = moment.epoch - _RETIRED_DAYS * 86400
    rows += [_row(serial, old - old % 86400, 1, 12, 231) for serial in moment.config.retired_serials]
    if not traits.device_type:
        rows = [{name: value for name, value in row.items() if name != "devType"} for row in rows]
    return rows


def device_data(moment: SiteMoment) -> dict[str, Any]:
    """`/ivp/pdm/device_data`: at most fifty devices, then the two counts."""
    devices: dict[str, Any] = {}
    if not moment.starting:
        for inverter in moment.inverters:
            devices[str(_PCU_EID + 256 * inverter.number)] = _inverter_data(moment, inverter)
        for number, serial in enumerate(moment.config.retired_serials, start=moment.config.inverters):
            devices[str(_PCU_EID + 256 * number)] = _removed("pcu", serial, _PCU_CHANNEL + 256 * number)
        for number, serial in enumerate(moment.config.relay_serials):
            devices[str(_RELAY_EID + 256 * number)] = _relay_data(moment, number, serial)
    for number, eid in enumerate((PRODUCTION_EID, NET_EID), start=1):
        name = f"{moment.config.gateway_serial}EIM{number}"
        meter = _removed("eim", name, CHANNEL_EID + 256 * (number - 1)) | {"active": True}
        devices[str(eid)] = meter
    listed = dict(list(devices.items())[:DEVICE_LIMIT])
    return listed | {"deviceCount": len(listed), "deviceDataLimit": DEVICE_LIMIT}


def inventory(moment: SiteMoment, deleted: bool) -> list[dict[str, Any]]:
    """`/inventory.json`, with removed devices where asked for."""
    config = moment.config
    pcu = [_inverter_item(moment, inverter) for inverter in moment.inverters if inverter.active]
    if deleted:
        gone = [inverter.serial for inverter in moment.inverters if not inverter.active]
        for number, serial in enumerate((*gone, *config.retired_serials), start=config.inverters):
            item = _item(config, serial, "800-00631-r02", 1, _PCU_CHANNEL + 256 * number, 0, (OK,))
            pcu.append(item | {"admin_state": 3})
    acb = [
        _item(config, serial, "800-00930-r03", 11, 1795162385 + 256 * n, moment.epoch - 40, (OK,))
        | _flags(True, True, True, True)
        | {"sleep_enabled": False, "percentFull": 50, "maxCellTemp": 24, "sleep_min_soc": 25, "sleep_max_soc": 30}
        | {"charge_status": "idle"}
        for n, serial in enumerate(config.ac_battery_serials)
    ]
    relays = [_relay_item(moment, number, serial) for number, serial in enumerate(config.relay_serials)]
    blocks: tuple[tuple[str, list[dict[str, Any]]], ...] = (("PCU", pcu), ("ACB", acb), ("NSRB", relays), ("ESUB", []))
    return [{"type": name, "devices": devices} for name, devices in blocks]


def home(moment: SiteMoment) -> dict[str, Any]:
    """`/home`: the time zone, the network, how many devices were heard."""
    config = moment.config
    heard = 0 if moment.starting else len(moment.heard)
    counts = {"pcu": heard, "acb": config.ac_batteries, "nsrb": config.relays, "esub": 0}
    levels = {name: {"num": number, "level": 5 if number else 0} for name, number in counts.items()}
    wire = {
        "type": "ethernet",
        "interface": "eth0",
        "mac": "02:00:00:00:00:01",
        "dhcp": True,
        "ip": "192.0.2.10",
        "signal_strength": 1,
        "signal_strength_max": 1,
        "carrier": True,
    }
    encharge = {"num": config.batteries, "level": 5 if config.batteries else 0, "level_24g": 0, "level_subg": 0}
    return {
        "software_build_epoch": 1776240639,
        "timezone": config.timezone,
        "current_date": moment.local.strftime("%m/%d/%Y"),
        "current_time": moment.local.strftime("%H:%M"),
        "network": {
            "web_comm": True,
            "ever_reported_to_enlighten": True,
            "last_enlighten_report_time": moment.epoch - moment.epoch % 900,
            "primary_interface": "eth0",
            "interfaces": [wire],
        },
        "tariff": "none",
        "comm": {"num": sum(counts.values()), "level": 5, **levels, "encharge": [encharge]},
        "wireless_connection": [],
    }


def _row(serial: str, at: int, kind: int, watts: float, most: float) -> dict[str, Any]:
    return {
        "serialNumber": serial,
        "lastReportDate": at,
        "devType": kind,
        "lastReportWatts": round(watts),
        "maxReportWatts": round(most),
    }


def _inverter_data(moment: SiteMoment, inverter: InverterMoment) -> dict[str, Any]:
    channel = _PCU_CHANNEL + 256 * inverter.number
    if not inverter.active:
        return _removed("pcu", inverter.serial, channel)
    energies = inverter.energies
    installed = _installed(moment.config)
    lifetime = {
        "createdTime": installed,
        "duration": max(0, inverter.report_at - installed),
        "joulesProduced": round(energies.lifetime * 3600),
    }
    data = _data_channel(channel, inverter.report_at, _last_reading(moment, inverter, channel), lifetime)
    hours = {"today": int(energies.today), "yesterday": int(energies.yesterday), "week": int(energies.week)}
    watts = {"now": round(inverter.watts), "nowUsed": 0, "max": round(inverter.max_watts)}
    return {
        "devName": "pcu",
        "sn": inverter.serial,
        "active": True,
        "modGone": not inverter.communicating,
        "channels": [data | {"wattHours": hours, "watts": watts}],
    }


def _last_reading(moment: SiteMoment, inverter: InverterMoment, channel: int) -> dict[str, Any]:
    duration = moment.config.report_seconds
    sun = inverter.watts / moment.config.watts_peak
    dc_volts = 24.0 + 9.0 * min(1.0, sun * 4.0) - 2.0 * sun
    flags = 0 if inverter.communicating and inverter.watts >= 1.0 else _NIGHT_FLAGS
    reading = {
        "eid": channel,
        "interval_type": 0,
        "endDate": inverter.report_at,
        "duration": duration,
        "flags": flags,
        "flags_hex": f"0x{flags:016x}",
        "joulesProduced": round(inverter.watts * duration),
        "acVoltageINmV": 232000 + 997 * inverter.number % 7000,
        "acFrequencyINmHz": 50000 + inverter.report_at % 60 - 30,
        "dcVoltageINmV": round(1000 * dc_volts),
        "dcCurrentINmA": round(1000 * inverter.watts / 0.965 / dc_volts),
        "channelTemp": round(16 + 24 * sun),
        "leadingVArs": 15000,
    }
    return reading | dict.fromkeys(_ZEROS, 0)


def _relay_data(moment: SiteMoment, number: int, serial: str) -> dict[str, Any]:
    channel = _RELAY_CHANNEL + 256 * number
    end = moment.epoch - (moment.epoch + 777 * number) % 2711
    volts = [235284 if line < moment.config.phases else 0 for line in range(3)]
    is_open = moment.relays_open[number]
    reading = {
        "eid": channel,
        "interval_type": 0,
        "endDate": end,
        "duration": 2711,
        "flags": 0 if is_open else 16,
        "flags_hex": "0x0000000000000000" if is_open else "0x0000000000000010",
        "temperature": 31,
        "acCurrOffset": -19,
        "VrmsL1N": volts[0],
        "VrmsL2N": volts[1],
        "VrmsL3N": volts[2],
        "freqInmHz": 50003,
        "stateChngCnt": 2 if is_open else 1,
        "vrmsB1L12_or_L12": 0,
        "vrmsB2L12_or_L23": 0,
        "vrmsL31": 0,
    }
    channels = [_data_channel(channel, end, reading, {})]
    return {"devName": "nsrb", "sn": serial, "active": True, "modGone": False, "channels": channels}


def _removed(kind: str, serial: str, channel: int) -> dict[str, Any]:
    channels = [_data_channel(channel, 0, {}, {})]
    return {"devName": kind, "sn": serial, "active": False, "modGone": True, "channels": channels}


def _data_channel(channel: int, created: int, reading: dict[str, Any], lifetime: dict[str, Any]) -> dict[str, Any]:
    return {
        "chanEid": channel,
        "created": created,
        "wattHours": {"today": 0, "yesterday": 0, "week": 0},
        "watts": {"now": 0, "nowUsed": 0, "max": 0},
        "lastReading": reading,
        "lifetime": lifetime,
    }


def _inverter_item(moment: SiteMoment, inverter: InverterMoment) -> dict[str, Any]:
    channel = _PCU_CHANNEL + 256 * inverter.number
    item = _item(moment.config, inverter.serial, "800-00631-r02", 1, channel, inverter.report_at, inverter.words)
    heard = inverter.communicating and not moment.starting
    item |= _flags(inverter.producing and heard, heard, heard, inverter.producing and heard)
    if moment.firmware.numbers >= (8,):
        item["phase"] = "ph-" + "abc"[inverter.phase - 1]
    return item


def _relay_item(moment: SiteMoment, number: int, serial: str) -> dict[str, Any]:
    config = moment.config
    lines = config.phases
    is_open = moment.relays_open[number]
    open_line = moment.open_line if number == 0 else None
    words = (_RELAY_OPEN,) if is_open or open_line is not None else (OK,)
    part = "800-00598-r04" if lines == 1 else "800-00597-r02"
    item = _item(config, serial, part, 12, _RELAY_CHANNEL + 256 * number, moment.epoch - 60 * number - 35, words)
    item |= _flags(False, True, True, True)
    if is_open:
        reason_code, reason = (1, "grid gone") if moment.mains_gone else (2, "ac voltage out of range")
    else:
        reason_code, reason = -1, "ok"
    item |= {
        "relay": "open" if is_open else "closed",
        "reason_code": reason_code,
        "reason": reason,
        "line-count": lines,
    }
    for line in (1, 2, 3):
        item[f"line{line}-connected"] = line <= lines and not is_open and line != open_line
    return item


def _item(
    config: HouseConfig, serial: str, part: str, kind: int, channel: int, reported: int, words: tuple[str, ...]
) -> dict[str, Any]:
    installed = str(_installed(config))
    return {
        "part_num": part,
        "installed": installed,
        "serial_num": serial,
        "device_status": list(words),
        "last_rpt_date": str(reported),
        "admin_state": 1,
        "dev_type": kind,
        "created_date": installed,
        "img_load_date": installed,
        "img_pnum_running": "520-00082-r01-v04.30.32",
        "ptpn": "540-00135-r01-v04.30.10",
        "chaneid": channel,
        "device_control": [{"gficlearset": False}],
    }


def _flags(producing: bool, communicating: bool, provisioned: bool, operating: bool) -> dict[str, bool]:
    return {
        "producing": producing,
        "communicating": communicating,
        "provisioned": provisioned,
        "operating": operating,
    }


def _installed(config: HouseConfig) -> int:
    day = config.installed
    return int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp())
