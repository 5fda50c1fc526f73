"""Faults by name: how they are written and what each does to the gateway's answers."""

from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import Fault, FaultKind, parse_fault
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.simulator.support import MIDSUMMER_NOON, Asker


def at_noon(*faults: Fault, **changes: object) -> tuple[Asker, ManualClock]:
    clock = ManualClock(MIDSUMMER_NOON)
    return Asker(SimulatedGateway(HouseConfig(**changes), clock, faults)), clock  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("relay_open@+600", Fault(FaultKind.RELAY_OPEN, MIDSUMMER_NOON + timedelta(seconds=600))),
        (
            "inverter_stops@+0/3600:7",
            Fault(FaultKind.INVERTER_STOPS, MIDSUMMER_NOON, MIDSUMMER_NOON + timedelta(hours=1), "7"),
        ),
        ("restart@2026-06-22T10:00:00Z", Fault(FaultKind.RESTART, datetime(2026, 6, 22, 10, tzinfo=UTC))),
        ("slow@2026-06-22T12:00+02:00:9", Fault(FaultKind.SLOW, datetime(2026, 6, 22, 10, tzinfo=UTC), None, "9")),
        (
            "status_word@+1:2=pcu_chan.gfitripped",
            Fault(FaultKind.STATUS_WORD, MIDSUMMER_NOON + timedelta(seconds=1), None, "2=pcu_chan.gfitripped"),
        ),
    ],
)
def test_a_fault_is_read_as_it_is_written(text: str, fault: Fault) -> None:
    assert parse_fault(text, MIDSUMMER_NOON) == fault


@pytest.mark.parametrize("text", ["relay_open", "nonsense@+1", "slow@tomorrow", "slow@2026-13-45", "@+5", ""])
def test_a_fault_that_cannot_be_read_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_fault(text, MIDSUMMER_NOON)


def test_an_inverter_that_stops_reports_zero_and_says_low_power() -> None:
    asker, clock = at_noon(Fault(FaultKind.INVERTER_STOPS, MIDSUMMER_NOON, None, "2"))
    serial = asker.gateway.source_serials[1]
    assert asker.inverters()[serial]["lastReportWatts"] > 30
    clock.advance(900)
    row = asker.inverters()[serial]
    assert row["lastReportWatts"] == 0
    assert clock.now().timestamp() - row["lastReportDate"] < 301
    device = asker.inventory("PCU")[serial]
    assert device["device_status"] == ["envoy.cond_flags.pcu_ctrl.dc-pwr-low"]
    assert (device["communicating"], device["producing"]) == (True, False)
    asker.gateway.repair(FaultKind.INVERTER_STOPS)
    clock.advance(900)
    assert asker.inverters()[serial]["lastReportWatts"] > 30
    assert asker.inventory("PCU")[serial]["device_status"] == ["envoy.global.ok"]


def test_a_silent_inverter_keeps_its_last_report() -> None:
    asker, clock = at_noon()
    serial = asker.gateway.source_serials[0]
    last = asker.inverters()[serial]["lastReportDate"]
    asker.gateway.inject(Fault(FaultKind.INVERTER_SILENT, clock.now(), None, serial))
    clock.advance(3600)
    assert asker.inverters()[serial]["lastReportDate"] == last
    device = asker.inventory("PCU")[serial]
    assert device["device_status"] == ["envoy.cond_flags.obs_strs.failure"]
    assert device["communicating"] is False
    data = {device["sn"]: device for device in asker.json("/ivp/pdm/device_data").values() if isinstance(device, dict)}
    assert (data[serial]["active"], data[serial]["modGone"]) == (True, True)
    assert asker.json("/home")["comm"]["pcu"]["num"] == 11


def test_a_silent_inverter_that_comes_back_never_reported_meanwhile() -> None:
    start, end = MIDSUMMER_NOON, MIDSUMMER_NOON + timedelta(hours=1)
    asker, clock = at_noon(Fault(FaultKind.INVERTER_SILENT, start, end, "1"))
    serial = asker.gateway.source_serials[0]
    clock.advance(3590)
    assert asker.inverters()[serial]["lastReportDate"] < start.timestamp()
    clock.advance(400)
    assert asker.inverters()[serial]["lastReportDate"] >= end.timestamp()


def test_a_retired_inverter_leaves_the_inventory_but_not_the_old_list() -> None:
    asker, clock = at_noon(Fault(FaultKind.INVERTER_RETIRED, MIDSUMMER_NOON, None, "5"))
    serial = asker.gateway.source_serials[4]
    clock.advance(1000)
    assert serial in asker.inverters()
    assert serial not in asker.inventory("PCU")
    deleted = [
        d for block in asker.json("/inventory.json?deleted=1") for d in block["devices"] if d["admin_state"] == 3
    ]
    assert [device["serial_num"] for device in deleted] == [serial]
    assert "producing" not in deleted[0]
    data = {device["sn"]: device for device in asker.json("/ivp/pdm/device_data").values() if isinstance(device, dict)}
    assert (data[serial]["active"], data[serial]["modGone"]) == (False, True)


