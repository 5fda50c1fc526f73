"""Access tokens as Enphase issues them (a JWT, ES256), made and checked with a key of our own."""

import secrets
from datetime import datetime
from typing import Any

from enphase_tray.model.clock import Clock

OWNER_SECONDS = 365 * 86400.0
INSTALLER_SECONDS = 12 * 3600.0


class TokenRefused(Exception):
    """The token is not one for this gateway, or past its date."""


class TokenMint:
    """Issues tokens and checks them. One key for the mint's life; the key is made when it is first needed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key: Any = None
        self._known: dict[str, dict[str, Any]] = {}

    def token(self, serial: str, role: str = "owner", expires_in: float | None = None, issued_ago: float = 0.0) -> str:
        """A token for a gateway; `expires_in` seconds from now (a year for owners, 12 hours for installers)."""
        import jwt

        now = self._clock.now().timestamp()
        if expires_in is None:
            expires_in = INSTALLER_SECONDS if role == "installer" else OWNER_SECONDS
        claims = {
            "aud": serial,
            "iss": "Entrez",
            "enphaseUser": role,
            "exp": int(now + expires_in),
            "iat": int(now - issued_ago),
            "jti": _uuid(),
            "username": "somebody@example.com",
        }
        return jwt.encode(claims, self._private_key(), algorithm="ES256", headers={"kid": "simulator", "typ": "JWT"})

    def check(self, token: str, serial: str, not_issued_before: datetime | None = None) -> str:
        """The role of a good token; raises `TokenRefused` otherwise."""
        claims = self._claims(token)
        now = self._clock.now().timestamp()
        if claims.get("aud") != serial or claims.get("exp", 0) <= now:
            raise TokenRefused("for another gateway, or expired")
        if not_issued_before is not None and claims.get("iat", 0) < int(not_issued_before.timestamp()):
            raise TokenRefused("no longer accepted")
        return str(claims.get("enphaseUser"))

    @property
    def public_key_pem(self) -> str:
        """The key that verifies this mint's tokens."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = self._private_key().public_key()
        pem: bytes = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode("ascii")

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt

        known = self._known.get(token)
        if known is not None:
            return known
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._private_key().public_key(),
                algorithms=["ES256"],
                options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as error:
            raise TokenRefused("not a token of this mint") from error
        self._known[token] = claims
        return claims

    def _private_key(self) -> Any:
        from cryptography.hazmat.primitives.asymmetric import ec

        if self._key is None:
            self._key = ec.generate_private_key(ec.SECP256R1())
        return self._key


def _uuid() -> str:
    digits = secrets.token_hex(16)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
