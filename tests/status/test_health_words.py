"""Findings in plain words: every cause, how sure, since when, what it cost, and the verdict on all panels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.model.health import Cause, Certainty, Concern, Finding, PanelHealth
from enphase_tray.status.finding_words import advice_words, cause_label, hour_words, since_words, sure_words
from enphase_tray.status.health import (
    NO_PRICE,
    Price,
    by_concern,
    cost_words,
    explanation,
    headline,
    panel_words,
    site_concern,
    site_verdict,
    state_words,
)
from enphase_tray.status.words import UNKNOWN, Wording
from tests.status import sick_bay as bay

WORDS = Wording(zone=ZoneInfo("Europe/Amsterdam"))
GERMAN = Wording(",", ".", zone=ZoneInfo("Europe/Amsterdam"))
NOW = bay.NOON


def verdict(report: object) -> str:
    return site_verdict(report, NOW, WORDS)  # type: ignore[arg-type]


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("concern", [Concern.LOOK, Concern.FAULT])
def test_every_cause_has_its_label_evidence_and_advice(cause: Cause, concern: Concern) -> None:
    panel = bay.ill(3, cause, concern=concern)
    assert panel.finding is not None
    said = panel_words(panel, NOW, WORDS, NO_PRICE)
    for sentence in (said.sentence, said.advice):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "None" not in sentence
        assert "  " not in sentence
    assert cause_label(cause) in said.state or said.state == "Makes nothing"
    assert advice_words(panel.finding) == said.advice


def test_labels_tell_causes_apart() -> None:
    assert len({cause_label(cause) for cause in Cause}) == len(Cause)


def test_shade_is_told_with_its_hours_and_shares() -> None:
    said = panel_words(bay.shaded(), NOW, WORDS, Price(0.25, "€"))
    assert said.name == "Panel 01111"
    assert (said.state, said.share, said.usual, said.since) == ("Shade", "66 %", "98 %", "12 Jun")
    assert said.cost == "4.21 kWh (1.05 €)"
    assert said.sentence == (
        "It loses between 15:00 and 17:00 each day and does its part at other hours. "
        "It makes 66 % of what its group would in its place; before it was 98 %."
    )
    assert said.sure == "Likely."


def test_a_standing_panel_is_not_told_by_its_share_of_better_days() -> None:
    dead = bay.house().panel(bay.serial(1))
    assert dead is not None
    said = panel_words(dead, NOW, WORDS, NO_PRICE)
    assert said.share == UNKNOWN
    assert said.sentence.startswith("It gets only 0.4 V from its panel while its neighbours make power.")
    assert "panel voltage below the working window" in said.sentence
    assert "%" not in said.sentence
    assert headline(dead, NOW, WORDS) == "Panel 01037 makes nothing since 12 Jun, no power from panel."


def test_an_unsure_cause_is_a_question_and_weakness_none() -> None:
    assert state_words(bay.ill(1, Cause.SHADE, certainty=Certainty.UNSURE)) == "Shade?"
    assert state_words(bay.ill(1, Cause.WEAK, certainty=Certainty.UNSURE)) == "Weak"
    assert state_words(bay.ill(1, Cause.WEAK, concern=Concern.FAULT)) == "Makes nothing"
    assert state_words(replace(bay.well(1), concern=Concern.WATCH)) == "A little behind"
    told = {sure_words(Finding(Cause.SHADE, certainty, None, None)) for certainty in Certainty}
    assert told == {"Sure: nothing else fits.", "Likely.", "Not sure: too little speaks for one cause yet."}


def test_soiling_says_from_where_to_where_and_how_long() -> None:
    panel = bay.ill(6, Cause.SOILING, share=0.88, usual=0.99, days=28.0)
    assert explanation(panel, WORDS) == ("Its share sank slowly over 28 days, from 99 % to 88 %, at all hours alike.")


def test_a_plateau_is_told_with_its_height() -> None:
    panel = bay.ill(2, Cause.CLIPPING, plateau_watts=295.0)
    assert "the same height of 295 W" in explanation(panel, WORDS)


def test_a_week_of_counters_is_not_called_a_place_in_a_group() -> None:
    week = Finding(Cause.WEAK, Certainty.UNSURE, None, 2400.0, {"share": 0.66, "days": 7.0})
    panel = PanelHealth(bay.serial(2), None, Concern.LOOK, 0.66, None, week)
    assert explanation(panel, WORDS).startswith("Over a week it made 66 % of what most others did")
    assert headline(panel, NOW, WORDS) == "Panel 01074 makes 66 % of what its group does; why is not known."


def test_a_sleeping_panel_still_says_how_it_does_by_day() -> None:
    asleep = Finding(Cause.ASLEEP, Certainty.SURE, None, None)
    assert explanation(replace(bay.well(1), finding=asleep), WORDS) == (
        "It sleeps, as panels do without light. By day it makes 100 % of what its group would in its place."
    )


def test_costs_follow_the_price_and_the_separators() -> None:
    assert cost_words(1234.0, Price(0.3, "€"), WORDS) == "1.23 kWh (0.37 €)"
    assert cost_words(1234.0, Price(0.3, "€"), GERMAN) == "1,23 kWh (0,37 €)"
    assert cost_words(1234.0, NO_PRICE, WORDS) == "1.23 kWh"
    assert cost_words(None, Price(0.3, "€"), WORDS) == UNKNOWN


def test_since_is_a_day_or_on_the_same_day_a_time() -> None:
    assert since_words(NOW - timedelta(hours=3), NOW, WORDS) == "11:00"
    assert since_words(NOW - timedelta(days=3), NOW, WORDS) == "22 Jun"
    assert since_words(NOW - timedelta(days=365), NOW, WORDS) == "25 Jun 2025"
    assert since_words(None, NOW, WORDS) == UNKNOWN
    # Half an hour before midnight in UTC is the next day there.
    assert since_words(datetime(2026, 6, 11, 23, 30, tzinfo=UTC), NOW, WORDS) == "12 Jun"


def test_hours_are_those_of_a_clock() -> None:
    assert [hour_words(hour) for hour in (0.0, 9.5, 15.25, 24.0)] == ["00:00", "09:30", "15:15", "00:00"]


def test_the_worst_come_first_and_the_retired_last() -> None:
    order = [panel.serial for panel in by_concern(bay.house())]
    assert order[:3] == [bay.serial(1), bay.serial(3), bay.serial(6)]
    assert order[-1] == bay.serial(8)
    cheap, dear = bay.ill(4, Cause.SHADE, lost=10.0), bay.ill(5, Cause.SHADE, lost=900.0)
    assert [panel.serial for panel in by_concern(bay.report([cheap, dear]))] == [dear.serial, cheap.serial]


def test_verdicts() -> None:
    assert verdict(bay.healthy(12)) == "All 12 panels do what their group does."
    assert verdict(bay.house(12)) == (
        "Panel 01037 makes nothing since 12 Jun, no power from panel. One more needs a look."
    )
    assert verdict(bay.report([bay.shaded(), bay.well(0)])) == (
        "Panel 01111 lost 33 % since 12 Jun, probably shade between 15:00 and 17:00."
    )
    assert verdict(bay.young(12, 2)) == "Not enough days yet: 2 of 3 with light."
    assert verdict(None).startswith("The panels have not been compared yet")
    assert verdict(bay.report([])) == "The gateway has not named any panel yet."
    watched = replace(bay.well(2), concern=Concern.WATCH)
    assert verdict(bay.report([bay.well(0), bay.well(1), watched])) == (
        "No panel needs a look; 1 of 3 is a little behind."
    )
    unknown = replace(bay.well(2), concern=Concern.UNKNOWN)
    assert verdict(bay.report([bay.well(0), bay.well(1), unknown])) == (
        "2 of 3 panels do what their group does; too little is known of the other yet."
    )


def test_a_house_with_one_panel_is_not_measured_against_a_group() -> None:
    alone = PanelHealth(bay.serial(0), None, Concern.UNKNOWN)
    assert verdict(bay.report([alone])) == (
        "A single panel has no others to be compared with; what it says and reports is watched."
    )
    assert verdict(bay.report([bay.well(0)])) == "The panel does what it usually does."


def test_removed_panels_do_not_count() -> None:
    gone = PanelHealth(bay.serial(8), None, Concern.WELL, finding=Finding(Cause.RETIRED, Certainty.SURE, None, None))
    assert verdict(bay.report([bay.well(0), bay.well(1), gone])) == "All 2 panels do what their group does."
    assert site_concern(bay.report([gone])) is Concern.UNKNOWN


@pytest.mark.parametrize(
    ("cause", "certainty", "said"),
    [
        (Cause.SNOW, Certainty.SURE, "Snow lies on the panels since 12 Jun. "),
        (Cause.WEATHER, Certainty.LIKELY, "Dark weather holds all panels down since 12 Jun. "),
        (Cause.SNOW, Certainty.UNSURE, "Snow lies on the panels since 12 Jun, as it seems. "),
        (Cause.SOILING, Certainty.LIKELY, "All panels suffer alike since 12 Jun: soiling or ageing. "),
    ],
)
def test_what_all_suffer_alike_comes_first(cause: Cause, certainty: Certainty, said: str) -> None:
    site = Finding(cause, certainty, bay.SINCE, None)
    whole = verdict(bay.report([bay.well(0), bay.well(1)], site=site))
    assert whole == f"{said}All 2 panels do what their group does."


def test_the_sites_concern_is_the_worst_of_its_panels() -> None:
    assert site_concern(bay.house()) is Concern.FAULT
    assert site_concern(bay.healthy()) is Concern.WELL
    assert site_concern(bay.young()) is Concern.UNKNOWN
    assert site_concern(None) is Concern.UNKNOWN
