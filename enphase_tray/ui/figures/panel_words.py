"""What is said of one inverter: its facts in a column, a bar in a sentence, its bars as a table and a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from enphase_tray.model.dates import dated
from enphase_tray.model.history import Energy, HistoryEvent, Provenance
from enphase_tray.model.language import tr, trn
from enphase_tray.model.readings import InverterReading
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording, capital, provenance_words
from enphase_tray.ui.charting.chart import Sheet, Twin
from enphase_tray.ui.charting.periods import Period, Span
from enphase_tray.ui.figures.panel_energy import Bar
from enphase_tray.ui.look.facts_list import Fact, event_facts
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.wellness import flag_text, status_text

_HEADER = (
    "serial", "first_date", "last_date", "watt_hours", "provenance", "group_median_watt_hours", "share_of_median",
    "days_unknown",
)  # fmt: skip


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
        *event_facts(told.events, told.now, wording),
    )


def bar_words(bar: Bar, wording: Wording) -> str:
    """One bar: `Tue 3 Mar 2026: 812 Wh, 0.71 of the median 1.14 kWh (estimated); 2 days not known`."""
    start = span_words(bar.first, bar.last)
    if bar.energy is None:
        return tr("{start}: not yet", start=start) if bar.to_come else tr("{start}: not known", start=start)
    said = f"{start}: {wording.energy(bar.energy.watt_hours)}"
    if bar.share is not None:
        said += tr(
            ", {number} of the median {energy}", number=wording.number(bar.share, 2), energy=wording.energy(bar.median)
        )
    elif bar.median is not None:
        said += tr(", too little light to compare (median {energy})", energy=wording.energy(bar.median))
    said += _how_sure(bar, wording)
    if bar.unknown and bar.first != bar.last:
        said += f"; {_unknown_days(bar.unknown)}"
    return said


def whole_words(serial: str, bars: Sequence[Bar], wording: Wording) -> str:
    """All bars together: `1219…: 34.2 kWh, 0.97 of the median 35.3 kWh; 3 days not known`."""
    known = [bar for bar in bars if bar.energy is not None]
    if not known:
        return tr("{serial}: no energy is known of this time", serial=clean(serial))
    total = sum(bar.energy.watt_hours for bar in known if bar.energy is not None)
    said = f"{clean(serial)}: {wording.energy(total)}"
    against = [bar.median for bar in known if bar.median is not None]
    if len(against) == len(known) and sum(against) > 0:
        said += tr(
            ", {number} of the median {energy}",
            number=wording.number(total / sum(against), 2),
            energy=wording.energy(sum(against)),
        )
    unknown = sum(bar.unknown for bar in bars)
    return f"{said}; {_unknown_days(unknown)}" if unknown else said


def span_words(first: date, last: date) -> str:
    """A day, a month or a year by its name."""
    if first == last:
        return dated("{wkd} {day} {mon} {year}", first)
    return dated("{month} {year}", first) if (last - first).days < 31 else f"{first:%Y}"


def bar_labels(bars: Sequence[Bar], period: Period) -> tuple[str, ...]:
    """What stands under each bar."""
    if period.span is Span.WEEK:
        return tuple(dated("{wkd} {day}", bar.first) for bar in bars)
    if period.span is Span.MONTH:
        return tuple(str(bar.first.day) for bar in bars)
    if period.span is Span.YEAR:
        return tuple(dated("{mon}", bar.first) for bar in bars)
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
            UNKNOWN if bar.energy is None else provenance_words(bar.energy.provenance),
        )[column]

    return Twin((tr("Time"), tr("Energy"), tr("Median of all"), tr("Of the median"), tr("Source")), len(rows), cell)


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
        yield Fact(tr("Now"), heading=True)
        yield Fact(tr("The gateway did not name this inverter when it was last read."))
        return
    yield Fact(inverter_state_words(reading.state), heading=True)
    words = status_text(reading.device)
    if words:
        yield Fact(words)
    at = reading.last_report_at
    yield Fact(tr("Last report"), UNKNOWN if at is None else wording.clock(at, told.now))
    yield Fact(tr("Its power"), wording.watts(reading.last_report_watts))
    device = reading.device
    flags = {
        tr("Producing"): device.producing,
        tr("Communicating"): device.communicating,
        tr("Provisioned"): device.provisioned,
        tr("Operating"): device.operating,
    }
    for name, flag in flags.items():
        yield Fact(name, flag_text(flag), hint="" if flag is not None else tr("The gateway does not tell."))


def _energies(told: Told, wording: Wording) -> Iterator[Fact]:
    yield Fact(tr("Energy"), heading=True)
    for name, energy in ((tr("Today"), told.today), (tr("Yesterday"), told.yesterday), (tr("7 days"), told.week)):
        yield Fact(name, wording.energy(None if energy is None else energy.watt_hours), hint=_source(energy))
    yield _this_month(told.month, wording)
    reading = told.reading
    yield Fact(tr("Lifetime"), wording.energy(None if reading is None else reading.watt_hours_lifetime))


def _this_month(month: Bar, wording: Wording) -> Fact:
    known = (month.last - month.first).days + 1 - month.unknown
    if month.energy is None or not month.unknown:
        return Fact(tr("This month"), wording.energy(None if month.energy is None else month.energy.watt_hours))
    energy = wording.energy(month.energy.watt_hours)
    said = trn("{energy} in {count} day", "{energy} in {count} days", known, energy=energy)
    return Fact(tr("This month"), said, hint=capital(_unknown_days(month.unknown)))


def _extremes(told: Told, wording: Wording) -> Iterator[Fact]:
    yield Fact(told.scope, heading=True)
    best, worst, peak = told.best, told.worst, told.peak
    yield Fact(
        tr("Best day"), UNKNOWN if best is None else f"{wording.energy(best[1].watt_hours)}, {_day(best[0], told.now)}"
    )
    against = UNKNOWN if worst is None else f"{wording.number(worst[1], 2)}, {_day(worst[0], told.now)}"
    yield Fact(tr("Lowest share"), against, hint=tr("The day on which it did worst against the median of all"))
    if peak is not None:
        at = datetime.fromtimestamp(peak[0], UTC)
        yield Fact(
            tr("Peak of the day"), tr("{watts} at {time}", watts=wording.watts(peak[1]), time=wording.clock(at, at))
        )
    highest = None if told.reading is None else told.reading.max_report_watts
    yield Fact(tr("Highest ever"), wording.watts(highest), hint=tr("The highest power that it ever reported"))


def _device(reading: InverterReading | None, wording: Wording) -> Iterator[Fact]:
    if reading is None:
        return
    figures = (
        ("DC", ((reading.dc_volts, 1, "V"), (reading.dc_amps, 2, "A"))),
        ("AC", ((reading.ac_volts, 1, "V"), (reading.hertz, 2, tr("Hz")))),
        (tr("Temperature"), ((reading.celsius, 0, "°C"),)),
    )
    told = {
        name: " · ".join(
            f"{wording.number(value, places)} {unit}" for value, places, unit in parts if value is not None
        )
        for name, parts in figures
    }
    yield Fact(tr("Device"), heading=True)
    yield Fact(tr("Part"), clean(reading.part_number or UNKNOWN, 40))
    yield from (Fact(name, value) for name, value in told.items() if value)


def _source(energy: Energy | None) -> str:
    if energy is None:
        return tr("Not every day of it is known.")
    return "" if energy.provenance is Provenance.MEASURED else capital(provenance_words(energy.provenance))


def _how_sure(bar: Bar, wording: Wording) -> str:
    if bar.energy is None or bar.energy.provenance is Provenance.MEASURED:
        return ""
    how = provenance_words(bar.energy.provenance)
    if 0.0 < bar.unsure < bar.energy.watt_hours:
        return tr(" ({energy} of it {how})", energy=wording.energy(bar.unsure), how=how)
    return f" ({how})"


def _unknown_days(count: int) -> str:
    return trn("{count} day not known", "{count} days not known", count)


def _day(day: date, now: datetime) -> str:
    return dated("{day} {mon}", day) if day.year == now.year else dated("{day} {mon} {year}", day)
