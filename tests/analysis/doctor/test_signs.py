"""What single signs mean: words, voltages, the gateway's week, shadows and flat tops."""

import random
from array import array
from datetime import UTC, datetime

import pytest

from enphase_tray.analysis.doctor.cases import case_from, follow
from enphase_tray.analysis.doctor.counters import weeks
from enphase_tray.analysis.doctor.diagnosis import Diagnosis, Weight
from enphase_tray.analysis.doctor.plateau import find_plateau
from enphase_tray.analysis.doctor.sayings import Sayings, cause_of
from enphase_tray.analysis.doctor.shade import find_shadow
from enphase_tray.analysis.doctor.sheet import lay_out
from enphase_tray.analysis.doctor.standstill import stands
from enphase_tray.model.health import Cause, Certainty, Concern
from enphase_tray.model.readings import DeviceStatus, InverterReading, InverterState
from enphase_tray.model.status_words import WordSeverity, meaning

SINCE = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("envoy.cond_flags.pcu_chan.dcvoltagetoolow", Cause.NO_DC),
        ("envoy.cond_flags.pcu_ctrl.dc-pwr-low", Cause.NO_DC),
        ("envoy.cond_flags.pcu_chan.acVoltageHigh", Cause.GRID_TRIP),
        ("envoy.cond_flags.pcu_chan.acfrequencyoor", Cause.GRID_TRIP),
        ("envoy.cond_flags.pcu_chan.gridgone", Cause.GRID_TRIP),
        ("envoy.cond_flags.pcu_chan.hardwareError", Cause.INVERTER_FAULT),
        ("envoy.cond_flags.pcu_chan.acMonitorError", Cause.INVERTER_FAULT),
        ("envoy.cond_flags.pcu_chan.agfpowerlimiting", Cause.CURTAILED),
        ("envoy.cond_flags.pcu_ctrl.pwrgenoffbycmd", Cause.CURTAILED),
        ("envoy.cond_flags.obs_strs.failure", Cause.NOT_REPORTING),
        ("envoy.global.ok", None),
        ("envoy.cond_flags.nsrb_ctrl.relayopen", None),
        ("something.new", None),
    ],
)
def test_words_speak_for_causes(word: str, cause: Cause | None) -> None:
    assert cause_of(word) is cause
    if cause not in (None, Cause.NO_DC):
        assert meaning(word).severity in (WordSeverity.FAULT, WordSeverity.WARNING)


def test_only_words_that_no_night_brings_are_kept_and_survive_a_restart() -> None:
    sayings = Sayings()
    for day in (5, 5, 6, 9):
        sayings.note("1", ("envoy.cond_flags.pcu_chan.acvoltagehigh", "envoy.cond_flags.pcu_ctrl.dc-pwr-low"), day)
        sayings.note("2", ("envoy.global.ok",), day)
    again = Sayings(sayings.memory())
    assert again.lately("1", 6) == {"envoy.cond_flags.pcu_chan.acvoltagehigh": 2}
    assert again.lately("2", 0) == {}
    again.note("1", ("envoy.cond_flags.pcu_chan.acvoltagehigh",), 50)
    assert again.lately("1", 0) == {"envoy.cond_flags.pcu_chan.acvoltagehigh": 1}


def reading(*words: str, volts: float | None = None) -> InverterReading:
    return InverterReading("1", device=DeviceStatus(words=words), dc_volts=volts)


@pytest.mark.parametrize(
    ("inverter", "state", "cause", "certainty"),
    [
        (reading("pcu_chan.dcvoltagetoolow", volts=0.4), InverterState.STOPPED, Cause.NO_DC, Certainty.SURE),
        (reading("pcu_ctrl.dc-pwr-low"), InverterState.STOPPED, Cause.NO_DC, Certainty.LIKELY),
        (reading(volts=0.4), InverterState.STOPPED, Cause.NO_DC, Certainty.LIKELY),
        (reading(volts=36.0), InverterState.STOPPED, Cause.INVERTER_FAULT, Certainty.LIKELY),
        (reading("pcu_chan.hardwareError"), InverterState.STOPPED, Cause.INVERTER_FAULT, Certainty.SURE),
        (reading("pcu_chan.acvoltagehigh", volts=36.0), InverterState.STOPPED, Cause.GRID_TRIP, Certainty.SURE),
        (reading("pcu_chan.pwrgenoffbycmd"), InverterState.STOPPED, Cause.CURTAILED, Certainty.SURE),
        (reading(), InverterState.STOPPED, Cause.WEAK, Certainty.UNSURE),
        (reading("obs_strs.failure"), InverterState.STOPPED, Cause.NOT_REPORTING, Certainty.LIKELY),
        (reading("obs_strs.failure"), InverterState.SILENT, Cause.NOT_REPORTING, Certainty.LIKELY),
        (reading("pcu_ctrl.dc-pwr-low", "obs_strs.failure"), InverterState.SILENT, Cause.NOT_REPORTING,
         Certainty.UNSURE),
    ],
)  # fmt: skip
def test_why_an_inverter_stands(
    inverter: InverterReading, state: InverterState, cause: Cause, certainty: Certainty
) -> None:
    finding = stands(inverter, state, inverter.device.words, SINCE, 1200.0)
    assert (finding.cause, finding.certainty, finding.since) == (cause, certainty, SINCE)
    assert finding.lost_watt_hours == (None if cause is Cause.NOT_REPORTING else 1200.0)


