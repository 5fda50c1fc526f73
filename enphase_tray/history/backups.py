"""Copies of the history that damage does not reach: when one is due, how it is made, and which are kept.

They are numbered, and what is newest is decided by the number: a clock that jumped neither hides a backup nor lets
one look old. How many are kept is counted too, never measured in days.
"""

import contextlib
import errno
import logging
import re
import shutil
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from enphase_tray.history.files import create_private, move_into_place, remove
from enphase_tray.history.soundness import demand_whole
from enphase_tray.model.clock import Clock

log = logging.getLogger(__name__)

EVERY = timedelta(hours=23)
"""An hour less than a day, so that no more than a day is lost when the next poll is up to an hour away."""

_NEXT_TRY_SECONDS = 3600.0
_DAILY = 7
_WEEKLY = 4
_ROOM = 2
_NAME = re.compile(r"history-(\d{6,})-(\d{8}T\d{6})Z\.db")
_STAMP = "%Y%m%dT%H%M%S"


class Backup(NamedTuple):
    """One finished copy: its number (the newest has the highest) and when it was made, by the clock of then."""

    number: int
    made_at: datetime
    path: Path


_NONE = Backup(0, datetime.min.replace(tzinfo=UTC), Path())


class Backups:
    """The folder of backups beside a history file."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Nothing is touched before the first backup is made."""
        self._folder = folder
        self._clock = clock
        self._tried_at: float | None = None
        self._last_at: datetime | None = None
        self._trouble: str | None = None

    def newest_first(self) -> tuple[Backup, ...]:
        """All that are there. Raises OSError where the folder cannot be read."""
        if not self._folder.is_dir():
            return ()
        found = (_parsed(path) for path in self._folder.iterdir())
        return tuple(sorted((backup for backup in found if backup is not None), reverse=True))

    def due(self) -> bool:
        """Whether a backup should be made now: a day after the last, and no more often than hourly.

        The hour is one of the clock that cannot jump: however wildly the other one does, good backups are not pushed
        out by many new ones, and one that cannot be made is not tried all the time.
        """
        now = self._clock.monotonic()
        if self._tried_at is not None and now - self._tried_at < _NEXT_TRY_SECONDS:
            return False
        try:
            if self._last_at is None:
                self._last_at = max(self.newest_first(), default=_NONE).made_at
        except OSError as error:
            self._tried_at = now
            self._tell(error)
            return False
        if timedelta() <= self._clock.now() - self._last_at < EVERY:
            return False
        self._tried_at = now
        return True

    def make(self, connection: sqlite3.Connection) -> None:
        """Copy the database; older copies that are not needed are removed. Trouble is logged once, not raised.

        Only a database that is not whole raises (sqlite3.DatabaseError, see `is_damage`): no backup is made of it.
        """
        draft = self._folder / "unfinished.db"
        try:
            if self._folder.is_dir():
                self._folder.chmod(0o700)
            copy_whole(connection, draft)
            number = max((backup.number for backup in self.newest_first()), default=0) + 1
            made_at = self._clock.now().astimezone(UTC)
            move_into_place(draft, draft.with_name(f"history-{number:06d}-{made_at:{_STAMP}}Z.db"))
            self._last_at = made_at
            for backup in superseded(self.newest_first()):
                backup.path.unlink(missing_ok=True)
        except (OSError, sqlite3.OperationalError) as error:
            self._tell(error)
            return
        finally:
            with contextlib.suppress(OSError):
                remove(draft)
        if self._trouble is not None:
            log.info("a backup of the history was made again")
            self._trouble = None

    def _tell(self, error: Exception) -> None:
        if self._trouble != str(error):
            log.warning("no backup of the history was made: %s", error)
        self._trouble = str(error)


def superseded(newest_first: Sequence[Backup]) -> tuple[Backup, ...]:
    """Those that may go: beyond the newest seven, all but the last of a week, and beyond four such weeks those too."""
    weeks = {_week(backup) for backup in newest_first[:_DAILY]}
    most = len(weeks) + _WEEKLY
    gone = []
    for backup in newest_first[_DAILY:]:
        if _week(backup) in weeks or len(weeks) == most:
            gone.append(backup)
        else:
            weeks.add(_week(backup))
    return tuple(gone)


def copy_whole(connection: sqlite3.Connection, target: Path) -> None:
    """A copy as a single finished file, in place of what was there.

    Raises sqlite3.DatabaseError (see `is_damage`) if what was copied is not whole, OSError or
    sqlite3.OperationalError where the copy cannot be written; what is left of the target then is of no use.
    """
    remove(target)
    create_private(target)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    if shutil.disk_usage(target.parent).free < _ROOM * pages * page_size:
        raise OSError(errno.ENOSPC, "The disk is nearly full")
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        connection.backup(copy)
        # A database with a log of its own would be three files; SQLite copied that mode too.
        copy.execute("PRAGMA journal_mode = DELETE")
        demand_whole(copy)


def _parsed(path: Path) -> Backup | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        made_at = datetime.strptime(match[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Backup(int(match[1]), made_at, path)


def _week(backup: Backup) -> tuple[int, int]:
    year, week, _ = backup.made_at.isocalendar()
    return year, week
