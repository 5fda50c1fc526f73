"""The transport against real loopback sockets: pins, deadlines, caps, abort, and what is never sent."""

import gc
import gzip
import socket
import ssl
import struct
import threading
import time
import warnings
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest

from enphase_tray.gateway.address import Address
from enphase_tray.gateway.line import Breaker, Line, aside
from enphase_tray.gateway.pin import PinMismatch, PinnedTls, as_fingerprint, certificate_facts, fingerprint, peek
from enphase_tray.gateway.transport import Timings, Transport
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import EnphaseTrayError, NotUnderstood, Unreachable
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from tests.gateway.transport_support import Handler, RawServer, always, http, serving

SHORT = Timings(connect=0.5, first=0.5, total=0.5)


@pytest.fixture
def certificate(manual_clock: ManualClock) -> Certificate:
    return make_certificate("envoy-123456789012", new_key(), manual_clock.now())


def transport(server: RawServer, pinned: str | None = None, timings: Timings | None = None) -> Transport:
    address = Address(pinned is not None, "127.0.0.1", server.port)
    return Transport(address, pinned, Breaker(), timings or Timings(), keep_alive=pinned is not None)


def test_pinned_answer(certificate: Certificate) -> None:
    with serving(always(http(b"data")), certificate) as server:
        line = transport(server, certificate.fingerprint)
        first = line.get("/production.json?details=1", {"Authorization": "Bearer abc"})
        second = line.get("/info")
        line.close()
    assert (first.status, first.body, second.body) == (200, b"data", b"data")
    assert server.connections == 1
    head = server.received.decode()
    assert head.startswith("GET /production.json?details=1 HTTP/1.1\r\n")
    assert "Accept-Encoding: identity" in head
    assert "Cookie" not in head


@pytest.mark.parametrize("kind", ["same names", "same key", "other names", "old TLS"])
def test_impostor_receives_not_one_byte(kind: str, certificate: Certificate, manual_clock: ManualClock) -> None:
    key = new_key()
    pinned = make_certificate("envoy-123456789012", key, manual_clock.now())
    manual_clock.advance(60)
    shown = {
        "same names": make_certificate("envoy-123456789012", new_key(), manual_clock.now()),
        "same key": make_certificate("envoy-123456789012", key, manual_clock.now()),
        "other names": make_certificate("other", new_key(), manual_clock.now()),
        "old TLS": certificate,
    }[kind]
    with serving(
        always(http(b"data")), shown, tls_at_most=ssl.TLSVersion.TLSv1_2 if kind == "old TLS" else None
    ) as server:
        line = transport(server, pinned.fingerprint)
        for _ in range(20):
            with pytest.raises(PinMismatch) as caught:
                line.get("/ivp/meters", {"Authorization": "Bearer CANARY"})
            assert fingerprint(caught.value.certificate) == shown.fingerprint
        line.close()
    assert server.received == b""
    assert server.connections == 20


def test_obsolete_tls_is_refused(certificate: Certificate) -> None:
    with serving(always(http(b"data")), certificate, tls_at_most=ssl.TLSVersion.TLSv1_1) as server:
        line = transport(server, certificate.fingerprint)
        with pytest.raises(Unreachable, match="secure connection"):
            line.get("/info")
        line.close()
    assert server.received == b""


def test_plain_http_needs_no_pin_and_tls_never_goes_without() -> None:
    with pytest.raises(ValueError, match="TLS needs a pin"):
        Transport(Address(True, "127.0.0.1", 1), None, Breaker(), Timings(), keep_alive=True)


@pytest.mark.parametrize(
    "path",
    [
        "info", "//other.host/x", "/a b", "/info\r\nX: y", "/info#b", "http://x/", "/a@b", "", "/info?locale=de",
        "/ivp/grest/local/gs/redeterminephase", "/ivp/ss/dry_contact_settings?x=1", "/admin/lib/network_display.json",
    ],
)  # fmt: skip
def test_only_known_paths_are_asked(path: str) -> None:
    line = Transport(Address(False, "127.0.0.1", 1), None, Breaker(), Timings(), keep_alive=False)
    with pytest.raises(ValueError, match="not a path that"):
        line.get(path)


def test_redirects_and_cookies_go_nowhere() -> None:
    trap = RawServer(always(http(b"trap")))
    headers = f"Location: http://127.0.0.1:{trap.port}/\r\nSet-Cookie: session=1\r\n"
    try:
        with serving(always(http(b"", "302 Found", headers))) as server:
            line = transport(server)
            assert line.get("/info").status == 302
            line.get("/info")
            line.close()
    finally:
        trap.stop()
    assert trap.connections == 0
    assert b"ookie" not in server.received


