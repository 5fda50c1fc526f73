"""What is told on the desktop, and what is not."""

from collections.abc import Callable
from datetime import UTC, time, timedelta

import pytest

from enphase_tray.model.alerts import Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.settings.attention import AttentionStore
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import QuietHours, RuleMode, Settings
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.desktop_notes import Note
from enphase_tray.ui.notices.notifier import BalloonNotes, Notifier, cut
from enphase_tray.ui.tray.tray_menu import Pause
from tests.ui.facts import NOON, alert, event, result


class Screen:
    """What stands on the screen, by our ids, and all that ever came."""

    def __init__(self) -> None:
        self.shown: dict[str, Note] = {}
        self.came: list[Note] = []

    def show(self, note: Note) -> None:
        self.shown[note.id] = note
        self.came.append(note)

    def withdraw(self, note_id: str) -> None:
        self.shown.pop(note_id, None)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def rules() -> dict[str, RuleMode]:
    return {}


@pytest.fixture
def store(tmp_path) -> AttentionStore:
    return AttentionStore(ProfilePaths.at(tmp_path))


@pytest.fixture
def start(qapp, clock, screen, rules, store) -> Callable[[], Notifier]:
    """Start the program, as often as it is called."""

    def settings() -> Settings:
        return Settings(rules=rules, quiet=QuietHours(True, time(22, 0), time(7, 0)))

    return lambda: Notifier(screen, settings, clock, Attention(settings, clock, store, zone=UTC))


@pytest.fixture
def notifier(start) -> Notifier:
    return start()


RELAY = alert(NOON)
PANEL = alert(NOON, "panel", Severity.WARNING, "Panel 7 makes nothing")
NOTE = alert(NOON, "firmware", Severity.INFORMATION, "The gateway has new firmware")


def tell(notifier: Notifier, *events: object) -> None:
    notifier.tell(result(NOON, 3421.0, *events))  # type: ignore[arg-type]


@pytest.mark.parametrize(("told", "urgency"), [(RELAY, 2), (PANEL, 1), (NOTE, 0)])
def test_an_alert_is_told_with_its_urgency(notifier, screen, told, urgency) -> None:
    tell(notifier, event(told))
    note = screen.shown[told.id]
    assert (note.title, note.body, note.urgency) == (told.title, told.body, urgency)
    assert note.picture.endswith(".svg")


def test_a_result_without_events_tells_nothing(notifier, screen) -> None:
    notifier.tell(result(NOON, 3421.0, active=(RELAY,)))
    assert screen.came == []


def test_a_change_replaces_what_was_told(notifier, screen) -> None:
    tell(notifier, event(PANEL))
    tell(notifier, event(alert(NOON, "panel", Severity.WARNING, "2 panels make nothing"), Change.UPDATED))
    assert [note.title for note in screen.shown.values()] == ["2 panels make nothing"]


def test_a_change_of_something_never_told_stays_untold(notifier, screen) -> None:
    tell(notifier, event(PANEL, Change.UPDATED))
    assert screen.came == []


def test_the_end_of_something_grave_replaces_it(notifier, screen) -> None:
    tell(notifier, event(RELAY))
    tell(notifier, event(alert(NOON, title="Relay 68177 is closed again"), Change.CLEARED))
    note = screen.shown[RELAY.id]
    assert (note.title, note.urgency, note.mutable) == ("Relay 68177 is closed again", 1, False)


def test_the_end_of_anything_else_takes_it_away(notifier, screen) -> None:
    tell(notifier, event(PANEL))
    tell(notifier, event(PANEL, Change.CLEARED))
    assert screen.shown == {}
    assert len(screen.came) == 1


def test_the_end_of_what_was_never_told_is_not_told(notifier, screen) -> None:
    tell(notifier, event(RELAY, Change.CLEARED))
    assert screen.came == []


def test_the_end_of_what_an_earlier_run_told_is_told(start, screen) -> None:
    tell(start(), event(RELAY))
    screen.came.clear()
    later = start()
    later.tell(result(NOON, 3421.0, active=(RELAY,)))
    assert screen.came == []
    tell(later, event(alert(NOON, title="Relay 68177 is closed again"), Change.CLEARED))
    assert [note.title for note in screen.came] == ["Relay 68177 is closed again"]


def test_a_rule_switched_off_is_silent_and_at_once_loud_again(notifier, screen, rules) -> None:
    rules[RELAY.rule] = RuleMode.OFF
    tell(notifier, event(RELAY))
    assert screen.came == []
    rules[RELAY.rule] = RuleMode.ON
    tell(notifier, event(RELAY))
    assert len(screen.came) == 1


