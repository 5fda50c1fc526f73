"""What a sound file of ours looks like. Whatever else is found raises an error as SQLite's own for damage.

SQLite has no checksums: its check sees what breaks the structure, not a changed figure. What else can be told from
damage for certain is told here, so that it leads to the backup and not to a program that fails for ever.
"""

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from enphase_tray.history.schema import APPLICATION_ID, Migration, migrate

_HEADER_BYTES = 100
_ROLLBACK_OR_LOG = 2
_UTF_8 = (1).to_bytes(4, "big")
_SCHEMA_FORMAT = (4).to_bytes(4, "big")
_COLUMNS = """
    SELECT entry.type, entry.name, entry.tbl_name, field.name, field.type, field.pk
    FROM sqlite_master AS entry LEFT JOIN pragma_table_info(entry.name) AS field"""


def damage(words: str) -> sqlite3.DatabaseError:
    """An error as SQLite raises it for a damaged file (see `database.is_damage`)."""
    error = sqlite3.DatabaseError(words)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def demand_whole(connection: sqlite3.Connection) -> None:
    """Let SQLite check the whole file: 0.1 to 0.2 s for ten years."""
    for verdict in findings(connection, 1):
        raise damage(verdict)


def findings(connection: sqlite3.Connection, most: int = 100) -> tuple[str, ...]:
    """What SQLite finds wrong, in its words.

    Unlike `quick_check` this compares indexes with their tables. It costs the same, for the large tables have none.
    """
    found = tuple(str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({most})"))
    return () if found == ("ok",) else found


def demand_sound_header(path: Path) -> None:
    """Look at the fields of the header that never differ in a file that is marked as ours.

    SQLite would take the file for one that is read-only, or written by a newer SQLite, and neither goes away.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if 0 < len(header) < _HEADER_BYTES:
        raise damage("the file is too short")  # SQLite would take a single byte for none
    if header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        return
    text_encoding, schema_format = header[56:60], header[44:48]
    if max(header[18:20]) > _ROLLBACK_OR_LOG or text_encoding != _UTF_8 or schema_format != _SCHEMA_FORMAT:
        raise damage("the header of the file is damaged")


def demand_schema(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    """Demand every table, column and index that a fresh file has after `steps`; what the user added may stay.

    The words of the statements are not compared: SQLite may write them differently from version to version.
    """
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh, steps)
        wanted = set(fresh.execute(_COLUMNS))
    if not wanted <= set(connection.execute(_COLUMNS)):
        raise damage("the schema of the file is damaged")


def text(raw: bytes) -> str:
    """How text is read: all that we wrote is UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise damage("a text in the file is damaged") from error
