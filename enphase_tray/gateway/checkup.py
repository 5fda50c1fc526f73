"""Which step of the way to the gateway fails, and why: found without sending a secret, and without keeping anything.

The same hints, pins and checks as in reading lead the way; only, every address is looked at and none is taken.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from enphase_tray.gateway.address_check import Visit, name_of, visit
from enphase_tray.gateway.approach import Approach, another
from enphase_tray.gateway.line import Aborted, aside
from enphase_tray.gateway.login_check import clock_step, firmware_step, login_check
from enphase_tray.gateway.search import Spot, spots
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.connection import GatewayState, TokenKeeper
from enphase_tray.model.errors import CertificateContested, EnphaseTrayError, Unreachable
from enphase_tray.model.identity import FoundGateway, Pin
from enphase_tray.model.language import tr

Discover = Callable[[float], list[FoundGateway]]

LISTEN_SECONDS = 4.0
_MOST_SPOTS = 8
_LATER = ("firmware", "log_in", "clock")


@dataclass(slots=True)
class _Heard:
    """Who is announced, and what went wrong on the way to addresses."""

    announced: list[FoundGateway] = field(default_factory=list)
    failures: list[EnphaseTrayError] = field(default_factory=list)


def check_gateway(approach: Approach, tokens: TokenKeeper, discover: Discover) -> Iterator[CheckStep]:
    """The steps from finding the gateway to its clock, one after the other. No error of the family is raised."""
    approach = replace(approach, state=_Unwritten(approach.state))
    heard = _Heard()
    places = _places(approach, discover, heard)
    yield _find_step(approach, places, heard)
    visits = [visit(approach, spot) for spot in places]
    chosen = _chosen(approach, visits)
    for made in visits:
        for step in made.steps:
            # One address that leads nowhere is no fault where another leads to the gateway.
            yield step if chosen is made or not (chosen and chosen.trusted) else step.softened()
    yield _serial_step(approach, visits, chosen, heard)
    if chosen is None or chosen.info is None or not _is_wanted(approach, chosen):
        for name in _LATER:
            yield CheckStep(name, StepVerdict.SKIPPED, tr("The gateway was not met"))
        return
    yield firmware_step(approach, chosen.info, chosen.where)
    yield login_check(approach, tokens, chosen.info)
    yield clock_step(chosen.info, approach.clock.now())


def _places(approach: Approach, discover: Discover, heard: _Heard) -> list[Spot]:
    """Where to look, each place once. With neither serial nor address, where the only announced gateway is."""
    try:
        heard.announced = aside(
            lambda: discover(LISTEN_SECONDS), LISTEN_SECONDS + 5.0, approach.breaker, "gateway-lookup"
        )
    except EnphaseTrayError as error:
        heard.failures.append(error)
    except (TimeoutError, Aborted):
        pass

    def locate(serial: str | None) -> tuple[str, ...]:
        wanted = [gateway for gateway in heard.announced if serial in (None, gateway.serial)]
        if len({gateway.serial for gateway in wanted}) > 1:
            names = ", ".join(sorted(gateway.serial for gateway in wanted))
            told = tr("There are several gateways on the network: {names}", names=names)
            heard.failures.append(Unreachable(told, tr("Choose one with --serial or --host")))
            return ()
        return tuple(dict.fromkeys(address for gateway in wanted for address in gateway.addresses))

    return [spot for spot, _ in zip(spots(approach, locate, heard.failures.append), range(_MOST_SPOTS), strict=False)]


def _find_step(approach: Approach, places: list[Spot], heard: _Heard) -> CheckStep:
    connection = approach.connection
    details: dict[str, Any] = {
        "serial": connection.serial,
        "addresses": [name_of(spot) for spot in places],
        "announced": [
            {"serial": found.serial, "addresses": list(found.addresses), "firmware": str(found.firmware or "")}
            for found in heard.announced
        ],
    }
    failure = heard.failures[0] if heard.failures else None
    if not places:
        nothing = Unreachable(
            tr("No gateway was found on the network"), tr("Check that it is on the same network, or name its address")
        )
        return CheckStep.failed("find", failure or nothing, **details)
    names = ", ".join(details["addresses"])
    if failure is not None:
        return CheckStep(
            "find", StepVerdict.ATTENTION, failure.title, tr("These are tried: {names}", names=names), details
        )
    return CheckStep("find", StepVerdict.OK, tr("To be tried: {names}", names=names), details=details)


def _is_wanted(approach: Approach, made: Visit) -> bool:
    wanted = approach.connection.serial
    return made.info is not None and wanted in (None, made.info.serial)


def _chosen(approach: Approach, visits: list[Visit]) -> Visit | None:
    """The address that reading would take; else the one that comes closest to it."""
    ranked = sorted(visits, key=lambda made: (not _is_wanted(approach, made), not made.trusted, made.info is None))
    return ranked[0] if ranked and ranked[0].info is not None else None


def _serial_step(approach: Approach, visits: list[Visit], chosen: Visit | None, heard: _Heard) -> CheckStep:
    wanted = approach.connection.serial
    if chosen is None or chosen.info is None:
        return CheckStep("serial", StepVerdict.SKIPPED, tr("No gateway has said who it is"))
    serial = chosen.info.serial
    details: dict[str, Any] = {"serial": serial, "expected": wanted}
    if wanted is not None and serial != wanted:
        return CheckStep.failed("serial", another(chosen.where, serial, wanted), **details)
    claims = _claims(visits, serial, heard)
    if len(claims) > 1:
        details["claims"] = [made.where for made in claims]
        where = tr(" and ").join(details["claims"])
        told = tr("Several devices claim to be gateway {serial}: {where}", serial=serial, where=where)
        pinned = approach.state.pin(serial) is not None
        if pinned and chosen.trusted:
            advice = tr("Only the one with the trusted certificate is read; find out what the other is")
            return CheckStep("serial", StepVerdict.ATTENTION, told, advice, details)
        advice = tr("Trust none before you know which is yours; compare pairing codes with another computer")
        shown = tuple(made.certificate for made in claims if made.certificate is not None)
        contested = CertificateContested(told, advice, shown, serial)
        return CheckStep.failed("serial", contested, **details)
    return CheckStep("serial", StepVerdict.OK, tr("It is gateway {serial}", serial=serial), details=details)


def _claims(visits: list[Visit], serial: str, heard: _Heard) -> list[Visit]:
    """One address for each different device that says, or is announced, to be this gateway."""
    announced = {address for found in heard.announced if found.serial == serial for address in found.addresses}
    devices: dict[str | None, Visit] = {}
    for made in visits:
        says_so = made.info is not None and made.info.serial == serial
        # One that shows another certificate is not asked, so its announcement has to count.
        silent = made.info is None and made.certificate is not None and name_of(made.spot) in announced
        if says_so or silent:
            devices.setdefault(None if made.certificate is None else made.certificate.fingerprint, made)
    return list(devices.values())


class _Unwritten:
    """The state of gateways, read through; what is to be kept is forgotten with it."""

    def __init__(self, kept: GatewayState) -> None:
        self._kept = kept
        self._pins: dict[str, Pin] = {}
        self._facts: dict[str, Mapping[str, Any]] = {}

    def pin(self, serial: str) -> Pin | None:
        return self._pins.get(serial) or self._kept.pin(serial)

    def set_pin(self, pin: Pin) -> None:
        self._pins[pin.serial] = pin

    def pinned_serials(self) -> tuple[str, ...]:
        return tuple(sorted({*self._pins, *self._kept.pinned_serials()}))

    def facts(self, serial: str) -> Mapping[str, Any]:
        return self._facts.get(serial) or self._kept.facts(serial)

    def set_facts(self, serial: str, facts: Mapping[str, Any]) -> None:
        self._facts[serial] = facts

    def log_refusal(self, serial: str, fingerprint: str, at: datetime) -> None:
        """Nothing is kept."""

    def log_return(self, serial: str, fingerprint: str, at: datetime) -> None:
        """Nothing is kept."""