def test_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    trap = RawServer(always(http(b"trap")))
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
    try:
        with serving(always(http(b"data"))) as server:
            line = transport(server)
            assert line.get("/info", {"Authorization": "Bearer mine"}).body == b"data"
            line.close()
    finally:
        trap.stop()
    assert trap.connections == 0
    assert b"Bearer mine" in server.received


def _drip(start: bytes) -> Handler:
    def handle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(start)
        with suppress(OSError):
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.05)

    return handle


def _flood(head: bytes, connection: socket.socket) -> None:
    with suppress(OSError):
        for _ in range(1_000_000):
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize(
    "handler",
    [
        _drip(b"HTTP/1.1 200 OK\r\nX: "),
        _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        _drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n"),
        _flood,
        lambda head, connection: None,
    ],
    ids=["head drip", "body drip", "chunk drip", "100-continue flood", "hang"],
)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_slow_attacks_end_at_the_deadline(handler: Handler, secure: bool, certificate: Certificate) -> None:
    with serving(handler, certificate if secure else None) as server:
        line = transport(server, certificate.fingerprint if secure else None, SHORT)
        started = time.monotonic()
        with pytest.raises(EnphaseTrayError):
            line.get("/info")
        assert time.monotonic() - started < 2  # how sharply is measured by the bars of trust
        line.close()


def test_silent_handshake_ends_in_time(certificate: Certificate) -> None:
    with serving(lambda head, connection: None) as server:
        line = transport(server, certificate.fingerprint, SHORT)
        started = time.monotonic()
        with pytest.raises(Unreachable):
            line.get("/info")
        assert time.monotonic() - started < 2  # how sharply is measured by the bars of trust
        line.close()


@pytest.mark.parametrize(
    "answer",
    [
        http(b"x" * 3_000_000),
        http(gzip.compress(b"\0" * 200_000_000, 9), headers="Content-Encoding: gzip\r\n"),
        http(b"", "302 Found", "Location: /x\r\n").replace(b"Content-Length: 0", b"Content-Length: 9000000")
        + b"x" * 9_000_000,
    ],
    ids=["long", "bomb", "redirect body"],
)
def test_bodies_are_capped(answer: bytes) -> None:
    with serving(always(answer)) as server:
        line = transport(server)
        started = time.monotonic()
        with pytest.raises(NotUnderstood):
            line.get("/info")
        assert time.monotonic() - started < 2
        line.close()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", NotUnderstood),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", NotUnderstood),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", NotUnderstood),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + b"x" * 5_000_000, NotUnderstood),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", NotUnderstood),
        (b"SSH-2.0-OpenSSH_9\r\n", EnphaseTrayError),
        (b"", Unreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", EnphaseTrayError),
    ],
    ids=["cut short", "bad chunk", "negative chunk", "endless chunk", "bad gzip", "no http", "nothing", "many headers"],
)
def test_broken_answers_are_said_in_our_words(answer: bytes, kind: type[EnphaseTrayError]) -> None:
    def handle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)

    with serving(handle) as server:
        line = transport(server)
        with pytest.raises(kind) as caught:
            line.get("/info")
        assert caught.value.title
        line.close()


def test_closed_port_is_unreachable() -> None:
    with serving(always(b"")) as server:
        pass
    line = transport(server)
    with pytest.raises(Unreachable, match="refuses"):
        line.get("/info")


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_dead_kept_connection_is_replaced_once_and_silently(secure: bool, certificate: Certificate) -> None:
    def once(head: bytes, connection: socket.socket) -> None:
        connection.sendall(http(b"data"))
        # Dies only when the next request has come in, as a gateway that was restarted does.
        if head:
            connection.recv(65536)
            connection.close()

    with serving(once, certificate if secure else None) as server:
        address = Address(secure, "127.0.0.1", server.port)
        pinned = certificate.fingerprint if secure else None
        line = Transport(address, pinned, Breaker(), Timings(), keep_alive=True)
        assert [line.get("/info").body for _ in range(3)] == [b"data"] * 3
        line.close()
    assert server.connections == 3


