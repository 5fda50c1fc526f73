"""The merge of answers into one snapshot: each oddity of the protocol reference that no recorded gateway shows."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from enphase_tray.gateway.assemble import Memo, Moment, Past, assemble
from enphase_tray.gateway.believe import WRAP, unwrapped, wraps_between
from enphase_tray.gateway.hindsight import Hindsight
from enphase_tray.gateway.parts import Figures, MeterEntry, Parts, ProductionPart
from enphase_tray.model.identity import GatewayInfo
from enphase_tray.model.readings import InverterState, Login, PowerReading, ProblemKind, RelayState, Snapshot
from tests.gateway.captured import NOON, NOW, Answers, info, parts_of, snapshot

PRODUCTION = "/production.json?details=1"
V1 = "/api/v1/production"
LIST = "/api/v1/production/inverters"
DEVICES = "/ivp/pdm/device_data"
ENERGY = "/ivp/pdm/energy"
METERS = "/ivp/meters"
READINGS = "/ivp/meters/readings"
INVENTORY = "/inventory.json"
ENSEMBLE = "/ivp/ensemble/inventory"
NAMES = {"production": 704643328, "net-consumption": 704643584, "total-consumption": 704643584, "storage": 704643840}


def v1(now: float, today: float, week: float, lifetime: float) -> dict[str, float]:
    return {"wattsNow": now, "wattHoursToday": today, "wattHoursSevenDays": week, "wattHoursLifetime": lifetime}


def eim(measures: str, now: float, today: float, week: float, lifetime: float, active: int = 1) -> dict[str, Any]:
    figures = {"wNow": now, "whToday": today, "whLastSevenDays": week, "whLifetime": lifetime}
    return {"type": "eim", "activeCount": active, "measurementType": measures, "readingTime": NOON, **figures}


def aggregate(now: float, lifetime: float, count: int = 10) -> dict[str, Any]:
    return {"type": "inverters", "activeCount": count, "readingTime": NOON, "wNow": now, "whLifetime": lifetime}


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    grid = ("total-consumption", "net-consumption")
    return {
        "production": [entry for entry in entries if entry.get("measurementType") not in grid],
        "consumption": [entry for entry in entries if entry.get("measurementType") in grid],
        "storage": [],
    }


def meters(*enabled: str, count: int = 1, disabled: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    states = [(name, "enabled") for name in enabled] + [(name, "disabled") for name in disabled]
    return [
        {"eid": NAMES[name], "state": state, "measurementType": name, "phaseMode": "three", "phaseCount": count}
        for name, state in states
    ]


def row(serial: str, age: float = 60, watts: float = 100, kind: int | None = 1) -> dict[str, Any]:
    told = {"serialNumber": serial, "lastReportDate": int(NOON - age), "lastReportWatts": watts, "maxReportWatts": 250}
    return told if kind is None else told | {"devType": kind}


def device(serial: str, age: float = 60, kind: str = "pcu", active: bool = True, **changed: Any) -> dict[str, Any]:
    wh = {"today": 500, "yesterday": 900, "week": 5000}
    channel = {
        "chanEid": 1,
        "created": int(NOON - age),
        "wattHours": wh,
        "watts": {"now": 100, "nowUsed": 0, "max": 250},
        "lastReading": {"endDate": int(NOON - age), "duration": 900},
        "lifetime": {"joulesProduced": 3600 * 800_000},
    } | changed
    return {"devName": kind, "sn": serial, "active": active, "modGone": not active, "channels": [channel]}


def devices(*rows: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {str(index): one for index, one in enumerate(rows)}
    return told | {"deviceCount": len(rows) if count is None else count, "deviceDataLimit": 50}


def read(documents: dict[str, Any], about: GatewayInfo | None = None, past: Past | None = None) -> Snapshot:
    return snapshot(Answers(documents), about, past)


def four(reading: PowerReading | None) -> tuple[float | None, ...] | None:
    if reading is None:
        return None
    return reading.watts_now, reading.watt_hours_today, reading.watt_hours_seven_days, reading.watt_hours_lifetime


def states(read: Snapshot) -> dict[str, int]:
    return dict(Counter(inverter.state.value for inverter in read.inverters))


# ------------------------------------------------------------------------------------------- which source serves what


def test_metering_hardware_is_not_a_meter_in_use() -> None:
    documents = {
        PRODUCTION: live(aggregate(700, 9_000_000), eim("production", 3, 4, 5, 6, active=0)),
        V1: v1(0, 0, 0, 0),
    }
    for listed in ([], meters(disabled=("production", "net-consumption"))):
        got = read(documents | {METERS: listed})
        assert not got.metered
        assert four(got.production) == (700, None, None, 9_000_000)
        assert got.consumption is None
        assert got.net is None


def test_without_a_meter_the_inverters_tell_their_energies() -> None:
    documents = {PRODUCTION: live(aggregate(200, 777)), METERS: [], DEVICES: devices(device("A"), device("B"))}
    got = read(documents)
    assert four(got.production) == (200, 1000, 10_000, 1_600_000)
    assert got.production is not None
    assert [str(got.production.source[name]) for name in sorted(got.production.source)] == [
        "inverters",
        "inverters",
        "inverters",
        "gateway",
    ]


def test_energy_of_the_inverters_stands_in_for_device_data() -> None:
    energy = {"production": {"pcu": v1(0, 2815, 30268, 1708880)}}
    got = read({PRODUCTION: live(aggregate(200, 777)), METERS: [], ENERGY: energy, LIST: [row("A")]})
    assert four(got.production) == (200, 2815, 30268, 1708880)
    # Counters that stand at zero are a stalled engine, not a site that never made anything.
    energy = {"production": {"pcu": v1(0, 0, 0, 0)}}
    got = read({PRODUCTION: live(aggregate(200, 777)), METERS: [], ENERGY: energy, LIST: [row("A")]})
    assert four(got.production) == (200, None, None, 777)


def test_a_gateway_without_meters_uses_v1_and_falls_back() -> None:
    standard = info("7.6.175", metering=False)
    documents: dict[str, Any] = {PRODUCTION: live(aggregate(586, 351_236)), METERS: [], LIST: [row("A")]}
    assert four(read(documents | {V1: v1(580, 1, 2, 3e6)}, standard).production) == (580, 1, 2, 3e6)
    assert four(read(documents | {V1: v1(580, 0, 0, 0)}, standard).production) == (586, None, None, None)
    assert four(read(documents, standard).production) == (586, None, None, None)
    # Before firmware 7 the aggregate does not wrap.
    old = info("5.0.62", metering=False)
    assert four(read(documents | {V1: (500, b"")}, old).production) == (586, None, None, 351_236)


def test_v1_that_stands_still_is_not_used() -> None:
    documents = {PRODUCTION: live(aggregate(586, 9e6)), METERS: [], V1: v1(2624, 5, 6, 7), LIST: [row("A")]}
    got = read(documents, info(metering=False), Past(v1_frozen=True))
    assert four(got.production) == (586, None, None, 9e6)


def test_page_where_there_is_no_json() -> None:
    page = b"<td>Currently</td><td> 6.63 kW</td><td>Today</td><td> 53.6 kWh</td>"
    got = read({"/production": page, PRODUCTION: b"<html>Page Not Found</html>", V1: (404, b"")}, info("3.7.0", None))
    assert four(got.production) == (6630, 53_600, None, None)
    assert got.production is not None
    assert set(got.production.source.values()) == {"page"}


def test_meters_without_live_production() -> None:
    """Where `/production.json` hangs, the meters' own readings still tell W, lifetime, import and export."""
    reading = {"activePower": 900, "actEnergyDlvd": 5e6, "actEnergyRcvd": 3}
    grid = {"activePower": -400, "actEnergyDlvd": 7e6, "actEnergyRcvd": 2e6}
    documents = {
        PRODUCTION: (504, b"<html>"),
        METERS: meters("production", "net-consumption"),
        READINGS: [{"eid": NAMES["production"], **reading}, {"eid": NAMES["net-consumption"], **grid}],
    }
    got = read(documents)
    assert got.metered
    assert four(got.production) == (900, None, None, 5e6)
    assert four(got.consumption) == (500, None, None, None)
    assert got.net is not None
    assert (got.net.watts_now, got.net.watt_hours_imported, got.net.watt_hours_exported) == (-400, 7e6, 2e6)
    failed = [problem.path for problem in got.problems if problem.kind is ProblemKind.FAILED]
    assert failed == [PRODUCTION]


