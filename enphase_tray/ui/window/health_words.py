"""What the Health page says beyond the doctor's own sentences: why it is empty, its groups, facts, table and sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from enphase_tray.model.dates import dated
from enphase_tray.model.health import Concern, HealthReport, PanelHealth, ShareDay
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import tr, trc, trn
from enphase_tray.model.readings import InverterReading
from enphase_tray.status.finding_words import percent
from enphase_tray.status.health import DAYS_NEEDED, NO_PRICE, panel_words
from enphase_tray.status.mean_day import SLOTS, MeanDay
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.charting.chart import Sheet, Twin
from enphase_tray.ui.look.facts_list import Fact, event_facts
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.wellness import status_text
from enphase_tray.ui.window.health_model import group_letter

_HEADER = ("serial", "kind", "date", "time", "share_of_group", "enough_light", "watts", "group_median_watts")


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the panel in sight. `leaning` is the time of day of its group, empty where none."""

    panel: PanelHealth
    reading: InverterReading | None
    group_size: int
    leaning: str
    events: tuple[HistoryEvent, ...]
    shown: Shown


def why_empty(report: HealthReport | None, shown: Shown) -> str:
    """Why there is no list of panels; an empty text where there is one."""
    if shown.snapshot is None and report is None:
        return tr("Panels are compared here once the gateway has been read.")
    if report is None:
        return tr("Panels are compared once the first day with light has been watched.")
    return "" if report.panels else tr("The gateway has not named any inverter yet.")


def days_words(report: HealthReport) -> str:
    """How much the report rests on: `18 days with light looked at, 28 May to 25 Jun`."""
    if report.first_day is None or report.last_day is None:
        return tr("0 of {needed} days with light watched so far", needed=DAYS_NEEDED)
    return trn(
        "{count} day with light looked at, {first} to {last}",
        "{count} days with light looked at, {first} to {last}",
        report.usable_days,
        first=_day(report.first_day),
        last=_day(report.last_day),
    )


def groups_words(report: HealthReport, leans: Sequence[str]) -> str:
    """`Group A: 8 panels, afternoon · Group B: 4 panels, morning`."""
    used = [panel for panel in report.panels if panel.group is not None]
    if len(report.panels) == 1:
        return tr("A single panel has no group: it is compared with its own days.")
    if not report.groups or not used:
        return ""
    parts = []
    for number, group in enumerate(report.groups):
        lean = f", {leans[number]}" if number < len(leans) and leans[number] else ""
        parts.append(
            trn(
                "Group {letter}: {count} panel{lean}",
                "Group {letter}: {count} panels{lean}",
                len(group),
                letter=group_letter(number),
                lean=lean,
            )
        )
    if len(parts) > 1:
        return " · ".join(parts)
    return tr("One group: the day curves of all {number} have the same shape", number=len(used))


def title_words(told: Told) -> str:
    """The panel in sight in one line."""
    said = panel_words(told.panel, told.shown.now, told.shown.wording, told.shown.price)
    since = "" if said.since == UNKNOWN else tr(" since {time}", time=said.since)
    lost = "" if said.cost == UNKNOWN else tr(", {cost} lost", cost=said.cost)
    return f"{clean(told.panel.serial)} · {said.state}{since}{lost}"


def facts_of(told: Told) -> tuple[Fact, ...]:
    """The column beside the chart."""
    return (
        *_finding(told),
        *_figures(told),
        *_now(told),
        *event_facts(told.events, told.shown.now, told.shown.wording),
    )


def day_words(day: ShareDay, wording: Wording) -> str:
    """One day in a sentence."""
    name = dated("{wkd} {day} {mon}", day.day)
    if day.share is None:
        if not day.usable:
            return tr("{name}: too little light to compare", name=name)
        return tr("{name}: not known", name=name)
    dim = "" if day.usable else tr(" (too little light to count)")
    return tr("{name}: {percent} of its group{dim}", name=name, percent=percent(day.share, wording), dim=dim)


def slot_words(mean: MeanDay, slot: int, wording: Wording) -> str:
    """One half hour of the mean day in a sentence."""
    own, group = mean.own[slot], mean.group[slot]
    said = tr(
        "{time}: {watts}, its group {others}",
        time=slot_clock(slot),
        watts=wording.watts(own),
        others=wording.watts(group),
    )
    if own is not None and group:
        said += f", {percent(own / group, wording)}"
    return trn("{said} (mean of {count} day)", "{said} (mean of {count} days)", mean.days, said=said)


