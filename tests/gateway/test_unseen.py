"""The gateways of the protocol reference's table that nobody here has a recording of, row by row.

Each is written after the table's words and the sections that its oddity refers to, served over a real socket, and
must read as sections 4.3, 4.4, 5 and 6 promise.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.captured import NOON
from tests.gateway.recordings import (
    BUSY,
    EIDS,
    LOCKED,
    PAGE,
    Documents,
    aggregate,
    blocks,
    channel,
    contacts,
    device,
    device_data,
    eim,
    encharge,
    enpower,
    four,
    inventory,
    listed,
    meter,
    production,
    read_recorded,
    reading,
    relay,
    report,
    reports,
    serial,
    sources,
    v1,
)

YEAR = 365 * 86_400
WRAP = 2**32 / 3600
DETAILS = "/production.json?details=1"
V1 = "/api/v1/production"
LIST = "/api/v1/production/inverters"
UNKNOWN = (None, None, None, None)
OFF = (0.0, 0.0, 0.0, 0.0)

Read = Callable[[str, bool | None, Documents], dict[str, Any]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(software: str, metering: bool | None, documents: Documents) -> dict[str, Any]:
        return read_recorded(tmp_path / "recording", software, metering, documents)

    return read


def states(result: dict[str, Any]) -> dict[str, int]:
    return dict(Counter(inverter["state"] for inverter in result["inverters"]))


# ------------------------------------------------------------------------------------------------------ firmware 3 to 5


@pytest.mark.parametrize("software", ["R3.17.3", "D3.18.10"])
def test_3_17_3_and_3_8_10(read: Read, software: str) -> None:
    """No metering, pages with status 200 instead of data, meters refused, reports from another moment."""
    got = read(
        software,
        None,
        {
            V1: v1(5463, 5481, 389581, 10279087),
            LIST: reports(41, 130, age=2 * YEAR, kind=None),
            "/production": PAGE,
            "/production.json": PAGE,
            "/inventory.json": PAGE,
            "/ivp/meters": (401, b"Error: 401"),
            "/admin/lib/tariff": (401, b"Error: 401"),
        },
    )
    assert four(got["production"]) == (5463, 5481, 389581, 10279087)
    assert set(sources(got["production"])) == {"gateway"}
    assert (got["gateway"]["metered"], got["gateway"]["login"]) == (False, "digest")
    assert (got["consumption"], got["net"], got["phases"]) == (None, None, [])
    assert states(got) == {"reporting": 41}
    assert {problem["kind"] for problem in got["problems"]} == {"absent"}


def test_4_2_27(read: Read) -> None:
    """Standard, yet with meter entries that are not in use; no list of inverters."""
    off = eim("production", (3.0, 20.0, 30.0, 40.0), on=0)
    off_too = eim("total-consumption", (3.0, 20.0, 30.0, 40.0), on=0)
    told = production(aggregate(31, 5855, 153_937_480), off, used=[off_too])
    got = read("D4.2.27", False, {V1: v1(5894, 17920, 276614, 10279087), "/production.json": told})
    assert four(got["production"]) == (5894, 17920, 276614, 10279087)
    assert not got["gateway"]["metered"]
    assert (got["consumption"], got["net"], got["inverters"]) == (None, None, [])


@pytest.mark.parametrize("named", [True, False], ids=["meters-named", "meters-by-eid"])
def test_4_2_33(read: Read, named: bool) -> None:
    """A production meter at night, no `measurementType`, no `devType`, more meters than readings, 32 ghosts."""
    ghosts = [report(serial(n), 12, 6 * YEAR + n, None) for n in range(1, 32)] + [report("1234567890", 9, YEAR, None)]
    asleep = [report(serial(n), 2, 12_240 + n, None) for n in range(51, 69)] + [report("1234", 3, 12_240, None)]
    meters = [meter("production"), meter("net-consumption", on=False)]
    for each in meters:
        del each["statusFlags"]
        if not named:
            del each["measurementType"]
    told: dict[str, Any] = production(
        aggregate(19, 0, 13_000_000.5) | {"readingTime": 0},
        eim(None, (-4.7, 8_000.5, 60_000.5, 14_000_000.5)),
        used=[eim(None, (600.0, 9_000.0, 70_000.0, 15_000_000.0))],
    )
    del told["storage"]
    got = read(
        "R4.2.33",
        None,
        {
            V1: v1(5894, 17920, 276614, 10279087),
            LIST: ghosts + asleep,
            "/production.json": told,
            "/ivp/meters": meters,
            "/ivp/meters/readings": [reading("production", -4.7, 14_000_000.5, 3.0)],
        },
    )
    assert got["gateway"]["metered"]
    assert four(got["production"]) == (-4.7, 8000.5, 60000.5, 14000000.5)
    assert set(sources(got["production"])) == {"meter"}
    assert (got["consumption"], got["net"]) == (None, None)
    assert states(got) == {"retired": 32, "asleep": 19}
    assert {one["serial"]: one["state"] for one in got["inverters"]}["1234567890"] == "retired"


@pytest.mark.parametrize("hours", [17, 72])
def test_5_0_49(read: Read, hours: int) -> None:
    """Reports of another day while the gateway says that all of them make power now."""
    got = read(
        "D5.0.62",
        False,
        {
            V1: v1(4425, 24_000, 180_000, 60_462_000),
            LIST: reports(40, 110, age=hours * 3600),
            "/production.json": production(aggregate(40, 4425, 60_462_000)),
            "/production": (401, b"<html><body><h2>401 Unauthorized</h2></body></html>"),
        },
    )
    assert four(got["production"]) == (4425, 24_000, 180_000, 60_462_000)
    assert states(got) == {"reporting": 40}


# --------------------------------------------------------------------------------- metering hardware that is not in use


@pytest.mark.parametrize(
    ("software", "count"), [("D7.3.130", 12), ("D7.3.517", 22), ("D7.6.175", 13)], ids=["7.3.130", "7.3.517", "7.6.175"]
)
@pytest.mark.parametrize("in_list", [True, False], ids=["meter-entry-off", "no-meter-entry"])
def test_metered_hardware_without_meters(read: Read, software: str, count: int, in_list: bool) -> None:
    """W from the inverters' aggregate, its lifetime unwrapped by what v1 knows, and no day or week at all."""
    off = [eim("production", (3.0, 99.0, 99.0, 99.0), on=0)] if in_list else []
    lifetime = 9_051_234.0
    got = read(
        software,
        True,
        {
            V1: v1(1150, 4_000, 40_000, lifetime),
            LIST: [report(serial(0), 100, -30), *reports(count - 1, 100)],
            DETAILS: production(aggregate(count, 1199, int(lifetime - 7 * WRAP)), *off),
        },
    )
    assert not got["gateway"]["metered"]
    assert four(got["production"]) == (1199, None, None, pytest.approx(lifetime, abs=1))
    assert sources(got["production"]) == ("gateway", None, None, "gateway")
    assert states(got) == {"reporting": count}
    assert (got["consumption"], got["net"], got["phases"]) == (None, None, [])


