"""What is told of a fault of the program itself: enough to find it, with nothing private in it."""

import sys
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.errors import EnphaseTrayError


def place_of(error: BaseException) -> str:
    """What makes two bugs the same: the kind of error and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__} at {where}"


class BugWatch(QObject):
    """Catches what nobody else caught, tells each bug once and lets the program go on."""

    found = Signal(str)
    """A new bug's report (scrubbed text)."""

    def __init__(self, log: Callable[[str], None], scrub: Callable[[str], str], parent: QObject | None = None) -> None:
        """`log` takes a report; `scrub` takes secrets and addresses out of a text."""
        super().__init__(parent)
        self._log = log
        self._scrub = scrub
        self._seen: set[str] = set()
        self._previous = sys.excepthook

    def install(self) -> None:
        """Take over `sys.excepthook`, which is also where errors in slots arrive."""
        sys.excepthook = self._hook

    def remove(self) -> None:
        sys.excepthook = self._previous

    @Slot(object)
    def tell(self, error: BaseException) -> None:
        """Log `error` and announce it, unless the same was told before. Values of variables are never part of it."""
        place = place_of(error)
        if place in self._seen:
            return
        self._seen.add(place)
        report = self._scrub("".join(traceback.format_exception(error)))
        self._log(report)
        self.found.emit(report)

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._previous(kind, error, trace)
            return
        self.tell(error)


def failure_words(error: BaseException) -> tuple[str, str, str, str]:
    """Kind, title, advice and retry of any error, as a `PollFailure` holds them."""
    if isinstance(error, EnphaseTrayError):
        return error.kind, error.title, error.advice, error.retry.value
    return "bug", "The program made a mistake", "It goes on trying. Please report it with its log.", "later"
