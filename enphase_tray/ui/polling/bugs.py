"""What is told of a fault of the program itself: enough to find it, with nothing private in it."""

import sys
import traceback
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot

from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.language import tr

_TOLD_AGAIN_AT = {10, 100, 1000, 10_000, 100_000}


def place_of(error: BaseException) -> str:
    """What makes two bugs the same: the kind of error and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
    return tr("{name__} at {where}", name__=type(error).__name__, where=where)


class BugWatch(QObject):
    """Catches what nobody else caught, tells each bug once, counts it and lets the program go on."""

    found = Signal(str)
    """A new bug's report, fit to be sent to others."""

    def __init__(
        self,
        log: Callable[[str], None],
        scrub: Callable[[str], str],
        parent: QObject | None = None,
        *,
        fit_to_send: Callable[[str], str] = str,
    ) -> None:
        """`log` takes a report; `scrub` takes secrets out of a text, and `fit_to_send` all else that is private."""
        super().__init__(parent)
        self._log = log
        self._scrub = scrub
        self._fit_to_send = fit_to_send
        self._seen: Counter[str] = Counter()
        self._previous = sys.excepthook

    def install(self) -> None:
        """Take over `sys.excepthook`, which is also where errors in slots arrive."""
        sys.excepthook = self._hook

    def remove(self) -> None:
        sys.excepthook = self._previous

    @Slot(object)
    def tell(self, error: BaseException) -> None:
        """Log `error` and announce it, the first time it is met. Values of variables are never part of it.

        Of one that comes again the log says now and then how often.
        """
        place = place_of(error)
        self._seen[place] += 1
        count = self._seen[place]
        if count > 1:
            if count in _TOLD_AGAIN_AT:
                self._log(self._scrub(tr("{place}: {count} times by now", place=place, count=count)))
            return
        report = self._scrub("".join(traceback.format_exception(error)))
        self._log(report)
        self.found.emit(self._fit_to_send(report))

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._previous(kind, error, trace)
            return
        self.tell(error)


def failure_words(error: BaseException) -> tuple[str, str, str, str]:
    """Kind, title, advice and retry of any error, as a `PollFailure` holds them."""
    if isinstance(error, EnphaseTrayError):
        return error.kind, error.title, error.advice, error.retry.value
    return "bug", tr("The program made a mistake"), tr("It goes on trying. Please report it with its log."), "later"
