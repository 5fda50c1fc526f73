"""In another language nothing that is seen is left in English, in any view or state: marked texts are also said."""

import re
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTableView, QTabWidget, QWidget

from enphase_tray.model.language import use
from enphase_tray.status.words import Wording
from enphase_tray.ui.resources import catalogues_directory
from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LANGUAGES = sorted(path.stem for path in catalogues_directory().glob("*.mo"))
ENGLISH_NUMBER = re.compile(r"\d\.\d{1,2}[ \u00a0]?(k|M|G)?Wh?\b|\d,\d{3}[ \u00a0]?W\b|\d\.\d{1,2}[ \u00a0]?kW")
NOT_OURS = {"about"}
"""Names of licences are English everywhere."""


@pytest.fixture(scope="module", params=LANGUAGES)
def said(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """English texts without fields that are said otherwise in the language, with what is said."""
    path = catalogues_directory() / f"{request.param}.mo"
    with path.open("rb") as catalogue:
        texts = GNUTranslations(catalogue)._catalog  # type: ignore[attr-defined]
    plain = {text.split("\4")[-1]: words for text, words in texts.items() if isinstance(text, str)}
    with path.open("rb") as catalogue:
        use(catalogue)
    ours = {bare(words) for words in plain.values()}
    yield {bare(text): words for text, words in plain.items() if text and bare(text) not in ours}
    use(None)


@pytest.fixture(scope="module")
def stage(said: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    """Numbers are written with a comma for a part and a point for a thousand."""
    stage = views.Stage(tmp_path_factory.mktemp("stage"))
    stage.wording = Wording(",", ".")
    return stage


def bare(text: str) -> str:
    return text.replace("&", "").strip().rstrip(".")


def seen(window: QWidget) -> Iterator[str]:
    """All texts, descriptions and hints, and what stands in tables."""
    for widget in (window, *window.findChildren(QWidget)):
        yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        elif isinstance(widget, QTabWidget):
            yield from (widget.tabText(place) for place in range(widget.count()))
        elif isinstance(widget, QTableView) and widget.model() is not None:
            yield from cells(widget)


def cells(view: QTableView) -> Iterator[str]:
    model = view.model()
    for column in range(model.columnCount()):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
            yield from (str(model.index(row, column).data(role) or "") for row in range(min(model.rowCount(), 20)))


def english(window: QWidget, said: dict[str, str]) -> set[str]:
    """Texts that have other words, and figures with a unit that are written otherwise."""
    return {
        text
        for text in seen(window)
        if ENGLISH_NUMBER.search(text) or any(bare(part) in said for part in text.split("\n"))
    }


@pytest.mark.parametrize("name", [name for name in views.DIALOGS if name not in NOT_OURS])
def test_dialogs_speak_one_language(qtbot, said: dict[str, str], stage: views.Stage, name: str) -> None:
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        settle()
        assert english(dialog, said) == set()


@pytest.mark.parametrize("name", views.WINDOWS)
def test_the_window_speaks_one_language(qtbot, said: dict[str, str], stage: views.Stage, name: str) -> None:
    with views.shown(views.WINDOWS[name](stage)) as window:
        for place, (tab, _) in enumerate(TABS):
            window.tabs.setCurrentIndex(place)  # type: ignore[attr-defined]
            settle()
            assert (tab, english(window, said)) == (tab, set())


def test_english_numbers_are_noticed() -> None:
    assert all(ENGLISH_NUMBER.search(text) for text in ("12.3 kWh", "2,965 W", "0.85 kW", "1.20\u00a0MWh"))
    assert ENGLISH_NUMBER.search("12,3 kWh · 2.965 W · 1,00 · 192.168.1.20 · 8.3.5289") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_a_colour(language: str) -> None:
    """Who does not see it, or has another palette, could not find what is meant."""
    with (catalogues_directory() / f"{language}.mo").open("rb") as catalogue:
        texts = [text for text in GNUTranslations(catalogue)._catalog if isinstance(text, str)]  # type: ignore[attr-defined]
    named = re.compile(r"\b(gr[ea]y|orange|blue|green|red|purple|yellow)\b", re.IGNORECASE)
    assert len(texts) > 1000
    assert [text for text in texts if named.search(text)] == []


def test_what_is_left_in_english_is_found(qtbot, said: dict[str, str]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    QLabel("Nothing has been read yet today.", window)
    assert english(window, said) == {"Nothing has been read yet today."}
