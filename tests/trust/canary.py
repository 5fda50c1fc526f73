"""Secrets that can be told apart from all else, a life full of trouble, and then a search for them everywhere."""

import base64
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, quote_plus

from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.service import Draft
from enphase_tray.simulator.cloud import CloudTrouble, CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home
from tests.trust.bar import Row

REPOSITORY = Path(__file__).resolve().parents[2]
EMAIL = "canary.owner@example.com"
CLOUD_PASSWORD = "CANARY cloud p&ssword=7"
DIGEST_PASSWORD = "CANARYdigest77"
WRONG_PASSWORD = "CANARY/wrong+password"
_SENT = ("diagnostics", "recording")
_A_LITTLE = 10_000
JUNK = "CANARY\njunk token"
_TROUBLES = (
    FaultKind.TOKEN_EXPIRED,
    FaultKind.HTML_INSTEAD,
    FaultKind.TRUNCATED,
    FaultKind.STATUS,
    FaultKind.UNREACHABLE,
    FaultKind.RESTART,
    FaultKind.CERTIFICATE_REPLACED,
)


@dataclass
class Seen:
    """All that the program let out, by where, and the tokens that were in use. `lan` is what gateways received."""

    lan: bytes = b""
    texts: dict[str, bytes] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    """Serials and addresses, which are no secrets but must not leave the house."""
    scenes: int = 0

    def add(self, where: str, text: str | bytes) -> None:
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        self.texts[where] = self.texts.get(where, b"") + b"\n" + data


def measure(_: int = 0) -> list[Row]:
    """The rows of B4 (what reaches the local network) and B6 (everything else)."""
    seen = live()
    cloud = [form for secret in (EMAIL, CLOUD_PASSWORD) for form in forms(secret)]
    on_lan = _hits(seen.lan, [*cloud, DIGEST_PASSWORD.encode(), WRONG_PASSWORD.encode(), JUNK.encode()])
    secrets = [CLOUD_PASSWORD, DIGEST_PASSWORD, WRONG_PASSWORD, "junk token", *seen.tokens]
    sought = [form for secret in secrets for form in forms(secret)]
    elsewhere = {where: found for where, text in seen.texts.items() if (found := _hits(text, sought))}
    whole = sum(map(len, seen.texts.values()))
    met = _hits(seen.lan, [token.encode() for token in seen.tokens])
    told = f"{sum(elsewhere.values())} in {whole // 1024} KiB" + "".join(f"; {where}" for where in elsewhere)
    sent = b"".join(text for where, text in seen.texts.items() if where in _SENT)
    private = _hits(sent, [form for name in (EMAIL, *seen.names) for form in forms(name)])
    known = _hits(seen.texts["file state.json"], [name.encode() for name in seen.names])
    return [
        Row(
            "B4", f"account secrets among {len(seen.lan)} bytes to gateways", f"{on_lan}", "0", on_lan == 0 and met > 0
        ),
        Row("B6", f"secrets in logs, files, errors, output: {seen.scenes} scenes", told, "0", not elsewhere),
        Row(
            "B6",
            f"serials, addresses, e-mail in diagnostics and recording ({len(sent) // 1024} KiB)",
            f"{private}",
            "0",
            private == 0 and known > 0 and len(sent) > _A_LITTLE,
        ),
    ]


def forms(secret: str) -> list[bytes]:
    """A secret as it is, and as the usual wrappings make it look."""
    plain = secret.encode()
    wrapped = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    coded = base64.b64encode(plain).rstrip(b"=")
    return [*(text.encode() for text in wrapped), coded, hashlib.md5(plain).hexdigest().encode()]


def live() -> Seen:
    """Gateways of both families and the account, well and in trouble; what the program says and leaves behind."""
    seen = Seen()
    with tempfile.TemporaryDirectory(prefix="et-canary-") as folder, _listening(seen):
        _token_gateway(Path(folder) / "new", seen)
        _digest_gateway(Path(folder) / "old", seen)
        for file in sorted(Path(folder).rglob("*")):
            if file.is_file():
                seen.add(f"file {file.name}", file.read_bytes())
    seen.add("environment", repr(dict(os.environ)) + repr(sys.argv))
    return seen


@contextmanager
def _listening(seen: Seen) -> Iterator[None]:
    """Every log record of ours, in full and before any scrubbing."""

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.add("log", logging.Formatter("%(name)s %(message)s").format(record))

    keep, ours = Keep(logging.DEBUG), logging.getLogger("enphase_tray")
    before = ours.level
    ours.addHandler(keep)
    ours.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        ours.removeHandler(keep)
        ours.setLevel(before)


