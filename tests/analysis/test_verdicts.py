from datetime import UTC, datetime

import pytest

from enphase_tray.analysis.cadence import Cadence
from enphase_tray.analysis.moment import Moment
from enphase_tray.analysis.place import Whereabouts
from enphase_tray.analysis.sky import look
from enphase_tray.analysis.stillness import Stillness
from enphase_tray.analysis.track import InverterTrack
from enphase_tray.analysis.verdicts import collapsed, state_of
from enphase_tray.model.readings import InverterReading, InverterState
from tests.alerts.story import Array, utc

HOUR = 3600.0
NOON = utc("2025-06-03T12:00:00").timestamp()
SNAPSHOT = Array(1).snapshot(utc("2025-06-03T12:00:00"))


def heard(serial: str, at: float, now: float) -> InverterTrack:
    track = InverterTrack()
    for report in (at - HOUR, at):
        reading = InverterReading(serial, last_report_watts=200.0, last_report_at=datetime.fromtimestamp(report, UTC))
        track.take(reading, now if report == at else report, 2 * HOUR + 60.0, HOUR)
    track.state = InverterState.REPORTING
    return track


@pytest.mark.parametrize(
    ("hours", "missed", "state"),
    [
        (5.1, 4.1, InverterState.SILENT),
        (5.1, 3.9, InverterState.UNKNOWN),
        (4.9, 4.5, InverterState.UNKNOWN),
    ],
    ids=["five reports are due", "one of them was due in the dark", "four reports are due"],
)
def test_five_reports_in_a_row_that_were_due_by_daylight_are_not_lost_by_chance(
    hours: float, missed: float, state: InverterState
) -> None:
    """Three of a hundred reports get lost there; the light was proven from when the first one was due, not before."""
    silent = heard("1", NOON - hours * HOUR, NOON)
    silent.missed, silent.lost, silent.proven = missed * HOUR, 0.03, True
    tracks = [silent, *(heard(str(number), NOON - 600.0, NOON) for number in (2, 3, 4))]
    cadence = Cadence({"interval": HOUR, "lost": 0.03})
    assert cadence.lossy_patience(0.03) == 5 * HOUR
    moment = Moment(NOON, 300.0, cadence, look(tracks, SNAPSHOT), True, Whereabouts(), -90.0)
    assert state_of(silent, moment) is state


@pytest.mark.parametrize(("minutes", "stands"), [(5.0, False), (25.0, False), (40.0, True)])
def test_the_only_inverter_that_wakes_very_late_gets_time_to_make_power(minutes: float, stands: bool) -> None:
    """Fog until noon: its first reports of the day say nothing. Had it stood since dawn, it would have said so then."""
    track = InverterTrack({"working_at": NOON - 16 * HOUR, "report_at": NOON - 16 * HOUR, "hours": "64" * 48})
    for report in range(int(NOON - 60.0 * minutes), int(NOON) + 1, 300):
        reading = InverterReading("1", last_report_watts=0.0, last_report_at=datetime.fromtimestamp(report, UTC))
        track.take(reading, float(report), 660.0, 300.0)
    place = Whereabouts(None, 50.9, 4.4)
    sky = look([track], SNAPSHOT)
    moment = Moment(NOON, 300.0, Cadence(), sky, True, place, place.heights(NOON)[0])
    assert collapsed([track], [], Stillness({"sun_hours": 2.0}), moment) is stands


@pytest.mark.parametrize(
    ("season", "levels", "stands"),
    [
        ("2025-06-03T12:00:00", [16.0, 16.0, 16.0], True),
        ("2025-01-14T12:00:00", [16.0, 16.0, 16.0], False),
        ("2025-01-14T12:00:00", [90.0, 95.0, 92.0], True),
    ],
    ids=["dull in summer", "dull in winter", "bright in winter"],
)
def test_all_that_say_nothing_after_a_dark_hour_may_lie_under_snow_that_fell_by_day(
    season: str, levels: list[float], stands: bool
) -> None:
    now = utc(season).timestamp()
    track = InverterTrack({"working_at": now - 4 * HOUR, "report_at": now - 4 * HOUR, "hours": "64" * 48})
    for report in range(int(now - 3.9 * HOUR), int(now) + 1, 300):
        reading = InverterReading("1", last_report_watts=0.0, last_report_at=datetime.fromtimestamp(report, UTC))
        track.take(reading, float(report), 660.0, 300.0)
    place = Whereabouts(None, 50.9, 4.4)
    moment = Moment(now, 300.0, Cadence(), look([track], SNAPSHOT), True, place, place.heights(now)[0])
    assert collapsed([track], levels, Stillness(), moment) is stands


@pytest.mark.parametrize(("missed", "state"), [(4.1, InverterState.SILENT), (3.9, InverterState.ASLEEP)])
def test_who_did_not_wake_is_missed_as_soon_as_one_who_was_heard_today(missed: float, state: InverterState) -> None:
    silent = heard("1", NOON - 18 * HOUR, NOON)
    silent.missed, silent.lost, silent.proven, silent.state = missed * HOUR, 0.03, True, InverterState.ASLEEP
    tracks = [silent, *(heard(str(number), NOON - 600.0, NOON) for number in (2, 3, 4))]
    cadence = Cadence({"interval": HOUR, "lost": 0.03})
    moment = Moment(NOON, 300.0, cadence, look(tracks, SNAPSHOT), True, Whereabouts(), -90.0)
    assert state_of(silent, moment) is state
