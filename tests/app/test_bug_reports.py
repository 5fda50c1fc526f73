"""A report of a fault is made to be sent: nothing in it tells whose gateway it is about."""

from pathlib import Path

import pytest

from enphase_tray.app.bug_reports import NOT_SHOWN, fit_to_send
from enphase_tray.gateway import outgoing
from enphase_tray.gateway.outgoing import Private
from enphase_tray.model.errors import SecretsError

PRIVATE = ("122012345678", "192.168.1.20", "me@example.org", "ab:cd:ef:01:02:03", str(Path.home()))
REPORT = f"""Traceback (most recent call last):
  File "{Path.home()}/.local/lib/python3.11/site-packages/enphase_tray/gateway/reader.py", line 71, in read
    raise ValueError(serial)
ValueError: gateway 122012345678 at 192.168.1.20 of me@example.org, MAC ab:cd:ef:01:02:03, read 1234 W
"""


def test_what_is_private_is_replaced_and_the_rest_stays() -> None:
    shown = fit_to_send(REPORT)
    assert [word for word in PRIVATE if word in shown] == []
    assert 'File "~/.local/lib/python3.11/site-packages/enphase_tray/gateway/reader.py", line 71, in read' in shown
    assert "ValueError: gateway " in shown
    assert "read 1234 W" in shown


def test_what_cannot_be_made_fit_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(texts: dict[str, str], private: Private) -> dict[str, str]:
        raise SecretsError("Nothing was written", "Report it")

    monkeypatch.setattr(outgoing, "made_public", refuse)
    assert fit_to_send(REPORT) == NOT_SHOWN
