"""What each desktop does with a tray icon, and where windows are put: pure tables."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt

from enphase_tray.settings.settings import IconStyle
from enphase_tray.ui.desktop.placing import GAP, back_on_screen, panel_edge, place
from enphase_tray.ui.desktop.ways import PanelTone, tone_for, ways_of

SCREEN = QRect(0, 0, 1280, 800)
TOP_PANEL = QRect(0, 28, 1280, 772)
BOTTOM_PANEL = QRect(0, 0, 1280, 760)
LEFT_PANEL = QRect(60, 0, 1220, 800)
SIZE = QSize(320, 300)
NO_ICON = QRect()


class TestWays:
    @pytest.mark.parametrize(
        ("system", "desktop", "qt_platform", "menu_only", "places"),
        [
            ("win32", "", "windows", False, True),
            ("darwin", "", "cocoa", True, True),
            ("linux", "KDE", "xcb", False, True),
            ("linux", "KDE", "wayland", False, False),
            ("linux", "XFCE", "xcb", False, True),
            ("linux", "GNOME", "wayland", True, False),
            ("linux", "ubuntu:GNOME", "xcb", True, True),
            ("linux", "sway", "wayland-egl", False, False),
            ("linux", "", "xcb", False, True),
        ],
    )
    def test_clicks_and_places(
        self, system: str, desktop: str, qt_platform: str, menu_only: bool, places: bool
    ) -> None:
        ways = ways_of(system, desktop, qt_platform)
        assert (ways.click_opens_menu, ways.places_windows) == (menu_only, places)

    def test_windows_cuts_balloons_so_we_do_it_before(self) -> None:
        ways = ways_of("win32")
        assert (ways.title_units, ways.body_units) == (63, 255)
        assert ways_of("linux", "KDE").body_units == 0

    @pytest.mark.parametrize(
        ("system", "desktop", "scheme_dark", "taskbar", "tone"),
        [
            ("linux", "XFCE", True, None, IconStyle.MONO_DARK),
            ("linux", "XFCE", False, None, IconStyle.MONO_LIGHT),
            ("linux", "GNOME", False, None, IconStyle.MONO_DARK),
            ("win32", "", False, True, IconStyle.MONO_DARK),
            ("win32", "", True, False, IconStyle.MONO_LIGHT),
            ("win32", "", True, None, IconStyle.MONO_DARK),
            ("darwin", "", True, None, IconStyle.MONO),
        ],
    )
    def test_one_tone_follows_the_panel(
        self, system: str, desktop: str, scheme_dark: bool, taskbar: bool | None, tone: IconStyle
    ) -> None:
        panel = ways_of(system, desktop).panel
        assert tone_for(IconStyle.MONO, panel, lambda: scheme_dark, lambda: taskbar) is tone

    @pytest.mark.parametrize("style", [IconStyle.COLOUR, IconStyle.MONO_LIGHT, IconStyle.MONO_DARK])
    def test_a_chosen_tone_stays(self, style: IconStyle) -> None:
        assert tone_for(style, PanelTone.DARK, lambda: False, lambda: None) is style


class TestPlace:
    @pytest.mark.parametrize(
        ("available", "icon", "pointer", "expected"),
        [
            # Beside an icon whose place is known, at each edge, and never off the screen.
            (TOP_PANEL, QRect(600, 2, 24, 24), None, QPoint(611 - 160, 28 + GAP)),
            (BOTTOM_PANEL, QRect(1250, 768, 24, 24), None, QPoint(1280 - GAP - 320, 760 - GAP - 300)),
            (LEFT_PANEL, QRect(10, 780, 24, 15), None, QPoint(60 + GAP, 800 - GAP - 300)),
            # Where only the pointer is known: it clicked in the panel.
            (TOP_PANEL, NO_ICON, QPoint(900, 14), QPoint(900 - 160, 28 + GAP)),
            (SCREEN, NO_ICON, QPoint(5, 795), QPoint(GAP, 800 - GAP - 300)),
            # A pointer somewhere else says nothing: centred along the panel's edge.
            (TOP_PANEL, NO_ICON, QPoint(500, 400), QPoint(639 - 160, 28 + GAP)),
            (BOTTOM_PANEL, NO_ICON, None, QPoint(639 - 160, 760 - GAP - 300)),
            (SCREEN, NO_ICON, QPoint(500, 400), QPoint(639 - 160, 800 - GAP - 300)),
            # An icon on a screen that is gone.
            (TOP_PANEL, QRect(5000, 0, 24, 24), None, QPoint(639 - 160, 28 + GAP)),
        ],
    )
    def test_table(self, available: QRect, icon: QRect, pointer: QPoint | None, expected: QPoint) -> None:
        assert place(SIZE, SCREEN, available, icon, pointer) == expected

    @pytest.mark.parametrize(
        ("available", "edge"),
        [
            (TOP_PANEL, Qt.Edge.TopEdge),
            (BOTTOM_PANEL, Qt.Edge.BottomEdge),
            (LEFT_PANEL, Qt.Edge.LeftEdge),
            (QRect(0, 0, 1200, 800), Qt.Edge.RightEdge),
            (SCREEN, Qt.Edge.BottomEdge),
        ],
    )
    def test_where_the_panel_is(self, available: QRect, edge: Qt.Edge) -> None:
        assert panel_edge(SCREEN, available) is edge


class TestBackOnScreen:
    SECOND = QRect(1280, 0, 1920, 1080)

    def test_what_is_seen_stays(self) -> None:
        frame = QRect(100, 100, 1000, 680)
        assert back_on_screen(frame, [SCREEN]) == frame

    def test_partly_off_the_screen_by_choice_stays(self) -> None:
        frame = QRect(1100, 300, 1000, 680)
        assert back_on_screen(frame, [SCREEN]) == frame

    def test_a_window_of_an_unplugged_screen_comes_back(self) -> None:
        frame = QRect(1600, 200, 1000, 680)
        assert back_on_screen(frame, [SCREEN, self.SECOND]) == frame
        moved = back_on_screen(frame, [SCREEN])
        assert SCREEN.contains(moved)
        assert moved.size() == frame.size()

    def test_a_title_above_the_screen_comes_back(self) -> None:
        moved = back_on_screen(QRect(100, -60, 1000, 680), [SCREEN])
        assert moved.top() == 0

    def test_it_is_made_smaller_where_it_must(self) -> None:
        moved = back_on_screen(QRect(5000, 0, 1000, 680), [QRect(0, 0, 640, 480)])
        assert moved == QRect(0, 0, 640, 480)

    def test_without_a_screen_nothing_moves(self) -> None:
        frame = QRect(5000, 0, 10, 10)
        assert back_on_screen(frame, []) == frame
