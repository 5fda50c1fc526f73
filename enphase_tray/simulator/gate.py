"""Who may read what: the log-in in front of a gateway's answers."""

from datetime import datetime
from typing import Protocol

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.auth import DigestGuard
from enphase_tray.simulator.faults import FaultKind, FaultPlan
from enphase_tray.simulator.message import HTML, Request, Response
from enphase_tray.simulator.pages import authorization_required
from enphase_tray.simulator.tokens import TokenMint, TokenRefused

OPEN_PATHS = frozenset({"/info", "/info.xml"})
SESSION = ("Set-Cookie", "sessionId=5imu1ated0000000000000000000000; Secure; HttpOnly; path=/")


class Backend(Protocol):
    """What answers behind the log-in: a modelled house or a recording."""

    @property
    def serial(self) -> str: ...

    @property
    def password(self) -> str | None:
        """The digest password where it is not the last six of the serial."""
        ...

    @property
    def timezone(self) -> str | None: ...

    def firmware(self, at: datetime) -> FirmwareVersion: ...

    def uses_tokens(self, at: datetime) -> bool: ...

    def needs_login(self, request: Request, at: datetime) -> bool: ...

    def needs_installer(self, request: Request, at: datetime) -> bool: ...

    def answer(self, request: Request, at: datetime) -> Response: ...


class Gate:
    """Checks digest or token, then lets the backend answer."""

    def __init__(self, backend: Backend, faults: FaultPlan, mint: TokenMint, digest: DigestGuard) -> None:
        self._backend = backend
        self._faults = faults
        self._mint = mint
        self._digest = digest

    def respond(self, request: Request, at: datetime) -> Response:
        if self._backend.uses_tokens(at):
            return self._by_token(request, at)
        return self._by_digest(request, at)

    def _by_token(self, request: Request, at: datetime) -> Response:
        if request.path in OPEN_PATHS or (
            request.path != "/auth/check_jwt" and not self._backend.needs_login(request, at)
        ):
            return self._backend.answer(request, at)
        fault = self._faults.active(FaultKind.TOKEN_EXPIRED, at)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise TokenRefused("no token")
            role = self._mint.check(token.strip(), self._backend.serial, fault.start if fault else None)
        except TokenRefused:
            return Response(401, authorization_required(), HTML)
        if request.path == "/auth/check_jwt":
            return Response(200, b"<!DOCTYPE html><h2>Valid token.</h2>\n", "application/octet-stream", (SESSION,))
        if role != "installer" and self._backend.needs_installer(request, at):
            return Response(401, authorization_required(), HTML)
        return self._backend.answer(request, at)

    def _by_digest(self, request: Request, at: datetime) -> Response:
        if not self._backend.needs_login(request, at):
            return self._backend.answer(request, at)
        changed = self._faults.active(FaultKind.PASSWORD_CHANGED, at)
        refusal = self._digest.refusal(request, None if changed is None else changed.target or "another")
        return refusal or self._backend.answer(request, at)
