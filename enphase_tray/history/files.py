"""The history's files as such: private to their owner, moved and made so that a power cut leaves a whole one."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

_COMPANIONS = ("-wal", "-shm", "")
_MOST_SET_ASIDE = 10
_POSIX = os.name == "posix"


def create_private(path: Path) -> None:
    """Make the file ourselves, so that only its owner may read it; SQLite gives its companions the same mode."""
    private_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if _POSIX and os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def private_folder(path: Path) -> None:
    """Make the folder where it is missing, for its owner only. One that is there already stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def remove(path: Path) -> None:
    """Remove the file with its companions, as far as they are there."""
    for companion in _COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)


def move_into_place(draft: Path, path: Path) -> None:
    """Give a finished file its name; after a power cut it has that name with all of its content, or not at all."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def set_aside(path: Path, at: datetime) -> Path:
    """Move a damaged file and its companions out of the way; returns where it is kept.

    The log goes first: if the power goes in between, the file is still there and is found damaged once more.
    Damaged files are kept for ever, but not without end: a failing disk may damage each new file. From the tenth on
    the newest takes the place of the one before; the older ones hold what the newer do not.
    """
    earlier = sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}"), key=lambda kept: kept.stat().st_mtime)
    if len(earlier) >= _MOST_SET_ASIDE:
        remove(earlier[-1])
    kept = path.with_name(f"{path.stem}.damaged-{at:%Y%m%dT%H%M%SZ}{path.suffix}")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem}.damaged-{at:%Y%m%dT%H%M%SZ}-{number}{path.suffix}")
    for companion in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + companion).rename(kept.with_name(kept.name + companion))
    return kept


def _sync_folder(path: Path) -> None:
    if not _POSIX:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
