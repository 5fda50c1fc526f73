"""What is said of one inverter: its facts in a column, a bar in a sentence, its bars as a table and a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from enphase_tray.model.history import Energy, HistoryEvent, Provenance
from enphase_tray.model.readings import InverterReading
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.chart import Sheet, Twin
from enphase_tray.ui.facts_list import Fact
from enphase_tray.ui.panel_energy import Bar
from enphase_tray.ui.periods import Period, Span
from enphase_tray.ui.text import clean
from enphase_tray.ui.wellness import flag_text, status_text

_HEADER = (
    "serial", "first_date", "last_date", "watt_hours", "provenance", "group_median_watt_hours", "share_of_median",
    "days_unknown",
)  # fmt: skip
_MOST_EVENTS = 12


@dataclass(frozen=True, slots=True)
class Told:
    """What the page knows of its inverter; unknown is `None`.

    `scope` names the time in which `best` (a day and its energy), `worst` (a day and its share of the median) and
    `peak` (epoch second and W) were looked for.
    """

    serial: str
    reading: InverterReading | None
    now: datetime
    today: Energy | None
    yesterday: Energy | None
    week: Energy | None
    month: Bar
    scope: str
    best: tuple[date, Energy] | None
    worst: tuple[date, float] | None
    peak: tuple[float, float] | None
    events: tuple[HistoryEvent, ...]


def facts_of(told: Told, wording: Wording) -> tuple[Fact, ...]:
    """The column beside the chart."""
    return (
        *_now(told, wording),
        *_energies(told, wording),
        *_extremes(told, wording),
        *_device(told.reading, wording),
        *_events(told, wording),
    )


def bar_words(bar: Bar, wording: Wording) -> str:
    """One bar: `Tue 3 Mar 2026: 812 Wh, 0.71 of the median 1.14 kWh (estimated); 2 days not known`."""
    start = span_words(bar.first, bar.last)
    if bar.energy is None:
        return f"{start}: not yet" if bar.to_come else f"{start}: not known"
    said = f"{start}: {wording.energy(bar.energy.watt_hours)}"
    if bar.share is not None:
        said += f", {wording.number(bar.share, 2)} of the median {wording.energy(bar.median)}"
    elif bar.median is not None:
        said += f", too little light to compare (median {wording.energy(bar.median)})"
    said += _how_sure(bar, wording)
    if bar.unknown and bar.first != bar.last:
        said += f"; {_unknown_days(bar.unknown)}"
    return said


def whole_words(serial: str, bars: Sequence[Bar], wording: Wording) -> str:
    """All bars together: `1219…: 34.2 kWh, 0.97 of the median 35.3 kWh; 3 days not known`."""
    known = [bar for bar in bars if bar.energy is not None]
    if not known:
        return f"{clean(serial)}: no energy is known of this time"
    total = sum(bar.energy.watt_hours for bar in known if bar.energy is not None)
    said = f"{clean(serial)}: {wording.energy(total)}"
    against = [bar.median for bar in known if bar.median is not None]
    if len(against) == len(known) and sum(against) > 0:
        said += f", {wording.number(total / sum(against), 2)} of the median {wording.energy(sum(against))}"
    unknown = sum(bar.unknown for bar in bars)
    return f"{said}; {_unknown_days(unknown)}" if unknown else said


def span_words(first: date, last: date) -> str:
    """A day, a month or a year by its name."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    return f"{first:%B %Y}" if (last - first).days < 31 else f"{first:%Y}"


def bar_labels(bars: Sequence[Bar], period: Period) -> tuple[str, ...]:
    """What stands under each bar."""
    if period.span is Span.WEEK:
        return tuple(f"{bar.first:%a} {bar.first.day}" for bar in bars)
    if period.span is Span.MONTH:
        return tuple(str(bar.first.day) for bar in bars)
    if period.span is Span.YEAR:
        return tuple(f"{bar.first:%b}" for bar in bars)
    return tuple(str(bar.first.year) if bar.first.month == 1 else "" for bar in bars)


def bars_twin(bars: Sequence[Bar], wording: Wording) -> Twin:
    """The bars as a table, the newest first."""
    rows = list(reversed(bars))

    def cell(row: int, column: int) -> str:
        bar = rows[row]
        share = bar.share
        return (
            span_words(bar.first, bar.last),
            wording.energy(None if bar.energy is None else bar.energy.watt_hours),
            wording.energy(bar.median),
            UNKNOWN if share is None else wording.number(share, 2),
            UNKNOWN if bar.energy is None else bar.energy.provenance.word,
        )[column]

    return Twin(("Time", "Energy", "Median of all", "Of the median", "Source"), len(rows), cell)


def bars_sheet(serial: str, bars: Sequence[Bar]) -> Sheet:
    """The bars for a spreadsheet, Wh."""

    def rows() -> Iterator[tuple[object, ...]]:
        for bar in bars:
            told = (None, None) if bar.energy is None else (bar.energy.watt_hours, bar.energy.provenance.word)
            yield serial, bar.first, bar.last, *told, bar.median, bar.share, bar.unknown

    return Sheet(_HEADER, rows())