def week(energies: list[float]) -> list[InverterReading]:
    return [InverterReading(f"{number:012d}", watt_hours_week=energy) for number, energy in enumerate(energies)]


def test_the_week_names_three_of_twenty_and_two_to_watch_though_their_watts_look_alike() -> None:
    draw = random.Random(5)
    shares = [0.66, 0.69, 0.72, 0.85, 0.86] + [draw.gauss(1.0, 0.02) for _ in range(15)]
    found = weeks(week([8000.0 * share for share in shares]))
    concerns = [found[f"{number:012d}"].concern for number in range(20)]
    assert concerns[:3] == [Concern.LOOK] * 3
    assert concerns[3:5] == [Concern.WATCH] * 2
    assert set(concerns[5:]) == {Concern.UNKNOWN}
    assert found["000000000000"].lacking == pytest.approx(0.34 * 8000, rel=0.1)


def test_the_week_of_a_roof_with_several_sides_names_nobody() -> None:
    draw = random.Random(6)
    shares = [0.42] + [draw.choice((0.7, 1.0, 1.25)) * draw.gauss(1.0, 0.05) for _ in range(14)]
    assert all(one.concern is not Concern.LOOK for one in weeks(week([8000.0 * share for share in shares])).values())


def test_few_or_dark_weeks_say_nothing() -> None:
    assert weeks(week([5000.0] * 5)) == {}
    assert weeks(week([20.0] * 12)) == {}


def test_a_shadow_is_found_at_its_hours_and_an_even_loss_is_none() -> None:
    profile = {slot: (0.3 if 30 <= slot <= 34 else 1.0, 100.0) for slot in range(14, 40)}
    shadow = find_shadow(profile)
    assert shadow is not None
    assert (shadow.first, shadow.last) == (30, 34)
    assert shadow.share == pytest.approx(0.3)
    assert find_shadow(dict.fromkeys(range(14, 40), (0.7, 100.0))) is None
    assert find_shadow({slot: (1.0 if slot % 3 else 0.4, 100.0) for slot in range(14, 40)}) is None


def flat_days(limit: float | None, most: float = 300.0) -> list[list[float]]:
    days = []
    for day in range(6):
        clear = [max(0.0, (most + day) * (1 - ((slot - 24) / 9) ** 2)) for slot in range(48)]
        days.append([value if limit is None else min(value, limit) for value in clear])
    return days


@pytest.mark.parametrize(("limit", "told", "below"), [(200.0, 290.0, True), (200.0, 200.0, False), (None, 300.0, None)])
def test_a_flat_top_that_repeats_is_a_plateau(limit: float | None, told: float, below: bool | None) -> None:
    book = {day: {"1": array("f", values)} for day, values in enumerate(flat_days(limit))}
    plateau = find_plateau(lay_out(book, ["1"]), 0, 300.0, told)
    if below is None:
        assert plateau is None
    else:
        assert plateau is not None
        assert plateau.watts == pytest.approx(200.0)
        assert plateau.below is below
        assert plateau.hours >= 4.0


def test_a_case_stays_until_three_good_days_and_keeps_its_begin() -> None:
    first = Diagnosis(Cause.WEAK, Certainty.LIKELY, Weight.LOOK, 3, 1.0, {"share": 0.7})
    case = follow(None, first, SINCE, [], 100)
    assert case is not None
    case = case_from(case.memory())
    assert (case.since, case.before) == (SINCE, 1.0)
    assert case.lost == pytest.approx(0.3)
    later = follow(case, None, None, [(101, 0.95), (102, 0.7), (103, 0.97), (104, 0.97)], 104)
    assert later is case
    assert follow(case, None, None, [(102, 0.7), (103, 0.97), (104, 0.97), (105, 0.96)], 105) is None
