"""The two ways to log in: digest below firmware 7, a bearer token from 7 on. Neither knows a cloud password."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from enphase_tray.gateway.digest import Challenge, answer_challenge, parse_challenge
from enphase_tray.gateway.exchange import RawAnswer
from enphase_tray.gateway.paths import CHECK_TOKEN
from enphase_tray.gateway.renewal import TokenSource
from enphase_tray.gateway.token import insist_usable, renewal_due, tidy_token
from enphase_tray.gateway.transport import Transport
from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import EnphaseTrayError, LoginRefused, TokenMissing
from enphase_tray.model.identity import GatewayInfo, Secret, TokenFacts
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Login

_REFUSED_FOR_SECONDS = 3600.0
_NO_TIME = timedelta(0)
_NONCES = 2
"""How many nonces are answered for one question: some firmware makes them of the second, which may just have ended."""


class Keys(Protocol):
    """A way to ask for a path with the log-in that it needs."""

    @property
    def login(self) -> Login: ...

    @property
    def facts(self) -> TokenFacts | None: ...

    @property
    def renews_itself(self) -> bool: ...

    @property
    def refused_paths(self) -> frozenset[str]: ...

    def ask(self, transport: Transport, path: str) -> RawAnswer: ...

    def confirm(self, transport: Transport) -> bool:
        """As `GatewayClient.confirm_login`."""
        ...


class DigestKeys:
    """User name and password; given only in answer to a challenge, for the path that asked for it."""

    def __init__(self, username: str | None, password: Secret | None, info: GatewayInfo, clock: Clock) -> None:
        """What is `None` is as the gateway came: `envoy`, and the last six of its serial."""
        self._username = username or "envoy"
        self._password = password or Secret(info.serial[-6:])
        self._clock = clock
        # Firmware 3.7 offers nothing that needs a log-in.
        self.login = Login.NONE if info.firmware.numbers[:2] < (3, 9) else Login.DIGEST
        self.facts: TokenFacts | None = None
        self.renews_itself = False
        self._challenge: Challenge | None = None
        self._answered = 0
        self._asking: set[str] = set()
        self._refused: dict[str, float] = {}

    @property
    def refused_paths(self) -> frozenset[str]:
        now = self._clock.monotonic()
        return frozenset(path for path, until in self._refused.items() if until > now)

    def ask(self, transport: Transport, path: str) -> RawAnswer:
        """The answer, or the 401 of a path that refused the log-in: then it is left alone for an hour."""
        if path in self.refused_paths:
            return transport.get(path)
        known = path in self._asking and self._challenge is not None
        answer = transport.get(path, self._header(path) if known else None)
        if answer.status == 401:
            self._asking.add(path)
            answer = self._logged_in(transport, path, answer)
            if answer.status == 401:
                self._challenge = None
                self._refused[path] = self._clock.monotonic() + _REFUSED_FOR_SECONDS
        return answer

    def confirm(self, transport: Transport) -> bool:
        """Nothing can be told: what is open stays open, and every path has said for itself."""
        return False

    def _logged_in(self, transport: Transport, path: str, answer: RawAnswer) -> RawAnswer:
        """Answer the challenge of a 401, which may have come for a stale nonce."""
        for _ in range(_NONCES):
            self._challenge = parse_challenge(answer.headers.get("www-authenticate"))
            self._answered = 0
            if self._challenge is None:
                break
            answer = transport.get(path, self._header(path))
            again = parse_challenge(answer.headers.get("www-authenticate")) if answer.status == 401 else None
            if again is None or not again.stale:
                break
        return answer

    def _header(self, path: str) -> dict[str, str]:
        if self._challenge is None:
            return {}
        self._answered += 1
        header = answer_challenge(self._challenge, self._username, self._password.reveal(), path, self._answered)
        return {"Authorization": header}


class TokenKeys:
    """A bearer token on each request; replaced in time where a source for new ones is known."""

    def __init__(
        self,
        serial: str,
        candidates: tuple[Secret, ...],
        source: TokenSource,
        clock: Clock,
        inspect: Callable[[Secret], TokenFacts],
        behind: timedelta = _NO_TIME,
    ) -> None:
        """The usable one of `candidates` that lasts longest, else a fetched one. Raises what `insist_usable` does.

        `behind`: how far the gateway's clock lies behind ours. A token has run out only where both say so: a computer
        that thinks it is years ahead must not stop reading.
        """
        self._serial = serial
        self._source = source
        self._clock = clock
        self._inspect = inspect
        self._behind = behind
        self.login = Login.TOKEN
        self.refused_paths: frozenset[str] = frozenset()
        self._token, self.facts = self._choose(candidates, clock.now())

    @property
    def renews_itself(self) -> bool:
        return self._source.able

    def ask(self, transport: Transport, path: str) -> RawAnswer:
        """The answer with whatever status. Raises `TokenExpired` when the token has run out and none can be had."""
        now = self._clock.now()
        if renewal_due(self.facts, now) and self._source.may_try(now):
            self._renew_quietly(now)
        self._insist_usable(self.facts, now)
        return transport.get(path, self._header())

    def confirm(self, transport: Transport) -> bool:
        """Ask the gateway about the token itself; renew it if it is refused and that is possible."""
        now = self._clock.now()
        self._insist_usable(self.facts, now)
        if transport.get(CHECK_TOKEN, self._header()).status != 401:
            return False
        if not self._source.able:
            raise LoginRefused(
                tr("The gateway refuses the access token"),
                tr("Get a new one: paste it, or enter the Enphase account in the settings"),
            )
        self._take(self._source.fetch(now), now)
        if transport.get(CHECK_TOKEN, self._header()).status == 401:
            raise LoginRefused(
                tr("The gateway refuses a new access token too"),
                tr("Check that the Enphase account belongs to this gateway"),
            )
        return True

    def _choose(self, candidates: tuple[Secret, ...], now: datetime) -> tuple[Secret, TokenFacts]:
        usable: list[tuple[Secret, TokenFacts]] = []
        objection: EnphaseTrayError | None = None
        for given in candidates:
            try:
                token = tidy_token(given.reveal())
                facts = self._inspect(token)
                self._insist_usable(facts, now)
            except EnphaseTrayError as error:
                objection = objection or error
            else:
                usable.append((token, facts))
        fresh = [pair for pair in usable if not renewal_due(pair[1], now)]
        if usable:
            return (fresh or usable)[0]
        if not self._source.able:
            raise objection or TokenMissing(
                tr("Gateway {serial} needs an access token and there is none", serial=self._serial),
                tr("Paste one from entrez.enphaseenergy.com, or enter the Enphase account in the settings"),
            )
        return self._checked(self._source.fetch(now), now)

    def _renew_quietly(self, now: datetime) -> None:
        try:
            self._take(self._source.fetch(now), now)
        except EnphaseTrayError:
            # The old token works until its end; the source remembers when it may be asked again.
            return

    def _take(self, token: Secret, now: datetime) -> None:
        self._token, self.facts = self._checked(token, now)

    def _checked(self, token: Secret, now: datetime) -> tuple[Secret, TokenFacts]:
        token = tidy_token(token.reveal())
        facts = self._inspect(token)
        self._insist_usable(facts, now)
        self._source.keep(token)
        return token, facts

    def _insist_usable(self, facts: TokenFacts, now: datetime) -> None:
        insist_usable(facts, self._serial, now - self._behind)

    def _header(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.reveal()}"}
