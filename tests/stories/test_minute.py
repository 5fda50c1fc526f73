"""Set-up in a minute: from the first start to the first figure, each click and each field counted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPlainTextEdit, QRadioButton
from pytestqt.qtbot import QtBot

from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.identity import FoundGateway
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.status.words import Wording
from enphase_tray.ui.setup.setup import DONE, LOGIN, TRUST, SetupWizard
from enphase_tray.ui.window.window import MainWindow
from enphase_tray.ui.windows import Windows
from tests.stories.desk import NEW, OLD, Desk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

MOST = 6
"""Clicks and fields together."""


class Announced(Desk):
    """A gateway that makes itself known on the network, as real ones do."""

    def _search(self, seconds: float) -> list[FoundGateway]:
        house = self.house
        return [FoundGateway(self.gateway.serial, "Envoy", ("127.0.0.1",), self.gateway.port, house.version)]

    def __init__(self, folder: Path, house: HouseConfig) -> None:
        super().__init__(folder, house)
        self.house = house


class User:
    """Clicks and types like one, and counts."""

    def __init__(self, qtbot: QtBot, desk: Announced) -> None:
        self._qtbot = qtbot
        self.windows = Windows(desk.live, desk.profile.history_reader, Wording())
        self.acts: list[str] = []
        self.windows.open()
        self.wizard = next(w for w in QApplication.topLevelWidgets() if isinstance(w, SetupWizard) and w.isVisible())
        found = self.wizard.find_page.found
        qtbot.waitUntil(lambda: found.again.isEnabled() and bool(found.gateways), timeout=10_000)

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisible()
        assert button.isEnabled()
        self.acts.append(button.text())
        place = QPoint(8, button.height() // 2) if isinstance(button, QRadioButton) else button.rect().center()
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)

    def type(self, field: QLineEdit | QPlainTextEdit, text: str) -> None:
        assert field.isVisible()
        self.acts.append(field.accessibleName())
        if isinstance(field, QPlainTextEdit):
            field.setPlainText(text)  # pasted
        else:
            self._qtbot.keyClicks(field, text)

    def next(self, page: int | None = None) -> None:
        """Press the main button and wait for what it leads to."""
        wizard = self.wizard
        self.click(wizard.next)
        if page is not None:
            self._qtbot.waitUntil(lambda: wizard.page == page and wizard.next.isEnabled(), timeout=10_000)

    def sees_a_figure(self) -> None:
        """The main window is in front, and says what the house makes now."""

        def shown() -> bool:
            windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible()]
            return bool(windows) and windows[0].figures.figures[0].value.text().endswith((" W", " kW"))

        self._qtbot.waitUntil(shown, timeout=15_000)

    def words(self) -> str:
        """All that the page in front says."""
        return " ".join(label.text() for label in self.wizard.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def user(qtbot: QtBot, tmp_path: Path, house: HouseConfig) -> Iterator[tuple[User, Announced]]:
    with Announced(tmp_path / "profile", house) as desk:
        made = User(qtbot, desk)
        yield made, desk
        made.windows.close()


@pytest.mark.parametrize("house", [OLD, HouseConfig(firmware="3.17.3")], ids=["firmware 5", "firmware 3"])
def test_below_7_nothing_has_to_be_typed(user: tuple[User, Announced]) -> None:
    person, desk = user
    assert desk.gateway.serial in person.wizard.find_page.found.list.item(0).text(), "it shows what it found"
    person.next(LOGIN)
    person.next(DONE)
    person.next()
    person.sees_a_figure()
    assert person.acts == ["This &is mine", "&Continue", "&Done"]


@pytest.mark.parametrize("house", [NEW, replace(NEW, firmware="7.6.175")], ids=["firmware 8", "firmware 7"])
def test_from_7_on_with_an_account(user: tuple[User, Announced]) -> None:
    person, desk = user
    account = CloudUser("me@example.org", "sunshine-1")
    with SimulatedCloud(desk.gateway.mint, desk.clock, (account,), secure=False) as cloud:
        desk.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        person.next(TRUST)
        assert "only this device is believed" in person.words(), "trust in one sentence"
        person.next(LOGIN)
        login = person.wizard.login_page.fields
        assert not login.digest.isVisible(), "only what this firmware needs"
        person.type(login.token.email.editor, "me@example.org")
        person.type(login.token.password.editor, "sunshine-1")
        person.next(DONE)
        person.next()
        person.sees_a_figure()
    assert len(person.acts) <= MOST, person.acts


@pytest.mark.parametrize("house", [NEW], ids=["firmware 8"])
def test_from_7_on_with_a_token(user: tuple[User, Announced]) -> None:
    person, desk = user
    person.next(TRUST)
    person.next(LOGIN)
    login = person.wizard.login_page.fields.token
    assert "multi-factor" in person.words(), "who cannot sign in is told before trying"
    person.click(login.paste)
    assert "Create access token" in person.words(), "and how to get what is to be pasted"
    person.type(login.token.editor, desk.gateway.token())
    person.next(DONE)
    person.next()
    person.sees_a_figure()
    assert len(person.acts) <= MOST, person.acts


@pytest.mark.parametrize("house", [NEW], ids=["firmware 8"])
def test_a_wrong_turn_costs_no_typing(user: tuple[User, Announced]) -> None:
    """Back to the beginning and forward again: all that was typed is still there."""
    person, _ = user
    person.next(TRUST)
    person.next(LOGIN)
    login = person.wizard.login_page.fields.token
    person.type(login.email.editor, "me@example.org")
    person.type(login.password.editor, "half of i")
    person.click(person.wizard.back)
    person.click(person.wizard.back)
    person.next(LOGIN)
    assert login.email.text == "me@example.org"
    assert login.password.text == "half of i"
