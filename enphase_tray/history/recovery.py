"""What is done about a damaged history: it is kept aside, and the newest backup that is whole takes its place."""

import contextlib
import logging
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from enphase_tray.history.backups import Backup, Backups
from enphase_tray.history.database import demand_readable, is_damage
from enphase_tray.history.files import create_private, move_into_place, remove, set_aside
from enphase_tray.model.errors import HistoryError
from enphase_tray.model.language import tr

log = logging.getLogger(__name__)


def is_lost(path: Path, backups: Backups) -> bool:
    """Whether there is no history though there once was one: the file is gone or empty, and there are backups.

    So it looks when the file was cut to nothing, or when the power went while a damaged one was being replaced.
    """
    return (not path.exists() or path.stat().st_size == 0) and bool(backups.newest_first())


def replace_damaged(path: Path, backups: Backups, at: datetime) -> str:
    """Put the newest backup that is whole in the place of the file; without one there is no file afterwards.

    The damaged file is moved aside only when the other is ready, so that a full disk leaves all as it was. Returns
    a sentence for the user. Raises OSError or sqlite3.Error where the files cannot be copied or moved.
    """
    draft = path.with_name(f"{path.name}.restoring")
    restored = _ready(draft, backups)
    kept = set_aside(path, at) if path.exists() and path.stat().st_size else None
    remove(path)  # what a damaged file left of its log must not be played into the restored one
    if restored is not None:
        move_into_place(draft, path)
    return _told(restored, kept, at)


def _ready(draft: Path, backups: Backups) -> Backup | None:
    """The newest whole backup, copied to `draft`."""
    for backup in backups.newest_first():
        remove(draft)
        create_private(draft)
        shutil.copyfile(backup.path, draft)
        try:
            demand_readable(draft)
        except (sqlite3.DatabaseError, HistoryError) as error:
            if not (isinstance(error, HistoryError) or is_damage(error)):
                raise
            log.warning("the backup %s is not whole: %s", backup.path.name, error)
            continue
        return backup
    with contextlib.suppress(OSError):
        remove(draft)
    return None


def _told(restored: Backup | None, kept: Path | None, at: datetime) -> str:
    found = tr("The history was lost") if kept is None else tr("The history was damaged")
    if restored is None:
        news = tr("There was no backup, so a new one was started")
    else:
        news = tr(
            "It was restored as of {start}; what was stored from then until {end} is lost",
            start=_local(restored.made_at),
            end=_local(at),
        )
    where = "" if kept is None else tr(" The damaged file is kept as {name}.", name=kept.name)
    return f"{found}. {news}.{where}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