def test_net_needs_an_enabled_net_meter() -> None:
    entries = live(eim("production", 5, 1, 1, 1), eim("net-consumption", 7, 0, 0, -5))
    assert read({PRODUCTION: entries, METERS: meters("production")}).net is None
    unknown = read({PRODUCTION: entries}).net
    assert unknown is not None
    assert (unknown.watts_now, unknown.watt_hours_imported) == (7, None)


# ------------------------------------------------------------------------------------------------- what is not believed


def test_day_and_week_that_equal_the_lifetime() -> None:
    life = 11_346_062.0
    documents = {PRODUCTION: live(eim("production", 900, life, life, life)), METERS: meters("production")}
    assert four(read(documents).production) == (900, None, None, life)
    got = read(documents | {DEVICES: devices(device("A"), device("B"))})
    assert four(got.production) == (900, 1000, 10_000, life)
    assert got.production is not None
    assert got.production.source["watt_hours_today"] == "inverters"
    assert got.production.source["watt_hours_lifetime"] == "meter"
    assert any(problem.kind is ProblemKind.REJECTED and "today" in problem.title for problem in got.problems)


def test_a_site_of_one_day_is_believed() -> None:
    entry = eim("production", 0, 47_077, 47_077, 47_077)
    assert four(read({PRODUCTION: live(entry, aggregate(0, 1, count=17))}).production) == (0, 47_077, 47_077, 47_077)


