"""Pixels of the tray icon: readable figures, states told apart by shape, both kinds of panel."""

from itertools import combinations, pairwise

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter

from enphase_tray.settings.settings import IconShows, IconStyle
from enphase_tray.status.status import IconState
from enphase_tray.ui.tray.icon import BASE_SIZES, RING_STEPS, IconKey, IconPainter, paint, ring_steps, sizes

SCALES = (1.0, 1.25, 1.5, 2.0)
WITH_FIGURE = (IconState.NORMAL, IconState.LOOK, IconState.FAULT, IconState.STALE)
FIGURES = ("3.4", "850", "12", "7", "0", "9.6", "126", "405", "2,8", "1.7")
PANELS = {
    IconStyle.COLOUR: "#808080",
    IconStyle.MONO: "#f2f2f2",
    IconStyle.MONO_LIGHT: "#f2f2f2",
    IconStyle.MONO_DARK: "#24272b",
}


def on_panel(key: IconKey, size: int, panel: str) -> QImage:
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(QColor(panel))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, paint(key, size))
    painter.end()
    return image


def luminance(colour: QColor) -> float:
    parts = [(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4) for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def different_pixels(one: QImage, other: QImage) -> int:
    size = one.width()
    return sum(contrast(one.pixelColor(x, y), other.pixelColor(x, y)) > 1.5 for x in range(size) for y in range(size))


def strokes_in_row(image: QImage, y: int, ink: QColor) -> int:
    """How many separate runs of ink a row crosses."""
    dark = [contrast(image.pixelColor(x, y), ink) < 1.8 for x in range(image.width())]
    return sum(now and not before for before, now in pairwise([False, *dark]))


@pytest.mark.usefixtures("qapp")
class TestIcon:
    def test_every_size_is_there(self) -> None:
        icon = IconPainter().icon(IconKey(IconState.NORMAL, "3.4"))
        assert sorted(size.width() for size in icon.availableSizes()) == sorted(BASE_SIZES)

    @pytest.mark.parametrize("style", list(IconStyle))
    @pytest.mark.parametrize("state", WITH_FIGURE)
    def test_figures_differ_clearly_at_16_px(self, state: IconState, style: IconStyle) -> None:
        images = {figure: on_panel(IconKey(state, figure, style), 16, PANELS[style]) for figure in FIGURES}
        for one, other in combinations(FIGURES, 2):
            assert different_pixels(images[one], images[other]) >= 6, (one, other)

    @pytest.mark.parametrize("digit", "0123456789")
    def test_no_two_digits_look_alike_in_the_smallest_line(self, digit: str) -> None:
        own = on_panel(IconKey(IconState.NORMAL, f"{digit}5{digit}"), 16, "#808080")
        for other in set("0123456789") - {digit}:
            image = on_panel(IconKey(IconState.NORMAL, f"{other}5{other}"), 16, "#808080")
            assert different_pixels(own, image) >= 2 * 2, other

    @pytest.mark.parametrize(("figure", "runs"), [("000", 6), ("00", 4), ("1.1", 2)])
    def test_digits_do_not_run_into_each_other_at_16_px(self, figure: str, runs: int) -> None:
        image = on_panel(IconKey(IconState.NORMAL, figure), 16, "#808080")
        assert strokes_in_row(image, 7, QColor("#1d1503")) == runs

    def test_the_figure_stands_out_from_its_tile(self) -> None:
        image = on_panel(IconKey(IconState.NORMAL, "00"), 16, "#808080")
        tile = image.pixelColor(8, 1)
        assert max(contrast(tile, image.pixelColor(x, 7)) for x in range(16)) >= 7

    @pytest.mark.parametrize("panel", ["#f2f2f2", "#24272b", "#000000", "#ffffff"])
    @pytest.mark.parametrize("state", list(IconState))
    def test_colour_icons_are_seen_on_light_and_dark_panels(self, state: IconState, panel: str) -> None:
        image = on_panel(IconKey(state, ""), 16, panel)
        seen = sum(contrast(image.pixelColor(x, y), QColor(panel)) >= 3 for x in range(16) for y in range(16))
        assert seen >= 12

    @pytest.mark.parametrize("style", list(IconStyle))
    def test_states_differ_by_shape_and_lightness_alone(self, style: IconStyle) -> None:
        images = {state: on_panel(IconKey(state, "", style), 16, PANELS[style]) for state in IconState}
        for one, other in combinations(IconState, 2):
            assert different_pixels(images[one], images[other]) >= 16, (one, other)

    @pytest.mark.parametrize("style", list(IconStyle))
    def test_states_with_the_same_figure_differ(self, style: IconStyle) -> None:
        images = [on_panel(IconKey(state, "3.4", style), 16, PANELS[style]) for state in WITH_FIGURE]
        for one, other in combinations(images, 2):
            assert different_pixels(one, other) >= 12

    def test_mono_icons_have_one_tone(self) -> None:
        image = paint(IconKey(IconState.FAULT, "3.4", IconStyle.MONO_DARK), 32).toImage()
        solid = {
            image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 250
        }
        assert solid == {"#f2f4f6"}

    def test_a_figure_is_never_shown_where_it_would_not_be_true(self) -> None:
        for state in set(IconState) - set(WITH_FIGURE):
            assert paint(IconKey(state, "3.4"), 32).toImage() == paint(IconKey(state, ""), 32).toImage()

    @pytest.mark.parametrize("figure", ["12345", "-3", "3.4.5", "ab", "…"])
    def test_what_cannot_be_drawn_gives_way_to_the_sun(self, figure: str) -> None:
        assert (
            paint(IconKey(IconState.NORMAL, figure), 16).toImage() == paint(IconKey(IconState.NORMAL, ""), 16).toImage()
        )

    def test_an_icon_is_made_once(self) -> None:
        painter = IconPainter()
        key = IconKey(IconState.NIGHT, "")
        assert painter.icon(key).cacheKey() == painter.icon(key).cacheKey()

    def test_old_icons_are_let_go(self) -> None:
        painter = IconPainter()
        first = painter.icon(IconKey(IconState.NORMAL, "0")).cacheKey()
        for watts in range(1, 40):
            painter.icon(IconKey(IconState.NORMAL, str(watts)))
        assert len(painter._icons) <= 6
        assert painter.icon(IconKey(IconState.NORMAL, "0")).cacheKey() != first


@pytest.mark.usefixtures("qapp")
class TestCrispness:
    @pytest.mark.parametrize("scale", SCALES)
    @pytest.mark.parametrize("size", BASE_SIZES)
    def test_no_size_or_scale_is_blurred_by_stretching(self, size: int, scale: float) -> None:
        key = IconKey(IconState.NORMAL, "3.4")
        shown = IconPainter().icon(key, scale).pixmap(QSize(size, size), scale).toImage()
        shown.setDevicePixelRatio(1.0)
        assert shown == paint(key, int(size * scale + 0.5)).toImage()

    @pytest.mark.parametrize("size", sorted({size for scale in SCALES for size in sizes(scale)}))
    def test_stems_of_digits_are_sharp_in_every_size(self, size: int) -> None:
        """A row through the middle of `11` holds hardly anything between ink and tile."""
        image = on_panel(IconKey(IconState.NORMAL, "11"), size, "#808080")
        ink, tile = QColor("#1d1503"), image.pixelColor(size // 2, size // 8)
        row = [image.pixelColor(x, round(size * 0.7)) for x in range(2, size - 2)]
        between = sum(contrast(pixel, ink) > 1.6 and contrast(pixel, tile) > 1.6 for pixel in row)
        assert between == 0


@pytest.mark.usefixtures("qapp")
class TestRing:
    STYLES = tuple(IconStyle)

    def ring(self, share: int | None, state: IconState = IconState.NORMAL, style: IconStyle = IconStyle.COLOUR):
        return on_panel(IconKey(state, "3.4", style, IconShows.RING, share), 16, PANELS[style])

    @pytest.mark.parametrize("style", STYLES)
    def test_a_quarter_more_or_less_is_seen_at_16_px(self, style: IconStyle) -> None:
        quarters = [self.ring(steps, style=style) for steps in range(0, RING_STEPS + 1, RING_STEPS // 4)]
        for one, other in pairwise(quarters):
            assert different_pixels(one, other) >= 8

    @pytest.mark.parametrize("style", STYLES)
    def test_something_to_look_at_differs_by_shape(self, style: IconStyle) -> None:
        well, look = self.ring(12, style=style), self.ring(12, IconState.LOOK, style)
        assert different_pixels(well, look) >= 10

    def test_without_a_known_best_there_is_no_ring(self) -> None:
        assert self.ring(None) == on_panel(IconKey(IconState.NORMAL, ""), 16, PANELS[IconStyle.COLOUR])

    @pytest.mark.parametrize("state", sorted(set(IconState) - {IconState.NORMAL, IconState.LOOK}))
    def test_other_states_keep_their_own_shape(self, state: IconState) -> None:
        assert self.ring(12, state) == on_panel(IconKey(state, ""), 16, PANELS[IconStyle.COLOUR])

    @pytest.mark.parametrize("panel", ["#f2f2f2", "#24272b", "#000000", "#ffffff"])
    def test_it_is_seen_on_light_and_dark_panels(self, panel: str) -> None:
        image = on_panel(IconKey(IconState.NORMAL, "", shows=IconShows.RING, share=12), 16, panel)
        seen = sum(contrast(image.pixelColor(x, y), QColor(panel)) >= 3 for x in range(16) for y in range(16))
        assert seen >= 12

    def test_the_filled_part_stands_out_from_the_rest(self) -> None:
        image = self.ring(RING_STEPS // 2)
        assert contrast(image.pixelColor(12, 8), image.pixelColor(3, 8)) >= 3

    @pytest.mark.parametrize(
        ("share", "steps"), [(None, None), (0.0, 0), (0.001, 1), (0.5, 12), (0.99, 24), (1.0, 24), (1.3, 24)]
    )
    def test_steps(self, share: float | None, steps: int | None) -> None:
        assert ring_steps(share) == steps


@pytest.mark.usefixtures("qapp")
class TestPlainAndBadge:
    @pytest.mark.parametrize("state", list(IconState))
    def test_plain_says_the_state_and_no_figure(self, state: IconState) -> None:
        plain = paint(IconKey(state, "3.4", shows=IconShows.PLAIN), 22).toImage()
        assert plain == paint(IconKey(state, ""), 22).toImage()

    @pytest.mark.parametrize("style", list(IconStyle))
    @pytest.mark.parametrize("state", list(IconState))
    def test_the_badge_is_a_shape_of_its_own(self, state: IconState, style: IconStyle) -> None:
        without = on_panel(IconKey(state, "", style), 16, PANELS[style])
        badged = on_panel(IconKey(state, "", style, badge=True), 16, PANELS[style])
        assert different_pixels(without, badged) >= 8

    def test_the_badge_never_covers_a_figure(self) -> None:
        assert paint(IconKey(IconState.NORMAL, "12", badge=True), 16).toImage() == (
            paint(IconKey(IconState.NORMAL, "850", badge=True), 16).toImage()
        )
