"""No secret in log text, whatever way it got there."""

import base64
import logging
from urllib.parse import quote

import pytest

from enphase_tray.gateway.redact import RedactingFormatter, Redactor
from enphase_tray.model.identity import Secret

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJhdWQiOiIxMjM0NTY3ODkwMTIifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
PASSWORD = "p@ss w/rd'1"


@pytest.mark.parametrize(
    "text",
    [
        f"sent {TOKEN} to it",
        f"{{'Authorization': 'Bearer {TOKEN}'}}",
        f"Invalid header value b'Bearer {TOKEN}\\n'",
        f"Authorization: Bearer {TOKEN[:30]}",
        "authorization=Basic dXNlcjpzZWNyZXQ=",
        "Cookie: sessionid=c2lnbmF0dXJl; other=c2lnbmF0dXJl",
        '{"session_id": "0123456789abcdefc2lnbmF0dXJl"}',
        "user[password]=c2lnbmF0dXJl&x=1",
        'Digest username="envoy", nonce="c2lnbmF0dXJl", response="c2lnbmF0dXJl0123"',
    ],
)
def test_what_looks_like_a_secret_goes(text: str) -> None:
    scrubbed = Redactor().scrub(text)
    assert "***" in scrubbed
    for secret in (TOKEN, TOKEN[:30], "c2lnbmF0dXJl", "dXNlcjpzZWNyZXQ"):
        assert secret not in scrubbed


@pytest.mark.parametrize(
    "form", [PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD), base64.b64encode(PASSWORD.encode()).decode()]
)
def test_known_values_go_in_every_form(form: str) -> None:
    assert form.rstrip("=") not in Redactor([Secret(PASSWORD)]).scrub(f"x {form} y")


def test_ordinary_text_stays() -> None:
    text = "GET /api/v1/production/inverters 200 in 0.3 s from 192.168.1.20"
    assert Redactor([Secret("abc")]).scrub(text) == text


def test_formatter_scrubs_arguments_and_tracebacks() -> None:
    redactor = Redactor()
    redactor.learn(Secret(PASSWORD))
    formatter = RedactingFormatter(redactor, "%(levelname)s %(message)s")
    try:
        raise ValueError(f"bad {PASSWORD}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "got %s", (TOKEN,), info)
    text = formatter.format(record)
    assert "ValueError" in text
    assert TOKEN not in text
    assert f"bad {PASSWORD}" not in text.replace('f"bad {PASSWORD}"', "")
