"""Chooses what the program speaks, before its first text is made: its own texts, Qt's, and how numbers are written."""

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from enphase_tray.model.language import use
from enphase_tray.settings.settings import Language
from enphase_tray.ui.resources import catalogues_directory

log = logging.getLogger(__name__)

_ENGLISH = Language.ENGLISH.value


def speak(choice: Language) -> QLocale:
    """Speak the language chosen from now on; the locale for numbers. What was said before stays as it was."""
    system = QLocale.system()
    code = language_of(choice, system.uiLanguages(), catalogues_directory())
    use(None)
    if code != _ENGLISH:
        try:
            with (catalogues_directory() / f"{code}.mo").open("rb") as catalogue:
                use(catalogue)
        except OSError as error:
            log.warning("the catalogue of %s cannot be used: %s", code, error)
    locale = system if choice is Language.SYSTEM else locale_of(code, system)
    QLocale.setDefault(locale)
    return locale


def language_of(choice: Language, wished: Sequence[str], catalogues: Path) -> str:
    """The code of the language to speak: the one chosen, or the first of the system's that there is a catalogue for.

    `wished`: as `QLocale.uiLanguages` tells them, `de-AT` or `de`. English where there is none.
    """
    codes = [choice.value] if choice is not Language.SYSTEM else [name.split("-")[0].lower() for name in wished]
    return next((code for code in codes if code == _ENGLISH or (catalogues / f"{code}.mo").is_file()), _ENGLISH)


def locale_of(code: str, system: QLocale) -> QLocale:
    """How numbers and times are written in a language: as in the user's own country, where that speaks it."""
    language = QLocale(code).language()
    return system if language == system.language() else QLocale(language, system.territory())


def translate_qt(app: QCoreApplication, code: str) -> None:
    """Let Qt's own buttons and menus speak the same, where its texts were installed with it."""
    for before in app.findChildren(QTranslator):
        app.removeTranslator(before)
        before.deleteLater()
    if code == _ENGLISH:
        return
    translator = QTranslator(app)
    if translator.load(f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    else:
        log.info("Qt has no texts in the language %s", code)
