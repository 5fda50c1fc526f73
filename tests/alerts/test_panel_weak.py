from dataclasses import replace
from datetime import timedelta

import pytest

from enphase_tray.alerts.engine import AlertEngine
from enphase_tray.alerts.rules.panel_weak import PanelWeak
from enphase_tray.model.alerts import AlertEvent, Assessment, Change, Evidence, Limits, Severity
from enphase_tray.model.health import Cause, Certainty, Concern, Finding, HealthReport, PanelHealth
from tests.alerts.story import everything, utc

AT = utc("2025-06-20T20:00:00")
SINCE = utc("2025-06-12T05:00:00")
ONE, TWO = "900000000001", "900000000002"


def panel(
    serial: str,
    concern: Concern = Concern.LOOK,
    cause: Cause = Cause.WEAK,
    certainty: Certainty = Certainty.LIKELY,
    share: float = 0.66,
    **numbers: float,
) -> PanelHealth:
    finding = Finding(cause, certainty, SINCE, 1200.0, {"share": share, "share_before": 1.0, **numbers})
    return PanelHealth(serial, 0, concern, share, 1.0, None if concern is Concern.WELL else finding)


def evidence(*panels: PanelHealth, days: float = 0.0, limits: Limits | None = None) -> Evidence:
    at = AT + timedelta(days=days)
    health = HealthReport(at, None, None, 10, panels=panels)
    found = Evidence(at, None, None, Assessment(at), timezone="Europe/Brussels", health=health)
    return found if limits is None else replace(found, limits=limits)


def told(*polls: Evidence) -> list[AlertEvent]:
    engine = AlertEngine(everything, rules=(PanelWeak(),))
    return [event for poll in polls for event in engine.check(poll)]


def test_a_weak_panel_is_told_once_with_what_since_when_how_sure_and_what_to_do() -> None:
    (event,) = told(*[evidence(panel(ONE), days=day) for day in range(5)])
    assert event.change is Change.RAISED
    assert event.alert.severity is Severity.WARNING
    assert event.alert.title == "Panel 00001 makes 34 % less than its group"
    assert event.alert.body == (
        "So it has been since about 12 Jun, by its energy on days with good light. That it is so is sure; neither the "
        "hours nor its words tell why. Look for dirt, leaves or a shadow; if there is none, show your installer its "
        "evidence file."
    )


def test_shade_is_told_with_its_hours() -> None:
    (event,) = told(evidence(panel(ONE, cause=Cause.SHADE, certainty=Certainty.SURE, hour_from=15.0, hour_to=17.5)))
    assert "Surely shade between 15:00 and 17:30" in event.alert.body
    assert "new that throws a shadow" in event.alert.body


def test_many_panels_are_one_message() -> None:
    (event,) = told(evidence(panel(ONE), panel(TWO, cause=Cause.SOILING)))
    assert event.alert.serials == (ONE, TWO)
    assert event.alert.title == "2 panels make less than their group"


def test_it_is_taken_back_when_the_panel_is_well_and_not_while_nothing_is_known() -> None:
    unknown = panel(ONE, Concern.UNKNOWN)
    stopped = panel(ONE, Concern.FAULT)
    events = told(
        evidence(panel(ONE)),
        *[evidence(unknown, days=1)] * 3,
        *[evidence(stopped, days=2)] * 3,
        *[evidence(panel(ONE, Concern.WELL), panel(TWO, Concern.WELL), days=3)] * 3,
    )
    assert [event.change for event in events] == [Change.RAISED, Change.CLEARED]
    assert events[1].at == AT + timedelta(days=3)
    assert events[1].alert.title == "Panel 00001 does its part again"


def test_a_panel_that_is_gone_is_settled() -> None:
    events = told(evidence(panel(ONE)), *[evidence(panel(TWO, Concern.WELL), days=1)] * 2)
    assert [event.change for event in events] == [Change.RAISED, Change.CLEARED]


@pytest.mark.parametrize("concern", [Concern.WELL, Concern.WATCH, Concern.UNKNOWN, Concern.FAULT])
def test_other_concerns_are_not_its_news(concern: Concern) -> None:
    assert told(*[evidence(panel(ONE, concern))] * 3) == []


def test_the_users_limit_counts() -> None:
    small = evidence(panel(ONE, share=0.86))
    assert len(told(small)) == 1
    assert told(replace(small, limits=Limits(weak_percent=40))) == []


def test_without_a_doctors_word_there_is_nothing() -> None:
    assert told(replace(evidence(), health=None)) == []
