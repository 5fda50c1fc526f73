"""Which language the program speaks, and that Qt and the numbers speak it too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from enphase_tray.app.language import language_of, locale_of, speak, translate_qt
from enphase_tray.model.language import code, tr, use
from enphase_tray.settings.settings import Language
from enphase_tray.ui.resources import catalogues_directory


@pytest.fixture(autouse=True)
def _english_again(qapp: QApplication) -> Iterator[None]:
    yield
    use(None)
    translate_qt(qapp, "en")
    QLocale.setDefault(QLocale.system())


@pytest.mark.parametrize(
    ("choice", "wished", "spoken"),
    [
        (Language.GERMAN, ["fr-FR", "fr"], "de"),
        (Language.ENGLISH, ["de-DE"], "en"),
        (Language.SYSTEM, ["de-Latn-AT", "de-AT", "de"], "de"),
        (Language.SYSTEM, ["it-IT", "it", "de-IT", "de"], "de"),
        (Language.SYSTEM, ["en-GB", "de"], "en"),
        (Language.SYSTEM, ["it-IT", "it"], "en"),
        (Language.SYSTEM, [], "en"),
        (Language.DUTCH, ["nl"], "en"),
    ],
)
def test_first_language_that_is_known_is_spoken(
    choice: Language, wished: list[str], spoken: str, tmp_path: Path
) -> None:
    (tmp_path / "de.mo").touch()
    assert language_of(choice, wished, tmp_path) == spoken


def test_numbers_are_those_of_the_users_own_country() -> None:
    austria = QLocale("de_AT")
    assert locale_of("de", austria) == austria
    assert locale_of("fr", QLocale("fr_CH")).territory() is QLocale.Country.Switzerland
    assert locale_of("de", QLocale("en_CH")).name() == "de_CH"
    assert locale_of("de", QLocale.c()).decimalPoint() == ","


def test_everything_speaks_the_language_chosen(qapp: QApplication) -> None:
    locale = speak(Language.GERMAN)
    translate_qt(qapp, code())
    assert tr("All well") == "Alles in Ordnung"
    assert locale.decimalPoint() == QLocale().decimalPoint() == ","
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def test_english_is_spoken_again(qapp: QApplication) -> None:
    speak(Language.GERMAN)
    translate_qt(qapp, "de")
    speak(Language.ENGLISH)
    translate_qt(qapp, "en")
    assert tr("All well") == "All well"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.expects_log("the catalogue of de cannot be used")
def test_a_damaged_catalogue_leaves_the_program_in_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "de.mo").write_bytes(b"not a catalogue")
    monkeypatch.setattr("enphase_tray.app.language.catalogues_directory", lambda: tmp_path)
    speak(Language.GERMAN)
    assert tr("All well") == "All well"


@pytest.mark.parametrize("language", sorted(file.stem for file in catalogues_directory().glob("*.mo")))
def test_each_catalogue_can_be_chosen(language: str) -> None:
    speak(Language(language))
    assert code() == language
