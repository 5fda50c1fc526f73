"""Rows of alerts and events: how they are written and read back."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from enphase_tray.history.packing import storable
from enphase_tray.model.alerts import AlertEvent
from enphase_tray.model.history import HistoryEvent

_EVENT = "at, kind, rule, severity, serials, title, body, alert_id"
_SAVE_EVENT = f"INTO event ({_EVENT}, site) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
NOTE = "note"


def record_event(connection: sqlite3.Connection, event: AlertEvent, site: str | None = None) -> None:
    """Store the event (once, however often it is recorded) and the present form of its alert.

    `site` is the gateway it is about, where that is known.
    """
    alert = event.alert
    told = (
        storable(alert.rule),
        str(alert.severity),
        _list(alert.serials),
        storable(alert.title),
        storable(alert.body),
    )
    cleared = None if alert.cleared_at is None else alert.cleared_at.timestamp()
    connection.execute(
        f"INSERT OR IGNORE {_SAVE_EVENT}",
        (event.at.timestamp(), str(event.change), *told, alert.id, site),
    )
    connection.execute(
        "INSERT OR REPLACE INTO alert (id, key, raised_at, cleared_at, rule, severity, serials, title, body, site)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (alert.id, storable(alert.key), alert.raised_at.timestamp(), cleared, *told, site),
    )


def record_note(
    connection: sqlite3.Connection,
    at: datetime,
    rule: str,
    severity: str,
    title: str,
    body: str,
    serials: Sequence[str],
    site: str | None = None,
) -> None:
    """Store a note; notes have no alert."""
    connection.execute(
        f"INSERT {_SAVE_EVENT}",
        (
            at.timestamp(),
            NOTE,
            storable(rule),
            str(severity),
            _list(serials),
            storable(title),
            storable(body),
            None,
            site,
        ),
    )


def read_events(
    connection: sqlite3.Connection, limit: int, since: datetime | None, site: str | None = None
) -> tuple[HistoryEvent, ...]:
    """The newest `limit` events at or after `since`, newest first; of one site, those of no known site included."""
    rows = connection.execute(
        f"SELECT {_EVENT} FROM event WHERE at >= ? AND (? IS NULL OR site IS NULL OR site = ?)"  # noqa: S608 - a constant
        " ORDER BY at DESC, id DESC LIMIT ?",
        (0.0 if since is None else since.timestamp(), site, site, limit),
    )
    return tuple(
        HistoryEvent(datetime.fromtimestamp(at, UTC), kind, rule, severity, tuple(json.loads(serials)), *rest)
        for at, kind, rule, severity, serials, *rest in rows
    )


def _list(serials: Sequence[str]) -> str:
    return json.dumps(list(serials))
