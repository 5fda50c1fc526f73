"""Take the pictures of the README: the real program against the simulated house, in light and dark.

    PYTHONPATH=. python packaging/screenshots.py [FOLDER]    (or: make screenshots)

Needs no display and no gateway. Pictures go to `resources/screenshots` unless another folder is named; set
QT_SCALE_FACTOR=2 for sharper ones. It takes about three minutes, most of them for years of history to show.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

from long_past import TODAY, lived
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from enphase_tray.app.compose import Profile
from enphase_tray.app.demo_run import Demo, note, prepared
from enphase_tray.model.alerts import Severity
from enphase_tray.model.readings import RelayState
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import Appearance, IconShows, IconStyle, Settings
from enphase_tray.status.status import IconState
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart_page import ChartPage
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.glance.glance import Glance
from enphase_tray.ui.look.theme import apply_appearance
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.settings_dialog import SettingsDialog
from enphase_tray.ui.setup.setup import LOGIN, TRUST, SetupWizard
from enphase_tray.ui.tray.icon import IconKey, IconPainter
from enphase_tray.ui.window.pages import TABS
from enphase_tray.ui.window.window import MainWindow

REPOSITORY = Path(__file__).resolve().parents[1]
LOOKS = {"light": Appearance.LIGHT, "dark": Appearance.DARK}
PANELS = {
    "light": ("#f2f2f0", "#202428", IconStyle.MONO_LIGHT),
    "dark": ("#202428", "#f2f2f0", IconStyle.MONO_DARK),
}
STATES = (
    (IconState.NORMAL, "850", "850 W"),
    (IconState.NORMAL, "3.4", "3.4 kW"),
    (IconState.LOOK, "3.4", "to look at"),
    (IconState.FAULT, "0", "fault"),
    (IconState.STALE, "3.4", "old figure"),
    (IconState.NIGHT, "", "night"),
    (IconState.NOT_CONNECTED, "", "no connection"),
    (IconState.CERTIFICATE, "", "certificate"),
    (IconState.UNKNOWN, "", "not known yet"),
)
RING_SHARES = {"850": 5, "3.4": 18}
"""How far the ring goes with a figure, in its steps."""
SIZES = {"": (1000, 680), "-small": (820, 560)}
COUNTS = (12, 60)
PAGE_NAMES = {"day": "today", "heat_map": "heat-map"}
CHARTS = (
    ("day", "day", Span.DAY),
    ("inverters", "inverters", Span.DAY),
    ("energy", "energy-month", Span.MONTH),
    ("energy", "energy-year", Span.YEAR),
    ("heat_map", "heat-map", Span.LAST_90),
    ("heat_map", "heat-map-year", Span.LAST_365),
    ("panel", "panel-day", Span.DAY),
    ("panel", "panel-year", Span.YEAR),
    ("health", "health", Span.ALL),
)
"""Page, name of the picture and time in sight."""
TROUBLED = 1
"""Which inverter, of those in the order of their serials, has a page worth showing."""


def main(folder: Path) -> int:
    """Take all pictures; 0 if every one was taken."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    pictures_of_tray(app, folder)
    pictures_of_demo(app, folder)
    pictures_of_trouble(app, folder)
    for count in COUNTS:
        with lived(count) as demo, watched(app, demo) as (live, window):
            live.poll_now()  # the first poll after a start does not wait for the days before
            wait(app, lambda live=live: knows_panels(live), 30.0)
            for name, look in LOOKS.items():
                apply_appearance(app, look)
                pictures_of_charts(app, window, folder, f"{count}-{name}")
    return 0


@contextmanager
def watched(app: QApplication, demo: Demo, note: str = "") -> Iterator[tuple[Live, MainWindow]]:
    """The demo's window after its first result."""
    live = Live(demo.profile.service(demo.settings), demo.profile.clock)
    live.start()
    window = MainWindow(live, demo.profile.history_reader, Wording(), open_settings=lambda: None, note=note)
    try:
        wait(app, lambda: live.latest is not None and live.latest.snapshot is not None, 30.0)
        yield live, window
    finally:
        window.close()
        live.stop()
        window.deleteLater()


def pictures_of_demo(app: QApplication, folder: Path) -> None:
    """What a user of the demo comes to see."""
    with prepared() as demo, watched(app, demo, note()) as (live, window):
        for name, look in LOOKS.items():
            apply_appearance(app, look)
            pictures_of_window(app, window, folder, name)
            pictures_of_settings(app, live, folder, name)
            pictures_of_setup(app, demo, folder, name)


def pictures_of_trouble(app: QApplication, folder: Path) -> None:
    """The demo at its worst, which does not last."""
    with prepared() as demo, watched(app, demo, note()) as (live, window):
        turn_to(window, "day")
        wait(app, lambda: relay_is_open(live), 180.0)
        for name, look in LOOKS.items():
            apply_appearance(app, look)
            grab(app, window, folder / f"window-trouble-{name}.png", SIZES[""])
            picture_of_glance(app, live, demo, folder / f"glance-trouble-{name}.png")


def picture_of_glance(app: QApplication, live: Live, demo: Demo, file: Path) -> None:
    """The small window at the icon."""
    attention = Attention(lambda: live.settings, live.clock)
    glance = Glance(live, demo.profile.history_reader, Wording(), attention)
    glance.refill()
    grab(app, glance, file, None)
    glance.close()


