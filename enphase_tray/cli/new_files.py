"""Files and folders that a command makes: whole or not at all, for their owner only, and never in another's place."""

import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from enphase_tray.cli.output import UsageError
from enphase_tray.model.errors import Retry, SettingsError

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def insist_new(path: Path) -> None:
    """Raise `UsageError` where something is in the way, or where there is no folder to write in."""
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        raise UsageError(f"{path} is there already and is not overwritten", "Name another one, or take it away first")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {path.absolute().parent}", "Make it first, or name another place")


def write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    """A new folder with these files. Raises `UsageError` if the name is taken, `SettingsError` for the disk's words."""
    part = _part(path)
    try:
        part.mkdir(mode=_PRIVATE_FOLDER)
        try:
            for name, content in contents.items():
                _write(part / name, content)
            insist_new(path)
            part.rename(path)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise _refused(path, error) from error


def write_zip(path: Path, contents: Mapping[str, bytes], at: datetime) -> None:
    """A new ZIP file with these entries, all of the time `at`. Raises as `write_folder`."""
    part = _part(path)
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _PRIVATE_FILE)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, content in contents.items():
                        entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
                        entry.external_attr = _PRIVATE_FILE << 16
                        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
                file.flush()
                os.fsync(descriptor)
            _take_name(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, error) from error


def _take_name(part: Path, path: Path) -> None:
    """Give a file its name unless that is taken by now; where the disk knows no links, after a look."""
    with suppress(PermissionError, NotImplementedError):
        os.link(part, path)
        return
    insist_new(path)
    part.rename(path)


def _part(path: Path) -> Path:
    return path.absolute().with_name(f".{path.name}.{os.getpid()}.part")


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _refused(path: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"{path} cannot be written: {error.strerror}", "Choose another place, or make room there", Retry.NEVER
    )
