"""An alert as what JSON can hold and back, for what is kept from one run to the next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from enphase_tray.model.alerts import Alert, Severity


def alert_to_json(alert: Alert) -> dict[str, Any]:
    """The whole alert; times are ISO 8601."""
    return {
        "id": alert.id,
        "rule": alert.rule,
        "key": alert.key,
        "severity": alert.severity.value,
        "serials": list(alert.serials),
        "title": alert.title,
        "body": alert.body,
        "raised_at": alert.raised_at.isoformat(),
        "cleared_at": None if alert.cleared_at is None else alert.cleared_at.isoformat(),
    }


def alert_from_json(kept: Mapping[str, Any]) -> Alert:
    """Back from `alert_to_json`. Raises KeyError, TypeError or ValueError for what is none."""
    cleared = kept.get("cleared_at")
    return Alert(
        id=str(kept["id"]),
        rule=str(kept["rule"]),
        key=str(kept["key"]),
        severity=Severity(kept["severity"]),
        serials=tuple(str(serial) for serial in kept["serials"]),
        title=str(kept["title"]),
        body=str(kept["body"]),
        raised_at=datetime.fromisoformat(kept["raised_at"]),
        cleared_at=None if cleared is None else datetime.fromisoformat(cleared),
    )
