"""Faults of the plan that no room's own tests inject; COVERAGE.md says where each of all of them is proven."""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.gateway.line import Breaker, resolve
from enphase_tray.model.errors import EnphaseTrayError, NotUnderstood, Unreachable
from enphase_tray.simulator.faults import FaultKind
from tests.conftest import REPOSITORY
from tests.gateway.test_transport import SHORT, transport
from tests.gateway.transport_support import http, serving
from tests.stories.home import Home
from tests.trust.impostors import AnswersAtOnce

NAMESPACES = shutil.which("unshare") is not None and shutil.which("ip") is not None


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path / "profile")
    yield one
    one.close()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    """Put something in the place of the system's name look-up, for names only."""

    def put(answer: Callable[..., Any]) -> None:
        real = socket.getaddrinfo

        def look_up(host: str, port: int, *more: Any) -> Any:
            return real(host, port, *more) if socket.AI_NUMERICHOST in more else answer(host)

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

    return put


def _in_network_namespace(routes: str, host: str) -> tuple[str, float]:
    """What asking `host` says in a network of its own with these routes, and after how many seconds."""
    script = (
        "import sys, time\n"
        "from enphase_tray.gateway.address import Address\n"
        "from enphase_tray.gateway.line import Breaker\n"
        "from enphase_tray.gateway.transport import Timings, Transport\n"
        "from enphase_tray.model.errors import EnphaseTrayError\n"
        "began = time.monotonic()\n"
        "try:\n"
        f"    there = Address(False, '{host}', 80)\n"
        "    Transport(there, None, Breaker(), Timings(2, 2, 2), keep_alive=False).get('/info')\n"
        "except EnphaseTrayError as error:\n"
        "    print(time.monotonic() - began, error)\n"
    )
    command = ["unshare", "-rn", "sh", "-c", f'ip link set lo up; {routes}; exec "$0" -c "$1"', sys.executable, script]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        pytest.skip(f"no network namespaces here: {done.stderr[-200:]}")
    seconds, _, words = done.stdout.partition(" ")
    return words, float(seconds)


@pytest.mark.skipif(not NAMESPACES, reason="needs unshare and ip")
@pytest.mark.parametrize(
    "routes", ["true", "ip route add unreachable 192.168.7.0/24"], ids=["cable out", "route taken"]
)
def test_without_a_way_the_network_is_named_and_not_the_gateway(routes: str) -> None:
    words, seconds = _in_network_namespace(routes, "192.168.7.1")
    assert "no network way" in words
    assert "network connection" in words
    assert seconds < 1.0


def test_packets_that_vanish_end_at_the_deadline() -> None:
    """A listener whose queue is full drops what comes: TCP itself gets no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        server = type("Spot", (), {"port": port})()
        line = transport(server, timings=SHORT)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="in time"):
            line.get("/info")
        assert time.monotonic() - began < 1.0
        for one in waiting:
            one.close()


def test_a_name_look_up_that_takes_for_ever_is_left_alone(asked: Any) -> None:
    ended = threading.Event()

    def slow(host: str) -> Any:
        ended.wait(10)
        raise socket.gaierror

    asked(slow)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolve("envoy.local", 443, 0.2, Breaker())
    assert time.monotonic() - began < 1.0
    ended.set()


def test_a_name_that_is_gone_falls_back_to_the_last_address(home: Home, asked: Any) -> None:
    """Read by its address first; then by a name that nobody knows any more."""

    def unknown(host: str) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    home.live(6)
    home.settings = _with_host(home, f"envoy.local:{home.gateway.port}")
    asked(unknown)
    home.restart_program()
    home.live(6)
    assert home.last.failure is None


def test_a_login_page_of_the_network_gets_no_token(home: Home) -> None:
    """A captive portal answers in the gateway's place, over plain HTTP, and wants to lead elsewhere."""
    home.live(6)
    token = home.gateway.token()
    page = http(b"<html>Please log in</html>", "302 Found", "Location: http://login.example/\r\n")

    def portal(head: bytes, connection: socket.socket) -> None:
        connection.sendall(page)

    server = AnswersAtOnce(portal)
    with ExitStack() as stack:
        stack.callback(server.stop)
        home.settings = _with_host(home, f"127.0.0.1:{server.port}")
        home.gateway.stop()
        home.restart_program()
        home.live(6)
    assert home.last.failure is not None
    assert home.last.failure.kind in ("unreachable", "not_understood")
    assert token.encode() not in server.received
    assert b"GET" not in server.received


