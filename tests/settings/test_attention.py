"""Mutes: what they silence, and that they are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from enphase_tray.model.alerts import Alert, Severity
from enphase_tray.settings.attention import AttentionStore, Mute, muted_by
from enphase_tray.settings.paths import ProfilePaths

NOW = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(days=1), NOW + timedelta(days=7)


def alert(*serials: str, rule: str = "inverter_stopped") -> Alert:
    return Alert(f"{rule}-1", rule, "key", Severity.WARNING, serials, "Title", "Body", NOW)


def mute(rule: str | None, serial: str | None, until: datetime | None = SOON) -> Mute:
    return Mute(rule, serial, NOW, until)


@pytest.mark.parametrize(
    ("mutes", "serials", "silent"),
    [
        ((), ("1",), False),
        ((mute("inverter_stopped", None),), ("1", "2"), True),
        ((mute("inverter_stopped", None),), (), True),
        ((mute("relay_open", None),), ("1",), False),
        ((mute(None, "1"),), ("1",), True),
        ((mute(None, "1"),), ("1", "2"), False),
        ((mute(None, "1"), mute("inverter_stopped", "2")), ("1", "2"), True),
        ((mute(None, "1"), mute("relay_open", "2")), ("1", "2"), False),
        ((mute(None, "1"),), (), False),
        ((mute(None, "1", NOW),), ("1",), False),
        ((mute(None, "1", None),), ("1",), True),
    ],
)
def test_an_alert_is_silent_when_all_that_it_names_is_muted(
    mutes: tuple[Mute, ...], serials: tuple[str, ...], silent: bool
) -> None:
    assert (muted_by(alert(*serials), mutes, NOW) is not None) is silent


def test_the_mute_that_counts_is_the_one_whose_end_is_heard() -> None:
    short, long, ever = mute(None, "1"), mute(None, "1", LATER), mute("inverter_stopped", "2", None)
    assert muted_by(alert("1"), (short, long), NOW) == long
    assert muted_by(alert("1", "2"), (short, long, ever), NOW) == long
    assert muted_by(alert("2"), (short, ever), NOW) == ever


def test_mutes_and_what_was_told_outlive_the_program(paths: ProfilePaths) -> None:
    kept = (mute("relay_open", None, None), mute(None, "1"))
    store = AttentionStore(paths)
    store.set_mutes(kept)
    store.set_told({"told": {"a": "warning"}})
    again = AttentionStore(paths)
    assert again.mutes() == kept
    assert again.told() == {"told": {"a": "warning"}}
    again.set_mutes(())
    assert AttentionStore(paths).told() == {"told": {"a": "warning"}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"schema": 2}',
        b'{"mutes": [{"rule": null, "serial": null, "made_at": "2026-06-25T12:00:00+00:00", "until": null}]}',
        b'{"mutes": [{"rule": "x", "serial": null, "made_at": "2026-06-25T12:00:00", "until": null}]}',
        b'{"mutes": [{"rule": 3, "serial": null, "made_at": "2026-06-25T12:00:00+00:00", "until": null}]}',
        b'{"mutes": 3}',
        b'{"told": []}',
    ],
)
def test_a_damaged_file_silences_nothing_and_is_kept_aside(paths: ProfilePaths, content: bytes) -> None:
    paths.prepare()
    (paths.directory / "attention.json").write_bytes(content)
    store = AttentionStore(paths)
    assert store.mutes() == ()
    assert dict(store.told()) == {}
    assert [kept.read_bytes() for kept in paths.directory.glob("attention.damaged-*")] == [content]
    assert AttentionStore(paths).mutes() == ()
    assert len(list(paths.directory.glob("attention.damaged-*"))) == 1
