"""What may be told, and what becomes of the rest."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from enphase_tray.model.alerts import Alert, AlertEvent, Assessment, Change, PollFailure, Severity
from enphase_tray.monitor.control import Telling, decide, is_quiet, unheard
from enphase_tray.monitor.outbox import Occasion, Order, Outbox, Rules, Sum, Tell, Withdraw
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.attention import Mute
from enphase_tray.settings.settings import QuietHours, RuleMode, Settings

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
NIGHT = QuietHours(True, time(22, 0), time(7, 0))
DIGEST = {"inverter_stopped": RuleMode.DIGEST}


def alert(name: str, severity: Severity = Severity.WARNING, rule: str = "inverter_stopped") -> Alert:
    return Alert(name, rule, name, severity, (name,), f"{name} is wrong", "Mend it.", NOON)


A, B = alert("a"), alert("b")
RELAY = alert("relay", Severity.CRITICAL, "relay_open")
FIRMWARE = alert("firmware", Severity.INFORMATION, "firmware_changed")
MUTE_A = Mute(None, "a", NOON, NOON + timedelta(days=1))


class Day:
    """Polls told to an outbox at hours after noon; `open` is what stands."""

    def __init__(self, settings: Settings, mutes: tuple[Mute, ...] = ()) -> None:
        self.settings, self.mutes, self.outbox = settings, mutes, Outbox()
        self.open: dict[str, Alert] = {}
        self.paused = False

    def poll(self, hours: float, *raised: Alert, over: tuple[Alert, ...] = (), momentary: bool = False) -> list[Order]:
        now = NOON + timedelta(hours=hours)
        events = [AlertEvent(now, Change.RAISED, one) for one in raised]
        if not momentary:
            self.open.update({one.id: one for one in raised})
        for one in over:
            del self.open[one.id]
            cleared = replace(one, title=f"{one.id} is well", severity=Severity.INFORMATION, cleared_at=now)
            events.append(AlertEvent(now, Change.CLEARED, cleared))
        result = PollResult(now, None, None, Assessment(now), tuple(self.open.values()), tuple(events))
        return self.take(result)

    def take(self, result: PollResult) -> list[Order]:
        rules = Rules(self.settings, self.mutes, result.at, UTC, self.paused)
        return list(self.outbox.take(result, rules))

    def restart(self) -> None:
        self.outbox = Outbox(json.loads(json.dumps(self.outbox.memory())))


@pytest.mark.parametrize(
    ("one", "settings", "mutes", "hour", "paused", "expected"),
    [
        (A, Settings(), (), 12, False, Telling.NOW),
        (A, Settings(rules=DIGEST), (), 12, False, Telling.DIGEST),
        (A, Settings(rules={"inverter_stopped": RuleMode.OFF}), (), 12, False, Telling.LISTED),
        (A, Settings(), (MUTE_A,), 12, False, Telling.LISTED),
        (A, Settings(rules=DIGEST), (MUTE_A,), 12, False, Telling.LISTED),
        (B, Settings(), (MUTE_A,), 12, False, Telling.NOW),
        (A, Settings(), (), 12, True, Telling.LATER),
        (RELAY, Settings(), (), 12, True, Telling.LATER),
        (A, Settings(quiet=NIGHT), (), 23, False, Telling.LATER),
        (A, Settings(quiet=NIGHT), (), 12, False, Telling.NOW),
        (RELAY, Settings(quiet=NIGHT), (), 23, False, Telling.NOW),
        (RELAY, Settings(quiet=replace(NIGHT, critical_anyway=False)), (), 23, False, Telling.LATER),
    ],
)
def test_one_place_decides(
    one: Alert, settings: Settings, mutes: tuple[Mute, ...], hour: int, paused: bool, expected: Telling
) -> None:
    assert decide(one, settings, mutes, NOON.replace(hour=hour), UTC, paused=paused) is expected


@pytest.mark.parametrize(
    ("quiet", "hour", "expected"),
    [
        (NIGHT, 22, True), (NIGHT, 6, True), (NIGHT, 7, False), (NIGHT, 21, False),
        (QuietHours(True, time(9, 0), time(17, 0)), 9, True),
        (QuietHours(True, time(9, 0), time(17, 0)), 17, False),
        (QuietHours(True, time(9, 0), time(9, 0)), 9, False),
        (replace(NIGHT, enabled=False), 23, False),
    ],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(quiet: QuietHours, hour: int, expected: bool) -> None:
    assert is_quiet(quiet, NOON.replace(hour=hour), UTC) is expected


def test_quiet_hours_are_those_of_the_users_clock() -> None:
    zone = ZoneInfo("Europe/Brussels")
    assert is_quiet(NIGHT, NOON.replace(hour=20, minute=30), zone)
    assert not is_quiet(NIGHT, NOON.replace(hour=5, minute=30), zone)


def test_muted_alerts_and_those_of_rules_that_are_off_are_unheard() -> None:
    result = PollResult(NOON, None, None, Assessment(NOON), (A, B, RELAY))
    settings = Settings(rules={"relay_open": RuleMode.OFF})
    assert unheard(result, settings, (MUTE_A,), NOON) == {"a": MUTE_A, "relay": None}
    assert unheard(result, Settings(), (MUTE_A,), NOON + timedelta(days=2)) == {}
    assert unheard(None, settings, (MUTE_A,), NOON) == {}


def test_what_is_over_by_the_morning_is_not_told() -> None:
    day = Day(Settings(quiet=NIGHT))
    assert day.poll(11, A) == []
    assert day.poll(12, B) == []
    assert day.poll(13, over=(A,)) == [Withdraw("a")]
    assert day.poll(18.9) == []
    assert day.poll(19) == [Tell(B)]
    assert day.poll(19.1) == []


def test_what_stands_in_the_morning_is_one_message() -> None:
    day = Day(Settings(quiet=NIGHT))
    day.poll(11, A)
    day.restart()
    day.poll(12, B)
    day.poll(13, FIRMWARE, momentary=True)
    day.restart()
    assert day.poll(20) == [Sum(Occasion.WAITED, (A, B, FIRMWARE))]
    assert day.poll(21, over=(A,)) == [Withdraw("a")]
    assert day.poll(22, over=(B,)) == [Withdraw(Occasion.WAITED), Withdraw("b")]


def test_the_end_of_something_grave_is_told_by_day_and_taken_back_at_night() -> None:
    day = Day(Settings(quiet=NIGHT))
    assert day.poll(11, RELAY) == [Tell(RELAY)]
    assert day.poll(12, over=(RELAY,)) == [Withdraw("relay")]
    day.poll(20, RELAY)
    (told,) = day.poll(21, over=(RELAY,))
    assert isinstance(told, Tell)
    assert (told.over, told.alert.title) == (True, "relay is well")


def test_a_failed_first_poll_after_the_night_forgets_nothing() -> None:
    day = Day(Settings(quiet=NIGHT))
    day.poll(11, A)
    day.restart()
    morning = NOON + timedelta(hours=20)
    lost = PollFailure(morning, "unreachable", "The gateway does not answer", "", "soon")
    assert day.take(PollResult(morning, None, lost, Assessment(morning))) == []
    assert day.poll(20.1) == [Tell(A)]


def test_what_was_muted_and_still_stands_is_told_when_the_mute_ends() -> None:
    day = Day(Settings(), (MUTE_A,))
    assert day.poll(1, A) == []
    assert day.poll(23) == []
    assert day.poll(25) == [Tell(A)]


def test_a_summary_comes_once_a_day_after_its_time_over_restarts() -> None:
    day = Day(Settings(rules=DIGEST))
    assert day.poll(0, A) == []
    assert day.poll(2, over=(A,)) == [Withdraw("a")]
    assert day.poll(3, B) == []
    day.restart()
    assert day.poll(19.9) == []
    (told,) = day.poll(21)
    assert isinstance(told, Sum)
    assert told.occasion is Occasion.DAILY
    assert [(one.id, one.cleared_at) for one in told.alerts] == [("a", NOON + timedelta(hours=2)), ("b", None)]
    day.restart()
    assert day.poll(22) == []
    assert day.poll(46) == [], "nothing new was collected"


def test_a_summary_waits_for_the_end_of_quiet_hours_and_of_a_pause() -> None:
    day = Day(Settings(rules=DIGEST, quiet=NIGHT, digest_at=time(6, 0)))
    day.poll(0, A)
    assert day.poll(18.5) == []
    day.paused = True
    assert day.poll(20) == []
    day.paused = False
    assert day.poll(21) == [Sum(Occasion.DAILY, (A,))]


def test_a_summary_leaves_out_what_was_muted_since() -> None:
    day = Day(Settings(rules=DIGEST))
    day.poll(0, A, B)
    day.mutes = (replace(MUTE_A, until=None),)
    assert day.poll(21) == [Sum(Occasion.DAILY, (B,))]


def test_what_waits_goes_where_its_rule_was_sent_meanwhile() -> None:
    day = Day(Settings(quiet=NIGHT))
    day.poll(11, A)
    day.settings = Settings(quiet=NIGHT, rules=DIGEST)
    assert day.poll(19.1) == []
    assert day.poll(20) == [Sum(Occasion.DAILY, (A,))]


def test_a_question_that_stops_all_reading_is_told_again_each_day() -> None:
    """While it stands, over restarts, and not at night; what is no such question is told once."""
    question = alert("certificate", Severity.WARNING, "certificate_changed")
    day = Day(Settings(quiet=NIGHT))
    assert day.poll(0, question, A) == [Tell(question), Tell(A)]
    assert [hour for hour in range(1, 24) if day.poll(hour)] == []
    day.restart()
    assert day.poll(24) == [Tell(question)]
    assert [hour for hour in range(25, 48) if day.poll(hour)] == []
    assert day.poll(59) == [], "its day was over, but it is night"
    assert day.poll(67.1) == [Tell(question)]
    assert day.poll(68, over=(question,)) == [Withdraw("certificate")]
    assert [hour for hour in range(69, 120) if day.poll(hour)] == []


def test_a_memory_that_cannot_be_read_counts_as_none() -> None:
    for memory in ({"told": 3}, {"told": {"a": "very"}}, {"waiting": [{}]}, {"daily_on": "tomorrow"}):
        assert Outbox(memory).memory() == Outbox().memory()


_STEPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(1, 300), st.sampled_from(["", "restart", "pause"])),
    max_size=40,
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(steps=_STEPS)
def test_each_episode_is_told_at_most_once_and_never_at_night(steps: list[tuple[str, bool, int, str]]) -> None:
    day = Day(Settings(quiet=NIGHT))
    told: dict[str, int] = {}
    minutes = episodes = 0
    names: dict[str, Alert] = {}
    for name, wrong, wait, act in steps:
        minutes += wait
        if act == "restart":
            day.restart()
        day.paused ^= act == "pause"
        raised: tuple[Alert, ...] = ()
        over: tuple[Alert, ...] = ()
        if wrong and name not in names:
            episodes += 1
            names[name] = replace(alert(name), id=f"{name}{episodes}")
            raised = (names[name],)
        elif not wrong and name in names:
            over = (names.pop(name),)
        orders = day.poll(minutes / 60, *raised, over=over)
        shown = [one for order in orders if isinstance(order, Sum) for one in order.alerts]
        shown += [order.alert for order in orders if isinstance(order, Tell)]
        for one in shown:
            told[one.id] = told.get(one.id, 0) + 1
            assert one.id in day.open
        night = is_quiet(NIGHT, NOON + timedelta(minutes=minutes), UTC)
        assert not (shown and (night or day.paused))
        if not (night or day.paused):
            assert set(day.open) <= set(told), "what stands was told"
    assert all(count == 1 for count in told.values())
