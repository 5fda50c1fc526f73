"""The program's log: what happened, scrubbed of secrets, in two small files that only their owner reads."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

from enphase_tray.gateway.redact import RedactingFormatter, Redactor

MOST_BYTES = 1024 * 1024
"""A file that would grow beyond this becomes the older one, and the older one goes."""

_RECENT_BYTES = 512 * 1024
_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def older(file: Path) -> Path:
    """Where the log before this one lies."""
    return file.with_suffix(".old.log")


@contextmanager
def logging_to(file: Path, redactor: Redactor) -> Iterator[None]:
    """Write what the program notes to `file` until the end of the block. A disk that says no never stops anything."""
    handler = _TwoFiles(file)
    handler.setLevel(logging.INFO)
    handler.setFormatter(RedactingFormatter(redactor, _FORM))
    ours = logging.getLogger("enphase_tray")
    level = ours.level
    ours.setLevel(logging.INFO)
    ours.addHandler(handler)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)
        handler.close()


def recent(file: Path) -> str:
    """The end of what the log holds; empty without one."""
    content = b""
    for part in (older(file), file):
        with suppress(OSError):
            content += part.read_bytes()
    return content[-_RECENT_BYTES:].decode("utf-8", "replace")


class _TwoFiles(logging.FileHandler):
    """Not one of `logging.handlers`: they would keep pickle, queues and sockets in memory for turning a file over."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, encoding="utf-8", delay=True)
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._turn_over()
        except OSError:
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - a name of the standard library
        """A full disk is told elsewhere; nothing of the program waits for its log."""

    def _open(self) -> TextIOWrapper:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(self._file, flags, 0o600), "a", encoding="utf-8", errors="backslashreplace")

    def _turn_over(self) -> None:
        """Begin another file where this one is full, or was turned over by another process."""
        if self.stream is None:
            self.stream = self._open()
        status = os.fstat(self.stream.fileno())
        current = self._is_current(status)
        if current and status.st_size < MOST_BYTES:
            return
        self.stream.close()
        self.stream = None
        if current:
            self._file.replace(older(self._file))
        self.stream = self._open()

    def _is_current(self, status: os.stat_result) -> bool:
        try:
            return os.path.samestat(status, self._file.stat())
        except FileNotFoundError:
            return False
