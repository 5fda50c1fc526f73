"""Single answers: what each parser makes of documents that no recorded gateway shows, and of nonsense."""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.gateway import endpoints
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.endpoints import (
    ENDPOINTS,
    FALLBACKS,
    device_data,
    ensemble_inventory,
    ensemble_power,
    ensemble_status,
    home,
    inventory,
    inverters_v1,
    meters,
    production_json,
    production_page,
    production_v1,
    readings,
)
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.verdict import judge
from enphase_tray.model.connection import StepOutcome
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.readings import RelayState
from tests.gateway.captured import NOON, info


def _bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_list_names_every_file_on_the_shelf_and_every_part() -> None:
    folder = Path(endpoints.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    modules = {item.parse.__module__.rpartition(".")[2] for item in ENDPOINTS}
    assert modules == files
    assert {item.name for item in ENDPOINTS} == set(Parts.__dataclass_fields__)
    assert {item.name for item in FALLBACKS} <= {item.name for item in ENDPOINTS}


@pytest.mark.parametrize(
    ("firmware", "missing", "present"),
    [
        ("3.7.0", {"inventory", "meters", "device_data", "production"}, {"page", "production_v1"}),
        ("3.9.36", {"meters", "device_data", "ensemble_inventory"}, {"page", "production_v1", "inverters"}),
        ("5.0.62", {"page", "device_data", "ensemble_inventory"}, {"meters", "readings", "production"}),
        ("8.3.5289", {"page"}, {"device_data", "energy", "ensemble_inventory", "inventory"}),
    ],
)
def test_endpoints_are_only_tried_where_they_can_exist(firmware: str, missing: set[str], present: set[str]) -> None:
    can = {item.name for item in ENDPOINTS if item.can_exist(info(firmware))}
    assert present <= can
    assert not missing & can


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((" 0 W", " 0 Wh", "  0 Wh", "14.6 MWh"), (0, 0, 0, 14_600_000)),
        (("1.2 MW", "3.45 MWh", "12 kWh", "1.5 GWh"), (1_200_000, 3_450_000, 12_000, 1.5e9)),
        (("-5 W", "1,234 Wh", "2 kWh", "3 kWh"), (-5, 1234, 2000, 3000)),
        # A unit of the other kind is a page that is not understood: 5 W are not the energy of a day.
        (("5 Wh", "5 W", "2 kWh", "3 kWh"), (None, None, 2000, 3000)),
    ],
)
def test_production_page(cells: tuple[str, ...], expected: tuple[float | None, ...]) -> None:
    names = ("Currently", "Today", "Past Week", "Since Installation")
    rows = "".join(f"<tr><td>{name}</td>   <td>{cell}</td></tr>" for name, cell in zip(names, cells, strict=True))
    got = production_page.parse(f"<h1>System Energy Production</h1><table>{rows}</table>".encode())
    assert (got.watts_now, got.today, got.seven_days, got.lifetime) == expected


def test_production_page_without_its_table() -> None:
    with pytest.raises(NotUnderstood):
        production_page.parse(b"<html><h1>Page Not Found</h1></html>")


def test_values_out_of_range_are_named_and_left_out() -> None:
    got = production_v1.parse(
        b'{"wattHoursToday": -1, "wattHoursLifetime": NaN, "wattsNow": 5e9, "wattHoursSevenDays": 7}'
    )
    assert (got.watts_now, got.today, got.seven_days, got.lifetime) == (None, None, 7, None)
    assert set(got.rejected) == {"wattHoursToday", "wattHoursLifetime", "wattsNow"}


def test_production_entries_are_told_apart_by_their_type_not_their_place() -> None:
    def eim(measures: str, watts: float) -> dict[str, Any]:
        return {"type": "eim", "activeCount": 1, "measurementType": measures, "wNow": watts}

    got = production_json.parse(
        _bytes(
            {
                "consumption": [eim("net-consumption", -200), eim("total-consumption", 300)],
                "production": [
                    {"type": "rgms", "activeCount": 1, "wNow": 9},
                    eim("production", 500),
                    {"type": "inverters", "activeCount": 3, "wNow": 480, "whLifetime": 12.5},
                ],
            }
        )
    )
    watts = [part.figures.watts_now for part in (got.production, got.total, got.net, got.inverters) if part]
    assert watts == [500, 300, -200, 480]


def test_firmware_4_2_names_no_measurement() -> None:
    got = production_json.parse(
        _bytes(
            {
                "production": [{"type": "eim", "activeCount": 1, "wNow": -1.5, "whLifetime": 5}],
                "consumption": [{"type": "eim", "activeCount": 0, "wNow": 3}],
            }
        )
    )
    assert got.production is not None
    assert got.production.figures.watts_now == -1.5
    assert got.total is not None
    assert got.total.active == 0


