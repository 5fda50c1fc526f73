"""The log: scrubbed, private, of a bounded size, and never in anybody's way."""

import logging
from pathlib import Path

import pytest

from enphase_tray.app import log_file
from enphase_tray.app.log_file import logging_to, older, recent
from enphase_tray.gateway.redact import Redactor
from enphase_tray.model.identity import Secret

log = logging.getLogger("enphase_tray.tests")


def test_what_is_noted_is_scrubbed_and_private(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "enphase_tray.log"
    with logging_to(file, Redactor([Secret("canary-password")])):
        log.info("the log-in with %s", "canary-password")
        log.debug("nobody wants to know")
    assert "enphase_tray.tests: the log-in with ***\n" in file.read_text()
    assert "nobody" not in recent(file)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    before = file.read_text()
    log.info("after the end")
    assert file.read_text() == before


def test_without_a_record_there_is_no_file(tmp_path: Path) -> None:
    with logging_to(tmp_path / "enphase_tray.log", Redactor()):
        pass
    assert list(tmp_path.iterdir()) == []
    assert recent(tmp_path / "enphase_tray.log") == ""


def test_two_files_of_a_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MOST_BYTES", 2_000)
    file = tmp_path / "enphase_tray.log"
    with logging_to(file, Redactor()):
        for number in range(200):
            log.info("note %03d", number)
    assert sorted(tmp_path.iterdir()) == sorted([file, older(file)])
    assert all(path.stat().st_size < 2_200 for path in tmp_path.iterdir())
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    numbers = [line[-3:] for line in recent(file).splitlines()]
    assert numbers == [f"{number:03}" for number in range(200 - len(numbers), 200)]


def test_another_process_may_turn_it_over_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "enphase_tray.log"
    with logging_to(file, Redactor()):
        log.info("before")
        file.rename(older(file))
        log.info("after")
    assert "before" not in file.read_text()
    assert "after" in file.read_text()


@pytest.mark.parametrize("obstacle", ["a file in the way", "a link"])
def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, obstacle: str) -> None:
    file = tmp_path / "folder" / "enphase_tray.log"
    target = tmp_path / "target"
    target.touch()
    if obstacle == "a link":
        file.parent.mkdir()
        file.symlink_to(target)
    else:
        file.parent.touch()
    with logging_to(file, Redactor()):
        log.info("note")
    assert target.read_text() == ""