def test_7_3_517_has_batteries_and_a_controller(read: Read) -> None:
    got = read(
        "D7.3.517",
        True,
        {
            DETAILS: production(aggregate(22, 3000, 300_000)),
            LIST: reports(22, 130),
            "/ivp/ensemble/inventory": blocks(
                ENCHARGE=[encharge("B3"), encharge("B1", percentFull=100), encharge("B2", temperature=0)],
                ENPOWER=[enpower("E1")],
            ),
            "/ivp/ensemble/power": {
                "devices:": [
                    {"serial_num": "B1", "real_power_mw": -1_250_000, "soc": 99},
                    {"serial_num": "B2", "real_power_mw": 0, "soc": 62},
                ]
            },
            "/ivp/ensemble/dry_contacts": contacts(NC1="open", NC2="closed", NO1="closed", NO2="open"),
            "/ivp/ss/dry_contact_settings": {
                "dry_contacts": [{"id": "NC1", "type": "LOAD", "load_name": "Pool"}, {"id": "NO2", "type": "NONE"}]
            },
        },
    )
    assert [(one["serial"], one["kind"], one["percent_full"], one["watts_now"]) for one in got["batteries"]] == [
        ("B1", "iq_battery", 100, -1250),
        ("B2", "iq_battery", 62, 0),
        ("B3", "iq_battery", 62, None),
    ]
    assert [(one["capacity_watt_hours"], one["celsius"]) for one in got["batteries"]][1] == (3360, 0)
    assert [(one["serial"], one["kind"], one["relay"], one["reason"]) for one in got["relays"]] == [
        ("E1", "mains", "closed", None)
    ]
    assert [one["line1_connected"] for one in got["relays"]] == [None]
    assert [(one["id"], one["state"], one["name"]) for one in got["dry_contacts"]] == [
        ("NC1", "open", "Pool"),
        ("NC2", "closed", None),
        ("NO1", "closed", None),
        ("NO2", "open", None),
    ]
    # Nothing knows how often the aggregate has wrapped.
    assert four(got["production"]) == (3000, None, None, None)


def test_7_3_466_metered_disabled_cts(read: Read) -> None:
    off = (-0.4, 1_750_000.0, 1_750_000.0, 1_750_000.0)
    got = read(
        "D7.3.466",
        True,
        {
            V1: v1(0, 0, 0, 0),
            LIST: reports(7, 107),
            DETAILS: production(
                aggregate(7, 751, 1_100_000),
                eim("production", off, on=0),
                used=[eim("total-consumption", off, on=0), eim("net-consumption", OFF, on=0)],
            ),
            "/ivp/meters": [
                meter("production", on=False, mode="three", count=1, statusFlags=["production-imbalance"]),
                meter("net-consumption", on=False, mode="three", count=1, meteringStatus="not-metering"),
            ],
            "/ivp/meters/readings": [reading("production", 750.5, 12_345), reading("net-consumption", -60.5, 12, 13)],
        },
    )
    assert not got["gateway"]["metered"]
    assert four(got["production"]) == (751, None, None, None)
    assert (got["consumption"], got["net"], got["phases"]) == (None, None, [])


def test_8_2_4382_acb_2(read: Read) -> None:
    """AC batteries in the list of inverters, and reports from the future of a composite recording."""
    got = read(
        "D8.2.4382",
        True,
        {
            V1: v1(0, 1583, 1583, 1583),
            LIST: [*reports(3, 12, age=-6219), report("B1", 1, 60, 11), report("B2", 2, 90, 11)],
            DETAILS: production(aggregate(3, 36, 4_000_000)),
            "/inventory.json": inventory(
                [listed(serial(n)) for n in (1, 2, 3)],
                batteries=[
                    listed("B1", 11, percentFull=40, maxCellTemp=21),
                    listed("B2", 11, percentFull=0),
                    listed("B3", 11, admin_state=0),
                ],
            ),
        },
    )
    assert states(got) == {"reporting": 3}
    assert [(one["serial"], one["kind"], one["percent_full"]) for one in got["batteries"]] == [
        ("B1", "ac_battery", 40),
        ("B2", "ac_battery", 0),
    ]
    assert four(got["production"]) == (36, None, None, 4_000_000)


