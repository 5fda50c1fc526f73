"""The serving side of HTTP digest log-in (MD5, qop=auth), as firmware below 7 does it."""

import hashlib
import hmac
import re

from enphase_tray.model.clock import Clock
from enphase_tray.simulator.message import JSON, Request, Response

REALM = "enphaseenergy.com"
NONCE_SECONDS = 600
_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


class DigestGuard:
    """One user and password. A nonce is an epoch second, and stale after ten minutes or by `spoil_nonces`."""

    def __init__(self, clock: Clock, username: str, password: str) -> None:
        self._clock = clock
        self.username = username
        self.password = password
        self._issued: dict[str, float] = {}

    def refusal(self, request: Request, other_password: str | None = None) -> Response | None:
        """`None` if the request may pass, else the 401 with a challenge. `other_password` replaces the usual one."""
        header = request.headers.get("authorization", "")
        if not header.lower().startswith("digest "):
            return self._challenge(stale=False)
        fields = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(header[7:])}
        if not self._answers(request, fields, other_password or self.password):
            return self._challenge(stale=False)
        issued = self._issued.get(fields["nonce"])
        if issued is None or self._clock.monotonic() - issued > NONCE_SECONDS:
            return self._challenge(stale=True)
        return None

    def spoil_nonces(self) -> None:
        """Forget every nonce: the next answer to one is stale."""
        self._issued.clear()

    def _answers(self, request: Request, fields: dict[str, str], password: str) -> bool:
        needed = ("username", "realm", "nonce", "uri", "response", "nc", "cnonce")
        if any(name not in fields for name in needed) or fields.get("qop") != "auth":
            return False
        if fields["username"] != self.username or fields["realm"] != REALM or fields["uri"] != request.target:
            return False
        first = _md5(f"{self.username}:{REALM}:{password}")
        second = _md5(f"{request.method}:{request.target}")
        right = _md5(f"{first}:{fields['nonce']}:{fields['nc']}:{fields['cnonce']}:auth:{second}")
        return hmac.compare_digest(right, fields["response"].lower())

    def _challenge(self, stale: bool) -> Response:
        number = int(self._clock.now().timestamp())
        while str(number) in self._issued:
            number += 1
        self._issued[str(number)] = self._clock.monotonic()
        challenge = f'Digest qop="auth", realm="{REALM}", nonce="{number}"' + (", stale=true" if stale else "")
        body = b'{"status":401,"error":"","info":"Authentication required","moreInfo":""}'
        return Response(401, body, JSON, (("WWW-Authenticate", challenge),))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
