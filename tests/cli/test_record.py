"""`read --record`: a recording that the simulator serves, with the same figures and nothing private in it."""

import base64
import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from enphase_tray.model.clock import SystemClock
from enphase_tray.simulator.certificates import make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture
from enphase_tray.simulator.tokens import TokenMint
from tests.cli.conftest import Said, Terminal
from tests.gateway.transport_support import Handler, http, info, serving

Options = Callable[[SimulatedGateway], list[str]]

PERSONALITIES = {
    "3.7": HouseConfig(firmware="3.7.0"),
    "3.9": HouseConfig(firmware="3.9.36"),
    "4.10": HouseConfig(firmware="4.10.35"),
    "5.0 three phases": HouseConfig(firmware="5.0.62", phases=3),
    "7.3 no meters": HouseConfig(firmware="7.3.130", meters=Meters.NONE),
    "7.6 disabled meters": HouseConfig(firmware="7.6.175", meters=Meters.DISABLED, retired=2),
    "8.2 batteries": HouseConfig(firmware="8.2.127", batteries=2, relays=3),
    "8.3 production only": HouseConfig(firmware="8.3.5289", meters=Meters.PRODUCTION, ac_batteries=1),
    "8.3 large": HouseConfig(firmware="8.3.5289", inverters=60),
}