# ------------------------------------------------------------------------------------------------------------- standard


def test_7_6_175_standard(read: Read) -> None:
    got = read(
        "D7.6.175",
        False,
        {
            V1: v1(5740, 36_462, 198_000, 6_000_000),
            LIST: reports(24, 239),
            DETAILS: production(aggregate(24, 5740, int(6_000_000 - 5 * WRAP))),
            "/ivp/meters": [],
            "/ivp/meters/readings": [],
        },
    )
    assert four(got["production"]) == (5740, 36_462, 198_000, 6_000_000)
    assert set(sources(got["production"])) == {"gateway"}
    assert not got["gateway"]["metered"]


# -------------------------------------------------------------------------------------------------------------- metered


def test_7_3_517_system_2(read: Read) -> None:
    """The week holds everything that there ever was before today; the consumption week is smaller than today."""
    got = read(
        "D7.3.517",
        True,
        {
            V1: v1(3000, 17_000, 1_190_000, 1_207_000),
            LIST: reports(13, 230),
            DETAILS: production(
                aggregate(13, 2990, 14_000),
                eim("production", (3017.3, 17_920.1, 1_190_300.1, 1_208_400.1)),
                used=[
                    eim("net-consumption", (-1200.5, 0, 0, -8_000.5)),
                    eim("total-consumption", (1816.8, 12_000.2, 797.2, 1_300_000.2)),
                ],
            ),
            "/ivp/meters": [meter("production"), meter("net-consumption")],
            "/ivp/meters/readings": [
                reading("net-consumption", -1201, 800_000.5, 808_001.5, (-600, -601)),
                reading("production", 3016, 1_208_401.0, 12.0, (1508, 1508)),
            ],
        },
    )
    assert got["gateway"]["metered"]
    assert four(got["production"]) == (3017.3, 17920.1, None, 1208400.1)
    assert sources(got["production"]) == ("meter", "meter", None, "meter")
    assert four(got["consumption"]) == (1816.8, 12000.2, None, 1300000.2)
    assert got["net"] == {"watts_now": -1200.5, "watt_hours_imported": 800000.5, "watt_hours_exported": 808001.5}
    # No lines in the live answer: the channels of the two meters add up to what each phase uses.
    keys = ("phase", "production_watts", "consumption_watts", "net_watts", "volts")
    assert [tuple(one[key] for key in keys) for one in got["phases"]] == [
        ("L1", 1508, 908, -600, 121.5),
        ("L2", 1508, 907, -601, 122.5),
    ]
    assert "rejected" in {problem["kind"] for problem in got["problems"]}


@pytest.mark.parametrize("software", ["D7.6.175", "D7.6.185"])
def test_7_6_175_with_cts_and_7_6_185_with_a_battery(read: Read, software: str) -> None:
    """Mode three, but one phase; a battery without a controller; at night everybody is asleep."""
    got = read(
        software,
        True,
        {
            LIST: reports(5, 0, age=16_560),
            DETAILS: production(
                aggregate(5, 0, 200_000) | {"readingTime": 0},
                eim("production", (0.0, 9_000.5, 60_000.5, 3_000_000.5), [0.0]),
                used=[
                    eim("total-consumption", (300.0, 8_000.0, 50_000.0, 2_000_000.0), [300.0]),
                    eim("net-consumption", (300.0, 0, 0, -5.0), [300.0]),
                ],
            ),
            "/ivp/meters": [
                meter("production", mode="three", count=1),
                meter("net-consumption", mode="three", count=1),
            ],
            "/ivp/ensemble/inventory": blocks(ENCHARGE=[encharge("B1", led_status=17)]),
            "/ivp/ensemble/power": {"devices:": [{"serial_num": "B1", "real_power_mw": 300_000, "soc": 40}]},
            "/ivp/ensemble/dry_contacts": contacts(NC1="closed", NC2="closed", NO1="closed", NO2="closed"),
            "/ivp/ensemble/status": {"relay": {"mains_admin_state": "closed", "mains_oper_state": "closed"}},
        },
    )
    assert four(got["production"]) == (0, 9000.5, 60000.5, 3000000.5)
    assert four(got["consumption"]) == (300, 8000, 50000, 2000000)
    assert states(got) == {"asleep": 5}
    assert [one["phase"] for one in got["phases"]] == ["L1"]
    assert [(one["serial"], one["watts_now"]) for one in got["batteries"]] == [("B1", 300)]
    assert (got["relays"], got["dry_contacts"]) == ([], [])


@pytest.mark.parametrize("software", ["D8.2.127", "D8.2.4286"])
def test_8_2_with_three_meters_and_a_split_battery(read: Read, software: str) -> None:
    """A storage meter beside the two others; the week's baseline is lost; the list belongs to another gateway."""
    got = read(
        software,
        True,
        {
            LIST: reports(5, 0, age=YEAR),
            V1: v1(1, 2, 3, 4),
            DETAILS: production(
                aggregate(35, 6_100, 700_000),
                eim("production", (6227.1, 50_000.2, 7_150_000.2, 7_200_000.2), [3100.1, 3127.0, 0.0]),
                used=[
                    eim("total-consumption", (2000.1, 30_000.0, 6_000_000.0, 6_030_000.0), [1000.0, 1000.1, 0.0]),
                    eim("net-consumption", (-4227.0, 0, 0, -7_000.0), [-2100.1, -2126.9, 0.0]),
                ],
            ),
            "/ivp/meters": [meter("production"), meter("net-consumption"), meter("storage")],
            "/ivp/meters/readings": [
                reading("production", 6230, 7_200_001),
                reading("net-consumption", -4230, 3_000_000, 4_000_000),
                reading("storage", -1000, 55, 66),
                {"eid": 1023410688, "activePower": 0, "actEnergyDlvd": 0, "actEnergyRcvd": 0, "channels": []},
            ],
            "/ivp/ensemble/inventory": blocks(
                ENCHARGE=[encharge(f"B{n}") for n in range(5)], ENPOWER=[enpower("E1", temperature=84)]
            ),
        },
    )
    assert four(got["production"]) == (6227.1, 50000.2, None, 7200000.2)
    assert four(got["consumption"]) == (2000.1, 30000, None, 6030000)
    assert got["net"]["watt_hours_exported"] == 4_000_000
    assert [(one["phase"], one["production_watts"], one["consumption_watts"]) for one in got["phases"]] == [
        ("L1", 3100.1, 1000),
        ("L2", 3127, 1000.1),
    ]
    assert len(got["batteries"]) == 5
    assert len(got["inverters"]) == 5


