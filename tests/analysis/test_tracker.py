import json
from dataclasses import replace
from datetime import timedelta

import pytest

from enphase_tray.analysis.calm import reset_window, zone_of
from enphase_tray.analysis.tracker import SiteTracker
from enphase_tray.model.alerts import Assessment
from enphase_tray.model.readings import InverterState, PowerReading, RelayState, Source
from tests.alerts.story import ZONE, Array, failure, outcomes, relay, retire, utc

DAY = utc("2025-06-03T04:00:00")


def follow(tracker: SiteTracker, array: Array, start: str, end: str) -> Assessment:
    assessment = None
    for at, snapshot, problem in outcomes(array, utc(start), utc(end)):
        assessment = tracker.observe(at, snapshot, problem)
    assert assessment is not None
    return assessment


def test_a_first_look_by_day_says_reporting() -> None:
    assessment = follow(SiteTracker(), Array(4), "2025-06-03T12:00:00", "2025-06-03T12:01:00")
    assert set(assessment.states.values()) == {InverterState.REPORTING}
    assert assessment.daylight is True
    assert assessment.quiet_until is not None


def test_night_is_asleep_and_dawn_is_daylight_again() -> None:
    tracker, array = SiteTracker(), Array(4)
    night = follow(tracker, array, "2025-06-03T12:00:00", "2025-06-03T23:30:00")
    assert set(night.states.values()) == {InverterState.ASLEEP}
    assert night.daylight is False
    morning = follow(tracker, array, "2025-06-03T23:30:00", "2025-06-04T08:00:00")
    assert set(morning.states.values()) == {InverterState.REPORTING}
    assert morning.daylight is True


@pytest.mark.parametrize("interval", [300.0, 900.0, 3600.0])
def test_the_interval_is_learned_from_reports(interval: float) -> None:
    assessment = follow(SiteTracker(), Array(4, interval), "2025-06-03T06:00:00", "2025-06-03T16:00:00")
    assert assessment.report_interval_seconds == interval


@pytest.mark.parametrize(("how", "state"), [("silent", InverterState.SILENT), ("stopped", InverterState.STOPPED)])
def test_a_fault_stays_through_the_night_and_ends_with_power(how: str, state: InverterState) -> None:
    stop, end = utc("2025-06-05T10:00:00"), utc("2025-06-06T09:00:00")
    array = Array(6, dead={2: (stop, how, end)})
    tracker = SiteTracker()
    serial = array.serial(2)
    assert follow(tracker, array, "2025-06-03T12:00:00", "2025-06-05T12:00:00").states[serial] is state
    night = follow(tracker, array, "2025-06-05T12:00:00", "2025-06-06T00:30:00")
    assert night.states[serial] is state
    assert abs((night.since[serial] - stop).total_seconds()) <= 600
    assert (
        follow(tracker, array, "2025-06-06T00:30:00", "2025-06-06T09:20:00").states[serial] is InverterState.REPORTING
    )


def test_memory_is_json_and_goes_on_where_it_stopped() -> None:
    array = Array(4, 900.0)
    tracker = SiteTracker()
    follow(tracker, array, "2025-06-03T12:00:00", "2025-06-05T12:00:00")
    again = SiteTracker(json.loads(json.dumps(tracker.memory())))
    later = list(outcomes(array, utc("2025-06-05T12:00:00"), utc("2025-06-05T13:00:00")))
    for at, snapshot, problem in later:
        assert again.observe(at, snapshot, problem) == tracker.observe(at, snapshot, problem)


def test_retired_ones_and_ghosts_of_years_ago_are_never_judged() -> None:
    array = Array(4)
    snapshot = array.snapshot(utc("2025-06-03T12:00:00"))
    ghost = replace(snapshot.inverters[0], last_report_at=utc("2021-01-01T00:00:00"))
    snapshot = retire(replace(snapshot, inverters=(ghost, *snapshot.inverters[1:])), array.serial(1))
    states = SiteTracker().observe(snapshot.at, snapshot, None).states
    assert [states[array.serial(n)] for n in range(3)] == [
        InverterState.RETIRED,
        InverterState.RETIRED,
        InverterState.REPORTING,
    ]


def test_an_inverter_without_a_report_time_is_unknown() -> None:
    array = Array(1)
    snapshot = array.snapshot(utc("2025-06-03T12:00:00"))
    bare = replace(snapshot, inverters=(replace(snapshot.inverters[0], last_report_at=None),))
    assert SiteTracker().observe(bare.at, bare, None).states[array.serial(0)] is InverterState.UNKNOWN