def test_fresh_connection_that_dies_is_not_asked_again() -> None:
    def die(head: bytes, connection: socket.socket) -> None:
        connection.close()

    with serving(die) as server:
        line = transport(server)
        with pytest.raises(Unreachable):
            line.get("/info")
        line.close()
    assert server.connections == 1


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("stage", ["handshake", "answer", "body"])
def test_abort_frees_a_hung_request(secure: bool, stage: str, certificate: Certificate) -> None:
    begun = threading.Event()

    def hang(head: bytes, connection: socket.socket) -> None:
        if stage == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        begun.set()

    if stage == "handshake":
        listener = socket.create_server(("127.0.0.1", 0), backlog=1)
        port, shown = listener.getsockname()[1], None
        begun.set()
    else:
        shown = certificate if secure else None
    breaker = Breaker()
    with serving(hang, shown) as server:
        address = Address(secure, "127.0.0.1", port if stage == "handshake" else server.port)
        line = Transport(address, certificate.fingerprint if secure else None, breaker, Timings(), keep_alive=True)
        freed: list[float] = []
        errors: list[EnphaseTrayError] = []

        def ask() -> None:
            try:
                line.get("/info")
            except EnphaseTrayError as error:
                errors.append(error)
            freed.append(time.monotonic())

        thread = threading.Thread(target=ask)
        thread.start()
        assert begun.wait(5)
        time.sleep(0.1)
        tripped = time.monotonic()
        line.abort()
        thread.join(5)
        with pytest.raises(Unreachable, match="stopped"):
            line.get("/info")
        line.close()
    if stage == "handshake":
        listener.close()
    assert freed[0] - tripped < 0.5
    assert isinstance(errors[0], Unreachable)
    assert "stopped" in errors[0].title


def test_peek_sends_no_application_byte(certificate: Certificate) -> None:
    with serving(always(http(b"")), certificate) as server:
        line = Line("127.0.0.1", server.port, Breaker())
        line.allow(5)
        shown = peek(line, 5, 5)
    assert fingerprint(shown) == certificate.fingerprint
    assert server.received == b""
    facts = certificate_facts(shown)
    assert facts.subject == "CN=envoy-123456789012"
    assert len(facts.pairing_code) == 19


def test_unreadable_certificate_still_has_a_fingerprint(certificate: Certificate) -> None:
    good = ssl.PEM_cert_to_DER_cert(certificate.certificate_pem.decode())
    of_no_known_version = good.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1)
    for shown in (b"junk", of_no_known_version):
        facts = certificate_facts(shown)
        assert (facts.fingerprint, facts.subject) == (fingerprint(shown), "")


def test_fingerprints_are_read_as_people_write_them() -> None:
    plain = "ab" * 32
    assert as_fingerprint(":".join(["AB"] * 32)) == plain
    assert as_fingerprint(f" {plain} ") == plain
    assert [as_fingerprint(text) for text in ("", "ab" * 20, "zz" * 32)] == [None] * 3


def test_headers_that_repeat_or_go_on_in_the_next_line_are_whole() -> None:
    headers = 'WWW-Authenticate: Basic\r\nWWW-Authenticate: Digest realm="a  b",\r\n  nonce="1"\r\n'
    with serving(always(http(b"data", headers=headers))) as server:
        line = transport(server)
        answer = line.get("/info")
        line.close()
    assert answer.body == b"data"
    assert answer.headers.get("www-authenticate") == 'Basic, Digest realm="a  b", nonce="1"'


