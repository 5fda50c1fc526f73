"""From hints to the gateway: every address is tried, and the first one that proves to be the gateway is taken.

To a gateway that is known by its certificate an address is a bare hint: whatever else answers gets a handshake and no
more. One that is not known yet, and is only announced on the network, is trusted unasked by nobody who has not seen
that nothing else claims to be it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

from enphase_tray.gateway.address import join, lookup, split
from enphase_tray.gateway.approach import Approach, Reached
from enphase_tray.gateway.line import Aborted, aside
from enphase_tray.gateway.memory import remember, remembered_addresses, told_of_renewal
from enphase_tray.model.connection import Trust
from enphase_tray.model.errors import (
    CertificateChanged,
    CertificateContested,
    CertificateRenewed,
    CertificateUnknown,
    EnphaseTrayError,
    NotUnderstood,
    SettingsError,
    Unreachable,
    WrongGateway,
)
from enphase_tray.model.language import tr, trn

Locate = Callable[[str | None], tuple[str, ...]]
"""Addresses (`HOST` or `HOST:PORT`) at which the gateway with that serial, or any gateway, is announced now."""

_LOCATE_SECONDS = 10.0
_SEARCH_SECONDS = 60.0
"""No further announced address is tried after so long; the next poll looks again."""
_MOST_ANNOUNCED = 100
_ANNOUNCED_CONNECT_SECONDS = 3.0
# What tells most about why no address led to the gateway comes first.
_TELLING = (CertificateChanged, CertificateUnknown, WrongGateway, NotUnderstood, EnphaseTrayError)


@dataclass(frozen=True, slots=True)
class Spot:
    """One address to try (a literal, and the port if one was named); `announced`: only the network says so."""

    host: str
    port: int | None
    announced: bool


@dataclass(slots=True)
class _Findings:
    """What was met on the way."""

    failures: list[EnphaseTrayError] = field(default_factory=list)
    unknown: list[tuple[Spot, CertificateUnknown]] = field(default_factory=list)
    changed: list[tuple[Spot, CertificateChanged]] = field(default_factory=list)

    def note(self, spot: Spot, error: EnphaseTrayError) -> None:
        if isinstance(error, CertificateUnknown):
            self.unknown.append((spot, error))
        if isinstance(error, CertificateChanged):
            self.changed.append((spot, error))
        # A stranger that merely announces itself says nothing about the gateway that was asked for.
        if not (spot.announced and self.failures and isinstance(error, CertificateChanged | CertificateUnknown)):
            self.failures.append(error)

    def insist_on_one_claim(self) -> None:
        """Raise `CertificateContested` where two certificates were shown for one serial."""
        for _, first in self.unknown:
            rivals = {
                other.certificate.fingerprint: (spot, other)
                for spot, other in self.unknown
                if other.serial == first.serial
            }
            if len(rivals) > 1:
                raise _contested(first.serial, list(rivals.values()))

    def only_renewal(self, changed: CertificateChanged) -> Spot | None:
        """Where this renewal was met, if nothing else shows one, and if more than an announcement leads there."""
        renewals = [(spot, one) for spot, one in self.changed if one.expected_renewal and one.serial == changed.serial]
        if not changed.expected_renewal or len({one.certificate.fingerprint for _, one in renewals}) != 1:
            return None
        return next((spot for spot, _ in renewals if not spot.announced), None)

    def most_telling(self) -> EnphaseTrayError:
        """The error that says best why nothing was found."""
        for kind in _TELLING:
            for failure in self.failures:
                if isinstance(failure, kind):
                    return failure
        return Unreachable(tr("No gateway was found on the network"), tr("Type its address in the settings"))


def find(approach: Approach, locate: Locate | None) -> Reached:
    """The gateway, proven to be it, at the first address where it answers.

    Raises what tells most of why none did; `CertificateContested` where several claim one serial that is not known.
    """
    met = _Findings()
    for spot in spots(approach, locate, met.failures.append):
        try:
            return _taken(approach, spot, _cautious(approach) if spot.announced else approach)
        except EnphaseTrayError as error:
            if approach.breaker.tripped:
                raise
            met.note(spot, error)
    met.insist_on_one_claim()
    if approach.trust.first_use and approach.trust.fingerprint is None and met.unknown:
        spot, _ = met.unknown[0]
        return _taken(approach, spot, approach)
    failure = met.most_telling()
    if isinstance(failure, CertificateChanged):
        # Suspended: another certificate was shown in the gateway's place, and the gateway nowhere.
        with suppress(SettingsError):
            approach.state.log_refusal(failure.serial, failure.certificate.fingerprint, approach.clock.now())
        there = met.only_renewal(failure) if approach.trust.renewals else None
        if there is not None:
            return _renewed(approach, there, failure)
    raise failure


def spots(
    approach: Approach, locate: Locate | None, failed: Callable[[EnphaseTrayError], None] = lambda error: None
) -> Iterator[Spot]:
    """Where to try, each place once: typed, remembered, then looked up on the network.

    A typed address comes first because the user may mean another gateway than the remembered one. `failed` is told
    of a hint that leads nowhere.
    """
    tried: set[tuple[str, int | None]] = set()
    for text, announced in _hints(approach, locate):
        try:
            name, port = split(text)
            hosts = lookup(name, approach.timings.connect, approach.breaker)
        except EnphaseTrayError as error:
            failed(error)
            continue
        for host in hosts:
            place = (host, port or approach.connection.port)
            if place not in tried:
                tried.add(place)
                yield Spot(*place, announced)


def _hints(approach: Approach, locate: Locate | None) -> Iterator[tuple[str, bool]]:
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
    until = approach.clock.monotonic() + _SEARCH_SECONDS
    for address in islice(found, _MOST_ANNOUNCED):
        if approach.clock.monotonic() > until:
            return
        yield address, True


def _cautious(approach: Approach) -> Approach:
    """How an announced address is tried: soon given up, and never trusted only because it came first."""
    connect = min(approach.timings.connect, _ANNOUNCED_CONNECT_SECONDS)
    return replace(
        approach,
        trust=Trust(fingerprint=approach.trust.fingerprint),
        timings=replace(approach.timings, connect=connect),
    )


def _taken(approach: Approach, spot: Spot, manner: Approach) -> Reached:
    reached = manner.reach(spot.host, spot.port)
    if reached.pin is not None:
        with suppress(SettingsError):
            approach.state.log_return(reached.info.serial, reached.pin.certificate.fingerprint, approach.clock.now())
    remember(approach.state, reached.info, join(spot.host, spot.port))
    return reached


def _renewed(approach: Approach, spot: Spot, changed: CertificateChanged) -> Reached:
    """The gateway with its new certificate, if the user was told of it before; else it is told now.

    Who it is is asked first, as at the first contact: without a log-in, and by the new certificate.
    """
    mark = changed.certificate.fingerprint
    if not told_of_renewal(approach.state, changed.serial, mark):
        raise CertificateRenewed(
            changed.title,
            tr(
                "It is agreed to with the next reading, as you chose; its SHA-256 fingerprint is {fingerprint}",
                fingerprint=mark,
            ),
        )
    known = replace(approach.connection, serial=changed.serial)
    manner = replace(approach, connection=known, trust=Trust(fingerprint=mark, said_by="renewal"))
    return _taken(approach, spot, manner)


def _contested(serial: str | None, claims: list[tuple[Spot, CertificateUnknown]]) -> CertificateContested:
    told = "; ".join(
        tr("{address} has {code}", address=join(spot.host, spot.port), code=error.certificate.pairing_code)
        for spot, error in claims
    )
    return CertificateContested(
        trn(
            "{count} device on the network claims to be gateway {serial}, and it is not trusted",
            "{count} devices on the network claim to be gateway {serial}, and none of them is trusted",
            len(claims),
            serial=serial,
        ),
        tr(
            "Compare pairing codes with another computer that knows the gateway ({codes}), then trust the "
            "right one by its fingerprint; or set the gateway up in a network that is yours alone",
            codes=told,
        ),
        tuple(error.certificate for _, error in claims),
        serial,
    )
