"""Underlined letters: in no language do two things that are seen at once, in one dialog or menu, share one."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QTabBar, QWidget

from enphase_tray.model.language import use
from enphase_tray.ui.help.help import Help
from enphase_tray.ui.resources import catalogues_directory
from enphase_tray.ui.tray.tray_menu import TrayMenu
from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LANGUAGES = ["en", *sorted(path.stem for path in catalogues_directory().glob("*.mo"))]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    return views.Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    path = catalogues_directory() / f"{request.param}.mo"
    if path.is_file():
        with path.open("rb") as catalogue:
            use(catalogue)
    yield request.param
    use(None)


def texts(window: QWidget) -> Iterator[str]:
    """What can be reached by a letter while the window looks like this."""
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.isEnabled():
            yield button.text()
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.buddy() is not None:
            yield label.text()
    for bar in window.findChildren(QTabBar):
        yield from (bar.tabText(place) for place in range(bar.count()) if bar.isVisible())


def shared(found: Iterator[str]) -> dict[str, list[str]]:
    """Letters that several texts have."""
    keys = defaultdict(list)
    for text in found:
        key = QKeySequence.mnemonic(text).toString()
        if key:
            keys[key].append(text)
    return {key: said for key, said in keys.items() if len(said) > 1}


def menus(owner: QMenu) -> Iterator[QMenu]:
    yield owner
    for action in owner.actions():
        beneath = action.menu()
        if isinstance(beneath, QMenu):
            yield from menus(beneath)


def lines(menu: QMenu) -> Iterator[str]:
    """Of the actions that are seen and can be chosen."""
    yield from (action.text() for action in menu.actions() if action.isVisible() and action.isEnabled())


@pytest.mark.parametrize("name", views.DIALOGS)
def test_letters_of_dialogs(qtbot, stage: views.Stage, language: str, name: str) -> None:
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        settle()
        assert shared(texts(dialog)) == {}


@pytest.mark.parametrize("name", ["well", "ill", "cut off", "refused", "renewed", "stale", "not set up"])
def test_letters_of_the_window(qtbot, stage: views.Stage, language: str, name: str) -> None:
    with views.shown(views.WINDOWS[name](stage)) as window:
        for place, (tab, _) in enumerate(TABS):
            window.tabs.setCurrentIndex(place)  # type: ignore[attr-defined]
            settle()
            assert (tab, shared(texts(window))) == (tab, {})
            for menu in window.findChildren(QMenu):
                menu.aboutToShow.emit()
                assert (tab, shared(lines(menu))) == (tab, {})


def test_letters_of_the_tray_menu(qtbot, stage: views.Stage, language: str) -> None:
    tray = TrayMenu(glance=True)
    for paused in (None, "14:05"):
        tray.show_paused(paused)
        for menu in menus(tray.menu):
            assert shared(lines(menu)) == {}


def test_letters_of_the_help_menu(qtbot, stage: views.Stage, language: str) -> None:
    menu, live = QMenu(), stage.live(None)
    Help(live, lambda: None, Path("log")).fill(menu)
    assert shared(lines(menu)) == {}


def test_a_shared_letter_is_found(qtbot) -> None:
    assert shared(iter(["&Open", "Cl&ose", "A && B", "&Bee", "no letter"])) == {"Alt+O": ["&Open", "Cl&ose"]}
    menu = QMenu()
    for text in ("&One", "&Other"):
        menu.addAction(QAction(text, menu))
    assert set(shared(lines(menu))) == {"Alt+O"}
    menu.actions()[0].setVisible(False)
    assert shared(lines(menu)) == {}
