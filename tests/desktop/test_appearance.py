"""Light and dark: windows follow the desktop while it changes, unless one of both was chosen."""

import signal
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Appearance, Settings
from enphase_tray.settings.store import SettingsStore
from tests.desktop.bench import Desktop, Program, wait_until
from tests.desktop.conftest import start_window_manager

pytestmark = [pytest.mark.desktop, pytest.mark.slow, pytest.mark.timeout(150)]

WINDOW = "^Set up Enphase Tray$"
MIDDLE = 128


def start(desktop: Desktop, appearance: Appearance) -> tuple[Program, Program]:
    """The portal, and the program with its first window, on a desktop that is light."""
    start_window_manager(desktop)
    portal = desktop.start_python("-m", "tests.desktop.portal")
    wait_until(lambda: "ready" in portal.log, what=lambda: f"portal: {portal.log}")
    paths = ProfilePaths.at(desktop.home / "profile")
    paths.prepare()
    SettingsStore(paths).save(Settings(appearance=appearance))
    program = desktop.start_enphase_tray(
        "--profile", paths.directory,
        environment={"XDG_CURRENT_DESKTOP": "GNOME", "QT_QPA_PLATFORMTHEME": "xdgdesktopportal"},
    )  # fmt: skip
    wait_until(lambda: desktop.windows(WINDOW), 30, lambda: f"window: {program.log}")
    return portal, program


def lightness(desktop: Desktop) -> int:
    """Of the window at its left edge, 0 to 255."""
    window = desktop.windows(WINDOW)[0]
    file = Path(desktop.folder) / "window.png"
    desktop.run("import", "-window", window, file)
    return QImage(str(file)).pixelColor(4, 120).lightness()


def test_windows_follow_the_desktop(desktop: Desktop) -> None:
    portal, program = start(desktop, Appearance.SYSTEM)
    wait_until(lambda: lightness(desktop) > MIDDLE, what=lambda: f"a light window: {program.log}")
    portal.signal(signal.SIGUSR1)
    wait_until(lambda: lightness(desktop) < MIDDLE, what=lambda: f"a dark window: {program.log}")


def test_what_was_chosen_stays(desktop: Desktop) -> None:
    portal, program = start(desktop, Appearance.LIGHT)
    wait_until(lambda: lightness(desktop) > MIDDLE, what=lambda: f"a light window: {program.log}")
    portal.signal(signal.SIGUSR1)
    wait_until(lambda: "org.freedesktop.appearance" in monitored(desktop), what="the portal's word")
    assert lightness(desktop) > MIDDLE


def monitored(desktop: Desktop) -> str:
    """What the portal says now, as any program may ask."""
    question = "org.freedesktop.portal.Settings.ReadAll array:string:org.freedesktop.appearance"
    place = "--dest=org.freedesktop.portal.Desktop /org/freedesktop/portal/desktop"
    said = desktop.run("dbus-send", "--session", "--print-reply", *place.split(), *question.split())
    return said if "uint32 1" in said else ""
