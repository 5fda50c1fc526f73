"""No text is cut off or lies on another: in any view or state, at 0.8 to 2 times the font, or with longer words."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from enphase_tray.model.language import use
from enphase_tray.settings.settings import Appearance
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.resources import catalogues_directory
from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import complaints, pseudo, refit, say_otherwise, settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LOOKS = ((0.8, "own"), (1.0, "own"), (1.0, "long"), (2.0, "own"), (2.0, "long"))
"""How large the desktop's font is, and the words: English, as long as in the wordiest language, or a language's own."""
CATALOGUES = sorted(catalogues_directory().glob("*.mo"))
TAB_NAMES = tuple(name for name, _ in TABS)
NOTHING: tuple[str, ...] = ()
LEAST_SIZE = (820, 560)
"""The size from which the window is good, at the usual font."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    return views.Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(
    params=[*LOOKS, *((1.0, path.stem) for path in CATALOGUES)], ids=lambda look: f"font x{look[0]}, {look[1]} words"
)
def look(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[tuple[float, str]]:
    """The desktop's font so many times as large, and which words."""
    apply_appearance(qapp, Appearance.LIGHT)
    before = qapp.font()
    font = QFont(before)
    font.setPointSizeF(before.pointSizeF() * request.param[0])
    qapp.setFont(font)
    for path in CATALOGUES:
        if path.stem == request.param[1]:
            with path.open("rb") as catalogue:
                use(catalogue)
    yield request.param
    use(None)
    qapp.setFont(before)


def read(made: QWidget, words: str) -> list[str]:
    if words == "long":
        say_otherwise(made, pseudo)
        refit(made)
    settle()
    return complaints(made)


def turned(window: QWidget) -> Iterator[str]:
    """Each tab in front, one after the other."""
    for place, name in enumerate(TAB_NAMES):
        window.tabs.setCurrentIndex(place)  # type: ignore[attr-defined]
        settle()
        yield name


@pytest.mark.parametrize("name", views.DIALOGS)
def test_dialogs(qtbot, stage: views.Stage, look: tuple[float, str], name: str) -> None:
    scale, words = look
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        assert read(dialog, words) == []
        if words == "own":
            assert dialog.minimumSizeHint().width() <= LEAST_SIZE[0] * max(1.0, scale)


@pytest.mark.parametrize("name", views.WINDOWS)
def test_states_of_the_window(qtbot, stage: views.Stage, name: str) -> None:
    with views.shown(views.WINDOWS[name](stage)) as window:
        assert {tab: tuple(read(window, "own")) for tab in turned(window)} == dict.fromkeys(TAB_NAMES, NOTHING)


@pytest.mark.parametrize("name", ["ill", "cut off"])
def test_tabs_with_other_fonts_and_words(qtbot, stage: views.Stage, look: tuple[float, str], name: str) -> None:
    scale, words = look
    with views.shown(views.WINDOWS[name](stage)) as window:
        assert {tab: tuple(read(window, words)) for tab in turned(window)} == dict.fromkeys(TAB_NAMES, NOTHING)
        if words == "own":
            least = window.minimumSizeHint()
            assert least.width() <= LEAST_SIZE[0] * max(1.0, scale)
            assert least.height() <= LEAST_SIZE[1] * max(1.0, scale)


def test_what_is_cut_is_found(qtbot) -> None:
    """The measure itself: a label, a button and a field with too little room, and one label on another."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    label, button, line = QLabel("A long line of words", window), QPushButton("Another one", window), QLineEdit(window)
    line.setPlaceholderText("What to type here")
    for place, widget in enumerate((label, button, line)):
        widget.setGeometry(0, 40 * place, 30, 20)
    on_top = QLabel("x", window)
    on_top.setGeometry(2, 2, 12, 14)
    window.show()
    settle()
    found = "\n".join(complaints(window))
    for words in ("A long line", "Another one", "What to type", "lies on"):
        assert words in found
    for widget in (label, button, line):
        widget.resize(300, 30)
    on_top.move(320, 0)
    assert complaints(window) == []
