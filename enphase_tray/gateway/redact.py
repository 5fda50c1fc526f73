"""Secrets out of log text, whatever way they got in."""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from enphase_tray.model.identity import Secret

_MASK = "***"
_SHAPES = (
    # Nothing is demanded after what begins like a token: a search that has to give up is slow on hostile text.
    re.compile(r"\beyJ[\w-]{5,}(?:\.[\w-]*)*"),
    re.compile(r"(?i)(\b(?:authorization|cookie|set-cookie)['\"]?\s*[:=]\s*['\"]?)[^\r\n'\"]+(?:[\"'][^\r\n'\"]*)*"),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]+"),
    re.compile(
        r"(?i)(\b(?:session_id|sessionid|session|nonce|cnonce|response|manager_token)['\"]?\s*[:=]\s*['\"]?)[\w.~+/=-]{8,}"
    ),
    re.compile(r"(?i)((?:\buser\[)?\bpass(?:word|wd)?\]?['\"]?\s*[:=]\s*['\"]?)[^\s'\"&,;}]+"),
)


class Redactor:
    """Replaces secrets in text: what looks like one, and the very values it was told about."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._lock = threading.Lock()
        self._values: tuple[str, ...] = ()
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: Secret) -> None:
        """From now on take out this value too, also URL-encoded and in base64. Very short ones are left alone."""
        value = secret.reveal()
        if len(value) < 4:
            return
        encoded = base64.b64encode(value.encode()).decode().rstrip("=")
        forms = {value, quote(value), quote(value, safe=""), quote_plus(value), encoded, repr(value)[1:-1]}
        forms |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        with self._lock:
            self._values = tuple(sorted({*self._values, *forms}, key=len, reverse=True))

    def scrub(self, text: str) -> str:
        """`text` with `***` in the place of each secret."""
        for value in self._values:
            text = text.replace(value, _MASK)
        for shape in _SHAPES:
            text = shape.sub(lambda match: (match.group(1) if match.re.groups else "") + _MASK, text)
        return text


class RedactingFormatter(logging.Formatter):
    """A log formatter that scrubs the finished text: message, arguments, tracebacks and all."""

    def __init__(self, redactor: Redactor, fmt: str | None = None) -> None:
        super().__init__(fmt)
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.scrub(super().format(record))
