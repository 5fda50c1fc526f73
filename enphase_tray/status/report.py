"""The weekly report: one page of HTML for screen and paper, with nothing in it that is fetched or run."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from enphase_tray.model.health import Concern, PanelHealth
from enphase_tray.model.history import Energy, SiteDay
from enphase_tray.status.health import Price, by_concern, cost_words, panel_words, site_verdict
from enphase_tray.status.html import Html, element
from enphase_tray.status.page import page
from enphase_tray.status.report_charts import week_chart
from enphase_tray.status.week import Episode, Week, against, best_day, made
from enphase_tray.status.words import UNKNOWN, Wording

_MOST_PANELS = 4
_MOST_EPISODES = 5
_SHORT = 24
_SOURCES = (
    "Measured: read from the gateway's counters. Derived: completed by the gateway's own figure of that day. Back-"
    "filled: told by the gateway afterwards. Estimated: shared out from a longer time, or added up from power."
)


def weekly_report(week: Week, wording: Wording, price: Price) -> str:
    """The report of a week as a whole document. Texts from outside are escaped; figures are those of the history."""
    title = f"Week of {span_words(week.first, week.last)}"
    head = f"{week.site_name} · {title}" if week.site_name else title
    made_at = wording.clock(week.made_at)
    firmware = f" Gateway firmware {week.firmware}." if week.firmware else ""
    body = (
        element("h1", head),
        element("p", site_verdict(week.health, week.made_at, wording), class_="verdict"),
        *_energy(week, wording, price),
        *_panels(week, wording, price),
        *_told(week, wording),
        element(
            "footer",
            f"{_SOURCES}{firmware} Made by Enphase Tray, {made_at}.",
        ),
    )
    return page(head, body)


def report_name(first: date) -> str:
    """The file's name for a week: `week-2026-06-15.html`."""
    return f"week-{first.isoformat()}.html"


def span_words(first: date, last: date) -> str:
    """`15 to 21 June 2026`, `29 June to 5 July 2026`."""
    if first.month == last.month:
        return f"{first.day} to {last.day} {last:%B %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def _energy(week: Week, wording: Wording, price: Price) -> Iterator[Html]:
    known = [energy for energy in map(made, week.days) if energy is not None]
    yield element("h2", "Energy")
    if not known:
        yield element("p", "Nothing is known of the energy of this week.")
        return
    total = sum(energy.watt_hours for energy in known)
    missing = 7 - len(known)
    worth = price.of(total, wording)
    said = [f"{wording.energy(total)}{f' (worth {worth})' if worth else ''} in {_days(len(known))}."]
    said += _compared(week, wording)
    best = best_day(week.days)
    if best is not None:
        said.append(f"Best day: {best[0]:%A} {best[0].day} {best[0]:%B} with {wording.energy(best[1].watt_hours)}.")
    if missing:
        said.append(f"{_days(missing)} {'is' if missing == 1 else 'are'} not known.")
    said += _exchange(week.days, wording)
    yield element("p", " ".join(said))
    yield element("figure", week_chart(week, wording).finish())
    yield _table(
        ("Day", "This week", "Week before", "A year before", "Source"),
        [(_day_words(week.first + timedelta(days=place)), *_three(week, place, wording)) for place in range(7)],
    )


def _compared(week: Week, wording: Wording) -> Iterator[str]:
    for others, name in ((week.before, "the week before"), (week.year_before, "the same week a year before")):
        found = against(week.days, others)
        if found.change is None:
            yield f"Nothing to compare with in {name}."
            continue
        change = round(found.change * 100)
        more = f"{wording.number(abs(change), 0)} % {'more' if change > 0 else 'less'} than" if change else "As much as"
        days = "" if found.days == 7 else f", over the {_days(found.days)} known in both"
        yield f"{more[:1].upper()}{more[1:]} in {name}{days}."


