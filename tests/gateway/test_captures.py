"""Every recorded gateway that is at hand, against figures worked out by hand from the protocol reference."""

from collections import Counter
from pathlib import Path

import pytest

from enphase_tray.model.readings import ProblemKind, RelayState, Snapshot
from tests.gateway.captured import recorded

M, I, G, P = "meter", "inverters", "gateway", "page"  # noqa: E741 - one letter per source keeps the table readable

# production and consumption: W, today, seven days, lifetime; then the sources of production, in that order.
EXPECTED: dict[str, tuple[bool, tuple[float | None, ...], str, tuple[float | None, ...] | None]] = {
    "3.7.0": (False, (6630, 53600, 405000, 133000000), P, None),
    "3.9.36": (False, (1271, 1460, 130349, 6012540), G, None),
    "3.9.36_bad_auth": (False, (0, 0, 0, 14578520), G, None),
    "4.10.35": (True, (165.53, 139.351, 179155.351, 26785327.351), M, (806.405, 7412.411, 163075.411, 26335790.411)),
    "5.0.62": (False, (7907, 20161, 366671, 133798553), G, None),
    "7.3.130_no_consumption": (True, (3780.646, 14848.403, 186010.403, 4545926.403), M, None),
    "7.3.466_with_cts_3phase": (
        True,
        (-6.481, 5113.2, 69492.2, 4351113.2),
        M,
        (209.084, 12423.368, 68784.368, 4074795.368),
    ),
    "7.6.114_without_cts": (False, (586, 10363, 101742, 1544282), G, None),
    "7.6.175_relays": (True, (3441.236, 21430.12, 199376.12, 1820822.12), M, None),
    "7.6.175_total": (False, (1322, None, None, None), G, None),
    "7.6.175_with_cts_3phase": (
        True,
        (-6.481, 5113.2, 69492.2, 4351113.2),
        M,
        (209.084, 12423.368, 68784.368, 4074795.368),
    ),
    "8.1.41": (True, (13028.54, 55037.655, None, 1510198.655), M, (5216.083, None, None, 1757943.133)),
    "8.2.127_with_generator_running": (
        True,
        (2429.661, 2645.35, 360056.35, 15097303.35),
        M,
        (2670.058, 3333.448, None, 22392008.448),
    ),
    "8.2.4264_metered_noct": (False, (5521, None, None, 32465106), G, None),
    "8.2.4345_with_device_data": (
        True,
        (734.83, 13439.514, 86274.514, 1243811.514),
        M,
        (1014.016, 14566.311, 136895.311, 1008080.311),
    ),
    "8.2.4382_ACB": (True, (311.12, 296.774, 41260.774, 19213420.774), M, (330.26, 6553.925, None, 26700500.925)),
    "8.3.1598_collar": (True, (0, 47077.959, 47077.959, 47077.959), M, (3774.309, 132912.625, 132912.625, 132912.625)),
    "8.3.5169_ACB_inventory": (
        True,
        (-3.867, 2797.739, 30059.739, 1692970.739),
        M,
        (1418.926, 54009.409, None, 20842598.409),
    ),
    "8.3.5289_modGone": (True, (1623.572, 2109.267, 136480.267, 10251312.267), M, None),
}

# net: W, imported, exported
NET: dict[str, tuple[float | None, ...]] = {
    "4.10.35": (640.874, 16908208.78, 17357690.272),
    "7.3.466_with_cts_3phase": (215.565, 3738205.282, 1776768.769),
    "7.6.175_relays": (94.563, 906604.35, 400646.164),
    "7.6.175_with_cts_3phase": (215.565, 3738205.282, 1776768.769),
    "8.1.41": (-7812.457, None, None),
    "8.2.127_with_generator_running": (240.397, 13632727.119, 6336017.38),
    "8.2.4345_with_device_data": (279.186, 648203.353, 883899.646),
    "8.2.4382_ACB": (19.141, 14153292.251, 6665130.717),
    "8.3.1598_collar": (3774.309, 108563.587, 22728.922),
    "8.3.5169_ACB_inventory": (1422.794, 19284368.878, 40194.373),
}

