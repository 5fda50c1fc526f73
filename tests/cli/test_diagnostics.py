"""`diagnostics`: all that a supporter needs in one file, and nothing of the user's in it."""

import json
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.model.clock import SystemClock
from enphase_tray.model.connection import GatewayVersion
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.store import SettingsStore
from enphase_tray.simulator.certificates import make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from enphase_tray.simulator.tokens import TokenMint
from tests.cli.conftest import Said, Terminal
from tests.gateway.transport_support import http, info, serving

Options = Callable[[SimulatedGateway], list[str]]
Echoing = Callable[[Callable[[str], str]], Said]

MAIL = "jane.doe@mill-lane.example"
SITE = 'Mühle "Lane" 4, Otterbourne'
NETWORK_NAME = "sunroof.lan"
DOCUMENTS = ["about.json", "doctor.json", "settings.json", "state.json", "poll.json", "history.json"]


@pytest.fixture(autouse=True)
def nobody_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enphase_tray.gateway.discovery._browse", lambda *arguments: [])


@pytest.fixture
def gateway() -> Iterator[SimulatedGateway]:
    with SimulatedGateway(HouseConfig(firmware="8.3.5289", inverters=3), SystemClock()) as started:
        yield started


@pytest.fixture
def options(gateway: SimulatedGateway, connection: Options, tmp_path: Path) -> list[str]:
    """The options of a profile that was used for a while."""
    SettingsStore(ProfilePaths.at(tmp_path / "profile")).save(
        Settings(
            gateway=GatewaySettings(
                serial=gateway.serial,
                host=NETWORK_NAME,
                version=GatewayVersion.FROM_7,
                cloud_username=MAIL,
                site_name=SITE,
            )
        )
    )
    return connection(gateway)


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def document(path: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(entries(path)[name])
    return loaded


def test_all_is_in_it_and_nothing_of_the_users(
    gateway: SimulatedGateway, options: list[str], terminal: Terminal, tmp_path: Path
) -> None:
    token = (tmp_path / "token").read_text().strip()
    assert terminal("watch", "--count", "1", *options).status == 0
    log = tmp_path / "profile" / "enphase_tray.log"
    private = (
        f"{SITE} {MAIL} {NETWORK_NAME} {gateway.serial} 192.168.7.31 fe80::21d:c0ff:fe12:3456 00:1d:c0:12:34:56 {token}"
    )
    log.write_text(f"2026-06-25 12:00:00 WARNING it was {private}\n")
    said = terminal("diagnostics", "--output", str(tmp_path / "out.zip"), *options)
    assert (said.status, said.err) == (0, "")
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600
    found = entries(tmp_path / "out.zip")
    assert [name for name in found if "/" not in name] == ["README.txt", *DOCUMENTS, "log.txt"]
    everything = b"\n".join(found.values()).decode()
    inverters = [inverter["serial"] for inverter in document(tmp_path / "out.zip", "poll.json")["result"]["inverters"]]
    assert len(inverters) == 3
    own = [
        *gateway.source_serials,
        *private.split(),
        *token.split("."),
        "Otterbourne",
        "sunroof",
        str(gateway.fingerprint),
    ]
    assert [word for word in own if word not in ("4,", "Lane", "Mill") and word.lower() in everything.lower()] == []
    # What stands for the gateway is the same everywhere.
    alias = document(tmp_path / "out.zip", "settings.json")["gateway"]["serial"]
    assert document(tmp_path / "out.zip", "poll.json")["result"]["gateway"]["serial"] == alias
    assert document(tmp_path / "out.zip", "state.json")["gateways"][0]["pin"]["serial"] == alias
    assert document(tmp_path / "out.zip", "history.json")["sites"][0]["gateway"] == alias
    assert alias in found["log.txt"].decode()
    assert f"<sn>{alias}</sn>" in found["capture/info"].decode()


def test_what_a_supporter_wants_to_know(options: list[str], terminal: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    assert terminal("diagnostics", "--output", str(out), *options).status == 0
    about = document(out, "about.json")
    assert about["python"] == ".".join(str(part) for part in sys.version_info[:3])
    assert about["libraries"]["cryptography"]
    doctor = document(out, "doctor.json")
    assert {step["name"] for step in doctor["steps"]} >= {"settings", "tcp", "certificate", "log_in", "history"}
    poll = document(out, "poll.json")
    assert poll["error"] is None
    assert "/ivp/meters" in {verdict["path"] for verdict in poll["endpoints"]}
    assert document(out, "settings.json")["gateway"]["site_name"] == "site-1"
    assert document(out, "settings.json")["gateway"]["cloud_username"] == "person-1@example.invalid"
    assert "sha256" not in json.dumps(document(out, "state.json"))


def test_the_answers_in_it_can_be_served(
    options: list[str], terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    out = tmp_path / "out.zip"
    assert terminal("diagnostics", "--output", str(out), *options).status == 0
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "sent")
    with SimulatedGateway(RecordedCapture(tmp_path / "sent" / "capture"), SystemClock()) as served:
        again = connection(served)
        again[again.index("--profile") + 1] = str(tmp_path / "supporter")
        said = terminal("read", "--json", *again)
    told = document(out, "poll.json")["result"]
    assert said.document["production"] == told["production"]
    assert said.document["inverters"] == told["inverters"]


def test_without_a_gateway_it_says_why(
    gateway: SimulatedGateway, options: list[str], terminal: Terminal, tmp_path: Path
) -> None:
    gateway.stop()
    out = tmp_path / "out.zip"
    said = terminal("diagnostics", "--output", str(out), *options)
    assert said.status == 0
    assert document(out, "poll.json")["error"]["kind"] == "unreachable"
    assert document(out, "poll.json")["result"] is None
    assert [name for name in entries(out) if name.startswith("capture/")] == []
    assert "not complete" in said.out


@pytest.mark.parametrize("settings", [None, "schema = 999\n"])
def test_it_works_with_nothing_set_up(settings: str | None, terminal: Terminal, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    if settings is not None:
        profile.mkdir()
        (profile / "settings.toml").write_text(settings)
    out = tmp_path / "out.zip"
    assert terminal("diagnostics", "--output", str(out), "--profile", str(profile)).status == 0
    verdict = document(out, "doctor.json")["steps"][0]["verdict"]
    assert verdict == ("attention" if settings is None else "failed")
    assert document(out, "history.json")["sites"] == []


def test_a_history_that_cannot_be_read_is_told(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"this is no database" * 99)
    out = tmp_path / "out.zip"
    assert terminal("diagnostics", "--output", str(out), "--profile", str(tmp_path)).status == 0
    assert document(out, "history.json")["error"]["kind"] == "history"


def test_nothing_is_overwritten(
    options: list[str], gateway: SimulatedGateway, terminal: Terminal, tmp_path: Path
) -> None:
    out = tmp_path / "out.zip"
    out.write_text("mine")
    said = terminal("diagnostics", "--output", str(out), *options)
    assert (said.status, out.read_text(), gateway.requests) == (2, "mine", ())
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere")
    assert terminal("diagnostics", "--output", str(tmp_path / "link.zip"), *options).status == 2
    assert terminal("diagnostics", "--output", str(tmp_path / "no" / "such.zip"), *options).status == 2


@pytest.fixture
def echoing(terminal: Terminal, tmp_path: Path) -> Echoing:
    """`echoing(body)`: the file about a gateway that answers with the token it was sent, in the words of `body`."""

    def run(body: Callable[[str], str]) -> Said:
        def handle(head: bytes, sock: socket.socket) -> None:
            token = head.partition(b"Bearer ")[2].partition(b"\r\n")[0].decode()
            answer = http(info()) if b" /info " in head else http(body(token).encode(), headers=f"X-Token: {token}\r\n")
            sock.sendall(answer)

        (tmp_path / "token").write_text(TokenMint(SystemClock()).token("123456789012"))
        with serving(handle, make_certificate("envoy", new_key(), SystemClock().now())) as server:
            options = ["--host", f"127.0.0.1:{server.port}", "--token-file", str(tmp_path / "token")]
            options += ["--trust-on-first-use", "--profile", str(tmp_path / "profile")]
            return terminal("diagnostics", "--output", str(tmp_path / "out.zip"), *options)

    return run


def test_a_hostile_gateway_puts_no_secret_into_it(echoing: Echoing, tmp_path: Path) -> None:
    said = echoing(lambda token: json.dumps({"timezone": token, token: [{"serialNumber": token}], "error": token}))
    assert said.status == 0
    token = (tmp_path / "token").read_text()
    for name, content in entries(tmp_path / "out.zip").items():
        assert not [part for part in token.split(".") if part.encode() in content], name


def test_what_cannot_be_hidden_stops_it(echoing: Echoing, tmp_path: Path) -> None:
    said = echoing(lambda token: json.dumps({"note": token[::-1]}))
    assert said.status == 7
    assert "Nothing was written, because a secret could not be taken out of capture/" in said.err
    assert [path.name for path in tmp_path.iterdir() if "out.zip" in path.name] == []


def test_it_loads_neither_qt_nor_numpy(tmp_path: Path) -> None:
    code = (
        "import sys; from enphase_tray.cli import main; status = main(sys.argv[1:]); "
        "print(status, {'PySide6', 'shiboken6', 'numpy', 'pyqtgraph'} & set(sys.modules))"
    )
    profile = ["--profile", str(tmp_path / "profile"), "--host", "127.0.0.1:1"]
    for command in (["doctor"], ["diagnostics", "--output", str(tmp_path / "out.zip")]):
        program = [sys.executable, "-c", code, *command, *profile]
        done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.splitlines()[-1] in ("3 set()", "0 set()")