def test_reports_from_the_future_count_as_new() -> None:
    array = Array(2)
    snapshot = array.snapshot(utc("2025-06-03T12:00:00"))
    ahead = replace(snapshot, gateway_at=snapshot.at - timedelta(hours=1))
    assert set(SiteTracker().observe(ahead.at, ahead, None).states.values()) == {InverterState.REPORTING}


def test_an_open_relay_cuts_off_and_a_while_after_closing_too() -> None:
    array, tracker = Array(2), SiteTracker()
    at = utc("2025-06-03T12:00:00")
    opened = replace(array.snapshot(at), relays=(relay(RelayState.OPEN, False),))
    assert tracker.observe(at, opened, None).cut_off
    shut = array.snapshot(at + timedelta(minutes=5))
    assert tracker.observe(shut.at, shut, None).cut_off
    later = array.snapshot(at + timedelta(minutes=30))
    assert not tracker.observe(later.at, later, None).cut_off


def test_a_meter_at_night_is_no_daylight() -> None:
    array, tracker = Array(3), SiteTracker()
    follow(tracker, array, "2025-06-03T12:00:00", "2025-06-05T23:00:00")
    at = utc("2025-06-05T23:30:00")
    fed = PowerReading(watts_now=900.0, source={"watts_now": Source.METER})
    assessment = tracker.observe(at, replace(array.snapshot(at), production=fed, metered=True), None)
    assert assessment.daylight is False
    assert set(assessment.states.values()) == {InverterState.ASLEEP}


def test_resume_from_sleep_is_a_gap_and_starts_a_quiet_time() -> None:
    array, tracker = Array(2), SiteTracker()
    follow(tracker, array, "2025-06-03T10:00:00", "2025-06-03T12:00:00")
    at = utc("2025-06-03T20:00:00")
    assessment = tracker.observe(at, None, failure(at))
    assert assessment.gap_seconds == pytest.approx(8 * 3600 + 300)
    assert assessment.quiet_until == at + timedelta(minutes=15)
    assert assessment.failing_since == at
    assert assessment.failed_polls == 1


def test_failures_before_a_sleep_do_not_count_after_it() -> None:
    tracker = SiteTracker()
    for minutes in (0, 5, 10):
        at = DAY + timedelta(minutes=minutes)
        tracker.observe(at, None, failure(at))
    at = DAY + timedelta(hours=9)
    assert tracker.observe(at, None, failure(at)).failing_since == at


def test_failures_of_the_nightly_reset_count_from_its_end() -> None:
    tracker = SiteTracker(timezone=ZONE)
    at = utc("2025-06-03T20:59:00")
    assert tracker.observe(at, None, failure(at)).failing_since == utc("2025-06-03T21:30:00")


def test_outages_at_the_same_hour_are_learned_where_the_zone_is_unknown() -> None:
    tracker, array = SiteTracker(), Array(2, zone=None)
    counted = []
    for day in range(5):
        evening = DAY + timedelta(days=day, hours=17)
        for minutes in range(-60, 60, 5):
            at = evening + timedelta(minutes=minutes)
            down = 0 <= minutes < 30
            assessment = tracker.observe(at, None if down else array.snapshot(at), failure(at) if down else None)
            if minutes == 25 and assessment.failing_since is not None:
                counted.append((at - assessment.failing_since).total_seconds() >= 900)
    assert counted == [True, True, False, False, False]


def test_the_reset_window_is_local_and_unknown_without_a_zone() -> None:
    assert reset_window(utc("2025-01-03T22:00:00"), zone_of(ZONE)) is not None
    assert reset_window(utc("2025-06-03T22:00:00"), zone_of(ZONE)) is None
    assert reset_window(utc("2025-06-03T21:00:00"), zone_of("No/Where")) is None
    assert zone_of(None) is None


def test_an_empty_list_after_a_full_one_is_a_restart() -> None:
    array, tracker = Array(2), SiteTracker()
    follow(tracker, array, "2025-06-03T10:00:00", "2025-06-03T12:00:00")
    at = utc("2025-06-03T12:00:00")
    assessment = tracker.observe(at, replace(array.snapshot(at), inverters=()), None)
    assert assessment.quiet_until == at + timedelta(minutes=15)
    assert assessment.states[array.serial(0)] is InverterState.REPORTING


def test_a_known_place_with_a_low_sun_judges_nobody() -> None:
    stop = utc("2025-06-03T12:00:00")
    array = Array(6, dead={2: (stop, "stopped", None)})
    dark = SiteTracker(latitude=50.9, longitude=-170.0)
    assert follow(dark, array, "2025-06-03T08:00:00", "2025-06-03T14:00:00").states[array.serial(2)] is (
        InverterState.REPORTING
    )