def test_week_whose_baseline_was_lost() -> None:
    documents: dict[str, Any] = {PRODUCTION: live(eim("production", 900, 5_000, 995_100, 1_000_000))}
    assert four(read(documents).production) == (900, 5000, None, 1_000_000)
    installed = str(NOON - 5 * 86_400)
    young = [{"type": "PCU", "devices": [{"serial_num": "A", "installed": installed}]}]
    assert four(read(documents | {INVENTORY: young}).production) == (900, 5000, 995_100, 1_000_000)


def test_repeated_answers_are_merged_anew_when_time_makes_them_mean_something_else() -> None:
    installed = str(NOON - 5 * 86_400)
    about, moments = info(), [NOW + timedelta(days=days) for days in (0, 1, 4)]
    parts, _ = parts_of(
        Answers(
            {
                PRODUCTION: live(eim("production", 900, 5_000, 995_100, 1_000_000)),
                LIST: [row("A")],
                INVENTORY: [{"type": "PCU", "devices": [{"serial_num": "A", "installed": installed}]}],
            }
        ),
        about,
    )
    memo = Memo()
    got = [assemble(parts, Moment(at, about, Login.TOKEN, at), memo=memo) for at in moments]
    assert got == [assemble(parts, Moment(at, about, Login.TOKEN, at)) for at in moments]
    assert [four(each.production) for each in got] == [(900, 5000, 995_100, 1_000_000)] * 2 + [(900, 5000, None, 1e6)]
    assert got[0].production is got[1].production
    assert [each.inverters[0].state for each in got] == ["reporting", "asleep", "asleep"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((2670, 3333, 882, 2e7), (2670, 3333, None, 2e7)),
        ((5216, 0, 0, 2e6), (5216, None, None, 2e6)),
        ((5216, 100, 0, 2e6), (5216, 100, None, 2e6)),
        ((5216, 100, 900, 2e6), (5216, 100, 900, 2e6)),
        ((5216, 2e6, 2e6, 2e6), (5216, None, None, 2e6)),
    ],
)
def test_consumption(told: tuple[float, ...], expected: tuple[float | None, ...]) -> None:
    total = eim("total-consumption", told[0], told[1], told[2], told[3])
    entries = live(eim("production", 10, 1, 2, 9e6), total, eim("net-consumption", 1, 0, 0, 2))
    got = read({PRODUCTION: entries, METERS: meters("production", "net-consumption")})
    assert four(got.consumption) == expected


