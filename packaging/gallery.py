"""Every view in every state, to be looked at: light and dark, at 1x and 2x, with 12 and 60 inverters.

    PYTHONPATH=. python packaging/gallery.py FOLDER [--font 2.0] [--only WORD] [--language de]    (or: make gallery)

Needs no display and no gateway. `--font` enlarges the font as a desktop's setting does; `--only` takes the views
whose name holds that word. The charts over years are those of `screenshots.py`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from enphase_tray.model.language import use
from enphase_tray.settings.settings import Appearance
from enphase_tray.ui.look.theme import apply_appearance, to_font
from enphase_tray.ui.resources import catalogues_directory
from enphase_tray.ui.window.pages import TABS
from tests.ui import views

SCALES = ("1", "2")
COUNTS = (12, 60)
LOOKS = {"light": Appearance.LIGHT, "dark": Appearance.DARK}
MANY = ("well", "ill", "night")
"""States of the window in which it matters how many inverters there are."""


def main() -> int:
    """Render all in one process for each scale; 0 if every picture was taken."""
    options = _options()
    if options.scale is not None:
        return pictures(options)
    for scale in SCALES:
        done = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--scale", scale],
            env={**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"},
            check=False,
        )
        if done.returncode:
            return done.returncode
    return 0


def pictures(options: argparse.Namespace) -> int:
    """All pictures at the scale of this process."""
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.language:
        with (catalogues_directory() / f"{options.language}.mo").open("rb") as catalogue:
            use(catalogue)
    app = QApplication(sys.argv[:1])
    font = QFont(app.font())
    font.setPointSizeF(font.pointSizeF() * options.font)
    app.setFont(font)
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as place:
            stage = views.Stage(Path(place), count)
            for look, appearance in LOOKS.items():
                apply_appearance(app, appearance)
                stage.appearance = appearance
                for name, widget in _all(stage, count, options.only):
                    file = f"{name}-{count}-{look}-{options.scale}x.png".replace(" ", "_").replace(",", "")
                    if not widget.grab().save(str(options.folder / file)):
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
    parser.add_argument("--language", default="", help="the code of one that there is a catalogue for")
    parser.add_argument("--scale", choices=SCALES, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