def test_8_3_5167_third_party_pv(read: Read) -> None:
    """No list of reports, only device data; a foreign generator on the meter; the week's baseline is lost."""
    got = read(
        "D8.3.5167",
        True,
        {
            DETAILS: production(
                aggregate(12, 3555, 9_000_000),
                eim("production", (5305.4, 20_000.6, 9_500_000.6, 9_520_000.6), [1800.0, 1750.4, 1755.0]),
                used=[
                    eim("total-consumption", (2500.0, 15_000.0, 90_000.0, 8_000_000.0), [800.0, 850.0, 850.0]),
                    eim("net-consumption", (-2805.4, 0, 0, -1_520_000.6), [-1000.0, -900.4, -905.0]),
                ],
            ),
            "/ivp/meters": [
                meter("production", mode="three", count=3),
                meter("net-consumption", mode="three", count=3),
                meter("pv3p", on=False, mode="three", count=3),
            ],
            "/ivp/pdm/device_data": device_data(
                [device(serial(n), channel(296)) for n in range(12)]
                + [device(f"123456789012EIM{n}", channel(4_294_967_292)) | {"devName": "eim"} for n in (1, 2)]
            ),
            "/ivp/ensemble/inventory": blocks(ENCHARGE=[encharge("B1"), encharge("B2")], ENPOWER=[enpower("E1")]),
            "/ivp/ensemble/dry_contacts": contacts(NC1="closed", NC2="open", NO1="open", NO2="closed"),
            "/ivp/ss/dry_contact_settings": {"dry_contacts": [{"id": "NC1", "type": "3RD-PV", "load_name": "Old PV"}]},
        },
    )
    assert four(got["production"]) == (5305.4, 20000.6, None, 9520000.6)
    assert set(filter(None, sources(got["production"]))) == {"meter"}
    assert states(got) == {"reporting": 12}
    assert {one["watt_hours_today"] for one in got["inverters"]} == {700}
    assert [one["phase"] for one in got["phases"]] == ["L1", "L2", "L3"]
    assert [one["name"] for one in got["dry_contacts"]] == ["Old PV", None, None, None]
    assert got["net"]["watts_now"] == -2805.4


def test_8_3_5169_with_generator(read: Read) -> None:
    """Everything there is: controller, generator, contacts, inventory, and device data a poll newer than the list."""
    got = read(
        "D8.3.5169",
        True,
        {
            V1: v1(2700, 7_000, 60_000, 11_000_000),
            LIST: reports(20, 130, age=900),
            DETAILS: production(
                aggregate(20, 2800, 9_900_000),
                eim("production", (2885.4, 7_000.5, 60_000.5, 11_000_000.5), [1442.7, 1442.7]),
                used=[
                    eim("total-consumption", (1000.4, 0.0, 0.0, 900_000.4), [500.2, 500.2]),
                    eim("net-consumption", (-1885.0, 0, 0, -5.5), [-942.5, -942.5]),
                ],
            ),
            "/ivp/meters": [meter("production"), meter("net-consumption")],
            "/ivp/pdm/device_data": device_data([device(serial(n), channel(140, age=60)) for n in range(1, 21)]),
            "/inventory.json": inventory([listed(serial(n)) for n in range(1, 21)]),
            "/home.json": {"timezone": "US/Eastern", "comm": {"pcu": {"num": 20, "level": 5}}},
            "/ivp/ensemble/inventory": blocks(
                ENCHARGE=[],
                ENPOWER=[enpower("E1", mains_oper_state="open", Enchg_grid_mode="multimode-generator")],
            ),
            "/ivp/ensemble/generator": {"admin_state": "close", "oper_state": "closed", "present": 1},
            "/ivp/ensemble/dry_contacts": contacts(NC1="closed", NC2="closed", NO1="open", NO2="open"),
        },
    )
    assert four(got["production"]) == (2885.4, 7000.5, 60000.5, 11000000.5)
    # Used all day, says W, and yet nothing today: the reset failed.
    assert four(got["consumption"]) == (1000.4, None, None, 900000.4)
    assert {one["last_report_watts"] for one in got["inverters"]} == {140}
    assert [(one["kind"], one["relay"], one["reason"]) for one in got["relays"]] == [
        ("mains", "open", "Running on the generator")
    ]
    assert [one["state"] for one in got["dry_contacts"]] == ["closed", "closed", "open", "open"]
    assert got["gateway"]["timezone"] == "US/Eastern"
    assert got["batteries"] == []


