"""The demo, from its lived week to its script: the real program on the simulated house."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.app.demo_run import prepared
from enphase_tray.demo import house
from enphase_tray.history.check import inspect
from enphase_tray.model.health import Cause, Concern
from enphase_tray.model.history import Provenance
from tests.stories.home import Home, rules_of


@pytest.mark.slow
def test_a_week_was_lived_quietly_and_polling_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with prepared() as demo:
        start = demo.profile.clock.now()
        serial = demo.settings.gateway.serial
        monitor = demo.monitor()
        first = monitor.poll()
        second = monitor.poll()
        monitor.close()
        reader = demo.profile.history_reader()
        days = reader.days(serial, (start - timedelta(days=house.DAYS_BEFORE)).date(), start.date())
        told = reader.events()
        reader.close()
        found = inspect(demo.profile.paths.history_file)
        place = demo.profile.paths.directory
    assert first.failure is None
    assert sum(1 for day in days if day.production) >= house.DAYS_BEFORE
    assert told == ()
    assert second.health is not None
    shaded = [panel for panel in second.health.panels if panel.concern is not Concern.WELL]
    assert [(panel.concern, panel.finding.cause) for panel in shaded if panel.finding] == [(Concern.WATCH, Cause.SHADE)]
    assert shaded[0].finding is not None
    hours = (shaded[0].finding.numbers["hour_from"], shaded[0].finding.numbers["hour_to"])
    assert hours == pytest.approx((14.0, 17.0), abs=0.6), "what the demo's house really has"
    assert (shaded[0].finding.lost_watt_hours or 0.0) > 500.0
    assert found.problems == ()
    assert found.sites[0].shares[Provenance.ESTIMATED] < 0.2  # the first day, on which it was not read from the start
    assert not place.exists(), "nothing of the demo is left behind"
    assert "demo" in capsys.readouterr().err


def test_within_a_minute_the_script_brings_both_notifications(tmp_path: Path) -> None:
    start = house.begin(datetime(2026, 11, 22, tzinfo=UTC))
    minutes_in_a_minute = house.SPEED
    home = Home(tmp_path / "profile", house.HOUSE, start - timedelta(hours=6))
    try:
        home.live(6 * 60)
        for fault in house.script(start):
            home.gateway.inject(fault)
        told = rules_of(home.live(minutes_in_a_minute))
    finally:
        home.close()
    assert [pair for pair in told if pair[0] == "raised"] == [("raised", "inverter_stopped"), ("raised", "relay_open")]
