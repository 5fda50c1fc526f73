"""A day of inverters as a pack: its band, its curves, and who is off it."""

import math
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.model.history import InverterSeries
from enphase_tray.status.words import Wording
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.pack import STEP_SECONDS, Pack, Stray, percentile, sampled
from enphase_tray.ui.figures.pack_day import PackDay
from enphase_tray.ui.figures.pack_words import moment_words, stray_words
from enphase_tray.ui.look.serials import short_names
from tests.ui import flock
from tests.ui import make_believe as site

START = 1_800_000_000.0
STEPS = 120
DAY = date(2026, 6, 25)
ZONE = ZoneInfo(site.ZONE)


def curve(factor: float = 1.0, steps: range = range(STEPS), late: float = 0.0) -> Curve:
    times = [START + STEP_SECONDS * step + late for step in steps]
    return Curve(times, [200.0 * factor * math.sin(math.pi * step / STEPS) for step in steps])


def flock_of(count: int, **others: Curve) -> dict[str, Curve]:
    return {f"well{number}": curve(1.0 + 0.01 * number) for number in range(count)} | others


def test_percentiles_lie_straight_between_neighbours() -> None:
    assert percentile([10.0, 20.0, 40.0], 0.5) == 20.0
    assert percentile([10.0, 20.0, 40.0], 0.75) == 30.0
    assert percentile([7.0], 0.1) == 7.0


def test_a_curve_is_sampled_as_it_is_drawn() -> None:
    gappy = Curve([100.0, 400.0, 700.0, 9000.0, 9300.0], [10.0, 40.0, 70.0, 5.0, 8.0])
    assert sampled(gappy, [0.0, 100.0, 250.0, 700.0, 701.0, 5000.0, 9000.0, 9300.0, 9301.0]) == (
        None, 10.0, 25.0, 70.0, None, None, 5.0, 8.0, None,
    )  # fmt: skip
    assert sampled(Curve([50.0], [3.0]), [0.0, 50.0, 60.0]) == (None, 3.0, None)
    assert sampled(Curve(), [0.0]) == (None,)


@given(
    st.lists(st.tuples(st.integers(1, 4000), st.integers(0, 300)), min_size=1, max_size=40),
    st.lists(st.integers(0, 60_000), max_size=30),
)
def test_sampling_many_times_gives_what_each_alone_gives(points: list[tuple[int, int]], moments: list[int]) -> None:
    drawn, at = Curve(), 0.0
    for step, watts in points:
        at += step
        drawn.add(at, float(watts))
    wanted = sorted(float(moment) for moment in moments)
    reports = dict(zip(drawn.times, drawn.watts, strict=True))
    for got, moment in zip(sampled(drawn, wanted), wanted, strict=True):
        expected = reports.get(moment, drawn.between(moment) if moment < drawn.times[-1] else None)
        assert got == (None if expected is None else pytest.approx(expected))


def test_envelope_has_the_middle_and_most_of_the_pack() -> None:
    pack = Pack({str(number): curve(0.5 + 0.1 * number) for number in range(11)})
    place = STEPS // 2
    assert pack.envelope.times[place] == START + STEP_SECONDS * place
    assert pack.envelope.middle[place] == pytest.approx(200.0)
    assert pack.envelope.low[place] == pytest.approx(200.0 * 0.6)
    assert pack.envelope.high[place] == pytest.approx(200.0 * 1.4)


def test_reports_at_other_times_fall_on_the_same_grid() -> None:
    late = Pack({str(number): curve(late=float(number * 20)) for number in range(6)})
    assert len(late.times) in {STEPS, STEPS + 1}
    assert late.at(START + 60 * STEP_SECONDS)[0] == pytest.approx(200.0, abs=1.0)


def test_too_few_known_is_a_gap_in_the_band_not_a_small_pack() -> None:
    pack = Pack({"one": curve(), "two": curve(), "three": curve(steps=range(20)), "four": curve(steps=range(20))})
    assert pack.envelope.middle[10] is not None
    assert pack.envelope.middle[60] is not None
    lonely = Pack({"one": curve(), "two": curve(steps=range(20)), "three": curve(steps=range(20))})
    assert lonely.envelope.middle[60] is None
    assert lonely.at(START + 60 * STEP_SECONDS) == (None, None, None)


def test_a_weak_one_stands_out_by_its_energy() -> None:
    found = Pack(flock_of(9, weak=curve(0.6), fair=curve(0.85))).strays()
    assert [stray.serial for stray in found] == ["weak"]
    assert found[0].share == pytest.approx(0.6 / 1.035, abs=0.02)
    assert found[0].since is None


