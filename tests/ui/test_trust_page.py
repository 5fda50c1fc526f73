"""The trust log where the user can see it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from enphase_tray.model.identity import CertificateFacts, Pin, pairing_code
from enphase_tray.settings.state import TrustEntry, TrustEvent
from enphase_tray.ui.settings.settings_dialog import TRUST, SettingsDialog
from enphase_tray.ui.settings.trust_page import TrustPage, what
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOON = datetime(2026, 6, 25, 12, tzinfo=UTC)
OLD, NEW = "ab" * 32, "cd" * 32


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path / "profile") as made:
        yield made


def entry(event: TrustEvent, fingerprint: str, previous: str | None, by: str = "", days: int = 0) -> TrustEntry:
    return TrustEntry(NOON + timedelta(days=days), site.SITE, fingerprint, previous, by, event)


def cells(page: TrustPage) -> list[list[str]]:
    log = page.log
    return [[log.data(log.index(row, column)) for column in range(log.columnCount())] for row in range(log.rowCount())]


def test_every_line_is_shown_newest_first(qtbot: QtBot) -> None:
    page = TrustPage()
    qtbot.addWidget(page)
    page.show_log(
        (
            entry(TrustEvent.PINNED, OLD, None, "user"),
            entry(TrustEvent.REFUSED, NEW, OLD, days=300),
            entry(TrustEvent.RETURNED, OLD, None, days=301),
            entry(TrustEvent.PINNED, NEW, OLD, "renewal", days=302),
        ),
        site.SITE,
    )
    assert [(line[1], line[3], line[2]) for line in cells(page)] == [
        (site.SITE, "The yearly renewal is trusted, as you chose", pairing_code(NEW)),
        (site.SITE, "The trusted one was back; reading went on", pairing_code(OLD)),
        (site.SITE, "Another certificate was refused; reading paused", pairing_code(NEW)),
        (site.SITE, "Trusted, because you said so", pairing_code(OLD)),
    ]
    assert pairing_code(NEW) in page.known.text()
    whole = page.log.data(page.log.index(0, 3), Qt.ItemDataRole.ToolTipRole)
    assert NEW in whole
    assert OLD in whole


def test_the_pairing_code_is_that_of_the_gateway_in_force(qtbot: QtBot) -> None:
    page = TrustPage()
    qtbot.addWidget(page)
    page.show_log((entry(TrustEvent.PINNED, OLD, None, "user"),), "122000000099")
    assert pairing_code(OLD) not in page.known.text()
    assert page.log.rowCount() == 1


@pytest.mark.parametrize("by", ["user", "first use", "fingerprint", "renewal", "<b>somebody</b>"])
@pytest.mark.parametrize("previous", [None, OLD])
def test_every_way_to_trust_has_words(by: str, previous: str | None) -> None:
    words = what(entry(TrustEvent.PINNED, NEW, previous, by))
    assert "rusted" in words


def test_the_settings_show_what_the_profile_has_noted(qtbot: QtBot, program: site.Program) -> None:
    """From the state file, through the worker's thread, to the page."""
    facts = CertificateFacts(OLD, NEW, "CN=a", "CN=b", NOON, NOON + timedelta(days=365))
    program.profile.state.set_pin(Pin(site.SITE, facts, NOON, "user"))
    dialog = SettingsDialog(program.start(program.settings))
    qtbot.addWidget(dialog)
    dialog.tabs.setCurrentIndex(TRUST)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.trust.log.rowCount() >= 1)
    assert pairing_code(OLD) in dialog.trust.known.text()
