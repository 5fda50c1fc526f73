"""`read`: every option of a connection, every way it can fail, and what it leaves behind."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enphase_tray.model.clock import SystemClock
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.state import StateStore
from enphase_tray.settings.store import SettingsStore
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.cli.conftest import Said, Terminal
from tests.gateway.transport_support import Handler, always, by_path, http, info, serving

SERIAL = "123456789012"
Options = Callable[[SimulatedGateway], list[str]]


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


def kind(said: Said) -> str:
    """The error's kind; the line on standard error has to say the same, once."""
    error = said.document["error"]
    assert said.document["schema"] == 1
    assert set(error) == {"kind", "title", "advice", "retry"}
    assert said.err == f"{error['title']}. {error['advice']}".rstrip(". ") + ".\n"
    return str(error["kind"])


def test_read_leaves_the_pin_and_what_belongs_to_it(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    said = terminal("read", "--json", *connection(new))
    assert (said.status, said.err) == (0, "")
    assert said.document["gateway"]["serial"] == new.serial
    profile = tmp_path / "profile"
    assert [path.name for path in profile.iterdir()] == ["state.json"]
    assert (profile.stat().st_mode & 0o777, (profile / "state.json").stat().st_mode & 0o777) == (0o700, 0o600)
    state = StateStore(ProfilePaths.at(profile))
    assert state.pinned_serials() == (new.serial,)
    assert set(state.facts(new.serial)) <= {"addresses", "firmware_floor", "token"}
    kept = (profile / "state.json").read_text()
    assert all(part not in kept for part in (tmp_path / "token").read_text().strip().split("."))


def test_a_page_of_text_for_people(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    said = terminal("read", *connection(new))
    assert (said.status, said.err) == (0, "")
    assert new.serial in said.out
    assert "Production" in said.out
    assert "Lifetime" in said.out


def test_the_first_certificate_has_to_be_accepted(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    options = connection(new)[:-2]  # without the fingerprint
    refused = terminal("read", "--json", *options)
    assert (refused.status, kind(refused)) == (5, "certificate_unknown")
    assert str(new.fingerprint) in refused.err
    assert not (tmp_path / "profile").exists()
    other = terminal("read", "--json", *options, "--trust-fingerprint", "ab" * 32)
    assert (other.status, kind(other)) == (5, "certificate_unknown")
    assert terminal("read", *options, "--trust-on-first-use").status == 0
    # Now it is pinned, and neither option is needed.
    assert terminal("read", *options).status == 0


def test_a_known_gateway_with_another_certificate(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    assert terminal("read", *connection(new)).status == 0
    impostor = make_certificate(f"envoy-{new.serial}", new_key(), SystemClock().now())
    with serving(by_path({"/info": http(info(new.serial))}), impostor) as server:
        options = ["--profile", str(tmp_path / "profile"), "--host", f"127.0.0.1:{server.port}"]
        options += ["--token-file", str(tmp_path / "token"), "--trust-on-first-use"]
        said = terminal("read", "--json", *options)
        assert (said.status, kind(said)) == (5, "certificate_changed")
        assert b"Authorization" not in server.received
        # With its serial, the gateway is looked for where it was last, and read there.
        assert terminal("read", *options, "--serial", new.serial).status == 0
        assert b"Authorization" not in server.received


def test_a_known_gateway_is_never_taken_for_an_older_one(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    assert terminal("read", *connection(new)).status == 0
    with serving(by_path({"/info": http(info(new.serial, "D5.0.62", web_tokens=False))})) as server:
        said = terminal("read", "--json", "--host", f"127.0.0.1:{server.port}", "--profile", str(tmp_path / "profile"))
        assert (said.status, kind(said)) == (3, "wrong_gateway")
        assert b"Authorization" not in server.received


def test_the_serial_may_be_named(old: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    assert terminal("read", *connection(old), "--serial", old.serial).status == 0


def test_digest_options(old: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path) -> None:
    said = terminal("read", "--json", *connection(old), "--username", "envoy")
    assert (said.status, said.document["gateway"]["login"]) == (0, "digest")
    assert len(said.document["inverters"]) == 12
    wrong = tmp_path / "wrong"
    wrong.write_text("canary-password\n")
    host = ["--host", f"{old.host}:{old.port}", "--profile", str(tmp_path / "other"), "--password-file", str(wrong)]
    said = terminal("read", "--json", *host)
    # What is open stays readable; only the list of inverters wants the log-in.
    assert said.status == 0
    assert said.document["production"]["watt_hours_lifetime"] > 0
    assert "/api/v1/production/inverters" in {problem["path"] for problem in said.document["problems"]}
    assert "canary" not in said.out + said.err


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_secrets_on_standard_input(
    mark: bytes, new: SimulatedGateway, terminal: Terminal, connection: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = connection(new)
    text = Path(options[options.index("--token-file") + 1]).read_bytes()
    options[options.index("--token-file") + 1] = "-"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mark + text)))
    assert terminal("read", *options).status == 0
    both = terminal("read", "--json", *options, "--password-file", "-")
    assert both.status == 2
    monkeypatch.setattr("sys.stdin", None)
    closed = terminal("read", "--json", *options)
    assert closed.status == 2
    assert "closed" in closed.err


def test_secret_files_that_cannot_be_read(terminal: Terminal, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\xfa" * 9)
    for name in (tmp_path, tmp_path / "missing", binary):
        for option in ("--token-file", "--password-file"):
            said = terminal("read", "--json", "--host", "127.0.0.1:1", "--profile", str(tmp_path), option, str(name))
            assert (said.status, kind(said)) == (7, "secrets")
            assert option in said.err


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda gateway: gateway.token(expires_in=-60), "token_expired"),
        (lambda gateway: gateway.mint.token("999999999999"), "token_wrong_gateway"),
        (lambda gateway: gateway.mint.token("un-commissioned"), "token_wrong_gateway"),
        (lambda gateway: "canary is not a token", "token_missing"),
        (lambda gateway: "", "token_missing"),
    ],
)
def test_tokens_that_are_no_good_are_never_sent(
    make: Callable[[SimulatedGateway], str],
    expected: str,
    new: SimulatedGateway,
    terminal: Terminal,
    connection: Options,
    tmp_path: Path,
) -> None:
    options = connection(new)
    (tmp_path / "token").write_text(make(new))
    before = len(new.requests)
    said = terminal("read", "--json", *options)
    assert (said.status, kind(said)) == (4, expected)
    assert not any(record.had_authorization for record in new.requests[before:])
    assert "canary" not in said.out + said.err


def test_no_token_at_all(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    options = connection(new)
    del options[options.index("--token-file") : options.index("--token-file") + 2]
    said = terminal("read", "--json", *options)
    assert (said.status, kind(said)) == (4, "token_missing")


REFUSED = http(b"<h2>401 Unauthorized</h2>", "401 Unauthorized")
ABSENT = http(b"", "404 Not Found")


@pytest.mark.parametrize(
    ("handler", "status", "expected"),
    [
        (always(http(b"<html>hello</html>")), 6, "not_understood"),
        (always(http(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n")), 6, "not_understood"),
        (always(http(b"x" * 3_000_000)), 6, "not_understood"),
        (always(http(info().replace(b"<sn>123456789012</sn>", b""))), 6, "not_understood"),
        (always(http(info("999999999999"))), 3, "wrong_gateway"),
        (always(http(b"", "503 Service Unavailable")), 3, "unreachable"),
        (by_path({"/info": http(info())}), 6, "not_understood"),
        (lambda head, sock: sock.sendall(http(info()) if b" /info " in head else REFUSED), 4, "login_refused"),
    ],
    ids=["HTML", "redirect", "huge", "no serial", "other serial", "starting", "nothing behind it", "all 401"],
)
def test_what_answers_is_no_good(
    handler: Handler,
    status: int,
    expected: str,
    certificate: Certificate,
    terminal: Terminal,
    new: SimulatedGateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A gateway that is not where it should be is looked for on the network; a test must not.
    monkeypatch.setattr("enphase_tray.gateway.discovery._browse", lambda *arguments: [])
    token = tmp_path / "token"
    token.write_text(new.mint.token(SERIAL))
    with serving(handler, certificate) as server:
        options = ["--host", f"127.0.0.1:{server.port}", "--token-file", str(token), "--trust-on-first-use"]
        if expected == "wrong_gateway":
            options += ["--serial", SERIAL]
        said = terminal("read", "--json", *options, "--profile", str(tmp_path / "profile"))
        assert (said.status, kind(said)) == (status, expected)
        if expected != "login_refused" and status != 6:
            assert b"Authorization" not in server.received


@pytest.mark.parametrize(
    ("host", "status", "expected"),
    [
        ("127.0.0.1:1", 3, "unreachable"),
        ("8.8.8.8", 3, "unreachable"),
        ("127.0.0.1:http", 2, "usage"),
        ("127.0.0.1:99999", 2, "usage"),
        ("https://:443", 2, "usage"),
        ("not a host", 2, "usage"),
        ("", 2, "usage"),
    ],
)
def test_addresses_that_lead_nowhere(host: str, status: int, expected: str, terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("read", "--json", "--host", host, "--profile", str(tmp_path / "profile"))
    assert (said.status, kind(said)) == (status, expected)
    assert not (tmp_path / "profile").exists()


def test_a_url_is_an_address_too(new: SimulatedGateway, terminal: Terminal, connection: Options) -> None:
    assert terminal("read", *connection(new), "--host", new.url).status == 0


def test_settings_fill_in_what_is_missing(
    new: SimulatedGateway, old: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    options = connection(new)
    profile = ProfilePaths.at(tmp_path / "profile")
    configured = GatewaySettings(serial=new.serial, host=f"{new.host}:{new.port}")
    SettingsStore(profile).save(Settings(gateway=configured))
    assert terminal("read", *options[2:]).status == 0  # no --host
    said = terminal("read", "--json", *options[2:], "--host", f"{old.host}:{old.port}", "--serial", old.serial)
    assert said.document["gateway"]["serial"] == old.serial


def test_a_profile_that_cannot_keep_the_pin(
    new: SimulatedGateway, terminal: Terminal, connection: Options, tmp_path: Path
) -> None:
    file = tmp_path / "a-file"
    file.touch()
    before = len(new.requests)
    said = terminal("read", "--json", *connection(new), "--profile", str(file))
    assert (said.status, kind(said)) == (7, "settings")
    assert not any(record.had_authorization for record in new.requests[before:])


def test_settings_of_a_newer_version(terminal: Terminal, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "settings.toml").write_text("schema = 999\n")
    said = terminal("read", "--json", "--profile", str(newer), "--host", "127.0.0.1:1")
    assert (said.status, kind(said)) == (7, "settings")
    assert (newer / "settings.toml").read_text() == "schema = 999\n"
