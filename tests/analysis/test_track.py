from dataclasses import replace

from enphase_tray.analysis.sky import look
from enphase_tray.analysis.track import InverterTrack
from enphase_tray.model.readings import InverterReading, PowerReading, Source
from tests.alerts.story import Array, utc

NOON = utc("2025-06-03T12:00:00")


def track(watts: float, minutes_ago: float = 1.0) -> InverterTrack:
    one = InverterTrack()
    now = NOON.timestamp()
    reported = utc("2025-06-03T12:00:00").timestamp() - 60 * minutes_ago
    one.take(InverterReading("1", last_report_watts=0, last_report_at=NOON.replace(hour=3)), now, 660.0, 300.0)
    at = NOON.fromtimestamp(reported, NOON.tzinfo)
    one.take(InverterReading("1", last_report_watts=watts, last_report_at=at), now, 660.0, 300.0)
    return one


def test_a_pause_within_a_day_is_expected_at_those_hours_from_then_on() -> None:
    one = track(120.0)
    one.learn_pause(NOON.timestamp() - 4 * 3600.0)
    assert one.share.at(NOON.timestamp() - 2 * 3600.0) == 0.0
    other = track(120.0)
    other.learn_pause(NOON.timestamp() - 30 * 3600.0)
    assert other.share.at(NOON.timestamp() - 2 * 3600.0) is None, "that was no pause but a fault"


def test_a_large_array_on_a_gloomy_day_is_not_proven_by_its_meter() -> None:
    meter = PowerReading(watts_now=90.0, source={"watts_now": Source.METER})
    snapshot = replace(Array(1).snapshot(NOON), production=meter)
    assert look([track(90.0)], snapshot).meter
    assert not look([track(2.0) for _ in range(40)], snapshot).meter
