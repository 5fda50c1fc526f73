"""The monitor's way to the history: trouble with it is told, and never stands in the way of the live figures."""

import logging
from collections.abc import Callable, Iterable

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import HistoryError

log = logging.getLogger(__name__)

NOTICE_SECONDS = 24 * 3600.0


class Keeper:
    """Opens the history with its first use and runs actions on it, once there is one to be used."""

    def __init__(
        self, open_history: Callable[[], HistoryWriter] | None, clock: Clock, notes: Callable[[], Iterable[str]]
    ) -> None:
        """`open_history` may raise HistoryError; it is tried again with each use. `None`: nothing is remembered.

        `notes` are sentences about other damage found at the start; they go into the event list once.
        """
        self._open_history = open_history
        self._clock = clock
        self._notes = notes
        self._history: HistoryWriter | None = None
        self._problem: str | None = None
        self._noted = False
        self._told: str | None = None
        self._told_at = 0.0

    @property
    def problem(self) -> str | None:
        """Why nothing is stored at the moment, in two sentences; `None` if all is well."""
        return self._problem

    @property
    def notice(self) -> str | None:
        """What became of a damaged history, for a day after it was found."""
        if self._told is None or self._clock.monotonic() - self._told_at >= NOTICE_SECONDS:
            return None
        return self._told

    def save(self, action: Callable[[HistoryWriter], None]) -> bool:
        """Run one action on the history; False (and a `problem`) if that failed."""
        if self._open_history is None:
            return True
        saved = self._run(self._open_history, action)
        self._tell_damage()
        return saved

    def tend(self) -> None:
        """Let the history do some of its daily work, unless there is trouble enough."""
        if self._problem is None:
            self.save(HistoryWriter.tend)

    def close(self) -> None:
        """Let go of the history; a later use opens it again."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def _run(self, open_history: Callable[[], HistoryWriter], action: Callable[[HistoryWriter], None]) -> bool:
        try:
            if self._history is None:
                self._history = open_history()
            action(self._history)
        except HistoryError as error:
            if self._problem is None:
                log.warning("readings are not being saved: %s", error)
            self._problem = str(error)
            return False
        if self._problem is not None and not self._history.waiting:
            log.info("readings are being saved again")
            self._problem = None
        return True

    def _tell_damage(self) -> None:
        """Whatever was found damaged goes into the event list; a note that cannot be stored yet waits in the writer."""
        if self._history is None:
            return
        sentences = []
        if self._history.recovered not in (None, self._told):
            self._told, self._told_at = self._history.recovered, self._clock.monotonic()
            sentences.append(str(self._told))
        if not self._noted:
            self._noted = True
            sentences += self._notes()
        for sentence in sentences:
            log.warning("%s", sentence)
            self._note(self._history, sentence)

    def _note(self, history: HistoryWriter, sentence: str) -> None:
        title, _, body = sentence.partition(". ")
        try:
            history.record_note(self._clock.now(), "damage_found", "warning", title, body)
        except HistoryError as error:
            log.debug("the note waits: %s", error)