def test_an_open_relay_stops_every_inverter_a_little_later() -> None:
    asker, clock = at_noon(Fault(FaultKind.RELAY_OPEN, MIDSUMMER_NOON), phases=3)
    relay = next(iter(asker.inventory("NSRB").values()))
    assert (relay["relay"], relay["line-count"]) == ("open", 3)
    assert not any(relay[f"line{line}-connected"] for line in (1, 2, 3))
    assert relay["device_status"] == ["envoy.cond_flags.nsrb_ctrl.relayopen"]
    assert any(row["lastReportWatts"] > 0 for row in asker.inverters().values())
    clock.advance(700)
    assert {row["lastReportWatts"] for row in asker.inverters().values()} == {0}
    words = {tuple(device["device_status"]) for device in asker.inventory("PCU").values()}
    assert words == {("envoy.cond_flags.pcu_chan.gridgone",)}
    assert asker.json("/ivp/meters/readings")[0]["activePower"] < 0
    asker.gateway.repair(FaultKind.RELAY_OPEN)
    clock.advance(900)
    assert next(iter(asker.inventory("NSRB").values()))["relay"] == "closed"
    assert all(row["lastReportWatts"] > 0 for row in asker.inverters().values())


def test_an_open_line_leaves_the_relay_closed_and_stops_its_phase_only() -> None:
    asker, clock = at_noon(Fault(FaultKind.RELAY_LINE_OPEN, MIDSUMMER_NOON, None, "2"), phases=3)
    clock.advance(900)
    relay = next(iter(asker.inventory("NSRB").values()))
    assert relay["relay"] == "closed"
    assert [relay[f"line{line}-connected"] for line in (1, 2, 3)] == [True, False, True]
    watts = {device["phase"]: set() for device in asker.inventory("PCU").values()}  # type: dict[str, set[bool]]
    for serial, device in asker.inventory("PCU").items():
        watts[device["phase"]].add(asker.inverters()[serial]["lastReportWatts"] > 0)
    assert watts == {"ph-a": {True}, "ph-b": {False}, "ph-c": {True}}


def test_a_gone_grid_opens_relays_and_the_mains_relay() -> None:
    asker, _ = at_noon(Fault(FaultKind.GRID_GONE, MIDSUMMER_NOON), batteries=1)
    assert next(iter(asker.inventory("NSRB").values()))["relay"] == "open"
    enpower = next(block for block in asker.json("/ivp/ensemble/inventory") if block["type"] == "ENPOWER")["devices"][0]
    assert (enpower["mains_admin_state"], enpower["mains_oper_state"]) == ("closed", "open")


def test_after_a_restart_come_503_then_empty_lists_then_life() -> None:
    asker, clock = at_noon(Fault(FaultKind.RESTART, MIDSUMMER_NOON), meters=Meters.NONE)
    assert asker.status("/api/v1/production") == 503
    clock.advance(90)
    assert asker.json("/api/v1/production/inverters") == []
    assert set(asker.json("/api/v1/production").values()) == {0}
    assert asker.json("/production.json")["production"][0]["wNow"] == 0
    clock.advance(660)
    assert len(asker.inverters()) == 12
    assert asker.json("/api/v1/production")["wattsNow"] > 0


def test_the_nightly_reset_comes_every_night_at_eleven_local() -> None:
    asker, clock = at_noon(Fault(FaultKind.NIGHTLY_RESET, MIDSUMMER_NOON))
    for day in (21, 22):
        clock.set(datetime(2026, 6, day, 20, 59, 0, tzinfo=UTC))
        assert asker.status("/home") == 200
        clock.set(datetime(2026, 6, day, 21, 2, 0, tzinfo=UTC))
        with pytest.raises(ConnectionResetError):
            asker.status("/home")
        clock.set(datetime(2026, 6, day, 21, 5, 0, tzinfo=UTC))
        assert asker.status("/home") == 200


def test_bodies_can_be_html_cut_short_or_errors() -> None:
    html = Fault(FaultKind.HTML_INSTEAD, MIDSUMMER_NOON, MIDSUMMER_NOON + timedelta(seconds=60), "/home")
    cut = Fault(FaultKind.TRUNCATED, MIDSUMMER_NOON + timedelta(seconds=60), MIDSUMMER_NOON + timedelta(seconds=120))
    bad = Fault(FaultKind.STATUS, MIDSUMMER_NOON + timedelta(seconds=120), None, "504/production.json")
    asker, clock = at_noon(html, cut, bad)
    whole = asker.gateway.respond("GET", "/info").body
    page = asker.gateway.respond("GET", "/home", {"Authorization": f"Bearer {asker.gateway.token()}"})
    assert (page.status, page.content_type) == (200, "text/html")
    assert asker.json("/api/v1/production")
    clock.advance(61)
    assert len(asker.gateway.respond("GET", "/info").body) == len(whole) // 2
    clock.advance(60)
    assert asker.status("/production.json?details=1") == 504
    assert asker.status("/home") == 200


def test_a_status_word_is_added_to_its_inverter() -> None:
    asker, _ = at_noon(Fault(FaultKind.STATUS_WORD, MIDSUMMER_NOON, None, "2=pcu_chan.gfitripped"))
    words = {serial: device["device_status"] for serial, device in asker.inventory("PCU").items()}
    assert words[asker.gateway.source_serials[1]] == ["envoy.cond_flags.pcu_chan.gfitripped"]
    assert list(words.values()).count(["envoy.global.ok"]) == 11


def test_unreachable_and_hang_give_no_answer_in_process() -> None:
    asker, clock = at_noon(
        Fault(FaultKind.UNREACHABLE, MIDSUMMER_NOON, MIDSUMMER_NOON + timedelta(seconds=5)),
        Fault(FaultKind.HANG, MIDSUMMER_NOON + timedelta(seconds=5), None, "/home"),
    )
    with pytest.raises(ConnectionResetError):
        asker.status("/info")
    clock.advance(6)
    assert asker.status("/info") == 200
    with pytest.raises(TimeoutError):
        asker.status("/home")
