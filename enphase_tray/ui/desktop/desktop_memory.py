"""What the desktop program remembers from one start to the next, beside settings and history."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.settings.files import read_private, write_private


@dataclass(frozen=True, slots=True)
class Remembered:
    """`pause` is the word of a `Pause` or empty; `paused_until` an aware ISO time or empty (until told).

    `view` is what was last looked at in the window, word by word.
    """

    pause: str = ""
    paused_until: str = ""
    told_no_tray: bool = False
    told_closed: bool = False
    """It was said that the program goes on when its window is closed."""
    view: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

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
            write_private(self._file, json.dumps(_document(known)).encode())
        except EnphaseTrayError:
            return

    def _read(self) -> Remembered:
        try:
            content = read_private(self._file)
            return Remembered() if content is None else _checked(json.loads(content))
        except (EnphaseTrayError, ValueError, TypeError, KeyError, AttributeError):
            return Remembered()


class Choices:
    """What was chosen in the window, from small things like a span to the tab; each page has its own part.

    Kept in memory until `keep` writes it, since the window is closed less often than something is chosen in it.
    """

    def __init__(self, memory: DesktopMemory | None = None) -> None:
        """Without `memory` all is forgotten at the end."""
        self._memory = memory
        self._chosen: dict[str, str] = {} if memory is None else dict(memory.known.view)
        self._prefix = ""

    def part(self, name: str) -> "Choices":
        """The choices of one page; they are kept with the whole."""
        made = Choices()
        made._chosen, made._prefix = self._chosen, f"{self._prefix}{name}."
        return made

    def get(self, name: str, fallback: str = "") -> str:
        """What was chosen for `name`; it may be from another version of the program, so check it."""
        return self._chosen.get(self._prefix + name, fallback)

    def put(self, name: str, value: str) -> None:
        """Note a choice."""
        self._chosen[self._prefix + name] = value

    def keep(self) -> None:
        """Write what was chosen since."""
        if self._memory is not None:
            self._memory.remember(replace(self._memory.known, view=MappingProxyType(dict(self._chosen))))


def _document(known: Remembered) -> dict[str, Any]:
    return {**asdict(replace(known, view={})), "view": dict(known.view)}


def _checked(document: Any) -> Remembered:
    """Raises one of Python's own errors for a document that is not ours."""
    # Written by versions that had less to remember, too.
    view = {str(name): str(value) for name, value in document.get("view", {}).items()}
    known = Remembered(
        str(document["pause"]),
        str(document["paused_until"]),
        document["told_no_tray"] is True,
        document.get("told_closed") is True,
        MappingProxyType(view),
    )
    if known.until is not None and known.until.tzinfo is None:
        raise ValueError("a time without its zone")
    return known
