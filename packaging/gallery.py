"""Every view in every state, to be looked at: light and dark, 1x and 2x, English and German, 12 and 60 inverters.

    PYTHONPATH=. python packaging/gallery.py FOLDER [--font 2.0] [--only WORD] [--language fr]    (or: make gallery)

Needs no display and no gateway. Each language has a folder of its own. `--font` enlarges the font as a desktop's
setting does; `--only` takes the views whose name holds that word. The charts over years are those of `screenshots.py`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from enphase_tray.app.language import speak, translate_qt
from enphase_tray.settings.settings import Appearance, Language
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.theme import apply_appearance, to_font
from enphase_tray.ui.window.pages import TABS
from tests.ui import views

SCALES = ("1", "2")
COUNTS = (12, 60)
LOOKS = {"light": Appearance.LIGHT, "dark": Appearance.DARK}
USUAL_LANGUAGES = (Language.ENGLISH.value, Language.GERMAN.value)
LANGUAGES = [language.value for language in Language if language is not Language.SYSTEM]
MANY = ("well", "ill", "night")
"""States of the window in which it matters how many inverters there are."""


def main() -> int:
    """Render all in one process for each language and scale; 0 if every picture was taken."""
    options = _options()
    if options.scale is not None:
        return pictures(options)
    for language, scale in product(options.language or USUAL_LANGUAGES, SCALES):
        done = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--language", language, "--scale", scale],
            env={**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"},
            check=False,
        )
        if done.returncode:
            return done.returncode
    return 0


def pictures(options: argparse.Namespace) -> int:
    """All pictures in the last language named, at the scale of this process."""
    code = options.language[-1]
    folder = options.folder / code
    folder.mkdir(parents=True, exist_ok=True)
    locale = speak(Language(code))
    app = QApplication(sys.argv[:1])
    translate_qt(app, code)
    font = QFont(app.font())
    font.setPointSizeF(font.pointSizeF() * options.font)
    app.setFont(font)
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as place:
            stage = views.Stage(Path(place), count)
            stage.wording = Wording(locale.decimalPoint(), locale.groupSeparator())
            for look, appearance in LOOKS.items():
                apply_appearance(app, appearance)
                stage.appearance = appearance
                for name, widget in _all(stage, count, options.only):
                    file = f"{name}-{count}-{look}-{options.scale}x.png".replace(" ", "_").replace(",", "")
                    if not widget.grab().save(str(folder / file)):
                        raise OSError(f"cannot write {file}")
    return 0


def _all(stage: views.Stage, count: int, only: str) -> Iterator[tuple[str, QWidget]]:
    """Each view on the screen, with its name."""
    for name, make in views.WINDOWS.items():
        if only not in f"window {name}" or (count != COUNTS[0] and name not in MANY):
            continue
        with views.shown(make(stage), (to_font(1000), to_font(680))) as window:
            for place, (tab, _) in enumerate(TABS):
                window.tabs.setCurrentIndex(place)
                _rest()
                yield f"window {name} {tab}", window
    for name, make_dialog in views.DIALOGS.items():
        if only not in name or count != COUNTS[0]:
            continue
        with views.shown(make_dialog(stage)) as dialog:
            _rest()
            yield name, dialog


def _rest() -> None:
    for _ in range(5):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--font", type=float, default=1.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="instead of English and German")
    parser.add_argument("--scale", choices=SCALES, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
