import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from enphase_tray.model.alerts import Alert, AlertEvent, Change, PollFailure, Severity
from enphase_tray.model.errors import NotUnderstood, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import (
    BatteryReading,
    DeviceStatus,
    DryContactReading,
    InverterReading,
    InverterState,
    Login,
    NetReading,
    PhaseReading,
    PowerReading,
    Problem,
    ProblemKind,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)
from enphase_tray.model.result_json import event_to_json, failure_to_json, result_from_json, snapshot_to_json
from enphase_tray.model.result_parsing import ResultParser

AT = datetime(2026, 6, 25, 6, 12, 14, 700_000, tzinfo=UTC)
WELL = DeviceStatus(False, True, True, True, ("envoy.global.ok",))


def full() -> Snapshot:
    return Snapshot(
        at=AT,
        gateway=GatewayInfo(
            "123456789012", "800-00554-r03", FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, None, None
        ),
        login=Login.TOKEN,
        metered=True,
        timezone="Europe/Brussels",
        gateway_at=AT + timedelta(seconds=3),
        production=PowerReading(1623.572, 2109.267, None, 10251312.267, {"watts_now": Source.METER}),
        net=NetReading(-12.34, 5, None),
        phases=(PhaseReading("L1", production_watts=1623.572, volts=236.149, hertz=50.0),),
        inverters=(
            InverterReading(
                "900000000011",
                InverterState.REPORTING,
                last_report_watts=187,
                max_report_watts=242,
                last_report_at=datetime(2026, 6, 25, 6, 4, 23, tzinfo=UTC),
                report_interval_seconds=904,
                watt_hours_lifetime=747764.2311,
                dc_volts=33.149,
                celsius=31,
            ),
        ),
        relays=(
            RelayReading(
                "999999968177",
                RelayKind.IQ_RELAY,
                RelayState.CLOSED,
                (True, None, None),
                WELL,
                last_report_at=datetime(2023, 7, 13, 16, 30, 45, tzinfo=timezone(timedelta(hours=2))),
            ),
        ),
        batteries=(BatteryReading("5", "iq_battery", 98, -1250.0, 3360, 25),),
        dry_contacts=(DryContactReading("NC1", RelayState.OPEN, None),),
        problems=(Problem("/home", ProblemKind.FAILED, "No home", "Wait."),),
    )


def test_a_result_has_the_shape_of_the_contract() -> None:
    result = snapshot_to_json(full())
    assert result["schema"] == 1
    assert result["at"] == "2026-06-25T06:12:14Z"
    assert result["gateway"] == {
        "serial": "123456789012",
        "part_number": "800-00554-r03",
        "firmware": "8.3.5289",
        "login": "token",
        "metered": True,
        "timezone": "Europe/Brussels",
    }
    assert result["production"] == {
        "watts_now": 1623.6,
        "watt_hours_today": 2109.3,
        "watt_hours_seven_days": None,
        "watt_hours_lifetime": 10251312.3,
        "source": {
            "watts_now": "meter",
            "watt_hours_today": None,
            "watt_hours_seven_days": None,
            "watt_hours_lifetime": None,
        },
    }
    assert result["consumption"] is None
    assert result["net"] == {"watts_now": -12.3, "watt_hours_imported": 5, "watt_hours_exported": None}
    inverter = result["inverters"][0]
    assert (inverter["state"], inverter["last_report_watts"], inverter["watt_hours_lifetime"]) == (
        "reporting",
        187,
        747764.2,
    )
    assert (inverter["status"], inverter["status_text"], inverter["producing"]) == ([], None, None)
    relay = result["relays"][0]
    assert (relay["relay"], relay["line1_connected"], relay["line2_connected"]) == ("closed", True, None)
    assert (relay["status_text"], relay["last_report_at"]) == ("All well", "2023-07-13T14:30:45Z")
    assert result["batteries"][0]["watts_now"] == -1250.0
    assert result["problems"][0]["kind"] == "failed"


