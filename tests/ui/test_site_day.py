"""One day of the site: gaps, light, energy up to a moment, and the names at its curves."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from enphase_tray.model.history import SiteSeries
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._axes import WattAxis
from enphase_tray.ui.charts._labels import Name, View, places_for
from enphase_tray.ui.charts._pane import Lone, arrays
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.site_day import SiteDayCurves, energy_until, next_time, shift, span_to_show
from enphase_tray.ui.look.when import day_bounds
from tests.ui import make_believe as site

ZONE = ZoneInfo(site.ZONE)
DAY = date(2026, 6, 25)
STEP = 300.0


def series(day: date, watts: Sequence[float | None], step: float = STEP, start_hour: float = 0.0) -> SiteSeries:
    start = day_bounds(day, ZONE)[0].timestamp() + start_hour * 3600
    unknown = (None,) * len(watts)
    return SiteSeries(tuple(start + step * place for place in range(len(watts))), tuple(watts), unknown, unknown)


def sunny(day: date = DAY, peak: float = 3000.0) -> SiteDayCurves:
    """Light from 06:00 to 18:00."""
    hours = [place * STEP / 3600 for place in range(288)]
    watts = [peak * max(0.0, math.sin(math.pi * (hour - 6) / 12)) for hour in hours]
    return SiteDayCurves(day, ZONE, series(day, watts))


def at(hour: float, day: date = DAY) -> float:
    return day_bounds(day, ZONE)[0].timestamp() + hour * 3600


def test_days_have_23_to_25_hours() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (DAY, 24)):
        start, end = day_bounds(day, ZONE)
        assert end - start == timedelta(hours=hours)


def test_gaps_are_drawn_as_gaps() -> None:
    curve = Curve([0.0, 300.0, 600.0, 4200.0, 4500.0], [1.0, 2.0, 3.0, 4.0, 5.0])
    times, watts = arrays(curve)
    assert [math.isnan(value) for value in watts] == [False, False, False, True, False, False]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert curve.between(2000.0) is None
    assert curve.between(450.0) == 2.5


def test_slow_readings_are_no_gaps() -> None:
    day = SiteDayCurves(DAY, ZONE, series(DAY, [100.0] * 24, step=3600.0))
    assert not any(math.isnan(watts) for watts in arrays(day.production)[1])


def test_unknown_is_no_point() -> None:
    day = SiteDayCurves(DAY, ZONE, series(DAY, [None, 0.0, 5.0]))
    assert day.production.watts == [0.0, 5.0]
    assert SiteDayCurves(DAY, ZONE, series(DAY, [None])).empty


def test_light_is_known_only_where_the_dark_before_it_was_seen() -> None:
    day = sunny()
    assert day.first_light() == at(6 + 1 / 12)
    assert day.last_light() == at(18 - 1 / 12)
    late = SiteDayCurves(DAY, ZONE, series(DAY, [500.0, 600.0, 0.0, 0.0], start_hour=9))
    assert late.first_light() is None
    assert late.last_light() == at(9 + 1 / 12)
    assert SiteDayCurves(DAY, ZONE).last_light() is None


def test_energy_until_shares_out_what_was_counted() -> None:
    day = sunny()
    assert energy_until(day.production, at(12), 20_000.0) == pytest.approx(10_000.0, rel=1e-6)
    assert energy_until(day.production, at(24), 20_000.0) == pytest.approx(20_000.0)
    assert energy_until(day.production, at(3), 20_000.0) == 0.0
    assert energy_until(day.production, at(12), None) is None


def test_energy_until_is_unknown_where_power_was_not_read() -> None:
    whole = sunny()
    for first, last in ((9.0, 11.0), (0.0, 8.0), (15.0, 24.0)):
        kept = [
            None if at(first) <= moment < at(last) else watts
            for moment, watts in zip(whole.production.times, whole.production.watts, strict=True)
        ]
        holed = SiteDayCurves(DAY, ZONE, series(DAY, kept))
        assert energy_until(holed.production, at(12), 20_000.0) is None, (first, last)
    night = [
        None if at(0) < moment < at(4) else watts
        for moment, watts in zip(whole.production.times, whole.production.watts, strict=True)
    ]
    slept = SiteDayCurves(DAY, ZONE, series(DAY, night))
    assert energy_until(slept.production, at(12), 20_000.0) == pytest.approx(10_000.0, rel=1e-6)


def test_days_are_laid_over_each_other_by_the_sun() -> None:
    """Across the change of clocks the sun stands higher an hour later on the clock, and at the same time in UTC."""
    before, after = SiteDayCurves(date(2026, 3, 28), ZONE), SiteDayCurves(date(2026, 3, 30), ZONE)
    noon = datetime(2026, 3, 28, 12, 0, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(noon + shift(before, after), UTC) == datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


def test_span_covers_the_light_of_all_days() -> None:
    day = SiteDayCurves(DAY, ZONE, series(DAY, [0.0] * 84 + [100.0] * 3))
    assert span_to_show(day, ()) == (day.start, day.end)
    low, high = span_to_show(day, (sunny(DAY - timedelta(days=1)),))
    assert (low, high) == (at(5.5 + 1 / 12), at(18.5 - 1 / 12))
    day.consumption.add(at(1), 300.0)
    assert span_to_show(day, ()) == (day.start, day.end)


def test_only_new_readings_of_the_day_are_added() -> None:
    day = SiteDayCurves(DAY, ZONE)
    assert day.append(site.snapshot(metered=True))
    assert not day.append(site.snapshot(metered=True))
    assert not day.append(site.snapshot(site.NOON + timedelta(days=1), metered=True))
    assert (len(day.production.times), day.consumption.watts) == (1, [1014.0])
    assert day.net.watts == [1014.0 - day.production.watts[0]]


def test_cursor_goes_to_readings_far_enough_apart_to_be_seen() -> None:
    times = [0.0, 60.0, 120.0, 180.0, 3600.0]
    assert next_time(times, 60.0, 1, 1.0) == 120.0
    assert next_time(times, 60.0, 1, 100.0) == 180.0
    assert next_time(times, 180.0, -1, 100.0) == 60.0
    assert next_time(times, 3600.0, 1, 1.0) is None
    assert next_time(times, 0.0, -1, 1.0) is None


def test_names_stand_at_their_curves_and_in_nobodys_way() -> None:
    view = View(0.0, 100.0, 0.0, 100.0, 1000.0, 500.0)
    flat = (lambda moment: 20.0, lambda moment: 60.0, lambda moment: 26.0 if moment < 50 else 90.0)
    names = [Name(0, 100.0, 14.0, 100.0), Name(1, 100.0, 14.0, 100.0)]
    low, middle = places_for(names, flat, view)
    assert low is not None
    assert middle is not None
    assert low[0] >= 50.0, "on the left the third curve runs right through it"
    assert touches(low[1], 20.0)
    assert touches(middle[1], 60.0)
    assert places_for([Name(0, 100.0, 14.0, 100.0)], (lambda moment: None,), view) == [None]


def test_a_name_rather_goes_away_from_its_curve_than_upon_another() -> None:
    """A steep hill with another one close above: a wide name finds room beneath both, not upon the other's top."""

    def hill(moment: float) -> float:
        return 90.0 - (moment - 50.0) ** 2 / 60

    view = View(0.0, 100.0, 0.0, 120.0, 400.0, 300.0)
    found = places_for([Name(0, 220.0, 14.0, 100.0)], (hill, lambda moment: hill(moment) + 6.0), view)
    assert found[0] is not None
    left, foot = found[0]
    across = [left + step * 220.0 / 400.0 * 100.0 / 10 for step in range(11)]
    top = foot + 14.0 / 300.0 * 120.0
    assert all(top <= hill(moment) or foot >= hill(moment) + 6.0 for moment in across)


