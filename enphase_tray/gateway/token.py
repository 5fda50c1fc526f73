"""Access tokens: what a text is worth before it is sent anywhere."""

import re
from datetime import datetime, timedelta
from typing import Any

from enphase_tray.gateway.decode import clean, epoch
from enphase_tray.model.errors import TokenExpired, TokenMissing, TokenWrongGateway
from enphase_tray.model.identity import Secret, TokenFacts
from enphase_tray.model.language import mark, tr

ENTREZ_KEY = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6PhAU3Mk4W7Ara5hCWPHDtv8LY0C\n"
    "tBwEVj4k4Tu8KRBMOhbTcHHnxYJ3UKppIKyraB2GFUmOhGP9O2jmcb4UAw==\n"
    "-----END PUBLIC KEY-----\n"
)
"""The published key of Enphase's token server. It may be rotated, so a failed check only warns."""

_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_LONGEST = 8192
_OWNER_NOTICE = timedelta(days=30)
_INSTALLER_NOTICE = timedelta(hours=1)
_WHERE = mark("Paste the whole token from entrez.enphaseenergy.com, or enter the Enphase account in the settings")


def tidy_token(text: str) -> Secret:
    """The token in a pasted text: blanks, line breaks and quotes are dropped. Raises `TokenMissing`, echoes nothing."""
    bare = re.sub(r"[\s\"'`\u200b\ufeff]+", "", re.sub(r"^\W*bearer\s+", "", text[: 4 * _LONGEST], flags=re.IGNORECASE))
    if not bare:
        raise TokenMissing(tr("An access token is needed and there is none"), tr(_WHERE))
    if len(bare) > _LONGEST or _SHAPE.fullmatch(bare) is None:
        raise TokenMissing(tr("This text is not an access token"), tr(_WHERE))
    return Secret(bare)


def inspect_token(text: str, key: str = ENTREZ_KEY) -> TokenFacts:
    """What a token (as pasted) says of itself. Raises `TokenMissing` where it is none; `key` is the issuer's (PEM)."""
    import jwt

    bare = tidy_token(text).reveal()
    try:
        claims: dict[str, Any] = jwt.decode(bare, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        # Without its cause: the library's messages may quote what they could not read.
        raise TokenMissing(tr("This text is not an access token"), tr(_WHERE)) from None
    audience, role = claims.get("aud"), claims.get("enphaseUser")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    return TokenFacts(
        serial=audience if isinstance(audience, str) and len(audience) <= 40 else None,
        role=clean(role, 20) or None if isinstance(role, str) else None,
        issued_at=epoch(claims.get("iat")),
        expires_at=epoch(claims.get("exp")),
        signature=_signature(bare, key),
    )


def insist_usable(facts: TokenFacts, serial: str, now: datetime) -> None:
    """Raise what speaks against sending this token to the gateway `serial` now, if anything does."""
    if facts.serial == "un-commissioned":
        raise TokenWrongGateway(
            tr("The access token is for a gateway that is not commissioned yet, not for {serial}", serial=serial),
            tr("Get a token for gateway {serial}", serial=serial),
        )
    if facts.serial is None or facts.serial != serial:
        named = (
            tr("an unnamed gateway") if facts.serial is None else tr("gateway {serial}", serial=clean(facts.serial, 40))
        )
        raise TokenWrongGateway(
            tr("The access token is for {named}, but this is gateway {serial}", named=named, serial=serial),
            tr("Get a token for gateway {serial}", serial=serial),
        )
    if facts.expires_at is None:
        raise TokenExpired(tr("The access token does not say how long it is valid"), tr(_WHERE))
    if facts.expires_at <= now:
        raise TokenExpired(
            tr("The access token expired on {time} UTC", time=f"{facts.expires_at:%Y-%m-%d %H:%M}"), tr(_WHERE)
        )


def renewal_due(facts: TokenFacts, now: datetime) -> bool:
    """Whether it is time to fetch a new one: 30 days before the end, or an hour for the 12 hours of an installer."""
    notice = _INSTALLER_NOTICE if facts.role == "installer" else _OWNER_NOTICE
    return facts.expires_at is None or facts.expires_at - now < notice


def _signature(token: str, key: str) -> str:
    import jwt

    checks = {"verify_signature": True, "verify_exp": False, "verify_aud": False, "verify_iat": False}
    try:
        jwt.decode(token, key, algorithms=["ES256"], options={**checks, "verify_nbf": False})  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError, RecursionError):
        return "invalid"
    return "valid"