def test_8_3_5433_total_is_net(read: Read) -> None:
    """Day, week and lifetime are one number; total repeats net under a total meter; v1 stands still; 8 are deleted."""
    net = (428.3, 4_000_000.3, 4_000_000.3, 4_000_000.3)
    got = read(
        "D8.3.5433",
        True,
        {
            V1: v1(2624, 1, 2, 3),
            LIST: reports(12, 30),
            DETAILS: production(
                aggregate(12, 360, 9_800_000),
                eim("production", (357.1, 10_000_000.1, 10_000_000.1, 10_000_000.1), [180.1, 177.0, 0.0]),
                used=[
                    eim("total-consumption", net, [214.0, 214.3, 0.0]),
                    eim("net-consumption", net, [214.0, 214.3, 0.0]),
                ],
            ),
            "/ivp/meters": [meter("production"), meter("total-consumption")],
            "/ivp/meters/readings": [reading("production", 357, 10_000_001), reading("total-consumption", 786, 9, 9)],
            "/ivp/pdm/device_data": device_data(
                [device(serial(n), channel(30)) for n in range(1, 13)]
                + [device(serial(n), active=False) for n in range(13, 21)]
            ),
            "/ivp/pdm/energy": {"production": {"pcu": v1(0, 0, 0, 0), "eim": v1(0, 0, 0, 0)}},
            "/inventory.json": inventory(
                [listed(serial(n), operating=False) for n in range(1, 13)]
                + [{"serial_num": serial(n), "admin_state": 3, "device_status": []} for n in range(13, 21)]
            ),
        },
    )
    assert four(got["production"]) == (357.1, 12 * 700, 12 * 9000, 10000000.1)
    assert sources(got["production"]) == ("meter", "inverters", "inverters", "meter")
    assert four(got["consumption"]) == (785.4, None, None, 14000000.4)
    assert got["net"] is None, "the meter that is in use measures the total"
    assert states(got) == {"reporting": 12, "retired": 8}
    assert [one["phase"] for one in got["phases"]] == ["L1", "L2"]
    assert [one["consumption_watts"] for one in got["phases"]] == [394.1, 391.3]
    assert {one["operating"] for one in got["inverters"]} == {False, None}


# ---------------------------------------------------------------------------------------- what no recording of it shows


def test_relays_open_whole_and_by_line(read: Read) -> None:
    got = read(
        "D8.3.5289",
        True,
        {
            V1: v1(0, 1, 2, 3),
            DETAILS: production(aggregate(2, 0, 4_000_000)),
            LIST: [*reports(2, 0), report("R0", 0, 60, 12)],
            "/inventory.json": inventory(
                [listed(serial(1)), listed(serial(2))],
                relays=[
                    relay("R4", **{"line-count": 1, "line2-connected": False, "line3-connected": False}),
                    relay("R3", admin_state=3),
                    relay(
                        "R1",
                        relay="open",
                        reason_code=7,
                        reason="grid frequency",
                        device_status=["envoy.cond_flags.nsrb_ctrl.relayopen"],
                        **{f"line{n}-connected": False for n in (1, 2, 3)},
                    ),
                    relay("R2", **{"line-count": "3", "line2-connected": False}),
                    listed("R5", 12),
                ],
            ),
            "/ivp/ensemble/inventory": blocks(
                COLLAR=[listed("C1", 30, mid_state="open", grid_state="off_grid", last_rpt_date=NOON)]
            ),
        },
    )
    keys = ("serial", "kind", "relay", "line1_connected", "line2_connected", "line3_connected", "reason")
    assert [tuple(one[key] for key in keys) for one in got["relays"]] == [
        ("C1", "collar", "open", None, None, None, "Running off the grid"),
        ("R0", "iq_relay", "unknown", None, None, None, None),
        ("R1", "iq_relay", "open", False, False, False, "grid frequency"),
        ("R2", "iq_relay", "closed", True, False, True, None),
        ("R4", "iq_relay", "closed", True, None, None, None),
        ("R5", "iq_relay", "unknown", None, None, None, None),
    ]
    assert [one["status_text"] for one in got["relays"] if one["serial"] == "R1"] != [None]
    assert {one["serial"] for one in got["inverters"]} == {serial(1), serial(2)}


def test_relay_of_a_gateway_without_tokens(read: Read) -> None:
    documents = {
        V1: v1(0, 1, 2, 3),
        LIST: reports(2, 100),
        "/inventory.json": inventory([listed(serial(1))], relays=[relay("R1", relay="open")]),
    }
    assert [(one["kind"], one["relay"]) for one in read("D5.0.62", False, documents)["relays"]] == [
        ("iq_relay", "open")
    ]


def test_two_channels_are_one_inverter(read: Read) -> None:
    two = device(serial(1), channel(150, lifetime=500_000), channel(130, lifetime=400_000, chanEid=1627390226))
    got = read(
        "D8.4.100",
        True,
        {DETAILS: production(aggregate(2, 480, 1)), "/ivp/pdm/device_data": device_data([two, device("X", channel())])},
    )
    one = got["inverters"][0]
    assert (one["last_report_watts"], one["watt_hours_today"], one["watt_hours_lifetime"]) == (280, 1400, 900_000)
    assert one["dc_amps"] == 11.6
    assert four(got["production"]) == (480, 2100, 27_000, 1_800_000)
    assert sources(got["production"]) == ("gateway", "inverters", "inverters", "inverters")


@pytest.mark.parametrize("list_there", [True, False], ids=["list", "no-list"])
def test_more_than_fifty_devices(read: Read, list_there: bool) -> None:
    documents: Documents = {
        DETAILS: production(aggregate(64, 9_000, 40_000_000)),
        "/ivp/pdm/device_data": device_data([device(serial(n), channel(140)) for n in range(50)], count=64),
        "/inventory.json": inventory([listed(serial(n)) for n in range(64)]),
        "/ivp/pdm/energy": {"production": {"pcu": v1(9_001, 40_000, 300_000, 41_000_000)}},
    }
    if list_there:
        documents[LIST] = reports(64, 140, first=0)
    got = read("D8.3.5169", True, documents)
    assert states(got) == {"reporting": 64}
    assert [one["watt_hours_today"] for one in got["inverters"]].count(700) == 50
    assert four(got["production"]) == (9_000, 40_000, 300_000, 41_000_000)