def test_readings_without_a_line_are_dots(qtbot: QtBot) -> None:
    """The first ones of all; where a line is seen it is enough."""
    lone = Lone()
    tone = QColor("#E69F00")
    lone.put([(Curve([1000.0], [500.0]), 0.0, tone), (Curve(), 0.0, tone)])
    assert [(point.pos().x(), point.pos().y()) for point in lone.points()] == [(1000.0, 500.0)]
    lone.put([(Curve([0.0, 9000.0], [1.0, 2.0]), 60.0, tone)])
    assert [(point.pos().x(), point.pos().y()) for point in lone.points()] == [(60.0, 1.0), (9060.0, 2.0)]
    lone.put([(Curve([0.0, 300.0, 9000.0], [1.0, 2.0, 3.0]), 0.0, tone)])
    assert len(lone.points()) == 0


def touches(foot: float, curve: float) -> bool:
    """Whether a name of 14 pixels (2.8 W) stands just above or below a flat curve, not upon it."""
    return curve < foot < curve + 3.0 or curve - 3.0 < foot + 2.8 < curve


def test_a_view_without_room_has_no_names() -> None:
    nowhere = View(0.0, 100.0, 0.0, 100.0, 0.0, 0.0)
    assert places_for([Name(0, 100.0, 14.0, 50.0)], (lambda moment: 20.0,), nowhere) == [None]


