"""WCAG AA, measured: text 4.5 to 1, what has to be seen to understand or use something 3 to 1, in light and dark."""

import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from enphase_tray.settings.settings import Appearance
from enphase_tray.ui.look.marks import Mark, mark_colour
from enphase_tray.ui.look.stylesheet import picked, style_sheet
from enphase_tray.ui.look.theme import apply_appearance, colours, contrast, readable

TEXT, GRAPHICS = 4.5, 3.0
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
TONE = re.compile(r"#[0-9a-f]{6}")


@pytest.fixture(params=[Appearance.LIGHT, Appearance.DARK], ids=["light", "dark"])
def palette(request: pytest.FixtureRequest, qapp: QApplication) -> QPalette:
    apply_appearance(qapp, request.param)
    return qapp.palette()


def rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Selector and properties of each rule."""
    for selectors, body in RULE.findall(sheet):
        told = dict(part.strip().split(":", 1) for part in body.split(";") if ":" in part)
        for selector in selectors.split(","):
            yield selector.strip(), {name.strip(): value.strip() for name, value in told.items()}


def sheet_of(palette: QPalette) -> dict[str, dict[str, str]]:
    """All that is said of each selector."""
    merged: dict[str, dict[str, str]] = {}
    for selector, told in rules(style_sheet(palette)):
        merged.setdefault(selector, {}).update(told)
    return merged


def tone(value: str) -> QColor | None:
    found = TONE.search(value)
    return None if found is None else QColor(found[0])


def surfaces(palette: QPalette) -> dict[str, QColor]:
    """On what words and fields stand."""
    role = QPalette.ColorRole
    sheet = sheet_of(palette)
    return {
        "window": palette.color(role.Window),
        "card": palette.color(role.Base),
        "stripe of a table": palette.color(role.AlternateBase),
        "banner": QColor(sheet['QFrame[role="banner"]']["background"]),
        "grave banner": QColor(sheet['QFrame[role="banner"][grave="true"]']["background"]),
    }


def weak(pairs: Iterator[tuple[str, QColor, QColor, float]]) -> list[str]:
    return [
        f"{name}: {front.name()} on {back.name()} is {contrast(front, back):.2f}, not {least}"
        for name, front, back, least in pairs
        if contrast(front, back) < least
    ]


def test_every_text_of_the_style_sheet(palette: QPalette) -> None:
    """A colour for text against its own ground, or against each surface where it has none."""

    def pairs() -> Iterator[tuple[str, QColor, QColor, float]]:
        for selector, told in rules(style_sheet(palette)):
            words = tone(told.get("color", ""))
            if words is None or ":disabled" in selector:  # what cannot be used now is exempt
                continue
            ground = tone(told.get("background", ""))
            for name, back in surfaces(palette).items() if ground is None else (("its ground", ground),):
                if not ("error" in selector and "banner" in name):  # banners have words of two kinds only
                    yield f"{selector} on {name}", words, back, TEXT

    assert weak(pairs()) == []
    assert len(list(pairs())) > 20


def test_selected_and_hovered_text(palette: QPalette) -> None:
    role = QPalette.ColorRole
    sheet = sheet_of(palette)
    main = QColor(sheet['QPushButton[role="main"]']["color"])
    text = palette.color(role.Text)

    def pairs() -> Iterator[tuple[str, QColor, QColor, float]]:
        yield "main button, hovered", main, QColor(sheet['QPushButton[role="main"]:hover']["background"]), TEXT
        yield "button, hovered", text, QColor(sheet["QPushButton:hover"]["background"]), TEXT
        yield "button, pressed", text, QColor(sheet["QPushButton:pressed"]["background"]), TEXT
        yield "selected row", text, picked(palette), TEXT
        yield "selected words", palette.color(role.HighlightedText), palette.color(role.Highlight), TEXT
        yield "tooltip", palette.color(role.ToolTipText), palette.color(role.ToolTipBase), TEXT
        yield "placeholder", palette.color(role.PlaceholderText), palette.color(role.Base), TEXT

    assert weak(pairs()) == []


def test_edges_of_fields_and_what_has_the_focus(palette: QPalette) -> None:
    base = palette.color(QPalette.ColorRole.Base)
    sheet = sheet_of(palette)

    def pairs() -> Iterator[tuple[str, QColor, QColor, float]]:
        for selector in ("QLineEdit", "QComboBox", "QSpinBox", "QPlainTextEdit"):
            edge = tone(sheet[selector]["border"])
            assert edge is not None
            yield f"edge of {selector}", edge, base, GRAPHICS
        for selector, told in sheet.items():
            if ":focus" in selector and "border-color" in told:
                edge = tone(told["border-color"])
                assert edge is not None
                yield selector, edge, base, GRAPHICS
                yield selector, edge, palette.color(QPalette.ColorRole.Window), GRAPHICS

    assert weak(pairs()) == []


def test_curves_marks_and_their_words(palette: QPalette) -> None:
    tones = colours(palette)

    def pairs() -> Iterator[tuple[str, QColor, QColor, float]]:
        for name in ("production", "consumption", "exported", "imported", "battery", "expected"):
            line = getattr(tones, name)
            yield f"curve {name}", line, tones.base, GRAPHICS
            yield f"name of curve {name}", readable(line, tones.base, TEXT), tones.base, TEXT
        for name in ("note", "text", "fault", "selected"):
            yield f"curve {name}", getattr(tones, name), tones.base, GRAPHICS
        for mark in Mark:
            for name, back in surfaces(palette).items():
                yield f"mark {mark} on {name}", mark_colour(mark, tones), back, GRAPHICS
        for concern in (tones.production, tones.fault):
            yield "bar in a selected row", readable(concern, picked(palette), GRAPHICS), picked(palette), GRAPHICS

    assert weak(pairs()) == []


def test_the_measure_itself() -> None:
    """Known values of WCAG."""
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)
    assert contrast(QColor("#123456"), QColor("#123456")) == pytest.approx(1.0)
