"""Written from right to left, as Arabic and Hebrew are, every view is mirrored and nothing is cut off or overlaps."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enphase_tray.settings.settings import Appearance
from enphase_tray.ui.look.header import TitleLine
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import complaints, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    return views.Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(autouse=True)
def _mirrored(qapp: QApplication) -> Iterator[None]:
    apply_appearance(qapp, Appearance.LIGHT)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("name", views.DIALOGS)
def test_dialogs(qtbot, stage: views.Stage, name: str) -> None:
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        settle()
        assert complaints(dialog) == []


@pytest.mark.parametrize("name", ["ill", "cut off"])
def test_pages_of_the_window(qtbot, stage: views.Stage, name: str) -> None:
    with views.shown(views.WINDOWS[name](stage)) as window:
        found = {}
        for place, (tab, _) in enumerate(TABS):
            window.tabs.setCurrentIndex(place)
            settle()
            found[tab] = complaints(window)
        assert found == {tab: [] for tab, _ in TABS}


def test_the_window_is_mirrored(qtbot, stage: views.Stage) -> None:
    """The verdict stands at the right, what can be done at the left."""
    with views.shown(views.WINDOWS["well"](stage)) as window:
        settle()
        header = window.findChild(TitleLine)
        assert isinstance(header, TitleLine)
        for button in (header.refresh_button, header.settings_button, header.help_button):
            assert button.geometry().center().x() < header.width() / 2