def _token_gateway(folder: Path, seen: Seen) -> None:
    with ExitStack() as stack:
        home = Home(folder, HouseConfig(seed=4, inverters=2), refresh_seconds=300, live_meters=False)
        stack.callback(home.close)
        users = (CloudUser(EMAIL, CLOUD_PASSWORD), CloudUser("mfa@example.com", CLOUD_PASSWORD, multi_factor=True))
        cloud = stack.enter_context(SimulatedCloud(home.gateway.mint, home.clock, users))
        authority = folder.with_suffix(".pem")
        authority.write_bytes(cloud.ca_pem or b"")
        home.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url, ca_file=str(authority))
        home.restart_program()
        with_account = replace(home.settings.gateway, auto_jwt=True, cloud_username=EMAIL, keep_cloud_password=True)
        _scene(
            home, seen, "account", cloud_password=CLOUD_PASSWORD, settings=replace(home.settings, gateway=with_account)
        )
        for trouble in _TROUBLES:
            home.fault(trouble, minutes=12)
            _scene(home, seen, trouble.value)
        for cloud.entrez_trouble in CloudTrouble.SERVER_ERROR, CloudTrouble.TOO_MANY, CloudTrouble.NO_TOKEN:
            _fetched(home, seen)
        cloud.entrez_trouble = None
        _scene(home, seen, "wrong password", cloud_password=WRONG_PASSWORD)
        _scene(home, seen, "junk", token=JUNK)
        unchecked = CloudClient(cloud.enlighten_url, cloud.entrez_url)
        home.make_cloud = lambda: unchecked
        home.restart_program()
        _fetched(home, seen)
        _terminal(home, folder, seen)
        seen.lan += home.gateway.received
        seen.tokens |= {home.gateway.token(), *home.gateway.mint._known}


def _digest_gateway(folder: Path, seen: Seen) -> None:
    house = HouseConfig(seed=5, firmware="5.0.62", inverters=2, meters=Meters.NONE, password=DIGEST_PASSWORD)
    home = Home(folder, house, refresh_seconds=300, live_meters=False)
    try:
        _scene(home, seen, "no password")
        _scene(home, seen, "password", password=DIGEST_PASSWORD)
        home.fault(FaultKind.PASSWORD_CHANGED)
        _scene(home, seen, "changed password")
        _scene(home, seen, "wrong digest password", password=WRONG_PASSWORD)
        seen.lan += home.gateway.received
    finally:
        home.close()


def _scene(
    home: Home,
    seen: Seen,
    name: str,
    *,
    settings: object = None,
    password: str | None = None,
    token: str | None = None,
    cloud_password: str | None = None,
) -> None:
    """Try and apply what was typed, then live for a while; whatever is said of it is kept."""
    chosen = settings or home.service.settings
    typed = (None if text is None else Secret(text) for text in (password, token, cloud_password))
    draft = Draft(chosen, *typed)  # type: ignore[arg-type]  # settings, as all who call this know
    seen.scenes += 1
    seen.add("draft", f"{draft!r} {draft}")
    try:
        for step in home.service.try_connection(draft):
            seen.add("trial", repr(step))
    except EnphaseTrayError as error:
        seen.add("error", "".join(traceback.format_exception(error)) + repr(error))
    try:
        if password or token or cloud_password:
            home.service.apply(draft)
    except EnphaseTrayError as error:
        seen.add("error", "".join(traceback.format_exception(error)) + repr(error))
    home.live(15)
    for result in home.results:
        seen.add("result", repr(result))
        if result.snapshot is not None:
            seen.names |= {inverter.serial for inverter in result.snapshot.inverters}
            seen.names |= {relay.serial for relay in result.snapshot.relays}
    home.results.clear()


def _fetched(home: Home, seen: Seen) -> None:
    """A day later the token is refused, and another one has to be fetched."""
    home.live(60)
    home.fault(FaultKind.TOKEN_EXPIRED, minutes=30)
    _scene(home, seen, "renewal")


def _to_be_sent(home: Home, folder: Path, seen: Seen, where: list[str]) -> None:
    """What is made for others: diagnostics and a recording, each looked at as it was written."""
    seen.names.add(home.gateway.serial)
    archive, recording = folder.with_suffix(".zip"), folder.with_name("recording")
    for options in (["doctor"], ["diagnostics", "--output", str(archive)], ["read", "--record", str(recording)]):
        done = _run([*options, *where])
        seen.scenes += 1
        seen.add("terminal", done.stdout + done.stderr)
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            seen.add("diagnostics", packed.read(name))
    archive.unlink()
    for file in recording.rglob("*"):
        if file.is_file():
            seen.add("recording", file.read_bytes())


def _run(options: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "enphase_tray", *options],
        cwd=REPOSITORY, capture_output=True, check=False, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _terminal(home: Home, folder: Path, seen: Seen) -> None:
    """The terminal with its secrets in files, with good ones, bad ones, and one where it must not be."""
    token = home.gateway.token()
    file = folder.with_suffix(".token")
    where = ["--host", f"127.0.0.1:{home.gateway.port}", "--profile", str(folder), "--trust-on-first-use"]
    for text, options in (
        (token, ["read", "--json", "--token-file", str(file)]),
        (JUNK, ["read", "--token-file", str(file)]),
        (token[:-3] + "AAA", ["read", "--token-file", str(file)]),
        ("", ["read", "--token", token]),
        ("", ["watch", "--count", "1", f"--token={token}"]),
    ):
        file.write_text(text)
        done = _run([*options, *where])
        seen.scenes += 1
        seen.add("terminal", done.stdout + done.stderr)
    file.write_text(token)
    _to_be_sent(home, folder, seen, [*where, "--token-file", str(file)])
    file.unlink()


def _hits(text: bytes, sought: list[bytes]) -> int:
    return sum(text.count(form) for form in sought)
