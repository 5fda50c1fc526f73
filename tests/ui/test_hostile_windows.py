"""Two hundred texts that mean harm, in every field from outside, in the real windows: shown as they are."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from enphase_tray.gateway.decode import clean
from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.identity import CertificateFacts, FirmwareVersion, FoundGateway
from enphase_tray.model.readings import DeviceStatus
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.state import TrustEntry
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.help.bug_dialog import BugDialog
from enphase_tray.ui.login.certificate_dialog import CertificateDialog
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.settings_dialog import SettingsDialog
from enphase_tray.ui.settings.trust_page import TrustPage
from enphase_tray.ui.window.window import MainWindow
from tests.history.numbers import times
from tests.trust.test_hostile_text import hostile_texts
from tests.ui import make_believe as site

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TEXTS = times(32, 200)
_OURS = re.compile(r"</?(?:qt|br|b|p|table|tr|td)\b[^<>]*/?>")
_TAG = re.compile(r"<[a-zA-Z!/?]")
_AT_THE_DOOR = 200
_WIDEST = 1200
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


def _harmless_tip(text: str) -> bool:
    """Nothing like a tag is in it, or it is rich text whose tags are all ours and lead nowhere."""
    if not _TAG.search(text):
        return True
    return text.startswith("<qt>") and "<" not in _OURS.sub("", text) and "src=" not in "".join(_OURS.findall(text))


def _looked_over(window: QWidget) -> int:
    """Every label, hint and cell of a window; how many texts there were."""
    seen = 0
    for widget in [window, *window.findChildren(QWidget)]:
        assert _harmless_tip(widget.toolTip()), widget.toolTip()[:200]
        seen += 1
        if isinstance(widget, QLabel) and widget.text():
            plain = widget.textFormat() is Qt.TextFormat.PlainText
            assert plain or not _TAG.search(widget.text()), widget.text()[:200]
            assert not widget.openExternalLinks()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            seen += _cells(widget.model())
    assert window.minimumSizeHint().width() <= _WIDEST, "no text makes the window wider than a screen"
    return seen


def _cells(model: QAbstractItemModel) -> int:
    seen = 0
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    for row in range(min(model.rowCount(QModelIndex()), 20)):
        for column in range(columns):
            shown, hint = (model.data(model.index(row, column), role) for role in _ROLES)
            assert hint is None or _harmless_tip(str(hint)), str(hint)[:200]
            assert not isinstance(shown, str) or not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\n]", shown), shown
            seen += isinstance(shown, str)
    return seen


def _result(hostile: str) -> PollResult:
    """A poll full of this text, as it comes through the gateway's door."""
    text = clean(hostile, _AT_THE_DOOR)
    shot = site.snapshot(count=3, metered=True)
    inverters = (replace(shot.inverters[0], serial=text, device=DeviceStatus(words=(text,))), *shot.inverters[1:])
    shot = replace(
        shot,
        inverters=inverters,
        relays=(site.relay(serial=text, reason=text, device=DeviceStatus(words=(text,))),),
        batteries=(replace(shot.batteries[0], serial=text),),
        timezone=text,
        gateway=replace(shot.gateway, serial=text, part_number=text, firmware=FirmwareVersion.parse(text)),
    )
    alert = Alert("a-1", "device_fault", text, Severity.WARNING, (text,), text, text, site.NOON)
    failure = replace(site.failure(), title=text, advice=text)
    return site.result(shot, active=(alert,), failure=failure, missed=1, saving_problem=text, history_notice=text)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    clock = ManualClock(site.NOON)
    profile = site.profile_at(tmp_path, clock)
    live = Live(profile.service(Settings(GatewaySettings(serial=site.SITE))), clock)
    live.latest = site.result(site.snapshot(count=3))
    made = MainWindow(live, profile.history_reader, Wording(), open_settings=lambda: None)
    qtbot.addWidget(made)
    made.show()
    yield made
    live.stop()


@pytest.mark.timeout(600)
def test_the_window_shows_them_as_they_are(window: MainWindow) -> None:
    seen = 0
    for text in hostile_texts(TEXTS):
        result = _result(text)
        window._live.latest = result
        window._live.result.emit(result)
        seen += _looked_over(window)
        status = describe(result, site.NOON + timedelta(minutes=1), Wording())
        assert len(status.tooltip.encode("utf-16-le", "surrogatepass")) // 2 <= 127, repr(text)
    assert seen > 100 * TEXTS


@pytest.mark.timeout(600)
def test_dialogs_show_them_as_they_are(qtbot: QtBot, tmp_path: Path) -> None:
    clock = ManualClock(site.NOON)
    service = site.profile_at(tmp_path, clock).service(Settings(GatewaySettings(serial=site.SITE)))
    live = Live(service, clock)
    settings = SettingsDialog(live)
    qtbot.addWidget(settings)
    for text in hostile_texts(TEXTS):
        live.found.emit((FoundGateway(text, text, ("192.168.1.20",), 443, FirmwareVersion.parse(text)),))
        live.trust_log.emit((TrustEntry(site.NOON, text, text, text, text),))
        assert _looked_over(settings) > 50
        for dialog in _dialogs(text):
            assert _looked_over(dialog) > 3
            dialog.deleteLater()
    live.stop()


def _dialogs(text: str) -> Iterator[QWidget]:
    year = timedelta(days=365)
    shown = CertificateFacts("ab" * 32, "cd" * 32, text, text, site.NOON, site.NOON + year)
    questions: tuple[Any, ...] = ((None, None), (shown, True), (shown, False))
    for previous, expected in questions:
        yield CertificateDialog(CertificateQuestion(text, shown, previous, expected), text)
    yield BugDialog(text)
    page = TrustPage()
    page.show_log((TrustEntry(site.NOON, text, "ab" * 32, None, text),), text)
    yield page
