"""One GET on a connection: said in one piece, and heard to its end.

What HTTP libraries wrap around a few lines of text costs more than all else in a poll, and serves what is not wanted
here (redirects, retries, proxies, cookies). The form of an answer is RFC 9112; what does not have it is an error, and
the connection then not used again.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong, RemoteDisconnected, UnknownProtocol
from socket import socket

from enphase_tray.gateway.line import Damaged, Line
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import tr

_PIECE = 65536
_LONGEST_LINE = 65536
_LONGEST_HEAD = 16384
_MOST_HEADERS = 100
_MOST_INTERIM = 10
"""Interim answers (100 Continue) before the real one; nobody asked for any."""
_LONGEST_NUMBER = 16
_HEX = frozenset(b"0123456789abcdefABCDEF")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_BEGINNING = b"HTTP/"
_BLANKS = (" ", "\t")
_WITHOUT_BODY = frozenset({204, 304})
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_PACKED = frozenset({"gzip", "x-gzip", "deflate"})


def head(path: str, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET request; `headers` say the host too. Raises `ValueError` for one that would be two."""
    lines = [f"GET {path} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
    text = "\r\n".join(lines)
    if text.count("\r") != len(lines) - 1 or text.count("\n") != len(lines) - 1:
        raise ValueError("not a header")
    return f"{text}\r\n\r\n".encode("latin-1")


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Status, headers (to be asked for in lower case; what came several times is joined with commas) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(sock: socket, request: bytes, line: Line, cap: int) -> tuple[RawAnswer, bool]:
    """The answer to `request`, a whole head, content encodings undone; and whether `sock` may be used again.

    Raises `NotUnderstood` beyond `cap` bytes, and what sockets, TLS and http.client raise; `sock` must then not be
    used again.
    """
    sock.settimeout(line.remaining())
    sock.sendall(request)
    incoming = _Incoming(sock, line)
    for _ in range(_MOST_INTERIM):
        first, *lines = incoming.head().split("\n")
        version, status = _status(first)
        if status >= 200:
            break
    else:
        raise HTTPException("nothing but interim answers")
    headers = _headers(lines)
    body, ended = _body(incoming, status, headers, cap)
    # Bytes after the answer would be taken for the next one.
    clean = ended and not incoming.has_more and _persists(version, headers)
    encoding = headers.get("content-encoding")
    return RawAnswer(status, headers, body if encoding is None else _unpacked(body, encoding, cap)), clean


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

    def head(self) -> str:
        """All lines up to an empty one, without that. Raises `RemoteDisconnected`, and what says that it is no head."""
        while (end := _EMPTY_LINE.search(self._data, self._at)) is None:
            if len(self._data) - self._at > _LONGEST_HEAD:
                raise LineTooLong("head")
            piece = self._receive()
            if not piece and not self.has_more:
                raise RemoteDisconnected("closed without an answer")
            if not piece:
                raise IncompleteRead(self.some())
            self._data, self._at = self.some() + piece, 0
            if not self._data.startswith(_BEGINNING[: len(self._data)]):
                raise BadStatusLine("no HTTP")  # said at once: something else may wait for us to speak
        found = self._data[self._at : end.start()]
        self._at = end.end()
        return found.decode("latin-1")

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

    def _receive(self) -> bytes:
        self._sock.settimeout(self._line.remaining())
        return self._sock.recv(_PIECE)


def _status(line: str) -> tuple[str, int]:
    version, _, rest = line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise UnknownProtocol(version)
    code = rest.lstrip()[:4].rstrip()
    if len(code) != 3 or not code.isdecimal() or code < "100":
        raise BadStatusLine("no status")
    return version, int(code)


def _headers(lines: list[str]) -> dict[str, str]:
    """By name; what has no colon is left out."""
    if len(lines) > _MOST_HEADERS:
        raise HTTPException("too many headers")
    found: dict[str, str] = {}
    last = ""
    for line in lines:
        name, colon, value = line.partition(":")
        if last and line.startswith(_BLANKS):
            found[last] = f"{found[last]} {line.strip()}"  # a header that goes on in the next line
        elif colon:
            last, value = name.strip().lower(), value.strip()
            found[last] = f"{found[last]}, {value}" if last in found else value
    return found


def _body(incoming: _Incoming, status: int, headers: Mapping[str, str], cap: int) -> tuple[bytes, bool]:
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
            raise Damaged("a chunk that does not end")
    for _ in range(_MOST_HEADERS):
        if not incoming.line():
            return b"".join(parts)
    raise HTTPException("too many trailers")


def _chunk_size(line: bytes) -> int:
    told = line.partition(b";")[0].strip()
    if not told or len(told) > _LONGEST_NUMBER or not _HEX.issuperset(told):
        raise Damaged("not the size of a chunk")
    return int(told, 16)


def _persists(version: str, headers: Mapping[str, str]) -> bool:
    """Whether the gateway keeps the connection for another request."""
    wishes = [wish.strip() for wish in headers.get("connection", "").lower().split(",")]
    return "close" not in wishes and (version != "HTTP/1.0" or "keep-alive" in wishes)


def _unpacked(body: bytes, encoding: str, cap: int) -> bytes:
    """The body without the encodings that nobody asked for, as some servers apply them all the same."""
    for name in reversed([word.strip().lower() for word in encoding.split(",")]):
        if name in ("", "identity"):
            continue
        if name not in _PACKED:
            raise Damaged(f"unknown content encoding {name!r}")
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
    raise Damaged("damaged content encoding")


def _too_long() -> NotUnderstood:
    return NotUnderstood(tr("An answer is far longer than any that a gateway gives"), tr("Check the address"))
