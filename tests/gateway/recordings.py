"""Recordings of gateways that nobody here has: written after the protocol reference's words, served, and read back."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from enphase_tray.gateway.reader import Reader
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, Trust
from enphase_tray.model.identity import Secret
from enphase_tray.model.result_json import snapshot_to_json
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture, file_name
from tests.gateway.captured import NOON, NOW
from tests.gateway.transport_support import MemoryState

PAGE = b"<html><body><h1>Page Not Found</h1></body></html>"
BUSY = (504, b"<html><head><title>504 Gateway Time-out</title></head><body>openresty</body></html>")
LOCKED = (401, b"<html><head><title>401 Authorization Required</title></head></html>")
EIDS = {
    "production": 704643328,
    "net-consumption": 704643584,
    "total-consumption": 704643584,
    "storage": 704643840,
    "backfeed": 704644352,
    "load": 704644608,
    "evse": 704644864,
    "pv3p": 704645120,
}
FIGURES = ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime")

Documents = dict[str, Any]
"""What a gateway answers by path: a document, bytes, or a pair of status and one of these."""


def read_recorded(directory: Path, software: str, metering: bool | None, documents: Documents) -> dict[str, Any]:
    """What `read --json` prints of a gateway that answers with these documents."""
    record(directory, software, metering, documents)
    clock = ManualClock(NOW)
    with ExitStack() as stack:
        gateway = stack.enter_context(SimulatedGateway(RecordedCapture(directory), clock))
        state = MemoryState()
        connection = Connection(host="127.0.0.1", port=gateway.port, token=Secret(gateway.token()))
        reader = Reader(connection, state, state, Trust(first_use=True), clock, timings=Timings())
        stack.callback(reader.close)
        result: dict[str, Any] = json.loads(json.dumps(snapshot_to_json(reader.read()), allow_nan=False))
    return result


def record(directory: Path, software: str, metering: bool | None, documents: Documents) -> None:
    """Write the recording, one file per answer, its status beside it where it is not 200."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "info").write_bytes(_info(software, metering))
    for path, told in documents.items():
        status, body = told if isinstance(told, tuple) else (200, told)
        file = directory / file_name(path)
        file.write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
        if status != 200:
            (directory / f"{file.name}_log.json").write_text(json.dumps({"headers": {}, "code": status}))


def _info(software: str, metering: bool | None) -> bytes:
    imeter = "" if metering is None else f"<imeter>{str(metering).lower()}</imeter>"
    tokens = "<web-tokens>true</web-tokens>" if int(software[1:].split(".")[0]) >= 7 else ""
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><envoy_info><time>{NOON}</time><device><sn>123456789012</sn>"
        f"<pn>800-00554-r03</pn><software>{software}</software><euaid>4c8675</euaid><seqnum>0</seqnum>"
        f"<apiver>1</apiver>{imeter}</device>{tokens}</envoy_info>"
    ).encode()


# ------------------------------------------------------------------------------------------------- documents in pieces


def v1(now: float, today: float, week: float, lifetime: float) -> dict[str, float]:
    return {"wattHoursToday": today, "wattHoursSevenDays": week, "wattHoursLifetime": lifetime, "wattsNow": now}


def aggregate(count: int, now: float, lifetime: float) -> dict[str, Any]:
    return {"type": "inverters", "activeCount": count, "readingTime": NOON, "wNow": now, "whLifetime": lifetime}


def eim(measures: str | None, figures: tuple[float, ...], lines: Iterable[float] = (), on: int = 1) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "eim", "activeCount": on, "measurementType": measures, "readingTime": NOON}
    told |= dict(zip(("wNow", "whToday", "whLastSevenDays", "whLifetime"), figures, strict=True))
    told["lines"] = [{"wNow": watts, "rmsVoltage": 120.0} for watts in lines]
    if measures is None:
        del told["measurementType"]
    return told


