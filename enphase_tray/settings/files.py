"""Small private files: written whole or not at all, readable by their owner only."""

import contextlib
import errno
import os
import stat
from pathlib import Path

from enphase_tray.model.errors import Retry, SettingsError
from enphase_tray.model.language import tr

_POSIX = os.name == "posix"
_PRIVATE_FILE = 0o600
_PRIVATE_DIRECTORY = 0o700


def private_directory(path: Path) -> None:
    """Make `path` a directory that only its owner may enter (also if it exists already).

    Raises SettingsError where that cannot be, and for a place that is not the user's own: a link that somebody else
    made, or a directory shared by all, such as the one for temporary files.
    """
    try:
        for missing in [folder for folder in reversed((path, *path.parents)) if not folder.exists()]:
            missing.mkdir(mode=_PRIVATE_DIRECTORY, exist_ok=True)
        if not _POSIX:
            return
        status = path.stat()
        if status.st_mode & stat.S_ISVTX:
            raise _not_ours(path)
        if path.is_symlink() and {path.lstat().st_uid, status.st_uid} != {os.getuid()}:
            raise _not_ours(path)
        if status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) != _PRIVATE_DIRECTORY:
            path.chmod(_PRIVATE_DIRECTORY)
    except OSError as error:
        raise translate(error, path) from error


def read_private(path: Path) -> bytes | None:
    """The file's content, `None` if there is none. Takes away what others may do with it. Raises SettingsError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if _POSIX and os.fstat(descriptor).st_mode & 0o077:
                with contextlib.suppress(PermissionError):
                    os.fchmod(descriptor, _PRIVATE_FILE)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise translate(error, path) from error


def write_private(path: Path, content: bytes) -> None:
    """Replace the file as a whole: after a power cut there is the old content or the new. Raises SettingsError."""
    private_directory(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(draft, flags, _PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_directory(path.parent)
    except OSError as error:
        raise translate(error, path) from error


def delete(path: Path) -> None:
    """Remove the file if it is there. Raises SettingsError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise translate(error, path) from error


def keep_copy(path: Path, content: bytes, label: str) -> Path:
    """Keep `content` beside `path` as `<name>.<label>-<n>.<suffix>`, the first number that is free."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.{label}-{number}{path.suffix}")).exists():
        number += 1
    write_private(kept, content)
    return kept


def translate(error: OSError, path: Path) -> SettingsError:
    """What the system says of a file, as ours. What may pass without the user is tried again."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        advice = tr("Make room, then try again; {path} was left as it is.", path=path)
        return SettingsError(tr("The disk is full"), advice, Retry.LATER)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        advice = tr("Check whose file it is and who may write it.")
        return SettingsError(tr("{path} may not be read or written", path=path), advice, Retry.LATER)
    if error.errno == errno.ELOOP:
        return SettingsError(
            tr("{path} is a link", path=path), tr("Put a real file in its place, or choose another profile.")
        )
    advice = tr("The system says: {reason}.", reason=error.strerror or error)
    return SettingsError(tr("{path} cannot be read or written", path=path), advice, Retry.SOON)


def _not_ours(path: Path) -> SettingsError:
    return SettingsError(
        tr("{path} is not a folder of your own", path=path), tr("Choose a folder that only you can change.")
    )


def _sync_directory(path: Path) -> None:
    """Make the new name itself survive a power cut."""
    if not _POSIX:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
