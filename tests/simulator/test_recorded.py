"""Recorded answers are served as they were given: every file, its status, its log-in."""

import json
from pathlib import Path

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.message import Response
from enphase_tray.simulator.recorded import RecordedBackend, RecordedCapture, file_name
from tests.simulator.support import MIDSUMMER_NOON, session

TARGETS = (
    "/info", "/production", "/production.json", "/production.json?details=1", "/api/v1/production",
    "/api/v1/production/inverters", "/inventory.json?deleted=1", "/home", "/inv", "/admin/lib/tariff",
    *(f"/ivp/meters{rest}" for rest in ("", "/readings", "/reports", "/pvReading", "/gridReading")),
    *(f"/ivp/pdm/{name}" for name in ("energy", "device_data")),
    *(f"/ivp/ensemble/{name}" for name in ("inventory", "power", "secctrl", "status", "dry_contacts", "generator")),
    *(f"/ivp/ss/{name}" for name in ("dry_contact_settings", "gen_config", "gen_schedule", "pel_settings")),
    "/ivp/sc/pvlimit", "/ivp/peb/devstatus", "/ivp/peb/newscan",
)  # fmt: skip


def test_every_file_comes_with_its_status_over_a_real_socket(capture: Path) -> None:
    with SimulatedGateway(RecordedCapture(capture), ManualClock(MIDSUMMER_NOON)) as gateway, session(gateway) as client:
        served = 0
        for target in TARGETS:
            file = capture / file_name(target)
            if not file.is_file():
                continue
            log_file = capture / f"{file.name}_log.json"
            code = json.loads(log_file.read_text())["code"] if log_file.exists() else 200
            answer = client.get(gateway.url + target, timeout=5)
            assert (answer.status_code, answer.content) == (code, file.read_bytes()), target
            served += 1
        assert served >= 6
        assert client.get(gateway.url + "/no/such/path", timeout=5).status_code == 404


def test_no_endpoint_is_open_that_should_not_be(capture: Path) -> None:
    gateway = SimulatedGateway(RecordedCapture(capture), ManualClock(MIDSUMMER_NOON))
    assert gateway.respond("GET", "/info").status == 200
    assert gateway.respond("GET", "/api/v1/production/inverters").status in (401, 404)
    open_to_all = gateway.respond("GET", "/api/v1/production").status
    assert open_to_all == (401 if gateway.secure else 200 if (capture / "api_v1_production").exists() else 404)


def make(folder: Path, **files: str) -> RecordedCapture:
    device = "<device><sn>123456789012</sn><software>D8.2.1</software></device>"
    info = f"<envoy_info>{device}<web-tokens>true</web-tokens></envoy_info>"
    for name, text in {"info": info, **files}.items():
        (folder / name).write_text(text, "utf-8")
    return RecordedCapture(folder)


def ask(capture: RecordedCapture, target: str) -> Response:
    gateway = SimulatedGateway(capture, ManualClock(MIDSUMMER_NOON))
    return gateway.respond("GET", target, {"Authorization": f"Bearer {gateway.token()}"})


def test_documents_with_two_names_and_details_fall_back(tmp_path: Path) -> None:
    capture = make(
        tmp_path, **{"home.json": "H", "inventory": "I", "production.json": "P", "inventory.json_deleted_1": "D"}
    )
    assert ask(capture, "/home").body == b"H"
    assert ask(capture, "/inventory.json").body == b"I"
    assert ask(capture, "/inventory.json?deleted=1").body == b"D"
    assert ask(capture, "/production.json?details=1").body == b"P"
    assert ask(capture, "/info.xml").status == 200
    assert ask(capture, "/production").status == 404


def test_logs_and_notes_are_no_endpoints_and_their_headers_are_recomputed(tmp_path: Path) -> None:
    log = json.dumps(
        {"code": 401, "headers": {"Content-Length": "9999", "X-Frame-Options": "DENY", "Content-Type": "text/x"}}
    )
    capture = make(tmp_path, production="short", production_log_json="", _readme="note", **{"production_log.json": log})
    answer = ask(capture, "/production")
    assert (answer.status, answer.body, answer.content_type) == (401, b"short", "text/x")
    assert answer.headers == (("x-frame-options", "DENY"),)
    assert ask(capture, "/_readme").status == 404
    assert ask(capture, "/production_log.json").status == 404
    assert ask(capture, "/../info").status == 404


def test_what_was_refused_in_life_is_refused_to_everybody(tmp_path: Path) -> None:
    refused = json.dumps({"code": 401, "headers": {"www-authenticate": "\u00d8\u00c9\u00c6A"}})
    capture = make(tmp_path, api_v1_production_inverters="{}", **{"api_v1_production_inverters_log.json": refused})
    with SimulatedGateway(capture, ManualClock(MIDSUMMER_NOON)) as gateway, session(gateway) as client:
        answer = client.get(gateway.url + "/api/v1/production/inverters", timeout=5)
        assert answer.status_code == 401
        assert answer.content == b"{}"
        assert answer.headers["WWW-Authenticate"] == "\u00d8\u00c9\u00c6A"


def test_overrides_replace_and_add_answers(tmp_path: Path) -> None:
    capture = RecordedCapture(
        make(tmp_path, production="old").directory,
        {"/production": b"new", "/inventory.json": b"[]", "/home": Response(503, b"busy")},
    )
    assert ask(capture, "/production").body == b"new"
    assert ask(capture, "/inventory").body == b"[]"
    assert ask(capture, "/home").status == 503


def test_a_folder_without_info_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="/info"):
        RecordedBackend(RecordedCapture(tmp_path))
    (tmp_path / "info").write_text("no xml")
    with pytest.raises(ValueError, match="/info"):
        RecordedBackend(RecordedCapture(tmp_path))
