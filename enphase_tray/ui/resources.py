"""Where the program's own pictures and languages lie, installed or in a checkout."""

from pathlib import Path

from enphase_tray.model.errors import SettingsError
from enphase_tray.model.language import tr

APP_ID = "io.github.enphase_tray.EnphaseTray"
"""Name of the desktop entry, of the icon and of the notifications' sender."""


def icons_directory() -> Path:
    """The folder with the icons."""
    return _directory("icons")


def catalogues_directory() -> Path:
    """The folder with the compiled catalogues, one `.mo` for each language but English."""
    return _directory("catalogues")


def app_icon_file() -> Path:
    """The application's icon (SVG)."""
    return icons_directory() / f"{APP_ID}.svg"


def tray_picture(name: str, *, mono: bool) -> Path:
    """The picture of a tray state (SVG, 16 units square); in `mono` ones black stands for the tone."""
    directory = icons_directory() / "tray"
    return (directory / "mono" if mono else directory) / f"{name}.svg"


def _directory(name: str) -> Path:
    """A folder inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for directory in (package / "resources" / name, package.parent / "resources" / name):
        if directory.is_dir():
            return directory
    raise SettingsError(tr("The program's own files are missing"), tr("Install the program again."))
