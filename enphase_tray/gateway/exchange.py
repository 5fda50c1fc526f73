"""One GET on a connection of the pool: said in one piece, and heard to its end.

What urllib3, requests and `http.client` wrap around a few lines of text costs more than all else in a poll, and
serves what is not wanted here (redirects, retries, proxies, cookies). Connecting, and the comparison with the pin,
stay theirs. The form of an answer is RFC 9112; what does not have it is an error, and the connection then not used
again.
"""

import zlib
from collections.abc import Iterator, Mapping
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong, RemoteDisconnected, UnknownProtocol
from socket import socket

from urllib3.connection import HTTPConnection
from urllib3.exceptions import DecodeError

from enphase_tray.gateway.line import Line
from enphase_tray.model.errors import NotUnderstood

_PIECE = 65536
_LONGEST_LINE = 65536
_MOST_HEADERS = 100
_MOST_INTERIM = 10
"""Interim answers (100 Continue) before the real one; nobody asked for any."""
_LONGEST_NUMBER = 16
_HEX = frozenset(b"0123456789abcdefABCDEF")
_WITHOUT_BODY = frozenset({204, 304})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


class Headers(Mapping[str, str]):
    """The headers of an answer by name, whatever its case; one that came several times is joined with commas."""

    __slots__ = ("_values",)

    def __init__(self, lines: list[str]) -> None:
        """`lines` are whole headers; what has no colon is left out."""
        values: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                key, value = name.strip().lower(), value.strip()
                values[key] = f"{values[key]}, {value}" if key in values else value
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def head(path: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET request; `headers` say the host too. Raises `ValueError` for one that would be two."""
    lines = [f"GET {path} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
    text = "\r\n".join(lines)
    if text.count("\r") != len(lines) - 1 or text.count("\n") != len(lines) - 1:
        raise ValueError("not a header")
    return f"{text}\r\n\r\n".encode("latin-1")


def exchange(
    connection: HTTPConnection, request: bytes, line: Line, connect_seconds: float, cap: int
) -> tuple[int, Headers, bytes]:
    """Status, headers and body (content encodings undone) of the answer to `request`, a whole head.

    Raises `NotUnderstood` beyond `cap` bytes, and what sockets, TLS, http.client and urllib3 raise; the connection
    must not be used again after any of these.
    """
    if connection.sock is None:
        connection.timeout = min(connect_seconds, line.remaining())
        connection.connect()
    sock = connection.sock
    sock.settimeout(line.remaining())
    sock.sendall(request)
    incoming = _Incoming(sock, line)
    version, status = _status(incoming)
    for _ in range(_MOST_INTERIM):
        headers = Headers(_header_lines(incoming))
        if status >= 200:
            break
        version, status = _status(incoming)
    else:
        raise HTTPException("nothing but interim answers")
    body, ended = _body(incoming, status, headers, cap)
    # Bytes after the answer would be taken for the next one.
    if not ended or incoming.has_more or not _persists(version, headers):
        connection.close()
    encoding = headers.get("content-encoding")
    return status, headers, body if encoding is None else _unpacked(body, encoding, cap)


class _Incoming:
    """What has come in and was not taken yet, read on as needed."""

    def __init__(self, sock: socket, line: Line) -> None:
        self._sock = sock
        self._line = line
        self._data = b""
        self._at = 0

    @property
    def has_more(self) -> bool:
        """Whether something lies here that nobody has taken."""
        return self._at < len(self._data)

    def line(self) -> bytes:
        """The next line without its end. Raises `LineTooLong`, and `IncompleteRead` where there is no whole one."""
        end = self._data.find(b"\n", self._at)
        if end < 0:
            waiting = bytearray(self.some())
            searched = 0
            while (end := waiting.find(b"\n", searched)) < 0:
                searched = len(waiting)
                if searched > _LONGEST_LINE:
                    raise LineTooLong("line")
                piece = self._receive()
                if not piece:
                    raise IncompleteRead(bytes(waiting))
                waiting += piece
            self._data, self._at = bytes(waiting), 0
        found = self._data[self._at : end]
        self._at = end + 1
        if len(found) > _LONGEST_LINE:
            raise LineTooLong("line")
        return found.removesuffix(b"\r")

    def some(self) -> bytes:
        """All that lies here; reads no further."""
        found = self._data[self._at :] if self._at else self._data
        self._data, self._at = b"", 0
        return found

    def exactly(self, size: int) -> bytes:
        """The next `size` bytes. Raises `IncompleteRead`."""
        end = self._at + size
        if end <= len(self._data):
            found = self._data[self._at : end]
            self._at = end
            return found
        parts = [self.some()]
        missing = size - len(parts[0])
        while missing > 0:
            piece = self._receive()
            if not piece:
                raise IncompleteRead(b"".join(parts), missing)
            if len(piece) > missing:
                self._data, self._at = piece, missing
                piece = piece[:missing]
            parts.append(piece)
            missing -= len(piece)
        return b"".join(parts)

    def until_closed(self, cap: int) -> bytes:
        """All that comes until the other side closes. Raises `NotUnderstood` beyond `cap` bytes."""
        parts = [self.some()]
        size = len(parts[0])
        while size <= cap and (piece := self._receive()):
            parts.append(piece)
            size += len(piece)
        if size > cap:
            raise _too_long()
        return b"".join(parts)

    def begins(self) -> bool:
        """Whether there is anything at all; waits for it."""
        if not self.has_more:
            self._data, self._at = self._receive(), 0
        return bool(self._data)

    def _receive(self) -> bytes:
        self._sock.settimeout(self._line.remaining())
        return self._sock.recv(_PIECE)


def _status(incoming: _Incoming) -> tuple[bytes, int]:
    if not incoming.begins():
        raise RemoteDisconnected("closed without an answer")
    version, _, rest = incoming.line().partition(b" ")
    if not version.startswith(b"HTTP/"):
        raise BadStatusLine("no HTTP")
    if not version.startswith(b"HTTP/1."):
        raise UnknownProtocol(version.decode("latin-1"))
    code = rest.lstrip()[:4].rstrip()
    if len(code) != 3 or not code.isdigit() or code < b"100":
        raise BadStatusLine("no status")
    return version, int(code)


def _header_lines(incoming: _Incoming) -> list[str]:
    lines: list[str] = []
    while raw := incoming.line():
        if len(lines) >= _MOST_HEADERS:
            raise HTTPException("too many headers")
        text = raw.decode("latin-1")
        if raw[0] in b" \t" and lines:
            lines[-1] = f"{lines[-1].rstrip()} {text.strip()}"  # a header that goes on in the next line
            if len(lines[-1]) > _LONGEST_LINE:
                raise LineTooLong("header")
        else:
            lines.append(text)
    return lines


def _body(incoming: _Incoming, status: int, headers: Headers, cap: int) -> tuple[bytes, bool]:
    """The body as it came, and whether the answer ends without the connection ending."""
    if status in _WITHOUT_BODY:
        return b"", True
    coding = headers.get("transfer-encoding", "").lower()
    if coding == "chunked":
        return _chunks(incoming, cap), True
    if coding not in ("", "identity"):
        raise HTTPException("unknown transfer coding")
    size = _length(headers.get("content-length", ""))
    if size is None:
        return incoming.until_closed(cap), False
    if size > cap:
        raise _too_long()
    return incoming.exactly(size), True


def _length(told: str) -> int | None:
    """`Content-Length`, which may be repeated if it stays the same; `None` where it tells none."""
    values = {value.strip() for value in told.split(",")}
    if len(values) > 1:
        raise HTTPException("several lengths")
    value = values.pop()
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > _LONGEST_NUMBER:
        raise HTTPException("not a length")
    return int(value)


def _chunks(incoming: _Incoming, cap: int) -> bytes:
    parts = []
    room = cap
    while size := _chunk_size(incoming.line()):
        if size > room:
            raise _too_long()
        parts.append(incoming.exactly(size))
        room -= size
        if incoming.line():
            raise DecodeError("a chunk that does not end")
    _header_lines(incoming)  # trailers
    return b"".join(parts)


def _chunk_size(line: bytes) -> int:
    told = line.partition(b";")[0].strip()
    if not told or len(told) > _LONGEST_NUMBER or not _HEX.issuperset(told):
        raise DecodeError("not the size of a chunk")
    return int(told, 16)


def _persists(version: bytes, headers: Headers) -> bool:
    """Whether the gateway keeps the connection for another request."""
    wishes = [wish.strip() for wish in headers.get("connection", "").lower().split(",")]
    return "close" not in wishes and (version != b"HTTP/1.0" or "keep-alive" in wishes)


def _unpacked(body: bytes, encoding: str, cap: int) -> bytes:
    """The body without the encodings that nobody asked for, as some servers apply them all the same."""
    for name in reversed([word.strip().lower() for word in encoding.split(",")]):
        if name in ("", "identity"):
            continue
        if name not in _PACKED:
            raise DecodeError(f"unknown content encoding {name!r}")
        body = _inflated(body, cap)
    return body


def _inflated(body: bytes, cap: int) -> bytes:
    for form in (_GZIP_OR_ZLIB, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(form)
        try:
            found = unpacking.decompress(body, cap + 1)
        except zlib.error:
            continue  # some servers send bare deflate data
        if len(found) > cap:
            raise _too_long()
        if unpacking.eof:
            return found
    if not body:
        return body
    raise DecodeError("damaged content encoding")


def _too_long() -> NotUnderstood:
    return NotUnderstood("An answer is far longer than any that a gateway gives", "Check the address")