# ------------------------------------------------------------------------------------------- firmware that nobody names


METERED: Documents = {
    DETAILS: production(
        aggregate(4, 780, 4_000_000),
        eim("production", (800.4, 3_000.4, 30_000.4, 4_100_000.4), [800.4]),
        used=[
            eim("net-consumption", (-300.4, 0, 0, -9.0), [-300.4]),
            eim("total-consumption", (500.0, 4_000.0, 40_000.0, 5_000_000.0), [500.0]),
        ],
    ),
    LIST: reports(4, 195),
    "/ivp/meters": [
        meter("evse", mode="three", count=1),
        meter("load", mode="three", count=1),
        meter("pv3p", mode="three", count=1),
        meter("net-consumption", mode="three", count=1),
        meter("production", mode="three", count=1),
    ],
    "/ivp/meters/readings": [
        reading("evse", 7000, 5, -6, [7000]),
        reading("load", 90, 5, 6, [90]),
        reading("pv3p", 1000, 5, 6, [1000]),
        reading("production", 801, 4_100_001, 3, [801]),
        reading("net-consumption", -301, 11, 20, [-301]),
    ],
}


@pytest.mark.parametrize("software", ["R6.0.12", "D8.0.10", "D8.4.1", "D9.0.1", "M10.1.2-rc1"])
def test_metered_on_firmware_that_no_table_names(read: Read, software: str) -> None:
    got = read(software, True, METERED)
    assert got["gateway"]["metered"]
    assert four(got["production"]) == (800.4, 3000.4, 30000.4, 4100000.4)
    assert four(got["consumption"]) == (500, 4000, 40000, 5000000)
    assert got["net"] == {"watts_now": -300.4, "watt_hours_imported": 11, "watt_hours_exported": 20}
    assert states(got) == {"reporting": 4}
    assert [one["volts"] for one in got["phases"]] == [121.5]
    assert got["gateway"]["login"] == ("digest" if software == "R6.0.12" else "token")


@pytest.mark.parametrize("software", ["R6.0.12", "D8.0.10", "D8.4.1", "D9.0.1"])
def test_standard_on_firmware_that_no_table_names(read: Read, software: str) -> None:
    documents = {V1: v1(780, 3_000, 30_000, 4_000_000), LIST: reports(4, 195), DETAILS: production(aggregate(4, 7, 8))}
    got = read(software, False, documents)
    assert four(got["production"]) == (780, 3_000, 30_000, 4_000_000)
    assert states(got) == {"reporting": 4}


def test_firmware_9_with_nothing_but_meters_and_extras(read: Read) -> None:
    """Whatever is new beside it, the readings and the energies are still to be had."""
    got = read(
        "D9.2.1",
        True,
        {
            "/ivp/meters": METERED["/ivp/meters"],
            "/ivp/meters/readings": METERED["/ivp/meters/readings"],
            "/ivp/pdm/energy": {"production": {"pcu": v1(700, 1, 2, 3), "eim": v1(800, 3_100, 4_097_000, 4_100_000)}},
            "/ivp/livedata/status": {"meters": {"pv": {"agg_p_mw": 5}}},
        },
    )
    # The meter's own seven days are all that there ever was: its baseline is lost here just as in the live answer.
    assert four(got["production"]) == (801, 3_100, None, 4_100_001)
    assert got["consumption"]["watts_now"] == 500
    assert got["net"]["watts_now"] == -301


def test_locked_and_busy_endpoints_cost_only_themselves(read: Read) -> None:
    locked = ("/inventory.json", "/ivp/meters", "/home.json", "/ivp/ensemble/inventory")
    got = read("D8.3.5289", True, METERED | dict.fromkeys(locked, LOCKED) | {"/ivp/pdm/device_data": BUSY})
    assert got["gateway"]["metered"], "the live meter is in use, whatever the list of meters would say"
    assert four(got["production"]) == (800.4, 3000.4, 30000.4, 4100000.4)
    assert got["net"]["watts_now"] == -300.4
    kinds = {problem["path"]: problem["kind"] for problem in got["problems"]}
    assert {kinds[path] for path in locked} == {"absent"}
    assert kinds["/ivp/pdm/device_data"] == "failed"


def test_meters_stand_in_where_live_production_is_busy(read: Read) -> None:
    got = read("D8.3.5289", True, METERED | {DETAILS: BUSY, V1: v1(2624, 1, 2, 3)})
    assert got["production"]["watts_now"] == 801
    assert got["production"]["watt_hours_lifetime"] == 4_100_001
    assert got["production"]["watt_hours_today"] is None
    assert got["net"]["watts_now"] == -301


def test_nothing_frozen_stands_in_for_a_meter(read: Read) -> None:
    """`/api/v1/production` stands still on some firmware 8.3; the inverters themselves are believed before it."""
    got = read(
        "D8.3.5433",
        True,
        {
            DETAILS: BUSY,
            V1: v1(2624, 100_000, 200_000, 9_000_000),
            "/ivp/meters": [meter("production")],
            "/ivp/meters/readings": BUSY,
            "/ivp/pdm/device_data": device_data([device(serial(n), channel(30)) for n in range(12)]),
        },
    )
    assert four(got["production"]) == (360, 8_400, 108_000, 10_800_000)
    assert set(sources(got["production"])) == {"inverters"}