def whole_words(panel: PanelHealth, wording: Wording) -> str:
    """The last seven days with light against those before."""
    if panel.share is None:
        return tr("{serial}: no share of the last days is known", serial=clean(panel.serial))
    before = "" if panel.usual_share is None else tr(", usually {percent}", percent=percent(panel.usual_share, wording))
    return tr(
        "{serial}: {percent} of its group{before}",
        serial=clean(panel.serial),
        percent=percent(panel.share, wording),
        before=before,
    )


def slot_clock(slot: int) -> str:
    """When a half hour begins."""
    minutes = slot * 24 * 60 // SLOTS
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def twin_of(panel: PanelHealth, mean: MeanDay | None, wording: Wording) -> Twin:
    """Days, the newest first, then the half hours of the mean day."""
    days = panel.days[::-1]
    slots = () if mean is None else tuple(range(*mean.lit))

    def cell(row: int, column: int) -> str:
        if row < len(days):
            day = days[row]
            light = tr("yes") if day.usable else tr("no")
            name = dated("{wkd} {day} {mon} {year}", day.day)
            return (name, percent(day.share, wording), light, UNKNOWN, UNKNOWN)[column]
        slot = slots[row - len(days)]
        own, group = (None, None) if mean is None else (mean.own[slot], mean.group[slot])
        share = own / group if own is not None and group else None
        said = (percent(share, wording), UNKNOWN, wording.watts(own), wording.watts(group))
        return (tr("Mean day, {time}", time=slot_clock(slot)), *said)[column]

    heads = (tr("Time"), tr("Of its group"), tr("Enough light"), tr("Power"), tr("Median of its group"))
    return Twin(heads, len(days) + len(slots), cell)


def sheet_of(panel: PanelHealth, mean: MeanDay | None) -> Sheet:
    """The same for a spreadsheet."""

    def rows() -> Iterator[tuple[object, ...]]:
        for day in panel.days:
            yield panel.serial, "day", day.day, None, day.share, "yes" if day.usable else "no", None, None
        for slot in range(*mean.lit) if mean is not None else ():
            own, group = (None, None) if mean is None else (mean.own[slot], mean.group[slot])
            share = own / group if own is not None and group else None
            yield panel.serial, "mean_day", None, slot_clock(slot), share, None, own, group

    return Sheet(_HEADER, rows())


def _finding(told: Told) -> Iterator[Fact]:
    panel, shown = told.panel, told.shown
    said = panel_words(panel, shown.now, shown.wording, shown.price)
    yield Fact(said.state, heading=True)
    yield Fact(said.sentence)
    if said.sure:
        yield Fact(said.sure)
    if said.advice and panel.concern is not Concern.WELL:
        yield Fact(tr("What to do"), heading=True)
        yield Fact(said.advice)


def _figures(told: Told) -> Iterator[Fact]:
    panel, shown = told.panel, told.shown
    said = panel_words(panel, shown.now, shown.wording, NO_PRICE)
    yield Fact(tr("Figures"), heading=True)
    yield Fact(
        tr("Last 7 days"), said.share, hint=tr("Of what its group would make in its place; only days with light count")
    )
    yield Fact(tr("Before"), said.usual)
    if panel.finding is not None:
        yield Fact(tr("Since"), said.since)
        yield Fact(trc("energy", "Lost"), said.cost, hint=tr("Since then, within the days looked at"))
        money = shown.price.of(panel.finding.lost_watt_hours, shown.wording)
        if money:
            yield Fact(tr("Worth"), money)
    lean = f", {told.leaning}" if told.leaning else ""
    size = trn("alone", "{count} panels", told.group_size)
    group = UNKNOWN if panel.group is None else f"{group_letter(panel.group)}: {size}{lean}"
    yield Fact(tr("Group"), group)


def _now(told: Told) -> Iterator[Fact]:
    yield Fact(tr("Now"), heading=True)
    if told.reading is None:
        yield Fact(tr("The gateway did not name it when it was last read."))
        return
    yield Fact(tr("State"), inverter_state_words(told.reading.state))
    words = status_text(told.reading.device)
    if words:
        yield Fact(words)


def _day(day: date) -> str:
    return dated("{day} {mon}", day)