def test_noise_of_a_meter_that_is_off_is_not_reported() -> None:
    entry = {"type": "eim", "activeCount": 0, "measurementType": "total-consumption", "wNow": -1.8, "whLifetime": -18.1}
    assert production_json.parse(_bytes({"production": [], "consumption": [entry]})).rejected == ()


def test_inverter_list_with_doubles_strangers_and_nonsense() -> None:
    got = inverters_v1.parse(
        _bytes(
            [
                {"serialNumber": "1", "lastReportDate": NOON - 900, "devType": 1, "lastReportWatts": 5},
                {
                    "serialNumber": "1",
                    "lastReportDate": NOON,
                    "devType": 1,
                    "lastReportWatts": 6,
                    "maxReportWatts": 200,
                },
                {"serialNumber": "2", "lastReportDate": 0, "lastReportWatts": 4294967295, "maxReportWatts": 99999},
                {"serialNumber": "3", "lastReportDate": "soon", "devType": 11, "lastReportWatts": "x"},
                {"lastReportWatts": 5},
                "nothing",
            ]
        )
    )
    one, two, three = got.rows
    assert (one.watts, one.max_watts, one.at) == (6, 200, datetime.fromtimestamp(NOON, UTC))
    assert (two.device_type, two.watts, two.max_watts, two.at) == (1, -1, None, None)
    assert (three.device_type, three.watts, three.at) == (11, None, None)
    assert "maxReportWatts of 2" in got.rejected
    assert "lastReportWatts of 3" in got.rejected


def _device(serial: str, kind: str = "pcu", active: bool = True, channels: int = 1, **more: Any) -> dict[str, Any]:
    channel = {
        "chanEid": 7,
        "created": NOON,
        "wattHours": {"today": 100, "yesterday": 200, "week": 900},
        "watts": {"now": 50, "nowUsed": 0, "max": 240},
        "lastReading": {
            "endDate": NOON,
            "duration": 905,
            "dcVoltageINmV": 33000,
            "channelTemp": 30,
            "dcCurrentINmA": 500,
        },
        "lifetime": {"joulesProduced": 3_600_000},
    }
    return {"devName": kind, "sn": serial, "active": active, "modGone": False, "channels": [channel] * channels, **more}


def test_channels_of_one_inverter_are_summed() -> None:
    got = device_data.parse(_bytes({"1": _device("A", channels=2), "deviceCount": 1, "deviceDataLimit": 50}))
    (row,) = got.rows
    assert (row.watts, row.max_watts, row.today, row.yesterday, row.week) == (100, 480, 200, 400, 1800)
    assert (row.lifetime, row.dc_volts, row.dc_amps, row.celsius) == (2000, 33, 1, 30)
    assert got.complete


def test_fifty_devices_are_not_all_of_them() -> None:
    assert not device_data.parse(_bytes({"1": _device("A"), "deviceCount": 50, "deviceDataLimit": 50})).complete


def test_of_a_device_given_twice_the_living_one_counts() -> None:
    got = device_data.parse(_bytes({"1": _device("A"), "2": _device("A", active=False), "deviceCount": 2}))
    assert [row.active for row in got.rows] == [True]


def test_meters_are_no_devices_and_the_garbage_of_ac_batteries_is_not_reported() -> None:
    acb = _device("B", kind="acb")
    acb["channels"][0]["wattHours"]["today"] = 57134
    got = device_data.parse(_bytes({"1": _device("M", kind="eim"), "2": acb}))
    assert [row.kind for row in got.rows] == ["acb"]
    assert got.rejected == ()


def test_an_inverter_that_makes_a_megawatt_is_not_believed() -> None:
    broken = _device("A")
    broken["channels"][0]["watts"] = {"now": 1_000_000, "max": 4294967295}
    got = device_data.parse(_bytes({"1": broken}))
    assert got.rows[0].watts is None
    assert got.rows[0].today == 100
    assert "now of A" in got.rejected


def test_a_removed_device_has_no_zeros() -> None:
    removed = _device("A", active=False)
    removed["channels"] = [
        {"created": 0, "wattHours": {"today": 0}, "watts": {"now": 0, "max": 0}, "lastReading": {}, "lifetime": {}}
    ]
    (row,) = device_data.parse(_bytes({"1": removed})).rows
    assert (row.watts, row.max_watts, row.today, row.lifetime, row.at) == (None, None, None, None, None)