def test_a_reset_in_mid_body_costs_one_answer() -> None:
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", http(b"whole")]

    def reset(head: bytes, connection: socket.socket) -> None:
        connection.sendall(answers.pop(0))
        if len(answers):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    with serving(reset) as server:
        line = transport(server)
        with suppress(NotUnderstood, Unreachable):
            line.get("/info")
        got = line.get("/info") if answers else None
        line.close()
    assert got is None or got.body == b"whole"
    assert server.connections == 2, "never on the connection that broke"


def test_a_clock_years_ahead_does_not_make_a_good_token_bad(home: Home) -> None:
    """The gateway knows better: only where both clocks say so a token has run out."""
    home.live(6)
    home.computer.skew = timedelta(days=3 * 365)
    home.restart_program()
    home.live(6)
    assert home.last.failure is None
    home.computer.skew = timedelta()
    home.restart_program()
    home.live(6)
    assert home.last.failure is None


def test_addresses_that_take_turns_are_no_trouble(home: Home) -> None:
    """Wi-Fi and cable: the gateway is now at one, now at the other address, announced at both."""
    home.live(6)
    for _ in range(4):
        before = home.announced
        home.move()
        home.announced = (*home.announced, *before)
        home.results.clear()
        home.live(11)
        assert home.last.failure is None
    assert [event.alert.rule for event in home.told if event.alert.rule.startswith("certificate")] == []


@pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
def test_too_few_descriptors_are_an_error_and_pass(tmp_path: Path) -> None:
    """With hardly any left nothing can be opened: that is said, and reading goes on when there are some."""
    script = """
import json, resource, sys
from pathlib import Path
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home
from tests.trust.impostors import AnswersAtOnce

home = Home(Path(sys.argv[1]))
kinds = []

def live(minutes):
    home.live(minutes)
    kinds.append(home.last.failure and home.last.failure.kind)

live(6)
home.fault(FaultKind.UNREACHABLE, minutes=5.5)  # so that a new connection is needed
home.live(5)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
live(11)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
live(11)
home.close()
print(json.dumps(kinds))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "profile")],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, without, after = json.loads(done.stdout.splitlines()[-1])
    assert (first, after) == (None, None)
    assert without in ("unreachable", "settings")


def test_the_gateway_is_back_in_the_first_poll_after_a_restart(home: Home) -> None:
    home.live(6)
    home.fault(FaultKind.UNREACHABLE, minutes=7)
    home.live(8)
    home.results.clear()
    home.live(6)
    assert [result.failure for result in home.results] == [None] * len(home.results)
    assert home.results


def test_every_error_says_what_to_do() -> None:
    """The family's words are sentences for people: a title without a full stop, and advice."""
    from enphase_tray.gateway.errors import translate

    foreign = [OSError(number, "x") for number in (101, 111, 113, 110, 104, 24, 13, 99)]
    for error in (*foreign, TimeoutError(), ConnectionResetError(), socket.gaierror(-2, "x")):
        told = translate(error, "192.168.1.20")
        assert isinstance(told, EnphaseTrayError)
        assert told.title
        assert told.advice
        assert not told.title.endswith(".")


def _with_host(home: Home, host: str) -> Any:
    from dataclasses import replace

    return replace(home.settings, gateway=replace(home.settings.gateway, host=host))
