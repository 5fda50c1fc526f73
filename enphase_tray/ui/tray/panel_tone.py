"""Whether the desktop's panel is dark, as far as the system tells; each question is one thin call."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette

from enphase_tray.ui.desktop.registry import Registry

_PERSONALIZE = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"


class DesktopTone:
    """Whether the desktop's own colours are dark, whatever the user chose for our windows. Make it before those."""

    def __init__(self) -> None:
        palette = QGuiApplication.palette()
        text, ground = (palette.color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Window))
        # Our windows put a palette of theirs over it, so what a desktop without a word for it has is read once.
        self._palette_dark = text.lightness() > ground.lightness()

    def is_dark(self) -> bool:
        """As the desktop says now, or as it was at the start where it has no word for that."""
        scheme = QGuiApplication.styleHints().colorScheme()
        return self._palette_dark if scheme is Qt.ColorScheme.Unknown else scheme is Qt.ColorScheme.Dark


def taskbar_is_dark(registry: Registry | None) -> bool | None:
    """The taskbar of Windows has a setting beside that for windows; `None` elsewhere, and where it was never set."""
    light = None if registry is None else registry.get(_PERSONALIZE, "SystemUsesLightTheme")
    return None if not isinstance(light, int) else light == 0