# inverters by state, and the sum of their last W (retired ones not counted)
INVERTERS: dict[str, tuple[dict[str, int], float]] = {
    "3.7.0": ({}, 0),
    "3.9.36": ({"reporting": 12}, 1658),
    "3.9.36_bad_auth": ({}, 0),
    "4.10.35": ({"reporting": 19}, 245),
    "5.0.62": ({"reporting": 40}, 7907),
    "7.3.130_no_consumption": ({"reporting": 15}, 4086),
    "7.3.466_with_cts_3phase": ({"reporting": 7}, 751),
    "7.6.114_without_cts": ({"reporting": 13}, 586),
    "7.6.175_relays": ({"reporting": 14}, 3321),
    "7.6.175_total": ({"reporting": 14}, 1319),
    "7.6.175_with_cts_3phase": ({"reporting": 7}, 751),
    "8.1.41": ({"reporting": 44}, 13161),
    "8.2.127_with_generator_running": ({"reporting": 26}, 2292),
    "8.2.4264_metered_noct": ({"reporting": 2}, 336),
    "8.2.4345_with_device_data": ({"reporting": 15}, 2594),
    "8.2.4382_ACB": ({"reporting": 17}, 180),
    "8.3.1598_collar": ({"asleep": 17}, 0),
    "8.3.5169_ACB_inventory": ({"asleep": 3}, 0),
    "8.3.5289_modGone": ({"reporting": 12, "retired": 3}, 1498),
}

RELAYS: dict[str, list[tuple[str, str, str]]] = {
    "7.6.175_relays": [
        ("999999935944", "iq_relay", "closed"),
        ("999999968177", "iq_relay", "closed"),
        ("xxx", "mains", "closed"),
    ],
    "8.1.41": [("482326083757", "mains", "closed")],
    "8.2.127_with_generator_running": [("122210043898", "mains", "open")],
    "8.2.4345_with_device_data": [("122446012073", "mains", "closed")],
    "8.3.1598_collar": [("482520020939", "collar", "closed")],
    "8.3.5289_modGone": [("900000000001", "iq_relay", "unknown")],
}

PHASES = {
    "4.10.35": 2,
    "7.3.130_no_consumption": 2,
    "7.3.466_with_cts_3phase": 3,
    "7.6.175_relays": 3,
    "7.6.175_with_cts_3phase": 3,
    "8.2.127_with_generator_running": 2,
    "8.2.4345_with_device_data": 1,
    "8.2.4382_ACB": 1,
    "8.3.1598_collar": 2,
    "8.3.5169_ACB_inventory": 1,
    "8.3.5289_modGone": 1,
}


@pytest.fixture
def known(capture: Path) -> str:
    """The capture's name, if somebody has worked out what it must give."""
    if capture.name not in EXPECTED:
        pytest.skip("no figures were worked out for this gateway")
    return capture.name


def test_figures(capture: Path, known: str) -> None:
    read = recorded(capture)
    metered, production, source, consumption = EXPECTED[known]
    assert read.metered is metered
    assert _figures(read.production) == production
    assert read.production is not None
    assert set(read.production.source.values()) == {source}
    assert _figures(read.consumption) == consumption
    net = read.net
    assert (None if net is None else (net.watts_now, net.watt_hours_imported, net.watt_hours_exported)) == NET.get(
        known
    )
    assert not read.starting_up


def test_devices(capture: Path, known: str) -> None:
    read = recorded(capture)
    states, watts = INVERTERS[known]
    assert Counter(inverter.state for inverter in read.inverters) == states
    assert sum(inverter.last_report_watts or 0 for inverter in read.inverters if not inverter.retired) == watts
    assert [(relay.serial, relay.kind, relay.relay) for relay in read.relays] == RELAYS.get(known, [])
    assert len(read.phases) == PHASES.get(known, 0)