def _exchange(days: Sequence[SiteDay | None], wording: Wording) -> Iterator[str]:
    for name, pick in (("Used", "consumption"), ("From the grid", "imported"), ("To the grid", "exported")):
        known: list[Energy] = [energy for day in days if day is not None and (energy := getattr(day, pick)) is not None]
        if known:
            over = "" if len(known) == 7 else f" (in {_days(len(known))})"
            yield f"{name}: {wording.energy(sum(energy.watt_hours for energy in known))}{over}."


def _three(week: Week, place: int, wording: Wording) -> tuple[str, str, str, str]:
    own, before, year = (made(days[place]) for days in (week.days, week.before, week.year_before))
    energies = (wording.energy(None if one is None else one.watt_hours) for one in (own, before, year))
    return (*energies, UNKNOWN if own is None else own.provenance.word.capitalize())  # type: ignore[return-value]


def _panels(week: Week, wording: Wording, price: Price) -> Iterator[Html]:
    yield element("h2", "Panels")
    report = week.health
    ill = [] if report is None else [one for one in by_concern(report) if one.concern in {Concern.FAULT, Concern.LOOK}]
    if report is None or not ill:
        yield element("p", "No panel needs a look." if report is not None else "Nothing is known of single panels.")
        return
    known = any(one.finding is not None and one.finding.lost_watt_hours is not None for one in ill)
    lost = f"Lost in the days looked at: {cost_words(report.lost_watt_hours, price, wording)}. " if known else ""
    yield element("p", f"{lost}Looked at: {_days(report.usable_days)} with light.")
    yield _table(
        ("Panel", "What", "Of its group", "Since", "Lost"),
        [_row(one, week, wording, price) for one in ill[:_MOST_PANELS]],
    )
    if len(ill) > _MOST_PANELS:
        yield element("p", f"And {len(ill) - _MOST_PANELS} more; the page Health of the program lists them.")


def _row(panel: PanelHealth, week: Week, wording: Wording, price: Price) -> tuple[str, ...]:
    said = panel_words(panel, week.made_at, wording, price)
    what = " ".join(part for part in (f"{said.state}.", said.sentence, said.sure, said.advice) if part)
    return panel.serial, what, said.share, said.since, said.cost


def _told(week: Week, wording: Wording) -> Iterator[Html]:
    yield element("h2", "Outages and alerts")
    told = [one for one in week.episodes if one.severity != "information"]
    notes = [one for one in week.episodes if one.severity == "information"]
    if not told and not notes:
        yield element("p", "None.")
        return
    shown = (told + notes)[:_MOST_EPISODES]
    items = (element("li", _episode(one, wording)) for one in sorted(shown, key=_moment))
    yield element("ul", *items)
    rest = len(told) + len(notes) - len(shown)
    if rest:
        yield element("p", f"And {rest} more; the page Events of the program lists them.")


def _episode(episode: Episode, wording: Wording) -> str:
    over = "" if episode.cleared_at is None else wording.clock(episode.cleared_at, episode.raised_at)
    if episode.raised_at is None:
        # It began before the week, and the last that is known of it are the words with which it ended.
        return f"{over}: {episode.title}." if over else f"{episode.title}."
    begun = wording.clock(episode.raised_at)
    if episode.note:
        return f"{begun}: {episode.title}."
    return f"{begun} to {over}: {episode.title}." if over else f"{begun}: {episode.title}. Not over yet."


def _moment(episode: Episode) -> float:
    return 0.0 if episode.raised_at is None else episode.raised_at.timestamp()


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Html:
    """A table in which short cells, such as figures and serials, stay on one line."""
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in heads)))
    body = (element("tr", *(element("td", text, **_kind(text)) for text in cells)) for cells in rows)
    return element("table", head, element("tbody", *body))


def _kind(text: str) -> dict[str, str]:
    return {"class_": "figure"} if len(text) <= _SHORT else {}


def _day_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