def test_energies_of_the_inverters_tell_power_too(read: Read) -> None:
    """Metering hardware, no meter, live production busy: only the sum over the inverters is left."""
    documents = {DETAILS: BUSY, "/ivp/pdm/energy": {"production": {"pcu": v1(777, 5_000, 40_000, 8_000_000)}}}
    got = read("D8.2.4264", True, documents | {V1: v1(4, 0, 1583, 1583), LIST: reports(4, 190)})
    assert four(got["production"]) == (777, 5_000, 40_000, 8_000_000)
    assert set(sources(got["production"])) == {"inverters"}


def test_lost_day_is_told_by_the_inverters_energy(read: Read) -> None:
    """Day, week and lifetime are one, and there are no device data: `/ivp/pdm/energy` sums over the inverters."""
    got = read(
        "D8.2.4264",
        True,
        {
            DETAILS: production(aggregate(4, 780, 4_000_000), eim("production", (800.4, 4e6, 4e6, 4e6))),
            LIST: reports(4, 195),
            "/ivp/meters": [meter("production")],
            "/ivp/pdm/energy": {
                "production": {"pcu": v1(777, 5_000, 40_000, 4_100_000), "eim": v1(800, 4e6, 4e6, 4e6)}
            },
        },
    )
    assert four(got["production"]) == (800.4, 5_000, 40_000, 4_000_000)
    assert sources(got["production"]) == ("meter", "inverters", "inverters", "meter")


def test_pages_with_status_200_are_no_data(read: Read) -> None:
    paths = (DETAILS, LIST, "/inventory.json", "/ivp/meters", "/ivp/pdm/device_data", "/home.json")
    got = read("D7.6.175", False, dict.fromkeys(paths, PAGE) | {V1: v1(10, 20, 30, 40)})
    assert four(got["production"]) == (10, 20, 30, 40)
    assert (got["inverters"], got["relays"], got["phases"], got["gateway"]["timezone"]) == ([], [], [], None)


def test_numbers_written_as_text_or_as_fractions(read: Read) -> None:
    """Counts, types and states decide what a thing is: they are understood in either form."""
    documents: Documents = {
        DETAILS: {
            "production": [
                aggregate(2, 300.0, 4e6) | {"activeCount": "2"},
                eim("production", (301.4, 3_000.4, 30_000.4, 4_100_000.4), [150.0, 151.4]) | {"activeCount": 1.0},
            ],
            "consumption": None,
        },
        LIST: [
            report("A", 150.0, 60) | {"devType": "1", "lastReportDate": str(NOON - 60)},
            report("B", 150, 60, 11) | {"devType": "11"},
            report("C", 151, 60) | {"lastReportDate": float(NOON - 60), "serialNumber": 122013000000},
            {"serialNumber": "D"},
        ],
        "/ivp/meters": [meter("production", eid=str(EIDS["production"]), phaseCount="2")],
        "/ivp/meters/readings": [reading("production", 301, 4_100_001, 0, (150, 151))],
        "/inventory.json": inventory([listed("A"), listed("Z", admin_state="3")], relays=[relay("R", dev_type="12")]),
    }
    got = read("D8.3.5289", True, documents)
    assert got["gateway"]["metered"]
    assert four(got["production"]) == (301.4, 3000.4, 30000.4, 4100000.4)
    assert {one["serial"]: one["state"] for one in got["inverters"]} == {
        "122013000000": "reporting",
        "A": "reporting",
        "D": "unknown",
        "Z": "retired",
    }
    assert [one["serial"] for one in got["batteries"]] == ["B"]
    assert [(one["phase"], one["volts"]) for one in got["phases"]] == [("L1", 121.5), ("L2", 122.5)]
    assert [one["serial"] for one in got["relays"]] == ["R"]


def test_batteries_are_no_inverters_where_the_list_has_no_types(read: Read) -> None:
    """Old firmware names no `devType`; the inventory still tells what a serial is."""
    documents = {
        V1: v1(200, 20, 30, 40),
        LIST: [report(name, 100, 60, None) for name in ("A", "B", "R")],
        "/inventory.json": inventory([listed("A")], [listed("B", 11, percentFull=5)], [relay("R")]),
    }
    got = read("D5.0.62", False, documents)
    assert [one["serial"] for one in got["inverters"]] == ["A"]
    assert [one["serial"] for one in got["batteries"]] == ["B"]
    assert [one["serial"] for one in got["relays"]] == ["R"]


@pytest.mark.parametrize("empty", [{}, [], b"", {"production": []}, {"production": [], "consumption": []}])
def test_nothing_is_unknown_and_never_zero(read: Read, empty: Any) -> None:
    got = read("D8.3.5289", True, {LIST: reports(2, 100), DETAILS: empty, "/inventory.json": [], "/ivp/meters": []})
    assert (got["production"], got["consumption"], got["net"]) == (None, None, None)
    assert states(got) == {"reporting": 2}


def test_three_phases_told_by_the_readings_alone(read: Read) -> None:
    """The plain form has no lines; consumption is measured by a meter of its own."""
    told = production(
        eim("production", (900.0, 3_000.0, 30_000.0, 4_100_000.0)),
        aggregate(4, 880, 4_000_000),
        used=[eim("total-consumption", (600.0, 4_000.0, 40_000.0, 5_000_000.0))],
    )
    for entry in (*told["production"], *told["consumption"]):
        entry.pop("lines", None)
    got = read(
        "D8.3.5289",
        True,
        {
            "/production.json": told,
            "/ivp/meters": [
                meter("total-consumption", mode="three", count=3),
                meter("production", mode="three", count=3),
            ],
            "/ivp/meters/readings": [
                reading("total-consumption", 600, 5, 0, (100, 200, 300)),
                reading("production", 900, 5, 0, (500, 400)),
            ],
        },
    )
    keys = ("phase", "production_watts", "consumption_watts", "net_watts", "volts", "hertz")
    assert [tuple(one[key] for key in keys) for one in got["phases"]] == [
        ("L1", 500, 100, None, 121.5, 60),
        ("L2", 400, 200, None, 122.5, 60),
        ("L3", None, 300, None, 123.5, 60),
    ]
    assert got["net"] is None


