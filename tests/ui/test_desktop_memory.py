"""What the desktop program remembers between two starts."""

from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.model.clock import ManualClock
from enphase_tray.settings.settings import Settings
from enphase_tray.ui.desktop.desktop_memory import Choices, DesktopMemory, Remembered
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.notices.notifier import BalloonNotes, Notifier
from enphase_tray.ui.tray.tray_menu import Pause


def test_what_was_remembered_is_known_next_time(tmp_path: Path) -> None:
    file = tmp_path / "desktop.json"
    known = Remembered(Pause.HOUR.value, "2026-06-25T13:00:00+00:00", told_no_tray=True)
    DesktopMemory(file).remember(known)
    assert DesktopMemory(file).known == known
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"pause": 1}', '{"pause": "", "paused_until": "soon", "told_no_tray": true}',
     '{"pause": "hour", "paused_until": "2026-06-25T13:00:00", "told_no_tray": false}'],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_as_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "desktop.json"
    file.write_text(content)
    assert DesktopMemory(file).known == Remembered()


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = DesktopMemory(tmp_path / "file" / "desktop.json")
    memory.remember(Remembered(told_no_tray=True))
    assert memory.known.told_no_tray


def test_a_pause_goes_on_until_it_is_over(qapp, manual_clock: ManualClock) -> None:
    now = manual_clock.now()
    notifier = Notifier(
        BalloonNotes(lambda *_: True, print, print, title_units=0, body_units=0),
        Settings,
        manual_clock,
        Attention(Settings, manual_clock),
    )
    notifier.resume_pause(Pause.HOUR, now - timedelta(minutes=1))
    assert not notifier.paused
    notifier.resume_pause(Pause.HOUR, now + timedelta(minutes=20))
    assert notifier.paused
    manual_clock.advance(21 * 60)
    assert not notifier.paused
    notifier.resume_pause(Pause.UNTIL_TOLD, None)
    assert notifier.paused


def test_choices_of_each_page_are_kept_together(tmp_path: Path) -> None:
    memory = DesktopMemory(tmp_path / "desktop.json")
    memory.remember(Remembered(told_no_tray=True))
    choices = Choices(memory)
    choices.put("tab", "energy")
    choices.part("energy").put("span", "Year")
    assert choices.part("day").get("span", "Day") == "Day"
    choices.keep()
    again = DesktopMemory(tmp_path / "desktop.json")
    assert again.known.told_no_tray
    assert Choices(again).get("tab") == "energy"
    assert Choices(again).part("energy").get("span") == "Year"


def test_a_file_from_before_there_were_charts_is_still_understood(tmp_path: Path) -> None:
    file = tmp_path / "desktop.json"
    file.write_text('{"pause": "hour", "paused_until": "2026-06-25T13:00:00+00:00", "told_no_tray": true}')
    assert DesktopMemory(file).known == Remembered("hour", "2026-06-25T13:00:00+00:00", told_no_tray=True)


def test_a_view_that_makes_no_sense_is_as_none(tmp_path: Path) -> None:
    file = tmp_path / "desktop.json"
    file.write_text('{"pause": "", "paused_until": "", "told_no_tray": true, "view": ["day"]}')
    assert DesktopMemory(file).known == Remembered()
