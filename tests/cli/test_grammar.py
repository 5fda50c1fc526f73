"""The command line itself: what it takes, what it refuses, and how it says so."""

import json
from pathlib import Path

import pytest

from enphase_tray import __version__
from enphase_tray.alerts.rules import RULES
from enphase_tray.cli.parser import parse
from enphase_tray.cli.replay import PLANNED_RULES
from tests.cli.conftest import Terminal

COMMANDS = ("read", "watch", "discover", "simulate", "replay", "export", "history", "doctor", "diagnostics")
CONTRACT_RULES = {
    "relay_open", "inverter_stopped", "inverter_silent", "site_stopped", "device_fault", "panel_weak",
    "gateway_unreachable", "login_refused", "token_expiring", "certificate_changed", "firmware_changed",
}  # fmt: skip
FINGERPRINT = "ab" * 32


def test_version(terminal: Terminal) -> None:
    said = terminal("--version")
    assert (said.status, said.out) == (0, f"enphase-tray {__version__}\n")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_names_every_command_and_option(command: str, terminal: Terminal) -> None:
    said = terminal(*command.split(), "--help")
    assert said.status == 0
    assert said.err == ""
    if not command:
        assert all(name in said.out for name in COMMANDS)
    if command in ("", "read", "watch", "doctor", "diagnostics"):
        assert "exit status: 0 done" in said.out
    assert "--profile" in said.out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["frobnicate"], "'read', 'watch'"),
        (["read", "--frob", "--json"], "--frob"),
        (["read", "left-over"], "more words"),
        (["--json", "read"], "--json"),
        (["--demo", "read"], "--demo"),
        (["read", "--trust-fingerprint", "zz"], "64 hexadecimal digits"),
        (["read", "--trust-on-first-use", "--trust-fingerprint", FINGERPRINT], "not allowed with"),
        (["watch", "--count", "0"], "1 or more"),
        (["watch", "--count", "many"], "1 or more"),
        (["watch", "--interval", "0"], "from 1 to 86,400"),
        (["watch", "--interval", "nan"], "from 1 to 86,400"),
        (["watch", "--interval", "soon"], "from 1 to 86,400"),
        (["discover", "--seconds", "-1"], "from 0.1 to 300"),
        (["discover", "--seconds", "0"], "from 0.1 to 300"),
        (["simulate", "--port", "70000"], "0 to 65535"),
        (["simulate", "--port", "http"], "0 to 65535"),
        (["simulate", "--firmware", "new"], "8.3.5289"),
        (["simulate", "--start", "yesterday"], "2026-06-25T12:00:00Z"),
        (["simulate", "--start", "0001-01-01"], "2026-06-25T12:00:00Z"),
        (["simulate", "--start", "9999-12-31"], "2026-06-25T12:00:00Z"),
        (["simulate", "--speed", "0"], "from 0.001"),
        (["simulate", "--seed", "x"], "0 or more"),
        (["simulate", "--fault", "flood@5"], "relay_open"),
        (["simulate", "--fault", "relay_open"], "relay_open@+600"),
        (["simulate", "--capture", "/nowhere/at/all"], "`info`"),
        (["history"], "--check"),
        (["diagnostics"], "--output"),
        (["diagnostics", "--output", "/nowhere/at/all.zip"], "/nowhere/at"),
        (["doctor", "--check"], "--check"),
        (["read", "--record", "/nowhere/at/all"], "/nowhere/at"),
        (["replay"], "FILE"),
        (["replay", "-", "--latitude", "91"], "from -90 to 90"),
        (["replay", "-", "--rule", "inverter_stopped"], "inverter_stopped=off"),
        (["replay", "-", "--rule", "inverter_stoped=off"], "inverter_stopped"),
        (["replay", "-", "--timezone", "Mars/Phobos"], "Europe/Brussels"),
    ],
)
def test_wrong_command_lines_end_with_2_and_one_helpful_line(
    arguments: list[str], hint: str, terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal("--profile", str(tmp_path), *arguments)
    assert said.status == 2
    assert said.err.count("\n") == 1
    assert said.err.endswith(".\n")
    assert hint in said.err
    if "--json" in arguments:
        assert said.document["error"]["retry"] == "never"
    else:
        assert said.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", "--token", "eyJcanary"],
        ["read", "--token=eyJcanary"],
        ["read", "--password", "eyJcanary"],
        ["--pass", "eyJcanary", "read"],
        ["read", "--secret", "eyJcanary"],
        ["read", "eyJcanary"],
        ["read", "--host", "127.0.0.1:1", "--token-file", "eyJcanary"],
        ["read", "--host", "127.0.0.1:1", "--password-file", "eyJcanary"],
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(
    arguments: list[str], as_json: bool, terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal(*arguments, "--profile", str(tmp_path), *["--json"][: int(as_json)])
    assert said.status in (2, 7)
    assert "canary" not in said.out + said.err


def test_profile_goes_before_or_after() -> None:
    for command in ("read", "watch", "discover", "simulate", "export", "doctor"):
        assert parse(["--profile", "P", command]).profile == "P"
        assert parse([command, "--profile", "P"]).profile == "P"
        assert parse([command]).profile is None
    assert parse(["replay", "FILE", "--profile", "P"]).profile == "P"
    assert parse(["diagnostics", "--output", "FILE", "--profile", "P"]).profile == "P"
    assert parse(["history", "--check", "--profile", "P"]).profile == "P"


def test_fingerprints_as_people_copy_them() -> None:
    colons = ":".join(["AB"] * 32)
    for text in (FINGERPRINT, colons, f"SHA256:{colons}", f"sha256 Fingerprint={colons}", " ".join(["ab"] * 32)):
        assert parse(["read", "--trust-fingerprint", text]).trust_fingerprint == FINGERPRINT


def test_every_rule_of_the_contract_can_be_switched(terminal: Terminal, tmp_path: Path) -> None:
    assert {rule.name for rule in RULES} | PLANNED_RULES == CONTRACT_RULES
    empty = tmp_path / "results"
    empty.touch()
    switches = [word for name in sorted(CONTRACT_RULES) for word in ("--rule", f"{name}=off")]
    assert terminal("replay", str(empty), *switches).status == 0


def test_without_a_display_the_tray_says_what_to_do(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    said = terminal("--profile", str(tmp_path))
    assert said.status == 2
    assert "enphase-tray watch" in said.err
    assert said.err.count("\n") == 1


def test_an_error_object_is_plain_ascii_on_one_line(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("replay", "--json", str(tmp_path / "\u00e9\u2028"))
    assert said.status == 7
    assert said.out.isascii()
    assert "\u2028" not in said.err
    assert said.out.count("\n") == 1
    assert set(json.loads(said.out)) == {"schema", "error"}