def test_a_figure_that_is_not_believed_is_taken_from_the_readings(read: Read) -> None:
    spoilt = [entry | {"wNow": None} for entry in METERED[DETAILS]["consumption"]]
    made = eim("production", (9e9, 3_000.4, 30_000.4, 4_100_000.4))
    got = read("D8.3.5289", True, METERED | {DETAILS: production(made, used=spoilt)})
    assert four(got["production"]) == (801, 3000.4, 30000.4, 4100000.4)
    assert (got["consumption"]["watts_now"], got["net"]["watts_now"]) == (500, -301)
    assert [problem["kind"] for problem in got["problems"] if problem["path"] == DETAILS] == ["rejected"]


@pytest.mark.parametrize(
    ("software", "kept"), [("D7.6.175", None), ("D8.2.127", None), ("D8.2.4264", 351_236), ("D8.4.1", 351_236)]
)
def test_lifetime_of_the_aggregate(read: Read, software: str, kept: float | None) -> None:
    """Before 8.2.4264 it lost an unknown number of wraps; v1 here is a stalled one that proves nothing."""
    documents = {DETAILS: production(aggregate(13, 586, 351_236)), V1: v1(4, 0, 1_583, 1_583), LIST: reports(13, 45)}
    got = read(software, True, documents)
    assert four(got["production"]) == (586, None, None, kept)


def test_device_data_without_their_count(read: Read) -> None:
    """Fifty devices of an unknown number are not all of them, so nobody sums them up."""
    told = device_data([device(serial(n), channel(100)) for n in range(50)])
    del told["deviceCount"]
    documents = {DETAILS: production(aggregate(60, 6_000, 9_000_000)), "/ivp/pdm/device_data": told}
    got = read("D8.3.5169", True, documents)
    assert states(got) == {"reporting": 50}
    assert four(got["production"]) == (6_000, None, None, 9_000_000)


def test_night_at_a_standard_gateway(read: Read) -> None:
    """Nobody is judged, the small negative power is no fault, and 0 is a figure."""
    documents = {
        V1: v1(-3, 9_000, 60_000, 3_000_000),
        LIST: reports(6, 2, age=12_000),
        DETAILS: production(aggregate(6, 0, 600_000) | {"readingTime": 0}),
        "/inventory.json": inventory(
            [listed(serial(n), producing=False, communicating=False, operating=False) for n in range(1, 7)]
        ),
    }
    got = read("D7.6.175", False, documents)
    assert four(got["production"]) == (-3, 9_000, 60_000, 3_000_000)
    assert states(got) == {"asleep": 6}
    assert {one["communicating"] for one in got["inverters"]} == {False}


def test_collar_without_a_controller(read: Read) -> None:
    """The contacts and the mains relay that the gateway lists then are defaults and mean nothing."""
    documents = METERED | {
        "/ivp/ensemble/inventory": [
            *blocks(COLLAR=[listed("C1", 30, mid_state="close", grid_state="on_grid", collar_state="Installed")]),
            {"type": "C6 COMBINER CONTROLLER", "devices": [{"serial_num": "K1", "communicating": True}]},
            {"type": "C6 RGM", "devices": [{"serial_num": "K2", "FW Version": "1"}]},
        ],
        "/ivp/ensemble/status": {"relay": {"mains_admin_state": "open", "mains_oper_state": "open"}},
        "/ivp/ensemble/dry_contacts": contacts(NC1="open", NC2="open", NO1="open", NO2="open"),
    }
    got = read("D8.3.1598", True, documents)
    assert [(one["serial"], one["kind"], one["relay"]) for one in got["relays"]] == [("C1", "collar", "closed")]
    assert (got["dry_contacts"], got["batteries"]) == ([], [])


@pytest.mark.parametrize(
    ("days", "week"), [(5, 12_000), (30, None), (-400, None)], ids=["young", "old", "clock-before-installation"]
)
def test_week_that_is_all_there_ever_was(read: Read, days: int, week: float | None) -> None:
    """Believed of a site that is known to be under eight days old, and of no other."""
    documents = {
        V1: v1(780, 3_000, 12_000, 15_000),
        LIST: reports(4, 195),
        "/inventory.json": inventory([listed(serial(n), installed=str(NOON - days * 86_400)) for n in range(1, 5)]),
    }
    assert four(read("D8.4.1", False, documents)["production"]) == (780, 3_000, week, 15_000)


def test_slip_in_one_row_does_not_retire_it(read: Read) -> None:
    """A report time that cannot be read is not the 0 of a unit that never reported."""
    rows = reports(4, 195)
    del rows[0]["lastReportDate"]
    rows[1]["lastReportDate"] = "soon"
    rows[2]["lastReportDate"] = 0
    got = read("D8.4.1", False, {V1: v1(780, 3_000, 30_000, 4_000_000), LIST: rows})
    assert [(one["state"], one["last_report_at"] is None) for one in got["inverters"]] == [
        ("unknown", True),
        ("unknown", True),
        ("retired", True),
        ("reporting", False),
    ]
