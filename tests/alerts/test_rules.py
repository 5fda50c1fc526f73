"""Each rule for itself: what it finds in one poll's evidence, and in which words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.alerts import rules
from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.rules import RULES
from enphase_tray.model.alerts import Alert, Assessment, Condition, DaylightProof, Evidence, Severity
from enphase_tray.model.readings import (
    BatteryReading,
    DeviceStatus,
    InverterState,
    RelayKind,
    RelayState,
    Snapshot,
)
from tests.alerts.story import Array, failure, relay, utc, with_words

AT = utc("2025-06-06T10:32:00")
BY_NAME = {rule.name: rule for rule in RULES}
Make = Callable[..., Evidence]


def snapshot(count: int = 4) -> Snapshot:
    return Array(count).snapshot(AT)


def evidence(snap: Snapshot | None = None, states: dict[str, InverterState] | None = None, **more: object) -> Evidence:
    known = {i.serial: InverterState.REPORTING for i in snap.inverters} if snap is not None else {}
    assessment = Assessment(AT, daylight=True, states=known | (states or {}))
    plain = Evidence(AT, snap, None, assessment, timezone="Europe/Brussels")
    return replace(plain, **more)  # type: ignore[arg-type]


def found(rule: str, given: Evidence) -> list[Condition]:
    return list(BY_NAME[rule].check(given))


def test_the_shelf_and_its_tuple_agree() -> None:
    files = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert {rule.name for rule in RULES} == files
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_nothing_wrong_is_found_in_a_good_poll_and_labels_are_plain(rule: Rule) -> None:
    assert list(rule.check(evidence(snapshot()))) == []
    assert rule.label[0].isupper()
    assert "_" not in rule.label


def test_a_relay_names_reason_lines_and_the_age_of_its_reading() -> None:
    given = relay(
        RelayState.OPEN,
        False,
        reason="grid voltage",
        device=DeviceStatus(
            words=("envoy.cond_flags.nsrb_ctrl.relayopen", "envoy.cond_flags.nsrb_ctrl.acvoltagehighline1")
        ),
        last_report_at=AT - timedelta(minutes=40),
    )
    (condition,) = found("relay_open", evidence(replace(snapshot(), relays=(given,))))
    assert condition.severity is Severity.CRITICAL
    assert condition.title == "Relay 68177 is open"
    assert condition.body.startswith("Production has stopped (grid voltage, voltage of line 1 too high).")
    assert "read this at 11:52, 40 min ago." in condition.body


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ((True, False, True), "Line 2 of relay 68177 is open"),
        ((False, True, False), "Lines 1 and 3 of relay 68177 are open"),
        ((False, False, False), "Relay 68177 is open"),
    ],
)
def test_open_lines_are_named(lines: tuple[bool, bool, bool], title: str) -> None:
    given = relay(RelayState.CLOSED, lines=lines)
    assert [c.title for c in found("relay_open", evidence(replace(snapshot(), relays=(given,))))] == [title]


def test_an_unknown_relay_is_neither_open_nor_settled() -> None:
    given = evidence(replace(snapshot(), relays=(relay(RelayState.UNKNOWN, None),)))
    assert found("relay_open", given) == []
    assert not BY_NAME["relay_open"].settled(given, "999999968177")
    assert not BY_NAME["relay_open"].settled(evidence(replace(snapshot(), relays=())), "999999968177")
    assert BY_NAME["relay_open"].settled(evidence(snapshot()), "999999968177")


def test_only_a_fresh_reading_is_urgent() -> None:
    rule = BY_NAME["relay_open"]
    for age, urgent in ((2, True), (30, False), (None, False)):
        last = None if age is None else AT - timedelta(minutes=age)
        given = evidence(replace(snapshot(), relays=(relay(RelayState.OPEN, False, last_report_at=last),)))
        (condition,) = rule.check(given)
        assert rule.urgent(condition, given) is urgent


def test_all_that_stand_wait_for_a_relay_that_was_not_read_since() -> None:
    snap = snapshot(5)
    serials = [i.serial for i in snap.inverters]
    stood = AT - timedelta(minutes=35)
    given = evidence(snap, dict.fromkeys(serials, InverterState.STOPPED))
    given = replace(given, assessment=replace(given.assessment, since=dict.fromkeys(serials, stood)))
    for minutes, told in ((-5, False), (5, True)):
        read = relay(last_report_at=stood + timedelta(minutes=minutes))
        with_relay = replace(given, snapshot=replace(snap, relays=(read,)))
        assert bool(found("site_stopped", with_relay)) is told
        assert bool(found("inverter_stopped", with_relay)) is told
    late = replace(snap, relays=(relay(last_report_at=stood - timedelta(hours=2)),), gateway_at=AT + timedelta(hours=1))
    assert found("site_stopped", replace(given, snapshot=late)), "nothing waits for ever"


def test_a_relay_that_opens_is_the_cause_of_what_was_told_before() -> None:
    opened = evidence(replace(snapshot(), relays=(relay(RelayState.OPEN, False),)))
    rule = BY_NAME["site_stopped"]
    told = Alert("1", "site_stopped", "site", Severity.CRITICAL, (), "All inverters stand still", "", AT)
    assert rule.settled(opened, "site")
    assert rule.cleared(told, opened)[0] == "The cause is known: a relay is open"


@pytest.mark.parametrize(
    ("proof", "working", "says"),
    [
        (DaylightProof.NEIGHBOURS, 11, "11 others make power meanwhile."),
        (DaylightProof.NEIGHBOURS, 1, "One other makes power meanwhile."),
        (DaylightProof.METER, 0, "The production meter shows power meanwhile."),
        (DaylightProof.SUN, 0, "no neighbour can confirm it."),
        (DaylightProof.HOURS, 0, "no neighbour can confirm it."),
        (None, 0, "It was found by day."),
    ],
)
@pytest.mark.parametrize("rule", ["inverter_stopped", "inverter_silent"])
def test_how_sure_it_is_is_said(rule: str, proof: DaylightProof | None, working: int, says: str) -> None:
    snap = snapshot()
    state = InverterState.STOPPED if rule == "inverter_stopped" else InverterState.SILENT
    given = evidence(snap, {"900000000001": state})
    given = replace(given, assessment=replace(given.assessment, proof=proof, working=working))
    (condition,) = found(rule, given)
    assert says in BY_NAME[rule].merge([condition], given).body


def test_several_that_fell_silent_one_after_another_are_told_from_when_to_when() -> None:
    snap = snapshot()
    first, last = AT - timedelta(hours=4), AT - timedelta(hours=2)
    heard = (replace(snap.inverters[0], last_report_at=first), replace(snap.inverters[1], last_report_at=last))
    snap = replace(snap, inverters=(*heard, *snap.inverters[2:]))
    states = dict.fromkeys(("900000000000", "900000000001"), InverterState.SILENT)
    given = evidence(snap, states)
    body = BY_NAME["inverter_silent"].merge(found("inverter_silent", given), given).body
    assert "has not heard 00000 and 00001 since 08:32 to 10:32." in body


def test_a_mains_relay_is_called_so() -> None:
    given = relay(RelayState.OPEN, None, kind=RelayKind.MAINS)
    (condition,) = found("relay_open", evidence(replace(snapshot(), relays=(given,))))
    assert condition.title == "Mains relay 68177 is open"
    assert "separated from the grid" in condition.body


def test_an_inverter_that_makes_nothing_is_described_by_its_words() -> None:
    snap = snapshot()
    serial = snap.inverters[1].serial
    states = {serial: InverterState.STOPPED}
    rule = BY_NAME["inverter_stopped"]
    dark = evidence(with_words(snap, serial, "envoy.cond_flags.pcu_ctrl.dc-pwr-low"), states)
    assert "no sun on it, or it is disconnected" in rule.merge(list(rule.check(dark)), dark).body
    hot = evidence(with_words(snap, serial, "envoy.cond_flags.pcu_ctrl.criticaltemperature"), states)
    assert "It says: dangerously hot" in rule.merge(list(rule.check(hot)), hot).body


def test_most_stopped_together_is_the_site_but_old_ones_do_not_count() -> None:
    snap = snapshot(5)
    serials = [i.serial for i in snap.inverters]
    states = dict.fromkeys(serials[:4], InverterState.STOPPED)
    together = dict.fromkeys(serials[:4], AT - timedelta(minutes=40))
    given = evidence(snap, states)
    at_once = replace(given, assessment=replace(given.assessment, since=together))
    (condition,) = found("site_stopped", at_once)
    assert condition.title == "4 of 5 inverters stand still"
    over_weeks = {serial: AT - timedelta(days=n) for n, serial in enumerate(serials[:4])}
    assert found("site_stopped", replace(given, assessment=replace(given.assessment, since=over_weeks))) == []
    opened = replace(snap, relays=(relay(RelayState.OPEN, False),))
    assert found("site_stopped", replace(at_once, snapshot=opened)) == []


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("envoy.cond_flags.pcu_chan.gfitripped", True),
        ("envoy.cond_flags.PCU_CHAN.acMonitorError", True),
        ("envoy.cond_flags.obs_strs.failure", False),
        ("envoy.cond_flags.pcu_chan.dcvoltagetoolow", False),
        ("envoy.cond_flags.pcu_chan.agfpowerlimiting", False),
        ("envoy.cond_flags.something.new", False),
    ],
)
def test_fault_words_of_a_working_inverter(word: str, told: bool) -> None:
    snap = with_words(snapshot(), "900000000001", "envoy.global.ok", word)
    assert bool(found("device_fault", evidence(snap))) is told
    asleep = evidence(snap, {"900000000001": InverterState.ASLEEP})
    assert found("device_fault", asleep) == []


def test_fault_words_wait_while_a_relay_is_open_and_count_for_batteries_at_night() -> None:
    snap = with_words(snapshot(), "900000000001", "envoy.cond_flags.pcu_chan.acvoltageoor")
    battery = BatteryReading("500", "ac_battery", device=DeviceStatus(words=("envoy.cond_flags.acb_ctrl.cibcanerror",)))
    given = evidence(replace(snap, batteries=(battery,)))
    given = replace(given, assessment=replace(given.assessment, cut_off=True, daylight=False))
    assert [c.serials for c in found("device_fault", given)] == [("500",)]


def test_one_word_of_many_devices_is_one_message() -> None:
    snap = snapshot()
    for inverter in snap.inverters:
        snap = with_words(snap, inverter.serial, "envoy.cond_flags.pcu_chan.acvoltagehigh")
    rule = BY_NAME["device_fault"]
    conditions = list(rule.check(evidence(snap)))
    assert len({rule.group(c.key) for c in conditions}) == 1
    assert rule.merge(conditions, evidence(snap)).title == "4 devices: grid voltage too high"


@pytest.mark.parametrize(
    ("days", "severity"),
    [(40, None), (29, Severity.INFORMATION), (6, Severity.WARNING), (0.5, Severity.CRITICAL), (-1, Severity.CRITICAL)],
)
def test_a_token_is_spoken_of_at_30_7_and_1_days(days: float, severity: Severity | None) -> None:
    given = evidence(snapshot(), token_expires_at=AT + timedelta(days=days))
    assert [c.severity for c in found("token_expiring", given)] == ([] if severity is None else [severity])
    assert found("token_expiring", replace(given, token_renews_itself=True)) == []


@pytest.mark.parametrize(
    ("days", "renews", "settled", "title"),
    [
        (365, False, True, "The access token was renewed"),
        (365, True, True, "The access token was renewed"),
        (None, True, True, "The access token renews itself"),
        (None, False, False, None),
    ],
)
def test_the_end_of_a_tokens_warning_says_how(days: int | None, renews: bool, settled: bool, title: str | None) -> None:
    rule = BY_NAME["token_expiring"]
    told = Alert("1", "token_expiring", "token", Severity.WARNING, (), "The access token ends in 3 days", "", AT)
    later = evidence(
        snapshot(),
        token_expires_at=None if days is None else AT + timedelta(days=days),
        token_renews_itself=renews,
    )
    assert found("token_expiring", later) == []
    assert rule.settled(later, "token") is settled  # a token that is not known has not been renewed
    if title is not None:
        assert rule.cleared(told, later)[0] == title


def test_a_token_of_some_hours_is_spoken_of_in_its_last_hour() -> None:
    for hours, told in ((11, False), (0.9, True)):
        expires = AT + timedelta(hours=hours)
        given = evidence(snapshot(), token_expires_at=expires, token_issued_at=expires - timedelta(hours=12))
        assert bool(found("token_expiring", given)) is told


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("login_refused", "login_refused"),
        ("token_expired", "login_refused"),
        ("token_wrong_gateway", "login_refused"),
        ("token_missing", "login_refused"),
        ("certificate_changed", "certificate_changed"),
        ("unreachable", "gateway_unreachable"),
        ("wrong_gateway", "gateway_unreachable"),
        ("not_understood", "gateway_unreachable"),
    ],
)
def test_each_failure_has_its_rule(kind: str, rule: str) -> None:
    assessment = Assessment(AT, failing_since=AT - timedelta(minutes=20), failed_polls=4)
    given = Evidence(AT, None, failure(AT, kind), assessment)
    assert [r.name for r in RULES if list(r.check(given))] == [rule]
    assert BY_NAME[rule].settled(evidence(snapshot()), "any")
    assert not BY_NAME[rule].settled(given, "any")


def test_titles_and_bodies_are_plain_sentences() -> None:
    snap = replace(snapshot(), relays=(relay(RelayState.OPEN, False),))
    states = {"900000000001": InverterState.STOPPED, "900000000002": InverterState.SILENT}
    given = evidence(snap, states, token_expires_at=AT + timedelta(days=3), previous_firmware="8.2.1")
    told = [rule.merge([c], given) if rule.grouped else c for rule in RULES for c in rule.check(given)]
    assert {c.rule for c in told} == {
        "relay_open",
        "inverter_stopped",
        "inverter_silent",
        "token_expiring",
        "firmware_changed",
    }
    for condition in told:
        assert not condition.title.endswith(".")
        assert condition.body.endswith(".")
        assert "!" not in condition.title + condition.body
        assert ".." not in condition.body
