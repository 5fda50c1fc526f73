"""Mutes and summaries in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.monitor.outbox import Occasion, Sum
from enphase_tray.settings.attention import Mute
from enphase_tray.status.muting import mute_subject, mute_words, rule_label, summary_words
from enphase_tray.status.words import Wording

NOW = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
UTC_WORDS = Wording(zone=UTC)


def alert(number: int) -> Alert:
    return Alert(f"a{number}", "relay_open", "k", Severity.WARNING, (), f"Thing {number} is wrong", "Body", NOW)


def test_what_is_muted_is_named() -> None:
    assert mute_subject(Mute("relay_open", None, NOW)) == "“A relay opens”"
    assert mute_subject(Mute(None, "122000012345", NOW)) == "Everything about device 12345"
    assert mute_subject(Mute("relay_open", "122000012345", NOW)) == "“A relay opens” of device 12345"
    assert rule_label("of_another_version") == "of_another_version"


def test_who_muted_it_and_until_when() -> None:
    mute = Mute("relay_open", None, NOW - timedelta(days=1), NOW + timedelta(hours=2))
    assert mute_words(mute, NOW, UTC_WORDS) == "muted by you at 24 Jun 12:00, until 14:00"
    assert mute_words(replace(mute, until=None), NOW, UTC_WORDS).endswith("until you remove it")


def test_a_summary_names_the_first_and_counts_the_rest() -> None:
    over = replace(alert(1), cleared_at=NOW + timedelta(hours=1))
    title, body = summary_words(Sum(Occasion.DAILY, (over, alert(2))), NOW, UTC_WORDS)
    assert title == "Daily summary: 2 alerts"
    assert body.splitlines() == [
        "Thing 1 is wrong (since 12:00, over again at 13:00)",
        "Thing 2 is wrong (since 12:00)",
    ]
    title, body = summary_words(Sum(Occasion.WAITED, tuple(map(alert, range(9)))), NOW, UTC_WORDS)
    assert title == "While it was quiet: 9 alerts"
    assert len(body.splitlines()) == 6
    assert body.splitlines()[-1] == "and 4 more, in the list of events"
