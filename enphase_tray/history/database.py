"""Opening the history's file: for writing, for reading, and what is done with one that is damaged or too new."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from enphase_tray.history.schema import APPLICATION_ID, MIGRATIONS, Migration, migrate
from enphase_tray.model.errors import HistoryError, Retry

_BUSY_SECONDS = 5.0
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_COMPANIONS = ("", "-wal", "-shm")
_FULL = ("The disk is full", "Readings are shown but not stored until there is room again.")
_SEALED = ("The history cannot be written", "Check who may write to its folder; readings are shown but not stored.")
_BUSY = ("The history is in use by another program", "Storing is tried again with the next reading.")
_BROKEN = ("The history file is damaged", "It is kept aside and a new one is started with the next reading.")
_DISK = ("The disk does not take the readings", "Check the disk; storing is tried again with the next reading.")
_TROUBLES = {
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _SEALED,
    sqlite3.SQLITE_CANTOPEN: _SEALED,
    sqlite3.SQLITE_PERM: _SEALED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _BROKEN,
    sqlite3.SQLITE_NOTADB: _BROKEN,
}


_SYSTEM_TROUBLES = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EFBIG: _FULL} | dict.fromkeys(
    (errno.EROFS, errno.EACCES, errno.EPERM), _SEALED
)


def translate(error: sqlite3.Error | OSError, path: Path) -> HistoryError:
    """Whatever SQLite or the disk says, as ours."""
    code = _code(error)
    if code in _TROUBLES:
        return HistoryError(*_TROUBLES[code])
    if isinstance(error, OSError) and error.errno in _SYSTEM_TROUBLES:
        return HistoryError(*_SYSTEM_TROUBLES[error.errno])
    return HistoryError("The history cannot be used", f"The file is {path}; the system says: {error}.")


def is_damage(error: sqlite3.Error | OSError) -> bool:
    """Whether the error says that the file's content is broken (and not only out of reach)."""
    return _code(error) in _DAMAGED


def open_for_writing(path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> sqlite3.Connection:
    """The file at its newest schema, made if missing. Raises HistoryError for a newer or a foreign file.

    Raises sqlite3.DatabaseError (see `is_damage`) for a damaged one, OSError and sqlite3.Error for other trouble.
    """
    _create(path)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        version = _version(connection, len(migrations))
        if version:
            _demand_whole(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if 0 < version < len(migrations):
            _back_up(connection, path.with_name(f"{path.stem}.before-schema-{version + 1}{path.suffix}"))
        migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection | None:
    """A connection that cannot change anything; `None` while there is nothing to read. Raises as for writing."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
    try:
        connection.execute("PRAGMA query_only = ON")
        version = _version(connection, len(MIGRATIONS))
    except BaseException:
        connection.close()
        raise
    if version == len(MIGRATIONS):
        return connection
    connection.close()
    if version == 0:
        return None
    raise HistoryError("The history has an older form", "Start enphase_tray once: it brings it up to date.")


def set_aside(path: Path, at: datetime) -> Path:
    """Move a damaged file and its companions out of the way; returns where it is kept."""
    kept = path.with_name(f"{path.stem}.damaged-{at:%Y%m%dT%H%M%SZ}{path.suffix}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem}.damaged-{at:%Y%m%dT%H%M%SZ}-{number}{path.suffix}")
    for companion in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(kept.with_name(kept.name + companion))
    return kept


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing: committed at the end, rolled back on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _create(path: Path) -> None:
    """Make the file ourselves, so that only its owner may read it; SQLite gives its companions the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if hasattr(os, "fchmod") and os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _version(connection: sqlite3.Connection, newest: int) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID and (version or application or _has_tables(connection)):
        raise HistoryError("The history file belongs to another program", "Choose another profile.", Retry.NEVER)
    if version > newest:
        raise HistoryError(
            "The history was written by a newer enphase_tray",
            "It was left untouched; update this program, or give it a profile of its own.",
            Retry.NEVER,
        )
    return int(version)


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _demand_whole(connection: sqlite3.Connection) -> None:
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    _create(path)
    with contextlib.closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
