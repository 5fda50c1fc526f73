"""The weekly report: figures recomputed by another way, texts from outside, and what it says of gaps."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.health import Cause, Concern, HealthReport
from enphase_tray.model.history import Energy, HistoryEvent, Provenance, SiteDay
from enphase_tray.status.health import NO_PRICE, Price
from enphase_tray.status.report import report_name, span_words, weekly_report
from enphase_tray.status.week import Week, against, best_day, episodes, monday_of, read_week
from enphase_tray.status.words import Wording
from tests.status import sick_bay as bay
from tests.status.test_html import HOSTILE, Tags
from tests.ui import lived
from tests.ui import make_believe as site

ZONE = ZoneInfo("Europe/Amsterdam")
WORDS = Wording(zone=ZONE)
MONDAY = date(2026, 6, 15)
MADE_AT = datetime(2026, 6, 22, 6, 5, tzinfo=UTC)


def site_days(
    first: date, energies: list[float | None], provenance: Provenance = Provenance.MEASURED
) -> tuple[SiteDay | None, ...]:
    return tuple(
        None if made is None else SiteDay(first + timedelta(days=step), Energy(made, provenance), None, None, None)
        for step, made in enumerate(energies)
    )


def a_week(**changes: object) -> Week:
    whole = site_days(MONDAY, [10_000.0 + 1000 * step for step in range(7)])
    before = site_days(MONDAY - timedelta(days=7), [8000.0] * 7)
    year = site_days(MONDAY - timedelta(days=364), [None, *[20_000.0] * 6])
    values: dict[str, object] = {"health": bay.house(), "firmware": "D8.3.5289", "site_name": "Home"}
    return Week(MONDAY, whole, before, year, (), made_at=MADE_AT, **{**values, **changes})  # type: ignore[arg-type]


def text_of(week: Week, price: Price = NO_PRICE) -> str:
    """All that is read on the page, in one line."""
    return re.sub(r"\s+", " ", Tags(weekly_report(week, WORDS, price)).text)


def test_the_page_says_total_comparisons_and_best_day() -> None:
    said = text_of(a_week(), Price(0.25, "€"))
    assert "Home · Week of 15 to 21 June 2026" in said
    assert "91.0 kWh (worth 22.75 €) in 7 days." in said
    assert "62 % more than in the week before." in said  # 91 to 56
    assert "32 % less than in the same week a year before, over the 6 days known in both." in said  # 81 to 120
    assert "Best day: Sunday 21 June with 16.0 kWh." in said
    assert "Gateway firmware D8.3.5289." in said
    assert "Panel 01037 makes nothing since 12 Jun" in said


def test_its_table_has_each_day_with_its_source() -> None:
    energies = [Energy(1000.0, Provenance.MEASURED), Energy(2000.0, Provenance.BACK_FILLED), None]
    days = (*(None if e is None else SiteDay(MONDAY, e, None, None, None) for e in energies), *[None] * 4)
    page = weekly_report(_with(days), WORDS, NO_PRICE)
    rows = re.findall(r"<tr>(?:<td[^>]*>(.*?)</td>)(?:<td[^>]*>(.*?)</td>){3}<td[^>]*>(.*?)</td></tr>", page)
    assert [(day, source) for day, _, source in rows][:3] == [
        ("Mon 15 Jun", "Measured"), ("Tue 16 Jun", "Back-filled"), ("Wed 17 Jun", "–"),
    ]  # fmt: skip
    assert "5 days are not known." in Tags(page).text


def _with(days: tuple[SiteDay | None, ...]) -> Week:
    plain = a_week()
    return Week(plain.first, days, plain.before, plain.year_before, (), plain.health, plain.made_at)


def test_a_week_without_any_day_says_so_and_compares_nothing() -> None:
    said = text_of(_with((None,) * 7))
    assert "Nothing is known of the energy of this week." in said
    assert "more than" not in said


def test_panels_of_concern_stand_with_cause_certainty_and_cost() -> None:
    said = text_of(a_week(), Price(0.25, "€"))
    assert "121900001111" in said
    assert "Shade. It loses between 15:00 and 17:00 each day" in said
    assert "Likely. Look from its place towards the sun" in said
    assert "4.21 kWh (1.05 €)" in said
    assert "Lost in the days looked at: 14.3 kWh (3.59 €). Looked at: 31 days with light." in said
    assert bay.serial(6) not in said  # it is only watched


@pytest.mark.parametrize(("health", "said"), [(bay.healthy(), "No panel needs a look."), (None, "Nothing is known of")])
def test_without_a_panel_of_concern_the_page_says_so(health: HealthReport | None, said: str) -> None:
    assert said in text_of(a_week(health=health))


def test_many_panels_are_cut_so_that_it_stays_one_page() -> None:
    ill = bay.report([bay.ill(number, Cause.SHADE) for number in range(9)])
    said = text_of(a_week(health=ill))
    assert sum(bay.serial(number) in said for number in range(9)) == 4
    assert "And 5 more; the page Health of the program lists them." in said


def test_nothing_from_outside_becomes_markup() -> None:
    sick = bay.shaded()
    hostile = bay.report([type(sick)(HOSTILE, 0, sick.concern, sick.share, None, sick.finding, sick.days)])
    told = episodes((_event("raised", HOSTILE, MADE_AT - timedelta(days=2), "a"),), MADE_AT)
    week = a_week(health=hostile, firmware=HOSTILE, site_name=HOSTILE)
    week = Week(week.first, week.days, week.before, week.year_before, told, hostile, MADE_AT, HOSTILE, HOSTILE)
    page = weekly_report(week, WORDS, Price(1.0, HOSTILE))
    tags = Tags(page)
    assert "script" not in tags.seen
    assert "img" not in tags.seen
    assert tags.text.count("<script>") >= 4
    assert not {name for name, _ in tags.attributes} & {"src", "href", "onerror"}


def _event(kind: str, title: str, at: datetime, alert_id: str | None, severity: str = "warning") -> HistoryEvent:
    return HistoryEvent(at, kind, "rule", severity, (), title, "", alert_id)


def test_events_of_one_alert_are_one_episode() -> None:
    start, end = datetime(2026, 6, 16, 9, tzinfo=UTC), datetime(2026, 6, 22, tzinfo=UTC)
    told = (
        _event("raised", "Later", end + timedelta(hours=1), "z"),
        _event("cleared", "Closed again", end + timedelta(hours=2), "a", "information"),
        _event("note", "Firmware", start + timedelta(hours=9), None, "information"),
        _event("updated", "Open, more", start + timedelta(hours=1), "a"),
        _event("raised", "Open", start, "a"),
        _event("cleared", "Back", start - timedelta(hours=1), "b", "information"),
    )
    found = episodes(tuple(sorted(told, key=lambda one: one.at, reverse=True)), end)
    assert [(one.title, one.note) for one in found] == [("Back", False), ("Open", False), ("Firmware", True)]
    back, opened, _ = found
    assert (back.raised_at, back.cleared_at) == (None, start - timedelta(hours=1))
    assert (opened.raised_at, opened.cleared_at) == (start, end + timedelta(hours=2))


def test_alerts_are_told_from_when_to_when() -> None:
    start = datetime(2026, 6, 16, 9, tzinfo=UTC)
    told = episodes(
        (
            _event("note", "Firmware 8.3.5290", start + timedelta(days=3), None, "information"),
            _event("raised", "Inverter 01037 makes nothing", start + timedelta(days=1), "b"),
            _event("cleared", "Relay 68177 is closed", start + timedelta(minutes=40), "a", "information"),
            _event("raised", "Relay 68177 is open", start, "a", "critical"),
        ),
        MADE_AT,
    )
    plain = a_week()
    week = Week(plain.first, plain.days, plain.before, plain.year_before, told, None, MADE_AT)
    said = text_of(week)
    assert "16 Jun 11:00 to 11:40: Relay 68177 is open." in said
    assert "17 Jun 11:00: Inverter 01037 makes nothing. Not over yet." in said
    assert "19 Jun 11:00: Firmware 8.3.5290." in said


def test_what_began_before_the_week_is_told_by_its_end() -> None:
    end = datetime(2026, 6, 16, 9, tzinfo=UTC)
    told = episodes((_event("cleared", "Relay 68177 is closed again", end, "a", "information"),), MADE_AT)
    plain = a_week()
    said = text_of(Week(plain.first, plain.days, plain.before, plain.year_before, told, None, MADE_AT))
    assert "16 Jun 11:00: Relay 68177 is closed again." in said


def test_a_loss_that_nobody_knows_is_not_nought() -> None:
    silent = bay.ill(3, Cause.NOT_REPORTING, concern=Concern.FAULT, lost=None)
    said = text_of(a_week(health=bay.report([bay.well(0), silent])))
    assert "Looked at: 31 days with light." in said
    assert "Lost in the days looked at" not in said


def test_figures_are_those_of_the_history(tmp_path: Path) -> None:
    """A month is lived and read again; sums are made from what was lived, not from what was read."""
    first = date(2026, 6, 1)
    days = {first + timedelta(days=step): 9000.0 + 500 * step for step in range(25)}
    reader = lived.live(tmp_path / "history.sqlite", days, metered=True)
    writer = HistoryWriter(tmp_path / "history.sqlite", ManualClock(MADE_AT))
    at = lived.moment(date(2026, 6, 17), 9.0)
    alert = Alert("x-1", "relay_open", "k", Severity.CRITICAL, ("1",), "Relay 1 is open", "", at)
    early = Alert("y-1", "relay_open", "k", Severity.CRITICAL, ("1",), "Long ago", "", at - timedelta(days=9))
    for one in (early, alert):
        writer.record_events((AlertEvent(one.raised_at, Change.RAISED, one),), site.SITE)
    writer.close()
    week = read_week(reader, site.SITE, MONDAY, None, MADE_AT, ZONE)
    lived_week = sum(days[MONDAY + timedelta(days=step)] for step in range(7))
    lived_before = sum(days[MONDAY - timedelta(days=7 - step)] for step in range(7))
    compared = against(week.days, week.before)
    assert compared.own == pytest.approx(lived_week, abs=7)
    assert compared.other == pytest.approx(lived_before, abs=7)
    assert compared.days == 7
    assert against(week.days, week.year_before).change is None
    best = best_day(week.days)
    assert best is not None
    assert best[0] == date(2026, 6, 21)
    assert [one.title for one in week.episodes] == ["Relay 1 is open"]
    said = text_of(week)
    assert f"{lived_week / 1000:.0f} kWh in 7 days." in said
    assert f"{round((lived_week / lived_before - 1) * 100)} % more than in the week before." in said
    reader.close()


def test_names_and_spans_of_weeks() -> None:
    assert monday_of(date(2026, 6, 21)) == MONDAY == monday_of(MONDAY)
    assert report_name(MONDAY) == "week-2026-06-15.html"
    assert span_words(date(2026, 6, 29), date(2026, 7, 5)) == "29 June to 5 July 2026"
    assert span_words(date(2025, 12, 29), date(2026, 1, 4)) == "29 December 2025 to 4 January 2026"
