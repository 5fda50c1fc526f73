"""The two Enphase log-in hosts, on loopback: Enlighten with its session and tokens, Entrez with its form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Self

from enphase_tray.model.clock import Clock, SystemClock
from enphase_tray.simulator.certificates import Certificate, make_certificate, new_key
from enphase_tray.simulator.delivery import Delivery
from enphase_tray.simulator.message import HTML, JSON, Request, Response, request
from enphase_tray.simulator.server import LoopbackServer
from enphase_tray.simulator.tokens import TokenMint

_SESSION_ID = "0123456789abcdef0123456789abcdef"
_ENTREZ_COOKIE = "SESSION=simulated-entrez-session"


class CloudTrouble(StrEnum):
    """What a simulated log-in host can be made to do."""

    SERVER_ERROR = "server_error"
    """500 to everything."""
    TOO_MANY = "too_many"
    """429 with `Retry-After: 120`."""
    REFUSED = "refused"
    """401 to the request for a token, after a good log-in."""
    NOT_ACCEPTABLE = "not_acceptable"
    """406 to the request for a token."""
    NO_TOKEN = "no_token"  # noqa: S105 - the name of a trouble
    """The token page or body holds words in place of a token."""
    HANG = "hang"
    """No answer, ever."""


@dataclass(frozen=True, slots=True)
class CloudUser:
    """An account. With `multi_factor` a password is not enough; `serials` are its gateways (`None`: every one)."""

    username: str = "owner@example.com"
    password: str = "sunshine"  # noqa: S105 - of a make-believe account
    multi_factor: bool = False
    role: str = "owner"
    serials: tuple[str, ...] | None = None
    sites: tuple[str, ...] = ("My Home",)


class SimulatedCloud:
    """Both hosts, each on a port of its own, over HTTPS with a CA of their own or (`secure=False`) over HTTP.

    `enlighten_url` and `entrez_url` are base URLs; `ca_pem` verifies them. `enlighten_trouble` and `entrez_trouble`
    may be set at any time. `requests` holds (host name, method, target) of every request.
    """

    def __init__(
        self, mint: TokenMint, clock: Clock, users: tuple[CloudUser, ...] = (CloudUser(),), secure: bool = True
    ) -> None:
        self._mint = mint
        self._clock = clock
        self._users = {user.username: user for user in users}
        self._sessions: dict[str, CloudUser] = {}
        self.enlighten_trouble: CloudTrouble | None = None
        self.entrez_trouble: CloudTrouble | None = None
        self.tokens_expire_in: float | None = None
        self.requests: list[tuple[str, str, str]] = []
        self.ca_pem: bytes | None = None
        self._certificate: Certificate | None = None
        if secure:
            self.ca_pem, self._certificate = _authority()
        self._enlighten = self._server(self._answer_enlighten, "enlighten")
        self._entrez = self._server(self._answer_entrez, "entrez")

    def __enter__(self) -> Self:
        self._enlighten.start()
        self._entrez.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enlighten.stop()
        self._entrez.stop()

    @property
    def enlighten_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._enlighten.port}"

    @property
    def entrez_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._entrez.port}"

    @property
    def received(self) -> bytes:
        """Everything that was sent to both hosts."""
        return self._enlighten.received + self._entrez.received

    @property
    def _scheme(self) -> str:
        return "http" if self._certificate is None else "https"

    def _server(self, answer: Callable[[Request], Response], name: str) -> LoopbackServer:
        def handle(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
            self.requests.append((name, method, target))
            return answer(request(method, target, headers, body))

        def manner(path: str | None) -> Delivery:
            trouble = self.enlighten_trouble if name == "enlighten" else self.entrez_trouble
            return Delivery(hang=path is not None and trouble is CloudTrouble.HANG)

        return LoopbackServer(handle, manner, lambda: self._certificate, self._clock, keep_alive_plain=True)

    def _answer_enlighten(self, asked: Request) -> Response:
        general = _general(self.enlighten_trouble)
        if general is not None:
            return general
        if (asked.method, asked.path) == ("POST", "/login/login.json"):
            return self._login(asked.form)
        if (asked.method, asked.path) == ("GET", "/entrez-auth-token"):
            return self._session_token(asked)
        return Response(404, b"<html>Not found</html>", HTML)

    def _answer_entrez(self, asked: Request) -> Response:
        general = _general(self.entrez_trouble)
        if general is not None:
            return general
        if (asked.method, asked.path) == ("POST", "/tokens"):
            return self._plain_token(asked)
        if (asked.method, asked.path) == ("POST", "/login"):
            return self._form_login(asked.form)
        if (asked.method, asked.path) == ("POST", "/entrez_tokens"):
            return self._form_token(asked)
        if asked.method == "GET" and asked.path.startswith("/site/"):
            wanted = asked.path.removeprefix("/site/").lower()
            names = [name for user in self._users.values() for name in user.sites if name.lower().startswith(wanted)]
            return _json([{"title": name} for name in names])
        return Response(404, b"<html>Not found</html>", HTML)

    def _login(self, form: Mapping[str, str]) -> Response:
        user = self._user(form.get("user[email]"), form.get("user[password]"))
        if user is None:
            return Response(401, b'{"message":"Invalid email or password"}', JSON)
        if user.multi_factor:
            cookie = ("Set-Cookie", "login_otp_nonce=simulated; path=/; HttpOnly")
            return _json({"success": True, "isBlocked": False}, (cookie,))
        self._sessions[_SESSION_ID] = user
        answer = {"message": "success", "session_id": _SESSION_ID, "manager_token": "simulated", "is_consumer": True}
        return _json(answer, (("Set-Cookie", f"_enlighten_4_session={_SESSION_ID}; path=/; HttpOnly"),))

    def _plain_token(self, asked: Request) -> Response:
        """Flow 1: a session and a serial in JSON, a token as plain text."""
        try:
            wanted = json.loads(asked.body)
            user, number = self._sessions.get(wanted["session_id"]), str(wanted["serial_num"])
        except (ValueError, KeyError, TypeError):
            return Response(400, b"Bad request", "text/plain")
        if user is None or wanted.get("username") != user.username or not _owns(user, number):
            return Response(401, b"Unauthorized", "text/plain")
        return self._token_trouble() or Response(200, self._token(user, number).encode(), "text/plain")

    def _session_token(self, asked: Request) -> Response:
        """Flow 1b: a token in JSON for a session cookie."""
        user = self._sessions.get(_SESSION_ID) if _SESSION_ID in asked.headers.get("cookie", "") else None
        number = asked.arguments.get("serial_num", "")
        if user is None or not _owns(user, number):
            return Response(401, b"Unauthorized", "text/plain")
        now = int(self._clock.now().timestamp())
        life = 43200 if user.role == "installer" else 31536000
        return _json({"generation_time": now, "token": self._token(user, number), "expires_at": now + life})

    def _form_login(self, form: Mapping[str, str]) -> Response:
        """Flow 2: its first page. A wrong login shows the page again, with status 200 and no cookie."""
        user = self._user(form.get("username"), form.get("password"))
        if user is None or user.multi_factor:
            return Response(200, b"<html><body><form id='login'>Sign in</form></body></html>", HTML)
        self._sessions[_ENTREZ_COOKIE] = user
        cookie = ("Set-Cookie", f"{_ENTREZ_COOKIE}; Path=/; HttpOnly")
        return Response(200, b"<html><body>Welcome</body></html>", HTML, (cookie,))

    def _form_token(self, asked: Request) -> Response:
        """Flow 2: the page with the token in a text area."""
        known = _ENTREZ_COOKIE in asked.headers.get("cookie", "")
        user = self._sessions.get(_ENTREZ_COOKIE) if known else None
        number = asked.form.get("serialNum", "")
        if user is None or not _owns(user, number):
            return _text_area("Error: not allowed")
        if self.entrez_trouble is CloudTrouble.NO_TOKEN:
            return _text_area("The page has moved")
        return _text_area(self._token(user, number))

    def _token_trouble(self) -> Response | None:
        if self.entrez_trouble is CloudTrouble.REFUSED:
            return Response(401, b"Unauthorized", "text/plain")
        if self.entrez_trouble is CloudTrouble.NOT_ACCEPTABLE:
            return Response(406, b"Not acceptable", "text/plain")
        if self.entrez_trouble is CloudTrouble.NO_TOKEN:
            return Response(200, b"<html><body>Please sign in</body></html>", HTML)
        return None

    def _token(self, user: CloudUser, number: str) -> str:
        return self._mint.token(number, user.role, self.tokens_expire_in)

    def _user(self, username: str | None, password: str | None) -> CloudUser | None:
        user = self._users.get(username or "")
        return user if user is not None and user.password == password else None


def _owns(user: CloudUser, number: str) -> bool:
    return bool(number) and (user.serials is None or number in user.serials)


def _general(trouble: CloudTrouble | None) -> Response | None:
    if trouble is CloudTrouble.SERVER_ERROR:
        return Response(500, b"<html><body>Something went wrong</body></html>", HTML)
    if trouble is CloudTrouble.TOO_MANY:
        return Response(429, b"Too many requests", "text/plain", (("Retry-After", "120"),))
    return None


def _json(value: object, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    return Response(200, json.dumps(value).encode(), JSON, headers)


def _text_area(text: str) -> Response:
    page = f'<html><body><textarea name="accessToken" id="JWTToken" cols="80">\n  {text}\n</textarea></body></html>'
    return Response(200, page.encode(), HTML)


def _authority() -> tuple[bytes, Certificate]:
    """A CA (PEM) and a certificate for 127.0.0.1 that it signed, valid by the computer's own clock.

    TLS libraries compare with that one, whatever clock the simulation has.
    """
    begin = SystemClock().now() - timedelta(days=1)
    key = new_key()
    authority = make_certificate("Simulated authority", key, begin)
    issuer = ("Simulated authority", key)
    return authority.certificate_pem, make_certificate("127.0.0.1", new_key(), begin, issuer, "127.0.0.1")
