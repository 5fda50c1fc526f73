"""From a connection as the user describes it to a gateway that is proven to be the right one, and logged into.

An address is only a hint: it is tried, and what answers there has to show the pinned certificate and the right
serial before any log-in is sent.
"""

from collections.abc import Generator
from datetime import timedelta
from functools import partial

from enphase_tray.gateway.approach import Approach
from enphase_tray.gateway.auth import DigestKeys, Keys, TokenKeys
from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.memory import known_token
from enphase_tray.gateway.renewal import CloudFactory, TokenSource
from enphase_tray.gateway.search import Locate, find
from enphase_tray.gateway.transport import Heard, Timings
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayState, StepOutcome, TokenKeeper, TrialStep, Trust
from enphase_tray.model.errors import EnphaseTrayError, SecretsError
from enphase_tray.model.identity import Family, GatewayInfo, Secret
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Login


def connect(
    connection: Connection,
    state: GatewayState,
    tokens: TokenKeeper,
    trust: Trust,
    clock: Clock,
    *,
    locate: Locate | None = None,
    cloud_factory: CloudFactory | None = None,
    breaker: Breaker | None = None,
    timings: Timings | None = None,
    heard: Heard | None = None,
) -> GatewayClient:
    """Find the gateway, prove who it is and log in.

    `locate` looks a serial up on the network (`discovery.locate`); without it only typed and remembered addresses
    are tried. `breaker` lets another thread end this (`Breaker.trip`) even before there is a client. `heard` is told
    of every answer.
    Raises any of the error family that has to do with gateways, certificates, log-in and secrets.
    """
    approach = Approach(connection, state, trust, clock, breaker or Breaker(), timings or Timings(), heard)
    steps = connecting(approach, tokens, locate, cloud_factory)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            client: GatewayClient = end.value
            return client


def connecting(
    approach: Approach, tokens: TokenKeeper, locate: Locate | None, cloud_factory: CloudFactory | None
) -> Generator[TrialStep, None, GatewayClient]:
    """`connect`, telling each step as it is done; the client is what the generator returns."""
    reached = find(approach, locate)
    info = reached.info
    try:
        yield TrialStep(
            tr("Find the gateway"), StepOutcome.OK, tr("It answers at {where}", where=reached.transport.where)
        )
        if reached.pin is not None:
            code = reached.pin.certificate.pairing_code
            yield TrialStep(
                tr("Check its certificate"), StepOutcome.OK, tr("It is the trusted one, pairing code {code}", code=code)
            )
        told = tr("Gateway {serial}, firmware {firmware}", serial=info.serial, firmware=info.firmware)
        yield TrialStep(tr("Ask who it is"), StepOutcome.OK, told, info.serial, info.family)
        keys = keys_for(approach, info, tokens, cloud_factory)
        yield login_step(keys)
    except (EnphaseTrayError, GeneratorExit):
        # Also when whoever tries stops listening between two steps.
        reached.transport.close()
        raise
    return GatewayClient(reached.transport, info, keys, reached.pin, approach.clock)


def keys_for(approach: Approach, info: GatewayInfo, tokens: TokenKeeper, cloud_factory: CloudFactory | None) -> Keys:
    """The log-in that this gateway wants. Raises what speaks against every token there is."""
    connection = approach.connection
    if info.family is Family.DIGEST:
        return DigestKeys(connection.username, connection.password, info, approach.clock)
    factory = cloud_factory or CloudClient
    source = TokenSource(info.serial, connection.cloud, tokens, approach.state, approach.breaker, factory)
    pasted = (connection.token,) if connection.token else ()
    candidates = (*pasted, *_kept(tokens, info.serial, pasted))
    inspect = partial(known_token, approach.state, info.serial)
    now = approach.clock.now()
    behind = timedelta(0) if info.clock_at is None else max(timedelta(0), now - info.clock_at)
    return TokenKeys(info.serial, candidates, source, approach.clock, inspect, behind)


def _kept(tokens: TokenKeeper, serial: str, pasted: tuple[Secret, ...]) -> tuple[Secret, ...]:
    try:
        kept = tokens.token(serial)
    except SecretsError:
        if pasted:
            return ()
        raise
    return (kept,) if kept else ()


def login_step(keys: Keys) -> TrialStep:
    """What is to be told of a log-in."""
    facts = keys.facts
    if facts is None:
        words = (
            tr("Not needed")
            if keys.login is Login.NONE
            else tr("With user name and password, where they are asked for")
        )
        return TrialStep(tr("Log in"), StepOutcome.OK, words)
    until = "" if facts.expires_at is None else tr(" until {day}", day=f"{facts.expires_at:%Y-%m-%d}")
    told = tr("With an access token of role {role}, valid{until}", role=facts.role or tr("unknown"), until=until)
    if facts.signature == "invalid":
        return TrialStep(
            tr("Log in"),
            StepOutcome.WARNING,
            tr("{told}; its signature is not the one Enphase is known for", told=told),
        )
    return TrialStep(tr("Log in"), StepOutcome.OK, told)
