"""The two Enphase hosts that give out tokens: the only place where an Enphase password is ever sent.

Always checked against the certificate authorities; no redirects, no proxies, nothing kept between two fetches.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from enphase_tray.gateway.decode import decode_json, numeral
from enphase_tray.gateway.errors import FOREIGN, translate
from enphase_tray.gateway.exchange import RawAnswer
from enphase_tray.gateway.line import Breaker, Line
from enphase_tray.gateway.token import tidy_token
from enphase_tray.model.connection import CloudAccount
from enphase_tray.model.errors import (
    BrowserLogInNeeded,
    EnphaseTrayError,
    LoginRefused,
    NotUnderstood,
    Retry,
    TokenMissing,
    Unreachable,
)
from enphase_tray.model.identity import Secret
from enphase_tray.model.language import mark, tr

if TYPE_CHECKING:
    from enphase_tray.gateway.checked import CheckedAdapter

ENLIGHTEN = "https://enlighten.enphaseenergy.com"
ENTREZ = "https://entrez.enphaseenergy.com"

_LARGEST = 1024 * 1024
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PASTE = mark("Paste a token from entrez.enphaseenergy.com instead, or try again later")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class CloudBusy(Unreachable):
    """The token server has no time now. `wait_seconds` is how long it asked to wait, if it said so."""

    default_retry = Retry.LATER

    def __init__(self, title: str, advice: str, wait_seconds: float | None = None) -> None:
        super().__init__(title, advice)
        self.wait_seconds = wait_seconds


class CloudClient:
    """Fetches one token per call. The hosts are parameters for tests only; plain HTTP is for loopback alone."""

    def __init__(
        self, enlighten: str = ENLIGHTEN, entrez: str = ENTREZ, *, ca_file: str | None = None, seconds: float = 10.0
    ) -> None:
        """`ca_file` (PEM) replaces the usual authorities; `seconds` (real ones) bound each single request."""
        self._breaker = Breaker()
        self._enlighten = _Host(enlighten, ca_file, self._breaker, seconds)
        self._entrez = _Host(entrez, ca_file, self._breaker, seconds)

    def fetch_token(self, account: CloudAccount, serial: str) -> Secret:
        """A token for the gateway `serial`.

        Raises `LoginRefused` (wrong name or password: do not try again), `TokenMissing` (multi-factor log-in, or no
        token for this gateway), `CloudBusy`, `Unreachable`, `NotUnderstood`.
        """
        session = self._log_in(account)
        answer = self._entrez.post(
            "/tokens",
            json.dumps({"session_id": session, "serial_num": serial, "username": account.username}),
            _JSON,
        )
        _insist_not_busy(answer)
        try:
            return (
                tidy_token(answer.body.decode("ascii", "replace"))
                if answer.status == 200
                else self._form(account, serial)
            )
        except TokenMissing:
            return self._form(account, serial)

    def abort(self) -> None:
        """From any thread: end a running request at once, for good."""
        self._breaker.trip()

    def close(self) -> None:
        """Give the connections back."""
        self._enlighten.close()
        self._entrez.close()

    def _log_in(self, account: CloudAccount) -> str:
        """The session of the first flow."""
        form = urlencode({"user[email]": account.username, "user[password]": _password(account)})
        answer = self._enlighten.post("/login/login.json", form, _FORM)
        _insist_not_busy(answer)
        if answer.status in (400, 401, 403, 404, 422):
            raise _wrong_password()
        try:
            told = decode_json(answer.body)
        except NotUnderstood as error:
            raise _not_understood() from error
        session = told.get("session_id") if isinstance(told, dict) else None
        if isinstance(session, str) and session:
            return session
        if answer.status == 200 and isinstance(told, dict):
            raise _blocked() if told.get("isBlocked") is True else _multi_factor()
        raise _not_understood()

    def _form(self, account: CloudAccount, serial: str) -> Secret:
        """The second flow: the form that people use by hand."""
        form = urlencode({"username": account.username, "password": _password(account)})
        login = self._entrez.post("/login", form, _FORM)
        _insist_not_busy(login)
        cookie = _cookie(login.headers, "SESSION")
        if cookie is None:
            raise _no_token(serial)
        fields = {"serialNum": serial, **({"Site": account.site_name} if account.site_name else {})}
        page = self._entrez.post("/entrez_tokens", urlencode(fields), _FORM, {"Cookie": f"SESSION={cookie}"})
        _insist_not_busy(page)
        finder = _TokenField()
        # The parser's way to say that it gives up on an odd declaration; what it found before that may do.
        with suppress(AssertionError):
            finder.feed(page.body.decode("utf-8", "replace"))
        try:
            return tidy_token(finder.content)
        except TokenMissing:
            raise _no_token(serial) from None


class _Host:
    """One of the hosts: POST requests to it, certificate checked, bounded and abortable."""

    def __init__(self, base: str, ca_file: str | None, breaker: Breaker, seconds: float) -> None:
        parts = urlsplit(base)
        if parts.hostname is None or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        ):
            raise ValueError("the token server is only reached over HTTPS")
        self._base = base.rstrip("/")
        self._name = parts.hostname
        self._ca_file = ca_file
        self._breaker = breaker
        self._seconds = seconds
        self._line = Line(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), breaker)
        self._adapter: CheckedAdapter | None = None

    def post(self, path: str, body: str, content_type: str, headers: Mapping[str, str] | None = None) -> RawAnswer:
        from enphase_tray.gateway.checked import CheckedAdapter

        fixed = {"Accept-Encoding": "identity", "User-Agent": "enphase_tray", "Content-Type": content_type}
        self._line.allow(self._seconds)
        try:
            if self._adapter is None:
                self._adapter = CheckedAdapter(self._line)
            return self._adapter.post(
                self._base + path,
                {**fixed, **(headers or {})},
                body.encode("utf-8"),
                self._ca_file,
                self._seconds,
                _LARGEST,
            )
        except FOREIGN as error:
            raise self._translated(error) from error

    def close(self) -> None:
        if self._adapter is not None:
            self._adapter.close()

    def _translated(self, error: BaseException) -> EnphaseTrayError:
        plain = translate(error, tr("The Enphase host {name}", name=self._name))
        if isinstance(plain, Unreachable) and not self._breaker.tripped:
            return Unreachable(
                plain.title, tr("Readings go on while the token is valid; a pasted token works without it"), Retry.LATER
            )
        return plain


class _TokenField(HTMLParser):
    """The content of `<textarea id="JWTToken">`."""

    def __init__(self) -> None:
        super().__init__()
        self.content = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._inside = tag == "textarea" and (given.get("id") == "JWTToken" or given.get("name") == "accessToken")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.content += data


def _password(account: CloudAccount) -> str:
    return "" if account.password is None else account.password.reveal()


def _cookie(headers: Mapping[str, str], name: str) -> str | None:
    # Several Set-Cookie lines arrive joined by commas; a session's value has none.
    for piece in headers.get("Set-Cookie", "").replace(",", ";").split(";"):
        key, _, value = piece.strip().partition("=")
        if key == name and value:
            return quote(value, safe="!#$%&'*+-.^_`|~:/=@()[]{}<>?")
    return None


def _insist_not_busy(answer: RawAnswer) -> None:
    if answer.status == 429 or answer.status >= 500:
        wait = numeral(answer.headers.get("Retry-After"), 0.0, 7 * 86400.0)
        raise CloudBusy(tr("The Enphase token server has no time now"), tr(_PASTE), wait)


def _wrong_password() -> LoginRefused:
    return LoginRefused(
        tr("Enphase refuses the user name or password"),
        tr("Type them again in the settings; they are not tried a second time"),
    )


def _multi_factor() -> BrowserLogInNeeded:
    return BrowserLogInNeeded(
        tr("This Enphase account uses multi-factor log-in, which only works in a browser"),
        tr("Sign in at entrez.enphaseenergy.com, copy the token of your gateway and paste it in the settings"),
    )


def _blocked() -> LoginRefused:
    return LoginRefused(tr("Enphase has blocked this account for now"), tr("Sign in with a browser to see why"))


def _no_token(serial: str) -> TokenMissing:
    return TokenMissing(
        tr("Enphase gives this account no token for gateway {serial}", serial=serial),
        tr("Check that the gateway belongs to the account, or paste a token from entrez.enphaseenergy.com"),
    )


def _not_understood() -> NotUnderstood:
    return NotUnderstood(tr("The Enphase log-in answered in an unknown way"), tr(_PASTE))
