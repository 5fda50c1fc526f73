"""What a check-up can say of a known gateway without asking it: firmware, log-in and clock. No secret leaves this."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from enphase_tray.gateway.approach import Approach, taken_for_older
from enphase_tray.gateway.identify import keys_for, login_step
from enphase_tray.gateway.token import inspect_token, renewal_due
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.connection import GatewayVersion, StepOutcome, TokenKeeper
from enphase_tray.model.errors import EnphaseTrayError, Retry, SettingsError, TokenExpired, TokenMissing
from enphase_tray.model.identity import Family, GatewayInfo
from enphase_tray.model.language import tr, trn
from enphase_tray.model.readings import Login

_HOLES_CLOSED = (8, 2, 4225)
_CLOCK_SLACK = timedelta(minutes=2)
_CLOCK_FAR_OFF = timedelta(days=1)


def firmware_step(approach: Approach, info: GatewayInfo, where: str) -> CheckStep:
    """Whether this firmware may be talked to, and what is known of it."""
    details: dict[str, Any] = {"firmware": str(info.firmware), "family": info.family.value}
    older = taken_for_older(approach.state, info, where)
    if older is not None:
        return CheckStep.failed("firmware", older, **details)
    if approach.connection.version is GatewayVersion.BELOW_7 and info.family is Family.TOKEN:
        wrong = SettingsError(
            tr("The settings say that the firmware is below 7, but it is {firmware}", firmware=info.firmware),
            tr("Choose the version Detect in the settings"),
        )
        return CheckStep.failed("firmware", wrong, **details)
    numbers = info.firmware.numbers
    if not numbers:
        title = tr("The gateway does not tell a firmware version that can be read")
        return CheckStep("firmware", StepVerdict.ATTENTION, title, tr("It is treated as an old one"), details)
    if numbers < _HOLES_CLOSED:
        return CheckStep(
            "firmware",
            StepVerdict.ATTENTION,
            tr("Firmware {firmware} has known security holes, which were closed with 8.2.4225", firmware=info.firmware),
            tr("Enphase updates gateways by itself; keep yours away from guest networks and from the internet"),
            details,
        )
    if info.family is Family.TOKEN:
        title = tr("Firmware {firmware} logs in with an access token", firmware=info.firmware)
    else:
        title = tr("Firmware {firmware} logs in with user name and password", firmware=info.firmware)
    return CheckStep("firmware", StepVerdict.OK, title, details=details)


def login_check(approach: Approach, tokens: TokenKeeper, info: GatewayInfo) -> CheckStep:
    """Whether what is needed to log in is there and fits. It is looked at here and sent nowhere."""
    connection = approach.connection
    details: dict[str, Any] = {"family": info.family.value}
    if info.family is Family.DIGEST:
        keys = keys_for(approach, info, tokens, None)
        if keys.login is Login.NONE:
            return CheckStep("log_in", StepVerdict.OK, tr("This firmware needs no log-in"), details=details)
        details |= {"username": connection.username or "envoy", "password_given": connection.password is not None}
        name = details["username"]
        if connection.password:
            title = tr("The log-in is user name {name} with the password that was set", name=name)
        else:
            title = tr("The log-in is user name {name} with the default password", name=name)
        return CheckStep(
            "log_in", StepVerdict.OK, title, tr("Only reading shows whether the gateway takes it"), details
        )
    try:
        details |= _token_details(approach, tokens, info.serial)
        # Without the account, so that no new token is fetched for a mere look.
        keys = keys_for(replace(approach, connection=replace(connection, cloud=None)), info, tokens, None)
    except EnphaseTrayError as error:
        return _without_token(approach, error, details)
    told = login_step(keys)
    facts, now = keys.facts, approach.clock.now()
    soon = facts is not None and renewal_due(facts, now) and facts.role != "installer"
    if soon:
        title = trn(
            "The access token ends in {count} day", "The access token ends in {count} days", details["days_left"]
        )
        advice = tr("Get a new one soon: paste it, or enter the Enphase account in the settings")
        return CheckStep("log_in", StepVerdict.ATTENTION, title, advice, details)
    verdict = StepVerdict.OK if told.outcome is StepOutcome.OK else StepVerdict.ATTENTION
    return CheckStep("log_in", verdict, told.detail, tr("Only reading shows whether the gateway takes it"), details)


def clock_step(info: GatewayInfo, now: datetime) -> CheckStep:
    """How far the gateway's clock and the computer's are apart."""
    if info.clock_at is None:
        return CheckStep("clock", StepVerdict.SKIPPED, tr("The gateway does not tell its time"))
    apart = info.clock_at - now
    details = {"gateway_ahead_seconds": round(apart.total_seconds())}
    if abs(apart) <= _CLOCK_SLACK:
        title = tr("The clocks of gateway and computer agree")
        return CheckStep("clock", StepVerdict.OK, title, details=details)
    far = abs(apart) > _CLOCK_FAR_OFF
    minutes = round(abs(apart).total_seconds() / 60)
    size = (
        trn("{count} day", "{count} days", abs(apart).days)
        if far
        else trn("{count} minute", "{count} minutes", minutes)
    )
    if apart > timedelta():
        title = tr("The gateway's clock is {length} ahead of this computer's", length=size)
    else:
        title = tr("The gateway's clock is {length} behind this computer's", length=size)
    advice = tr("Set the computer's clock first; the gateway sets its own where it reaches the internet")
    return CheckStep(
        "clock",
        StepVerdict.ATTENTION,
        title,
        advice,
        details,
    )


def _token_details(approach: Approach, tokens: TokenKeeper, serial: str) -> dict[str, Any]:
    """What the token at hand says of itself, the given one before the kept one. Raises `SecretsError`."""
    given = approach.connection.token
    token = given or tokens.token(serial)
    details: dict[str, Any] = {"token": "none" if token is None else "given" if given else "kept"}
    if token is None:
        return details
    try:
        facts = inspect_token(token.reveal())
    except TokenMissing:
        return {**details, "readable": False}
    expires = facts.expires_at
    return {
        **details,
        "readable": True,
        "audience": facts.serial,
        "role": facts.role,
        "signature": facts.signature,
        "expires_at": None if expires is None else f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "days_left": None if expires is None else (expires - approach.clock.now()).days,
    }


def _without_token(approach: Approach, error: EnphaseTrayError, details: dict[str, Any]) -> CheckStep:
    """No token that could be used: a fault, unless the account will bring a new one."""
    cloud = approach.connection.cloud
    renewable = cloud is not None and bool(cloud.username) and bool(cloud.password)
    if renewable and isinstance(error, TokenMissing | TokenExpired) and error.retry is Retry.NEVER:
        advice = tr("A new one is fetched with the Enphase account when the gateway is read")
        return CheckStep("log_in", StepVerdict.ATTENTION, error.title, advice, {**details, "renews_itself": True})
    return CheckStep.failed("log_in", error, **details)
