"""Stories of what the user hears on the desktop, by the settings, and of what is muted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, time
from typing import Any

import pytest

from enphase_tray.model.alerts import Limits
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import QuietHours, RuleMode, Settings
from enphase_tray.simulator.faults import FaultKind
from enphase_tray.status.muting import Span
from enphase_tray.status.status import IconState, describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.desktop_notes import Note
from enphase_tray.ui.notices.notifier import Notifier
from tests.stories.conftest import Homes
from tests.stories.home import MORNING, Home, rules_of

LATE_SLEEPER = QuietHours(True, time(22, 0), time(14, 0))


class Desktop:
    """The desktop side of a home: what stands on the screen, by our ids, and all that ever came."""

    def __init__(self, home: Home, **chosen: Any) -> None:
        self.home = home
        self.settings: Settings = replace(home.settings, **chosen)
        self.shown: dict[str, Note] = {}
        self.came: list[Note] = []
        self.start()

    def start(self) -> None:
        """Start the program, again."""
        clock = self.home.computer
        self.attention = Attention(lambda: self.settings, clock, self.home.profile().attention, zone=UTC)
        self.notifier = Notifier(self, lambda: self.settings, clock, self.attention)

    def show(self, note: Note) -> None:
        self.shown[note.id] = note
        self.came.append(note)

    def withdraw(self, note_id: str) -> None:
        self.shown.pop(note_id, None)

    def live(self, minutes: float) -> list[str]:
        """Let time pass; the titles of what came."""
        before, seen = len(self.came), len(self.home.results)
        for _ in range(round(minutes / 5)):
            self.home.live(5)
            for result in self.home.results[seen:]:
                self.notifier.tell(result)
            seen = len(self.home.results)
        return [note.title for note in self.came[before:]]

    @property
    def last(self) -> PollResult:
        return self.home.last

    def icon(self) -> IconState:
        now = self.home.computer.now()
        return describe(self.last, now, Wording(), self.attention.unheard(self.last)).icon


@pytest.fixture
def desktop(qapp: object, home: Homes) -> Callable[..., Desktop]:
    return lambda **chosen: Desktop(home(start=MORNING.replace(hour=7)), **chosen)


def recorded(one: Desktop) -> list[str]:
    """The rules in the list of events."""
    reader = one.home.profile().history_reader()
    try:
        return [event.rule for event in reader.events() if event.kind == "raised"]
    finally:
        reader.close()


def test_what_happens_in_quiet_hours_is_told_at_their_end_if_it_still_stands(desktop: Callable[..., Desktop]) -> None:
    one = desktop(quiet=LATE_SLEEPER)
    one.live(180)
    one.home.fault(FaultKind.INVERTER_STOPS)
    assert one.live(120) == []
    assert recorded(one) == ["inverter_stopped"], "it stands in the list of events at once"
    assert one.icon() is IconState.LOOK
    one.home.restart_program()
    one.start()
    assert one.live(100) == []
    told = one.live(60)
    assert len(told) == 1
    assert "makes nothing" in told[0]


def test_what_is_over_before_quiet_hours_end_is_never_told(desktop: Callable[..., Desktop]) -> None:
    one = desktop(quiet=LATE_SLEEPER)
    one.live(120)
    one.home.fault(FaultKind.INVERTER_STOPS, minutes=120)
    assert one.live(8 * 60) == []
    assert recorded(one) == ["inverter_stopped"]


def test_an_open_relay_is_told_in_quiet_hours_too(desktop: Callable[..., Desktop]) -> None:
    one = desktop(quiet=LATE_SLEEPER)
    one.live(60)
    one.home.fault(FaultKind.RELAY_OPEN)
    assert [title.split()[0] for title in one.live(15)] == ["Relay"]


def test_a_muted_inverter_is_not_heard_of_but_listed(desktop: Callable[..., Desktop]) -> None:
    one = desktop()
    one.live(120)
    serial = one.last.snapshot.inverters[2].serial if one.last.snapshot else ""
    one.attention.mute(None, (serial,), Span.WEEK)
    one.home.fault(FaultKind.INVERTER_STOPS, target=serial)
    assert one.live(120) == []
    assert [alert.serials for alert in one.last.active] == [(serial,)]
    assert recorded(one) == ["inverter_stopped"]
    assert one.icon() is IconState.NORMAL
    one.home.restart_program()
    one.start()
    assert one.live(30) == []
    assert one.icon() is IconState.NORMAL, "a mute survives a restart"
    one.attention.remove(one.attention.mutes)
    assert one.icon() is IconState.LOOK
    assert len(one.live(10)) == 1, "it still stands, and was never told"


def test_a_rule_for_the_summary_is_told_once_a_day(desktop: Callable[..., Desktop]) -> None:
    one = desktop(rules={"inverter_stopped": RuleMode.DIGEST}, digest_at=time(13, 0))
    one.live(120)
    one.home.fault(FaultKind.INVERTER_STOPS, minutes=150)
    assert one.live(235) == []
    assert recorded(one) == ["inverter_stopped"]
    assert one.live(15) == ["Daily summary: 1 alert"]
    assert "over again at" in one.came[-1].body
    assert one.live(60) == []


def test_a_rule_that_is_off_is_not_even_looked_for(desktop: Callable[..., Desktop]) -> None:
    one = desktop()
    off = replace(one.home.settings, rules={"inverter_stopped": RuleMode.OFF})
    one.home.settings = one.settings = off
    one.home.restart_program()
    one.live(120)
    one.home.fault(FaultKind.INVERTER_STOPS)
    assert one.live(120) == []
    assert recorded(one) == []
    assert one.last.active == ()


def test_the_users_patience_with_a_silent_gateway(home: Homes) -> None:
    one = home()
    one.settings = replace(one.settings, limits=Limits(unreachable_minutes=60))
    one.restart_program()
    one.live(30)
    one.fault(FaultKind.UNREACHABLE)
    assert one.live(50) == []
    assert rules_of(one.live(20)) == [("raised", "gateway_unreachable")]
