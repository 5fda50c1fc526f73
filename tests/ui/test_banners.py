"""Banners about the history: what cannot be saved, and what became of a damaged file."""

from dataclasses import replace

from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.window.banners import Actions, Trouble, troubles
from tests.ui import make_believe as site


def _told(**changes: object) -> tuple[Trouble, ...]:
    result = site.result(site.snapshot(), **changes)
    shown = Shown(result, describe(result, site.NOON, Wording()), site.NOON, Wording())
    nothing = Actions(lambda: None, lambda: None, lambda: None, lambda: None)
    return troubles(shown, Settings(GatewaySettings(serial=site.SITE)), None, nothing)


def test_a_full_disk_is_told_and_what_it_means() -> None:
    (trouble,) = _told(saving_problem="The disk is full. Readings are shown but not stored until there is room again.")
    assert trouble.title.startswith("The disk is full")
    assert "wait in memory" in trouble.advice


def test_a_restored_history_is_told_with_where_the_damaged_file_is() -> None:
    notice = "The history was damaged. It was restored as of 12:05. The damaged file is kept as history.damaged-1.db."
    (trouble,) = _told(history_notice=notice)
    assert trouble.title == "The history was damaged"
    assert trouble.advice.endswith("The damaged file is kept as history.damaged-1.db.")
    assert _told() == ()


def test_advice_without_an_end_is_a_sentence_before_the_next_one() -> None:
    (trouble,) = _told(failure=replace(site.failure(), advice="It is tried again by itself"))
    assert trouble.advice.startswith("It is tried again by itself. The figures shown are from ")
    (trouble,) = _told(failure=replace(site.failure(), advice="Is it on?"))
    assert trouble.advice.startswith("Is it on? The figures")