def test_invariants_of_any_gateway(capture: Path) -> None:
    """What must hold for each folder, also for those that nobody has looked at yet."""
    read = recorded(capture)
    assert read.gateway.serial
    for part in (read.production, read.consumption):
        if part is not None:
            fields = ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime")
            assert set(part.source) == {name for name in fields if getattr(part, name) is not None}
            assert all((getattr(part, name) or 0) >= 0 for name in fields[1:])
    for devices in (read.inverters, read.relays, read.batteries):
        serials = [device.serial for device in devices]
        assert serials == sorted(serials)
    serials = [inverter.serial for inverter in read.inverters]
    assert len(serials) == len(set(serials))
    assert not set(serials) & {device.serial for device in (*read.relays, *read.batteries)}
    assert not all(inverter.retired for inverter in read.inverters) or not read.inverters
    assert len(read.phases) <= 3
    assert read.dry_contacts == () or any(relay.kind == "mains" for relay in read.relays)
    assert all(problem.title and problem.advice for problem in read.problems)
    assert not any(problem.kind is ProblemKind.FAILED for problem in read.problems if not problem.login_refused)


def test_what_device_data_tell_of_an_inverter(captures_dir: Path) -> None:
    read = _of(captures_dir, "8.3.5289_modGone")
    one = next(inverter for inverter in read.inverters if inverter.serial == "900000000013")
    assert (one.last_report_watts, one.max_report_watts, one.watt_hours_today) == (16, 242, 21)
    assert one.watt_hours_lifetime == pytest.approx(4904101572 / 3600)
    assert one.report_interval_seconds == 903
    assert [i.serial for i in read.inverters if i.retired] == ["900000000004", "900000000006", "900000000012"]
    assert read.timezone == "Europe/Brussels"


def test_a_serial_given_twice_is_told_apart_by_its_channel(captures_dir: Path) -> None:
    read = _of(captures_dir, "8.3.5169_ACB_inventory")
    words = {inverter.serial: inverter.device.words for inverter in read.inverters}
    assert "envoy.cond_flags.pcu_chan.dcvoltagetoolow" in words["12122012100000"]
    assert words["122012100000"] == ("envoy.cond_flags.pcu_ctrl.dc-pwr-low", "envoy.cond_flags.obs_strs.failure")
    assert [(b.serial, b.kind, b.percent_full) for b in read.batteries] == [
        ("121917000000", "ac_battery", 2),
        ("122047000000", "ac_battery", 0),
    ]


def test_a_generator_runs_while_the_mains_relay_is_open(captures_dir: Path) -> None:
    read = _of(captures_dir, "8.2.127_with_generator_running")
    assert read.relays[0].reason == "Running on the generator"
    assert [(b.percent_full, b.watts_now, b.capacity_watt_hours) for b in read.batteries] == [(98, -1250, 3360)]
    assert [(c.id, c.state, c.name) for c in read.dry_contacts] == [
        ("NC1", RelayState.CLOSED, None),
        ("NC2", RelayState.CLOSED, None),
        ("NO1", RelayState.CLOSED, "Fridge and Freezer"),
        ("NO2", RelayState.CLOSED, "HVAC and Furnace"),
    ]


def test_iq_relays(captures_dir: Path) -> None:
    relay = _of(captures_dir, "7.6.175_relays").relays[1]
    assert relay.lines == (True, None, None)
    assert relay.device.words == ("envoy.global.ok",)
    assert (relay.part_number, relay.reason) == ("800-00598-r04", None)


def _of(captures_dir: Path, name: str) -> Snapshot:
    folder = captures_dir / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not at hand")
    return recorded(folder)


def _figures(reading: object) -> tuple[float | None, ...] | None:
    if reading is None:
        return None
    names = ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime")
    return tuple(getattr(reading, name) for name in names)
