"""The weekly report: one page of HTML for screen and paper, with nothing in it that is fetched or run."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from enphase_tray.model.dates import dated
from enphase_tray.model.health import Concern, PanelHealth
from enphase_tray.model.history import Energy, SiteDay
from enphase_tray.model.language import mark, tr, trc, trn
from enphase_tray.status.health import Price, by_concern, cost_words, panel_words, site_verdict
from enphase_tray.status.html import Html, element
from enphase_tray.status.page import page
from enphase_tray.status.report_charts import week_chart
from enphase_tray.status.week import Episode, Week, against, best_day, made
from enphase_tray.status.words import UNKNOWN, Wording, capital, provenance_words

_MOST_PANELS = 4
_MOST_EPISODES = 5
_SHORT = 24
_SOURCES = mark(
    "Measured: read from the gateway's counters. Derived: completed by the gateway's own figure of that day. Back-"
    "filled: told by the gateway afterwards. Estimated: shared out from a longer time, or added up from power."
)


def weekly_report(week: Week, wording: Wording, price: Price) -> str:
    """The report of a week as a whole document. Texts from outside are escaped; figures are those of the history."""
    title = tr("Week of {days}", days=span_words(week.first, week.last))
    head = f"{week.site_name} · {title}" if week.site_name else title
    made_at = wording.clock(week.made_at)
    firmware = tr(" Gateway firmware {version}.", version=week.firmware) if week.firmware else ""
    body = (
        element("h1", head),
        element("p", site_verdict(week.health, week.made_at, wording), class_="verdict"),
        *_energy(week, wording, price),
        *_panels(week, wording, price),
        *_told(week, wording),
        element(
            "footer",
            f"{tr(_SOURCES)}{firmware} {tr('Made by Enphase Tray, {time}.', time=made_at)}",
        ),
    )
    return page(head, body)


def report_name(first: date) -> str:
    """The file's name for a week: `week-2026-06-15.html`."""
    return f"week-{first.isoformat()}.html"


def span_words(first: date, last: date) -> str:
    """`15 to 21 June 2026`, `29 June to 5 July 2026`."""
    if first.month == last.month:
        begin = dated("{day}", first)
    elif first.year == last.year:
        begin = dated("{day} {month}", first)
    else:
        begin = dated("{day} {month} {year}", first)
    return trc("days", "{first} to {last}", first=begin, last=dated("{day} {month} {year}", last))


def _energy(week: Week, wording: Wording, price: Price) -> Iterator[Html]:
    known = [energy for energy in map(made, week.days) if energy is not None]
    yield element("h2", tr("Energy"))
    if not known:
        yield element("p", tr("Nothing is known of the energy of this week."))
        return
    total = sum(energy.watt_hours for energy in known)
    missing = 7 - len(known)
    worth = price.of(total, wording)
    energy = wording.energy(total)
    if worth:
        energy = tr("{energy} (worth {money})", energy=energy, money=worth)
    said = [trn("{energy} in {count} day.", "{energy} in {count} days.", len(known), energy=energy)]
    said += _compared(week, wording)
    best = best_day(week.days)
    if best is not None:
        day = dated("{weekday} {day} {month}", best[0])
        said.append(tr("Best day: {day} with {energy}.", day=day, energy=wording.energy(best[1].watt_hours)))
    if missing:
        said.append(trn("{count} day is not known.", "{count} days are not known.", missing))
    said += _exchange(week.days, wording)
    yield element("p", " ".join(said))
    yield element("figure", week_chart(week, wording).finish())
    yield _table(
        (tr("Day"), tr("This week"), tr("Week before"), tr("A year before"), tr("Source")),
        [(_day_words(week.first + timedelta(days=place)), *_three(week, place, wording)) for place in range(7)],
    )


def _compared(week: Week, wording: Wording) -> Iterator[str]:
    for others, name in (
        (week.before, trc("in", "the week before")),
        (week.year_before, trc("in", "the same week a year before")),
    ):
        found = against(week.days, others)
        if found.change is None:
            yield tr("Nothing to compare with in {week}.", week=name)
            continue
        days = ""
        if found.days != 7:
            days = trn(", over the {count} day known in both", ", over the {count} days known in both", found.days)
        change = round(found.change * 100)
        percent = wording.number(abs(change), 0)
        if not change:
            yield tr("As much as in {week}{days}.", week=name, days=days)
        elif change > 0:
            yield tr("{percent} % more than in {week}{days}.", percent=percent, week=name, days=days)
        else:
            yield tr("{percent} % less than in {week}{days}.", percent=percent, week=name, days=days)


