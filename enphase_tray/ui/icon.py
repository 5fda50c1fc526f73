"""The tray icon: one picture per state, style and figure, at the sizes that panels ask for."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from enphase_tray.settings.settings import IconStyle
from enphase_tray.status.status import IconState
from enphase_tray.ui.glyphs import draw_figure, drawable
from enphase_tray.ui.resources import tray_picture

SIZES = (16, 22, 24, 32, 48, 64)
_CACHED = 24


@dataclass(frozen=True, slots=True)
class IconKey:
    """All that an icon depends on: equal keys give the same picture."""

    state: IconState
    figure: str
    style: IconStyle = IconStyle.COLOUR


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a state's figure stands, in sixteenths of the picture, its colour, and whether it is cut out in mono."""

    top: float
    height: float
    colour: str
    inset: float = 1
    cut_out: bool = False


_FIGURES = {
    IconState.NORMAL: _Place(3, 10, "#1d1503"),
    IconState.LOOK: _Place(1, 8, "#1d1503"),
    IconState.FAULT: _Place(4, 8, "#ffffff", cut_out=True),
    IconState.STALE: _Place(1, 8, "#2c343d"),
}
_PICTURES = {
    IconState.NORMAL: "normal",
    IconState.NIGHT: "night",
    IconState.LOOK: "look",
    IconState.FAULT: "fault",
    IconState.STALE: "stale",
    IconState.NOT_CONNECTED: "not-connected",
    IconState.CERTIFICATE: "certificate",
    IconState.UNKNOWN: "unknown",
}
_TONES = {IconStyle.MONO_LIGHT: "#2e3436", IconStyle.MONO_DARK: "#f2f4f6"}
_DIMMED = 0.6


class IconPainter:
    """Makes tray icons and keeps the latest ones."""

    def __init__(self) -> None:
        self._icons: dict[IconKey, QIcon] = {}

    def icon(self, key: IconKey) -> QIcon:
        """The icon for `key`, with a picture in every size of `SIZES`."""
        known = self._icons.get(key)
        if known is not None:
            return known
        icon = QIcon()
        for size in SIZES:
            icon.addPixmap(paint(key, size))
        if len(self._icons) >= _CACHED:
            self._icons.pop(next(iter(self._icons)))
        self._icons[key] = icon
        return icon


def paint(key: IconKey, size: int) -> QPixmap:
    """The picture for `key`, `size` px square. A figure that cannot be drawn readably gives way to a symbol."""
    place = _FIGURES.get(key.state) if drawable(key.figure) else None
    mono = _TONES.get(key.style)
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if mono is not None and key.state is IconState.STALE:
        painter.setOpacity(_DIMMED)
    _draw_picture(painter, _picture_name(key.state, place is not None), mono, size)
    if place is not None:
        if mono is not None and place.cut_out:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        draw_figure(painter, key.figure, _figure_box(place, size, mono is not None), QColor(mono or place.colour))
    painter.end()
    return pixmap


def _picture_name(state: IconState, with_figure: bool) -> str:
    name = _PICTURES[state]
    return name if with_figure or state not in _FIGURES else f"{name}-empty"


def _figure_box(place: _Place, size: int, mono: bool) -> QRectF:
    """Whole pixels, so that the digits' stems are sharp. Without a tile around it the figure may be wider."""
    unit = size / 16
    top = round(place.top * unit)
    inset = 0 if mono and not place.cut_out else max(1, round(place.inset * unit))
    return QRectF(inset, top, size - 2 * inset, round(place.height * unit))


def _draw_picture(painter: QPainter, name: str, tone: str | None, size: int) -> None:
    # Late: the SVG library is only in memory once there is something to draw.
    from PySide6.QtSvg import QSvgRenderer

    svg = tray_picture(name, mono=tone is not None).read_text(encoding="utf-8")
    if tone is not None:
        svg = svg.replace("#000000", tone)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
