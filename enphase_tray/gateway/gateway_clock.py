"""The gateway's own clock between two looks at `/info`. Pure but for what it remembers of earlier polls."""

from datetime import datetime, timedelta
from statistics import median_low

from enphase_tray.gateway.parts import Parts

_AHEAD = timedelta(seconds=60)


class GatewayClock:
    """Carries the clock on, and notices when the gateway's stamps run away from it.

    Gateways get their time from the internet, and set it when that comes back; a simulated one may live faster than
    we do. Then only `/info` tells, so it is to be asked again.
    """

    def __init__(self) -> None:
        self._stamp: datetime | None = None

    def ran_away(self, parts: Parts, carried_on: datetime | None) -> bool:
        """Whether the newest stamp has moved on since the last poll and lies ahead of the clock carried on.

        A stamp that stands still proves nothing: answers of one gateway may come from different moments.
        """
        before, self._stamp = self._stamp, _newest_stamp(parts)
        if before is None or self._stamp is None or carried_on is None:
            return False
        return self._stamp > before and self._stamp > carried_on + _AHEAD


def _newest_stamp(parts: Parts) -> datetime | None:
    """When the meters were read, or most inverters had reported: one wrong stamp among them moves nothing."""
    told = parts.production
    entries = (told.production, told.total, told.net, told.inverters) if told is not None else ()
    stamps = [entry.read_at for entry in entries if entry is not None and entry.active and entry.read_at is not None]
    reports = [row.at for row in (parts.inverters.rows if parts.inverters else ()) if row.at is not None]
    if reports:
        stamps.append(median_low(reports))
    return max(stamps, default=None)