def test_a_result_read_back_and_written_again_is_the_same() -> None:
    line = json.loads(json.dumps(snapshot_to_json(full())))
    at, snapshot, failure = result_from_json(line)
    assert at == AT.replace(microsecond=0)
    assert failure is None
    assert snapshot is not None
    assert snapshot_to_json(snapshot) == line


def test_missing_keys_are_unknown() -> None:
    _, snapshot, _ = result_from_json(
        {"at": "2026-06-25T06:12:14Z", "gateway": {"serial": "1"}, "inverters": [{"serial": "9"}, {"serial": "8"}],
         "relays": [{"serial": "7"}]}
    )  # fmt: skip
    assert snapshot is not None
    assert [i.serial for i in snapshot.inverters] == ["8", "9"]
    assert snapshot.inverters[0].state is InverterState.UNKNOWN
    assert snapshot.inverters[0].last_report_watts is None
    assert snapshot.relays[0].relay is RelayState.UNKNOWN
    assert snapshot.production is None
    assert snapshot.gateway_at is None


def test_what_a_line_repeats_is_the_same_object_again_and_what_changed_is_new() -> None:
    first = full()
    told = replace(first.inverters[0], last_report_watts=12.0, device=DeviceStatus(words=("pcu_chan.hardwareError",)))
    changed = replace(first, inverters=(told, *first.inverters[1:]), relays=(replace(first.relays[0], reason="storm"),))
    parser = ResultParser()
    read = []
    for one in (first, first, changed, first):
        line = json.loads(json.dumps(snapshot_to_json(one)))
        assert parser.parse(line) == result_from_json(line)
        snapshot = parser.parse(line)[1]
        assert snapshot is not None
        read.append(snapshot)
    assert read[1].inverters[0] is read[0].inverters[0]
    assert read[1].gateway is read[0].gateway
    assert read[2].inverters[0].last_report_watts == 12.0
    assert read[2].inverters[0].device.words == ("pcu_chan.hardwareError",)
    assert read[2].relays[0].reason == "storm"
    assert read[3] == read[0]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"at": None, "gateway": {}},
        {"at": "yesterday", "gateway": {}},
        {"at": "2026-06-25T06:12:14Z"},
        {"at": "2026-06-25T06:12:14Z", "schema": 2, "gateway": {}},
        {"at": "2026-06-25T06:12:14Z", "gateway": {}, "inverters": 3},
        {"at": "2026-06-25T06:12:14Z", "gateway": {}, "relays": [{"serial": "1", "relay": "ajar"}]},
        {"at": "2026-06-25T06:12:14Z", "error": "no"},
    ],
)
def test_what_is_no_result_is_refused(line: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood):
        result_from_json(line)


def test_failures_travel_with_and_without_their_moment() -> None:
    failure = PollFailure(AT, "unreachable", "No answer", "Wait.", "soon")
    line = failure_to_json(failure)
    assert line == {
        "schema": 1,
        "at": "2026-06-25T06:12:14Z",
        "error": {"kind": "unreachable", "title": "No answer", "advice": "Wait.", "retry": "soon"},
    }
    assert result_from_json(line) == (AT.replace(microsecond=0), None, replace(failure, at=AT.replace(microsecond=0)))
    assert "at" not in failure_to_json(Unreachable("No answer", "Wait."))
    assert failure_to_json(Unreachable("No answer", "Wait."), AT)["error"]["retry"] == "soon"


def test_an_event_has_the_shape_of_the_contract() -> None:
    alert = Alert("id", "inverter_stopped", "9", Severity.WARNING, ("9",), "Title", "Body.", AT)
    assert event_to_json(AlertEvent(AT, Change.RAISED, alert)) == {
        "at": "2026-06-25T06:12:14Z",
        "event": "raised",
        "rule": "inverter_stopped",
        "severity": "warning",
        "serials": ["9"],
        "title": "Title",
        "body": "Body.",
    }
