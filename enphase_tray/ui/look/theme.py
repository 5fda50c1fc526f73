"""The look of the windows: one calm style in light and dark, and colours by what they mean."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from enphase_tray.settings.settings import Appearance
from enphase_tray.ui.look.stylesheet import style_sheet

GRID = 4
"""Every distance is a multiple of this many pixels."""
_LINE = 15
"""How high a line of text is, in pixels, where the windows were drawn."""

_LIGHT = {
    QPalette.ColorRole.Window: "#f3f4f6",
    QPalette.ColorRole.Base: "#ffffff",
    QPalette.ColorRole.AlternateBase: "#f7f8fa",
    QPalette.ColorRole.Button: "#ffffff",
    QPalette.ColorRole.Text: "#1d2329",
    QPalette.ColorRole.PlaceholderText: "#59626b",
    QPalette.ColorRole.Mid: "#d9dde2",
    QPalette.ColorRole.Highlight: "#0067a3",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.ToolTipBase: "#ffffff",
    QPalette.ColorRole.Link: "#0067a3",
}
_DARK = {
    QPalette.ColorRole.Window: "#16181b",
    QPalette.ColorRole.Base: "#1e2125",
    QPalette.ColorRole.AlternateBase: "#22262a",
    QPalette.ColorRole.Button: "#282c31",
    QPalette.ColorRole.Text: "#e5e8eb",
    QPalette.ColorRole.PlaceholderText: "#9ea7b1",
    QPalette.ColorRole.Mid: "#363c43",
    QPalette.ColorRole.Highlight: "#2477af",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.ToolTipBase: "#282c31",
    QPalette.ColorRole.Link: "#5eb3e6",
}
_TEXT_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText, QPalette.ColorRole.ToolTipText)


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by meaning, readable on the palette in use. Tones after Okabe and Ito."""

    production: QColor
    consumption: QColor
    exported: QColor
    imported: QColor
    battery: QColor
    expected: QColor
    well: QColor
    look: QColor
    fault: QColor
    asleep: QColor
    text: QColor
    note: QColor
    grid: QColor
    base: QColor
    selected: QColor


class _Watcher(QObject):
    """Follows the desktop when it changes between light and dark."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.setObjectName("appearance")
        self.appearance = Appearance.SYSTEM
        self.platform_dark = is_dark(app.palette())
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self.restyle)

    @Slot()
    def restyle(self) -> None:
        """Put the palette in place that fits the chosen appearance now."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            return
        palette = _palette(self._wants_dark())
        if app.style().objectName().lower() != "fusion":
            app.setStyle("Fusion")
        if app.palette() != palette:
            app.setPalette(palette)
            self._outline_switches(app, palette)
        sheet = style_sheet(palette)
        if app.styleSheet() != sheet:
            app.setStyleSheet(sheet)

    def _outline_switches(self, app: QApplication, palette: QPalette) -> None:
        """Fusion draws the frame of check boxes as a darker shade of the window: invisible on a dark one."""
        outlined = QPalette(palette)
        outlined.setColor(QPalette.ColorRole.Window, palette.color(QPalette.ColorRole.PlaceholderText).lighter(125))
        for kind in ("QCheckBox", "QRadioButton"):
            app.setPalette(outlined, kind)  # type: ignore[arg-type]  # the stub says bytes, the binding takes str

    def _wants_dark(self) -> bool:
        if self.appearance is not Appearance.SYSTEM:
            return self.appearance is Appearance.DARK
        scheme = QGuiApplication.styleHints().colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return self.platform_dark
        return scheme is Qt.ColorScheme.Dark


def apply_appearance(app: QApplication, appearance: Appearance) -> None:
    """Dress all windows of `app`; `SYSTEM` goes on following the desktop."""
    watcher = app.findChild(_Watcher, "appearance", Qt.FindChildOption.FindDirectChildrenOnly)
    if watcher is None:
        watcher = _Watcher(app)
    watcher.appearance = appearance
    watcher.restyle()


def is_dark(palette: QPalette) -> bool:
    """Whether text is lighter than what it stands on."""
    text = palette.color(QPalette.ColorRole.WindowText)
    return text.lightness() > palette.color(QPalette.ColorRole.Window).lightness()


