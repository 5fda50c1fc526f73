"""The only hand that writes the history. It belongs to the thread that first uses it."""

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from enphase_tray.history import journal, recorder
from enphase_tray.history.backups import Backups
from enphase_tray.history.database import BUSY_SECONDS, is_damage, is_locked, open_for_writing, transaction, translate
from enphase_tray.history.known import Known
from enphase_tray.history.recovery import is_lost, replace_damaged
from enphase_tray.history.soundness import findings
from enphase_tray.history.upkeep import thin_one_day
from enphase_tray.model.alerts import AlertEvent, Severity
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import HistoryError, Retry
from enphase_tray.model.readings import Snapshot

_Result = TypeVar("_Result")

_Action = Callable[[sqlite3.Connection], None]
"""Stores one thing, inside a transaction."""

_Line = deque[tuple[int, _Action]]
"""What waits to be stored, each with its number in the order in which all came."""

_MOST_WAITING = 300
"""Of each kind, while they cannot be stored: polls and events of a day at 5 min, live readings of five hours. With
30 inverters that is some 15 MB."""

_THINNING_PAUSE_SECONDS = 3600.0
_DAMAGED_FOR_SURE = 2


class HistoryWriter:
    """Stores readings, events and small states in one file.

    The file is opened by the first use, and opened anew after trouble, so that storing resumes by itself when
    there is room again. Every method is one transaction and raises HistoryError when it could not be stored.
    Readings, events and notes that could not be stored wait in memory, about a day of them, and are stored with the
    next that can be. A file found damaged is replaced by its newest backup, see `recovered`.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """`path` is the file, backups are made in `backups` beside it; nothing is touched yet.

        `clock` says when the daily work is due, and names backups and copies of damaged files.
        """
        self._path = path
        self._clock = clock
        self._backups = Backups(path.parent / "backups", clock)
        self._connection: sqlite3.Connection | None = None
        self._known = Known()
        self._recovered: str | None = None
        self._polls, self._live, self._told = (_Line(maxlen=_MOST_WAITING) for _ in range(3))
        self._came = 0
        self._doubts = 0
        self._patient = True
        self._thin_at = float("-inf")

    @property
    def recovered(self) -> str | None:
        """Sentences for the user about the last damaged file that was found and replaced, else `None`."""
        return self._recovered

    @property
    def waiting(self) -> int:
        """How many readings, events and notes wait in memory because they could not be stored."""
        return len(self._polls) + len(self._live) + len(self._told)

    def open(self) -> None:
        """Open, check and bring the file up to date now rather than with the first use."""
        self._use(lambda _: None)

    def append(self, snapshot: Snapshot) -> None:
        """Store a full poll: power, new reports of inverters, counters. Storing it again changes nothing."""
        self._store([partial(recorder.record_poll, snapshot=snapshot, known=self._known)], self._polls)

    def append_live(self, snapshot: Snapshot) -> None:
        """Store a reading of the meters alone: power and counters."""
        self._store([partial(recorder.record_live, snapshot=snapshot, known=self._known)], self._live)

    def record_events(self, events: Sequence[AlertEvent], site: str | None = None) -> None:
        """Store what the user was told, and the episodes' newest form; `site` is the gateway it is about."""
        if events:
            self._store([partial(journal.record_event, event=event, site=site) for event in events], self._told)

    def record_note(
        self, at: datetime, rule: str, severity: Severity | str, title: str, body: str, serials: Sequence[str] = ()
    ) -> None:
        """Store something the program noticed that is no alert."""

        def note(connection: sqlite3.Connection) -> None:
            journal.record_note(connection, at, rule, severity, title, body, serials)

        self._store([note], self._told)

    def save_state(self, name: str, value: Any) -> None:
        """Remember a JSON-able value under a name. It does not wait in memory: a later one will be saved anyway."""
        text = json.dumps(value, separators=(",", ":"))

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", (name, text))

        self._store([save])

    def load_state(self, name: str) -> Any:
        """What was saved under that name; `None` if there is nothing that can be read."""

        def saved(connection: sqlite3.Connection) -> Any:
            return connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()

        row = self._use(saved)
        try:
            return None if row is None else json.loads(row[0])
        except ValueError:
            return None

    def tend(self) -> None:
        """Do one small piece of the daily work if any is due: a backup, or the thinning of one old day.

        To be called now and then, when nothing waits for the caller: it takes up to about half a second for a
        history of ten years, once a day, else some milliseconds or none.
        """
        now = self._clock.monotonic()
        if self._backups.due():
            self._use(self._backups.make)
        elif now >= self._thin_at:
            self._thin_at = now + _THINNING_PAUSE_SECONDS
            if self._write(thin_one_day):
                self._thin_at = now

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file, in its words; empty if it is whole. Takes 0.1 s for ten years."""
        return self._use(findings)

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._known.forget()
            connection.close()

    def _store(self, new: Sequence[_Action], line: _Line | None = None) -> None:
        """Store all that waits, and `new`. Where that fails `new` waits in its line, if it may succeed later."""
        if line is not None:
            for action in new:
                self._came += 1
                line.append((self._came, action))
        lines = (self._polls, self._live, self._told)
        keep = False

        def store(connection: sqlite3.Connection) -> None:
            waiting = [*self._polls, *self._live, *self._told]
            if len(waiting) > 1:
                waiting.sort(key=itemgetter(0))
            for _, action in waiting:
                action(connection)
            for action in new if line is None else ():
                action(connection)

        try:
            self._write(store)
        except HistoryError as error:
            keep = error.retry is not Retry.NEVER
            raise
        finally:
            if not keep:
                for waiting in lines:
                    waiting.clear()

    def _write(self, task: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """The result of a task that writes; all of it is stored or nothing."""

        def whole(connection: sqlite3.Connection) -> _Result:
            with transaction(connection):
                self._known.trust(connection)
                result = task(connection)
            self._doubts = 0
            self._wait_for_locks(wait=True)
            return result

        try:
            return self._use(whole)
        except BaseException:
            # What was rolled back is in the file no more.
            self._known.forget()
            raise

    def _use(self, task: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """The result of a task on the file, which is opened if it is not."""
        try:
            if self._connection is None:
                self._connection = self._open()
            return task(self._connection)
        except sqlite3.ProgrammingError:  # the wrong thread: a bug of ours that must be seen
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            self._learn(error)
            raise translate(error, self._path) from error

    def _learn(self, error: sqlite3.Error | OSError) -> None:
        if is_damage(error):
            self._doubts += 1
            self.close()
        elif is_locked(error):
            self._wait_for_locks(wait=False)

    def _wait_for_locks(self, *, wait: bool) -> None:
        """A lock that outlived one patient wait is only looked at from then on, so that it delays one poll, not all."""
        if self._patient != wait and self._connection is not None:
            self._connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000) if wait else 0}")
        self._patient = wait

    def _open(self) -> sqlite3.Connection:
        """The file, or what takes its place if it is lost or damaged.

        An open file that was found damaged may pass the check all the same, which does not look at everything.
        When it happens again at once, it is damaged.
        """
        if self._doubts < _DAMAGED_FOR_SURE and not is_lost(self._path, self._backups):
            try:
                return open_for_writing(self._path, wait_for_locks=self._patient)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
        self._recovered = replace_damaged(self._path, self._backups, self._clock.now())
        self._doubts = 0
        return open_for_writing(self._path, wait_for_locks=self._patient)
