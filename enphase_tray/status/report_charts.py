"""The pictures of the weekly report and of the evidence file."""

from collections.abc import Sequence
from datetime import date

from enphase_tray.model.dates import dated
from enphase_tray.model.health import ShareDay
from enphase_tray.model.history import Provenance
from enphase_tray.model.language import tr
from enphase_tray.status.mean_day import MeanDay
from enphase_tray.status.svg import FAINT, GRID, LOST, NOTE, PAPER, SOFT, STRONG, Point, Svg
from enphase_tray.status.week import Week, made
from enphase_tray.status.words import Wording

USUAL_BAND = 0.08
"""Within this much of its usual share a panel is as ever: days differ by a few per cents without a cause."""
_LEFT, _RIGHT, _ABOVE, _BELOW = 40.0, 8.0, 22.0, 20.0
_STEPS = (1.0, 2.0, 5.0, 10.0)


def week_chart(week: Week, wording: Wording) -> Svg:
    """Production by days, beside it the week before and the year before."""
    rows = [[made(day) for day in days] for days in (week.days, week.before, week.year_before)]
    highest = max((energy.watt_hours for row in rows for energy in row if energy is not None), default=0.0)
    svg = Svg(640, 190, tr("Energy by days against the week before and the year before"))
    step = nice_step(highest, 4)
    top = max(highest, step)
    floor, tall = svg.height - _BELOW, svg.height - _ABOVE - _BELOW
    for tick in range(int(top / step + 1e-9) + 1):
        y = floor - tall * tick * step / top
        svg.line((_LEFT, y), (svg.width - _RIGHT, y))
        svg.text((_LEFT - 5, y + 4), wording.number(tick * step / 1000.0, 1 if step < 1000 else 0), "end")
    svg.text((0, 12), "kWh", "start")
    slot = (svg.width - _LEFT - _RIGHT) / 7
    for place in range(7):
        left = _LEFT + slot * place
        for number, (row, tone, outline) in enumerate(
            zip(rows[::-1], (FAINT, SOFT, STRONG), (NOTE, "none", "none"), strict=True)
        ):
            energy = row[place]
            wide = slot * 0.26
            x = left + slot * 0.08 + wide * number
            if energy is None:
                continue
            height = tall * max(0.0, energy.watt_hours) / top
            unsure = number == 2 and energy.provenance >= Provenance.BACK_FILLED
            svg.box(x, floor - height, wide - 1.5, height, PAPER if unsure else tone, tone if unsure else outline)
        day = date.fromordinal(week.first.toordinal() + place)
        svg.text((left + slot / 2, svg.height - 6), dated("{wkd} {day}", day))
    entries = [(STRONG, tr("this week")), (SOFT, tr("the week before")), (FAINT, tr("a year before"))]
    if any(energy is not None and energy.provenance >= Provenance.BACK_FILLED for energy in rows[0]):
        entries.append((PAPER, tr("this week, filled in later or estimated")))
    _legend(svg, entries)
    return svg


def share_chart(days: Sequence[ShareDay], usual: float | None, wording: Wording) -> Svg:
    """What the panel made of its group's level, day by day, with the band in which it usually is."""
    svg = Svg(640, 170, tr("Share of the group's level by days"))
    floor, tall = svg.height - _BELOW, svg.height - _ABOVE - _BELOW
    top = max([1.25, *(day.share for day in days if day.share is not None)])
    wide = svg.width - _LEFT - _RIGHT
    slot = wide / max(1, len(days))

    def up(share: float) -> float:
        return floor - tall * share / top

    if usual is not None:
        svg.box(_LEFT, up(usual + USUAL_BAND), wide, up(usual - USUAL_BAND) - up(usual + USUAL_BAND), "#eaeff3")
    for share in (0.0, 0.5, 1.0):
        svg.line((_LEFT, up(share)), (svg.width - _RIGHT, up(share)), NOTE if share == 1.0 else GRID)
        svg.text((_LEFT - 5, up(share) + 4), f"{wording.number(share * 100, 0)} %", "end")
    every = max(1, round(44 / slot))
    for place, day in enumerate(days):
        x = _LEFT + slot * (place + 0.5)
        if day.share is not None:
            svg.dot((x, up(max(0.0, day.share))), STRONG if day.usable else SOFT, min(4.0, max(2.0, slot * 0.3)))
        if place % every == 0:
            svg.text((x, svg.height - 6), dated("{day} {mon}", day.day))
    entries = ((STRONG, tr("share of the day")), (SOFT, tr("too little light to count")), ("#eaeff3", tr("as usual")))
    _legend(svg, entries)
    return svg