def test_a_second_roof_side_is_no_fault() -> None:
    west = {f"west{number}": curve(0.55 + 0.01 * number) for number in range(5)}
    assert Pack(flock_of(6) | west).strays() == ()


def test_a_roof_side_whose_best_are_as_good_as_the_others_is_no_fault() -> None:
    west = {f"west{number}": curve(0.69 + 0.015 * number) for number in range(8)}
    found = Pack(flock_of(20, poor=curve(0.3)) | west).strays()
    assert [stray.serial for stray in found] == ["poor"]


def test_one_that_stops_and_one_that_falls_silent_are_told_apart() -> None:
    zero = Curve([START + STEP_SECONDS * step for step in range(STEPS)],
                 [200.0 * math.sin(math.pi * step / STEPS) if step < 50 else 0.0 for step in range(STEPS)])  # fmt: skip
    found = Pack(flock_of(8, zero=zero, mute=curve(steps=range(60)))).strays()
    assert [(stray.serial, stray.silent) for stray in found] == [("mute", True), ("zero", False)]
    assert found[1].since == START + STEP_SECONDS * 49
    assert found[0].since == START + STEP_SECONDS * 59


def test_nobody_is_off_a_pack_of_two_or_in_the_dark() -> None:
    assert Pack({"well": curve(), "dead": curve(0.0)}).strays() == ()
    dim = {serial: Curve(one.times, [watts / 20 for watts in one.watts]) for serial, one in
           flock_of(8, weak=curve(0.3)).items()}  # fmt: skip
    assert Pack(dim).strays() == ()
    assert Pack({}).strays() == ()


def test_a_gap_costs_no_share() -> None:
    first_half = curve(steps=range(70))
    pack = Pack(flock_of(8, gone=first_half))
    assert pack.shares["gone"] == pytest.approx(1 / 1.035, abs=0.02)


def test_order_puts_the_concerned_and_the_weak_first() -> None:
    pack = Pack(flock_of(5, weak=curve(0.6), low=curve(0.9)))
    assert pack.order(frozenset({"well4"}))[:3] == ("weak", "well4", "low")


def test_steps_of_the_cursor_stay_on_the_grid() -> None:
    pack = Pack(flock_of(3))
    last = pack.times[-1]
    assert pack.step(None, -1) == last
    assert pack.step(last, -1) == last - STEP_SECONDS
    assert pack.step(last, 1) == last
    assert pack.step(pack.times[0] + 10.0, -1) == pack.times[0]
    assert Pack({}).step(None, 1) is None


def test_day_takes_the_history_and_then_only_news() -> None:
    day = PackDay(DAY, ZONE)
    day.load(InverterSeries((day.start + 36_000, day.start + 36_300), {"b": (None, None), "a": (5.0, None)}))
    assert day.curves.keys() == {"a"}
    shot = flock.snapshot(2)
    assert day.append(shot)
    assert not day.append(shot)
    assert day.curves[site.serial(0)].times == [shot.at.timestamp()]
    known = PackDay(DAY, ZONE)
    known.remember(shot.inverters)
    assert not known.append(shot)
    assert not PackDay(DAY - timedelta(days=1), ZONE).append(shot)


def test_words() -> None:
    words = Wording(zone=ZONE)
    at = datetime(2026, 6, 25, 8, 40, tzinfo=UTC).timestamp()
    assert stray_words(Stray("x", 0.621), words) == "0.62 of the median"
    assert stray_words(Stray("x", 0.3, at), words) == "nothing since 10:40"
    assert stray_words(Stray("x", 0.3, at, silent=True), words) == "no report since 10:40"
    pack = Pack(flock_of(5))
    middle = START + 60 * STEP_SECONDS
    said = moment_words(pack, "well1", middle, None, None, words)
    assert "median 204 W, most 201 W to 207 W" in said
    assert said.endswith("well1 –, 0.99 of the median's energy")


def test_short_names_are_as_long_as_they_must_be() -> None:
    assert short_names(["121900001000", "121900001037"]) == {"121900001000": "…1000", "121900001037": "…1037"}
    assert short_names(["120000011234", "120000021234"])["120000011234"] == "…11234"
    assert short_names(["12", "<b>"]) == {"12": "12", "<b>": "<b>"}
    assert short_names(["7", "7"]) == {"7": "7"}
    assert short_names([]) == {}
