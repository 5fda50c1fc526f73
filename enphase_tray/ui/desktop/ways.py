"""How the tray behaves on each desktop, as one table: what a click may do, where windows stand, how long texts are."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from enphase_tray.settings.settings import IconStyle


class PanelTone(StrEnum):
    """Where it can be known from whether the panel is dark."""

    SCHEME = "as the desktop's colours"
    DARK = "always dark"
    TASKBAR = "as the taskbar's own setting"
    TINTED = "the system tints the picture itself"


@dataclass(frozen=True, slots=True)
class Ways:
    """What a desktop does with a tray icon.

    `click_opens_menu`: a click is the desktop's own, so the small window is reached from the menu. `places_windows`:
    a program may say where its window stands. `title_units`, `body_units`: UTF-16 units of a balloon, 0: no limit.
    """

    click_opens_menu: bool = False
    places_windows: bool = True
    panel: PanelTone = PanelTone.SCHEME
    title_units: int = 0
    body_units: int = 0


def ways_of(system: str, desktop: str = "", qt_platform: str = "xcb") -> Ways:
    """`system` is `sys.platform`, `desktop` XDG_CURRENT_DESKTOP, `qt_platform` the name of Qt's platform plugin."""
    if system == "win32":
        return Ways(panel=PanelTone.TASKBAR, title_units=63, body_units=255)
    if system == "darwin":
        return Ways(click_opens_menu=True, panel=PanelTone.TINTED)
    names = {name.strip().lower() for name in desktop.split(":")}
    # GNOME's extension keeps the single click for the menu; there are no tooltips, so the menu's first line has the
    # figures. Its panel is dark whatever colours the windows have.
    gnome = bool(names & {"gnome", "gnome-classic", "gnome-flashback", "ubuntu", "unity", "pop"})
    return Ways(
        click_opens_menu=gnome,
        places_windows=not qt_platform.startswith("wayland"),
        panel=PanelTone.DARK if gnome else PanelTone.SCHEME,
    )


def tone_for(
    style: IconStyle, panel: PanelTone, scheme_dark: Callable[[], bool], taskbar_dark: Callable[[], bool | None]
) -> IconStyle:
    """The tone that stands out on the panel, where the style is to follow it; other styles as they are.

    `taskbar_dark` may not know (`None`); then the desktop's colours decide.
    """
    if style is not IconStyle.MONO or panel is PanelTone.TINTED:
        return style
    dark = True if panel is PanelTone.DARK else None
    if panel is PanelTone.TASKBAR:
        dark = taskbar_dark()
    if dark is None:
        dark = scheme_dark()
    return IconStyle.MONO_DARK if dark else IconStyle.MONO_LIGHT
