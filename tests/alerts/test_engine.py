"""The engine with a rule that does as it is told: one raise per episode, whatever the polls bring."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enphase_tray.alerts.engine import AlertEngine
from enphase_tray.alerts.rule import Rule
from enphase_tray.model.alerts import Alert, AlertEvent, Assessment, Change, Condition, Evidence, Severity
from tests.alerts.story import everything, utc

AT = utc("2025-06-06T10:00:00")


class Scripted(Rule):
    """Finds what the script says; `None` in a poll's script means that nothing can be told."""

    name = "scripted"
    label = "Scripted"
    severity = Severity.WARNING
    raise_after_polls = 2
    clear_after_polls = 2

    def __init__(self) -> None:
        self.now: set[str] | None = set()

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        for key in sorted(self.now or ()):
            yield Condition(self.name, key, self.severity, (key,), f"{key} is wrong", "Mend it.")

    def settled(self, evidence: Evidence, key: str) -> bool:
        return self.now is not None

    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        return f"{alert.key} is well", "Good."


class Grouped(Scripted):
    grouped = True

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        serials = tuple(condition.key for condition in conditions)
        return Condition(self.name, serials[0], self.severity, serials, "Some are wrong", "Mend them.")


class Whole(Scripted):
    """One alert for all of them, which speaks for those that join them."""

    name = "whole"
    keeps_words = True
    absorbs = ("scripted",)

    def check(self, evidence: Evidence) -> Iterable[Condition]:
        if self.now and len(self.now) >= 2:
            yield Condition(self.name, "all", self.severity, tuple(sorted(self.now)), f"{len(self.now)} stand", "Look.")


class Returning(Grouped):
    """What comes back within an hour is the same episode, and then has to stay away for an hour."""

    rearm_seconds = 3600.0


def run(rule: Scripted, script: Iterable[set[str] | None], engine: AlertEngine | None = None) -> list[AlertEvent]:
    judge = engine or AlertEngine(everything, rules=(rule,))
    events: list[AlertEvent] = []
    for number, now in enumerate(script):
        rule.now = now
        at = AT + timedelta(minutes=5 * number)
        events += judge.check(Evidence(at, None, None, Assessment(at)))
    return events


def changes(events: Iterable[AlertEvent]) -> list[str]:
    return [f"{event.change} {event.alert.key} {(event.at - AT).seconds // 300}" for event in events]


def test_it_is_raised_at_the_second_poll_and_cleared_at_the_second_without() -> None:
    script: list[set[str] | None] = [{"a"}, {"a"}, {"a"}, set(), set(), set()]
    assert changes(run(Scripted(), script)) == ["raised a 1", "cleared a 4"]


def test_flickering_neither_raises_nor_clears() -> None:
    assert run(Scripted(), [{"a"}, set(), {"a"}, set()]) == []
    assert changes(run(Scripted(), [{"a"}, {"a"}, set(), {"a"}, set(), {"a"}])) == ["raised a 1"]


def test_not_knowing_holds_everything() -> None:
    assert changes(run(Scripted(), [{"a"}, None, {"a"}, None, None, None])) == ["raised a 2"]


def test_the_cleared_event_is_information_in_its_own_words_with_the_same_id() -> None:
    raised, cleared = run(Scripted(), [{"a"}, {"a"}, set(), set()])
    assert cleared.alert.id == raised.alert.id
    assert cleared.alert.title == "a is well"
    assert cleared.alert.severity is Severity.INFORMATION
    assert cleared.alert.cleared_at == cleared.at


def test_a_later_episode_has_another_id() -> None:
    events = run(Scripted(), [{"a"}, {"a"}, set(), set(), {"a"}, {"a"}])
    first, _, second = events
    assert first.alert.id != second.alert.id


def test_what_ripens_together_is_one_alert_even_if_one_is_a_poll_behind() -> None:
    events = run(Grouped(), [{"a"}, {"a", "b"}, {"a", "b"}])
    assert [(e.change, e.alert.serials) for e in events] == [(Change.RAISED, ("a", "b"))]


def test_a_group_is_cleared_when_the_last_is_well() -> None:
    script: list[set[str] | None] = [{"a", "b"}, {"a", "b"}, {"b"}, {"b"}, {"b"}, set(), set()]
    assert changes(run(Grouped(), script)) == ["raised a 1", "cleared a 6"]


def test_memory_in_the_middle_changes_nothing() -> None:
    rule = Scripted()
    engine = AlertEngine(everything, rules=(rule,))
    run(rule, [{"a"}, {"a"}, {"a", "b"}], engine)
    again = AlertEngine(everything, json.loads(json.dumps(engine.memory())), rules=(rule,))
    assert again.active == engine.active
    script: list[set[str] | None] = [{"a", "b"}, {"b"}, {"b"}, set()]
    assert run(rule, script, again) == run(rule, script, engine)


def test_a_disabled_rule_still_clears_what_it_had_raised() -> None:
    on = {"scripted": True}
    rule = Scripted()
    engine = AlertEngine(lambda name: on[name], rules=(rule,))
    run(rule, [{"a"}, {"a"}], engine)
    on["scripted"] = False
    assert changes(run(rule, [{"a", "b"}, {"b"}, {"b"}], engine)) == ["cleared a 2"]