def test_names_never_stand_upon_each_other() -> None:
    view = View(0.0, 100.0, 0.0, 100.0, 300.0, 100.0)

    def short(watts: float) -> Callable[[float], float | None]:
        return lambda moment: watts if 20.0 <= moment <= 62.0 else None

    names = [Name(number, 110.0, 14.0, 62.0) for number in range(2)]
    low, high = places_for(names, (short(40.0), short(71.0), short(30.0), short(80.0)), view)
    assert low is not None
    assert high is not None
    assert low[1] == 42.0
    assert high[1] == 73.0, "below its curve it would touch the other name, so rather upon a curve"


def test_a_name_goes_behind_the_end_of_its_curve_where_there_is_no_room_at_it() -> None:
    view = View(0.0, 100.0, 0.0, 100.0, 1000.0, 500.0)

    def begun(watts: float) -> Callable[[float], float | None]:
        return lambda moment: watts if moment <= 12.0 else None

    crossed = (begun(50.0), begun(51.0), begun(49.0))
    (place,) = places_for([Name(0, 100.0, 14.0, 12.0)], crossed, view)
    assert place is not None
    assert 12.0 < place[0] < 14.0
    assert 45.0 < place[1] < 50.0


def test_a_result_that_was_stored_already_is_no_second_reading() -> None:
    stored = SiteDayCurves(DAY, ZONE, SiteSeries((site.NOON.timestamp(),), (900.0,), (None,), (None,)))
    assert not stored.append(site.snapshot(site.NOON + timedelta(milliseconds=700)))


def test_a_gap_in_the_dusk_spoils_no_comparison() -> None:
    whole = sunny()
    kept = [
        None if at(5) < moment < at(6.1) else watts
        for moment, watts in zip(whole.production.times, whole.production.watts, strict=True)
    ]
    holed = SiteDayCurves(DAY, ZONE, series(DAY, kept))
    assert energy_until(holed.production, at(12), 20_000.0) == pytest.approx(10_000.0, rel=0.01)


@pytest.mark.parametrize(
    ("units", "high", "texts"),
    [
        ("auto", 4_500.0, ["0", "2,000", "4,000 W"]),
        ("auto", 12_500.0, ["0", "5", "10 kW"]),
        ("kilowatts", 450.0, ["0.0", "0.2", "0.4 kW"]),
        ("watts", 12_500.0, ["0", "5,000", "10,000 W"]),
    ],
)
def test_scale_speaks_the_unit_that_was_chosen(qapp: QApplication, units: str, high: float, texts: list[str]) -> None:
    axis = WattAxis()
    axis.unit = True
    axis.put_wording(Wording(units=units))
    levels = axis.tickValues(0.0, high, 200.0)
    assert [text for spacing, values in levels for text in axis.tickStrings(values, 1.0, spacing)] == texts


def test_the_unit_stands_once_on_a_scale_of_two_kinds_of_ticks(qapp: QApplication) -> None:
    axis = WattAxis()
    axis.unit = axis.unsigned = True
    levels = axis.tickValues(-900.0, 1_700.0, 30.0)
    texts = [text for spacing, values in levels for text in axis.tickStrings(values, 1.0, spacing)]
    assert len(levels) == 2
    assert [text for text in texts if "W" in text] == ["1,000 W"]
    assert not any(text.startswith("-") for text in texts)
