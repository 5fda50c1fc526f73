"""What the user does not want to hear of: mutes, kept over restarts, and the memory of what was told."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from PySide6.QtCore import QObject, Signal

from enphase_tray.model.alerts import Alert
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import SettingsError
from enphase_tray.monitor.control import unheard
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.attention import AttentionStore, Mute, muted_by
from enphase_tray.settings.settings import Settings
from enphase_tray.status.muting import Span

log = logging.getLogger(__name__)

_DAYS = {Span.DAY: 1, Span.WEEK: 7}


class Attention(QObject):
    """Lives on the GUI thread. What cannot be kept in the file holds until the program ends."""

    changed = Signal()
    """Something was muted, or is no longer."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        clock: Clock,
        store: AttentionStore | None = None,
        parent: QObject | None = None,
        *,
        zone: tzinfo | None = None,
    ) -> None:
        """`settings` gives those in force; without `store` nothing outlives the program; `zone`: see `today_ends`."""
        super().__init__(parent)
        self._settings = settings
        self._clock = clock
        self._store = store
        self.zone = zone
        self._mutes: tuple[Mute, ...] = ()
        self._told: Mapping[str, Any] = {}
        self._complained = False
        if store is not None:
            try:
                self._mutes, self._told = store.mutes(), store.told()
            except SettingsError as error:
                log.warning("what is muted cannot be read: %s", error)

    @property
    def mutes(self) -> tuple[Mute, ...]:
        """Those in force, the newest first."""
        now = self._clock.now()
        standing = (mute for mute in self._mutes if mute.in_force(now))
        return tuple(sorted(standing, key=lambda mute: mute.made_at, reverse=True))

    @property
    def told(self) -> Mapping[str, Any]:
        """The outbox's memory from an earlier run."""
        return self._told

    def mute(self, rule: str | None, serials: Iterable[str], span: Span) -> None:
        """Say nothing more of `rule` for each of `serials` (of the rule as a whole where there are none)."""
        now = self._clock.now()
        new = tuple(Mute(rule, serial, now, self._end(span, now)) for serial in tuple(serials) or (None,))
        kept = tuple(old for old in self.mutes if not any(old.same_subject(mute) for mute in new))
        self._set((*kept, *new))

    def remove(self, mutes: Iterable[Mute]) -> None:
        """Let them be heard of again."""
        gone = tuple(mutes)
        self._set(tuple(mute for mute in self.mutes if mute not in gone))

    def mute_of(self, alert: Alert) -> Mute | None:
        """What silences an alert now."""
        return muted_by(alert, self._mutes, self._clock.now())

    def covering(self, serial: str) -> tuple[Mute, ...]:
        """Those in force that were set for one device."""
        return tuple(mute for mute in self.mutes if mute.serial == serial)

    def unheard(self, result: PollResult | None) -> dict[str, Mute | None]:
        """See `control.unheard`."""
        return unheard(result, self._settings(), self._mutes, self._clock.now())

    def keep_told(self, memory: Mapping[str, Any]) -> None:
        """Keep the outbox's memory for the next run."""
        if self._store is not None:
            self._write(lambda store: store.set_told(memory))

    def today_ends(self, now: datetime) -> datetime:
        """The next midnight of `zone` (the computer's own where it is `None`)."""
        local = now.astimezone(self.zone)
        return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def _end(self, span: Span, now: datetime) -> datetime | None:
        if span is Span.TODAY:
            return self.today_ends(now)
        days = _DAYS.get(span)
        return None if days is None else now + timedelta(days=days)

    def _set(self, mutes: tuple[Mute, ...]) -> None:
        if mutes == self._mutes:
            return
        self._mutes = mutes
        self._write(lambda store: store.set_mutes(mutes))
        self.changed.emit()

    def _write(self, write: Callable[[AttentionStore], None]) -> None:
        if self._store is None:
            return
        try:
            write(self._store)
        except SettingsError as error:
            log.log(logging.DEBUG if self._complained else logging.WARNING, "what is muted cannot be kept: %s", error)
            self._complained = True
