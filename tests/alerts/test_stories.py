"""Days in the life of an array: what the user is told, and above all what not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.model.alerts import Change, PollFailure
from enphase_tray.model.readings import RelayState, Snapshot
from enphase_tray.monitor.judge import Judge
from tests.alerts.story import (
    RELAY,
    ZONE,
    Array,
    Death,
    Outcome,
    cleared,
    everything,
    failure,
    gateway,
    outcomes,
    raised,
    relay,
    retire,
    tell,
    utc,
    with_words,
)

JUNE = utc("2025-06-03T04:02:00")
NOON = utc("2025-06-06T10:32:00")
"""A clear day after three others."""


def days(array: Array, count: float, start: datetime = JUNE, period: float = 300.0) -> Iterator[Outcome]:
    return outcomes(array, start, start + timedelta(days=count), period=period)


@pytest.mark.parametrize("count", [1, 4, 12, 40])
@pytest.mark.parametrize("interval", [300.0, 900.0])
def test_days_and_nights_bring_no_word(count: int, interval: float) -> None:
    array = Array(count, interval, seed=count, offsets=(-60.0, 60.0), cloudy=0.9)
    assert tell(Judge(everything), days(array, 4, period=600)) == []


@pytest.mark.parametrize("start", ["2025-03-28T10:00:00", "2025-10-24T10:00:00", "2025-12-20T23:00:00"])
def test_clock_changes_and_short_days_bring_no_word(start: str) -> None:
    assert tell(Judge(everything), days(Array(4), 4, utc(start))) == []


@pytest.mark.parametrize(("how", "rule"), [("stopped", "inverter_stopped"), ("silent", "inverter_silent")])
@pytest.mark.parametrize("interval", [300.0, 900.0])
def test_one_inverter_of_twelve_is_told_once_within_an_hour_and_cleared_once(
    how: str, rule: str, interval: float
) -> None:
    back = NOON + timedelta(days=2)
    array = Array(12, interval, dead={3: (NOON, how, back)})
    events = tell(Judge(everything), days(array, 7))
    assert [(e.change, e.alert.rule) for e in events] == [(Change.RAISED, rule), (Change.CLEARED, rule)]
    told, over = events
    assert told.alert.serials == (array.serial(3),)
    assert timedelta(minutes=15) < told.at - NOON <= timedelta(minutes=75)
    assert timedelta(0) < over.at - back <= timedelta(minutes=45)
    assert told.alert.id == over.alert.id
    assert "00003" in told.alert.title
    assert "00003" in over.alert.title


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("how", ["stopped", "silent"])
def test_all_at_once_is_one_message(count: int, how: str) -> None:
    array = Array(count, 900.0, dead={n: (NOON, how, NOON + timedelta(hours=20)) for n in range(count)})
    events = tell(Judge(everything), days(array, 6))
    assert len(raised(events)) == 1
    assert len(cleared(events)) == 1
    assert raised(events)[0].at - NOON <= timedelta(minutes=100)
    assert len(raised(events, "site_stopped")) == (1 if count > 1 else 0)


def test_some_that_stop_together_are_one_message_and_a_later_one_is_another() -> None:
    dead: dict[int, Death] = dict.fromkeys((1, 4, 7), (NOON, "stopped", None))
    dead[9] = (NOON + timedelta(days=1), "stopped", None)
    array = Array(12, dead=dead)
    told = raised(tell(Judge(everything), days(array, 6)))
    assert [e.alert.serials for e in told] == [(array.serial(1), array.serial(4), array.serial(7)), (array.serial(9),)]
    assert told[0].alert.title == "3 inverters make nothing"


def test_one_that_joins_soon_makes_the_message_grow() -> None:
    dead: dict[int, Death] = {1: (NOON, "stopped", None), 4: (NOON + timedelta(minutes=30), "stopped", None)}
    array = Array(12, dead=dead)
    events = tell(Judge(everything), days(array, 5))
    assert [e.change for e in events] == [Change.RAISED, Change.UPDATED]
    assert events[1].alert.serials == (array.serial(1), array.serial(4))
    assert events[0].alert.id == events[1].alert.id


@pytest.mark.parametrize("hour", [10, 23])
@pytest.mark.parametrize("one_line", [False, True])
def test_a_relay_is_told_within_two_polls_day_and_night_and_its_inverters_are_not(hour: int, one_line: bool) -> None:
    opens = utc("2025-06-05T00:02:00") + timedelta(hours=hour)
    closes = opens + timedelta(hours=3)
    dead = dict.fromkeys(range(1 if one_line else 0, 6), (opens, "silent", closes))
    array = Array(6, dead=dead)
    now_open = relay(RelayState.CLOSED, lines=(False, True, True)) if one_line else relay(RelayState.OPEN, False)

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        if opens <= at < closes + timedelta(minutes=15):
            for number in dead:
                snapshot = with_words(snapshot, array.serial(number), "envoy.cond_flags.pcu_chan.gridgone")
        return replace(snapshot, relays=(now_open,)) if opens <= at < closes else snapshot

    events = tell(Judge(everything), outcomes(array, JUNE, JUNE + timedelta(days=4), edit))
    assert [(e.change, e.alert.rule) for e in events] == [(Change.RAISED, "relay_open"), (Change.CLEARED, "relay_open")]
    assert events[0].alert.serials == (RELAY,)
    assert events[0].at - opens <= timedelta(minutes=5)
    assert events[1].at - closes <= timedelta(minutes=10)
    assert events[0].alert.title == ("Line 1 of relay 68177 is open" if one_line else "Relay 68177 is open")
    assert events[1].alert.title == "Relay 68177 is closed again"


def test_a_relay_whose_word_flaps_or_is_missing_brings_no_word() -> None:
    """Unknown, absent, and a single stale reading that says open: none of it is an open relay."""
    strange = [
        (relay(RelayState.UNKNOWN, None),),
        (),
        (relay(last_report_at=None),),
        (relay(RelayState.UNKNOWN, True),),
    ]

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        minute = int((at - JUNE).total_seconds() // 300)
        if minute == 40:
            old = relay(RelayState.OPEN, False, last_report_at=at - timedelta(minutes=40))
            return replace(snapshot, relays=(old,))
        return replace(snapshot, relays=strange[minute % len(strange)], starting_up=minute % 97 == 0)

    assert tell(Judge(everything), outcomes(Array(4), JUNE, JUNE + timedelta(days=2), edit)) == []


def test_a_relay_that_flaps_within_minutes_is_one_episode() -> None:
    opens = utc("2025-06-05T10:02:00")

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        minute = (at - opens).total_seconds() / 60
        if 0 <= minute < 60 and minute % 10 < 5:
            return replace(snapshot, relays=(relay(RelayState.OPEN, False, last_report_at=at),))
        return snapshot

    events = tell(Judge(everything), outcomes(Array(4), JUNE, JUNE + timedelta(days=4), edit))
    assert [(e.change, e.alert.rule) for e in events] == [(Change.RAISED, "relay_open"), (Change.CLEARED, "relay_open")]


def test_panels_that_stop_before_the_relay_is_read_are_told_by_the_relay_alone() -> None:
    """The gateway reads its relay every 45 min; all stand still meanwhile."""
    stops, known = NOON, NOON + timedelta(minutes=40)
    array = Array(6, dead={n: (stops, "stopped", stops + timedelta(hours=3)) for n in range(6)})

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        if at < known:
            return replace(snapshot, relays=(relay(last_report_at=stops - timedelta(minutes=5)),))
        if at < stops + timedelta(hours=3):
            return replace(snapshot, relays=(relay(RelayState.OPEN, False, last_report_at=known),))
        return snapshot

    events = tell(Judge(everything), outcomes(array, JUNE, JUNE + timedelta(days=4), edit))
    assert [(e.change, e.alert.rule) for e in events] == [(Change.RAISED, "relay_open"), (Change.CLEARED, "relay_open")]


def test_an_inverter_that_comes_and_goes_is_one_message() -> None:
    def dead(at: datetime) -> bool:
        hours = (at - NOON).total_seconds() / 3600
        return 0 <= hours < 1.6 or 2.4 <= hours < 4

    array = Array(8)

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        if not dead(at):
            return snapshot
        silent = replace(snapshot.inverters[3], last_report_watts=0)
        return replace(snapshot, inverters=(*snapshot.inverters[:3], silent, *snapshot.inverters[4:]))

    events = tell(Judge(everything), outcomes(array, JUNE, JUNE + timedelta(days=5), edit))
    assert [e.change for e in events] == [Change.RAISED, Change.CLEARED, Change.UPDATED, Change.CLEARED]
    assert len({e.alert.id for e in events}) == 1


def test_a_grid_that_is_gone_is_one_message_with_its_cause() -> None:
    array = Array(6, dead={n: (NOON, "stopped", NOON + timedelta(hours=2)) for n in range(6)})

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        if NOON <= at < NOON + timedelta(hours=2):
            for n in range(6):
                snapshot = with_words(snapshot, array.serial(n), "envoy.cond_flags.pcu_chan.gridgone")
        return snapshot

    events = tell(Judge(everything), outcomes(array, JUNE, JUNE + timedelta(days=4), edit))
    assert [(e.change, e.alert.rule) for e in events] == [
        (Change.RAISED, "site_stopped"),
        (Change.CLEARED, "site_stopped"),
    ]
    assert events[0].alert.title == "There is no grid at the inverters"


def minutes_of_day(at: datetime) -> int:
    local = at.astimezone(ZoneInfo(ZONE))
    return local.hour * 60 + local.minute


def test_the_nightly_reset_brings_no_word() -> None:
    def edit(at: datetime, snapshot: Snapshot) -> Snapshot | PollFailure:
        return failure(at) if 22 * 60 + 57 <= minutes_of_day(at) <= 23 * 60 + 18 else snapshot

    polls = outcomes(Array(4), JUNE, JUNE + timedelta(days=3), edit, period=60)
    assert tell(Judge(everything), polls) == []


def test_a_restart_with_an_empty_list_and_zeros_brings_no_word() -> None:
    start = NOON

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot | PollFailure:
        minute = (at - start).total_seconds() / 60
        if 0 <= minute < 6:
            return failure(at)
        if 6 <= minute < 20:
            return replace(snapshot, inverters=())
        if 20 <= minute < 35:
            zeros = tuple(replace(i, last_report_watts=0, last_report_at=None) for i in snapshot.inverters)
            return replace(snapshot, inverters=zeros)
        return snapshot

    assert tell(Judge(everything), outcomes(Array(6), JUNE, JUNE + timedelta(days=4), edit)) == []


@pytest.mark.parametrize("asleep_at", ["2025-06-05T10:00:00", "2025-06-05T18:00:00"])
def test_nine_hours_of_sleep_bring_no_word_though_the_network_comes_late(asleep_at: str) -> None:
    gone, back = utc(asleep_at), utc(asleep_at) + timedelta(hours=9)

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot | PollFailure:
        late = timedelta(0) <= at - back < timedelta(minutes=12)
        return failure(at) if late or at == gone - timedelta(minutes=2) else snapshot

    polls = (o for o in outcomes(Array(4), JUNE, JUNE + timedelta(days=4), edit) if not gone <= o[0] < back)
    assert tell(Judge(everything), polls) == []


def test_retired_ones_are_no_news() -> None:
    array = Array(6, dead={2: (NOON, "silent", None)})

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        return retire(snapshot, array.serial(2)) if at >= NOON else snapshot

    assert tell(Judge(everything), outcomes(array, JUNE, JUNE + timedelta(days=5), edit)) == []


def test_one_that_vanishes_from_the_list_is_no_news() -> None:
    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, inverters=snapshot.inverters[:-1]) if at >= NOON else snapshot

    assert tell(Judge(everything), outcomes(Array(6), JUNE, JUNE + timedelta(days=5), edit)) == []


def test_a_change_of_pace_from_five_minutes_to_an_hour_and_back_brings_no_word() -> None:
    def interval(at: datetime) -> float:
        return 3600.0 if NOON <= at < NOON + timedelta(days=1) else 300.0

    for count in (1, 4, 12):
        assert tell(Judge(everything), days(Array(count, interval), 6)) == []


def test_a_gateway_that_does_not_answer_is_told_after_a_quarter_of_an_hour() -> None:
    gone, back = NOON, NOON + timedelta(hours=2)

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot | PollFailure:
        return failure(at) if gone <= at < back else snapshot

    events = tell(Judge(everything), outcomes(Array(4), JUNE, JUNE + timedelta(days=4), edit))
    assert [(e.change, e.alert.rule, e.at - gone) for e in events] == [
        (Change.RAISED, "gateway_unreachable", timedelta(minutes=15)),
        (Change.CLEARED, "gateway_unreachable", timedelta(hours=2)),
    ]
    assert "12:32" in events[0].alert.body


def test_an_outage_that_began_before_the_nightly_reset_is_told_through_it() -> None:
    gone = utc("2025-06-05T20:40:00")

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot | PollFailure:
        return failure(at) if at >= gone else snapshot

    events = tell(Judge(everything), outcomes(Array(2), JUNE, JUNE + timedelta(days=3), edit))
    assert [e.change for e in events] == [Change.RAISED]
    assert events[0].at - gone < timedelta(minutes=25)


def test_firmware_is_told_once_also_when_it_changed_while_nobody_looked() -> None:
    array = Array(2)
    first = Judge(everything)
    tell(first, outcomes(array, JUNE, JUNE + timedelta(hours=2)))
    second = Judge(everything, json.loads(json.dumps(first.memory())))

    def edit(at: datetime, snapshot: Snapshot) -> Snapshot:
        return replace(snapshot, gateway=gateway("8.3.5433"))

    later = JUNE + timedelta(hours=5)
    events = tell(second, outcomes(array, later, later + timedelta(hours=2), edit))
    assert [(e.change, e.alert.rule) for e in events] == [(Change.RAISED, "firmware_changed")]
    assert "8.3.5433" in events[0].alert.title
    assert "8.3.5289" in events[0].alert.body
    assert second.active == ()


def test_a_restart_of_the_program_in_the_middle_of_an_episode_stays_quiet() -> None:
    array = Array(6, dead={2: (NOON, "stopped", NOON + timedelta(days=1))})
    judge = Judge(everything)
    before = tell(judge, outcomes(array, JUNE, NOON + timedelta(hours=3)))
    again = Judge(everything, json.loads(json.dumps(judge.memory())))
    assert again.active == judge.active
    after = tell(again, outcomes(array, NOON + timedelta(hours=3), NOON + timedelta(days=2)))
    assert [e.change for e in before] == [Change.RAISED]
    assert [(e.change, e.alert.id) for e in after] == [(Change.CLEARED, before[0].alert.id)]


def test_a_rule_that_is_off_says_nothing() -> None:
    array = Array(6, dead={2: (NOON, "stopped", None)})
    assert tell(Judge(lambda rule: rule != "inverter_stopped"), days(array, 5)) == []


def test_the_same_days_give_the_same_words() -> None:
    def once() -> list[object]:
        array = Array(6, dead={2: (NOON, "silent", NOON + timedelta(days=1))})
        return list(tell(Judge(everything), days(array, 5)))

    assert once() == once()
    assert once()