def production(*made: dict[str, Any], used: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    storage = [{"type": "acb", "activeCount": 0, "readingTime": 0, "wNow": 0, "whNow": 0, "state": "idle"}]
    return {"production": list(made), "consumption": list(used), "storage": storage}


def meter(measures: str, on: bool = True, mode: str = "split", count: int = 2, **more: Any) -> dict[str, Any]:
    state = "enabled" if on else "disabled"
    told = {"eid": EIDS[measures], "state": state, "measurementType": measures, "phaseMode": mode}
    return told | {"phaseCount": count, "meteringStatus": "normal", "statusFlags": []} | more


def reading(
    measures: str, watts: float, delivered: float, received: float = 0.0, phases: Iterable[float] = ()
) -> dict[str, Any]:
    channels = [
        {"eid": EIDS[measures] + n, "activePower": each, "voltage": 120.5 + n, "freq": 60.0}
        for n, each in enumerate(phases, start=1)
    ]
    told = {"eid": EIDS[measures], "timestamp": NOON, "activePower": watts, "voltage": 241.0, "freq": 60.0}
    return told | {"actEnergyDlvd": delivered, "actEnergyRcvd": received, "channels": channels}


def reports(count: int, watts: float = 200, age: float = 100, kind: int | None = 1, first: int = 1) -> list[Any]:
    return [report(serial(n), watts, age + n, kind) for n in range(first, first + count)]


def report(name: str, watts: float, age: float, kind: int | None = 1) -> dict[str, Any]:
    told = {"serialNumber": name, "lastReportDate": int(NOON - age), "lastReportWatts": watts, "maxReportWatts": 260}
    return told if kind is None else told | {"devType": kind}


def serial(n: int) -> str:
    return f"4822{n:08}"


def channel(watts: float = 200, age: float = 100, lifetime: float = 900_000.0, **more: Any) -> dict[str, Any]:
    told = {
        "chanEid": 1627390225,
        "created": int(NOON - age),
        "wattHours": {"today": 700, "yesterday": 1500, "week": 9000},
        "watts": {"now": watts, "nowUsed": 0, "max": 280},
        "lastReading": {
            "endDate": int(NOON - age),
            "duration": 905,
            "acVoltageINmV": 240_100,
            "acFrequencyINmHz": 60_000,
            "dcVoltageINmV": 33_100,
            "dcCurrentINmA": 5_800,
            "channelTemp": 31,
            "joulesProduced": int(watts * 905),
        },
        "lifetime": {"joulesProduced": int(lifetime * 3600), "duration": 1, "createdTime": int(NOON - age)},
    }
    return told | more


def device(name: str, *channels: dict[str, Any], kind: str = "pcu", active: bool = True) -> dict[str, Any]:
    if not active:
        channels = (channel() | {"created": 0, "lastReading": {}},)
    return {"devName": kind, "sn": name, "active": active, "modGone": not active, "channels": list(channels)}


def device_data(devices: list[dict[str, Any]], count: int | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {str(553648384 + n): each for n, each in enumerate(devices)}
    return told | {"deviceCount": len(devices) if count is None else count, "deviceDataLimit": 50}


def listed(name: str, kind: int = 1, **more: Any) -> dict[str, Any]:
    told = {
        "part_num": "800-01131-r02",
        "installed": str(NOON - 90_000_000),
        "serial_num": name,
        "device_status": ["envoy.global.ok"],
        "last_rpt_date": str(NOON - 100),
        "admin_state": 1,
        "dev_type": kind,
        "producing": True,
        "communicating": True,
        "provisioned": True,
        "operating": True,
    }
    return told | more


def relay(name: str, **more: Any) -> dict[str, Any]:
    told = {"relay": "closed", "reason_code": -1, "reason": "ok", "line-count": 3, "producing": False}
    told |= {f"line{n}-connected": True for n in (1, 2, 3)}
    return listed(name, 12, **(told | more))


def inventory(
    inverters: list[dict[str, Any]], batteries: list[dict[str, Any]] | None = None, relays: list[Any] | None = None
) -> list[dict[str, Any]]:
    blocks = {"PCU": inverters, "ACB": batteries or [], "NSRB": relays or [], "ESUB": []}
    return [{"type": kind, "devices": devices} for kind, devices in blocks.items()]


def encharge(name: str, **more: Any) -> dict[str, Any]:
    told = {"percentFull": 62, "temperature": 25, "maxCellTemp": 26, "encharge_capacity": 3360, "led_status": 14}
    return listed(name, 13, installed=NOON - 9_000, last_rpt_date=NOON - 60, device_status=["prop.done"], **told) | more


def enpower(name: str, **more: Any) -> dict[str, Any]:
    told = {"mains_admin_state": "closed", "mains_oper_state": "closed", "Enchg_grid_mode": "multimode-ongrid"}
    return listed(name, 17, last_rpt_date=NOON - 60, temperature=79, **told) | more


def blocks(**devices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": kind, "devices": each} for kind, each in devices.items()] + [{"grid_profile_name": "IEEE"}]


def contacts(**states: str) -> dict[str, Any]:
    return {"dry_contacts": [{"id": name, "status": state} for name, state in states.items()]}


def four(power: dict[str, Any] | None) -> tuple[Any, ...] | None:
    return None if power is None else tuple(power[name] for name in FIGURES)


def sources(power: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(power["source"][name] for name in FIGURES)