def curve_chart(mean: MeanDay, wording: Wording) -> Svg:
    """The panel's mean day against that of its group; what is missing is shaded."""
    svg = Svg(640, 170, tr("Power over a mean day against the group"))
    first, last = mean.lit
    last = max(last, first + 1)
    slots = range(first, last)
    floor, tall = svg.height - _BELOW, svg.height - _ABOVE - _BELOW
    highest = max((watts for watts in (*mean.own, *mean.group) if watts is not None), default=0.0)
    step = nice_step(highest, 4)
    top = max(highest, step)

    def place(slot: int, watts: float) -> Point:
        return _LEFT + (svg.width - _LEFT - _RIGHT) * (slot + 0.5 - first) / (last - first), floor - tall * watts / top

    for strip in lost_strips(mean, slots):
        svg.area([*(place(slot, high) for slot, high, _ in strip), *(place(s, low) for s, _, low in strip[::-1])], LOST)
    for tick in range(int(top / step + 1e-9) + 1):
        y = floor - tall * tick * step / top
        svg.line((_LEFT, y), (svg.width - _RIGHT, y))
        svg.text((_LEFT - 5, y + 4), wording.number(tick * step, 0), "end")
    svg.text((0, 12), "W", "start")
    for curve, tone in ((mean.group, NOTE), (mean.own, STRONG)):
        for run in runs([watts if slot in slots else None for slot, watts in enumerate(curve)]):
            svg.curve([place(slot, watts) for slot, watts in run], tone, 2.0 if tone == STRONG else 1.5)
    for hour in range(0, 24, 2):
        if 2 * hour in slots:
            begins = (place(2 * hour, 0.0)[0] + place(2 * hour - 1, 0.0)[0]) / 2
            svg.text((begins, svg.height - 6), f"{hour:02d}:00")
    _legend(svg, ((STRONG, tr("this panel")), (NOTE, tr("median of its group")), (LOST, tr("lost"))))
    return svg


def runs(curve: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches of a curve without a gap: place and value."""
    found: list[list[tuple[int, float]]] = []
    before = -2
    for slot, watts in enumerate(curve):
        if watts is None:
            continue
        if slot != before + 1:
            found.append([])
        found[-1].append((slot, watts))
        before = slot
    return found


def lost_strips(mean: MeanDay, slots: range) -> list[list[tuple[int, float, float]]]:
    """Where the group lies above the panel within `slots`: half hour, upper and lower W.

    A strip begins and ends in a point where both are known there, as the curves do.
    """
    found: list[list[tuple[int, float, float]]] = []
    strip: list[tuple[int, float, float]] = []
    before: list[tuple[int, float, float]] = []
    for slot in slots:
        own, group = mean.own[slot], mean.group[slot]
        point = [] if own is None or group is None else [(slot, group, min(own, group))]
        lost = own is not None and group is not None and own < group
        if lost:
            strip = (strip or before) + point
        elif strip:
            found.append(strip + point)
            strip = []
        before = point
    return [one for one in (*found, strip) if len(one) > 1]


def nice_step(highest: float, ticks: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that leads to `highest` in about `ticks` steps; at least 1."""
    rough, power = max(highest / ticks, 1.0), 1.0
    while power * 10 <= rough:
        power *= 10
    return next(power * factor for factor in _STEPS if power * factor >= rough * (1 - 1e-9))


def _legend(svg: Svg, entries: Sequence[tuple[str, str]]) -> None:
    x = _LEFT + 4
    for tone, words in entries:
        svg.box(x, 4, 10, 10, tone, NOTE if tone in {FAINT, LOST, PAPER, "#eaeff3"} else "none")
        svg.text((x + 15, 13), words, "start")
        x += 15 + 6.2 * len(words) + 16
