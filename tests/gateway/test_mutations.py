"""Spoilt answers, thousands of ways: what is read stays a result of the contract, and nothing gets through as an error.

The mutations are drawn from a seed, so that a failure comes back.
"""

import random

import pytest

from enphase_tray.model.result_json import snapshot_to_json
from tests.gateway.captured import Answers, info, snapshot
from tests.gateway.mutations import check, mutated
from tests.gateway.recordings import (
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
    inventory,
    listed,
    meter,
    production,
    reading,
    relay,
    reports,
    serial,
    v1,
)

ROUNDS = 400
DETAILS = "/production.json?details=1"
V1 = "/api/v1/production"
LIST = "/api/v1/production/inverters"

FULL: Documents = {
    DETAILS: production(
        aggregate(4, 780, 4_000_000),
        eim("production", (800.4, 3_000.4, 30_000.4, 4_100_000.4), [400.0, 400.4]),
        used=[
            eim("total-consumption", (500.0, 4_000.0, 40_000.0, 5_000_000.0), [250.0, 250.0]),
            eim("net-consumption", (-300.4, 0, 0, -9.0), [-150.0, -150.4]),
        ],
    ),
    LIST: reports(4, 195),
    "/ivp/meters": [meter("production"), meter("net-consumption")],
    "/ivp/meters/readings": [reading("production", 801, 4e6, 3, (400, 401)), reading("net-consumption", -301, 11, 20)],
    "/ivp/pdm/device_data": device_data(
        [device(serial(n), channel(30)) for n in range(1, 5)]
        + [device("B1", channel(), kind="acb"), device("R1", channel(), kind="nsrb")]
    ),
    "/inventory.json": inventory([listed(serial(n)) for n in range(1, 5)], [listed("B1", 11)], [relay("R1")]),
    "/ivp/ensemble/inventory": blocks(
        ENCHARGE=[encharge("B2")], ENPOWER=[enpower("E1")], COLLAR=[listed("C1", 30, mid_state="close")]
    ),
    "/ivp/ensemble/power": {"devices:": [{"serial_num": "B2", "real_power_mw": 5, "soc": 4}]},
    "/ivp/ensemble/dry_contacts": contacts(NC1="open"),
    "/home.json": {"timezone": "Europe/Paris"},
}
STANDARD: Documents = {
    V1: v1(780, 3_000, 30_000, 4_000_000),
    LIST: reports(5),
    DETAILS: production(aggregate(5, 780, 300_000)),
    "/inventory.json": inventory([listed(serial(1))], [], [relay("R1")]),
}
UNMETERED: Documents = {
    DETAILS: production(aggregate(4, 780, 4_000_000)),
    "/ivp/pdm/energy": {"production": {"pcu": v1(780, 3_000, 30_000, 4_000_000)}},
    "/ivp/pdm/device_data": device_data([device(serial(n), channel(195)) for n in range(1, 5)]),
}


@pytest.mark.parametrize(
    ("firmware", "metering", "documents"),
    [("8.3.5289", True, FULL), ("7.6.175", False, STANDARD), ("8.3.5289", True, UNMETERED)],
    ids=["everything", "standard", "no-meters"],
)
def test_a_result_stays_a_result(firmware: str, metering: bool, documents: Documents) -> None:
    chance = random.Random(20260625)
    for turn in range(ROUNDS):
        spoilt = dict(documents)
        for path in chance.sample(list(documents), chance.randint(1, 3)):
            spoilt[path] = mutated(documents[path], chance)
        try:
            check(snapshot_to_json(snapshot(Answers(spoilt), info(firmware, metering))))
        except Exception as error:
            raise AssertionError(f"turn {turn}: {error!r} for {spoilt!r:.2000}") from error
