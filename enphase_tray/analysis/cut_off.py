"""Whether the array is cut off, by an open relay or a grid that is gone: then nobody is judged for standing still."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from enphase_tray.model.readings import RelayReading, RelayState, Snapshot

_GRID_GONE = "gridgone"
_RELAY_UNSEEN_SECONDS = 86_400.0


class CutOff:
    """Keeps the open relays, and until when inverters may still be starting after it is over (epoch seconds)."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        """`memory` is what `memory()` gave in an earlier run."""
        kept = memory or {}
        self._open: dict[str, float] = dict(kept.get("open_relays") or {})
        self._opened: dict[str, float] = dict(kept.get("opened") or {})
        self._until = float(kept.get("cut_until", 0.0))
        self._relay_until = float(kept.get("relay_until", 0.0))

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            "open_relays": dict(self._open),
            "opened": dict(self._opened),
            "cut_until": self._until,
            "relay_until": self._relay_until,
        }

    def follow(self, snapshot: Snapshot, now: float, interval: float) -> bool:
        """Take in what relays and inverters say at `now`. Says whether somebody is cut off at this moment."""
        for relay in snapshot.relays:
            if is_open(relay):
                self._open[relay.serial] = now
                read_at = now if relay.last_report_at is None else relay.last_report_at.timestamp()
                self._opened.setdefault(relay.serial, min(now, read_at))
            elif relay.relay is RelayState.CLOSED:
                self._open.pop(relay.serial, None)
        if self._open or self._opened:
            self._open = {s: seen for s, seen in self._open.items() if now - seen < _RELAY_UNSEEN_SECONDS}
            self._opened = {serial: at for serial, at in self._opened.items() if serial in self._open}
        cut = bool(self._open) or grid_is_gone(snapshot)
        if cut:
            self._until = now + max(900.0, 3 * interval)
        if self._open:
            self._relay_until = self._until
        return cut

    def at(self, now: float) -> bool:
        """Whether it is cut off, or was until a moment ago."""
        return now < self._until

    def by_relay(self, now: float) -> bool:
        """As `at`, because of a relay."""
        return now < self._relay_until

    def opened(self) -> dict[str, datetime]:
        """For each open relay, the first reading that said so."""
        return {serial: datetime.fromtimestamp(at, UTC) for serial, at in self._opened.items()}


def is_open(relay: RelayReading) -> bool:
    """Whether the relay, or one of its lines, is known to be open."""
    return relay.relay is RelayState.OPEN or bool(relay.open_lines)


def grid_is_gone(snapshot: Snapshot) -> bool:
    """Whether most inverters say that there is no grid."""
    said = Counter(inverter.device.words for inverter in snapshot.inverters if not inverter.retired)
    gone = sum(count for words, count in said.items() if any(word.lower().endswith(_GRID_GONE) for word in words))
    return gone > 0 and 2 * gone >= said.total() - said[()]
