"""HTTP/1.1 on one connection, as little of it as a gateway needs."""

import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from select import select
from threading import Event

from enphase_tray.model.clock import Clock
from enphase_tray.simulator.delivery import Delivery
from enphase_tray.simulator.message import Request, Response, request

_MOST_HEADER_BYTES = 65536
_LOOK_SECONDS = 0.02
_SERVER = "openresty/1.17.8.1"


class BadRequest(Exception):
    """The client did not speak HTTP."""


class Wire:
    """Reads requests and writes answers; waiting ends when the server stops or the client goes away."""

    def __init__(self, channel: socket.socket, stopping: Event, clock: Clock, note: Callable[[bytes], None]) -> None:
        self.channel = channel
        self._stopping = stopping
        self._clock = clock
        self._note = note
        self._rest = b""

    def read_request(self) -> Request | None:
        """The next request, `None` when the client is done."""
        while b"\r\n\r\n" not in self._rest:
            if len(self._rest) > _MOST_HEADER_BYTES:
                raise BadRequest
            data = self.channel.recv(16384)
            if not data:
                return None
            self._note(data)
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3:
            raise BadRequest
        headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        asked = request(words[0], words[1], headers)
        length = asked.headers.get("content-length", "0")
        body = self._read_body(int(length) if length.isdigit() else 0)
        return request(words[0], words[1], headers, body)

    def wait(self, manner: Delivery) -> bool:
        """Let the manner's time pass; false if the answer must not be given any more (a hang always ends so)."""
        if manner.hang:
            self._pause(None)
            return False
        return manner.wait_seconds <= 0 or self._pause(self._clock.real_seconds(manner.wait_seconds))

    def write(self, answer: Response, manner: Delivery, keep: bool, at: datetime, ending: Callable[[], None]) -> bool:
        """Send an answer; false if it broke off, on purpose or not.

        `ending` is called before the last byte leaves: once the client has that, it may ask again at once.
        """
        head = _head(answer, keep, at)
        body = answer.body[: len(answer.body) // 2] if manner.truncate else answer.body
        whole = head + body
        for start in range(len(whole) - 1) if manner.drip_seconds > 0 else ():
            self.channel.sendall(whole[start : start + 1])
            if not self._pause(self._clock.real_seconds(manner.drip_seconds)):
                return False
        ending()
        self.channel.sendall(whole[-1:] if manner.drip_seconds > 0 else whole)
        return not manner.truncate

    def _read_body(self, length: int) -> bytes:
        while len(self._rest) < length:
            data = self.channel.recv(16384)
            if not data:
                raise BadRequest
            self._note(data)
            self._rest += data
        body, self._rest = self._rest[:length], self._rest[length:]
        return body

    def _pause(self, seconds: float | None) -> bool:
        """Wait real seconds (`None`: for ever); false as soon as the server stops or the client hangs up."""
        passed = 0.0
        while seconds is None or passed < seconds:
            step = _LOOK_SECONDS if seconds is None else min(_LOOK_SECONDS, seconds - passed)
            if self._stopping.wait(step) or self._hung_up():
                return False
            passed += step
        return True

    def _hung_up(self) -> bool:
        """Whether the client closed; a client that only waits sends nothing, so anything readable means that."""
        try:
            return bool(select([self.channel], [], [], 0)[0])
        except (OSError, ValueError):
            return True


def reset(channel: socket.socket) -> None:
    """Close at once, so that the client sees its connection reset."""
    with suppress(OSError):
        channel.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        )
    channel.close()


def _head(answer: Response, keep: bool, at: datetime) -> bytes:
    phrase = HTTPStatus(answer.status).phrase if answer.status in HTTPStatus._value2member_map_ else "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {format_datetime(at, usegmt=True)}"]
    if all(name.lower() != "server" for name, _ in answer.headers):
        lines.append(f"Server: {_SERVER}")
    if answer.content_type is not None:
        lines.append(f"Content-Type: {answer.content_type}")
    lines += [f"{name}: {value}" for name, value in answer.headers]
    lines += [f"Content-Length: {len(answer.body)}", f"Connection: {'keep-alive' if keep else 'close'}", "", ""]
    return "\r\n".join(lines).encode("latin-1")
