import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.model.connection import GatewayState
from enphase_tray.model.errors import SettingsError
from enphase_tray.model.identity import CertificateFacts, Pin
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.state import StateStore, TrustEvent

NOON = datetime(2026, 6, 25, 12, tzinfo=UTC)
CERTIFICATE = CertificateFacts(
    "ab" * 32, "cd" * 32, "CN=a", "CN=b", NOON - timedelta(days=9), NOON + timedelta(days=356)
)
PIN = Pin("122000000001", CERTIFICATE, NOON, "user")


def test_nothing_is_known_at_first(paths: ProfilePaths) -> None:
    state: GatewayState = StateStore(paths)
    assert state.pin("122000000001") is None
    assert state.pinned_serials() == ()
    assert state.facts("122000000001") == {}
    assert not paths.state_file.exists()


def test_pins_and_facts_survive(paths: ProfilePaths) -> None:
    facts = {"addresses": ["192.168.1.20"], "firmware_floor": "8.3.5289", "absent": {"/inv": "2026-06-25"}}
    other = replace(PIN, serial="2", last_good_at=NOON)
    first = StateStore(paths)
    first.set_pin(PIN)
    first.set_pin(other)
    first.set_facts(PIN.serial, facts)
    again = StateStore(paths)
    assert again.pin(PIN.serial) == PIN
    assert again.pin("2") == other
    assert again.pinned_serials() == (PIN.serial, "2")
    assert again.facts(PIN.serial) == facts
    assert again.facts("2") == {}


def test_two_processes_see_each_other(paths: ProfilePaths) -> None:
    tray, terminal = StateStore(paths), StateStore(paths)
    tray.set_facts("1", {"a": 1})
    terminal.set_pin(PIN)
    tray.set_facts("1", {"a": 2})
    assert tray.pin(PIN.serial) == PIN
    assert terminal.facts("1") == {"a": 2}


def test_every_change_of_trust_is_logged_for_ever(paths: ProfilePaths) -> None:
    state = StateStore(paths)
    renewed = replace(CERTIFICATE, fingerprint="ef" * 32)
    state.set_pin(PIN)
    state.set_pin(replace(PIN, last_good_at=NOON))
    state.set_pin(Pin(PIN.serial, renewed, NOON + timedelta(days=1), "first use"))
    log = StateStore(paths).trust_log()
    assert [(entry.at, entry.fingerprint, entry.previous, entry.by) for entry in log] == [
        (NOON, "ab" * 32, None, "user"),
        (NOON + timedelta(days=1), "ef" * 32, "ab" * 32, "first use"),
    ]


def test_refusals_and_the_return_are_logged_once(paths: ProfilePaths) -> None:
    state, hour = StateStore(paths), timedelta(hours=1)
    state.set_pin(PIN)
    state.log_return(PIN.serial, "ab" * 32, NOON)
    for number in range(48):
        # Another certificate at each poll does not fill the log.
        state.log_refusal(PIN.serial, f"{number:064x}", NOON + number * hour)
        state.log_refusal("2", f"{number:064x}", NOON + number * hour)
    state.log_return(PIN.serial, "ab" * 32, NOON + 48 * hour)
    state.log_return(PIN.serial, "ab" * 32, NOON + 49 * hour)
    log = [entry for entry in StateStore(paths).trust_log() if entry.serial == PIN.serial]
    assert [(entry.event, entry.at, entry.previous) for entry in log] == [
        (TrustEvent.PINNED, NOON, None),
        (TrustEvent.REFUSED, NOON, "ab" * 32),
        (TrustEvent.REFUSED, NOON + 24 * hour, "ab" * 32),
        (TrustEvent.RETURNED, NOON + 48 * hour, None),
    ]
    assert StateStore(paths).pin(PIN.serial) == PIN


def test_what_is_equal_is_not_written_again(paths: ProfilePaths) -> None:
    state = StateStore(paths)
    state.set_pin(PIN)
    state.set_facts("1", {"a": [1]})
    before = paths.state_file.stat().st_ino
    state.set_pin(PIN)
    state.set_facts("1", {"a": [1]})
    assert paths.state_file.stat().st_ino == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"schema": 1',
        b"\xff\xfe",
        b'{"schema": 1, "pins": []}',
        b'{"schema": 1, "pins": {"1": {"serial": "1"}}}',
        b'{"schema": 1, "pins": {"1": 5}}',
        b'{"schema": 1, "facts": {"1": []}}',
        b'{"schema": 1, "trust_log": [{"at": "never"}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_kept_beside(paths: ProfilePaths, content: bytes) -> None:
    paths.prepare()
    paths.state_file.write_bytes(content)
    state = StateStore(paths)
    assert state.pinned_serials() == ()
    assert state.notice is not None
    assert "state.damaged-1.json" in state.notice
    assert (paths.directory / "state.damaged-1.json").read_bytes() == content
    state.set_pin(PIN)
    assert state.pin(PIN.serial) == PIN
    assert len(list(paths.directory.glob("state.damaged-*"))) == 1


def test_a_newer_file_is_left_untouched(paths: ProfilePaths) -> None:
    paths.prepare()
    content = json.dumps({"schema": 2, "future": 1})
    paths.state_file.write_text(content)
    state = StateStore(paths)
    with pytest.raises(SettingsError, match="newer"):
        state.set_pin(PIN)
    with pytest.raises(SettingsError, match="newer"):
        state.facts("1")
    assert paths.state_file.read_text() == content