def _now(told: Told, wording: Wording) -> Iterator[Fact]:
    reading = told.reading
    if reading is None:
        yield Fact("Now", heading=True)
        yield Fact("The gateway did not name this inverter when it was last read.")
        return
    yield Fact(inverter_state_words(reading.state), heading=True)
    words = status_text(reading.device)
    if words:
        yield Fact(words)
    at = reading.last_report_at
    yield Fact("Last report", UNKNOWN if at is None else wording.clock(at, told.now))
    yield Fact("Its power", wording.watts(reading.last_report_watts))
    device = reading.device
    flags = {
        "Producing": device.producing, "Communicating": device.communicating, "Provisioned": device.provisioned,
        "Operating": device.operating,
    }  # fmt: skip
    for name, flag in flags.items():
        yield Fact(name, flag_text(flag), hint="" if flag is not None else "The gateway does not tell.")


def _energies(told: Told, wording: Wording) -> Iterator[Fact]:
    yield Fact("Energy", heading=True)
    for name, energy in (("Today", told.today), ("Yesterday", told.yesterday), ("7 days", told.week)):
        yield Fact(name, wording.energy(None if energy is None else energy.watt_hours), hint=_source(energy))
    yield _this_month(told.month, wording)
    reading = told.reading
    yield Fact("Lifetime", wording.energy(None if reading is None else reading.watt_hours_lifetime))


def _this_month(month: Bar, wording: Wording) -> Fact:
    known = (month.last - month.first).days + 1 - month.unknown
    if month.energy is None or not month.unknown:
        return Fact("This month", wording.energy(None if month.energy is None else month.energy.watt_hours))
    said = f"{wording.energy(month.energy.watt_hours)} in {known} day{'' if known == 1 else 's'}"
    return Fact("This month", said, hint=_unknown_days(month.unknown).capitalize())


def _extremes(told: Told, wording: Wording) -> Iterator[Fact]:
    yield Fact(told.scope, heading=True)
    best, worst, peak = told.best, told.worst, told.peak
    yield Fact(
        "Best day", UNKNOWN if best is None else f"{wording.energy(best[1].watt_hours)}, {_day(best[0], told.now)}"
    )
    against = UNKNOWN if worst is None else f"{wording.number(worst[1], 2)}, {_day(worst[0], told.now)}"
    yield Fact("Lowest share", against, hint="The day on which it did worst against the median of all")
    if peak is not None:
        at = datetime.fromtimestamp(peak[0], UTC)
        yield Fact("Peak of the day", f"{wording.watts(peak[1])} at {wording.clock(at, at)}")
    highest = None if told.reading is None else told.reading.max_report_watts
    yield Fact("Highest ever", wording.watts(highest), hint="The highest power that it ever reported")


def _device(reading: InverterReading | None, wording: Wording) -> Iterator[Fact]:
    if reading is None:
        return
    figures = (
        ("DC", ((reading.dc_volts, 1, "V"), (reading.dc_amps, 2, "A"))),
        ("AC", ((reading.ac_volts, 1, "V"), (reading.hertz, 2, "Hz"))),
        ("Temperature", ((reading.celsius, 0, "°C"),)),
    )
    told = {
        name: " · ".join(
            f"{wording.number(value, places)} {unit}" for value, places, unit in parts if value is not None
        )
        for name, parts in figures
    }
    yield Fact("Device", heading=True)
    yield Fact("Part", clean(reading.part_number or UNKNOWN, 40))
    yield from (Fact(name, value) for name, value in told.items() if value)


def _events(told: Told, wording: Wording) -> Iterator[Fact]:
    yield Fact("Events", heading=True)
    if not told.events:
        yield Fact("Nothing has been told of this inverter yet.")
    for event in told.events[:_MOST_EVENTS]:
        over = "Over again: " if event.kind == "cleared" else ""
        yield Fact(f"{wording.clock(event.at, told.now)} · {over}{clean(event.title)}", hint=clean(event.body))
    if len(told.events) > _MOST_EVENTS:
        yield Fact(f"and {len(told.events) - _MOST_EVENTS} more on the page of events")


def _source(energy: Energy | None) -> str:
    if energy is None:
        return "Not every day of it is known."
    return "" if energy.provenance is Provenance.MEASURED else energy.provenance.word.capitalize()


def _how_sure(bar: Bar, wording: Wording) -> str:
    if bar.energy is None or bar.energy.provenance is Provenance.MEASURED:
        return ""
    partly = 0.0 < bar.unsure < bar.energy.watt_hours
    return (
        f" ({wording.energy(bar.unsure)} of it {bar.energy.provenance.word})"
        if partly
        else (f" ({bar.energy.provenance.word})")
    )


def _unknown_days(count: int) -> str:
    return "1 day not known" if count == 1 else f"{count} days not known"


def _day(day: date, now: datetime) -> str:
    return f"{day.day} {day:%b}" if day.year == now.year else f"{day.day} {day:%b %Y}"
