"""Which inverters of a day are drawn as lines: a handful that matter, and what the user points at."""

from collections.abc import Mapping
from dataclasses import dataclass

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._pack_pane import Line
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.pack import Stray
from enphase_tray.ui.figures.pack_words import stray_words
from enphase_tray.ui.look.theme import Colours

SHOWN_STRAYS = 5


@dataclass(frozen=True, slots=True)
class Look:
    """What lines need beside their curves: names, who is selected and pointed at (empty: nobody), colours, words."""

    names: Mapping[str, str]
    selected: str
    pointed: str
    tones: Colours
    wording: Wording


def pack_lines(
    plain: Mapping[str, Curve],
    curves: Mapping[str, Curve],
    strays: tuple[Stray, ...],
    concerned: frozenset[str],
    look: Look,
) -> tuple[list[Line], int]:
    """The lines to draw, the most important last, and how many inverters off the pack are left out.

    `plain` are drawn in any case. Of all `curves` those that an alert names come first, then those off the pack.
    """
    tones = look.tones
    by_serial = {stray.serial: stray for stray in strays}
    troubled = [*sorted(concerned & curves.keys()), *(serial for serial in by_serial if serial not in concerned)]
    shown = troubled[:SHOWN_STRAYS]
    brought_out = {*shown, look.selected, look.pointed}
    lines = [Line(curve, tones.production) for serial, curve in plain.items() if serial not in brought_out]
    for serial in reversed(shown):
        stray = by_serial.get(serial)
        said = f"▲ {look.names[serial]} {stray_words(stray, look.wording)}".rstrip()
        tone, width = (tones.selected, 2) if serial == look.selected else (tones.fault, 1)
        since = None if stray is None else stray.since
        lines.append(Line(curves[serial], tone, said, width, stray is not None, since))
    more = {look.pointed: (tones.text, 1), look.selected: (tones.selected, 2)}
    for serial, (tone, width) in more.items():
        if serial in curves and serial not in shown:
            lines.append(Line(curves[serial], tone, look.names[serial], width))
    return lines, len(troubled) - len(shown)
