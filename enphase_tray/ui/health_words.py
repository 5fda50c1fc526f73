"""What the Health page says beyond the doctor's own sentences: why it is empty, its groups, facts, table and sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from enphase_tray.model.health import Concern, HealthReport, PanelHealth, ShareDay
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.readings import InverterReading
from enphase_tray.status.finding_words import percent
from enphase_tray.status.health import DAYS_NEEDED, NO_PRICE, panel_words
from enphase_tray.status.mean_day import SLOTS, MeanDay
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.chart import Sheet, Twin
from enphase_tray.ui.facts_list import Fact
from enphase_tray.ui.header import Shown
from enphase_tray.ui.health_model import group_letter
from enphase_tray.ui.text import clean
from enphase_tray.ui.wellness import status_text

_HEADER = ("serial", "kind", "date", "time", "share_of_group", "enough_light", "watts", "group_median_watts")
_MOST_EVENTS = 12


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
        return "Panels are compared here once the gateway has been read."
    if report is None:
        return "Panels are compared once the first day with light has been watched."
    return "" if report.panels else "The gateway has not named any inverter yet."


def days_words(report: HealthReport) -> str:
    """How much the report rests on: `18 days with light looked at, 28 May to 25 Jun`."""
    if report.first_day is None or report.last_day is None:
        return f"0 of {DAYS_NEEDED} days with light watched so far"
    days = f"{report.usable_days} day{'' if report.usable_days == 1 else 's'} with light looked at"
    return f"{days}, {_day(report.first_day)} to {_day(report.last_day)}"


def groups_words(report: HealthReport, leans: Sequence[str]) -> str:
    """`Group A: 8 panels, afternoon · Group B: 4 panels, morning`."""
    used = [panel for panel in report.panels if panel.group is not None]
    if len(report.panels) == 1:
        return "A single panel has no group: it is compared with its own days."
    if not report.groups or not used:
        return ""
    parts = []
    for number, group in enumerate(report.groups):
        lean = f", {leans[number]}" if number < len(leans) and leans[number] else ""
        parts.append(f"Group {group_letter(number)}: {len(group)} panel{'' if len(group) == 1 else 's'}{lean}")
    return " · ".join(parts) if len(parts) > 1 else f"One group: the day curves of all {len(used)} have the same shape"


def title_words(told: Told) -> str:
    """The panel in sight in one line."""
    said = panel_words(told.panel, told.shown.now, told.shown.wording, told.shown.price)
    since = "" if said.since == UNKNOWN else f" since {said.since}"
    lost = "" if said.cost == UNKNOWN else f", {said.cost} lost"
    return f"{clean(told.panel.serial)} · {said.state}{since}{lost}"


def facts_of(told: Told) -> tuple[Fact, ...]:
    """The column beside the chart."""
    return (*_finding(told), *_figures(told), *_now(told), *_events(told))


def day_words(day: ShareDay, wording: Wording) -> str:
    """One day in a sentence."""
    name = f"{day.day:%a} {day.day.day} {day.day:%b}"
    if day.share is None:
        return f"{name}: {'too little light to compare' if not day.usable else 'not known'}"
    dim = "" if day.usable else " (too little light to count)"
    return f"{name}: {percent(day.share, wording)} of its group{dim}"


def slot_words(mean: MeanDay, slot: int, wording: Wording) -> str:
    """One half hour of the mean day in a sentence."""
    own, group = mean.own[slot], mean.group[slot]
    said = f"{slot_clock(slot)}: {wording.watts(own)}, its group {wording.watts(group)}"
    if own is not None and group:
        said += f", {percent(own / group, wording)}"
    return f"{said} (mean of {mean.days} day{'' if mean.days == 1 else 's'})"


def whole_words(panel: PanelHealth, wording: Wording) -> str:
    """The last seven days with light against those before."""
    if panel.share is None:
        return f"{clean(panel.serial)}: no share of the last days is known"
    before = "" if panel.usual_share is None else f", usually {percent(panel.usual_share, wording)}"
    return f"{clean(panel.serial)}: {percent(panel.share, wording)} of its group{before}"


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
            light = "yes" if day.usable else "no"
            name = f"{day.day:%a} {day.day.day} {day.day:%b %Y}"
            return (name, percent(day.share, wording), light, UNKNOWN, UNKNOWN)[column]
        slot = slots[row - len(days)]
        own, group = (None, None) if mean is None else (mean.own[slot], mean.group[slot])
        share = own / group if own is not None and group else None
        said = (percent(share, wording), UNKNOWN, wording.watts(own), wording.watts(group))
        return (f"Mean day, {slot_clock(slot)}", *said)[column]

    heads = ("Time", "Of its group", "Enough light", "Power", "Median of its group")
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
        yield Fact("What to do", heading=True)
        yield Fact(said.advice)


def _figures(told: Told) -> Iterator[Fact]:
    panel, shown = told.panel, told.shown
    said = panel_words(panel, shown.now, shown.wording, NO_PRICE)
    yield Fact("Figures", heading=True)
    yield Fact("Last 7 days", said.share, hint="Of what its group would make in its place; only days with light count")
    yield Fact("Before", said.usual)
    if panel.finding is not None:
        yield Fact("Since", said.since)
        yield Fact("Lost", said.cost, hint="Since then, within the days looked at")
        money = shown.price.of(panel.finding.lost_watt_hours, shown.wording)
        if money:
            yield Fact("Worth", money)
    lean = f", {told.leaning}" if told.leaning else ""
    size = "alone" if told.group_size == 1 else f"{told.group_size} panels"
    group = UNKNOWN if panel.group is None else f"{group_letter(panel.group)}: {size}{lean}"
    yield Fact("Group", group)


def _now(told: Told) -> Iterator[Fact]:
    yield Fact("Now", heading=True)
    if told.reading is None:
        yield Fact("The gateway did not name it when it was last read.")
        return
    yield Fact("State", inverter_state_words(told.reading.state))
    words = status_text(told.reading.device)
    if words:
        yield Fact(words)


def _events(told: Told) -> Iterator[Fact]:
    shown = told.shown
    yield Fact("What was told of it", heading=True)
    if not told.events:
        yield Fact("Nothing yet.")
    for event in told.events[:_MOST_EVENTS]:
        over = "Over again: " if event.kind == "cleared" else ""
        when = shown.wording.clock(event.at, shown.now)
        yield Fact(f"{when} · {over}{clean(event.title)}", hint=clean(event.body))
    if len(told.events) > _MOST_EVENTS:
        yield Fact(f"and {len(told.events) - _MOST_EVENTS} more on the page of events")


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