def _relay(**changed: Any) -> dict[str, Any]:
    told = {
        "serial_num": "R1",
        "dev_type": 12,
        "admin_state": 1,
        "relay": "closed",
        "reason_code": -1,
        "reason": "ok",
        "line-count": 3,
        "line1-connected": True,
        "line2-connected": True,
        "line3-connected": True,
        "last_rpt_date": str(NOON),
    } | changed
    return {key: value for key, value in told.items() if value is not ...}


@pytest.mark.parametrize(
    ("changed", "state", "lines"),
    [
        ({}, RelayState.CLOSED, (True, True, True)),
        ({"relay": "open", "line1-connected": False}, RelayState.OPEN, (False, True, True)),
        ({"relay": "Opened by grid"}, RelayState.OPEN, (True, True, True)),
        ({"relay": "strange"}, RelayState.UNKNOWN, (True, True, True)),
        ({"relay": ...}, RelayState.UNKNOWN, (True, True, True)),
        ({"relay": None}, RelayState.UNKNOWN, (True, True, True)),
        ({"relay": 0}, RelayState.UNKNOWN, (True, True, True)),
        ({"line-count": 1, "line2-connected": False}, RelayState.CLOSED, (True, None, None)),
        ({"line-count": 2, "line2-connected": False, "line3-connected": False}, RelayState.CLOSED, (True, False, None)),
        ({"line-count": ..., "line3-connected": False}, RelayState.CLOSED, (True, True, None)),
        ({"line2-connected": ...}, RelayState.CLOSED, (True, None, True)),
    ],
)
def test_relay_states(changed: dict[str, Any], state: RelayState, lines: tuple[bool | None, ...]) -> None:
    (relay,) = inventory.parse(_bytes([{"type": "NSRB", "devices": [_relay(**changed)]}])).relays
    assert relay.relay is state
    assert relay.lines == lines


def test_inventory_keeps_all_words_and_marks_what_was_removed() -> None:
    got = inventory.parse(
        _bytes(
            [
                {"type": "PCU", "devices": [{"serial_num": "P", "admin_state": 3, "device_status": ["a", "b", 5]}, {}]},
                {"type": "ACB", "devices": [{"serial_num": "B", "admin_state": 0, "percentFull": 140}]},
                {"type": "NSRB", "devices": [_relay(reason="grid gone", reason_code=4)]},
                {"type": "ESUB", "devices": [{"serial_num": "E"}]},
                {"grid_profile_name": "no block"},
            ]
        )
    )
    (inverter,), (battery,), (relay,) = got.inverters, got.batteries, got.relays
    assert inverter.deleted
    assert inverter.status.words == ("a", "b")
    assert inverter.status.producing is None
    assert (battery.deleted, battery.percent_full) == (True, None)
    assert relay.reason == "grid gone"
    assert got.rejected == ("serial_num of a device",)


def test_counts_from_outside_are_bounded() -> None:
    got = meters.parse(_bytes([{"eid": 1, "state": "enabled", "measurementType": "production", "phaseCount": 2**62}]))
    assert got.meters[0].phase_count is None


def test_a_reading_is_found_by_its_eid() -> None:
    rows = [{"eid": 9, "activePower": 1.5, "actEnergyDlvd": 2}, {"eid": 9, "activePower": 3}, {"activePower": 4}]
    got = readings.parse(_bytes(rows))
    assert {eid: reading.watts for eid, reading in got.by_eid.items()} == {9: 1.5}


@pytest.mark.parametrize(
    ("zone", "kept"), [("Europe/Brussels", True), ("../etc/passwd", False), ("<b>", False), (5, False)]
)
def test_time_zone(zone: object, kept: bool) -> None:
    assert home.parse(_bytes({"timezone": zone, "network": {}})).timezone == (zone if kept else None)


def test_mains_relay_words() -> None:
    enpower = {"serial_num": "E", "mains_admin_state": "closed", "mains_oper_state": "open"}
    off_grid = enpower | {"Enchg_grid_mode": "multimode-offgrid"}
    by_command = enpower | {"serial_num": "F", "mains_admin_state": "open"}
    silent = {"serial_num": "G"}
    collar = {"serial_num": "C", "mid_state": "open", "grid_state": "off_grid"}
    got = ensemble_inventory.parse(
        _bytes(
            [
                {"type": "ENPOWER", "devices": [off_grid, by_command, silent]},
                {"type": "COLLAR", "devices": [collar]},
                {"type": "C6 RGM", "devices": [{"FW Version": "1"}]},
            ]
        )
    )
    assert [(relay.relay, relay.reason) for relay in got.controllers] == [
        (RelayState.OPEN, "Running off the grid"),
        (RelayState.OPEN, "Opened on command"),
        (None, None),
    ]
    assert (got.collars[0].relay, got.collars[0].reason) == (RelayState.OPEN, "Running off the grid")
    assert ensemble_status.parse(b'{"relay": {"mains_oper_state": "closed"}}').mains is RelayState.CLOSED