def test_a_header_cannot_smuggle_another_one_in() -> None:
    with serving(always(http(b"data"))) as server:
        line = transport(server)
        with pytest.raises(ValueError, match="not a header"):
            line.get("/info", {"Authorization": "Bearer x\r\nX-Other: y"})
        line.close()
    assert server.received == b""


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(("packing", "name"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (_bare, "deflate")])
def test_encodings_that_nobody_asked_for_are_undone(packing: Callable[[bytes], bytes], name: str) -> None:
    with serving(always(http(packing(b"data" * 50), headers=f"Content-Encoding: {name}\r\n"))) as server:
        line = transport(server)
        assert line.get("/info").body == b"data" * 50
        line.close()


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + http(b"data"), b"data"),
        (b"HTTP/1.1 200\nContent-Length: 4\n\ndata", b"data"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\ndata", b"data"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
            b"2;x=y\r\nda\r\n02\r\nta\r\n0\r\nA: b\r\n\r\n",
            b"data",
        ),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", b""),
    ],
    ids=["interim", "bare line ends", "length told twice", "chunks", "no content"],
)
def test_unusual_answers_are_whole(answer: bytes, body: bytes) -> None:
    def handle(head: bytes, connection: socket.socket) -> None:
        for byte in answer:  # one by one, so that nothing depends on how the answer was cut
            connection.sendall(bytes([byte]))

    with serving(handle) as server:
        line = transport(server)
        assert line.get("/info").body == body
        line.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
        b"HTTP/1.1 200 OK\r\nContent-Length: 4, 5\r\n\r\ndata!",
        b"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\ndata",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4" + b"0" * 5000 + b"\r\n\r\ndata",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\ndata",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\ndata\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x4\r\ndata\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\ndata",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata!\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndata\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: y\r\n" + b" z\r\n" * 70_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
    ids=[
        "other version", "long status", "no status", "only interim", "two lengths", "negative length", "endless length",
        "huge length", "other coding", "not hexadecimal", "huge chunk", "long chunk", "no last chunk", "many trailers",
        "long line",
        "long folded line", "cut head",
    ],
)  # fmt: skip
def test_answers_of_no_right_form_are_not_understood(answer: bytes) -> None:
    def handle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)

    with serving(handle) as server:
        line = transport(server)
        started = time.monotonic()
        with pytest.raises(NotUnderstood):
            line.get("/info")
        assert time.monotonic() - started < 2
        line.close()


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (http(b"data"), 1),
        (http(b"data", headers="Connection: Close\r\n"), 2),
        (http(b"data").replace(b"HTTP/1.1", b"HTTP/1.0"), 2),
        (http(b"data", headers="Connection: Keep-Alive\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), 1),
        (http(b"data") + http(b"of another question"), 2),
    ],
    ids=["kept", "closed", "old", "old but kept", "too much said"],
)
def test_a_connection_is_used_again_only_if_it_is_clean(answer: bytes, connections: int) -> None:
    with serving(always(answer)) as server:
        line = Transport(Address(False, "127.0.0.1", server.port), None, Breaker(), Timings(), keep_alive=True)
        assert [line.get("/info").body for _ in range(2)] == [b"data"] * 2
        line.close()
    assert server.connections == connections


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_what_was_said_unasked_is_no_answer_to_the_next_question(secure: bool, certificate: Certificate) -> None:
    answered, said = threading.Event(), threading.Event()

    def talk(head: bytes, connection: socket.socket) -> None:
        connection.sendall(http(b"data"))
        answered.wait(5)
        connection.sendall(http(b"of another question"))
        said.set()

    with serving(talk, certificate if secure else None) as server:
        address = Address(secure, "127.0.0.1", server.port)
        pinned = certificate.fingerprint if secure else None
        line = Transport(address, pinned, Breaker(), Timings(), keep_alive=True)
        assert line.get("/info").body == b"data"
        answered.set()
        assert said.wait(5)
        assert line.get("/info").body == b"data"
        line.close()
    assert server.connections == 2


def test_what_speaks_something_else_is_told_from_what_is_silent() -> None:
    def greet(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9\r\n")
        server.stopping.wait(5)  # and waits for us to go on

    with serving(greet) as server:
        line = transport(server, timings=Timings(connect=2.0, first=2.0, total=2.0))
        with pytest.raises(NotUnderstood):
            line.get("/info")
        line.close()


@pytest.mark.parametrize(
    "shake_hands", [lambda line: peek(line, 5.0, 5.0), lambda line: PinnedTls(line, "00" * 32).connect(5.0)]
)
def test_a_connection_reset_before_its_handshake_leaves_no_socket_open(shake_hands: Callable[[Line], object]) -> None:
    """Python's own TLS wrapper forgets it; a gateway that restarts would cost a descriptor each time."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset_all() -> None:
            for _ in range(120):
                connection, _ = listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

        resetting = threading.Thread(target=reset_all)
        resetting.start()
        with warnings.catch_warnings(record=True) as leaks:
            warnings.simplefilter("always", ResourceWarning)
            for _ in range(120):
                line = Line("127.0.0.1", listener.getsockname()[1], Breaker())
                line.allow(5.0)
                with pytest.raises(OSError):  # noqa: PT011 - reset, broken pipe or end of file, as it falls out
                    shake_hands(line)
            resetting.join()
            gc.collect()
    assert [str(leak.message) for leak in leaks] == []


def test_a_bug_in_what_runs_aside_is_raised_where_it_was_asked_for() -> None:
    def buggy() -> int:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        aside(buggy, 10.0, Breaker(), "test")