def test_total_that_repeats_net() -> None:
    same = (428.0, 0.0, 0.0, 3e6)
    entries = live(eim("production", 357, 1, 2, 9e6), eim("total-consumption", *same), eim("net-consumption", *same))
    entries["production"][0]["lines"] = [{"wNow": 200}, {"wNow": 157}, {"wNow": 0}]
    entries["consumption"][0]["lines"] = [{"wNow": 300}, {"wNow": 128}, {"wNow": 0}]
    got = read({PRODUCTION: entries, METERS: meters("production", "total-consumption", count=2)})
    assert four(got.consumption) == (785, None, None, 12e6)
    assert got.net is None
    assert [phase.consumption_watts for phase in got.phases] == [500, 285]


def test_total_that_repeats_production_tells_nothing() -> None:
    same = (3441.236, 5.0, 5.0, 1_820_822.0)
    entries = live(
        eim("production", *same), eim("total-consumption", *same), eim("net-consumption", 0, 0, 0, 0, active=0)
    )
    assert read({PRODUCTION: entries, METERS: meters("production", "net-consumption")}).consumption is None


def test_a_consumption_meter_that_is_off_tells_nothing() -> None:
    entries = live(eim("production", 5, 1, 2, 3), eim("total-consumption", 9, 9, 9, 9))
    documents = {PRODUCTION: entries, METERS: meters("production", disabled=("net-consumption",))}
    assert read(documents).consumption is None


def test_lifetime_of_the_aggregate_is_only_used_unwrapped() -> None:
    wrapped = {PRODUCTION: live(aggregate(500, 351_236)), METERS: []}
    hardware = info("7.6.175", metering=True)
    without = read(wrapped, hardware).production
    assert four(without) == (500, None, None, None)
    assert without is not None
    assert without.watt_hours_wrapped == 351_236
    known = v1(480, 0, 0, 351_236 + 7 * WRAP)
    got = read(wrapped | {V1: known}, hardware).production
    assert got is not None
    assert got.watt_hours_wrapped is None
    assert got is not None
    assert got.watt_hours_lifetime == pytest.approx(351_236 + 7 * WRAP)
    assert four(read(wrapped | {V1: v1(480, 5, 5, 2e6)}, hardware).production) == (500, None, None, None)
    newer = read(wrapped, info("8.2.4264"), Past(wraps=2)).production
    assert newer is not None
    assert newer.watt_hours_lifetime == pytest.approx(351_236 + 2 * WRAP)


@pytest.mark.parametrize(
    ("value", "known", "expected"),
    [
        (351_236, 351_236 + WRAP, 351_236 + WRAP),
        (351_236, 351_240, 351_236),
        (351_236, 351_236 + 1.5 * WRAP, None),
        (351_236 + WRAP, 351_236, None),
        (351_236, None, None),
        (0, 0, None),
    ],
)
def test_unwrapping(value: float, known: float | None, expected: float | None) -> None:
    assert unwrapped(value, known) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("step", "wraps"), [(100, 0), (-100, 0), (-WRAP + 300, 1), (-2 * WRAP, 2), (-500_000, 0)])
def test_steps_of_a_wrapping_counter(step: float, wraps: int) -> None:
    assert wraps_between(5e6, 5e6 + step) == wraps


def test_sum_over_the_inverters_goes_before_the_aggregate() -> None:
    """One inverter has counted more than 2**32 J, which the aggregate has lost."""
    wide = device("A", lifetime={"joulesProduced": 4_904_101_572})
    got = read({PRODUCTION: live(aggregate(100, 169_204)), METERS: [], DEVICES: devices(wide)}).production
    assert got is not None
    assert got.watt_hours_lifetime == pytest.approx(1_362_250.4367)


def test_negative_power_is_shown_as_told() -> None:
    got = read({PRODUCTION: live(eim("production", -6.5, 1, 2, 300))})
    assert four(got.production) == (-6.5, 1, 2, 300)
    got = read({PRODUCTION: live(eim("production", 4294967292, 1, 2, 300))})
    assert four(got.production) == (-4, 1, 2, 300)


