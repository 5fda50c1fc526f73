from datetime import UTC, datetime

from enphase_tray.analysis.snow import Snow
from enphase_tray.analysis.track import InverterTrack
from enphase_tray.model.readings import InverterReading
from tests.alerts.story import utc

HOUR, DAY = 3600.0, 86_400.0
NOON = utc("2025-01-10T12:00:00").timestamp()


def report(track: InverterTrack, at: float, watts: float) -> None:
    reading = InverterReading("1", last_report_watts=watts, last_report_at=datetime.fromtimestamp(at, UTC))
    track.take(reading, at, 660.0, 300.0)


def winter_morning(snow: Snow, tracks: dict[str, InverterTrack], awake: str, now: float) -> None:
    """All worked the day before; only one wakes, and an hour later the others are missed."""
    for track in tracks.values():
        report(track, now - 20 * HOUR - 300.0, 100.0)
        report(track, now - 20 * HOUR, 100.0)
    snow.follow(now - 20 * HOUR, now - 20 * HOUR, tracks, True, 100.0)
    for step in (0.0, 1.2 * HOUR):
        report(tracks[awake], now + step, 80.0)
        snow.follow(now + step, now + step, tracks, True, 80.0)


def test_who_makes_a_little_through_the_snow_is_still_covered() -> None:
    tracks = {name: InverterTrack() for name in "abcd"}
    snow = Snow()
    winter_morning(snow, tracks, "a", NOON)
    assert [snow.covers(name) for name in "abcd"] == [False, True, True, True]
    later = NOON + 2 * HOUR
    report(tracks["b"], later, 15.0)
    report(tracks["c"], later, 70.0)
    snow.follow(later, later, tracks, True, 80.0)
    assert snow.covers("b"), "15 W where 80 W are usual: the light comes through the snow"
    assert not snow.covers("c")


def test_snow_is_no_excuse_for_more_than_six_days() -> None:
    tracks = {name: InverterTrack() for name in "abcd"}
    snow = Snow()
    winter_morning(snow, tracks, "a", NOON)
    covered = []
    for day in range(1, 13):
        for name in "acd":
            report(tracks[name], NOON + day * DAY, 80.0)
        now = NOON + day * DAY
        snow.follow(now, now, tracks, True, 80.0)
        covered.append(snow.covers("b"))
    assert covered[3]
    assert not any(covered[6:]), "and another spell of snow, each day, does not begin it anew"


def test_snow_that_lies_again_for_days_on_all_begins_the_six_days_anew() -> None:
    tracks = {name: InverterTrack() for name in "abcd"}
    snow = Snow()
    winter_morning(snow, tracks, "a", NOON)
    covered = []
    for day in (1, 2, 6, 7, 8, 9, 10, 11, 12, 13):  # nobody works on the third to the fifth day
        now = NOON + day * DAY
        for name in "acd":
            report(tracks[name], now, 80.0)
        snow.follow(now, now, tracks, True, 80.0)
        covered.append(snow.covers("b"))
    assert covered == [True] * 9 + [False]


def test_a_few_watts_through_the_snow_do_not_make_the_others_those_that_were_left() -> None:
    """All lie under it for eight days, and one has light enough to say so at noon; then two are free."""
    tracks = {name: InverterTrack() for name in "abcd"}
    snow = Snow()
    winter_morning(snow, tracks, "a", NOON)
    for track in tracks.values():
        report(track, NOON + 3 * HOUR, 80.0)
    snow.follow(NOON + 3 * HOUR, NOON + 3 * HOUR, tracks, True, 80.0)
    assert not any(snow.covers(name) for name in "abcd")
    for day in range(1, 9):
        for minutes in (0, 90):
            now = NOON + day * DAY + minutes * 60.0
            report(tracks["a"], now, 4.0)
            snow.follow(now, now, tracks, True, 4.0)
    thaw = NOON + 9 * DAY
    for step in (0.0, 1.2 * HOUR):
        for name in "ab":
            report(tracks[name], thaw + step, 90.0)
        snow.follow(thaw + step, thaw + step, tracks, True, 90.0)
    assert [snow.covers(name) for name in "abcd"] == [False, False, True, True]


def test_a_dark_morning_on_which_a_crowd_wakes_together_was_no_snow() -> None:
    """They rise hours late and to a few watts; when it gets light all are there but one."""
    for awake, covers in ((9, False), (6, True)):
        names = "abcdefghij"
        tracks = {name: InverterTrack({"hours": "64" * 48}) for name in names}
        snow = Snow()
        evening = NOON - 20 * HOUR
        for track in tracks.values():
            report(track, evening, 100.0)
        snow.follow(evening, evening, tracks, True, 100.0)
        for minutes, watts in ((0, 4.0), (30, 4.0), (60, 60.0), (90, 60.0), (125, 60.0)):
            now = NOON + minutes * 60.0
            for name in names[: awake if minutes >= 60 else 2]:
                report(tracks[name], now, watts)
            snow.follow(now, now, tracks, True, watts)
        assert snow.covers("j") is covers
