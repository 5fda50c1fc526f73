import pytest

from enphase_tray.analysis.cadence import Cadence, nearest_interval


@pytest.mark.parametrize(
    ("seconds", "interval"), [(13, None), (298, 300), (390, 300), (903, 900), (934, 900), (3600, 3600), (50_000, None)]
)
def test_nearest_interval(seconds: float, interval: float | None) -> None:
    assert nearest_interval(seconds) == interval


def fed(cadence: Cadence, difference: float, duration: float | None = None, gap: float = 300, times: int = 8) -> float:
    for _ in range(times):
        cadence.learn_report(difference, duration, gap)
    cadence.settle(4)
    return cadence.interval


def test_the_interval_is_300_until_something_else_is_seen() -> None:
    assert Cadence().interval == 300


def test_it_follows_differences_up_and_down() -> None:
    cadence = Cadence()
    assert fed(cadence, 905) == 900
    assert fed(cadence, 3600) == 3600
    assert fed(cadence, 301) == 300


def test_what_a_report_says_of_itself_goes_before_the_difference() -> None:
    assert fed(Cadence(), 1800, duration=301) == 300


def test_reports_that_were_missed_because_nobody_asked_teach_nothing() -> None:
    assert fed(Cadence(), 3600, gap=3600) == 300


def test_patience_is_never_less_than_45_minutes_and_grows_with_interval_and_period() -> None:
    cadence = Cadence()
    assert cadence.patience_seconds == 2700
    fed(cadence, 3600, duration=3600)
    assert cadence.patience_seconds == 10_800
    slow = Cadence({"poll_seconds": 3600})
    assert slow.patience_seconds > 2 * 3600


def test_after_a_change_to_a_shorter_interval_it_stays_patient_for_a_while() -> None:
    cadence = Cadence()
    fed(cadence, 3600, duration=3600)
    fed(cadence, 900, duration=900)
    assert cadence.interval == 900
    assert cadence.patience_seconds == 10_800


def test_one_long_gap_is_not_the_pace_of_polls() -> None:
    cadence = Cadence()
    cadence.learn_poll(9 * 3600)
    assert cadence.poll_seconds == 300


def test_memory_round_trip() -> None:
    cadence = Cadence()
    fed(cadence, 905)
    assert Cadence(cadence.memory()).memory() == cadence.memory()


def test_where_reports_get_lost_silence_must_be_longer() -> None:
    cadence, lost = Cadence({"interval": 900.0}), 0.0
    assert cadence.lossy_patience(lost) == 0.0
    for number in range(600):
        lost = cadence.learn_loss(1800.0 if number % 30 == 0 else 900.0, lost)
    assert 3600.0 <= cadence.lossy_patience(lost) <= 5400.0
    assert Cadence(cadence.memory()).lossy_patience(lost) == cadence.lossy_patience(lost)
    assert cadence.learn_loss(14 * 3600.0, lost) == lost, "a night is no loss"


def test_where_a_power_line_is_deaf_at_times_one_more_report_is_awaited() -> None:
    quiet, deaf, hourly = Cadence({"interval": 900.0}), Cadence({"interval": 900.0}), Cadence({"interval": 3600.0})
    quiet.learn_loss(1800.0, 0.0)
    deaf.learn_loss(2700.0, 0.0)
    hourly.learn_loss(3 * 3600.0, 0.0)
    assert quiet.patience_seconds == 2700.0
    assert Cadence(deaf.memory()).patience_seconds == pytest.approx(4.2 * 900.0, rel=0.001)
    assert hourly.patience_seconds == 10_800.0
