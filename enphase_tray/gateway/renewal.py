"""Where new tokens come from, and how seldom the token server may be asked."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from enphase_tray.gateway.cloud import CloudBusy, CloudClient
from enphase_tray.gateway.decode import number
from enphase_tray.gateway.line import Breaker
from enphase_tray.model.connection import CloudAccount, GatewayState, TokenKeeper
from enphase_tray.model.errors import EnphaseTrayError, LoginRefused, Retry, SecretsError, SettingsError, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.model.language import tr

CloudFactory = Callable[[], CloudClient]

_TRIES_A_DAY = 4
_DAY = timedelta(hours=24)
_BETWEEN = timedelta(minutes=15)
_FACT = "cloud"


class TokenSource:
    """Fetches tokens of one gateway from the Enphase account, if its password is known.

    At most four tries in 24 hours, never again with a password that was refused, and not before the server says.
    What it has to remember for that lies in the gateway's facts; no secret is among them.
    """

    def __init__(
        self,
        serial: str,
        account: CloudAccount | None,
        tokens: TokenKeeper,
        state: GatewayState,
        breaker: Breaker,
        factory: CloudFactory = CloudClient,
    ) -> None:
        self._serial = serial
        self._account = account if account is not None and account.username and account.password else None
        self._tokens = tokens
        self._state = state
        self._breaker = breaker
        self._factory = factory

    @property
    def able(self) -> bool:
        """Whether a token can be fetched at all: an account with a password that has not been refused."""
        return self._account is not None and not self._was_refused()

    def may_try(self, now: datetime) -> bool:
        """Whether the server may be asked now."""
        return self.able and self._next_try(now) <= now

    def fetch(self, now: datetime) -> Secret:
        """A new token. Raises what `CloudClient.fetch_token` does, or `Unreachable` while it is too early to ask."""
        account = self._account
        if account is None or account.password is None:
            raise LoginRefused(tr("No Enphase account is known that tokens come from"), tr("Enter it in the settings"))
        at = self._next_try(now)
        if at > now:
            raise Unreachable(
                tr("The Enphase token server is not asked so often"),
                tr("The next try is at {at} UTC; a pasted token works at once", at=f"{at:%H:%M}"),
                Retry.LATER,
            )
        self._note(tries=[*self._tries(now), now.timestamp()], not_before=(now + _BETWEEN).timestamp())
        cloud = self._factory()
        self._breaker.also(cloud.abort)
        try:
            token = cloud.fetch_token(account, self._serial)
        except CloudBusy as error:
            wait = max(_BETWEEN, timedelta(seconds=error.wait_seconds or 0.0))
            self._note(not_before=(now + wait).timestamp())
            raise
        except LoginRefused:
            salt = secrets.token_hex(8)
            # This password is never sent again; whoever mistyped it need not wait to type the right one.
            self._note(refused={"salt": salt, "mark": _mark(account, salt)}, not_before=now.timestamp())
            raise
        finally:
            self._breaker.forget(cloud.abort)
            cloud.close()
        return token

    def keep(self, token: Secret) -> None:
        """Remember a token for the next start; if that fails this one still works until the end of the program."""
        with suppress(SecretsError, SettingsError):
            self._tokens.keep_token(self._serial, token)

    def _next_try(self, now: datetime) -> datetime:
        tries = self._tries(now)
        earliest = number(self._memory().get("not_before"), 0.0, 5e9) or 0.0
        if len(tries) >= _TRIES_A_DAY:
            earliest = max(earliest, tries[-_TRIES_A_DAY] + _DAY.total_seconds())
        # A clock that has been set back must not lock the server out for longer than a day.
        return min(datetime.fromtimestamp(earliest, UTC), now + _DAY)

    def _tries(self, now: datetime) -> list[float]:
        told = self._memory().get("tries")
        recent = (now - _DAY).timestamp()
        kept = [number(item, recent, now.timestamp()) for item in told] if isinstance(told, list) else []
        return [item for item in kept if item is not None]

    def _was_refused(self) -> bool:
        refused = self._memory().get("refused")
        if not isinstance(refused, Mapping) or self._account is None:
            return False
        return refused.get("mark") == _mark(self._account, str(refused.get("salt")))

    def _memory(self) -> Mapping[str, Any]:
        memory = self._state.facts(self._serial).get(_FACT)
        return memory if isinstance(memory, Mapping) else {}

    def _note(self, **news: Any) -> None:
        facts = self._state.facts(self._serial)
        with suppress(EnphaseTrayError):
            self._state.set_facts(self._serial, {**facts, _FACT: {**self._memory(), **news}})


def _mark(account: CloudAccount, salt: str) -> str:
    """Twelve bits that tell a refused password from a newly typed one, and are far too few to guess it from."""
    password = "" if account.password is None else account.password.reveal()
    return hashlib.sha256(f"{salt}:{account.username}:{password}".encode()).hexdigest()[:3]
