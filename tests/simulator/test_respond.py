"""What each firmware answers, over a real socket, asked with plain requests."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.simulator.support import MIDSUMMER_NOON, Asker, session

NIGHT = datetime(2026, 6, 21, 23, 30, tzinfo=UTC)
WRAP = 2**32 / 3600


def asker_at(moment: datetime, **changes: Any) -> tuple[Asker, ManualClock]:
    clock = ManualClock(moment)
    return Asker(SimulatedGateway(HouseConfig(**changes), clock)), clock


ENDPOINTS = {
    "3.7.0": {
        "/info": "xml", "/production": "html", "/production.json": "html", "/api/v1/production": 404,
        "/api/v1/production/inverters": 404, "/inventory.json": 404, "/home": 404, "/ivp/meters": 404,
    },
    "3.9.36": {
        "/info": "xml", "/production": "html", "/production.json": "html", "/api/v1/production": "json",
        "/api/v1/production/inverters": "json", "/inventory.json": "json", "/ivp/meters": 404,
    },
    "5.0.62": {
        "/info": "xml", "/production": 401, "/production.json": "json", "/api/v1/production": "json",
        "/api/v1/production/inverters": "json", "/inventory.json": "json", "/ivp/meters": "json", "/home": "json",
        "/ivp/pdm/device_data": 404, "/ivp/ensemble/inventory": 404,
    },
    "7.6.175": {
        "/info": "xml", "/production": "json", "/production.json?details=1": "json", "/api/v1/production": "json",
        "/ivp/meters/readings": "json", "/ivp/ensemble/inventory": "json", "/ivp/ensemble/dry_contacts": "json",
        "/ivp/pdm/energy": 404, "/ivp/pdm/device_data": 404, "/ivp/peb/devstatus": 401, "/auth/check_jwt": "html",
    },
    "8.3.5289": {
        "/info": "xml", "/production.json?details=1": "json", "/api/v1/production/inverters": "json",
        "/api/v1/consumption": "json", "/ivp/pdm/energy": "json", "/ivp/pdm/device_data": "json", "/home": "json",
        "/ivp/ensemble/power": "json", "/ivp/ensemble/secctrl": "json", "/ivp/ensemble/status": "json",
        "/stream/meter": 401, "/nothing": 404,
    },
}  # fmt: skip


@pytest.mark.parametrize("firmware", list(ENDPOINTS))
def test_each_firmware_has_its_endpoints(firmware: str) -> None:
    with SimulatedGateway(HouseConfig(firmware=firmware, batteries=1), ManualClock(MIDSUMMER_NOON)) as gateway:
        assert gateway.url.startswith("https" if firmware >= "7" else "http:")
        with session(gateway) as logged_in:
            for target, expected in ENDPOINTS[firmware].items():
                answer = logged_in.get(gateway.url + target, timeout=5)
                assert answer.status_code == (expected if isinstance(expected, int) else 200), target
                if expected == "json":
                    json.loads(answer.content)
                elif expected in ("xml", "html"):
                    assert answer.content.lstrip().startswith(b"<"), target


@pytest.mark.parametrize("firmware", ["3.9.36", "5.0.62", "7.6.175", "8.3.5289"])
def test_without_a_login_only_the_open_paths_answer(firmware: str) -> None:
    with SimulatedGateway(HouseConfig(firmware=firmware), ManualClock(MIDSUMMER_NOON)) as gateway, session() as nobody:
        assert nobody.get(gateway.url + "/info", timeout=5).status_code == 200
        assert nobody.get(gateway.url + "/api/v1/production/inverters", timeout=5).status_code == 401
        open_to_all = nobody.get(gateway.url + "/api/v1/production", timeout=5)
        assert open_to_all.status_code == (200 if firmware < "7" else 401)


def test_info_names_the_gateway_as_its_age_does() -> None:
    old, _ = asker_at(MIDSUMMER_NOON, firmware="3.9.36", serial="121426016034")
    new, _ = asker_at(MIDSUMMER_NOON, firmware="8.3.5289", meters=Meters.NONE)
    old_info, new_info = (asker.gateway.respond("GET", "/info").body.decode() for asker in (old, new))
    assert "<sn>121426016034</sn>" in old_info
    assert "<software>R3.9.36</software>" in old_info
    assert "imeter" not in old_info
    assert "web-tokens" not in old_info
    assert "<software>D8.3.5289</software>" in new_info
    assert "<imeter>false</imeter>" in new_info
    assert "<web-tokens>true</web-tokens>" in new_info
    assert f"<time>{int(MIDSUMMER_NOON.timestamp())}</time>" in new_info


def test_the_page_of_firmware_3_has_three_digits_and_units() -> None:
    asker, _ = asker_at(MIDSUMMER_NOON, firmware="3.7.0")
    page = asker.gateway.respond("GET", "/production").body.decode()
    for name, unit in (("Currently", "kW"), ("Today", "kWh"), ("Past Week", "kWh"), ("Since Installation", "MWh")):
        assert f"<td>{name}</td>" in page
        assert f" {unit}</td>" in page.split(f"<td>{name}</td>")[1][:40]


def test_at_night_the_gateway_shows_what_real_ones_show() -> None:
    asker, _ = asker_at(NIGHT)
    for device in asker.inventory("PCU").values():
        flags = [device[name] for name in ("communicating", "producing", "provisioned", "operating")]
        assert flags == [False] * 4
        assert device["device_status"] == [
            "envoy.cond_flags.pcu_ctrl.dc-pwr-low",
            "envoy.cond_flags.obs_strs.failure",
        ]
    rows = [
        row for row in asker.json("/ivp/pdm/device_data").values() if isinstance(row, dict) and row["devName"] == "pcu"
    ]
    assert {(row["active"], row["modGone"]) for row in rows} == {(True, True)}
    assert {row["channels"][0]["lastReading"]["flags"] for row in rows} == {0x200000}
    entry = asker.json("/production.json")["production"][0]
    assert (entry["readingTime"], entry["wNow"], entry["activeCount"]) == (0, 0, 12)
    home = asker.json("/home")["comm"]
    assert (home["pcu"]["num"], home["nsrb"]["num"]) == (0, 1)
    assert all(NIGHT.timestamp() - row["lastReportDate"] > 3600 for row in asker.inverters().values())
    assert -15 < asker.json("/production.json")["production"][1]["wNow"] < 0
    relay = next(iter(asker.inventory("NSRB").values()))
    assert (relay["communicating"], relay["producing"], relay["relay"]) == (True, False, "closed")


def test_dusk_and_dawn_are_staggered() -> None:
    asker, clock = asker_at(datetime(2026, 6, 21, 19, 0, tzinfo=UTC))
    heard = []
    for _ in range(36):
        heard.append(asker.json("/home")["comm"]["pcu"]["num"])
        clock.advance(300)
    assert heard[0] == 12
    assert heard[-1] == 0
    assert len({number for number in heard if 0 < number < 12}) >= 3
    assert heard == sorted(heard, reverse=True)


def test_todays_energy_rises_and_lifetime_grows_by_the_days() -> None:
    asker, clock = asker_at(datetime(2026, 6, 18, 22, 0, tzinfo=UTC), meters=Meters.NONE)
    first = asker.json("/api/v1/production")
    last_of_days = []
    for _ in range(3):
        todays = []
        for _ in range(96):
            todays.append(asker.json("/api/v1/production")["wattHoursToday"])
            clock.advance(900)
        assert todays[0] == 0
        assert all(later >= earlier for earlier, later in pairwise(todays))
        last_of_days.append(todays[-1])
    grown = asker.json("/api/v1/production")["wattHoursLifetime"] - first["wattHoursLifetime"]
    assert grown == pytest.approx(sum(last_of_days), abs=20)
    assert grown > 3000


def test_the_sources_of_one_house_agree() -> None:
    asker, _ = asker_at(MIDSUMMER_NOON)
    rows = [
        row for row in asker.json("/ivp/pdm/device_data").values() if isinstance(row, dict) and row["devName"] == "pcu"
    ]
    pcu = asker.json("/ivp/pdm/energy")["production"]["pcu"]
    assert pcu["wattHoursToday"] == pytest.approx(sum(r["channels"][0]["wattHours"]["today"] for r in rows), abs=13)
    joules = sum(row["channels"][0]["lifetime"]["joulesProduced"] for row in rows)
    assert pcu["wattHoursLifetime"] == pytest.approx(joules / 3600, abs=13)
    reported = {serial: row["lastReportWatts"] for serial, row in asker.inverters().items()}
    for row in rows:
        reading = row["channels"][0]["lastReading"]
        assert reading["joulesProduced"] / reading["duration"] == pytest.approx(reported[row["sn"]], abs=1)
    body = asker.json("/production.json?details=1")
    inverters, meter = body["production"]
    total, net = body["consumption"]
    assert meter["wNow"] == pytest.approx(inverters["wNow"], rel=0.25)
    assert net["wNow"] == pytest.approx(total["wNow"] - meter["wNow"], abs=0.01)
    readings = asker.json("/ivp/meters/readings")
    assert readings[0]["activePower"] == pytest.approx(meter["wNow"], abs=0.01)
    assert readings[1]["actEnergyDlvd"] - readings[1]["actEnergyRcvd"] == pytest.approx(net["whLifetime"], abs=0.1)


@pytest.mark.parametrize(("phases", "mode"), [(1, "three"), (2, "split"), (3, "three")])
def test_lines_come_with_details_only_and_sum_up(phases: int, mode: str) -> None:
    asker, _ = asker_at(MIDSUMMER_NOON, phases=phases)
    assert "lines" not in asker.json("/production.json")["production"][1]
    meter = asker.json("/production.json?details=1")["production"][1]
    assert len(meter["lines"]) == phases
    assert sum(line["wNow"] for line in meter["lines"]) == pytest.approx(meter["wNow"], abs=0.01)
    assert {(row["phaseMode"], row["phaseCount"]) for row in asker.json("/ivp/meters")} == {(mode, phases)}


def test_meters_that_are_missing_or_off_are_told_as_such() -> None:
    standard, _ = asker_at(MIDSUMMER_NOON, meters=Meters.NONE)
    assert standard.json("/ivp/meters") == []
    assert [entry["type"] for entry in standard.json("/production.json")["production"]] == ["inverters"]
    off, clock = asker_at(MIDSUMMER_NOON, meters=Meters.DISABLED)
    assert {row["state"] for row in off.json("/ivp/meters")} == {"disabled"}
    assert off.json("/production.json")["production"][1]["activeCount"] == 0
    frozen = off.json("/api/v1/production")
    clock.advance(3600)
    assert off.json("/api/v1/production") == frozen
    assert off.json("/ivp/pdm/energy")["production"]["pcu"]["wattHoursToday"] > 1000
    half, _ = asker_at(MIDSUMMER_NOON, meters=Meters.PRODUCTION)
    assert [row["state"] for row in half.json("/ivp/meters")] == ["enabled", "disabled"]
    assert {entry["activeCount"] for entry in half.json("/production.json")["consumption"]} == {0}


def test_the_aggregate_lifetime_wraps_where_real_ones_do() -> None:
    def lifetime(firmware: str) -> int:
        asker, _ = asker_at(MIDSUMMER_NOON, firmware=firmware, meters=Meters.NONE)
        return int(asker.json("/production.json")["production"][0]["whLifetime"])

    true = lifetime("5.0.62")
    assert true > 3 * WRAP
    assert lifetime("7.6.175") == pytest.approx(true % WRAP, abs=2)
    assert lifetime("8.3.5289") == pytest.approx(true, abs=2)


def test_retired_units_and_ac_batteries_stand_in_the_list() -> None:
    asker, _ = asker_at(MIDSUMMER_NOON, retired=2, ac_batteries=1, meters=Meters.NONE)
    rows = asker.json("/api/v1/production/inverters")
    assert sorted(row["devType"] for row in rows) == [1] * 14 + [11]
    assert sum(MIDSUMMER_NOON.timestamp() - row["lastReportDate"] > 86400 * 300 for row in rows) == 2
    assert len(asker.inventory("PCU")) == 12
    assert len(asker.inventory("ACB")) == 1
    assert asker.json("/production.json")["production"][0]["activeCount"] == 12


def test_more_than_fifty_devices_are_cut_in_device_data_only() -> None:
    asker, _ = asker_at(MIDSUMMER_NOON, inverters=60)
    data = asker.json("/ivp/pdm/device_data")
    assert (data["deviceCount"], data["deviceDataLimit"], len(data)) == (50, 50, 52)
    assert len(asker.inverters()) == 60


def test_batteries_say_what_they_do() -> None:
    asker, clock = asker_at(datetime(2026, 6, 21, 10, 0, tzinfo=UTC), batteries=2)
    charging = asker.json("/ivp/ensemble/power")["devices:"]
    assert [device["real_power_mw"] < 0 for device in charging] == [True, True]
    clock.advance(8 * 3600)
    evening = asker.json("/ivp/ensemble/power")["devices:"]
    assert evening[0]["real_power_mw"] > 0
    assert 0 <= evening[0]["soc"] <= 100
    types = [block["type"] for block in asker.json("/ivp/ensemble/inventory")]
    assert types == ["ENCHARGE", "ENPOWER"]


def test_version_1_of_a_metered_gateway_moves_once_a_quarter() -> None:
    asker, clock = asker_at(MIDSUMMER_NOON)
    first = asker.json("/api/v1/production")
    clock.advance(600)
    assert asker.json("/api/v1/production") == first
    clock.advance(400)
    assert asker.json("/api/v1/production") != first


def test_two_gateways_of_one_seed_tell_the_same_on_a_fifteen_minute_system() -> None:
    answers = []
    for moment in (MIDSUMMER_NOON, MIDSUMMER_NOON - timedelta(days=3)):
        asker, clock = asker_at(moment, report_seconds=900, seed=9)
        clock.set(MIDSUMMER_NOON)
        answers.append([asker.json(path) for path in ("/production.json?details=1", "/ivp/pdm/device_data", "/home")])
    assert answers[0] == answers[1]
