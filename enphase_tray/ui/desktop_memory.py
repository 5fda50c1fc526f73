"""What the desktop program remembers from one start to the next, beside settings and history."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.settings.files import read_private, write_private


@dataclass(frozen=True, slots=True)
class Remembered:
    """`pause` is the word of a `Pause` or empty; `paused_until` an aware ISO time or empty (until told)."""

    pause: str = ""
    paused_until: str = ""
    told_no_tray: bool = False

    @property
    def until(self) -> datetime | None:
        """When the pause ends, `None` for one without an end."""
        return datetime.fromisoformat(self.paused_until) if self.paused_until else None


class DesktopMemory:
    """A small file of the profile. Never in the way: what cannot be read or written is as if it were new."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.known = self._read()

    def remember(self, known: Remembered) -> None:
        """Keep `known` instead of what was kept before."""
        if known == self.known:
            return
        self.known = known
        try:
            write_private(self._file, json.dumps(asdict(known)).encode())
        except EnphaseTrayError:
            return

    def _read(self) -> Remembered:
        try:
            content = read_private(self._file)
            return Remembered() if content is None else _checked(json.loads(content))
        except (EnphaseTrayError, ValueError, TypeError, KeyError):
            return Remembered()


def _checked(document: Any) -> Remembered:
    """Raises one of Python's own errors for a document that is not ours."""
    known = Remembered(str(document["pause"]), str(document["paused_until"]), document["told_no_tray"] is True)
    if known.until is not None and known.until.tzinfo is None:
        raise ValueError("a time without its zone")
    return known
