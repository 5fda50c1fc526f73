"""What one address has to say to a check-up: TCP, TLS, its certificate, and `/info`. No secret is sent to any.

To an address that shows another certificate than the pinned one nothing is sent at all, as when reading.
"""

import ssl
from dataclasses import dataclass, replace
from typing import Any

from enphase_tray.gateway.address import Address, join
from enphase_tray.gateway.approach import Approach, ask_who, https_only
from enphase_tray.gateway.errors import FOREIGN, certificate_changed, translate
from enphase_tray.gateway.line import Line
from enphase_tray.gateway.pin import PinMismatch, as_fingerprint, certificate_facts, peek
from enphase_tray.gateway.search import Spot
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.errors import CertificateChanged, CertificateUnknown, EnphaseTrayError, Unreachable
from enphase_tray.model.identity import CertificateFacts, Family, GatewayInfo, Pin
from enphase_tray.model.language import mark, tr

_CONNECT_SECONDS = 5.0
_NOT_ASKED = mark("It is not asked: its certificate is not the trusted one")


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one address. `info` is whose it is, `certificate` what it showed (`None` over plain HTTP).

    `trusted`: it would be read there.
    """

    spot: Spot
    steps: tuple[CheckStep, ...]
    info: GatewayInfo | None = None
    certificate: CertificateFacts | None = None
    trusted: bool = False

    @property
    def where(self) -> str:
        """The address as the user would write it."""
        return name_of(self.spot)


def name_of(spot: Spot) -> str:
    """An address to try, as the user would write it."""
    return join(spot.host, spot.port)


def visit(approach: Approach, spot: Spot) -> Visit:
    """Look at one address; each step as far as the one before allows."""
    expected = approach.expected(spot.host, spot.port)
    plain = approach.http_allowed(expected)
    tls_address = Address(True, spot.host, spot.port or 443)
    http_address = Address(False, spot.host, spot.port or 80)
    ports = [tls_address.port, *([http_address.port] if plain and http_address.port != tls_address.port else [])]
    tcp, open_ports = _tcp(approach, spot, ports)
    if not open_ports:
        return Visit(spot, (tcp,))
    shown, tls = _tls(approach, tls_address, plain=plain) if tls_address.port in open_ports else (None, _no_port(spot))
    if shown is None:
        if tls.verdict is StepVerdict.FAILED or http_address.port not in open_ports:
            return Visit(spot, (tcp, tls))
        info, told = _info(approach, http_address, None)
        return Visit(spot, (tcp, tls, told), info, None, info is not None and info.family is Family.DIGEST)
    facts = certificate_facts(shown)
    details = _certificate_details(spot, facts)
    changed = _changed(approach, expected, shown, facts, tls_address.shown)
    if changed is not None:
        details["expected_renewal"] = changed.expected_renewal
        step = CheckStep.failed("certificate", changed, **details)
        skipped = CheckStep("info", StepVerdict.SKIPPED, tr(_NOT_ASKED), details={"address": name_of(spot)})
        return Visit(spot, (tcp, tls, step, skipped), None, facts)
    info, told = _info(approach, tls_address, facts.fingerprint)
    step = _certificate(approach, expected, shown, facts, info, details)
    trusted = info is not None and step.verdict is StepVerdict.OK
    return Visit(spot, (tcp, tls, step, told), info, facts, trusted)


def _tcp(approach: Approach, spot: Spot, ports: list[int]) -> tuple[CheckStep, list[int]]:
    told: dict[str, str] = {}
    opened: list[int] = []
    failure: EnphaseTrayError | None = None
    for port in ports:
        line = Line(spot.host, port, approach.breaker)
        line.allow(_CONNECT_SECONDS)
        try:
            line.open(_CONNECT_SECONDS).close()
        except FOREIGN as error:
            told[str(port)] = "closed"
            failure = failure or translate(error, join(spot.host, port))
        else:
            told[str(port)] = "open"
            opened.append(port)
    where = name_of(spot)
    details = {"address": where, "announced_only": spot.announced, "ports": told}
    if failure is not None and not opened:
        return CheckStep.failed("tcp", failure, **details), opened
    listening = tr(" and ").join(str(port) for port in opened)
    return CheckStep(
        "tcp",
        StepVerdict.OK,
        tr("{where} takes connections on port {listening}", where=where, listening=listening),
        details=details,
    ), opened


def _tls(approach: Approach, address: Address, *, plain: bool) -> tuple[bytes | None, CheckStep]:
    """The certificate (DER) of a bare handshake. Without one the step says whether plain HTTP comes next."""
    details: dict[str, Any] = {"address": address.shown}
    line = Line(address.host, address.port, approach.breaker)
    line.allow(2 * _CONNECT_SECONDS)
    try:
        shown = peek(line, _CONNECT_SECONDS, _CONNECT_SECONDS)
    except FOREIGN as error:
        told = translate(error, address.shown)
        if isinstance(error, ssl.SSLError) and error.reason is not None:
            details["reason"] = error.reason.lower()
        if plain:
            title = tr(
                "{shown} does not speak TLS; plain HTTP is tried, as gateways below firmware 7 speak it",
                shown=address.shown,
            )
            return None, CheckStep("tls", StepVerdict.SKIPPED, title, details=details)
        return None, CheckStep.failed("tls", told, **details)
    return shown, CheckStep(
        "tls", StepVerdict.OK, tr("A secure connection to {shown} works", shown=address.shown), details=details
    )


def _no_port(spot: Spot) -> CheckStep:
    where = name_of(spot)
    title = tr("{where} does not offer TLS; plain HTTP is tried, as gateways below firmware 7 speak it", where=where)
    return CheckStep("tls", StepVerdict.SKIPPED, title, details={"address": where})


def _changed(
    approach: Approach, expected: tuple[Pin, ...], shown: bytes, facts: CertificateFacts, where: str
) -> CertificateChanged | None:
    """The error for a certificate in the place of a pinned one; `None` if it is pinned, new, or was named."""
    known = any(pin.certificate.fingerprint == facts.fingerprint for pin in expected)
    if not expected or known or as_fingerprint(approach.trust.fingerprint or "") == facts.fingerprint:
        return None
    return certificate_changed(PinMismatch(shown), expected[0], where, approach.clock)


def _certificate(
    approach: Approach,
    expected: tuple[Pin, ...],
    shown: bytes,
    facts: CertificateFacts,
    info: GatewayInfo | None,
    details: dict[str, Any],
) -> CheckStep:
    where = details["address"]
    pin = expected[0] if expected else None if info is None else approach.state.pin(info.serial)
    if any(one.certificate.fingerprint == facts.fingerprint for one in (*expected, *([pin] if pin else []))):
        return CheckStep(
            "certificate",
            StepVerdict.OK,
            tr(
                "{where} shows the trusted certificate, pairing code {pairing_code}",
                where=where,
                pairing_code=facts.pairing_code,
            ),
            details={**details, "pinned": True},
        )
    if approach.trust.fingerprint is not None and as_fingerprint(approach.trust.fingerprint) == facts.fingerprint:
        title = tr(
            "{where} shows the certificate that was named, pairing code {pairing_code}",
            where=where,
            pairing_code=facts.pairing_code,
        )
        return CheckStep(
            "certificate", StepVerdict.OK, title, tr("Reading will trust it"), {**details, "pinned": False}
        )
    if pin is not None:
        changed = certificate_changed(PinMismatch(shown), pin, where, approach.clock)
        return CheckStep.failed("certificate", changed, **details, expected_renewal=changed.expected_renewal)
    if approach.trust.first_use and approach.trust.fingerprint is None:
        title = tr(
            "{where} shows a certificate never seen before, pairing code {pairing_code}",
            where=where,
            pairing_code=facts.pairing_code,
        )
        return CheckStep(
            "certificate", StepVerdict.OK, title, tr("Reading will trust it"), {**details, "pinned": False}
        )
    unknown = _not_trusted(where, facts, None if info is None else info.serial)
    return CheckStep.failed("certificate", unknown, **{**details, "pinned": False})


def _not_trusted(where: str, facts: CertificateFacts, serial: str | None) -> CertificateUnknown:
    return CertificateUnknown(
        tr(
            "The certificate at {where} is not trusted yet, pairing code {pairing_code}",
            where=where,
            pairing_code=facts.pairing_code,
        ),
        tr(
            "If this is your gateway, trust it in the settings, or with --trust-fingerprint {fingerprint} or "
            "--trust-on-first-use",
            fingerprint=facts.fingerprint,
        ),
        facts,
        serial,
    )


def _certificate_details(spot: Spot, facts: CertificateFacts) -> dict[str, Any]:
    return {
        "address": name_of(spot),
        "fingerprint": facts.fingerprint,
        "pairing_code": facts.pairing_code,
        "subject": facts.subject,
        "not_before": f"{facts.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{facts.not_after:%Y-%m-%dT%H:%M:%SZ}",
    }


def _info(approach: Approach, address: Address, fingerprint: str | None) -> tuple[GatewayInfo | None, CheckStep]:
    """Whose address it is, asked without credentials; over TLS only of what shows the certificate just seen."""
    timings = replace(approach.timings, connect=_CONNECT_SECONDS)
    transport = replace(approach, timings=timings).transport(address, fingerprint)
    details: dict[str, Any] = {"address": address.shown, "scheme": "https" if address.tls else "http"}
    try:
        info = ask_who(transport)
    except PinMismatch:
        fickle = Unreachable(
            tr("{shown} shows a new certificate each time", shown=address.shown), tr("Check the address")
        )
        return None, CheckStep.failed("info", fickle, **details)
    except EnphaseTrayError as error:
        return None, CheckStep.failed("info", error, **details)
    finally:
        transport.close()
    details |= {
        "serial": info.serial,
        "firmware": str(info.firmware),
        "family": info.family.value,
        "part_number": info.part_number,
    }
    if info.family is Family.TOKEN and not address.tls:
        return info, CheckStep.failed("info", https_only(address.shown, info), **details)
    title = tr(
        "{shown} is gateway {serial}, firmware {firmware}",
        shown=address.shown,
        serial=info.serial,
        firmware=info.firmware,
    )
    return info, CheckStep("info", StepVerdict.OK, title, details=details)
