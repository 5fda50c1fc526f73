"""The doctor over days of whole arrays: what it finds, what it leaves alone, and what it costs."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from enphase_tray.analysis.doctor.doctor import Doctor
from enphase_tray.model.alerts import Assessment
from enphase_tray.model.health import Cause, Concern, HealthReport, PanelHealth
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import DeviceStatus, InverterState, Snapshot
from enphase_tray.monitor.judge import Judge
from tests.analysis.ailments import DAY, Ailment, System, afflict, assessed, system
from tests.bars.weak_panels import rand_index
from tests.gateway.captured import recorded


def live(array: System, doctor: Doctor | None = None, *, skip: float = 0.0) -> HealthReport:
    """The last report after all days of an array (the first `skip` days are not watched)."""
    doctor = doctor or Doctor()
    for snapshot, assessment in assessed(array.polls(night=False), array.interval):
        if snapshot.at.timestamp() >= array.start + skip * DAY:
            doctor.observe(snapshot, assessment)
            doctor.report()
    report = doctor.report()
    assert report is not None
    return report


def panel(report: HealthReport, array: System, number: int) -> PanelHealth:
    found = report.panel(array.serial(number))
    assert found is not None
    return found


def test_orientations_become_groups_and_all_are_well() -> None:
    array = system(11, 16, count=12, roof=2)
    report = live(array)
    numbers = {serial: number for number, group in enumerate(report.groups) for serial in group}
    assert rand_index(array.planes, [numbers[array.serial(one)] for one in range(12)]) == 1.0
    assert {one.concern for one in report.panels} == {Concern.WELL}
    assert report.usable_days >= 5
    assert report.first_day is not None
    assert report.last_day is not None
    assert all(0.8 < (one.share or 0) < 1.2 for one in report.panels)
    assert len(report.panels[0].days) == (report.last_day - report.first_day).days + 1


def test_a_panel_that_fails_is_found_with_its_day_and_its_cost() -> None:
    well = system(21, 30, count=8, roof=0)
    array = afflict(well, Ailment(3, Cause.WEAK, 18, 0.3))
    found = panel(live(array), array, 3)
    assert found.concern is Concern.LOOK
    assert found.share == pytest.approx(0.7 * (found.usual_share or 0), abs=0.03)
    assert found.finding is not None
    assert found.finding.cause is Cause.WEAK
    assert found.finding.since is not None
    began = datetime.fromtimestamp(array.start + 18 * DAY, UTC)
    assert abs(found.finding.since - began) < timedelta(days=4)
    lost = (well.watts - array.watts)[3].sum() / 12
    assert found.finding.lost_watt_hours == pytest.approx(lost, rel=0.25)


def test_a_panel_that_was_always_weak_is_found_against_its_group() -> None:
    array = afflict(system(22, 14, count=8, roof=0), Ailment(5, Cause.WEAK, 0, 0.35))
    report = live(array)
    found = panel(report, array, 5)
    assert found.concern is Concern.LOOK
    assert found.finding is not None
    assert found.finding.since is None
    assert [one.concern for one in report.panels].count(Concern.LOOK) == 1


@pytest.mark.parametrize("bad", [(0, 3, 5, 7)])
def test_four_of_ten_cannot_hide_behind_each_other(bad: tuple[int, ...]) -> None:
    array = system(23, 16, count=10, roof=0)
    for number in bad:
        array = afflict(array, Ailment(number, Cause.WEAK, 0, 0.35))
    report = live(array)
    looks = {one.serial for one in report.panels if one.concern is Concern.LOOK}
    assert looks == {array.serial(number) for number in bad}


def test_shade_is_named_with_its_hours_by_the_clock_of_the_site() -> None:
    array = afflict(system(31, 30, count=12, roof=0), Ailment(2, Cause.SHADE, 15, 0.35))
    found = panel(live(array), array, 2).finding
    assert found is not None
    assert found.cause is Cause.SHADE
    begin, end = found.numbers["hour_from"], found.numbers["hour_to"]
    well = system(31, 30, count=12, roof=0).watts[2, 15 * 288 :]
    dark = [step for step, watts in enumerate(well) if watts > 20 and array.watts[2, 15 * 288 + step] < 0.5 * watts]
    hours = sorted(
        (moment.hour + moment.minute / 60)
        for step in dark
        for moment in [datetime.fromtimestamp(array.start + 15 * DAY + step * 300, array.zone)]
    )
    assert begin == pytest.approx(hours[len(hours) // 50], abs=1.1)
    assert end == pytest.approx(hours[-len(hours) // 50], abs=1.1)


def test_dirt_that_comes_slowly_is_told_from_a_sudden_loss() -> None:
    array = afflict(system(41, 36, count=12, roof=0), Ailment(7, Cause.SOILING, 4, 0.01))
    found = panel(live(array), array, 7).finding
    assert found is not None
    assert found.cause is Cause.SOILING


def test_a_limit_below_what_it_made_before_is_curtailed() -> None:
    array = afflict(system(51, 30, count=8, roof=0), Ailment(1, Cause.CURTAILED, 14, 0.5))
    array.said.clear()
    found = panel(live(array), array, 1).finding
    assert found is not None
    assert found.cause is Cause.CURTAILED
    assert found.numbers["plateau_watts"] == pytest.approx(0.5 * array.clear[1].max(), rel=0.03)


def test_words_of_the_grid_on_several_days_name_the_cause() -> None:
    array = replace(system(61, 26, count=8, roof=0), words=True)
    array = afflict(array, Ailment(4, Cause.GRID_TRIP, 12))
    found = panel(live(array), array, 4).finding
    assert found is not None
    assert found.cause is Cause.GRID_TRIP
    assert found.words == ("envoy.cond_flags.pcu_chan.acvoltagehigh",)


def test_a_mended_panel_is_well_again_after_some_days() -> None:
    array = afflict(system(71, 34, count=8, roof=0), Ailment(2, Cause.WEAK, 12, 0.4, last_day=20))
    doctor = Doctor()
    concerns = []
    for snapshot, assessment in assessed(array.polls(night=False), array.interval):
        doctor.observe(snapshot, assessment)
        report = doctor.report()
        assert report is not None
        concerns.append(panel(report, array, 2).concern)
    assert Concern.LOOK in concerns
    assert concerns[-1] is Concern.WELL


def test_a_restart_goes_on_with_the_history_and_a_small_memory() -> None:
    array = afflict(system(81, 30, count=8, roof=0), Ailment(3, Cause.WEAK, 14, 0.3))
    through = live(array)
    first = Doctor()
    moments: dict[float, dict[str, float]] = {}
    polls = list(assessed(array.polls(night=False), array.interval))
    cut = next(n for n, (snapshot, _) in enumerate(polls) if snapshot.at.timestamp() > array.start + 22.5 * DAY)
    heard: dict[str, datetime | None] = {}
    for snapshot, assessment in polls[:cut]:
        first.observe(snapshot, assessment)
        first.report()
        for one in snapshot.inverters:
            if heard.get(one.serial) != one.last_report_at and one.last_report_watts is not None:
                heard[one.serial] = one.last_report_at
                moments.setdefault(snapshot.at.timestamp(), {})[one.serial] = one.last_report_watts
    memory = json.dumps(first.memory())
    assert len(memory) < 4000
    times = tuple(sorted(moments))
    serials = [array.serial(number) for number in range(8)]
    past = InverterSeries(times, {serial: tuple(moments[at].get(serial) for at in times) for serial in serials})
    half = len(times) // 2
    pieces = [
        InverterSeries(past.times[part], {serial: column[part] for serial, column in past.watts.items()})
        for part in (slice(0, half), slice(half, None))
    ]
    second = Doctor(json.loads(memory))
    second.recall(iter(pieces), array.interval)
    for snapshot, assessment in polls[cut:]:
        second.observe(snapshot, assessment)
    again = second.report()
    assert again is not None
    assert [one.concern for one in again.panels] == [one.concern for one in through.panels]
    assert panel(again, array, 3).share == pytest.approx(panel(through, array, 3).share, abs=0.02)


def test_a_case_lasts_beyond_the_days_that_are_kept() -> None:
    array = afflict(system(91, 75, count=8, roof=0), Ailment(3, Cause.WEAK, 14, 0.3))
    found = panel(live(array), array, 3)
    assert found.concern is Concern.LOOK
    assert found.finding is not None
    assert found.finding.since is not None
    assert found.finding.since < datetime.fromtimestamp(array.start + 20 * DAY, UTC)


def test_the_report_is_the_same_object_until_something_changes() -> None:
    array = system(101, 3, count=4, roof=0)
    doctor = Doctor()
    reports = []
    for snapshot, assessment in assessed(array.polls(night=False), array.interval):
        doctor.observe(snapshot, assessment)
        reports.append(doctor.report())
    assert 1 < len({id(report) for report in reports}) < len(reports) / 3


def moment(array: System) -> tuple[Snapshot, Assessment]:
    """A poll of a bright noon."""
    return next(
        (snapshot, judged)
        for snapshot, judged in assessed(array.polls(), array.interval)
        if judged.daylight and all((one.last_report_watts or 0) > 60 for one in snapshot.inverters)
    )


def test_the_gateways_own_week_speaks_only_as_long_as_nothing_else_was_watched() -> None:
    array = system(81, 12, count=10, roof=0)
    snapshot, assessment = moment(array)
    weeks = [9000.0 if number != 3 else 6000.0 for number in range(10)]
    told = tuple(replace(one, watt_hours_week=week) for one, week in zip(snapshot.inverters, weeks, strict=True))
    snapshot = replace(snapshot, inverters=told)
    fresh, again = Doctor(), Doctor()
    for earlier, meaning in assessed(array.polls(), array.interval):
        again.observe(earlier, meaning)
    after_a_start = Doctor(again.memory())
    concerns = []
    for doctor in (fresh, after_a_start):
        doctor.observe(snapshot, assessment)
        report = doctor.report()
        assert report is not None
        concerns.append(panel(report, array, 3).concern)
    assert concerns == [Concern.LOOK, Concern.UNKNOWN]


def test_states_are_news_at_once() -> None:
    array = system(111, 4, count=6, roof=0)
    snapshot, judged = moment(array)
    doctor = Doctor()
    doctor.observe(snapshot, judged)
    first = doctor.report()
    assert first is not None
    assert {one.concern for one in first.panels} == {Concern.UNKNOWN}
    serials = [array.serial(number) for number in range(3)]
    states = {**judged.states} | dict(
        zip(serials, (InverterState.STOPPED, InverterState.SILENT, InverterState.RETIRED), strict=True)
    )
    doctor.observe(snapshot, replace(judged, states=states, since={serials[0]: snapshot.at}))
    second = doctor.report()
    assert second is not None
    found = [second.panel(serial) for serial in serials]
    assert [one.concern for one in found if one] == [Concern.FAULT, Concern.FAULT, Concern.WELL]
    causes = [one.finding.cause for one in found if one and one.finding]
    assert causes[1:] == [Cause.NOT_REPORTING, Cause.RETIRED]


def test_what_every_inverter_says_at_night_is_no_cause_of_one_that_stands() -> None:
    array = system(111, 4, count=6, roof=0)
    snapshot, judged = moment(array)
    doctor, serial = Doctor(), array.serial(0)
    states = {**judged.states, serial: InverterState.STOPPED}
    night = tuple(
        replace(one, device=DeviceStatus(words=("envoy.cond_flags.pcu_ctrl.dc-pwr-low",))) for one in snapshot.inverters
    )
    said = []
    for daylight, inverters in ((True, snapshot.inverters), (False, night), (True, night)):
        doctor.observe(replace(snapshot, inverters=inverters), replace(judged, states=states, daylight=daylight))
        report = doctor.report()
        assert report is not None
        found = report.panel(serial)
        assert found is not None
        assert found.finding is not None
        said.append(found.finding.cause)
    assert said == [Cause.INVERTER_FAULT, Cause.INVERTER_FAULT, Cause.NO_DC], "by day the same word tells"


def test_empty_lists_and_a_gateway_that_starts_change_nothing() -> None:
    snapshot, judged = moment(system(112, 4, count=4, roof=0))
    doctor = Doctor()
    assert doctor.report() is None
    doctor.observe(replace(snapshot, inverters=()), judged)
    doctor.observe(replace(snapshot, starting_up=True), judged)
    assert doctor.report() is None
    doctor.observe(snapshot, judged)
    before = doctor.report()
    doctor.observe(replace(snapshot, inverters=()), judged)
    assert doctor.report() is before


def test_an_inverter_that_is_gone_from_the_list_is_gone() -> None:
    snapshot, judged = moment(system(113, 4, count=5, roof=0))
    doctor = Doctor()
    doctor.observe(snapshot, judged)
    doctor.report()
    doctor.observe(replace(snapshot, inverters=snapshot.inverters[1:]), judged)
    after = doctor.report()
    assert after is not None
    assert [one.serial for one in after.panels] == [one.serial for one in snapshot.inverters[1:]]


def test_one_inverter_has_nobody_to_be_compared_with() -> None:
    report = live(system(114, 12, count=1, roof=0))
    assert [one.concern for one in report.panels] in ([Concern.WELL], [Concern.UNKNOWN])


def test_snow_is_the_sites_not_the_panels() -> None:
    array = afflict(_winter(), Ailment(None, Cause.SNOW, 14, last_day=18))
    doctor = Doctor()
    sites, looks = set(), 0
    for snapshot, assessment in assessed(array.polls(night=True), array.interval):
        doctor.observe(snapshot, assessment)
        report = doctor.report()
        assert report is not None
        looks += sum(1 for one in report.panels if one.concern is Concern.LOOK)
        if report.site is not None and snapshot.at.timestamp() < array.start + 18 * DAY:
            sites.add(report.site.cause)
    assert Cause.SNOW in sites
    assert looks == 0


def _winter() -> System:
    draw = random.Random("winter")
    while True:
        array = system(draw.randrange(5000), 30, count=12, roof=0)
        month = datetime.fromtimestamp(array.start, UTC).month
        if array.latitude > 45 and month in (11, 12, 1):
            return array


def judged_capture(folder: Path) -> HealthReport | None:
    snapshot = recorded(folder)
    return Judge(lambda rule: True).judge(snapshot.at, snapshot, None).health


def test_a_recorded_gateway_names_nobody_without_reason(capture: Path) -> None:
    if capture.name == "8.3.5169_with_generator":
        pytest.skip("three of its panels are weak")
    report = judged_capture(capture)
    assert report is None or not [one for one in report.panels if one.concern in (Concern.LOOK, Concern.FAULT)]


@pytest.mark.parametrize(
    ("name", "retired", "looks"),
    [("8.3.5289_modGone", 3, 0), ("8.3.5433_tot_is_net_cons", 8, 0), ("8.3.5169_with_generator", 0, 3)],
)
def test_what_recorded_gateways_tell_of_their_panels(captures_dir: Path, name: str, retired: int, looks: int) -> None:
    if not (captures_dir / name).is_dir():
        pytest.skip(f"{name} is not at hand")
    report = judged_capture(captures_dir / name)
    assert report is not None
    causes = [one.finding.cause for one in report.panels if one.finding is not None]
    assert causes.count(Cause.RETIRED) == retired
    assert [one.concern for one in report.panels].count(Concern.LOOK) == looks


@pytest.mark.parametrize("dead", [(3,), (0, 1, 2), (0, 1, 2, 3)])
def test_panels_that_say_nothing_but_zero_all_the_time_break_nothing(dead: tuple[int, ...]) -> None:
    array = system(115, 12, count=4, roof=0)
    for number in dead:
        array = afflict(array, Ailment(number, Cause.INVERTER_FAULT, 0))
    report = live(array)
    assert all(panel(report, array, number).concern is not Concern.WELL for number in dead[:3])


def test_a_panel_that_is_not_heard_of_for_days_with_light_does_not_report_whatever_its_state() -> None:
    array = afflict(system(116, 24, count=6, roof=0), Ailment(2, Cause.NOT_REPORTING, 10))
    doctor = Doctor()
    for snapshot, assessment in assessed(array.polls(night=False), array.interval):
        states = dict.fromkeys(assessment.states, InverterState.ASLEEP)
        doctor.observe(snapshot, replace(assessment, states=states))
        doctor.report()
    report = doctor.report()
    assert report is not None
    found = panel(report, array, 2)
    assert found.concern is Concern.WATCH
    assert found.finding is not None
    assert found.finding.cause is Cause.NOT_REPORTING
    assert found.finding.since is not None
    assert abs(found.finding.since.timestamp() - array.start - 10 * DAY) < 1.5 * DAY
    assert [one.concern for one in report.panels].count(Concern.WATCH) == 1


def test_the_smaller_of_two_models_is_not_weak_where_its_neighbours_are_the_larger() -> None:
    array = system(81, 16, count=12, roof=2, spread=0.01)
    east, west = ([number for number in range(12) if array.planes[number] == plane] for plane in (0, 1))
    for number in [east[2], *west[2:]]:
        array.watts[number] *= 0.775
    array.limit = 1000.0
    report = live(array)
    assert len(report.groups) == 2
    assert [one.concern for one in report.panels] == [Concern.WELL] * 12


def test_who_makes_less_at_most_hours_but_not_by_the_day_is_not_weak() -> None:
    array = system(71, 16, count=8, roof=0, spread=0.01)
    at_noon = array.clear[0] > 0.85 * array.clear[0].max()
    for number in range(8):
        array.watts[number] *= 0.75 if number == 3 else 1.0
        if number != 3:
            array.watts[number][at_noon] *= 0.35
    found = panel(live(array), array, 3)
    assert found.share is not None
    assert found.share > 0.9
    assert found.concern is Concern.WELL
