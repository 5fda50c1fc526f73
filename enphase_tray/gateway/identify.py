"""From a connection as the user describes it to a gateway that is proven to be the right one, and logged into.

An address is only a hint: it is tried, and what answers there has to show the pinned certificate and the right
serial before any log-in is sent.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial

from enphase_tray.gateway.address import join, lookup, split
from enphase_tray.gateway.approach import Approach, Reached
from enphase_tray.gateway.auth import DigestKeys, Keys, TokenKeys
from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.gateway.line import Aborted, Breaker, aside
from enphase_tray.gateway.memory import known_token, remember, remembered_addresses
from enphase_tray.gateway.renewal import CloudFactory, TokenSource
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayState, StepOutcome, TokenKeeper, TrialStep, Trust
from enphase_tray.model.errors import (
    CertificateChanged,
    CertificateUnknown,
    EnphaseTrayError,
    NotUnderstood,
    SecretsError,
    Unreachable,
    WrongGateway,
)
from enphase_tray.model.identity import Family, Secret
from enphase_tray.model.readings import Login

Locate = Callable[[str | None], tuple[str, ...]]
"""Addresses (`HOST` or `HOST:PORT`) at which the gateway with that serial, or any gateway, is announced now."""

_LOCATE_SECONDS = 10.0
# What tells most about why no address led to the gateway comes first.
_TELLING = (CertificateChanged, CertificateUnknown, WrongGateway, NotUnderstood, EnphaseTrayError)


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
) -> GatewayClient:
    """Find the gateway, prove who it is and log in.

    `locate` looks a serial up on the network (`discovery.locate`); without it only typed and remembered addresses
    are tried. `breaker` lets another thread end this (`Breaker.trip`) even before there is a client.
    Raises any of the error family that has to do with gateways, certificates, log-in and secrets.
    """
    approach = Approach(connection, state, trust, clock, breaker or Breaker(), timings or Timings())
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
    reached = _reach(approach, locate)
    info = reached.info
    try:
        yield TrialStep("Find the gateway", StepOutcome.OK, f"It answers at {reached.transport.where}")
        if reached.pin is not None:
            code = reached.pin.certificate.pairing_code
            yield TrialStep("Check its certificate", StepOutcome.OK, f"It is the trusted one, pairing code {code}")
        told = f"Gateway {info.serial}, firmware {info.firmware}"
        yield TrialStep("Ask who it is", StepOutcome.OK, told, info.serial, info.family)
        keys = _keys(approach, reached, tokens, cloud_factory)
        yield _login_step(keys)
    except (EnphaseTrayError, GeneratorExit):
        # Also when whoever tries stops listening between two steps.
        reached.transport.close()
        raise
    return GatewayClient(reached.transport, info, keys, reached.pin, approach.clock)


def _reach(approach: Approach, locate: Locate | None) -> Reached:
    failures: list[EnphaseTrayError] = []
    tried: set[tuple[str, int | None]] = set()
    for text, announced in _hints(approach, locate):
        try:
            name, port = split(text)
            hosts = lookup(name, approach.timings.connect, approach.breaker)
        except EnphaseTrayError as error:
            failures.append(error)
            continue
        for host in hosts:
            spot = (host, port or approach.connection.port)
            if spot in tried:
                continue
            tried.add(spot)
            try:
                reached = approach.reach(*spot)
            except EnphaseTrayError as error:
                if approach.breaker.tripped:
                    raise
                # A stranger that merely announces itself says nothing about the gateway that was asked for.
                if not (announced and failures and isinstance(error, CertificateChanged | CertificateUnknown)):
                    failures.append(error)
                continue
            remember(approach.state, reached.info, join(*spot))
            return reached
    for kind in _TELLING:
        for failure in failures:
            if isinstance(failure, kind):
                raise failure
    raise Unreachable("No gateway was found on the network", "Type its address in the settings")


def _hints(approach: Approach, locate: Locate | None) -> Iterator[tuple[str, bool]]:
    """Where to try, and whether it is only announced there: typed, remembered, then looked up on the network.

    A typed address comes first because the user may mean another gateway than the remembered one.
    """
    connection = approach.connection
    serial = connection.serial
    if connection.host:
        yield connection.host, False
    if serial is not None:
        yield from ((address, False) for address in remembered_addresses(approach.state, serial))
    if locate is None or (serial is None and connection.host):
        return
    try:
        found = aside(lambda: locate(serial), _LOCATE_SECONDS, approach.breaker, "gateway-lookup")
    except (TimeoutError, Aborted):
        return
    yield from ((address, True) for address in found)


def _keys(approach: Approach, reached: Reached, tokens: TokenKeeper, cloud_factory: CloudFactory | None) -> Keys:
    connection, info = approach.connection, reached.info
    if info.family is Family.DIGEST:
        return DigestKeys(connection, info, approach.clock)
    factory = cloud_factory or CloudClient
    source = TokenSource(info.serial, connection.cloud, tokens, approach.state, approach.breaker, factory)
    pasted = (connection.token,) if connection.token else ()
    candidates = (*pasted, *_kept(tokens, info.serial, pasted))
    inspect = partial(known_token, approach.state, info.serial)
    return TokenKeys(info.serial, candidates, source, approach.clock, inspect)


def _kept(tokens: TokenKeeper, serial: str, pasted: tuple[Secret, ...]) -> tuple[Secret, ...]:
    try:
        kept = tokens.token(serial)
    except SecretsError:
        if pasted:
            return ()
        raise
    return (kept,) if kept else ()


def _login_step(keys: Keys) -> TrialStep:
    facts = keys.facts
    if facts is None:
        words = "Not needed" if keys.login is Login.NONE else "With user name and password, where they are asked for"
        return TrialStep("Log in", StepOutcome.OK, words)
    until = "" if facts.expires_at is None else f" until {facts.expires_at:%Y-%m-%d}"
    told = f"With an access token of role {facts.role or 'unknown'}, valid{until}"
    if facts.signature == "invalid":
        return TrialStep("Log in", StepOutcome.WARNING, f"{told}; its signature is not the one Enphase is known for")
    return TrialStep("Log in", StepOutcome.OK, told)
