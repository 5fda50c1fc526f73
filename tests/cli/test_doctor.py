"""`doctor`: which step fails and why, told without a secret being sent and without a trace in the profile."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.model.clock import ManualClock, SystemClock
from enphase_tray.model.identity import FirmwareVersion, FoundGateway
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.store import SettingsStore
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.cli.conftest import Said, Terminal
from tests.gateway.transport_support import Handler, always, by_path, http, info, serving

SERIAL = "123456789012"
STEPS = ["settings", "secrets", "find", "tcp", "tls", "certificate", "info", "serial", "firmware", "log_in", "clock"]
STEPS += ["keyring", "history"]
Options = Callable[[SimulatedGateway], list[str]]


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[FoundGateway]:
    """What is announced on the network, which no test listens to."""
    found: list[FoundGateway] = []
    monkeypatch.setattr("enphase_tray.gateway.discovery._browse", lambda *arguments: found)
    return found


@pytest.fixture(scope="module")
def new() -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(firmware="8.3.5289"), SystemClock()) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def old() -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(seed=2, firmware="5.0.62"), SystemClock()) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return make_certificate(f"envoy-{SERIAL}", new_key(), SystemClock().now())


def steps(said: Said) -> dict[str, dict[str, Any]]:
    """The steps by name, the last of each."""
    assert said.document["schema"] == 1
    for step in said.document["steps"]:
        assert set(step) == {"name", "verdict", "title", "advice", "details"}
        assert step["verdict"] in {"ok", "attention", "failed", "skipped"}
        assert step["title"]
        assert not step["title"].endswith(".")
    return {step["name"]: step for step in said.document["steps"]}


def failures(said: Said) -> list[tuple[str, str]]:
    return [(step["name"], step["details"]["kind"]) for step in steps(said).values() if step["verdict"] == "failed"]


def test_all_is_well_and_nothing_secret_is_sent(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    new.forget()
    said = terminal("doctor", "--json", *connection(new))
    assert (said.status, said.err) == (0, "")
    assert [step["name"] for step in said.document["steps"]] == STEPS
    assert failures(said) == []
    told = steps(said)
    assert told["info"]["details"]["serial"] == new.serial
    assert told["certificate"]["details"]["fingerprint"] == new.fingerprint
    assert told["log_in"]["details"] | {"days_left": 0} == {
        "family": "token", "token": "given", "readable": True, "audience": new.serial, "role": "owner",
        "signature": "invalid", "expires_at": told["log_in"]["details"]["expires_at"], "days_left": 0,
    }  # fmt: skip
    assert told["log_in"]["details"]["days_left"] >= 364
    assert abs(told["clock"]["details"]["gateway_ahead_seconds"]) <= 2
    assert {record.target for record in new.requests} == {"/info"}
    assert b"Authorization" not in new.received
    token = (tmp_path / "token").read_text().strip()
    assert not any(part in said.out for part in token.split("."))
    assert not (tmp_path / "profile").exists()


def test_the_text_is_for_people(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    said = terminal("doctor", *connection(new))
    lines = said.out.splitlines()
    assert said.status == 0
    assert lines[-1] == "All is well."
    assert all(line[:9].strip() in {"ok", "attention", ""} for line in lines[:-1])
    assert "pairing code" in said.out


def test_what_to_mend_first_is_the_last_line(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("doctor", "--host", "127.0.0.1:1", "--profile", str(tmp_path))
    assert said.status == 3
    assert said.out.splitlines()[-1] == "Mend this first: 127.0.0.1:1 refuses the connection."
    assert "FAILED     127.0.0.1:1 refuses the connection" in said.out


def test_below_firmware_7(old: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    options = connection(old)
    Path(options[-1]).write_text("canary-password")
    old.forget()
    said = terminal("doctor", "--json", *options)
    told = steps(said)
    assert said.status == 0
    assert told["tls"]["verdict"] == "skipped"
    assert "certificate" not in told
    assert told["firmware"]["verdict"] == "attention"
    assert told["log_in"]["details"] == {"family": "digest", "username": "envoy", "password_given": True}
    assert b"Authorization" not in old.received
    assert "canary" not in said.out


def test_the_settings_may_insist_on_the_wrong_family(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    profile = ProfilePaths.at(tmp_path / "profile")
    SettingsStore(profile).save(Settings(gateway=GatewaySettings(serial=new.serial, version="below_7")))
    said = terminal("doctor", "--json", *connection(new))
    assert ("firmware", "settings") in failures(said)
    assert said.status == 7


def without(options: list[str], name: str) -> list[str]:
    at = options.index(name)
    return [*options[:at], *options[at + 2 :]]


def test_a_certificate_never_seen_before(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    options = without(connection(new), "--trust-fingerprint")
    said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)) == (5, [("certificate", "certificate_unknown")])
    assert str(new.fingerprint) in steps(said)["certificate"]["advice"]
    # Whose it is was asked without a secret, so that the user can tell.
    assert steps(said)["info"]["details"]["serial"] == new.serial
    assert terminal("doctor", *options, "--trust-on-first-use").status == 0
    assert terminal("doctor", *options, "--trust-fingerprint", "ab" * 32).status == 5


def test_a_changed_certificate_gets_a_handshake_and_no_byte(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    assert terminal("read", *connection(new)).status == 0
    impostor = make_certificate(f"envoy-{new.serial}", new_key(), SystemClock().now())
    with serving(by_path({"/info": http(info(new.serial))}), impostor) as server:
        options = ["--profile", str(tmp_path / "profile"), "--host", f"127.0.0.1:{server.port}"]
        before = (tmp_path / "profile" / "state.json").read_bytes()
        # It is the typed address, and the gateway answers where it was last: reading works.
        said = terminal("doctor", "--json", *options, "--serial", new.serial, "--token-file", str(tmp_path / "token"))
        verdicts = [(step["name"], step["verdict"]) for step in said.document["steps"]]
        assert said.status == 0
        assert ("certificate", "attention") in verdicts
        assert ("certificate", "ok") in verdicts
        assert server.received == b""
    new.forget()
    new.set_certificate(new.new_certificate(same_key=False))
    try:
        said = terminal("doctor", "--json", *options[:2], "--serial", new.serial)
    finally:
        new.set_certificate(None)
    assert said.status == 5
    assert steps(said)["certificate"]["details"]["expected_renewal"] is False
    assert steps(said)["info"]["verdict"] == "skipped"
    assert new.received == b""
    assert (tmp_path / "profile" / "state.json").read_bytes() == before


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda gateway: gateway.token(expires_in=-60), "token_expired"),
        (lambda gateway: gateway.mint.token("999999999999"), "token_wrong_gateway"),
        (lambda gateway: "canary is not a token", "token_missing"),
    ],
)
def test_tokens_are_judged_here(
    make: Callable[[SimulatedGateway], str],
    expected: str,
    new: SimulatedGateway,
    terminal: Terminal,
    connection: Options,
    tmp_path: Path,
) -> None:
    options = connection(new)
    (tmp_path / "token").write_text(make(new))
    new.forget()
    said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)) == (4, [("log_in", expected)])
    assert "canary" not in said.out + said.err
    assert b"Authorization" not in new.received


def test_a_token_that_ends_soon_or_is_missing(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    options = connection(new)
    (tmp_path / "token").write_text(new.token(expires_in=timedelta(days=9, hours=1).total_seconds()))
    said = terminal("doctor", "--json", *options)
    assert said.status == 0
    assert steps(said)["log_in"]["title"] == "The access token ends in 9 days"
    said = terminal("doctor", "--json", *without(options, "--token-file"))
    assert (said.status, failures(said)) == (4, [("log_in", "token_missing")])


@pytest.mark.parametrize(
    ("handler", "status", "expected"),
    [
        (always(http(b"<html>hello</html>")), 6, [("info", "not_understood")]),
        (always(http(b"x" * 3_000_000)), 6, [("info", "not_understood")]),
        (always(http(b"", "503 Service Unavailable")), 3, [("info", "unreachable")]),
        (always(http(info("999999999999"))), 3, [("serial", "wrong_gateway")]),
    ],
    ids=["HTML", "huge", "starting", "other serial"],
)
def test_what_answers_is_no_good(
    handler: Handler,
    status: int,
    expected: list[tuple[str, str]],
    certificate: Certificate,
    terminal: Terminal,
    tmp_path: Path,
) -> None:
    with serving(handler, certificate) as server:
        options = ["--host", f"127.0.0.1:{server.port}", "--serial", SERIAL, "--trust-on-first-use"]
        said = terminal("doctor", "--json", *options, "--profile", str(tmp_path / "profile"))
        assert (said.status, failures(said)) == (status, expected)
        assert steps(said)["log_in"]["verdict"] == "skipped"
        assert b"Authorization" not in server.received


def test_a_known_gateway_is_never_taken_for_an_older_one(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    assert terminal("read", *connection(new)).status == 0
    with serving(by_path({"/info": http(info(new.serial, "D5.0.62", web_tokens=False))})) as server:
        options = ["--profile", str(tmp_path / "profile"), "--host", f"127.0.0.1:{server.port}"]
        said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)) == (3, [("firmware", "wrong_gateway")])


@pytest.mark.parametrize(
    ("host", "status", "step"),
    [("127.0.0.1:1", 3, "tcp"), ("8.8.8.8", 3, "find"), ("no-such-host.invalid", 3, "find")],
)
def test_addresses_that_lead_nowhere(host: str, status: int, step: str, terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("doctor", "--json", "--host", host, "--profile", str(tmp_path / "profile"))
    assert (said.status, failures(said)) == (status, [(step, "unreachable")])


def found(serial: str, *places: str) -> FoundGateway:
    return FoundGateway(serial, "envoy", places, 80, FirmwareVersion.parse("8.3.5289"))


def test_two_devices_claim_one_serial(
    new: SimulatedGateway,
    announced: list[FoundGateway],
    terminal: Terminal,
    connection: Options,
    tmp_path: Path,
) -> None:
    twin = make_certificate(f"envoy-{new.serial}", new_key(), SystemClock().now())
    with serving(by_path({"/info": http(info(new.serial))}), twin) as server:
        announced += [found(new.serial, f"127.0.0.1:{server.port}"), found(new.serial, f"127.0.0.1:{new.port}")]
        profile = ["--profile", str(tmp_path / "profile"), "--serial", new.serial]
        said = terminal("doctor", "--json", *profile)
        assert ("serial", "certificate_unknown") in failures(said)
        assert len(steps(said)["serial"]["details"]["claims"]) == 2
        assert said.status == 5
        # Once one is trusted, the other is no fault, but worth knowing.
        assert terminal("read", *connection(new)).status == 0
        said = terminal("doctor", "--json", *profile, "--token-file", str(tmp_path / "token"))
        assert said.status == 0
        assert steps(said)["serial"]["verdict"] == "attention"
        assert b"Authorization" not in server.received


def test_nothing_is_named_and_one_gateway_is_there(
    new: SimulatedGateway, announced: list[FoundGateway], terminal: Terminal, tmp_path: Path
) -> None:
    announced.append(found(new.serial, f"127.0.0.1:{new.port}"))
    said = terminal("doctor", "--json", "--profile", str(tmp_path), "--trust-on-first-use")
    assert steps(said)["settings"]["verdict"] == "attention"
    assert failures(said) == [("log_in", "token_missing")]
    announced.append(found(SERIAL, "127.0.0.1:1"))
    said = terminal("doctor", "--json", "--profile", str(tmp_path))
    assert (said.status, failures(said)) == (3, [("find", "unreachable")])
    assert "several gateways" in steps(said)["find"]["title"]


def test_a_clock_that_is_far_off(terminal: Terminal, connection: Options) -> None:
    with SimulatedGateway(HouseConfig(firmware="5.0.62"), ManualClock(datetime(2026, 1, 1, tzinfo=UTC))) as gateway:
        said = terminal("doctor", "--json", *connection(gateway))
    assert said.status == 0
    assert steps(said)["clock"]["verdict"] == "attention"
    assert "behind this computer's" in steps(said)["clock"]["title"]


def test_settings_that_cannot_be_read(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("schema = 999\n")
    said = terminal("doctor", "--json", "--profile", str(tmp_path), "--host", "127.0.0.1:1")
    assert (said.status, failures(said)) == (7, [("settings", "settings")])
    assert steps(said)["find"]["verdict"] == "skipped"


def test_a_state_that_cannot_be_read(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    options = connection(new)
    profile = Path(options[options.index("--profile") + 1])
    profile.mkdir()
    (profile / "state.json").write_text('{"schema": 999}')
    said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)) == (7, [("settings", "settings")])
    assert steps(said)["find"]["verdict"] == "skipped"


def test_a_secret_that_cannot_be_read_does_not_end_it(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    options = connection(new)
    (tmp_path / "token").unlink()
    said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)[0]) == (7, ("secrets", "secrets"))
    assert steps(said)["info"]["verdict"] == "ok"


def test_a_history_that_cannot_be_read(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    options = connection(new)
    profile = Path(options[options.index("--profile") + 1])
    profile.mkdir()
    (profile / "history.db").write_bytes(b"this is no database" * 99)
    said = terminal("doctor", "--json", *options)
    assert (said.status, failures(said)) == (7, [("history", "history")])


def test_a_wrong_command_line_is_no_diagnosis(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal("doctor", "--host", "127.0.0.1:http", "--profile", str(tmp_path)).status == 2