def test_battery_power_has_a_key_with_a_colon() -> None:
    got = ensemble_power.parse(b'{"devices:": [{"serial_num": "B", "real_power_mw": -1250000, "soc": 98}]}')
    assert (got.by_serial["B"].watts, got.by_serial["B"].percent_full) == (-1250, 98)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"", StepOutcome.ABSENT),
        (200, b"  \n", StepOutcome.ABSENT),
        (200, b"<!DOCTYPE html><html>Page Not Found</html>", StepOutcome.ABSENT),
        (200, b'{"error": "service down"}', StepOutcome.ABSENT),
        (200, b' { "err": "404 - Not Found" }', StepOutcome.ABSENT),
        (200, b"{}", StepOutcome.ABSENT),
        (200, b'{"production": [{"type": "inv', StepOutcome.FAILED),
        (200, b"null", StepOutcome.FAILED),
        (301, b"", StepOutcome.ABSENT),
        (400, b"", StepOutcome.ABSENT),
        (401, b"<html>", StepOutcome.ABSENT),
        (403, b"", StepOutcome.ABSENT),
        (404, b'{ "error" : "404 - Not Found" }', StepOutcome.ABSENT),
        (429, b"", StepOutcome.FAILED),
        (500, b"", StepOutcome.FAILED),
        (503, b"", StepOutcome.FAILED),
        (504, b"<html>504 Gateway Time-out", StepOutcome.FAILED),
    ],
)
def test_verdicts(status: int, body: bytes, outcome: StepOutcome) -> None:
    verdict = judge(production_json.ENDPOINT, status, body)
    assert verdict.outcome is outcome
    assert verdict.part is None
    assert verdict.title


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, *FALLBACKS], ids=lambda endpoint: endpoint.path)
def test_no_nonsense_gets_through_a_parser(endpoint: Endpoint) -> None:
    """Whatever comes, a parser returns a part or raises `NotUnderstood`."""
    chance = random.Random(endpoint.path)
    leaves: list[Any] = [None, True, "", "x" * 5000, -1, 2**70, 1e308, [], {}, [[]], "open", "NaN", -(2**63), 0.1]
    for body in (b"", b"null", b"[" * 50_000, b"\xff\xfe", b'{"a": 1' + b"0" * 6000 + b"}", b"[1, 2]", b'"x"', b"0"):
        _try(endpoint.parse, body)
    for _ in range(150):
        _try(endpoint.parse, _bytes(_mutated(_TEMPLATE, chance, leaves)))
        _try(endpoint.parse, _bytes(_mutated(_LISTS, chance, leaves)))


def _try(parse: Callable[[bytes], object], body: bytes) -> None:
    with suppress(NotUnderstood):
        parse(body)


def _mutated(value: Any, chance: random.Random, leaves: list[Any]) -> Any:
    if chance.random() < 0.06:
        return chance.choice(leaves)
    if isinstance(value, dict):
        return {key: _mutated(item, chance, leaves) for key, item in value.items() if chance.random() > 0.03}
    if isinstance(value, list):
        return [_mutated(item, chance, leaves) for item in value]
    return value


_BLOCK = {"type": "NSRB", "devices": [_relay(), _relay(serial_num="R2", admin_state=3)]}
_LISTED = {"serialNumber": "1", "lastReportDate": NOON, "devType": 1, "lastReportWatts": 5, "eid": 9, "channels": [{}]}
_LISTS: list[Any] = [_BLOCK, {"type": "ENPOWER", "devices": [_relay()]}, _LISTED, {"type": "PCU", "devices": [_LISTED]}]
_TEMPLATE: dict[str, Any] = {
    "production": [{"type": "eim", "activeCount": 1, "wNow": 5, "lines": [{"wNow": 1}]}],
    "consumption": [{"type": "eim", "activeCount": 1, "measurementType": "net-consumption"}],
    "5": _device("A", channels=2),
    "deviceCount": 1,
    "devices:": [{"serial_num": "B", "real_power_mw": 5}],
    "dry_contacts": [{"id": "NC1", "status": "open", "load_name": "Pump"}],
    "relay": {"mains_oper_state": "open"},
    "timezone": "Europe/Brussels",
    "wattsNow": 5,
}
