"""The only hand that writes the history. It belongs to the thread that first uses it."""

import contextlib
import json
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from enphase_tray.history import journal, recorder
from enphase_tray.history.database import is_damage, open_for_writing, set_aside, transaction, translate
from enphase_tray.history.known import Known
from enphase_tray.model.alerts import AlertEvent, Severity
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import HistoryError, Retry
from enphase_tray.model.readings import Snapshot

_Item = TypeVar("_Item")

_MOST_WAITING = 300
"""Polls (and events) kept in memory while they cannot be stored: a day at 5 min."""


class HistoryWriter:
    """Stores readings, events and small states in one file.

    The file is opened by the first use, and opened anew after trouble, so that storing resumes by itself when
    there is room again. Every method is one transaction and raises HistoryError when it could not be stored.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """`path` is the file; nothing is touched yet. `clock` only names the copy of a damaged file."""
        self._path = path
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._known = Known()
        self._recovered: str | None = None
        self._polls: deque[Snapshot] = deque(maxlen=_MOST_WAITING)
        self._events: deque[AlertEvent] = deque(maxlen=_MOST_WAITING)

    @property
    def recovered(self) -> str | None:
        """A sentence for the user if a damaged file was found and kept aside, else `None`."""
        return self._recovered

    def open(self) -> None:
        """Open, check and bring the file up to date now rather than with the first use."""
        with self._using():
            pass

    def append(self, snapshot: Snapshot) -> None:
        """Store a full poll: power, new reports of inverters, counters. Storing it again changes nothing.

        What could not be stored is kept in memory (about a day) and stored with the next one that can be.
        """
        with self._keeping(self._polls, [snapshot]), self._writing() as connection:
            for waiting in self._polls:
                recorder.record_poll(connection, waiting, self._known)

    def append_live(self, snapshot: Snapshot) -> None:
        """Store a reading of the meters alone: power and counters."""
        with self._writing() as connection:
            recorder.record_live(connection, snapshot, self._known)

    def record_events(self, events: Sequence[AlertEvent]) -> None:
        """Store what the user was told, and the episodes' newest form. They wait as polls do."""
        if not events:
            return
        with self._keeping(self._events, events), self._writing() as connection:
            for event in self._events:
                journal.record_event(connection, event)

    def record_note(
        self, at: datetime, rule: str, severity: Severity | str, title: str, body: str, serials: Sequence[str] = ()
    ) -> None:
        """Store something the program noticed that is no alert."""
        with self._writing() as connection:
            journal.record_note(connection, at, rule, severity, title, body, serials)

    def save_state(self, name: str, value: Any) -> None:
        """Remember a JSON-able value under a name."""
        text = json.dumps(value, separators=(",", ":"))
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", (name, text))

    def load_state(self, name: str) -> Any:
        """What was saved under that name; `None` if there is nothing that can be read."""
        with self._using() as connection:
            row = connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        try:
            return None if row is None else json.loads(row[0])
        except ValueError:
            return None

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file, in its words; empty if it is whole. Takes 0.1 s for ten years."""
        with self._using() as connection:
            findings = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
        return () if findings == ["ok"] else tuple(findings)

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._known.forget()
            connection.close()

    @contextlib.contextmanager
    def _keeping(self, waiting: deque[_Item], new: Sequence[_Item]) -> Iterator[None]:
        """Let `new` wait in line; the line is empty once it was stored, or can never be."""
        waiting.extend(new)
        keep = False
        try:
            yield
        except HistoryError as error:
            keep = error.retry is not Retry.NEVER
            raise
        finally:
            if not keep:
                waiting.clear()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._using() as connection:
            try:
                with transaction(connection):
                    self._known.trust(connection)
                    yield connection
            except BaseException:
                # What was rolled back is in the file no more.
                self._known.forget()
                raise

    @contextlib.contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._connection is None:
                self._connection = self._open()
            yield self._connection
        except sqlite3.ProgrammingError:  # the wrong thread: a bug of ours that must be seen
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            if is_damage(error):
                self.close()
            raise translate(error, self._path) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return open_for_writing(self._path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            kept = set_aside(self._path, self._clock.now())
            connection = open_for_writing(self._path)
            self._recovered = (
                f"The history was damaged. A new one was started; the damaged file is kept as {kept.name}."
            )
            return connection
