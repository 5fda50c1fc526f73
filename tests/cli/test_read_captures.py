"""`read --json` on every recorded gateway at hand, over a real socket and with its family's log-in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.model.clock import SystemClock
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from tests.cli.conftest import Terminal

PRODUCTION = ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime")

# The gateway's own figures: W now, today, seven days, lifetime (local-api, "exact expectations" and 4.3, 4.4).
EXPECTED: dict[str, tuple[float | None, ...]] = {
    "3.7.0": (6630, 53600, 405000, 133000000),
    "4.10.35": (165.5, 139.4, 179155.4, 26785327.4),
    "7.6.114_without_cts": (586, 10363, 101742, 1544282),
    "7.6.175_total": (None, None, None, None),
    "8.2.127_with_generator_running": (2429.7, 2645.3, 360056.3, 15097303.3),
    "8.3.5169_ACB_inventory": (-3.9, 2797.7, 30059.7, 1692970.7),
    "8.3.5289_modGone": (1623.6, 2109.3, 136480.3, 10251312.3),
}


@pytest.fixture
def result(capture: Path, terminal: Terminal, connection: Callable[[SimulatedGateway], list[str]]) -> dict[str, Any]:
    with SimulatedGateway(RecordedCapture(capture), SystemClock()) as gateway:
        said = terminal("read", "--json", *connection(gateway))
        assert gateway.max_in_flight == 1
        assert all(record.method == "GET" for record in gateway.requests)
    assert said.status == 0, said.err
    return said.document


def test_figures_are_the_gateways_own(capture: Path, result: dict[str, Any]) -> None:
    if capture.name not in EXPECTED:
        pytest.skip("no figures were worked out for this one")
    production = result["production"] or {}
    for name, expected in zip(PRODUCTION, EXPECTED[capture.name], strict=True):
        if capture.name == "7.6.175_total" and name in {"watts_now", "watt_hours_lifetime"}:
            continue  # both are told by an aggregate there; other tests of the reading room decide on them
        assert production.get(name) == (None if expected is None else pytest.approx(expected, abs=0.06)), name


def test_the_result_keeps_the_contract(capture: Path, result: dict[str, Any]) -> None:
    assert result["schema"] == 1
    assert result["at"].endswith("Z")
    assert result["gateway"]["login"] in {"digest", "token", "none"}
    assert isinstance(result["gateway"]["metered"], bool)
    for name in ("production", "consumption"):
        power = result[name]
        for figure in PRODUCTION if power else ():
            assert (power[figure] is None) == (power["source"][figure] is None), (name, figure)
    for kind in ("inverters", "relays", "batteries"):
        serials = [one["serial"] for one in result[kind]]
        assert serials == sorted(serials)
    assert {one["state"] for one in result["inverters"]} <= {"reporting", "asleep", "retired", "unknown"}
    assert {problem["kind"] for problem in result["problems"]} <= {"absent", "failed", "rejected"}


def test_only_microinverters_are_inverters(capture: Path, result: dict[str, Any]) -> None:
    listed = _document(capture, "api_v1_production_inverters")
    if not isinstance(listed, list):
        pytest.skip("this one has no inverter list")
    strangers = {row["serialNumber"] for row in listed if row.get("devType", 1) != 1}
    own = {row["serialNumber"] for row in listed if row.get("devType", 1) == 1}
    shown = {one["serial"] for one in result["inverters"]}
    assert not shown & (strangers - own)
    if capture.name != "8.3.5169_ACB_inventory":  # where the two sources name one unit by different serials
        assert own <= shown
    assert len(shown) >= len(own)


def test_metered_means_an_enabled_meter(capture: Path, result: dict[str, Any]) -> None:
    meters = _document(capture, "ivp_meters")
    if not isinstance(meters, list):
        pytest.skip("this one has no list of meters")
    enabled = any(meter["state"] == "enabled" and meter["measurementType"] == "production" for meter in meters)
    assert result["gateway"]["metered"] is enabled


def _document(capture: Path, name: str) -> Any:
    log = capture / f"{name}_log.json"
    if not (capture / name).is_file() or (log.is_file() and json.loads(log.read_text())["code"] != 200):
        return None
    try:
        return json.loads((capture / name).read_bytes())
    except ValueError:
        return None
