"""Long work in the poller's thread, a piece at a time: polls go on in between, and so does the end of the program."""

from collections.abc import Callable, Generator, Iterator
from itertools import islice

from PySide6.QtCore import QObject, QTimer, Slot

Guard = Callable[[Callable[[], None]], Exception | None]


class Piecework(QObject):
    """One work after another: a new one ends the one that runs, and what was ended tells nothing more."""

    def __init__(
        self,
        guarded: Guard,
        step: Callable[[object, object], None],
        finished: Callable[[object, Exception | None], None],
        parent: QObject | None = None,
    ) -> None:
        """`guarded` runs a piece and returns its error; `step` and `finished` are told the request and the outcome."""
        super().__init__(parent)
        self._guarded = guarded
        self._step = step
        self._finished = finished
        self._running: Iterator[object] | None = None
        self._request: object = None

    def begin(self, request: object, pieces: Callable[[], Iterator[object]]) -> None:
        """Work through `pieces`, one with each turn of the event loop."""
        self.end()
        self._request = request
        self._running = _opened(pieces)
        QTimer.singleShot(0, self._go_on)

    def end(self) -> None:
        """Leave what runs as it is."""
        running, self._running = self._running, None
        if isinstance(running, Generator):
            running.close()

    @Slot()
    def _go_on(self) -> None:
        running = self._running
        pieces: list[object] = []
        if running is None:
            return
        error = self._guarded(lambda: pieces.extend(islice(running, 1)))
        if error is None and pieces:
            self._step(self._request, pieces[0])
            QTimer.singleShot(0, self._go_on)
        else:
            self._running = None
            self._finished(self._request, error)


def _opened(pieces: Callable[[], Iterator[object]]) -> Iterator[object]:
    """Opened with the first piece, so that an error of opening is met where those of working are."""
    yield from pieces()
