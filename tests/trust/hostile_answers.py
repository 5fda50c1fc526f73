"""Answers that come slowly or are far too much: how long and how dear one request can become."""

import socket
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from enphase_tray.gateway.address import Address
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.transport import Timings, Transport
from enphase_tray.model.errors import EnphaseTrayError
from tests.gateway.transport_support import Handler, RawServer, http
from tests.trust.bar import Row

_MIB = 2**20
_HEAD = b"HTTP/1.1 200 OK\r\n"


def slow(seconds: float) -> list[Row]:
    """Seven attacks against a deadline: by how much the slowest passes it."""
    attacks = {
        "head": _drip(_HEAD + b"X: "),
        "body": _drip(_HEAD + b"Content-Length: 5000\r\n\r\n"),
        "chunks": _drip(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5000\r\n"),
        "chunk sizes": _drip(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        "interim answers, slow": _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        "interim answers, flood": _flood,
        "silence": lambda head, connection: None,
    }
    worst = max(_overshoot(attack, seconds) for attack in attacks.values())
    told = f"{worst * 1000:.0f} ms past {seconds:g} s"
    return [Row("B8", f"one request under {len(attacks)} slow attacks", told, "200 ms past", worst <= 0.2)]


def large(unpacked_mib: int) -> list[Row]:
    """The most memory that one answer takes: a bomb, a body without end, a length that is a lie."""
    bomb = http(_bomb(unpacked_mib), headers="Content-Encoding: gzip\r\n")
    answers: list[Callable[[bytes, socket.socket], None]] = [
        lambda head, connection: connection.sendall(bomb),
        _endless(_HEAD + b"\r\n", unpacked_mib),
        _endless(_HEAD + b"Content-Length: 1999999\r\n\r\n", unpacked_mib),
        _endless(_HEAD + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", unpacked_mib),
        _endless(_HEAD + b"X: ", unpacked_mib),
    ]
    grown = max(_growth(answer) for answer in answers)
    return [Row("B9", f"memory for one of {len(answers)} hostile answers", f"{grown:.1f} MiB", "10 MiB", grown < 10.0)]


def _drip(start: bytes, piece: bytes = b"x") -> Handler:
    def handle(head: bytes, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(start)
            while True:
                connection.sendall(piece)
                time.sleep(0.05)

    return handle


def _flood(head: bytes, connection: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def _endless(start: bytes, mib: int) -> Handler:
    piece = b"x" * 65536

    def handle(head: bytes, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(start)
            for _ in range(mib * 16):
                connection.sendall(piece)

    return handle


def _overshoot(attack: Handler, seconds: float) -> float:
    began = time.monotonic()
    _ask(attack, Timings(connect=seconds, first=seconds, total=seconds), lambda: None)
    return time.monotonic() - began - seconds


def _growth(answer: Handler) -> float:
    """MiB by which the peak of memory goes above what was held before."""
    _ask(lambda head, connection: connection.sendall(http(b"{}")), Timings(), lambda: None)
    before: list[float] = []

    def begin() -> None:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from now on
        before.append(_peak())

    _ask(answer, Timings(total=20.0), begin)
    return _peak() - before[0]


def _ask(handler: Handler, timings: Timings, begin: Callable[[], None]) -> None:
    server = RawServer(handler)
    line = Transport(Address(False, "127.0.0.1", server.port), None, Breaker(), timings, keep_alive=False)
    try:
        begin()
        with suppress(EnphaseTrayError):
            line.get("/info")
    finally:
        line.close()
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        stopping.join()


def _peak() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _bomb(mib: int) -> bytes:
    packer = zlib.compressobj(9, wbits=16 + zlib.MAX_WBITS)
    zeros = bytes(_MIB)
    return b"".join([*(packer.compress(zeros) for _ in range(mib)), packer.flush()])