def read_twice(
    source: HouseConfig | RecordedCapture, terminal: Terminal, connection: Options, folder: Path
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is read of a gateway, and what is read of the recording made meanwhile."""
    with SimulatedGateway(source, SystemClock()) as gateway:
        said = terminal("read", "--json", "--record", str(folder), *connection(gateway))
    assert said.status == 0, said.err
    assert said.err.endswith(f"answers were recorded in {folder}.\n")
    with SimulatedGateway(RecordedCapture(folder), SystemClock()) as gateway:
        options = connection(gateway)
        options[options.index("--profile") + 1] += "-of-the-recording"
        again = terminal("read", "--json", *options)
    assert again.status == 0, again.err
    return said.document, again.document


def figures(value: Any, key: str = "") -> Any:
    """A result without what tells one system from another, and without the time of reading."""
    if isinstance(value, Mapping):
        return {name: figures(item, name) for name, item in value.items() if name not in ("at", "serial", "gateway_at")}
    if isinstance(value, list):
        return [figures(item) for item in value]
    return "a name" if key == "name" and value is not None else value


def serials(result: dict[str, Any]) -> set[str]:
    lists = (result[kind] for kind in ("inverters", "relays", "batteries"))
    found = {result["gateway"]["serial"], *(device["serial"] for devices in lists for device in devices)}
    return {serial for serial in found if set(serial) != {"x"}}  # but what somebody masked before


@pytest.mark.parametrize("config", PERSONALITIES.values(), ids=PERSONALITIES)
def test_a_recording_of_any_firmware_gives_the_same_figures(
    config: HouseConfig, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    first, again = read_twice(config, terminal, connection, tmp_path / "recording")
    assert figures(again) == figures(first)
    assert len(serials(again)) == len(serials(first))
    assert not serials(again) & serials(first)
    content = b"".join(path.read_bytes() for path in (tmp_path / "recording").iterdir())
    assert not [serial for serial in serials(first) if serial.encode() in content]


def test_a_recording_of_a_recording_gives_the_same_figures(
    capture: Path, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    first, again = read_twice(RecordedCapture(capture), terminal, connection, tmp_path / "recording")
    assert figures(again) == figures(first)
    assert not serials(again) & serials(first)


SERIAL = "122012345678"
LEAKY = {
    "plain": '{{"wattsNow": 12, "note": "{secret}"}}',
    "in the middle of a word": '{{"wattsNow": 12, "note": "x{secret}y"}}',
    "as a key": '{{"wattsNow": 12, "{secret}": 1}}',
    "no JSON": "<html>{secret}</html>",
}


def leaking(body: Callable[[str], str]) -> Handler:
    """A gateway that answers with what it was told, in the words of `body`."""

    def handle(head: bytes, sock: socket.socket) -> None:
        token = head.partition(b"Bearer ")[2].partition(b"\r\n")[0].decode()
        sock.sendall(http(info(SERIAL)) if b" /info " in head else http(body(token).encode()))

    return handle


@pytest.fixture
def leaky(tmp_path: Path, terminal: Terminal) -> Callable[[Callable[[str], str]], tuple[Said, str]]:
    """`leaky(body)`: record a gateway that answers so; what was said, and the token it was sent."""

    def run(body: Callable[[str], str]) -> tuple[Said, str]:
        certificate = make_certificate(f"envoy-{SERIAL}", new_key(), SystemClock().now())
        token = TokenMint(SystemClock()).token(SERIAL)
        (tmp_path / "token").write_text(token)
        with serving(leaking(body), certificate) as server:
            options = ["--host", f"127.0.0.1:{server.port}", "--token-file", str(tmp_path / "token")]
            options += ["--trust-on-first-use", "--profile", str(tmp_path / "profile")]
            return terminal("read", "--record", str(tmp_path / "recording"), *options), token

    return run


@pytest.mark.parametrize("form", LEAKY.values(), ids=LEAKY)
def test_a_secret_that_a_gateway_echoes_is_taken_out(
    form: str, leaky: Callable[[Callable[[str], str]], tuple[Said, str]], tmp_path: Path
) -> None:
    said, token = leaky(lambda secret: form.format(secret=secret))
    content = b"".join(path.read_bytes() for path in (tmp_path / "recording").iterdir())
    assert b"***" in content
    assert not [part for part in token.split(".") if part.encode() in content]
    assert token not in said.out + said.err


@pytest.mark.parametrize(
    "form",
    [
        lambda secret: "".join(f"\\u{ord(letter):04x}" for letter in secret),
        lambda secret: secret[::-1],
        lambda secret: secret.encode().hex(),
        lambda secret: f"a{secret[-60:-10]}b",
        lambda secret: quote("".join(f"%{ord(letter):02x}" for letter in secret), safe="%"),
        lambda secret: base64.b64encode(f"it's {secret}".encode()).decode(),
    ],
    ids=["escaped", "backwards", "hexadecimal", "a piece", "URL-encoded", "base64 of more"],
)
def test_a_secret_that_hides_too_well_stops_the_recording(
    form: Callable[[str], str], leaky: Callable[[Callable[[str], str]], tuple[Said, str]], tmp_path: Path
) -> None:
    said, token = leaky(lambda secret: json.dumps({"note": "?"}).replace("?", form(secret)))
    assert (said.status, said.out) == (7, "")
    assert "Nothing was written" in said.err
    assert token[:30] not in said.err
    assert [path.name for path in tmp_path.iterdir() if "recording" in path.name] == []


def test_answers_that_come_to_nothing_are_recorded_all_the_same(
    leaky: Callable[[Callable[[str], str]], tuple[Said, str]], tmp_path: Path
) -> None:
    said, _ = leaky(lambda secret: '"no more than a text, of 122087654321"')
    assert said.status == 6
    assert (tmp_path / "recording" / "inventory.json").read_text() == '"no more than a text, of 900000000002"'
    log = json.loads((tmp_path / "recording" / "inventory.json_log.json").read_bytes())
    assert log == {"headers": {}, "code": 200}


def test_refusals_and_absences_are_recorded_as_such(terminal: Terminal, connection: Options, tmp_path: Path) -> None:
    with SimulatedGateway(HouseConfig(firmware="5.0.62"), SystemClock()) as gateway:
        options = connection(gateway)
        Path(options[-1]).write_text("not-the-password")
        assert terminal("read", "--record", str(tmp_path / "recording"), *options).status == 0
    log = json.loads((tmp_path / "recording" / "api_v1_production_inverters_log.json").read_bytes())
    assert log["code"] == 401
    with SimulatedGateway(HouseConfig(firmware="7.3.130"), SystemClock()) as gateway:
        assert terminal("read", "--record", str(tmp_path / "newer"), *connection(gateway)).status == 0
    codes = {json.loads(path.read_bytes())["code"] for path in (tmp_path / "newer").glob("*_log.json")}
    assert codes == {200, 404}


def test_only_the_owner_reads_it_and_nothing_is_overwritten(
    terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    folder = tmp_path / "recording"
    with SimulatedGateway(HouseConfig(inverters=2), SystemClock()) as gateway:
        folder.mkdir()  # an empty one is no loss
        assert terminal("read", "--record", str(folder), *connection(gateway)).status == 0
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        before = {path: path.read_bytes() for path in folder.iterdir()}
        gateway.forget()
        said = terminal("read", "--record", str(folder), *connection(gateway))
        assert (said.status, gateway.requests) == (2, ())
        assert "not overwritten" in said.err
        assert before == {path: path.read_bytes() for path in folder.iterdir()}
        assert terminal("read", "--record", str(tmp_path / "no" / "such"), *connection(gateway)).status == 2


def test_without_an_answer_there_is_nothing_to_record(terminal: Terminal, tmp_path: Path) -> None:
    options = ["--host", "127.0.0.1:1", "--profile", str(tmp_path / "profile")]
    said = terminal("read", "--record", str(tmp_path / "recording"), *options)
    assert said.status == 3
    assert said.err.startswith("There was no answer to record.\n")
    assert not (tmp_path / "recording").exists()