def test_one_bad_value_costs_only_itself() -> None:
    broken = eim("production", 900, 10, 20, 30)
    broken["whToday"] = "many"
    good = row("A")
    got = read({PRODUCTION: live(broken), LIST: [good, {"serialNumber": "B", "lastReportWatts": 1e9, "devType": 1}]})
    assert four(got.production) == (900, None, 20, 30)
    assert [inverter.last_report_watts for inverter in got.inverters] == [100, None]
    rejected = {(problem.path, problem.title) for problem in got.problems if problem.kind is ProblemKind.REJECTED}
    assert rejected == {
        (PRODUCTION, "Not believable: whToday of the production meter"),
        (LIST, "Not believable: lastReportWatts of B"),
    }


# --------------------------------------------------------------------------------------------------------- inverters


def test_ghosts_are_retired_and_not_summed() -> None:
    """Firmware 4.2: no device types, and rows that were silent for years."""
    years = 6 * 365 * 86_400
    rows = [row(f"A{n:02}", 60, 2, None) for n in range(19)] + [row(f"G{n:02}", years, 9, None) for n in range(32)]
    rows[-1]["lastReportDate"] = 0
    got = read({LIST: rows}, info("4.2.33", None))
    assert states(got) == {"reporting": 19, "retired": 32}


def test_a_whole_site_of_old_reports_is_not_retired() -> None:
    years = 3 * 365 * 86_400
    rows = [row(f"A{n}", years + n) for n in range(4)]
    assert states(read({LIST: rows}, info("3.9.36", None))) == {"asleep": 4}
    # The gateway makes power at this moment: its clock has nothing to do with these reports.
    assert states(read({LIST: rows, V1: v1(1271, 1, 2, 3)}, info("3.9.36", None))) == {"reporting": 4}


def test_a_silent_inverter_that_the_gateway_counts_as_its_own_is_not_retired() -> None:
    month = 30 * 86_400
    documents: dict[str, Any] = {LIST: [row("A"), row("B", month)]}
    assert states(read(documents)) == {"reporting": 1, "retired": 1}
    listed = [{"type": "PCU", "devices": [{"serial_num": "B", "admin_state": 2}]}]
    assert states(read(documents | {INVENTORY: listed})) == {"reporting": 1, "unknown": 1}
    removed = [{"type": "PCU", "devices": [{"serial_num": "A", "admin_state": 3}]}]
    fresh = read({LIST: [row("A"), row("B", 90)], INVENTORY: removed})
    assert states(fresh) == {"retired": 1, "reporting": 1}


def test_night_and_one_silent_inverter_look_different() -> None:
    hour = 3600
    assert states(read({LIST: [row("A", hour), row("B", 2 * hour)]})) == {"asleep": 2}
    assert states(read({LIST: [row("A", 200), row("B", 2 * hour)]})) == {"reporting": 1, "unknown": 1}
    assert states(read({LIST: [row("A", 200), row("B", 2600)]})) == {"reporting": 2}
    assert states(read({LIST: [row("A", -6219), row("B", 100)]})) == {"reporting": 2}


def test_hourly_reports_are_not_silence() -> None:
    slow = {"duration": 3600, "endDate": int(NOON - 7000)}
    got = read(
        {DEVICES: devices(device("A", 100, lastReading=slow | {"endDate": NOON}), device("B", 7000, lastReading=slow))}
    )
    assert states(got) == {"reporting": 2}


def test_one_report_from_the_far_future_takes_nobody_along() -> None:
    year = 365 * 86_400
    assert states(read({LIST: [row("A"), row("B", 90), row("C", -year)]})) == {"reporting": 2, "unknown": 1}
    assert states(read({LIST: [row("A", -year), row("B", 90 - year)]})) == {"reporting": 2}


def test_ghosts_in_the_list_do_not_spoil_the_sums_of_device_data() -> None:
    ghosts = [row(f"G{n}", 400 * 86_400) for n in range(5)]
    documents = {
        LIST: [row("A"), *ghosts],
        DEVICES: devices(device("A")),
        PRODUCTION: live(aggregate(90, 5)),
        METERS: [],
    }
    got = read(documents)
    assert states(got) == {"reporting": 1, "retired": 5}
    assert four(got.production) == (90, 500, 5000, 800_000)


