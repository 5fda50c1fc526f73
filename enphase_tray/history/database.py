"""Opening the history's file: for writing, for reading, and what is done with one that is damaged or too new."""

import contextlib
import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from enphase_tray.history.backups import copy_whole
from enphase_tray.history.files import create_private, move_into_place
from enphase_tray.history.schema import APPLICATION_ID, MIGRATIONS, Migration, migrate
from enphase_tray.history.soundness import damage, demand_schema, demand_sound_header, demand_whole, text
from enphase_tray.model.errors import HistoryError, Retry
from enphase_tray.model.language import mark, tr

BUSY_SECONDS = 5.0
"""How long a lock that another program holds is waited for."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MOST_VERSIONS = 1000
_OUR_TABLES = frozenset({"site", "layout", "reading", "event", "state"})
_FULL = (mark("The disk is full"), mark("Readings are shown but not stored until there is room again."))
_SEALED = (
    mark("The history cannot be written"),
    mark("Check who may write to its folder; readings are shown but not stored."),
)
_BUSY = (mark("The history is in use by another program"), mark("Storing is tried again with the next reading."))
_BROKEN = (
    mark("The history file is damaged"),
    mark("It is kept aside, and the last backup is restored with the next reading."),
)
_DISK = (
    mark("The disk does not take the readings"),
    mark("Check the disk; storing is tried again with the next reading."),
)
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
        return _told(_TROUBLES[code])
    if isinstance(error, OSError) and error.errno in _SYSTEM_TROUBLES:
        return _told(_SYSTEM_TROUBLES[error.errno])
    return HistoryError(
        tr("The history cannot be used"), tr("The file is {path}; the system says: {error}.", path=path, error=error)
    )


def _told(trouble: tuple[str, str]) -> HistoryError:
    title, advice = trouble
    return HistoryError(tr(title), tr(advice))


def is_damage(error: sqlite3.Error | OSError) -> bool:
    """Whether the error says that the file's content is broken (and not only out of reach)."""
    return _code(error) in _DAMAGED


def is_locked(error: sqlite3.Error | OSError) -> bool:
    """Whether another program has the file to itself at the moment."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def open_for_writing(
    path: Path, migrations: Sequence[Migration] = MIGRATIONS, *, wait_for_locks: bool = True
) -> sqlite3.Connection:
    """The file at its newest schema, made if missing. Raises HistoryError for a newer or a foreign file.

    Raises sqlite3.DatabaseError (see `is_damage`) for a damaged one, OSError and sqlite3.Error for other trouble.
    """
    create_private(path)
    demand_sound_header(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS if wait_for_locks else 0.0, isolation_level=None)
    try:
        version = _checked(connection, migrations)
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
    connection = _connect_to_read(path)
    try:
        version = _version(connection, len(MIGRATIONS))
    except BaseException:
        connection.close()
        raise
    if version == len(MIGRATIONS):
        return connection
    connection.close()
    if version == 0:
        return None
    raise HistoryError(tr("The history has an older form"), tr("Start enphase_tray once: it brings it up to date."))


def demand_readable(path: Path) -> None:
    """Raise as `open_for_writing` does for a file that is damaged, newer, another program's, or empty."""
    demand_sound_header(path)
    with contextlib.closing(_connect_to_read(path)) as connection:
        if _checked(connection, MIGRATIONS) == 0:
            raise damage("the file is empty")


class transaction:  # noqa: N801 - used as a word of the language, like the context managers of contextlib
    """All or nothing: committed at the end, rolled back on any error. A class, since every poll goes through it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("BEGIN IMMEDIATE")
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _connect_to_read(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _checked(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> int:
    """The version of a file whose content was checked."""
    version = _version(connection, len(migrations))
    if version:
        demand_whole(connection)
        demand_schema(connection, migrations[:version])
    return version


def _version(connection: sqlite3.Connection, newest: int) -> int:
    """How many steps the schema has taken, 0 for an empty file. Raises as `open_for_writing` does."""
    connection.text_factory = text
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except UnicodeDecodeError as error:  # SQLite's message about damage quotes what is damaged
        raise damage("the schema of the file is damaged") from error
    ours = application == APPLICATION_ID
    if (ours and not 0 < version < _MOST_VERSIONS) or (not ours and tables >= _OUR_TABLES):
        # Both are written in one transaction with the tables, and no version of this program has such numbers.
        raise damage("the header of the file is damaged")
    if not ours and (version or application or tables):
        raise HistoryError(
            tr("The history file belongs to another program"), tr("Choose another profile."), Retry.NEVER
        )
    if version > newest:
        raise HistoryError(
            tr("The history was written by a newer enphase_tray"),
            tr("It was left untouched; update this program, or give it a profile of its own."),
            Retry.NEVER,
        )
    return int(version)


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    draft = path.with_name(f"{path.name}.unfinished")
    copy_whole(connection, draft)
    move_into_place(draft, path)