def colours(palette: QPalette) -> Colours:
    """The colours by meaning for `palette`: lines keep a contrast of 3 to 1, words 4.5 to 1."""
    return _colours(
        palette.color(QPalette.ColorRole.Base).name(),
        palette.color(QPalette.ColorRole.Text).name(),
        palette.color(QPalette.ColorRole.PlaceholderText).name(),
        palette.color(QPalette.ColorRole.Mid).name(),
        palette.color(QPalette.ColorRole.Highlight).name(),
    )


def readable(colour: QColor, background: QColor, ratio: float) -> QColor:
    """`colour`, darkened or lightened step by step until it stands out from `background` by `ratio`."""
    shown = QColor(colour)
    darker = _luminance(background) > 0.18
    for _ in range(40):
        if contrast(shown, background) >= ratio:
            break
        shown = shown.darker(106) if darker else shown.lighter(106)
    return shown


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours as WCAG defines it, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def to_font(pixels: float) -> int:
    """`pixels`, as many times more as the desktop's font is larger than the one that the windows were drawn for.

    For what has to hold text and cannot ask it how much: a window's first size, a column of fixed width.
    """
    return round(pixels * max(1.0, QFontMetrics(QGuiApplication.font()).height() / _LINE))


def open_at(window: QWidget, width: int, height: int) -> None:
    """Give `window` its first size: these pixels as `to_font`, but no more than the screen has to give for that."""
    room = window.screen().availableGeometry()
    window.resize(
        min(to_font(width), max(width, room.width() - 8 * GRID)),
        min(to_font(height), max(height, room.height() - 16 * GRID)),
    )


def figure_font(base: QFont) -> QFont:
    """For the figures at the top."""
    return _sized(base, 1.75, QFont.Weight.DemiBold)


def title_font(base: QFont) -> QFont:
    """For the title of a window, card or step."""
    return _sized(base, 1.15, QFont.Weight.DemiBold)


def note_font(base: QFont) -> QFont:
    """For what explains: labels of figures, ages, advice."""
    return _sized(base, 0.88, QFont.Weight.Normal)


def tabular(font: QFont) -> QFont:
    """`font` with figures of one width, where the font has them and Qt can ask for them."""
    shown = QFont(font)
    if hasattr(QFont, "Tag"):
        shown.setFeature(QFont.Tag("tnum"), 1)
    return shown


def _sized(base: QFont, scale: float, weight: QFont.Weight) -> QFont:
    font = tabular(base)
    if base.pointSizeF() > 0:
        font.setPointSizeF(base.pointSizeF() * scale)
    else:
        font.setPixelSize(max(1, round(base.pixelSize() * scale)))
    font.setWeight(weight)
    return font


def _palette(dark: bool) -> QPalette:
    tones = _DARK if dark else _LIGHT
    palette = QPalette(QColor(tones[QPalette.ColorRole.Button]), QColor(tones[QPalette.ColorRole.Window]))
    for role, tone in tones.items():
        palette.setColor(role, QColor(tone))
    text = QColor(tones[QPalette.ColorRole.Text])
    for role in _TEXT_ROLES:
        palette.setColor(role, text)
    faint = QColor(tones[QPalette.ColorRole.PlaceholderText])
    faint.setAlphaF(0.75)
    for role in (*_TEXT_ROLES[:2], QPalette.ColorRole.Text):
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    palette.setColor(QPalette.ColorRole.Accent, QColor(tones[QPalette.ColorRole.Highlight]))
    return palette


@lru_cache(maxsize=8)
def _colours(base: str, text: str, note: str, grid: str, selected: str) -> Colours:
    ground = QColor(base)

    def line(tone: str) -> QColor:
        return readable(QColor(tone), ground, 3.0)

    def word(tone: str) -> QColor:
        return readable(QColor(tone), ground, 4.5)

    return Colours(
        production=line("#E69F00"),
        consumption=line("#0072B2"),
        exported=line("#009E73"),
        imported=line("#D55E00"),
        battery=line("#CC79A7"),
        expected=line("#8d959d"),
        well=word("#009E73"),
        look=word("#B07800"),
        fault=word("#D55E00"),
        asleep=word("#7d8894"),
        text=QColor(text),
        note=QColor(note),
        grid=QColor(grid),
        base=ground,
        selected=word(selected),
    )


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())