def test_strangers_are_no_inverters() -> None:
    documents = {
        LIST: [row("A"), row("B", kind=11), row("R", kind=12), row("X", kind=99)],
        DEVICES: devices(device("M", kind="eim"), device("C", kind="acb"), device("S", kind="nsrb")),
    }
    got = read(documents)
    assert [inverter.serial for inverter in got.inverters] == ["A"]
    assert [(battery.serial, battery.kind) for battery in got.batteries] == [("B", "ac_battery"), ("C", "ac_battery")]
    assert [(relay.serial, relay.relay) for relay in got.relays] == [
        ("R", RelayState.UNKNOWN),
        ("S", RelayState.UNKNOWN),
    ]


def test_more_than_fifty_devices_keep_the_detail_of_those_that_have_it() -> None:
    documents = {
        LIST: [row(f"A{n:02}") for n in range(60)],
        DEVICES: devices(*(device(f"A{n:02}") for n in range(50)), count=62),
        PRODUCTION: live(aggregate(6000, 9e6, 60)),
        METERS: [],
    }
    got = read(documents)
    assert states(got) == {"reporting": 60}
    assert [inverter.watt_hours_today for inverter in got.inverters].count(None) == 10
    # The sum over fifty would be wrong, so nobody tells the day.
    assert four(got.production) == (6000, None, None, 9e6)


def test_device_data_that_miss_an_inverter_are_completed() -> None:
    got = read({LIST: [row("A", watts=90), row("B", watts=91)], DEVICES: devices(device("A", age=30))})
    assert [(one.serial, one.last_report_watts, one.watt_hours_today) for one in got.inverters] == [
        ("A", 100, 500),
        ("B", 91, None),
    ]


def test_serials_that_differ_between_sources_are_not_counted_twice() -> None:
    got = read({LIST: [row("A"), row("B")], DEVICES: devices(device("A"), device("12B"))})
    assert [inverter.serial for inverter in got.inverters] == ["12B", "A"]


def test_removed_devices_are_listed_but_not_summed() -> None:
    got = read(
        {
            DEVICES: devices(device("A"), device("B", active=False), device("R", kind="nsrb", active=False)),
            PRODUCTION: live(aggregate(100, 5)),
            METERS: [],
        }
    )
    assert states(got) == {"reporting": 1, "retired": 1}
    assert four(got.production) == (100, 500, 5000, 800_000)
    assert got.relays == ()


def test_inventory_alone_lists_the_inverters() -> None:
    """The list of reports refuses the log-in, the inventory does not."""
    told = {"serial_num": "A", "admin_state": 2, "dev_type": 1, "last_rpt_date": str(NOON - 60), "producing": True}
    blocks = [
        {
            "type": "PCU",
            "devices": [told, told, told | {"serial_num": ""}, told | {"serial_num": "B", "admin_state": 3}],
        }
    ]
    got = read({LIST: (401, b""), INVENTORY: blocks}, info("5.0.62", metering=False))
    assert [(one.serial, one.state, one.device.producing) for one in got.inverters] == [
        ("A", InverterState.REPORTING, True),
        ("B", InverterState.RETIRED, True),
    ]


# ---------------------------------------------------------------------------------------------- relays and all the rest


def test_dry_contacts_and_mains_relay_need_a_controller() -> None:
    contacts = {"dry_contacts": [{"id": "NC1", "status": "open"}, {"id": "NO1", "status": "strange"}]}
    settings = {"dry_contacts": [{"id": "NO1", "load_name": "Pump"}]}
    status = {"relay": {"mains_oper_state": "open", "Enchg_grid_mode": "multimode-offgrid"}}
    documents: dict[str, Any] = {
        "/ivp/ensemble/dry_contacts": contacts,
        "/ivp/ss/dry_contact_settings": settings,
        "/ivp/ensemble/status": status,
    }
    without = read(documents | {ENSEMBLE: [{"type": "ENPOWER", "devices": []}]})
    assert without.relays == ()
    assert without.dry_contacts == ()
    got = read(documents | {ENSEMBLE: [{"type": "ENPOWER", "devices": [{"serial_num": "E"}]}]})
    assert [(r.serial, r.kind, r.relay, r.reason) for r in got.relays] == [
        ("E", "mains", RelayState.OPEN, "Running off the grid")
    ]
    assert [(c.id, c.state, c.name) for c in got.dry_contacts] == [
        ("NC1", RelayState.OPEN, None),
        ("NO1", RelayState.UNKNOWN, "Pump"),
    ]


