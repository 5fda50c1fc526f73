"""One evening's examination: every panel's days, and what is wrong with it as far as days can tell."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enphase_tray.analysis.doctor.cases import Case, follow
from enphase_tray.analysis.doctor.comparison import Comparison, compare
from enphase_tray.analysis.doctor.day_book import DayBook, median
from enphase_tray.analysis.doctor.diagnosis import FEW_DAYS, Diagnosis, Hints, Weight, diagnose
from enphase_tray.analysis.doctor.patterns import lost_watt_hours
from enphase_tray.analysis.doctor.plateau import find_plateau
from enphase_tray.analysis.doctor.sayings import Sayings, cause_of
from enphase_tray.analysis.doctor.sky_site import SiteCause, dark_days, site_cause
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, ShareDay
from enphase_tray.model.readings import InverterReading

_SEVEN = 7
_WORD_DAYS = 7
_NOT_WELL = 0.5
_FIRST = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class PanelDays:
    """What the days say of one panel."""

    group: int | None
    concern: Concern
    share: float | None
    usual_share: float | None
    finding: Finding | None
    days: tuple[ShareDay, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """All panels by serial, groups of serials, and what all suffer alike."""

    first_day: date | None
    last_day: date | None
    usable_days: int
    groups: tuple[tuple[str, ...], ...]
    panels: Mapping[str, PanelDays]
    site: SiteCause | None
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Known:
    """What an examination needs besides the book: words, ill days, watched half hours, the report interval.

    `cold`: it is a season in which snow may lie.
    """

    sayings: Sayings
    ill: Collection[tuple[str, int]]
    watched: Mapping[int, int]
    interval: float
    cold: bool


def examine(book: DayBook, inverters: Sequence[InverterReading], cases: dict[str, Case], known: Known) -> Examination:
    """Look at all inverters that are in use; `cases` is brought up to date."""
    used = [one for one in inverters if not one.retired]
    serials = [one.serial for one in used]
    rows: Mapping[int, Mapping[str, array[float]]] = book.rows()
    comparison = compare(rows, serials, known.ill)
    sheet = comparison.sheet
    dark = dark_days(sheet, known.watched)
    plateaus = [find_plateau(sheet, n, known.interval, one.max_report_watts) for n, one in enumerate(used)]
    words = [known.sayings.lately(serial, book.today - _WORD_DAYS) for serial in serials]
    site = site_cause(
        sheet,
        dark,
        plateaus,
        _saying(words, Cause.CURTAILED),
        _saying(words, Cause.GRID_TRIP),
        book.today,
        cold=known.cold,
    )
    shared = site is not None and site.cause in (Cause.CLIPPING, Cause.CURTAILED)
    panels = {}
    for number, serial in enumerate(serials):
        hints = Hints(words[number], None if shared else plateaus[number], known.cold)
        diagnosis = diagnose(comparison, number, hints)
        panels[serial] = _panel(book, comparison, number, diagnosis, cases)
    for gone in cases.keys() - set(serials):
        del cases[gone]
    return Examination(
        day_date(sheet.days[0]) if sheet.days else None,
        day_date(sheet.days[-1]) if sheet.days else None,
        comparison.usable_days,
        _groups(comparison),
        panels,
        site,
        comparison,
    )


def day_date(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(_FIRST + day)


def _saying(words: Sequence[Mapping[str, int]], cause: Cause) -> int:
    """How many panels said something that speaks for this cause."""
    return sum(1 for said in words if any(cause_of(word) is cause for word in said))


def _groups(comparison: Comparison) -> tuple[tuple[str, ...], ...]:
    found: dict[int, list[str]] = {}
    for serial, standing in zip(comparison.sheet.serials, comparison.standings, strict=True):
        if standing.group is not None:
            found.setdefault(standing.group, []).append(serial)
    return tuple(tuple(found[number]) for number in sorted(found))


def _panel(
    book: DayBook, comparison: Comparison, number: int, diagnosis: Diagnosis | None, cases: dict[str, Case]
) -> PanelDays:
    sheet, standing = comparison.sheet, comparison.standings[number]
    serial = sheet.serials[number]
    counted = standing.shares
    by_day = dict(counted)
    days = tuple(
        ShareDay(day_date(day), by_day.get(place), sheet.usable(place)) for place, day in enumerate(sheet.days)
    )
    late, early = [s for _, s in counted[-_SEVEN:]], [s for _, s in counted[:-_SEVEN]]
    share = median(late) if len(late) >= FEW_DAYS else None
    usual = median(early) if early else None
    since = None
    if diagnosis is not None and diagnosis.place is not None:
        since = book.start_of(sheet.days[diagnosis.place], sheet.lit[0] if sheet.lit else 0)
    numbered = [(sheet.days[place], part) for place, part in counted]
    case = follow(cases.get(serial), diagnosis, since, numbered, book.today)
    if case is None:
        cases.pop(serial, None)
    else:
        cases[serial] = case
        usual = case.before
    finding = _finding(book, comparison, number, diagnosis, case, since)
    concern = Concern.UNKNOWN if share is None else Concern.WELL
    if case is not None:
        concern = Concern.LOOK
    elif diagnosis is not None:
        concern = Concern.WATCH if diagnosis.cause is not Cause.CLIPPING else Concern.WELL
    elif (silent := _silent_since(book, comparison, number)) is not None:
        concern, finding = Concern.WATCH, Finding(Cause.NOT_REPORTING, Certainty.LIKELY, silent, None)
    elif share is not None and share < _NOT_WELL:
        concern = Concern.WATCH  # nothing was found, but nobody would call it well
    return PanelDays(standing.group, concern, share, usual, finding, days)


def _silent_since(book: DayBook, comparison: Comparison, number: int) -> datetime | None:
    """Since when a panel that used to report has been missing on days with light; `None` where it is not."""
    sheet = comparison.sheet
    rows = sheet.rows[number]
    heard = max((place for place, row in enumerate(rows) if row is not None), default=None)
    if heard is None or sum(1 for place in range(heard + 1, len(rows)) if sheet.usable(place)) < FEW_DAYS:
        return None
    return book.start_of(sheet.days[heard + 1], sheet.lit[0])


def _finding(
    book: DayBook,
    comparison: Comparison,
    number: int,
    diagnosis: Diagnosis | None,
    case: Case | None,
    since: datetime | None,
) -> Finding | None:
    """The open case in the light of today's diagnosis, or what is worth a note."""
    if diagnosis is None and case is None:
        return None
    numbers = {} if diagnosis is None else dict(diagnosis.numbers)
    words = () if diagnosis is None else diagnosis.words
    place = 0
    if case is not None:
        first = case.since
        if first is not None:
            day = book.day_of(first)
            place = next((p for p, known in enumerate(comparison.sheet.days) if known >= day), 0)
        numbers.setdefault("share_before", case.before)
        lost = lost_watt_hours(comparison, number, place, case.before)
        return Finding(case.cause, case.certainty, first, lost, numbers, words)
    if diagnosis is None or diagnosis.weight is Weight.LOOK:
        return None
    place = diagnosis.place or 0
    measured = "share" in diagnosis.numbers
    lost_note = lost_watt_hours(comparison, number, place, diagnosis.before) if measured else None
    return Finding(diagnosis.cause, diagnosis.certainty, since, lost_note, numbers, words)
