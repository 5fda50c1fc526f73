"""The tray icon: one picture per state, style and figure, at the sizes that panels ask for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from enphase_tray.settings.settings import IconShows, IconStyle
from enphase_tray.status.status import IconState
from enphase_tray.ui.resources import tray_picture
from enphase_tray.ui.tray.glyphs import draw_figure, drawable
from enphase_tray.ui.tray.ring import draw_badge, draw_ring

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer

BASE_SIZES = (16, 22, 24, 32, 48, 64)
"""What panels ask for, px."""
_CACHED = 6
RING_STEPS = 24
"""A ring moves in steps, so that the panel is not sent a new icon for every watt."""


@dataclass(frozen=True, slots=True)
class IconKey:
    """All that an icon depends on: equal keys give the same picture.

    `share`: how many of `RING_STEPS` the ring is filled, `None` where that is not known. `badge`: a dot that says
    that there is something to be read in the program; it would cover the figure, so that gives way.
    """

    state: IconState
    figure: str
    style: IconStyle = IconStyle.COLOUR
    shows: IconShows = IconShows.FIGURE
    share: int | None = None
    badge: bool = False


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
_RINGED = {IconState.NORMAL, IconState.LOOK}
"""A fault has the whole picture, and an old figure is compared with nothing."""
_TONES = {IconStyle.MONO_LIGHT: "#2e3436", IconStyle.MONO_DARK: "#f2f4f6", IconStyle.MONO: "#000000"}
"""Who shows `MONO` knows the panel and takes one of the others, but where the system tints a black picture itself."""
_DIMMED = 0.6


def ring_steps(share: float | None) -> int | None:
    """A share of the best (0 and more) in steps of the ring; whatever is made at all shows as one."""
    if share is None:
        return None
    steps = min(RING_STEPS, max(0, round(share * RING_STEPS)))
    return max(1, steps) if share > 0.0 else 0


class IconPainter:
    """Makes tray icons and keeps the latest ones."""

    def __init__(self) -> None:
        self._icons: dict[tuple[IconKey, float], QIcon] = {}

    def icon(self, key: IconKey, scale: float = 1.0) -> QIcon:
        """The icon for `key`, with a picture for every one of `BASE_SIZES`, plain and at the screen's `scale`."""
        known = self._icons.get((key, scale))
        if known is not None:
            return known
        icon = QIcon()
        picture = _Picture(key)
        for size in sizes(scale):
            icon.addPixmap(picture.paint(size))
        if len(self._icons) >= _CACHED:
            self._icons.pop(next(iter(self._icons)))
        self._icons[key, scale] = icon
        return icon


def sizes(scale: float) -> tuple[int, ...]:
    """What is painted for a screen of that scale, px: a picture that is stretched by a quarter is blurred."""
    return tuple(sorted({*BASE_SIZES, *(int(size * scale + 0.5) for size in BASE_SIZES)}))


def paint(key: IconKey, size: int) -> QPixmap:
    """The picture for `key`, `size` px square. A figure that cannot be drawn readably gives way to a symbol."""
    return _Picture(key).paint(size)


class _Picture:
    """What an icon is made of, read once for all its sizes."""

    def __init__(self, key: IconKey) -> None:
        self._key = key
        self._mono = _TONES.get(key.style)
        in_figures = key.shows is IconShows.FIGURE and drawable(key.figure) and not key.badge
        self._place = _FIGURES.get(key.state) if in_figures else None
        ringed = key.shows is IconShows.RING and key.state in _RINGED
        self._share = key.share if ringed else None
        name = _picture_name(key.state, self._place is not None)
        self._picture = _renderer(name, self._mono) if self._share is None else None

    def paint(self, size: int) -> QPixmap:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._mono is not None and self._key.state is IconState.STALE:
            painter.setOpacity(_DIMMED)
        if self._share is not None:
            draw_ring(painter, size, self._share / RING_STEPS, self._mono, look=self._key.state is IconState.LOOK)
        elif self._picture is not None:
            self._picture.render(painter, QRectF(0, 0, size, size))
        if self._place is not None:
            self._draw_figure(painter, self._place, size)
        if self._key.badge:
            draw_badge(painter, size, self._mono)
        painter.end()
        return pixmap

    def _draw_figure(self, painter: QPainter, place: _Place, size: int) -> None:
        if self._mono is not None and place.cut_out:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        box = _figure_box(place, size, self._mono is not None)
        draw_figure(painter, self._key.figure, box, QColor(self._mono or place.colour))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def _picture_name(state: IconState, with_figure: bool) -> str:
    name = _PICTURES[state]
    return name if with_figure or state not in _FIGURES else f"{name}-empty"


def _figure_box(place: _Place, size: int, mono: bool) -> QRectF:
    """Whole pixels, so that the digits' stems are sharp. Without a tile around it the figure may be wider."""
    unit = size / 16
    top = round(place.top * unit)
    inset = 0 if mono and not place.cut_out else max(1, round(place.inset * unit))
    return QRectF(inset, top, size - 2 * inset, round(place.height * unit))


def _renderer(name: str, tone: str | None) -> "QSvgRenderer":
    # Late: the SVG library is only in memory once there is something to draw.
    from PySide6.QtSvg import QSvgRenderer

    svg = tray_picture(name, mono=tone is not None).read_text(encoding="utf-8")
    if tone is not None:
        svg = svg.replace("#000000", tone)
    return QSvgRenderer(QByteArray(svg.encode()))
