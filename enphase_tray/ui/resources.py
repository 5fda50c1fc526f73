"""Where the program's own pictures lie, installed or in a checkout."""

from pathlib import Path

from enphase_tray.model.errors import SettingsError

APP_ID = "io.github.enphase_tray.EnphaseTray"
"""Name of the desktop entry, of the icon and of the notifications' sender."""


def icons_directory() -> Path:
    """The folder with the icons: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for directory in (package / "resources" / "icons", package.parent / "resources" / "icons"):
        if directory.is_dir():
            return directory
    raise SettingsError("The program's icons are missing", "Install the program again.")


def app_icon_file() -> Path:
    """The application's icon (SVG)."""
    return icons_directory() / f"{APP_ID}.svg"


def tray_picture(name: str, *, mono: bool) -> Path:
    """The picture of a tray state (SVG, 16 units square); in `mono` ones black stands for the tone."""
    directory = icons_directory() / "tray"
    return (directory / "mono" if mono else directory) / f"{name}.svg"
