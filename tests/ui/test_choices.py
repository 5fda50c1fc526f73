"""Drop-down lists in every view and state: none is shown that has nothing to choose, none is drawn out."""

import pytest
from PySide6.QtWidgets import QComboBox, QWidget

from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    return views.Stage(tmp_path_factory.mktemp("stage"))


def lists_in_sight(window: QWidget) -> list[QComboBox]:
    return [choice for choice in window.findChildren(QComboBox) if choice.isVisible()]


@pytest.mark.parametrize("name", views.WINDOWS)
def test_each_has_something_to_choose_and_its_own_width(qtbot, stage: views.Stage, name: str) -> None:
    seen = 0
    with views.shown(views.WINDOWS[name](stage)) as window:
        for place, (tab, _) in enumerate(TABS):
            window.tabs.setCurrentIndex(place)  # type: ignore[attr-defined]
            settle()
            for choice in lists_in_sight(window):
                seen += 1
                assert choice.currentText(), (tab, choice.accessibleName())
                assert choice.width() < window.width() / 3, (tab, choice.accessibleName())
    assert seen
