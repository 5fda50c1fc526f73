from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.model.alerts import Alert, Assessment, PollFailure, Severity
from enphase_tray.model.identity import CertificateFacts, Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import Login, PowerReading, Snapshot
from enphase_tray.monitor.result import CertificateQuestion, PollResult
from enphase_tray.status.status import TOOLTIP_UNITS, IconState, describe, icon_figure
from enphase_tray.status.words import Wording

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
WORDING = Wording(zone=UTC)
INFO = GatewayInfo("123456789012", None, FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, True, None)
PRODUCTION = PowerReading(watts_now=3421.0, watt_hours_today=12_345.0)
SNAPSHOT = Snapshot(NOON, INFO, Login.TOKEN, metered=True, production=PRODUCTION)
GOOD = PollResult(NOON, SNAPSHOT, None, Assessment(NOON, daylight=True))
DOWN = PollFailure(NOON, "unreachable", "The gateway does not answer", "Check its cable", "soon")
CERTIFICATE = CertificateFacts("ab" * 32, "cd" * 32, "CN=x", "CN=x", NOON, NOON)


def alert(severity: Severity, title: str = "Relay 68177 is open") -> Alert:
    return Alert("1", "relay_open", "r", severity, ("999999968177",), title, "Body.", NOON - timedelta(minutes=80))


@pytest.mark.parametrize(
    ("watts", "figure"),
    [
        (None, ""),
        (-4.0, "0"),
        (0.4, "0"),
        (850.0, "850"),
        (999.4, "999"),
        (999.6, "1.0"),
        (3421.0, "3.4"),
        (9940.0, "9.9"),
        (9960.0, "10"),
        (12_345.0, "12"),
    ],
)
def test_the_icon_figure_has_at_most_three_characters(watts: float | None, figure: str) -> None:
    assert icon_figure(watts) == figure
    assert icon_figure(watts, ",") == figure.replace(".", ",")


def test_a_good_reading_is_said_watts_first() -> None:
    status = describe(GOOD, NOON + timedelta(minutes=2), WORDING)
    assert status.icon is IconState.NORMAL
    assert status.tooltip == "3,421 W now · 12.3 kWh today\n2 min ago"
    assert status.verdict == "All well"
    assert status.poll_line == "Poll now (last: 2 min ago)"


def test_before_the_first_reading_nothing_is_claimed() -> None:
    status = describe(None, NOON, WORDING)
    assert (status.icon, status.figure, status.concern) == (IconState.UNKNOWN, "", None)
    assert "0" not in status.tooltip


def test_unknown_watts_are_a_dash_and_not_zero() -> None:
    unknown = replace(GOOD, snapshot=replace(SNAPSHOT, production=None))
    status = describe(unknown, NOON, WORDING)
    assert status.icon is IconState.UNKNOWN
    assert status.headline == "– now"


def test_after_two_missed_polls_the_figure_is_no_longer_live() -> None:
    later = NOON + timedelta(minutes=6)
    failed = replace(GOOD, at=later, failure=DOWN, missed=2)
    status = describe(failed, later, WORDING)
    assert status.icon is IconState.STALE
    assert status.headline.startswith("3,421 W at 12:00")
    assert status.concern == "The gateway does not answer"
    assert status.age == "6 min ago"


def test_one_missed_poll_is_not_yet_stale() -> None:
    failed = replace(GOOD, failure=DOWN, missed=1)
    assert describe(failed, NOON + timedelta(minutes=5), WORDING).icon is IconState.NORMAL


def test_time_alone_makes_a_figure_stale() -> None:
    """No new result came at all (a hung poller): the age decides."""
    assert describe(GOOD, NOON + timedelta(minutes=11), WORDING).icon is IconState.STALE


def test_after_long_silence_there_is_no_figure() -> None:
    later = NOON + timedelta(minutes=40)
    status = describe(replace(GOOD, at=later, failure=DOWN, missed=8), later, WORDING)
    assert (status.icon, status.figure) == (IconState.NOT_CONNECTED, "")


def test_a_refused_login_is_not_connected_at_once() -> None:
    refused = replace(DOWN, kind="login_refused", title="The password was not accepted", retry="never")
    assert describe(replace(GOOD, failure=refused, missed=1), NOON, WORDING).icon is IconState.NOT_CONNECTED


def test_a_certificate_question_shows_the_padlock() -> None:
    question = CertificateQuestion("123456789012", CERTIFICATE, CERTIFICATE, expected_renewal=True)
    status = describe(replace(GOOD, certificate=question), NOON, WORDING)
    assert status.icon is IconState.CERTIFICATE
    assert "certificate" in (status.concern or "")


@pytest.mark.parametrize(
    ("severity", "icon"),
    [
        (Severity.CRITICAL, IconState.FAULT),
        (Severity.WARNING, IconState.LOOK),
        (Severity.INFORMATION, IconState.NORMAL),
    ],
)
def test_severity_decides_the_mark(severity: Severity, icon: IconState) -> None:
    status = describe(replace(GOOD, active=(alert(severity),)), NOON, WORDING)
    assert status.icon is icon
    assert (status.concern is None) == (severity is Severity.INFORMATION)


def test_the_worst_alert_is_named_with_its_time_and_the_others_counted() -> None:
    active = (alert(Severity.WARNING, "Inverter 00011 makes nothing"), alert(Severity.CRITICAL))
    status = describe(replace(GOOD, active=active), NOON, WORDING)
    assert status.concern == "Relay 68177 is open since 10:40 (and 1 more)"


def test_what_is_muted_shows_neither_in_the_icon_nor_as_a_concern_but_is_counted() -> None:
    relay = alert(Severity.CRITICAL)
    panel = replace(alert(Severity.WARNING, "Inverter 00011 makes nothing"), id="2")
    result = replace(GOOD, active=(relay, panel))
    one = describe(result, NOON, WORDING, {"1"})
    assert (one.icon, one.concern) == (IconState.LOOK, "Inverter 00011 makes nothing since 10:40")
    assert one.verdict == "Inverter 00011 makes nothing since 10:40 (1 muted)"
    assert "68177" not in one.tooltip
    both = describe(result, NOON, WORDING, {"1", "2"})
    assert (both.icon, both.concern, both.verdict) == (IconState.NORMAL, None, "All well but for 2 muted alerts")


def test_at_night_the_icon_is_a_moon() -> None:
    night = replace(
        GOOD, snapshot=replace(SNAPSHOT, production=PowerReading(-3.0)), assessment=Assessment(NOON, daylight=False)
    )
    status = describe(night, NOON, WORDING)
    assert (status.icon, status.verdict) == (IconState.NIGHT, "Asleep for the night")


def test_a_long_concern_is_cut_and_the_age_stays() -> None:
    active = (alert(Severity.CRITICAL, "Relay 𝟗68177 with a very long name " * 8),)
    tooltip = describe(replace(GOOD, active=active), NOON + timedelta(minutes=2), WORDING).tooltip
    assert len(tooltip.encode("utf-16-le")) // 2 <= TOOLTIP_UNITS
    assert tooltip.startswith("3,421 W now")
    assert tooltip.endswith("…\n2 min ago")
