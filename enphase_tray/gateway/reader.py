"""One gateway, read poll by poll: connects when needed, asks what is due, and merges it into one snapshot."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from enphase_tray.gateway.assemble import Memo, Moment, assemble, with_live_power
from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.gateway_clock import GatewayClock
from enphase_tray.gateway.hindsight import Hindsight, looks_empty
from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.parts import DeviceDataPart, InverterListPart, Parts
from enphase_tray.gateway.questions import Questions
from enphase_tray.gateway.renewal import CloudFactory
from enphase_tray.gateway.schedule import DAY, PERIOD, pace_of
from enphase_tray.gateway.search import Locate
from enphase_tray.gateway.transport import Heard, Timings
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, EndpointVerdict, GatewayState, TokenKeeper, Trust
from enphase_tray.model.errors import (
    CertificateChanged,
    EnphaseTrayError,
    NotUnderstood,
    Retry,
    Unreachable,
    WrongGateway,
)
from enphase_tray.model.identity import GatewayInfo, TokenFacts
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Snapshot

Listing = TypeVar("Listing", InverterListPart, DeviceDataPart)

_QUICK_SECONDS = 15.0
"""A poll that failed within this time is tried once more on a fresh connection; a hanging gateway is left alone."""
_LIVE_MEASURES = ("production", "net-consumption", "total-consumption")


class Reader:
    """Reads one gateway. All calls from one thread, except `abort`."""

    def __init__(
        self,
        connection: Connection,
        state: GatewayState,
        tokens: TokenKeeper,
        trust: Trust,
        clock: Clock,
        *,
        locate: Locate | None = None,
        cloud_factory: CloudFactory | None = None,
        timings: Timings | None = None,
        heard: Heard | None = None,
        period_seconds: float = PERIOD,
    ) -> None:
        """Nothing is asked before the first `read`. For the parameters see `identify.connect`.

        `period_seconds` is the time between polls.
        """
        self._connection = connection
        self._state = state
        self._tokens = tokens
        self._trust = trust
        self._clock = clock
        self._locate = locate
        self._cloud_factory = cloud_factory
        self._timings = timings
        self._heard = heard
        self._pace = pace_of(period_seconds)
        self._breaker = Breaker()
        self._client: GatewayClient | None = None
        self._info: GatewayInfo | None = None
        self._info_read = 0.0
        self._questions: Questions | None = None
        self._hindsight = Hindsight()
        self._memo = Memo()
        self._snapshot: Snapshot | None = None
        self._token: TokenFacts | None = None
        self._renews = False

    def read(self) -> Snapshot:
        """Ask all that is due, the first time all that there is.

        Raises `Unreachable`, `LoginRefused`, `NotUnderstood` and the other errors of `identify.connect`; what only
        one endpoint could not tell is a problem of the snapshot instead.
        """
        for attempt in (1, 2):
            self._refuse_if_stopped()
            known, began = self._client is not None, self._clock.monotonic()
            try:
                snapshot = self._poll()
            except _Replaced:
                self._disconnect()
            except (Unreachable, WrongGateway, CertificateChanged):
                # A connection from an earlier poll may be dead, or its address belong to another by now.
                self._disconnect()
                slow = self._clock.monotonic() - began > _QUICK_SECONDS
                if not known or slow or attempt == 2:
                    raise
            except EnphaseTrayError:
                self._disconnect()
                raise
            else:
                return snapshot
        raise Unreachable(
            tr("The gateway keeps changing while it is read"), tr("It is read again at the next poll"), Retry.SOON
        )

    def read_live(self) -> Snapshot | None:
        """The last snapshot with the powers that the meters read now; `None` where no meter is in use.

        Raises as `read`.
        """
        self._refuse_if_stopped()
        before, questions, client = self._snapshot, self._questions, self._client
        if before is None or questions is None or client is None or before.starting_up:
            return None
        meters = questions.parts.meters
        by_meters = meters is not None and any(meters.enabled(measures) for measures in _LIVE_MEASURES)
        if not by_meters and not before.metered:
            return None
        live = None
        try:
            if by_meters:
                live = questions.ask_live(client, "readings")
            if live is None:
                live = questions.ask_live(client, "production")
        except EnphaseTrayError:
            self._disconnect()
            raise
        if live is None:
            raise NotUnderstood(
                tr("The meters did not answer"), tr("They are asked again at the next poll"), Retry.SOON
            )
        live_parts: dict[str, Any] = {live: getattr(questions.parts, live)}
        moment = self._moment(client)
        self._snapshot = with_live_power(before, assemble(Parts(meters=meters, **live_parts), moment))
        return self._snapshot

    def abort(self) -> None:
        """From any thread: end whatever is running at once; afterwards reading raises `Unreachable`."""
        self._breaker.trip()

    def close(self) -> None:
        """Give the connection back; a later `read` connects again."""
        self._disconnect()

    def verdicts(self) -> tuple[EndpointVerdict, ...]:
        """What is known of each endpoint that was asked."""
        return self._questions.verdicts() if self._questions is not None else ()

    @property
    def token_facts(self) -> TokenFacts | None:
        """What the access token in use says of itself."""
        return self._client.token_facts if self._client is not None else self._token

    @property
    def token_renews_itself(self) -> bool:
        """Whether a new token will be fetched without the user."""
        return self._client.token_renews_itself if self._client is not None else self._renews

    def _poll(self) -> Snapshot:
        client = self._connected()
        if self._clock.monotonic() - self._info_read > DAY:
            self._refresh_info(client)
        questions = self._questions_for(client.info)
        before = questions.parts
        heard = questions.ask_due(client)
        if questions.in_doubt:
            self._check_identity(client)
        if self._breaker.tripped:
            self._refuse_if_stopped()
        if heard == 0 and (not questions.starting or self._snapshot is None):
            raise questions.silence() or _nothing()
        if questions.gave_up:
            self._disconnect()
        elif self._gateway_clock.ran_away(questions.parts, self._gateway_at(client.info)):
            with suppress(Unreachable, NotUnderstood):
                self._refresh_info(client)
        return self._finished(client, questions, before)

    def _finished(self, client: GatewayClient, questions: Questions, before: Parts) -> Snapshot:
        zeros = self._hindsight.fell_to_zero(questions.parts, self._clock.monotonic())
        starting = questions.starting or zeros or looks_empty(questions.parts)
        if starting:
            # The lists of a starting gateway are empty; what was known of the inverters stays, with its age.
            questions.parts = replace(
                questions.parts,
                inverters=_fuller(questions.parts.inverters, before.inverters),
                device_data=_fuller(questions.parts.device_data, before.device_data),
            )
        past = self._hindsight.look(questions.parts, starting, self._clock.monotonic())
        self._snapshot = assemble(questions.parts, self._moment(client), past, questions.problems(), self._memo)
        return self._snapshot

    def _connected(self) -> GatewayClient:
        if self._client is None:
            self._client = connect(
                self._connection,
                self._state,
                self._tokens,
                self._trust,
                self._clock,
                locate=self._locate,
                cloud_factory=self._cloud_factory,
                breaker=self._breaker,
                timings=self._timings,
                heard=self._heard,
            )
            self._info_read = self._clock.monotonic()
        return self._client

    def _questions_for(self, info: GatewayInfo) -> Questions:
        """The questions to this gateway; new ones for another firmware, where other endpoints may exist."""
        known = self._info
        same = known is not None and (known.serial, known.firmware, known.family) == (
            info.serial,
            info.firmware,
            info.family,
        )
        if self._questions is None or not same:
            self._questions = Questions(info, self._clock, self._pace)
            self._hindsight = Hindsight()
            self._gateway_clock = GatewayClock()
        self._info = info
        return self._questions

    def _refresh_info(self, client: GatewayClient) -> None:
        client.refresh_info()
        self._info_read = self._clock.monotonic()

    def _check_identity(self, client: GatewayClient) -> None:
        """After answers that do not fit what the gateway could do before: it may have got another firmware."""
        try:
            self._refresh_info(client)
        except (WrongGateway, NotUnderstood, Unreachable) as error:
            raise _Replaced from error
        if self._info is not None and client.info.firmware != self._info.firmware:
            raise _Replaced

    def _moment(self, client: GatewayClient) -> Moment:
        return Moment(self._clock.now(), client.info, client.login, self._gateway_at(client.info))

    def _gateway_at(self, info: GatewayInfo) -> datetime | None:
        """The gateway's clock, carried on since `/info` told it."""
        if info.clock_at is None:
            return None
        return info.clock_at + timedelta(seconds=self._clock.monotonic() - self._info_read)

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            self._token, self._renews = client.token_facts, client.token_renews_itself
            client.close()

    def _refuse_if_stopped(self) -> None:
        if self._breaker.tripped:
            raise Unreachable(tr("Reading was stopped"), tr("Start it again to go on"), Retry.NEVER)


class _Replaced(Exception):
    """What answers is not what was connected to; only ever seen inside this module."""


def _fuller(now: Listing | None, before: Listing | None) -> Listing | None:
    """The list of this poll, unless it is empty and the one before was not."""
    return before if before is not None and (now is None or not now.rows) else now


def _nothing() -> EnphaseTrayError:
    return NotUnderstood(
        tr("The gateway answers, but tells no figures"),
        tr("If it stays like this, report the gateway's firmware version"),
    )
