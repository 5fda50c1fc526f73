"""One gateway's polls: what the reader brings is judged, remembered and handed out as one `PollResult`."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import DEFAULT_LIMITS, AlertEvent, Limits, PollFailure
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import CertificateChanged, CertificateUnknown, EnphaseTrayError, HistoryError
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.identity import Pin, TokenFacts
from enphase_tray.model.readings import Snapshot
from enphase_tray.monitor.judge import Judge, Judgement, day_by_day
from enphase_tray.monitor.keeper import Keeper
from enphase_tray.monitor.result import CertificateQuestion, PollResult

log = logging.getLogger(__name__)

JUDGE_STATE = "judge"
SAVE_JUDGE_EVERY_SECONDS = 3600.0
RECALLED = timedelta(days=35)
"""So much of the past is looked at after a start."""


class SnapshotReader(Protocol):
    """What a monitor needs of a gateway: `enphase_tray.gateway.reader.Reader` is one."""

    @property
    def token_facts(self) -> TokenFacts | None: ...

    @property
    def token_renews_itself(self) -> bool: ...

    def read(self) -> Snapshot: ...

    def read_live(self) -> Snapshot | None: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


class Monitor:
    """Polls one gateway. Not thread-safe, but for `abort`."""

    def __init__(
        self,
        reader: SnapshotReader,
        clock: Clock,
        *,
        open_history: Callable[[], HistoryWriter] | None = None,
        rule_enabled: Callable[[str], bool] = lambda rule: True,
        limits: Limits = DEFAULT_LIMITS,
        refresh_seconds: int = 300,
        pin_of: Callable[[str], Pin | None] = lambda serial: None,
        notes: Callable[[], Iterable[str]] = tuple,
        past: Callable[[str, datetime, datetime], InverterSeries] | None = None,
    ) -> None:
        """`open_history` and `notes`: see `Keeper`. `past`: what is stored of a gateway; may raise HistoryError."""
        self._reader = reader
        self._clock = clock
        self._keeper = Keeper(open_history, clock, notes)
        self._rule_enabled = rule_enabled
        self._limits = limits
        self._refresh_seconds = refresh_seconds
        self._pin_of = pin_of
        self._past = past
        self._judge: Judge | None = None
        self._judge_saved_at = float("-inf")
        self._last: PollResult | None = None
        self._failing_since: float | None = None

    def poll(self) -> PollResult:
        """Read what is due, judge it, remember it. Expected trouble is part of the result, never raised."""
        snapshot: Snapshot | None = None
        error: EnphaseTrayError | None = None
        try:
            snapshot = self._reader.read()
        except EnphaseTrayError as caught:
            error = caught
        at = self._clock.now() if snapshot is None else snapshot.at
        failure = None if error is None else PollFailure(at, error.kind, error.title, error.advice, error.retry.value)
        self._log_change(failure)
        if snapshot is not None and self._last is not None:  # the first figures after the start do not wait for it
            self._recall(snapshot)
        judgement = self._judged(at, snapshot, failure)
        self._remember(judgement, snapshot is not None)
        if self._last is not None:  # nor for this
            self._keeper.tend()
        self._last = self._result(at, judgement, failure, error)
        return self._last

    def poll_live(self) -> PollResult | None:
        """Read the meters alone; `None` where there are none or they did not answer (the next poll will tell)."""
        if self._last is None or self._last.snapshot is None or self._last.failure is not None:
            return None
        try:
            snapshot = self._reader.read_live()
        except EnphaseTrayError as error:
            log.debug("live reading failed: %s", error.title)
            return None
        if snapshot is None:
            return None
        states = {inverter.serial: inverter.state for inverter in self._last.snapshot.inverters}
        snapshot = replace(
            snapshot,
            inverters=tuple(replace(one, state=states.get(one.serial, one.state)) for one in snapshot.inverters),
        )
        self._keeper.save(lambda history: history.append_live(snapshot))
        self._last = replace(
            self._last,
            at=snapshot.at,
            snapshot=snapshot,
            events=(),
            live=True,
            saving_problem=self._keeper.problem,
            history_notice=self._keeper.notice,
        )
        return self._last

    def abort(self) -> None:
        """Free a hung request; callable from any thread."""
        self._reader.abort()

    def close(self) -> None:
        """Give back connection and history; the judge's memory is kept for the next start."""
        self._save_judge(force=True)
        self._reader.close()
        self._keeper.close()

    def _judged(self, at: datetime, snapshot: Snapshot | None, failure: PollFailure | None) -> Judgement:
        if self._judge is None:
            self._judge = Judge(self._rule_enabled, self._load_judge(), limits=self._limits)
        token = self._reader.token_facts
        return self._judge.judge(
            at,
            snapshot,
            failure,
            token_issued_at=None if token is None else token.issued_at,
            token_expires_at=None if token is None else token.expires_at,
            token_renews_itself=self._reader.token_renews_itself,
        )

    def _recall(self, snapshot: Snapshot) -> None:
        """Once after the start: let the judge see the days before."""
        if self._past is None or self._judge is None:
            return
        read = partial(self._past, snapshot.gateway.serial)
        try:
            self._judge.recall(day_by_day(read, snapshot.at - RECALLED, snapshot.at))
        except HistoryError as error:
            log.info("the days before cannot be read: %s", error)  # the next poll tries again
        else:
            self._past = None

    def _result(
        self, at: datetime, judgement: Judgement, failure: PollFailure | None, error: EnphaseTrayError | None
    ) -> PollResult:
        return PollResult(
            at=at,
            snapshot=judgement.snapshot_with_states or (None if self._last is None else self._last.snapshot),
            failure=failure,
            assessment=judgement.assessment,
            active=judgement.active,
            events=judgement.events,
            missed=self._missed(failure),
            refresh_seconds=self._refresh_seconds,
            token=self._reader.token_facts,
            certificate=self._question(error),
            saving_problem=self._keeper.problem,
            history_notice=self._keeper.notice,
            health=judgement.health,
        )

    def _missed(self, failure: PollFailure | None) -> int:
        """Polls without an answer in a row, in whole periods: early retries do not count as polls."""
        if failure is None:
            self._failing_since = None
            return 0
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        # A hair of tolerance: the second poll of an outage may come a moment before its full period.
        return 1 + int((now - self._failing_since) / self._refresh_seconds + 0.02)

    def _question(self, error: EnphaseTrayError | None) -> CertificateQuestion | None:
        if isinstance(error, CertificateChanged):
            pin = self._pin_of(error.serial)
            previous = None if pin is None else pin.certificate
            return CertificateQuestion(error.serial, error.certificate, previous, error.expected_renewal)
        if isinstance(error, CertificateUnknown) and error.serial is not None:
            return CertificateQuestion(error.serial, error.certificate, None, None)
        return None

    def _log_change(self, failure: PollFailure | None) -> None:
        """Once when an outage begins, once when it ends."""
        if failure is not None and self._failing_since is None:
            log.info("the gateway cannot be read: %s", failure.title)
        elif failure is None and self._failing_since is not None:
            log.info("the gateway answers again")

    def _remember(self, judgement: Judgement, has_news: bool) -> None:
        snapshot = judgement.snapshot_with_states
        if has_news and snapshot is not None:
            self._keeper.save(lambda history: history.append(snapshot))
        if judgement.events:
            events: tuple[AlertEvent, ...] = judgement.events
            known = snapshot or (None if self._last is None else self._last.snapshot)
            site = None if known is None else known.gateway.serial
            self._keeper.save(lambda history: history.record_events(events, site))
        self._save_judge(force=bool(judgement.events))

    def _save_judge(self, *, force: bool) -> None:
        """The judge's memory: with every event, and now and then for what it has learned."""
        judge, now = self._judge, self._clock.monotonic()
        if judge is None or not (force or now - self._judge_saved_at >= SAVE_JUDGE_EVERY_SECONDS):
            return
        if self._keeper.save(lambda history: history.save_state(JUDGE_STATE, judge.memory())):
            self._judge_saved_at = now

    def _load_judge(self) -> dict[str, object] | None:
        memory: dict[str, object] | None = None

        def load(history: HistoryWriter) -> None:
            nonlocal memory
            memory = history.load_state(JUDGE_STATE)

        self._keeper.save(load)
        return memory