def test_what_comes_back_soon_is_the_same_episode_and_no_second_notification() -> None:
    script: list[set[str] | None] = [{"a"}, {"a"}, set(), set(), {"a"}, {"a"}]
    events = run(Returning(), [*script, *[set[str]() for _ in range(16)]])
    assert changes(events) == ["raised a 1", "cleared a 3", "updated a 5", "cleared a 18"]
    assert len({event.alert.id for event in events}) == 1
    assert events[2].alert.cleared_at is None


def test_what_comes_back_late_is_told_again() -> None:
    script: list[set[str] | None] = [{"a"}, {"a"}, set(), set(), *[set[str]() for _ in range(14)], {"a"}, {"a"}]
    assert changes(run(Returning(), script)) == ["raised a 1", "cleared a 3", "raised a 19"]


def test_the_past_is_remembered_over_a_restart() -> None:
    rule = Returning()
    engine = AlertEngine(everything, rules=(rule,))
    run(rule, [{"a"}, {"a"}, set(), set()], engine)
    again = AlertEngine(everything, json.loads(json.dumps(engine.memory())), rules=(rule,))
    assert changes(run(rule, [None, None, None, None, {"a"}, {"a"}], again)) == ["updated a 5"]


def test_an_end_that_nobody_saw_says_so() -> None:
    rule = Scripted()
    engine = AlertEngine(everything, rules=(rule,))
    run(rule, [{"a"}, {"a"}], engine)
    again = AlertEngine(everything, json.loads(json.dumps(engine.memory())), rules=(rule,))
    rule.now = set()
    told = []
    for minutes, gap in ((600, 595 * 60.0), (605, 300.0)):
        at = AT + timedelta(minutes=minutes)
        told += again.check(Evidence(at, None, None, Assessment(at, gap_seconds=gap)))
    (over,) = told
    assert over.alert.body == "Good. Nobody looked when it ended, between 10:05 UTC and 20:00 UTC."


def test_a_rule_that_does_not_know_since_when_is_told_the_first_poll_that_found_it() -> None:
    rule = Grouped()
    seen = []

    def merge(conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        seen.append([condition.since for condition in conditions])
        return Grouped.merge(rule, conditions, evidence)

    rule.merge = merge  # type: ignore[method-assign]
    run(rule, [{"a"}, {"a"}])
    assert seen == [[AT]]


def test_words_are_kept_while_a_rule_keeps_them_and_the_same_ones_stand() -> None:
    rule = Grouped()
    rule.keeps_words = True  # type: ignore[misc]
    engine = AlertEngine(everything, rules=(rule,))
    run(rule, [{"a", "b"}, {"a", "b"}], engine)
    words = iter(["never"])
    rule.merge = lambda conditions, evidence: Condition(  # type: ignore[method-assign]
        rule.name, "a", rule.severity, ("a",), next(words), "Mend it."
    )
    run(rule, [{"a", "b"}, {"a", "b"}], engine)
    assert [alert.title for alert in engine.active] == ["Some are wrong"]
    run(rule, [{"a"}, {"a"}, {"a"}], engine)
    assert [alert.title for alert in engine.active] == ["never"]


def test_those_who_join_a_whole_that_was_told_are_not_told_besides() -> None:
    whole, single = Whole(), Scripted()
    engine = AlertEngine(everything, rules=(whole, single))
    told: list[str] = []
    for number, standing in enumerate([{"a", "b"}] * 2 + [{"a", "b", "c"}] * 4):
        whole.now = single.now = standing
        at = AT + timedelta(minutes=5 * number)
        told += [
            f"{event.change} {event.alert.rule} {''.join(event.alert.serials)}"
            for event in engine.check(Evidence(at, None, None, Assessment(at)))
        ]
    assert told == ["raised whole ab"]
    assert [alert.serials for alert in engine.active] == [("a", "b", "c")]


def test_memory_of_an_earlier_version_is_read() -> None:
    kept = {"pending": {"scripted": {"a": 1}}, "episodes": []}
    rule = Scripted()
    assert changes(run(rule, [{"a"}, {"a"}], AlertEngine(everything, kept, rules=(rule,)))) == ["raised a 1"]


@pytest.mark.parametrize("rule_type", [Scripted, Grouped])
@settings(max_examples=150, deadline=None)
@given(script=st.lists(st.one_of(st.none(), st.sets(st.sampled_from("abc"))), max_size=40))
def test_each_episode_is_raised_once_and_cleared_at_most_once(
    rule_type: type[Scripted], script: list[set[str] | None]
) -> None:
    rule = rule_type()
    engine = AlertEngine(everything, rules=(rule,))
    events = run(rule, script, engine)
    open_ids: set[str] = set()
    seen: set[str] = set()
    for event in events:
        if event.change is Change.RAISED:
            assert event.alert.id not in seen
            open_ids.add(event.alert.id)
            seen.add(event.alert.id)
        elif event.change is Change.CLEARED:
            open_ids.remove(event.alert.id)
        else:
            assert event.alert.id in open_ids
    assert {alert.id for alert in engine.active} == open_ids