def pictures_of_tray(app: QApplication, folder: Path) -> None:
    """The icon in each of its states and styles, on a light and on a dark panel, in colour and in one tone."""
    painter = IconPainter()
    for name, (panel, ink, tone) in PANELS.items():
        strip = QWidget()
        strip.setStyleSheet(f"background: {panel}; color: {ink};")
        grid = QGridLayout(strip)
        for place, (state, figure, words) in enumerate(STATES):
            share = RING_SHARES.get(figure, 0)
            for line, (style, shows) in enumerate(product((IconStyle.COLOUR, tone), IconShows)):
                picture = QLabel()
                key = IconKey(state, figure, style, shows, share)
                picture.setPixmap(painter.icon(key).pixmap(32, 32))
                grid.addWidget(picture, line, place, Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(QLabel(words), 6, place, Qt.AlignmentFlag.AlignCenter)
        grab(app, strip, folder / f"tray-{name}.png", None)
        strip.close()


def pictures_of_window(app: QApplication, window: MainWindow, folder: Path, look: str) -> None:
    """Each tab, and the first one small."""
    window.inverters.select(window.inverters.model.inverters[4].serial)
    for page, _ in TABS:
        turn_to(window, page)
        grab(app, window, folder / f"window-{PAGE_NAMES.get(page, page)}-{look}.png", SIZES[""])
    turn_to(window, "day")
    grab(app, window, folder / f"window-today-small-{look}.png", SIZES["-small"])


def pictures_of_charts(app: QApplication, window: MainWindow, folder: Path, ending: str) -> None:
    """Each chart over years, as large as it is in the window."""
    window.resize(*SIZES[""])
    window.show()
    panel = sorted(inverter.serial for inverter in window.inverters.model.inverters)[TROUBLED]
    for page, name, span in CHARTS:
        turn_to(window, page)
        shown = window.tabs.currentWidget()
        if isinstance(shown, ChartPage):
            shown.select(panel)
            shown.go(TODAY, span)
        grab(app, window.tabs, folder / f"chart-{name}-{ending}.png", None)


def pictures_of_settings(app: QApplication, live: Live, folder: Path, look: str) -> None:
    """Gateway, log-in and the finished test."""
    dialog = SettingsDialog(live)
    for page, name in enumerate(("gateway", "login", "alerts", "program", "trust")):
        dialog.tabs.setCurrentIndex(page)
        grab(app, dialog, folder / f"settings-{name}-{look}.png", None)
    dialog.test.click()
    wait(app, lambda: not dialog.trial.running, 30.0)
    grab(app, dialog, folder / f"settings-test-{look}.png", None)
    dialog.reject()
    dialog.deleteLater()


def pictures_of_setup(app: QApplication, demo: Demo, folder: Path, look: str) -> None:
    """The first start of a profile that knows nothing, led to the log-in."""
    with tempfile.TemporaryDirectory() as place:
        paths = ProfilePaths.at(Path(place))
        profile = Profile(paths, demo.profile.clock, secrets=SecretStore(paths, False, choose=lambda: None))
        live = Live(profile.service(Settings()), profile.clock)
        live.start()
        wizard = SetupWizard(live)
        try:
            wizard.find_page.fields.load(replace(demo.settings.gateway, serial=""))
            grab(app, wizard, folder / f"setup-find-{look}.png", None)
            wait(app, lambda: wizard.find_page.found.again.isEnabled(), 20.0)
            for page, name in ((TRUST, "trust"), (LOGIN, "login")):
                wizard.next.click()
                wait(app, lambda page=page: wizard.page == page and wizard.next.isEnabled(), 20.0)
                grab(app, wizard, folder / f"setup-{name}-{look}.png", None)
        finally:
            wizard.reject()
            live.stop()
            wizard.deleteLater()


def turn_to(window: MainWindow, page: str) -> None:
    """Put a page in front by its name in `TABS`."""
    window.tabs.setCurrentIndex([name for name, _ in TABS].index(page))


def knows_panels(live: Live) -> bool:
    """Whether the days before have been looked at."""
    health = None if live.latest is None else live.latest.health
    return health is not None and health.usable_days > 0


def relay_is_open(live: Live) -> bool:
    """Whether the demo's script has come to its worst."""
    result = live.latest
    if result is None or result.snapshot is None:
        return False
    told = any(alert.severity is Severity.CRITICAL for alert in result.active)
    return told and any(relay.relay is RelayState.OPEN for relay in result.snapshot.relays)


def grab(app: QApplication, widget: QWidget, file: Path, size: tuple[int, int] | None) -> None:
    """Show `widget` and save what it looks like."""
    if size is not None:
        widget.resize(*size)
    widget.show()
    wait_a_moment(app)
    if not widget.grab().save(str(file)):
        raise OSError(f"cannot write {file}")
    print(file)


def wait(app: QApplication, condition: Callable[[], object], seconds: float) -> None:
    """Let the program live until `condition` holds; raise TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s in vain")
        wait_a_moment(app)


def wait_a_moment(app: QApplication) -> None:
    """Let waiting events through."""
    for _ in range(5):
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "resources" / "screenshots"))