def _exchange(days: Sequence[SiteDay | None], wording: Wording) -> Iterator[str]:
    for text, pick in (
        (mark("Used: {energy}{days}."), "consumption"),
        (mark("From the grid: {energy}{days}."), "imported"),
        (mark("To the grid: {energy}{days}."), "exported"),
    ):
        known: list[Energy] = [energy for day in days if day is not None and (energy := getattr(day, pick)) is not None]
        if known:
            over = "" if len(known) == 7 else trn(" (in {count} day)", " (in {count} days)", len(known))
            yield tr(text, energy=wording.energy(sum(energy.watt_hours for energy in known)), days=over)


def _three(week: Week, place: int, wording: Wording) -> tuple[str, str, str, str]:
    own, before, year = (made(days[place]) for days in (week.days, week.before, week.year_before))
    energies = [wording.energy(None if one is None else one.watt_hours) for one in (own, before, year)]
    return energies[0], energies[1], energies[2], UNKNOWN if own is None else capital(provenance_words(own.provenance))


def _panels(week: Week, wording: Wording, price: Price) -> Iterator[Html]:
    yield element("h2", tr("Panels"))
    report = week.health
    ill = [] if report is None else [one for one in by_concern(report) if one.concern in {Concern.FAULT, Concern.LOOK}]
    if report is None or not ill:
        nothing = tr("No panel needs a look.") if report is not None else tr("Nothing is known of single panels.")
        yield element("p", nothing)
        return
    known = any(one.finding is not None and one.finding.lost_watt_hours is not None for one in ill)
    cost = cost_words(report.lost_watt_hours, price, wording)
    lost = tr("Lost in the days looked at: {energy}. ", energy=cost) if known else ""
    days = trn("Looked at: {count} day with light.", "Looked at: {count} days with light.", report.usable_days)
    yield element("p", lost + days)
    yield _table(
        (tr("Panel"), tr("What"), tr("Of its group"), tr("Since"), trc("energy", "Lost")),
        [_row(one, week, wording, price) for one in ill[:_MOST_PANELS]],
    )
    rest = len(ill) - _MOST_PANELS
    if rest > 0:
        more = trn(
            "And {count} more; the page Health of the program lists it.",
            "And {count} more; the page Health of the program lists them.",
            rest,
        )
        yield element("p", more)


def _row(panel: PanelHealth, week: Week, wording: Wording, price: Price) -> tuple[str, ...]:
    said = panel_words(panel, week.made_at, wording, price)
    what = " ".join(part for part in (f"{said.state}.", said.sentence, said.sure, said.advice) if part)
    return panel.serial, what, said.share, said.since, said.cost


def _told(week: Week, wording: Wording) -> Iterator[Html]:
    yield element("h2", tr("Outages and alerts"))
    told = [one for one in week.episodes if one.severity != "information"]
    notes = [one for one in week.episodes if one.severity == "information"]
    if not told and not notes:
        yield element("p", tr("None."))
        return
    shown = (told + notes)[:_MOST_EPISODES]
    items = (element("li", _episode(one, wording)) for one in sorted(shown, key=_moment))
    yield element("ul", *items)
    rest = len(told) + len(notes) - len(shown)
    if rest:
        more = trn(
            "And {count} more; the page Events of the program lists it.",
            "And {count} more; the page Events of the program lists them.",
            rest,
        )
        yield element("p", more)


def _episode(episode: Episode, wording: Wording) -> str:
    over = "" if episode.cleared_at is None else wording.clock(episode.cleared_at, episode.raised_at)
    if episode.raised_at is None:
        # It began before the week, and the last that is known of it are the words with which it ended.
        return tr("{time}: {alert}.", time=over, alert=episode.title) if over else f"{episode.title}."
    begun = wording.clock(episode.raised_at)
    if episode.note:
        return tr("{time}: {alert}.", time=begun, alert=episode.title)
    if over:
        return tr("{start} to {end}: {alert}.", start=begun, end=over, alert=episode.title)
    return tr("{time}: {alert}. Not over yet.", time=begun, alert=episode.title)


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
    return dated("{wkd} {day} {mon}", day)