def test_paused_for_an_hour(qtbot, notifier, screen, clock) -> None:
    with qtbot.waitSignal(notifier.paused_changed) as paused:
        notifier.pause(Pause.HOUR)
    assert paused.args == ["until 13:00"]
    clock.advance(3599)
    tell(notifier, event(RELAY))
    assert screen.came == []
    clock.advance(2)
    with qtbot.waitSignal(notifier.paused_changed) as paused:
        tell(notifier, event(PANEL))
    assert paused.args == [None]
    assert [note.title for note in screen.came] == [PANEL.title]


def test_what_still_stands_when_a_pause_is_over_is_told(notifier, screen, clock) -> None:
    notifier.pause(Pause.HOUR)
    tell(notifier, event(RELAY), event(PANEL))
    clock.advance(3601)
    notifier.tell(result(NOON, 3421.0, active=(RELAY,)))
    assert [note.title for note in screen.came] == [RELAY.title]


def test_paused_until_tomorrow_ends_at_midnight(notifier, screen, clock) -> None:
    notifier.pause(Pause.TOMORROW)
    clock.advance(12 * 3600 - 1)
    tell(notifier, event(RELAY))
    assert screen.came == []
    clock.advance(1)
    tell(notifier, event(RELAY))
    assert len(screen.came) == 1


def test_paused_until_told(notifier, screen, clock) -> None:
    notifier.pause(Pause.UNTIL_TOLD)
    clock.advance(90 * 86400)
    tell(notifier, event(RELAY))
    assert screen.came == []
    notifier.pause(None)
    tell(notifier, event(RELAY))
    assert len(screen.came) == 1


def test_muted_for_today_concerns_only_that_alert_and_only_today(notifier, screen, clock) -> None:
    tell(notifier, event(RELAY))
    notifier.mute(RELAY.id)
    assert screen.shown == {}
    tell(notifier, event(RELAY), event(PANEL))
    assert [note.title for note in screen.came[1:]] == [PANEL.title]
    clock.advance(13 * 3600)
    tell(notifier, event(RELAY))
    assert screen.came[-1].title == RELAY.title


def test_a_mute_from_a_notification_outlives_the_program(start, screen, store) -> None:
    first = start()
    tell(first, event(RELAY))
    first.mute(RELAY.id)
    assert [(mute.rule, mute.serial) for mute in store.mutes()] == [(RELAY.rule, RELAY.serials[0])]
    screen.came.clear()
    tell(start(), event(RELAY))
    assert screen.came == []


def test_what_waited_for_the_morning_is_one_note(notifier, screen, clock) -> None:
    clock.advance(11 * 3600)
    tell(notifier, event(PANEL), event(NOTE), event(RELAY))
    assert [note.title for note in screen.came] == [RELAY.title], "what stops the plant is told at night"
    clock.advance(9 * 3600)
    notifier.tell(result(NOON, 3421.0, active=(PANEL, NOTE, RELAY)))
    note = screen.came[-1]
    assert (note.title, note.urgency, note.mutable) == ("While it was quiet: 2 alerts", 1, False)
    assert PANEL.title in note.body
    assert NOTE.title in note.body
    over = [event(PANEL, Change.CLEARED), event(NOTE, Change.CLEARED)]
    tell(notifier, *over)
    assert list(screen.shown) == [RELAY.id]


def test_the_daily_summary_is_one_note(notifier, screen, rules, clock) -> None:
    rules[PANEL.rule] = RuleMode.DIGEST
    tell(notifier, event(PANEL))
    clock.advance(3600)
    tell(notifier, event(PANEL, Change.CLEARED, NOON + timedelta(hours=1)))
    assert screen.came == []
    clock.advance(20 * 3600)
    tell(notifier)
    (note,) = screen.came
    assert note.title == "Daily summary: 1 alert"
    assert note.body == "Panel 7 makes nothing (since 25 Jun 12:00, over again at 25 Jun 13:00)"


def test_balloons_say_the_same() -> None:
    said: list[tuple[str, str, int]] = []
    lost: list[Note] = []
    over: list[str] = []
    there = True

    def balloon(title: str, body: str, urgency: int) -> bool:
        said.append((title, body, urgency))
        return there

    balloons = BalloonNotes(balloon, lost.append, over.append, title_units=63, body_units=255)
    balloons.show(Note("x", "Title", "Body", 2))
    balloons.withdraw("x")
    assert said == [("Title", "Body", 2)]
    assert (lost, over) == ([], ["x"])
    there = False
    note = Note("y", "Title", "Body", 2)
    balloons.show(note)
    assert lost == [note], "without an icon nobody saw it"


@pytest.mark.parametrize(
    ("text", "units", "shown"),
    [
        ("short", 63, "short"),
        ("x" * 64, 63, "x" * 62 + "…"),
        ("word " * 20, 10, "word word…"),
        ("a😀😀😀", 5, "a😀…"),
        ("anything at all", 0, "anything at all"),
    ],
)
def test_what_windows_would_cut_is_cut_with_a_mark(text: str, units: int, shown: str) -> None:
    assert cut(text, units) == shown
    assert not units or len(shown.encode("utf-16-le")) // 2 <= units