def test_removed_relays_are_left_out() -> None:
    relay = {"serial_num": "R", "dev_type": 12, "relay": "open", "line-count": 1, "line1-connected": False}
    blocks = [{"type": "NSRB", "devices": [relay, relay, relay | {"serial_num": "S", "admin_state": 3}]}]
    got = read({INVENTORY: blocks, DEVICES: devices(device("S", kind="nsrb"), device("A"))})
    assert [(one.serial, one.relay, one.open_lines) for one in got.relays] == [("R", RelayState.OPEN, (1,))]


def test_phases_above_the_count_are_left_out() -> None:
    entry = eim("production", 9, 1, 2, 3) | {"lines": [{"wNow": 4}, {"wNow": 5}, {"wNow": 0}]}
    channels = [{"activePower": 4, "voltage": 120.5, "freq": 60}, {"voltage": 119}, {"voltage": 0, "freq": 0}]
    documents = {
        PRODUCTION: live(entry),
        METERS: meters("production", count=2),
        READINGS: [{"eid": NAMES["production"], "channels": channels}],
    }
    got = read(documents).phases
    assert [(one.phase, one.production_watts, one.volts, one.hertz) for one in got] == [
        ("L1", 4, 120.5, 60),
        ("L2", 5, 119, None),
    ]


def test_a_gateway_that_has_just_started_shows_no_zeros() -> None:
    got = read({V1: v1(0, 0, 0, 0), LIST: [], METERS: []}, info("3.9.36", None))
    assert got.starting_up
    assert got.production is None
    day_old = read({V1: v1(0, 0, 0, 0), LIST: [], PRODUCTION: live(eim("production", 5, 6, 6, 6))})
    assert not day_old.starting_up
    assert four(day_old.production) == (5, 6, 6, 6)


# ----------------------------------------------------------------------------------------------------------- hindsight


def _parts(v1_figures: Figures, lifetime: float) -> Parts:
    aggregate = MeterEntry(10, Figures(watts_now=500, lifetime=lifetime), read_at=datetime(2026, 6, 25, tzinfo=UTC))
    return Parts(production_v1=v1_figures, production=ProductionPart(inverters=aggregate))


def test_v1_is_frozen_when_others_move_on_for_half_an_hour() -> None:
    hindsight = Hindsight()
    still = Figures(2624, 10, 20, 30)
    seen = [hindsight.look(_parts(still, 1000 + minute), False, minute * 60).v1_frozen for minute in range(0, 70, 5)]
    assert True in seen
    assert seen.index(True) * 5 > 30
    assert not hindsight.look(_parts(Figures(2625, 10, 20, 31), 2000), False, 5000).v1_frozen


def test_v1_that_sleeps_with_all_others_is_not_frozen() -> None:
    hindsight = Hindsight()
    still = Figures(0, 10, 20, 30)
    # The other source catches up within the half hour and then stands still too: night.
    for minute in range(0, 600, 5):
        assert not hindsight.look(_parts(still, 1000 + min(minute, 20) * 10), False, minute * 60).v1_frozen


def test_wraps_are_counted_and_forgotten_at_a_new_beginning() -> None:
    hindsight = Hindsight()
    lifetimes = [9e6, 9e6 + 500, 9e6 + 900 - WRAP, 9e6 + 1500 - 2 * WRAP, 1e6]
    assert [hindsight.look(_parts(Figures(), life), False, 0).wraps for life in lifetimes] == [0, 0, 1, 2, 0]


def test_zeros_of_a_starting_gateway_teach_nothing() -> None:
    hindsight = Hindsight()
    hindsight.look(_parts(Figures(), 9e6), False, 0)
    assert hindsight.look(_parts(Figures(), 5), True, 60).starting_up
    assert hindsight.look(_parts(Figures(), 9e6 + 400 - WRAP), False, 120).wraps == 1


def test_the_age_of_a_report_is_counted_from_the_gateways_clock() -> None:
    clock_at = datetime.fromtimestamp(NOON, UTC) - timedelta(hours=5)
    rows = [row("A", 5 * 3600 + 60), row("B", 5 * 3600 + 90)]
    assert states(read({LIST: rows}, info(clock_at=clock_at))) == {"reporting": 2}
